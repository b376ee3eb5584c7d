/* SPDX-License-Identifier: ISC */
/*
 * The pauses between two looks.
 */
#include "unit.h"

#include <inttypes.h>
#include <signal.h>

#include "fake_clock.h"
#include "command/pace.h"

static struct pace pace;

static void
begin(int64_t step_ms, int64_t timeout_ms)
{
	fake_clock_reset();
	pace_init(&pace, &fake_clock, step_ms, FAKE_START + timeout_ms);
}

static void
fail_with(enum status status, int64_t wait_ms)
{
	struct fault f = { .status = status, .wait_ms = wait_ms };

	pace_failed(&pace, &f);
}

/* The next pause, as long as asked for; -1: none. */
static int64_t
next(void)
{
	return pace_wait(&pace, NULL) ? fake_pauses[fake_pause_count - 1] : -1;
}

/* 1 s, then a twentieth of the time gone by, up to 5 s. */
static void
test_adaptive(void **state)
{
	int64_t pause, last = 1000, gone;
	size_t n = 0;

	(void)state;
	begin(PACE_ADAPTIVE, 600000);
	while (fake_now() < 580000) {
		gone = fake_now();
		pause = next();
		check(pause >= last && pause >= 1000 && pause <= 5000,
		    "after %" PRId64 ": %" PRId64, gone, pause);
		check(gone > 20000 || pause == 1000,
		    "after %" PRId64 ": %" PRId64, gone, pause);
		check(gone < 100000 || pause == 5000,
		    "after %" PRId64 ": %" PRId64, gone, pause);
		last = pause;
		n++;
	}
	assert_in_range(n, 100, 170);
}

static void
test_linear(void **state)
{
	int64_t n;

	(void)state;
	begin(5000, 10000000);
	for (n = 1; n <= 30; n++)
		assert_int_equal(next(), 5000 * n);
	begin(1, 10000000);
	for (n = 1; n <= 30; n++)
		assert_int_equal(next(), n);
}

/* A step of 0 is no busy loop; an enormous one does not overflow. */
static void
test_odd_steps(void **state)
{
	size_t n;

	(void)state;
	begin(0, 1000000);
	for (n = 0; n < 5; n++)
		assert_in_range(next(), 50, 1000);
	begin(INT64_MAX / 4, 1000);
	for (n = 0; n < 4; n++)
		assert_in_range(next(), 50, 500);
	fake_clock_reset();
	pace_init(&pace, &fake_clock, INT64_MAX / 4, CLOCK_NEVER);
	assert_true(next() > INT64_MAX / 5);
}

/* Failures in a row: doubled pauses, up to half a minute. */
static void
test_failures(void **state)
{
	static const int64_t want[] = { 1000, 1000, 2000, 4000, 8000, 16000,
		30000, 30000, 30000 };
	size_t i;

	(void)state;
	begin(PACE_ADAPTIVE, 1000000);
	for (i = 0; i < COUNT(want); i++) {
		fail_with(STATUS_SERVER, 0);
		check(next() == want[i], "failure %zu", i + 1);
	}
	pace_succeeded(&pace);
	assert_in_range(next(), 1000, 6200);
	fail_with(STATUS_SERVER, 0);
	assert_in_range(next(), 1000, 6500);
	/* Sixty-four and more of them. */
	begin(PACE_ADAPTIVE, 1000000000);
	for (i = 0; i < 200; i++) {
		fail_with(STATUS_CLOSED, 0);
		assert_in_range(next(), 1000, 30000);
	}
}

/* What the user said is the pace, failures or not. */
static void
test_failures_with_step(void **state)
{
	int64_t n;

	(void)state;
	begin(200, 1000000);
	for (n = 1; n < 20; n++) {
		fail_with(STATUS_SERVER, 0);
		assert_int_equal(next(), 200 * n);
	}
}

/* A hint is for the next pause alone, and the least that it may be. */
static void
test_hint(void **state)
{
	static const int64_t steps[] = { PACE_ADAPTIVE, 100 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(steps); i++) {
		begin(steps[i], 1000000);
		fail_with(STATUS_SERVER, 45000);
		assert_int_equal(next(), 45000);
		fail_with(STATUS_SERVER, 0);
		assert_true(next() < 5000);
		fail_with(STATUS_LIMITED, 7000);
		assert_int_equal(next(), 7000);
		pace_succeeded(&pace);
		assert_true(next() < 5000);
	}
	/* A hint below the regular pause does not shorten it. */
	begin(20000, 1000000);
	fail_with(STATUS_SERVER, 1000);
	assert_int_equal(next(), 20000);
}

