/* SPDX-License-Identifier: ISC */
/*
 * Text of others in the places it goes to: read back as the readers of those
 * places read it, it is text and nothing else.  Hand-picked texts first, then
 * many made at random from what is dangerous (of a fixed seed).
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"
#include "command/sink.h"
#include "json/json.h"

#define WORD_CHARACTERS              \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define SECRET "ghs_0123456789abcdef"
#define ROUNDS 4000
#define PIECES 12 /* of a text made at random */

static const char *const hostile[] = {
	"",
	" ",
	"  ",
	"a",
	"`",
	"``",
	"a`",
	"`a",
	"` `",
	"a``b`c",
	"\\",
	"|",
	"\\|",
	"\\\\|",
	"a|b",
	"||",
	"`|`",
	"\\`",
	"a\\",
	"##[set-output name=run_id;]1",
	"###[x]",
	"::error::x",
	" ::add-path::/evil",
	"a\n::error::x",
	"a\r\nb",
	"x\nrun_id=1",
	"www.evil.example",
	"https://evil.example",
	"mailto:a@evil.example",
	"a@evil.example",
	"@everyone",
	"#1",
	"octo-org/octo-repo#1",
	"<img src=x>",
	"<!-- ",
	"&lt;",
	"[x](https://evil.example)",
	"![x](y)",
	"**b**",
	"~~s~~",
	"$x^2$",
	"$(id)",
	"`id`",
	"'; id; '",
	"\"",
	"~root",
	"* * *",
	"\x1b[31m",
	"\x9b"
	"31m",
	"\xc2\x9b"
	"31m",
	"\x7f",
	"\xff\xfe",
	"\xed\xa0\x80",
	"\xe2\x80\xae"
	"gnp.exe",
	"\xe2\x80\x8b",
	"\xef\xbb\xbf",
	"\xf3\xa0\x81\xa1",
	"\xc2\xad",
	"\xcd\x8f",
	"\xe3\x85\xa4",
	"\xe2\x80\xa8",
	"caf\xc3\xa9",
	"\xf0\x9f\x9a\x80",
	SECRET,
	"x" SECRET "`",
	"##" SECRET "[",
	"GHS_0123456789ABCDEF",
};

/* For texts made at random. */
static const char *const pieces[] = { "`", "``", "\\", "|", "#", "##", "[", "]",
	":", "::", "\n", "\r", " ", "a", "b_c", "www.", "evil.example", "@",
	"<", ">", "&", "*", "$(", ")", "'", "\"", "=", "<<", "\x1b", "\x7f",
	"\x9b", "\xc2\x9b", "\xff", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x80",
	"\xef\xbb\xbf", "\xf3\xa0\x81\xa1", "\xc3\xa9", "\xf0\x9f\x9a\x80",
	SECRET, "ghs_0123", "success", "~", "{", "}", ";" };

static uint32_t random_state;

static uint32_t
next_random(uint32_t below)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % below;
}

/* The text of that number; static. */
static const char *
text_of(size_t n)
{
	static char text[PIECES * 32];
	size_t i, count;

	if (n < COUNT(hostile))
		return hostile[n];
	random_state = (uint32_t)n * 2654435761u;
	text[0] = '\0';
	count = next_random(PIECES);
	for (i = 0; i < count; i++)
		strcat(text, pieces[next_random(COUNT(pieces))]);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	secret_add(SECRET);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	secret_forget();
	return 0;
}

/* What holds of every place: one line of characters that can be seen, without
 * the secret, and no command of the runner's old form. */
static void
expect_harmless(const char *s, size_t len, const char *from)
{
	uint32_t cp;
	size_t n;

	check(strstr(s, "##[") == NULL, "%s: %s", from, s);
	check(text_find_nocase(s, SECRET) == NULL, "%s: %s", from, s);
	check(strlen(s) == len, "%s: %s", from, s);
	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len, &cp);
		check(n > 0 && !text_is_unprintable(cp), "%s: %s", from, s);
	}
}

/* A reader of JSON gets the text, less its secrets and broken bytes. */
static void
test_json(void **state)
{
	struct buf out, want, back;
	struct json_error e;
	struct json_doc *doc;
	const char *text;
	size_t i;

	(void)state;
	buf_init(&out, BUF_TEXT_MAX);
	buf_init(&want, BUF_TEXT_MAX);
	buf_init(&back, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(hostile) + ROUNDS; i++) {
		text = text_of(i);
		buf_clear(&out);
		buf_clear(&want);
		buf_clear(&back);
		sink_json(&out, text);
		expect_harmless(buf_str(&out), out.len, text);
		doc = json_parse(out.data, out.len, JSON_STRICT_TEXT, &e);
		check(doc != NULL, "%s: %s", out.data, e.expected);
		assert_true(json_string(json_root(doc), &back));
		json_free(doc);
		if (!text_is_utf8(text, strlen(text)))
			continue;
		buf_adds(&want, text);
		secret_redact(&want);
		check(strcmp(buf_str(&back), buf_str(&want)) == 0, "%s: %s",
		    text, buf_str(&out));
	}
	buf_clear(&out);
	sink_json(&out, NULL);
	assert_string_equal(buf_str(&out), "null");
	buf_free(&out);
	buf_free(&want);
	buf_free(&back);
}

