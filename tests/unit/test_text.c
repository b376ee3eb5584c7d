/* SPDX-License-Identifier: ISC */
/*
 * Questions about pieces of text.
 */
#include "unit.h"

#include <stdio.h>

#include "base/text.h"

static void
test_classes(void **state)
{
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		bool digit = c >= '0' && c <= '9';
		bool upper = c >= 'A' && c <= 'Z';
		bool lower = c >= 'a' && c <= 'z';

		assert_int_equal(text_is_digit((char)c), digit);
		assert_int_equal(
		    text_is_alnum((char)c), digit || upper || lower);
		assert_int_equal(
		    text_lower((char)c), (char)(upper ? c + 32 : c));
	}
}

static void
test_equal_nocase(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "", "", true },
		{ "a", "", false },
		{ "", "a", false },
		{ "abc", "ABC", true },
		{ "aBc", "AbC", true },
		{ "abc", "abd", false },
		{ "abc", "ab", false },
		{ "ab", "abc", false },
		{ "a-b", "A-B", true },
		{ "[", "{", false },
		{ "@", "`", false },
		{ "\xc3\xa9", "\xc3\x89", false },
		{ "K", "\xe2\x84\xaa", false },
		{ "i", "I", true },
	};
	size_t i, len;
	char *exact;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		len = strlen(cases[i].a);
		check(
		    text_equal_nocase(cases[i].a, cases[i].b) == cases[i].same,
		    "%s, %s", cases[i].a, cases[i].b);
		exact = exact_copy(cases[i].a, len);
		check(text_equal_nocase_n(exact, len, cases[i].b) ==
			cases[i].same,
		    "%s, %s", cases[i].a, cases[i].b);
		free(exact);
	}
	assert_true(text_equal_nocase_n("CLOSEd", 5, "close"));
	assert_false(text_equal_nocase_n("close", 4, "close"));
	assert_false(text_equal_nocase_n("a\0b", 3, "a"));
}

static void
test_find_nocase(void **state)
{
	static const char hay[] = "One two THREE";

	(void)state;
	assert_ptr_equal(text_find_nocase(hay, "one"), hay);
	assert_ptr_equal(text_find_nocase(hay, "TWO"), hay + 4);
	assert_ptr_equal(text_find_nocase(hay, "three"), hay + 8);
	assert_ptr_equal(text_find_nocase(hay, "E"), hay + 2);
	assert_ptr_equal(text_find_nocase(hay, ""), hay);
	assert_null(text_find_nocase(hay, "four"));
	assert_null(text_find_nocase(hay, "threes"));
	assert_null(text_find_nocase("", "a"));
	assert_null(text_find_nocase("ab", "abc"));
	assert_string_equal(text_find_nocase("aaab", "aab"), "aab");
	/* Of so many bytes, of which some may be NUL. */
	assert_ptr_equal(text_find_nocase_n(hay, 7, "TWO"), hay + 4);
	assert_null(text_find_nocase_n(hay, 6, "two"));
	assert_null(text_find_nocase_n(hay, 0, "o"));
	assert_ptr_equal(text_find_nocase_n(hay, 0, ""), hay);
	assert_null(text_find_nocase_n("a\0b", 3, "ab"));
	assert_string_equal(text_find_nocase_n("a\0Bc", 4, "bC"), "Bc");
	/* Letters alone have a case. */
	assert_null(text_find_nocase("{|}~", "[\\]^"));
	assert_null(text_find_nocase("\xc3\x89", "\xc3\xa9"));
}

static void
test_trim(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ " ", "" },
		{ " \t\r\n\v\f", "" },
		{ "a", "a" },
		{ " a", "a" },
		{ "a ", "a" },
		{ "\r\n\ta b\n c\n\n", "a b\n c" },
		{ "\xc2\xa0"
		  "a",
		    "\xc2\xa0"
		    "a" },
		{ "\x1f"
		  "a\x7f",
		    "\x1f"
		    "a\x7f" },
	};
	const char *p;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		p = text_trim(cases[i].text, &len);
		check(len == strlen(cases[i].want) &&
			memcmp(p, cases[i].want, len) == 0,
		    "case %zu", i);
	}
}

