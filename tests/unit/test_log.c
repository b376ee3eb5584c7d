/* SPDX-License-Identifier: ISC */
/*
 * The log: what reaches stderr, byte for byte.  Descriptor 2 is a datagram
 * socket meanwhile, so that each write is seen by itself.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"

#define PREFIX          "return-dispatch: "
#define LINE_MAX_LOGGED 16384 /* of text, without what is put before it */

typedef void log_function(const char *, ...);

static log_function *const functions[] = { log_error, log_warning, log_notice,
	log_info, log_debug };

static struct {
	int saved, reader;
	struct buf text;
	int writes;
} capture;

static void
capture_start(void)
{
	int fds[2], size = 1 << 20;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	capture.saved = dup(STDERR_FILENO);
	capture.reader = fds[1];
	assert_int_equal(dup2(fds[0], STDERR_FILENO), STDERR_FILENO);
	close(fds[0]);
}

static const char *
capture_end(void)
{
	static char packet[1 << 18];
	ssize_t n;

	dup2(capture.saved, STDERR_FILENO);
	close(capture.saved);
	buf_clear(&capture.text);
	capture.writes = 0;
	while ((n = recv(capture.reader, packet, sizeof packet, MSG_DONTWAIT)) >
	    0) {
		buf_add(&capture.text, packet, (size_t)n);
		capture.writes++;
	}
	close(capture.reader);
	assert_int_equal(capture.text.len, strlen(buf_str(&capture.text)));
	return buf_str(&capture.text);
}

static const char *
logged(bool actions, log_function *put, const char *text)
{
	log_open(LOG_LEVEL_DEBUG, actions);
	capture_start();
	put("%s", text);
	return capture_end();
}