/* A limit without a hint: a minute, then exponentially more. */
static void
test_limit(void **state)
{
	int64_t pause, last = 0;
	size_t i;

	(void)state;
	begin(PACE_ADAPTIVE, INT64_C(1000000000000));
	for (i = 0; i < 100; i++) {
		fail_with(STATUS_LIMITED, 0);
		pause = next();
		check(i > 0 || pause == 60000, "%" PRId64, pause);
		check(i > 3 || pause >= 2 * last, "%" PRId64, pause);
		check(pause >= last && pause < 24 * 3600000, "%" PRId64, pause);
		last = pause;
	}
	pace_succeeded(&pace);
	fail_with(STATUS_LIMITED, 0);
	assert_int_equal(next(), 60000);
}

/* A pause that does not fit is not begun. */
static void
test_beyond(void **state)
{
	static const struct {
		int64_t hint_ms;
		bool goes_on, beyond;
	} cases[] = {
		{ 9999, true, false },
		{ 10000, false, true },
		{ 10001, false, true },
		{ INT64_C(31622400000), false, true },
		{ 0, true, false },
	};
	bool beyond;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		begin(PACE_ADAPTIVE, 10000);
		fail_with(STATUS_SERVER, cases[i].hint_ms);
		beyond = !cases[i].beyond;
		check(pace_wait(&pace, &beyond) == cases[i].goes_on, "%" PRId64,
		    cases[i].hint_ms);
		check(beyond == cases[i].beyond, "%" PRId64, cases[i].hint_ms);
		check(fake_pause_count == cases[i].goes_on, "%" PRId64,
		    cases[i].hint_ms);
	}
}

/* Never beyond the deadline, and a last look shortly before it. */
static void
test_deadline(void **state)
{
	static const int64_t steps[] = { PACE_ADAPTIVE, 0, 300, 7000, 1000000 };
	bool beyond;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(steps); i++) {
		begin(steps[i], 20000);
		beyond = true;
		while (pace_wait(&pace, &beyond))
			check(fake_now() < 20000, "step %" PRId64, steps[i]);
		check(!beyond, "step %" PRId64, steps[i]);
		check(fake_now() >= 19900, "step %" PRId64 ": %" PRId64,
		    steps[i], fake_now());
	}
	/* It is over already. */
	begin(PACE_ADAPTIVE, 0);
	assert_false(pace_wait(&pace, &beyond));
	assert_false(beyond);
	begin(PACE_ADAPTIVE, -5000);
	assert_false(pace_wait(&pace, NULL));
	assert_int_equal(fake_pause_count, 0);
}

/* Chance makes pauses longer after failures, and then only a little. */
static void
test_jitter(void **state)
{
	(void)state;
	begin(PACE_ADAPTIVE, 1000000);
	fake_jitter = true;
	assert_int_equal(next(), 1000);
	fail_with(STATUS_SERVER, 0);
	assert_int_equal(next(), 1250);
	fail_with(STATUS_SERVER, 0);
	fail_with(STATUS_SERVER, 0);
	assert_int_equal(next(), 2500);
	pace_succeeded(&pace);
	assert_int_equal(next(), 1000);
	fail_with(STATUS_LIMITED, 60000);
	assert_int_equal(next(), 65000);
	fail_with(STATUS_LIMITED, 1000);
	assert_in_range(next(), 2000, 40000);
	pace_succeeded(&pace);
	fail_with(STATUS_LIMITED, 0);
	assert_int_equal(next(), 65000);
	/* The user's own pace is as it was said. */
	begin(200, 1000000);
	fake_jitter = true;
	fail_with(STATUS_SERVER, 0);
	assert_int_equal(next(), 200);
	/* The deadline wins, and a look still fits. */
	begin(PACE_ADAPTIVE, 21000);
	fake_jitter = true;
	fail_with(STATUS_LIMITED, 20000);
	assert_int_equal(next(), 20500);
	begin(PACE_ADAPTIVE, 1800);
	fake_jitter = true;
	fail_with(STATUS_SERVER, 0);
	assert_int_equal(next(), 900);
}

/* However long a pause is, chance makes it no shorter. */
static void
test_for_ever(void **state)
{
	int64_t regular_ms, pause_ms;
	int failures;

	(void)state;
	fake_jitter = true;
	for (failures = 0; failures < 70; failures++)
		for (regular_ms = INT64_MAX; regular_ms > 0; regular_ms /= 2) {
			pause_ms = pace_backoff(regular_ms, failures);
			check(pause_ms >= regular_ms, "%d failures", failures);
		}
}

static void
test_signal(void **state)
{
	(void)state;
	begin(60000, 600000);
	fake_signal_at(1234, SIGINT);
	assert_true(pace_wait(&pace, NULL));
	assert_int_equal(fake_now(), 1234);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adaptive),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_odd_steps),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_failures_with_step),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_for_ever),
		cmocka_unit_test(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
