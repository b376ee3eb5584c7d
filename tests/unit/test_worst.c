/* SPDX-License-Identifier: ISC */
/*
 * Which of several outcomes counts for all, and that the others are told.
 */
#include "unit.h"

#include "captured.h"
#include "command/worst.h"

static char logged[4096];

static enum status
sum_up(const enum status *statuses, size_t count, struct fault *f)
{
	static const char *const stories[] = { "the first", "the second",
		"the third" };
	struct fault faults[3];
	const struct fault *list[3];
	enum status status;
	size_t i;

	assert_true(count <= COUNT(faults));
	for (i = 0; i < count; i++) {
		fault_set(&faults[i], statuses[i], "%s", stories[i]);
		list[i] = &faults[i];
	}
	captured_begin();
	status = worst_sum_up(list, count, f);
	captured_end(logged, sizeof logged);
	return status;
}

/* The order of exit codes, each before all that follow, whichever is first. */
static void
test_order(void **state)
{
	static const enum status order[] = { STATUS_INTERRUPTED, STATUS_OUTPUT,
		STATUS_UNKNOWN, STATUS_UNIDENTIFIED, STATUS_FAILED,
		STATUS_USAGE, STATUS_REFUSED, STATUS_WAIT_TIMEOUT,
		STATUS_CONNECT, STATUS_OK };
	static const int codes[] = { 130, 8, 4, 5, 1, 2, 3, 6, 7, 0 };
	enum status pair[2];
	struct fault f;
	size_t i, k;

	(void)state;
	for (i = 0; i + 1 < COUNT(order); i++) {
		assert_int_equal(status_exit_code(order[i]), codes[i]);
		for (k = i + 1; k < COUNT(order); k++) {
			pair[0] = order[i];
			pair[1] = order[k];
			check(sum_up(pair, 2, &f) == order[i], "%zu %zu", i, k);
			assert_string_equal(f.text, "the first");
			pair[0] = order[k];
			pair[1] = order[i];
			check(sum_up(pair, 2, &f) == order[i], "%zu %zu", i, k);
			assert_string_equal(f.text, "the second");
		}
	}
}

/* The one that counts is told by the caller, all others here. */
static void
test_others(void **state)
{
	static const enum status statuses[] = { STATUS_REFUSED, STATUS_OK,
		STATUS_REFUSED };
	static const enum status good[] = { STATUS_OK, STATUS_OK };
	struct fault f;

	(void)state;
	assert_int_equal(sum_up(statuses, 3, &f), STATUS_REFUSED);
	assert_string_equal(f.text, "the first");
	assert_non_null(strstr(logged, "error: the third\n"));
	assert_null(strstr(logged, "the first"));
	assert_null(strstr(logged, "the second"));
	assert_int_equal(sum_up(good, 2, &f), STATUS_OK);
	assert_string_equal(logged, "");
	assert_int_equal(sum_up(good, 0, &f), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