static int
set_up(void **state)
{
	(void)state;
	buf_init(&capture.text, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_free(&capture.text);
	return 0;
}

/* As few writes as a pipe that is not read allows: one but for the longest. */
static void
expect_writes(void)
{
	assert_int_equal(
	    capture.writes, (capture.text.len + PIPE_BUF - 1) / PIPE_BUF);
}

static int
forget(void **state)
{
	(void)state;
	secret_forget();
	return 0;
}

static const char *const prefixes[2][5] = {
	{ PREFIX "error: ", PREFIX "warning: ", PREFIX, PREFIX,
	    PREFIX "debug: " },
	{ "::error::", "::warning::", "::notice::", PREFIX, "::debug::" },
};

static void
test_levels(void **state)
{
	int level, which, actions;
	const char *text;
	char want[64];

	(void)state;
	for (actions = 0; actions < 2; actions++)
		for (level = 0; level < 5; level++)
			for (which = 0; which < 5; which++) {
				log_open((enum log_level)level, actions);
				assert_int_equal(
				    log_is_plain(), level >= 3 && !actions);
				capture_start();
				functions[which]("m %d%s", 42, "x");
				text = capture_end();
				snprintf(want, sizeof want, "%sm 42x\n",
				    prefixes[actions][which]);
				check(strcmp(text,
					  which <= level ? want : "") == 0,
				    "level %d, message %d: %s", level, which,
				    text);
				assert_int_equal(
				    capture.writes, which <= level);
			}
}

static const struct {
	const char *text;
	size_t len;
	const char *want;
} escapes[] = {
	{ LIT(""), "" },
	{ LIT("plain text, with \"quotes\" and \\"),
	    "plain text, with \"quotes\" and \\" },
	{ LIT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x80"),
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x80" },
	/* lines */
	{ LIT("a\nb"), "a\\nb" },
	{ LIT("a\n"), "a\\n" },
	{ LIT("a\r\nb"), "a\\x0d\\nb" },
	{ LIT("a\rb"), "a\\x0db" },
	{ LIT("a\vb\fc"), "a\\x0bb\\x0cc" },
	{ LIT("a\xe2\x80\xa8"
	      "b\xe2\x80\xa9"),
	    "a\\u2028b\\u2029" },
	{ LIT("a\xc2\x85"
	      "b"),
	    "a\\x85b" },
	/* control characters */
	{ LIT("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m" },
	{ LIT("\x1b]0;title\x07"), "\\x1b]0;title\\x07" },
	{ LIT("\t\b\x7f\x01\x1f"), "\\x09\\x08\\x7f\\x01\\x1f" },
	{ LIT("a\0b"), "a\\x00b" },
	{ LIT("\xc2\x80\xc2\x9b"
	      "31m\xc2\x9f\xc2\xa0"),
	    "\\x80\\x9b31m\\x9f\xc2\xa0" },
	/* what is no UTF-8 */
	{ LIT("\xff"), "\\xff" },
	{ LIT("\x9b"
	      "31m"),
	    "\\x9b31m" },
	{ LIT("caf\xe9"), "caf\\xe9" },
	{ LIT("\xe2\x82"), "\\xe2\\x82" },
	{ LIT("\xc0\xaf"), "\\xc0\\xaf" },
	{ LIT("\xc0\x8a"), "\\xc0\\x8a" },
	{ LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
	{ LIT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	{ LIT("\xc3\n"), "\\xc3\\n" },
	/* characters that hide or reorder */
	{ LIT("\xe2\x80\xae"
	      "cod"),
	    "\\u202ecod" },
	{ LIT("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad"),
	    "\\u202a\\u202b\\u202c\\u202d" },
	{ LIT("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"),
	    "\\u2066\\u2067\\u2068\\u2069" },
	{ LIT("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f"),
	    "\\u200b\\u200c\\u200d\\u200e\\u200f" },
	{ LIT("\xc2\xad\xef\xbb\xbf"), "\\xad\\ufeff" },
	{ LIT("\xe2\x81\xa0\xe2\x81\xaf"), "\\u2060\\u206f" },
	{ LIT("\xd8\x9c"), "\\u061c" },
	{ LIT("\xf3\xa0\x80\x80\xf3\xa0\x81\xbf"), "\\ue0000\\ue007f" },
	{ LIT("\xf3\x9f\xbf\xbf\xf3\xa0\x82\x80\xf3\xa1\x80\x80"),
	    "\xf3\x9f\xbf\xbf\\ue0080\xf3\xa1\x80\x80" },
	{ LIT("\xcd\x8f\xe1\xa0\x8e\xe3\x85\xa4\xef\xbf\xb9"),
	    "\\u034f\\u180e\\u3164\\ufff9" },
	/* as in emoji */
	{ LIT("\xe2\x9a\xa0\xef\xb8\x8f"), "\xe2\x9a\xa0\xef\xb8\x8f" },
	{ LIT("\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xaf"),
	    "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xaf" },
	/* the runner's old commands, alive anywhere in a line */
	{ LIT("##[error]x"), "##\\x5berror]x" },
	{ LIT("a ##[add-mask]b"), "a ##\\x5badd-mask]b" },
	{ LIT("####[x]"), "####\\x5bx]" },
	{ LIT("##[##["), "##\\x5b##\\x5b" },
	{ LIT("#[x] ## [x] ##"), "#[x] ## [x] ##" },
	{ LIT("#\0#["), "#\\x00#[" },
	{ LIT("#\n#["), "#\\n#[" },
	/* the new ones, at a line's start only */
	{ LIT("::error::x"), "::error::x" },
	{ LIT("a\n::set-output name=x::y"), "a\\n::set-output name=x::y" },
	{ LIT("a\r::error::x"), "a\\x0d::error::x" },
};

static void
test_escape(void **state)
{
	struct buf out;
	char *exact;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(escapes); i++) {
		buf_init(&out, 1000);
		exact = exact_copy(escapes[i].text, escapes[i].len);
		log_escape(&out, exact, escapes[i].len);
		free(exact);
		check(strcmp(buf_str(&out), escapes[i].want) == 0,
		    "case %zu: %s", i, buf_str(&out));
		buf_free(&out);
	}
}

/* All of it again through the sink, at each level, in both modes. */
static void
test_sink(void **state)
{
	char want[256];
	const char *text;
	size_t i, k;
	int actions;

	(void)state;
	for (i = 0; i < COUNT(escapes); i++) {
		if (strlen(escapes[i].text) != escapes[i].len)
			continue;
		for (actions = 0; actions < 2; actions++)
			for (k = 0; k < COUNT(functions); k++) {
				text = logged(
				    actions, functions[k], escapes[i].text);
				snprintf(want, sizeof want, "%s%s\n",
				    prefixes[actions][k], escapes[i].want);
				check(strcmp(text, want) == 0, "case %zu: %s",
				    i, text);
				assert_int_equal(capture.writes, 1);
			}
	}
}

/* The runner decodes %25, %0A and %0D in a command, and nothing in a line. */
static void
test_percent(void **state)
{
	static const char text[] = "100%, %0A::error::x %25 %";

	(void)state;
	assert_string_equal(logged(true, log_error, text),
	    "::error::100%25, %250A::error::x %2525 %25\n");
	assert_string_equal(logged(true, log_debug, text),
	    "::debug::100%25, %250A::error::x %2525 %25\n");
	assert_string_equal(
	    logged(true, log_info, text), PREFIX "100%, %0A::error::x %25 %\n");
	assert_string_equal(logged(false, log_error, text),
	    PREFIX "error: 100%, %0A::error::x %25 %\n");
}

static void
test_groups(void **state)
{
	(void)state;
	assert_string_equal(
	    logged(true, log_group, "a\n%b"), "::group::a\\n%25b\n");
	assert_string_equal(
	    logged(false, log_group, "a\n%b"), PREFIX "a\\n%b\n");
	log_open(LOG_LEVEL_INFO, true);
	capture_start();
	log_group("%s", "a");
	log_group_end();
	assert_string_equal(capture_end(), "::group::a\n::endgroup::\n");
	log_open(LOG_LEVEL_INFO, false);
	capture_start();
	log_group_end();
	assert_string_equal(capture_end(), "");
	log_open(LOG_LEVEL_NOTICE, true);
	capture_start();
	log_group("%s", "a");
	log_group_end();
	assert_string_equal(capture_end(), "");
}

/* Safe as messages are, at any level, and without a name. */
static void
test_lines(void **state)
{
	(void)state;
	secret_add("hunter22");
	log_open(LOG_LEVEL_ERROR, false);
	capture_start();
	log_lines("a\033[2J\n\nhunter22 ##[x]\nb");
	assert_string_equal(capture_end(), "a\\x1b[2J\n\n*** ##\\x5bx]\nb\n");
	capture_start();
	log_lines("");
	assert_string_equal(capture_end(), "");
	secret_forget();
}

static void
put_area(const char *text)
{
	struct buf lines;

	buf_init(&lines, BUF_TEXT_MAX);
	buf_adds(&lines, text);
	log_area(&lines);
	buf_free(&lines);
}

/* Lines below all messages, put in the place of those before. */
static void
test_area(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_INFO, false);
	capture_start();
	log_info("first");
	put_area("a\nb\n");
	assert_string_equal(capture_end(), PREFIX "first\na\nb\n");
	capture_start();
	put_area("c\nd\ne\n");
	assert_string_equal(capture_end(), "\r\033[2A\033[Jc\nd\ne\n");
	assert_int_equal(capture.writes, 1);
	/* A message goes above, in one write. */
	capture_start();
	log_warning("second");
	assert_string_equal(capture_end(),
	    "\r\033[3A\033[J" PREFIX "warning: second\nc\nd\ne\n");
	assert_int_equal(capture.writes, 1);
	/* One that is not shown moves nothing. */
	capture_start();
	log_debug("third");
	assert_string_equal(capture_end(), "");
	/* Without lines for a while, and then for good. */
	capture_start();
	put_area("");
	assert_string_equal(capture_end(), "\r\033[3A\033[J");
	capture_start();
	put_area("f\n");
	log_area(NULL);
	log_info("last");
	log_area(NULL);
	log_info("very last");
	assert_string_equal(capture_end(),
	    "f\n\r\033[1A\033[J" PREFIX "last\n" PREFIX "very last\n");
	/* Or left where they are. */
	capture_start();
	put_area("g\n");
	log_area_keep();
	log_info("below");
	put_area("h\n");
	log_area(NULL);
	assert_string_equal(capture_end(),
	    "g\n" PREFIX "below\nh\n"
	    "\r\033[1A\033[J");
}

/* A line wider than the terminal, as it was made narrower, takes several rows;
 * what has no width takes none of it. */
static void
test_area_rows(void **state)
{
	static const struct {
		const char *unit;
		size_t times;
		const char *rows;
	} cases[] = {
		{ "x", 79, "1" },
		{ "x", 80, "1" },
		{ "x", 81, "2" },
		{ "x", 160, "2" },
		{ "x", 161, "3" },
		{ "\xe4\xb8\xad", 40, "1" },
		{ "\xe4\xb8\xad", 41, "2" },
		{ "e\xcc\x81", 80, "1" },
		{ "\033[31mx\033[0m", 80, "1" },
		{ "\033[31mx\033[0m", 81, "2" },
		{ "", 0, "1" },
	};
	char want[64];
	struct buf b;
	size_t i, k;

	(void)state;
	log_open(LOG_LEVEL_INFO, false);
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&b, BUF_TEXT_MAX);
		for (k = 0; k < cases[i].times; k++)
			buf_adds(&b, cases[i].unit);
		buf_adds(&b, "\n");
		capture_start();
		put_area(buf_str(&b));
		capture_end();
		capture_start();
		log_area(NULL);
		snprintf(want, sizeof want, "\r\033[%sA\033[J", cases[i].rows);
		check(strcmp(capture_end(), want) == 0, "case %zu: %s", i,
		    buf_str(&capture.text) + 1);
		buf_free(&b);
	}
}

/* Lengths around those at which messages change their place or are cut. */
static void
test_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 1022, 1023, 1024, 1025, 4096,
		LINE_MAX_LOGGED - 1, LINE_MAX_LOGGED, LINE_MAX_LOGGED + 1,
		3 * LINE_MAX_LOGGED };
	char *message;
	const char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++) {
		message = malloc(lengths[i] + 1);
		memset(message, 'm', lengths[i]);
		message[lengths[i]] = '\0';
		text = logged(false, log_info, message);
		expect_writes();
		len = lengths[i] < LINE_MAX_LOGGED ? lengths[i]
						   : LINE_MAX_LOGGED;
		assert_int_equal(capture.text.len, sizeof PREFIX + len);
		assert_int_equal(strspn(text + sizeof PREFIX - 1, "m"), len);
		assert_int_equal(text[capture.text.len - 1], '\n');

		/* All of the greatest line as a command. */
		memset(message, '%', lengths[i]);
		logged(true, log_error, message);
		expect_writes();
		assert_int_equal(capture.text.len, 9 + 3 * len + 1);
		free(message);
	}
}