/* Words stay what they are; anything else is not told. */
static void
test_word(void **state)
{
	static const char *const words[] = { "", "success", "failure",
		"timed_out", "action_required", "startup_failure", "_",
		"Success", "v2" };
	static char long_word[2000];
	struct buf out;
	const char *text;
	size_t i;

	(void)state;
	buf_init(&out, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(words); i++) {
		buf_clear(&out);
		sink_word(&out, words[i]);
		assert_string_equal(buf_str(&out), words[i]);
	}
	for (i = 0; i < COUNT(hostile) + ROUNDS; i++) {
		text = text_of(i);
		buf_clear(&out);
		sink_word(&out, text);
		check(strcmp(buf_str(&out), "unknown") == 0 ||
			(strcmp(buf_str(&out), text) == 0 &&
			    strspn(text, WORD_CHARACTERS) == strlen(text)),
		    "%s: %s", text, buf_str(&out));
	}
	/* Nothing of it is left out, or another word would be made of it. */
	buf_clear(&out);
	sink_word(&out, "suc-cess");
	assert_string_equal(buf_str(&out), "unknown");
	buf_clear(&out);
	memset(long_word, 'a', sizeof long_word - 1);
	sink_word(&out, long_word);
	assert_string_equal(buf_str(&out), "unknown");
	secret_add("asecretword");
	buf_clear(&out);
	sink_word(&out, "asecretword");
	assert_string_equal(buf_str(&out), "unknown");
	buf_free(&out);
}

static void
test_url(void **state)
{
	static const char fit[] = "https://github.com/octo-org/a.b_c/actions/"
				  "runs/17654321098/attempts/2,x=[1]@+%41";
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, BUF_TEXT_MAX);
	sink_url(&out, fit);
	assert_string_equal(buf_str(&out), fit);
	buf_clear(&out);
	sink_url(&out, "https://h/it's$(x)`\n\xc3\xa9;~?a&b#c");
	assert_string_equal(buf_str(&out),
	    "https://h/it%27s%24%28x%29%60%0A%C3%A9%3B%7E%3Fa%26b%23c");
	for (i = 0; i < COUNT(hostile) + ROUNDS; i++) {
		buf_clear(&out);
		sink_url(&out, text_of(i));
		check(strpbrk(buf_str(&out), "\n\r \"'`$;&|<>(){}~\\#*?!^") ==
			NULL,
		    "%s", buf_str(&out));
	}
	buf_free(&out);
}

/*
 * Reads a cell as GFM does: it ends before a bar that no backslash stands
 * before; then every "\|" in it is a bar.  Returns what follows the cell.
 */
static const char *
take_cell(const char *p, struct buf *cell)
{
	for (; *p != '\0' && *p != '|'; p++) {
		if (*p == '\\' && p[1] == '|')
			p++;
		buf_addc(cell, *p);
	}
	return p;
}

/*
 * Reads a code span as CommonMark does (6.1), which must be all there is:
 * opened by a string of backticks, closed by the next one of equal length, and
 * a blank taken off at both ends unless it is nothing but blanks.
 */
static void
take_code(const char *s, struct buf *text)
{
	size_t fence = strspn(s, "`"), len = strlen(s), run, i;

	check(fence > 0, "%s", s);
	for (i = fence; i<len; i += run> 0 ? run : 1) {
		run = strspn(s + i, "`");
		if (run == fence)
			break;
	}
	check(i + fence == len, "%s", s);
	s += fence;
	len -= 2 * fence;
	if (len >= 2 && *s == ' ' && s[len - 1] == ' ' &&
	    strspn(s, " ") < len) {
		s++;
		len -= 2;
	}
	buf_add(text, s, len);
}

static void
expect_code(const char *text, const char *want)
{
	struct buf out, cell, back;
	const char *end;

	buf_init(&out, BUF_TEXT_MAX);
	buf_init(&cell, BUF_TEXT_MAX);
	buf_init(&back, BUF_TEXT_MAX);
	sink_code(&out, text);
	expect_harmless(buf_str(&out), out.len, text);
	buf_adds(&out, "|");
	end = take_cell(out.data, &cell);
	check(strcmp(end, "|") == 0, "%s: another cell begins at %s", out.data,
	    end);
	if (*text == '\0') {
		assert_string_equal(buf_str(&cell), "-");
	} else {
		take_code(buf_str(&cell), &back);
		check(want == NULL || strcmp(buf_str(&back), want) == 0,
		    "%s: %s", out.data, buf_str(&back));
	}
	buf_free(&out);
	buf_free(&cell);
	buf_free(&back);
}

/* One code span and nothing beside it, whatever the text. */
static void
test_code(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "build (ubuntu-24.04, 3.12)", NULL },
		{ "www.evil.example", NULL },
		{ "a@evil.example", NULL },
		{ "`", NULL },
		{ "``", NULL },
		{ "a`b``c", NULL },
		{ "`a`", NULL },
		{ "a|b", NULL },
		{ "|", NULL },
		{ " a ", NULL },
		{ "a\\", NULL },
		/* Bars do not touch a backslash of the text. */
		{ "a\\|b", "a\\ |b" },
		{ "a\nb\x1b[1m", "a\\nb\\x1b[1m" },
		{ "##[error]", "##\\x5berror]" },
		{ "a " SECRET " b", "a *** b" },
	};
	char long_name[1001];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		expect_code(cases[i].text,
		    cases[i].shown != NULL ? cases[i].shown : cases[i].text);
	for (i = 0; i < COUNT(hostile) + ROUNDS; i++)
		expect_code(text_of(i), NULL);
	/* Cut between two characters. */
	for (i = 0; i < 1000; i += 2)
		memcpy(long_name + i, "\xc3\xa9", 2);
	long_name[1000] = '\0';
	expect_code(long_name, NULL);
	expect_code(long_name + 1, NULL);
	/* What is cut off can be no part of a secret that is left. */
	for (i = 180; i < 205; i++) {
		memset(long_name, 'x', i);
		strcpy(long_name + i, SECRET);
		expect_code(long_name, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_word, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_url, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_code, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
