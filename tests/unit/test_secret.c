/* SPDX-License-Identifier: ISC */
/*
 * Secrets in buffers: every byte of every occurrence is replaced.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/secret.h"

static int
forget(void **state)
{
	(void)state;
	secret_forget();
	return 0;
}

static void
expect_n(const char *text, size_t len, const char *want, size_t want_len)
{
	struct buf b;

	buf_init(&b, len);
	buf_add(&b, text, len);
	secret_redact(&b);
	check(b.len == want_len &&
		(want_len == 0 || memcmp(b.data, want, want_len) == 0),
	    "%s: %s", text, buf_str(&b));
	assert_false(b.overflowed);
	assert_int_equal(b.max, len);
	buf_free(&b);
}

static void
expect(const char *text, const char *want)
{
	expect_n(text, strlen(text), want, strlen(want));
}

static void
test_none(void **state)
{
	(void)state;
	expect("", "");
	expect("anything", "anything");
	assert_false(secret_in("anything"));
	secret_forget();
}

static void
test_one(void **state)
{
	(void)state;
	secret_add("ghp_token");
	expect("", "");
	expect("ghp_toke", "ghp_toke");
	expect("ghp_token", "***");
	expect("a ghp_token b", "a *** b");
	expect("ghp_token b", "*** b");
	expect("a ghp_token", "a ***");
	expect("ghp_token, ghp_token.", "***, ***.");
	expect("ghp_ghp_token", "ghp_***");
	/* In any case: a host name, say, is shown in lower case. */
	expect("GHP_TOKEN, Ghp_toKen.", "***, ***.");
	expect("ghp\x7ftoken, GHP\x3fTOKEN", "ghp\x7ftoken, GHP\x3fTOKEN");
	expect_n(LIT("\0ghp_token\0"), LIT("\0***\0"));
	expect_n(LIT("ghp_\0token"), LIT("ghp_\0token"));
	assert_true(secret_in("xghp_tokeny"));
	assert_true(secret_in("xGHP_tokeNy"));
	assert_false(secret_in("GHP\x7fTOKEN"));
	assert_false(secret_in("ghp_toke"));
	assert_false(secret_in(""));
}

static void
test_adjacent(void **state)
{
	(void)state;
	secret_add("abcd");
	/* How many there were is nobody's business either. */
	expect("abcdabcd", "***");
	expect("xabcdabcdabcdy", "x***y");
	expect("abcdxabcd", "***x***");
}

static void
test_overlapping(void **state)
{
	(void)state;
	secret_add("abcdef");
	secret_add("defghi");
	expect("abcdefghi", "***");
	expect("1abcdefghi2", "1***2");
	expect("abcdefabcdefghi", "***");
	expect("defghiabcdef", "***");
}

/* Whichever is registered first. */
static void
test_part_of_another(void **state)
{
	(void)state;
	secret_add("user");
	secret_add("user:password");
	secret_add("word");
	expect("proxy user:password@host", "proxy ***@host");
	expect("user and word", "*** and ***");
	secret_forget();
	secret_add("user:password");
	secret_add("user");
	expect("proxy user:password@host", "proxy ***@host");
	expect("user:pass", "***:pass");
}

static void
test_overlapping_itself(void **state)
{
	(void)state;
	secret_add("aaaa");
	expect("aaa", "aaa");
	expect("aaaaa", "***");
	expect("baaaaaab", "b***b");
	secret_forget();
	secret_add("abab");
	expect("xababab", "x***");
}

static void
test_cases(void **state)
{
	(void)state;
	secret_add("aBcD");
	secret_add("CDEF");
	expect("xabcdef", "x***");
	expect("xABCDEFABCD", "x***");
	/* ASCII alone: no other letters have a case. */
	secret_forget();
	secret_add("caf\xc3\xa9");
	expect("CAF\xc3\xa9", "***");
	expect("caf\xc3\x89", "caf\xc3\x89");
	secret_forget();
	secret_add("[[[[@@@@");
	expect("{{{{````", "{{{{````");
}

static void
test_short_ones(void **state)
{
	(void)state;
	secret_add("");
	secret_add("a");
	secret_add("abc");
	expect("abc", "abc");
	assert_false(secret_in("abc"));
	secret_add("abcd");
	expect("abcd", "***");
}

/* What looks like our mark is a text like any other. */
static void
test_stars(void **state)
{
	(void)state;
	secret_add("****");
	expect("***", "***");
	expect("a****b", "a***b");
	secret_add("b***");
	expect("ab****", "a***");
}

static void
test_copies(void **state)
{
	char text[] = "secret";

	(void)state;
	secret_add(text);
	text[0] = 'S';
	expect("secret", "***");
	expect("Secret", "***");
	expect("Secre", "Secre");
	secret_forget();
	expect("secret", "secret");
	assert_false(secret_in("secret"));
}

static void
expect_quote(const char *text, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_adds(&b, text);
	secret_redact_quote(&b);
	check(strcmp(buf_str(&b), want) == 0, "%s: %s", text, buf_str(&b));
	buf_free(&b);
}

/* Values of inputs are hidden where a server is quoted, and only there. */
static void
test_values(void **state)
{
	(void)state;
	secret_add("ghp_token");
	secret_add_value("hunter2");
	secret_add_value("main");
	secret_add_value("false");
	secret_add_value("");
	secret_add_value("-----BEGIN-----\r\nabcdef\nxyz\n\n-----END-----");
	expect_quote("'hunter2' with ghp_token at main: false",
	    "'***' with *** at main: false");
	expect_quote("HUNTER2", "***");
	/* Each line, since the server may quote it with other line ends. */
	expect_quote("-----BEGIN-----\\nabcdef\\nxyz\\n-----END-----",
	    "***\\n***\\nxyz\\n***");
	expect("hunter2 ghp_token", "hunter2 ***");
	assert_false(secret_in("hunter2"));
	secret_forget();
	expect_quote("hunter2 ghp_token", "hunter2 ghp_token");
}

static void
test_long(void **state)
{
	char text[5000];

	(void)state;
	memset(text, 's', sizeof text);
	text[sizeof text - 1] = '\0';
	secret_add(text);
	expect(text, "***");
	expect(text + 1, text + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_none, forget),
		cmocka_unit_test_teardown(test_one, forget),
		cmocka_unit_test_teardown(test_adjacent, forget),
		cmocka_unit_test_teardown(test_overlapping, forget),
		cmocka_unit_test_teardown(test_part_of_another, forget),
		cmocka_unit_test_teardown(test_overlapping_itself, forget),
		cmocka_unit_test_teardown(test_cases, forget),
		cmocka_unit_test_teardown(test_short_ones, forget),
		cmocka_unit_test_teardown(test_stars, forget),
		cmocka_unit_test_teardown(test_copies, forget),
		cmocka_unit_test_teardown(test_values, forget),
		cmocka_unit_test_teardown(test_long, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