/* What is cut is cut between characters, and nothing comes behind the cut. */
static void
test_cut(void **state)
{
	static const char *const ends[] = { "\xc3\xa9tail", "\xe2\x82\xactail",
		"\xf0\x9f\x9a\x80tail", "\ntail", "\xfftail", "\x1btail",
		"##[tail", "#\xe2\x82\xac#\xc3\xa9[x",
		"\xf0\x9f\x9a\x80#\xe2\x82\xac#\xc3\xa9[x" };
	char message[LINE_MAX_LOGGED + 100];
	const char *text;
	size_t i, room, len;

	(void)state;
	for (i = 0; i < COUNT(ends); i++)
		for (room = 0; room < 12; room++) {
			len = LINE_MAX_LOGGED - room;
			memset(message, 'm', len);
			strcpy(message + len, ends[i]);
			text = logged(false, log_info, message);
			check(
			    capture.text.len <= sizeof PREFIX + LINE_MAX_LOGGED,
			    "%zu", capture.text.len);
			check(text_is_utf8(text, capture.text.len),
			    "case %zu with room for %zu", i, room);
			check(strstr(text, "##[") == NULL,
			    "case %zu with room for %zu", i, room);
			check(text[capture.text.len - 1] == '\n',
			    "case %zu with room for %zu", i, room);
		}
}

