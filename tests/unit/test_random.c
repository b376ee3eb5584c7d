/* SPDX-License-Identifier: ISC */
/*
 * Random bytes and the UUIDs made of them.
 */
#include "unit.h"

#include "base/random.h"

static void
test_bytes(void **state)
{
	unsigned char a[1000] = { 0 }, b[1000] = { 0 };
	size_t i, zeros = 0;

	(void)state;
	assert_true(random_bytes(a, 0));
	assert_int_equal(a[0], 0);
	assert_true(random_bytes(a, sizeof a));
	assert_true(random_bytes(b, sizeof b));
	assert_true(memcmp(a, b, sizeof a) != 0);
	for (i = 0; i < sizeof a; i++)
		zeros += a[i] == 0;
	assert_true(zeros < 100);
	/* To the last byte: it is not 0 forever. */
	for (i = 0; i < 100 && a[sizeof a - 1] == 0; i++)
		assert_true(random_bytes(a, sizeof a));
	assert_true(a[sizeof a - 1] != 0);
}

static void
test_uuid(void **state)
{
	char text[RANDOM_UUID_SIZE], last[RANDOM_UUID_SIZE] = "";
	size_t i, k;

	(void)state;
	for (i = 0; i < 200; i++) {
		memset(text, 'x', sizeof text);
		assert_true(random_uuid(text));
		assert_int_equal(strlen(text), 36);
		for (k = 0; k < 36; k++) {
			if (k == 8 || k == 13 || k == 18 || k == 23)
				assert_int_equal(text[k], '-');
			else
				assert_non_null(
				    strchr("0123456789abcdef", text[k]));
		}
		assert_int_equal(text[14], '4');
		assert_non_null(strchr("89ab", text[19]));
		assert_string_not_equal(text, last);
		memcpy(last, text, sizeof text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
