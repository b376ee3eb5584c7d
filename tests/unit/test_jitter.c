/* SPDX-License-Identifier: ISC */
/*
 * Random shares: within their bounds, and not all the same.
 */
#include "unit.h"

#include "base/jitter.h"

static void
test_bounds(void **state)
{
	bool seen[4] = { false };
	int64_t ms;
	size_t i;

	(void)state;
	assert_true(jitter_ms(0) == 0);
	assert_true(jitter_ms(-1) == 0);
	assert_true(jitter_ms(INT64_MAX) >= 0);
	/* That one of four never comes has odds of 1 to 10^120. */
	for (i = 0; i < 1000; i++) {
		ms = jitter_ms(3);
		assert_in_range(ms, 0, 3);
		seen[ms] = true;
	}
	for (i = 0; i < COUNT(seen); i++)
		assert_true(seen[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