static void
test_redaction(void **state)
{
	(void)state;
	secret_add("ghs_0123456789");
	secret_add("pass%word");
	assert_string_equal(
	    logged(false, log_error, "ghs_0123456789"), PREFIX "error: ***\n");
	assert_string_equal(logged(true, log_error,
				"x ghs_0123456789 pass%word ghs_0123456789y"),
	    "::error::x *** *** ***y\n");
	assert_string_equal(
	    logged(true, log_debug, "Authorization: Bearer ghs_0123456789"),
	    "::debug::Authorization: Bearer ***\n");
	assert_string_equal(
	    logged(true, log_group, "ghs_0123456789"), "::group::***\n");
	assert_string_equal(
	    logged(false, log_info, "ghs_012345678"), PREFIX "ghs_012345678\n");
}

/* Secrets that the escapes would change are found before. */
static void
test_redaction_before_escaping(void **state)
{
	(void)state;
	secret_add("a%b\xc3\xa9\xff##[c");
	assert_string_equal(logged(true, log_error, "<a%b\xc3\xa9\xff##[c>"),
	    "::error::<***>\n");
	assert_string_equal(
	    logged(false, log_info, "<a%b\xc3\xa9\xff##[c>"), PREFIX "<***>\n");
}

/* A secret anywhere around the cut, of any length, leaves no half behind. */
static void
test_redaction_at_the_cut(void **state)
{
	static const char secret[] = "SECRETsecretSECRETsecretSECRETsecret";
	char message[LINE_MAX_LOGGED + 200];
	const char *text;
	size_t at;

	(void)state;
	secret_add(secret);
	for (at = LINE_MAX_LOGGED - sizeof secret - 5; at < LINE_MAX_LOGGED + 5;
	     at++) {
		memset(message, 'm', sizeof message - 1);
		message[sizeof message - 1] = '\0';
		memcpy(message + at, secret, sizeof secret - 1);
		text = logged(false, log_info, message);
		check(
		    strstr(text, "SEC") == NULL && strstr(text, "sec") == NULL,
		    "at %zu", at);
	}
}

