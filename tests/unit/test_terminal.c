/* SPDX-License-Identifier: ISC */
/*
 * How wide text is on a terminal, cells of a given width, and the terminal's
 * own size.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/text.h"

static size_t
columns(const char *s)
{
	char *exact = exact_copy(s, strlen(s));
	size_t n = terminal_columns(exact, strlen(s));

	free(exact);
	return n;
}

static void
test_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{ "", 0 },
		{ " ", 1 },
		{ "abc", 3 },
		{ "~", 1 },
		/* Latin, Greek, Cyrillic, lines and blocks, signs. */
		{ "\xc3\xa9", 1 },
		{ "\xce\xb1\xd0\xb6", 2 },
		{ "\xe2\x94\x80\xe2\x96\x88", 2 },
		{ "\xe2\x80\xa6", 1 },
		{ "\xe2\x9c\x93", 1 },
		{ "\xe2\x86\x92", 1 },
		/* Chinese, kana, Hangul, full and half width. */
		{ "\xe4\xb8\xad\xe6\x96\x87", 4 },
		{ "\xe3\x81\x82\xe3\x82\xab", 4 },
		{ "\xed\x95\x9c", 2 },
		{ "\xef\xbc\xa1", 2 },
		{ "\xef\xbd\xb1", 1 },
		{ "\xe3\x80\x80", 2 },
		{ "\xe3\x80\x8c", 2 },
		{ "\xf0\xa0\x80\x80", 2 },
		{ "\xe1\x84\x80", 2 },
		/* Emoji, as names of jobs have them. */
		{ "\xf0\x9f\x9a\x80", 2 },
		{ "\xe2\x9c\x85", 2 },
		{ "\xe2\x9d\x8c", 2 },
		{ "\xf0\x9f\xa4\x96", 2 },
		{ "\xe2\x9c\xa8", 2 },
		{ "\xf0\x9f\x86\x95", 2 },
		{ "\xf0\x9f\x86\x97", 2 },
		{ "\xe2\x8c\x9a", 2 },
		{ "\xf0\x9f\x9f\xa2", 2 },
		/* What combines, joins or selects takes none. */
		{ "e\xcc\x81", 1 },
		{ "\xcc\x81", 0 },
		{ "a\xcc\x80\xcc\x81\xcc\x82"
		  "b",
		    2 },
		{ "\xe2\x80\x8b", 0 },
		{ "x\xe2\x80\x8dy", 2 },
		{ "\xe2\x98\x83\xef\xb8\x8f", 1 },
		{ "x\xe2\x83\xa3", 1 },
		/* Broken bytes are shown as one something each. */
		{ "\xff", 1 },
		{ "\xe4\xb8", 2 },
		{ "a\x80z", 3 },
		{ "\xed\xa0\x80", 3 },
		/* Colours. */
		{ "\033[31mred\033[0m", 3 },
		{ "\033[0m", 0 },
		{ "\033[1;38;5;196mx", 1 },
		{ "\033[m", 0 },
		{ "a\033[32m\xe4\xb8\xad\033[0m"
		  "b",
		    4 },
		/* Cut short. */
		{ "x\033[31", 1 },
		{ "x\033[", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check(columns(cases[i].text) == cases[i].columns,
		    "case %zu, \"%s\": %zu", i, cases[i].text,
		    columns(cases[i].text));
	/* An ESC that begins no sequence is a character like any other. */
	assert_int_equal(columns("\033"), 1);
	assert_int_equal(columns("a\033b"), 3);
}

/* Widths add up: no text is wider or narrower than its parts. */
static void
test_every_character(void **state)
{
	char text[16];
	uint32_t cp;
	size_t len, one, last = 0;

	(void)state;
	for (cp = 1; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		len = text_utf8_encode(cp, text);
		one = terminal_columns(text, len);
		check(one <= 2, "U+%04x: %zu", (unsigned int)cp, one);
		check(cp < 0x20 || cp > 0x7e || one == 1, "U+%04x",
		    (unsigned int)cp);
		text[len] = 'x';
		check(terminal_columns(text, len + 1) == one + 1 || cp == 0x1b,
		    "U+%04x", (unsigned int)cp);
		last = one;
	}
	assert_int_equal(last, 1);
}

static void
expect_cell(const char *s, size_t width, const char *want)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	terminal_add_cell(&b, s, width);
	check(strcmp(buf_str(&b), want) == 0, "\"%s\" in %zu: \"%s\"", s, width,
	    buf_str(&b));
	buf_free(&b);
}

