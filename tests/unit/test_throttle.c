/* SPDX-License-Identifier: ISC */
/*
 * No more than one dispatch a second.
 */
#include "unit.h"

#include <signal.h>

#include "command/throttle.h"
#include "fake_clock.h"

/* 60 a minute, and no pause where time has passed by itself. */
static void
test_apart(void **state)
{
	struct throttle t = { 0 };
	int i;

	(void)state;
	fake_clock_reset();
	for (i = 0; i < 61; i++) {
		throttle_wait(&t, &fake_clock);
		throttle_take(&t, &fake_clock);
	}
	assert_int_equal(fake_now(), 60000);
	fake_pass(700);
	throttle_wait(&t, &fake_clock);
	assert_int_equal(fake_now(), 61000);
	throttle_take(&t, &fake_clock);
	fake_pass(5000);
	throttle_wait(&t, &fake_clock);
	assert_int_equal(fake_now(), 66000);
	assert_int_equal(fake_pause_count, 61);
}

/* A pause that the server asks for is longer than a second, or is no matter. */
static void
test_hold(void **state)
{
	struct throttle t = { 0 };

	(void)state;
	fake_clock_reset();
	throttle_take(&t, &fake_clock);
	throttle_hold(&t, FAKE_START + 30000);
	throttle_hold(&t, FAKE_START + 500);
	assert_true(t.held_ms == FAKE_START + 30000);
	throttle_wait(&t, &fake_clock);
	assert_int_equal(fake_now(), 30000);
}

static void
test_signal(void **state)
{
	struct throttle t = { 0 };

	(void)state;
	fake_clock_reset();
	throttle_take(&t, &fake_clock);
	fake_signal_at(300, SIGINT);
	throttle_wait(&t, &fake_clock);
	assert_int_equal(fake_now(), 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