static void
test_redaction_of_long_ones(void **state)
{
	static char secret[3 * LINE_MAX_LOGGED], message[4 * LINE_MAX_LOGGED];

	(void)state;
	memset(secret, 's', sizeof secret - 1);
	secret_add(secret);
	snprintf(message, sizeof message, "before %s after", secret);
	assert_string_equal(
	    logged(false, log_info, message), PREFIX "before *** after\n");
	snprintf(message, sizeof message, "%ss%s", "x", secret);
	assert_string_equal(
	    logged(true, log_error, message), "::error::x***\n");
}

static void
test_overlapping_secrets(void **state)
{
	(void)state;
	secret_add("abcdef");
	secret_add("defghi");
	secret_add("abcdefghijklm");
	assert_string_equal(
	    logged(false, log_info, "<abcdefghi>"), PREFIX "<***>\n");
	assert_string_equal(
	    logged(false, log_info, "<abcdefghijklm>"), PREFIX "<***>\n");
}

/* The caller's errno is not the log's. */
static void
test_errno(void **state)
{
	int null = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int saved = dup(STDERR_FILENO);

	(void)state;
	assert_true(null != -1);
	/* A log that cannot be written is lost and does no harm. */
	dup2(null, STDERR_FILENO);
	log_open(LOG_LEVEL_DEBUG, false);
	errno = EXDEV;
	log_error("lost");
	close(STDERR_FILENO);
	errno = EXDEV;
	log_info("lost");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	assert_int_equal(errno, EXDEV);
}

/* Whatever bytes come: one clean line and no command in it. */
static void
test_any_bytes(void **state)
{
	static const char pool[] = "##[]::%\n\r\t\x1b\x9b\xc2\x85\xe2\x80\xae"
				   "\xed\xa0\x80\xff\xf0\x9f error";
	static char message[LINE_MAX_LOGGED * 2];
	uint32_t random = 4711, cp;
	const char *text, *p, *end;
	size_t i, k, n;
	int actions;

	(void)state;
	for (i = 0; i < 400; i++) {
		n = i % 20 ? i : sizeof message - 1 - i;
		for (k = 0; k < n; k++) {
			random = random * 1103515245 + 12345;
			message[k] = pool[(random >> 16) % (sizeof pool - 1)];
			if (message[k] == '\0')
				message[k] = 'x';
		}
		message[n] = '\0';
		actions = i % 2;
		text = logged(actions, functions[i % 5], message);
		expect_writes();
		assert_null(strstr(text, "##["));
		assert_int_equal(strncmp(text, prefixes[actions][i % 5],
				     strlen(prefixes[actions][i % 5])),
		    0);
		end = text + capture.text.len - 1;
		assert_int_equal(*end, '\n');
		for (p = text; p < end; p += k) {
			k = text_utf8(p, (size_t)(end - p), &cp);
			check(k > 0 && cp >= 0x20 && cp != 0x7f &&
				(cp < 0x80 || cp >= 0xa0) && cp != 0x202e,
			    "round %zu, U+%04X", i, (unsigned int)cp);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_sink),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_area),
		cmocka_unit_test(test_area_rows),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_cut),
		cmocka_unit_test_teardown(test_redaction, forget),
		cmocka_unit_test_teardown(
		    test_redaction_before_escaping, forget),
		cmocka_unit_test_teardown(test_redaction_at_the_cut, forget),
		cmocka_unit_test_teardown(test_redaction_of_long_ones, forget),
		cmocka_unit_test_teardown(test_overlapping_secrets, forget),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
