/* SPDX-License-Identifier: ISC */
/*
 * Instants and durations, on a clock that stands where it is put.
 */
#include "unit.h"

#include "base/clock.h"

static int64_t now;

static int64_t
fake_now(void *ctx)
{
	return *(int64_t *)ctx;
}

static void
fake_sleep(void *ctx, int64_t instant_ms)
{
	*(int64_t *)ctx = instant_ms;
}

static const struct clock fake = { fake_now, fake_sleep, &now };

static void
test_after(void **state)
{
	(void)state;
	now = 1000;
	assert_int_equal(clock_now(&fake), 1000);
	assert_int_equal(clock_after(&fake, 0), 1000);
	assert_int_equal(clock_after(&fake, 500), 1500);
	assert_true(clock_after(&fake, INT64_MAX - 1000) == CLOCK_NEVER);
	assert_true(clock_after(&fake, INT64_MAX - 1001) == CLOCK_NEVER - 1);
	assert_true(clock_after(&fake, INT64_MAX) == CLOCK_NEVER);
}

static void
test_left(void **state)
{
	(void)state;
	now = 1000;
	assert_int_equal(clock_left(&fake, 1001), 1);
	assert_int_equal(clock_left(&fake, 1000), 0);
	assert_int_equal(clock_left(&fake, 999), 0);
	assert_int_equal(clock_left(&fake, INT64_MIN), 0);
	assert_true(clock_left(&fake, CLOCK_NEVER) == INT64_MAX - 1000);
}

static void
test_sleep(void **state)
{
	(void)state;
	now = 1000;
	clock_sleep_until(&fake, 5000);
	assert_int_equal(now, 5000);
}

/* The system's clock moves forward, and sleeping until the past is free. */
static void
test_system(void **state)
{
	int64_t start = clock_now(&clock_system);

	(void)state;
	assert_true(start >= 0);
	clock_sleep_until(&clock_system, start);
	clock_sleep_until(&clock_system, start - 1000000);
	clock_sleep_until(&clock_system, start + 2);
	assert_true(clock_now(&clock_system) >= start + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_sleep),
		cmocka_unit_test(test_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