static void
test_u64(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "7", true, 7 },
		{ "0010", true, 10 },
		{ "18446744073709551614", true, UINT64_MAX - 1 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "00000000000000000001", true, 1 },
		{ "000000000000000000001", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551620", false, 0 },
		{ "18446744073709551700", false, 0 },
		{ "20000000000000000000", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1a", false, 0 },
		{ "a", false, 0 },
		{ "0x1", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "\xd9\xa1", false, 0 },
	};
	uint64_t value;
	char *exact;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		exact = exact_copy(cases[i].text, strlen(cases[i].text));
		value = 4711;
		check(text_u64(exact, strlen(cases[i].text), &value) ==
			cases[i].good,
		    "%s", cases[i].text);
		check(value == (cases[i].good ? cases[i].value : 4711), "%s",
		    cases[i].text);
		free(exact);
	}
	assert_true(text_u64("123x", 3, &value));
	assert_int_equal(value, 123);
	assert_false(text_u64("1\0", 2, &value));
}

/* Every code point, encoded and decoded, and cut short. */
static void
test_utf8_all(void **state)
{
	char bytes[4], *exact;
	uint32_t cp, back;
	size_t n, k;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		n = text_utf8_encode(cp, bytes);
		if (n !=
		    (cp < 0x80             ? 1u
			    : cp < 0x800   ? 2u
			    : cp < 0x10000 ? 3u
					   : 4u))
			fail();
		back = 0;
		if (cp >= 0xd800 && cp <= 0xdfff) {
			if (text_utf8(bytes, n, &back) != 0)
				fail();
			continue;
		}
		if (text_utf8(bytes, n, &back) != n || back != cp)
			fail();
		for (k = 0; k < n; k++)
			if (text_utf8(bytes, k, &back) != 0)
				fail();
	}
	/* Nothing is read beyond the length. */
	for (k = 0; k < 4; k++) {
		exact = exact_copy("\xf0\x9f\x9a\x80", k);
		assert_int_equal(text_utf8(exact, k, &back), 0);
		free(exact);
	}
}

static void
test_utf8_bad(void **state)
{
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc2",
		"\xc2"
		"A",
		"\xc2\xc2", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82",
		"\xe2\x82"
		"A",
		"\xe2"
		"A\x82",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xfe", "\xff" };
	char text[16];
	uint32_t cp;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		check(
		    text_utf8(bad[i], strlen(bad[i]), &cp) == 0, "case %zu", i);
		snprintf(text, sizeof text, "ok%sok", bad[i]);
		check(!text_is_utf8(text, strlen(text)), "case %zu", i);
	}
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("a\0\x7f", 3));
	assert_true(text_is_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80", 9));
	assert_false(text_is_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80", 8));
}

static void
test_has_control(void **state)
{
	char text[] = "abc";
	int c;

	(void)state;
	assert_false(text_has_control(""));
	for (c = 1; c < 256; c++) {
		text[1] = (char)c;
		check(
		    text_has_control(text) == (c < 0x20 || c == 0x7f), "%d", c);
	}
}

static void
test_characters(void **state)
{
	(void)state;
	assert_int_equal(text_characters("", 0), 0);
	assert_int_equal(text_characters("abc", 3), 3);
	assert_int_equal(text_characters("\xc3\xa9\xf0\x9f\x9a\x80x", 7), 3);
	assert_int_equal(text_characters("\xff\xc3\xa9\xe2\x82", 5), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_equal_nocase),
		cmocka_unit_test(test_find_nocase),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_utf8_all),
		cmocka_unit_test(test_utf8_bad),
		cmocka_unit_test(test_has_control),
		cmocka_unit_test(test_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