/* A character that does not fit at the end of a row begins the next one. */
static void
test_rows(void **state)
{
	static const struct {
		const char *text;
		size_t width, rows;
	} cases[] = {
		{ "", 3, 1 },
		{ "abc", 3, 1 },
		{ "abcd", 3, 2 },
		{ "abcdef", 3, 2 },
		{ "\033[31mabc\033[0m", 3, 1 },
		{ "\xe4\xb8\xad\xe4\xb8\xad", 4, 1 },
		{ "a\xe4\xb8\xad\xe4\xb8\xad", 4, 2 },
		{ "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 3, 3 },
		{ "\xe4\xb8\xad"
		  "a\xe4\xb8\xad",
		    1, 3 },
		{ "abc", 0, 3 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check(terminal_rows(cases[i].text, strlen(cases[i].text),
			  cases[i].width) == cases[i].rows,
		    "case %zu", i);
}

static void
test_cells(void **state)
{
	(void)state;
	expect_cell("", 0, "");
	expect_cell("", 3, "   ");
	expect_cell("abc", 3, "abc");
	expect_cell("abc", 5, "abc  ");
	expect_cell("abcd", 4, "abcd");
	expect_cell("abcde", 4, "a...");
	expect_cell("abcdefgh", 7, "abcd...");
	/* Half of a wide character is not to be had. */
	expect_cell("\xe4\xb8\xad\xe4\xb8\xad", 4, "\xe4\xb8\xad\xe4\xb8\xad");
	expect_cell(
	    "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 5, "\xe4\xb8\xad...");
	expect_cell("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 6,
	    "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad");
	expect_cell("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", 6,
	    "\xe4\xb8\xad... ");
	expect_cell("\xe4\xb8\xad"
		    "x",
	    4,
	    "\xe4\xb8\xad"
	    "x ");
	/* A mark stays with its letter. */
	expect_cell("e\xcc\x81"
		    "fghi",
	    4, "e\xcc\x81...");
	expect_cell("ae\xcc\x81", 2, "ae\xcc\x81");
	/* What was there stays. */
	{
		struct buf b;

		buf_init(&b, BUF_TEXT_MAX);
		buf_adds(&b, "|");
		terminal_add_cell(&b, "x", 2);
		terminal_add_cell(&b, "y", 1);
		assert_string_equal(buf_str(&b), "|x y");
		buf_free(&b);
	}
}

/* Whatever the text: as wide as asked for, and valid if it was. */
static void
test_every_width(void **state)
{
	static const char *const texts[] = {
		"build (ubuntu-24.04, 3.12)",
		"",
		"\xf0\x9f\x9a\x80 deploy \xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97 "
		"\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89",
		"e\xcc\x81\xcc\x82\xcc\x83"
		"e\xcc\x81\xcc\x82"
		"e\xcc\x81",
		"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"
		"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad",
		"\xef\xbd\xb1\xef\xbc\xa1\xef\xbd\xb1\xef\xbc\xa1",
	};
	size_t i, width, full;
	struct buf b;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		for (width = 0; width <= 80; width++) {
			full = terminal_columns(texts[i], strlen(texts[i]));
			buf_init(&b, BUF_TEXT_MAX);
			terminal_add_cell(&b, texts[i], width);
			check(terminal_columns(buf_str(&b), b.len) == width,
			    "text %zu in %zu: \"%s\"", i, width, buf_str(&b));
			check(text_is_utf8(buf_str(&b), b.len),
			    "text %zu in %zu", i, width);
			check((strstr(buf_str(&b), "...") != NULL) ==
				(full > width && width > 3),
			    "text %zu in %zu", i, width);
			if (full <= width)
				check(strncmp(buf_str(&b), texts[i],
					  strlen(texts[i])) == 0,
				    "text %zu in %zu", i, width);
			buf_free(&b);
		}
}

/* Not a terminal: a common size. */
static void
test_no_terminal(void **state)
{
	int saved = dup(STDERR_FILENO), fd = open("/dev/null", O_WRONLY);
	size_t width = 1, height = 1;
	bool there;

	(void)state;
	dup2(fd, STDERR_FILENO);
	setenv("TERM", "xterm", 1);
	terminal_size(&width, &height);
	there = terminal_is_there();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd);
	assert_int_equal(width, 80);
	assert_int_equal(height, 24);
	assert_false(there);
}

/* One of our own on stderr, in the size it tells and after a change of it. */
static void
test_terminal(void **state)
{
	static const struct {
		unsigned short columns, rows;
		size_t width, height;
	} sizes[] = {
		{ 132, 50, 132, 50 },
		{ 20, 5, 20, 5 },
		{ 1, 1, 1, 1 },
		{ 0, 0, 80, 24 },
		{ 0, 40, 80, 40 },
		{ 100, 0, 100, 24 },
		{ 65535, 65535, 65535, 65535 },
	};
	static const struct {
		const char *term;
		bool there;
	} terms[] = {
		{ "xterm-256color", true },
		{ "linux", true },
		{ "dumb", false },
		{ "", false },
		{ NULL, false },
	};
	int master = posix_openpt(O_RDWR | O_NOCTTY), saved, slave = -1;
	size_t width[COUNT(sizes)], height[COUNT(sizes)], i;
	bool there[COUNT(terms)];
	struct winsize ws;

	(void)state;
	if (master == -1 || grantpt(master) != 0 || unlockpt(master) != 0 ||
	    (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) == -1) {
		close(master);
		skip();
	}
	saved = dup(STDERR_FILENO);
	dup2(slave, STDERR_FILENO);
	for (i = 0; i < COUNT(sizes); i++) {
		memset(&ws, 0, sizeof ws);
		ws.ws_col = sizes[i].columns;
		ws.ws_row = sizes[i].rows;
		ioctl(slave, TIOCSWINSZ, &ws);
		terminal_size(&width[i], &height[i]);
	}
	for (i = 0; i < COUNT(terms); i++) {
		if (terms[i].term != NULL)
			setenv("TERM", terms[i].term, 1);
		else
			unsetenv("TERM");
		there[i] = terminal_is_there();
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(slave);
	close(master);
	for (i = 0; i < COUNT(sizes); i++)
		check(
		    width[i] == sizes[i].width && height[i] == sizes[i].height,
		    "%zu x %zu", width[i], height[i]);
	for (i = 0; i < COUNT(terms); i++)
		check(there[i] == terms[i].there, "case %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
