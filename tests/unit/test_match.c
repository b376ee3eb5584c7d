/* SPDX-License-Identifier: ISC */
/*
 * Names that carry an ID, and names that only look so.
 */
#include "unit.h"

#include "command/match.h"

#define UUID "7f0cfa1e-3b52-4c6e-9a52-0d6c8f1b2e11"
#define ID16 "0123456789abcdef"
#define ID15 "01234567abcdefg"
/* Fifteen characters, and sixteen, in more bytes. */
#define UTF15                                                      \
	"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" \
	"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" \
	"\xc3\xa9"
#define UTF16 UTF15 "\xf0\x9f\x9a\x80"

static const struct {
	const char *name, *id;
	bool carries;
} cases[] = {
	/* Long ones stand anywhere. */
	{ UUID, UUID, true },
	{ "Deploy " UUID, UUID, true },
	{ "Deploy [" UUID "] to prod", UUID, true },
	{ "x" UUID "x", UUID, true },
	{ "1" UUID "2", UUID, true },
	{ "7f0cfa1e-3b52-4c6e-9a52-0d6c8f1b2e1", UUID, false },
	{ "7F0CFA1E-3B52-4C6E-9A52-0D6C8F1B2E11", UUID, false },
	{ "", UUID, false },
	{ "x" ID16 "x", ID16, true },
	{ "a long name of a step with spaces", "name of a step w", true },
	/* Fifteen characters stand alone. */
	{ "x" ID15 "x", ID15, false },
	{ "x" ID15, ID15, false },
	{ ID15 "x", ID15, false },
	{ ID15, ID15, true },
	{ "-" ID15 "-", ID15, true },
	/* As does what has nine digits. */
	{ "x17654321098x", "17654321098", true },
	{ "x123456789", "123456789", true },
	{ "x12345678", "12345678", false },
	/* Characters count, not bytes. */
	{ "x" UTF15 "x", UTF15, false },
	{ "x" UTF16 "x", UTF16, true },
	{ "[" UTF15 "]", UTF15, true },
	/* Short ones. */
	{ "1", "1", true },
	{ "step 1", "1", true },
	{ "step 12", "1", false },
	{ "step 21", "1", false },
	{ "step 121", "1", false },
	{ "v1", "1", false },
	{ "1st", "1", false },
	{ "1.0", "1", true },
	{ "step-1", "1", true },
	{ "step_1", "1", true },
	{ "[1]", "1", true },
	{ "#1", "1", true },
	{ "(1)", "1", true },
	{ "a=1", "1", true },
	{ "1 12", "1", true },
	{ "12 1", "1", true },
	{ "12 21 11 1", "1", true },
	{ "12 21 11 112", "1", false },
	{ "11", "1", false },
	{ "111", "11", false },
	{ "1-1", "1-1", true },
	{ "1-1-1", "1-1", true },
	{ "11-11", "1-1", false },
	/* A hit within a miss. */
	{ "aa-a-", "a", true },
	{ "1-1x 1-1", "1-1", true },
	{ "1-1-1x", "1-1", true },
	{ "x1-1-1", "1-1", true },
	{ "x1-1-1x", "1-1", false },
	/* Letters of other scripts do not count as neighbours. */
	{ "\xc3\xa9"
	  "1\xc3\xa9",
	    "1", true },
	{ "\xd9\xa1"
	  "1",
	    "1", true },
	{ "\xf0\x9f\x9a\x80"
	  "abc",
	    "abc", true },
	{ "Abc", "abc", false },
	{ "zabc", "abc", false },
	{ "abcZ", "abc", false },
	{ "abc0", "abc", false },
	{ "9abc", "abc", false },
	/* IDs with other characters at their ends. */
	{ "x-1", "-1", false },
	{ "x -1", "-1", true },
	{ "a b c", "b", true },
	{ "a b c", "a b", true },
	{ "a bc", "a b", false },
	{ "\n1\n", "1", true },
	/* Nothing carries nothing. */
	{ "", "", false },
	{ "a", "", false },
	{ " ", "", false },
	{ "", "1", false },
};

static void
test_carries(void **state)
{
	char *name, *id;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		/* Neither is read beyond its end. */
		name = exact_copy(cases[i].name, strlen(cases[i].name) + 1);
		id = exact_copy(cases[i].id, strlen(cases[i].id) + 1);
		check(match_carries(name, id) == cases[i].carries,
		    "\"%s\" in \"%s\"", id, name);
		free(name);
		free(id);
	}
}

/* All ASCII characters right before and after. */
static void
test_neighbours(void **state)
{
	char before[] = "?7", after[] = "7?";
	bool alnum;
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z');
		before[0] = after[1] = (char)c;
		check(
		    match_carries(before, "7") == !alnum || c == '7', "%d", c);
		check(match_carries(after, "7") == !alnum || c == '7', "%d", c);
	}
	assert_false(match_carries("77", "7"));
}

/* Sixteen characters (not bytes), or nine digits. */
static void
test_distinctive(void **state)
{
	(void)state;
	assert_false(match_is_distinctive(""));
	assert_false(match_is_distinctive("123456abcdefghi"));
	assert_false(match_is_distinctive("12345678"));
	assert_true(match_is_distinctive("123456789"));
	assert_true(match_is_distinctive("17654321098"));
	assert_false(match_is_distinctive("nightly-1234567"));
	assert_false(match_is_distinctive("a1b2c3d4e5f6g7h"));
	assert_false(match_is_distinctive("1a2b3c4d5e6f7g8"));
	assert_true(match_is_distinctive("1-2-3-4-5-6-7-9"
					 "-0"));
	assert_false(match_is_distinctive(
	    "\xd9\xa1\xd9\xa1"
	    "\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1"
	    "\xd9\xa1"));
	assert_true(match_is_distinctive("1234567890123456"));
	assert_true(
	    match_is_distinctive("7f0cfa1e-3b52-4c6e-9a52-0d6c8f1b2e11"));
	assert_false(match_is_distinctive("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
					  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carries),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_distinctive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
