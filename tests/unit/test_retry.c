/* SPDX-License-Identifier: ISC */
/*
 * Which failures may pass: how often a call is made again, and for how long.
 */
#include "unit.h"

#include "command/retry.h"

#define START INT64_C(7000000)

static struct fault
failure(enum status status, bool lasting, bool early)
{
	return (struct fault){
		.status = status, .lasting = lasting, .early = early
	};
}

/* What becomes of a single failure, before and after a success. */
static void
test_single(void **state)
{
	static const struct {
		enum status status;
		bool lasting, early;
		enum retry_when before, after;
	} rows[] = {
		{ STATUS_UNAUTHORIZED, true, true, RETRY_AFTER, RETRY_AFTER },
		{ STATUS_UNAUTHORIZED, true, false, RETRY_NEVER, RETRY_AFTER },
		{ STATUS_FORBIDDEN, true, true, RETRY_AFTER, RETRY_AFTER },
		{ STATUS_FORBIDDEN, true, false, RETRY_NEVER, RETRY_AFTER },
		{ STATUS_NOT_FOUND, false, false, RETRY_NEVER, RETRY_AFTER },
		{ STATUS_NOT_FOUND, true, false, RETRY_NEVER, RETRY_AFTER },
		{ STATUS_REFUSED, true, false, RETRY_NEVER, RETRY_NEVER },
		{ STATUS_REFUSED, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_LIMITED, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_SERVER, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_CLOSED, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_CONNECT, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_CONNECT, true, false, RETRY_NEVER, RETRY_NEVER },
		{ STATUS_TLS, true, false, RETRY_NEVER, RETRY_NEVER },
		{ STATUS_TIMEOUT, false, false, RETRY_AT_PACE, RETRY_AT_PACE },
		{ STATUS_PROTOCOL, true, false, RETRY_NEVER, RETRY_NEVER },
		{ STATUS_INTERRUPTED, false, false, RETRY_NEVER, RETRY_NEVER },
		{ STATUS_TERMINATED, false, false, RETRY_NEVER, RETRY_NEVER },
	};
	struct retry_advice advice;
	struct retry r;
	struct fault f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		f = failure(rows[i].status, rows[i].lasting, rows[i].early);
		memset(&r, 0, sizeof r);
		advice = retry_failed(&r, &f, START);
		check(advice.when == rows[i].before, "row %zu", i);
		check(
		    advice.pause_ms == (advice.when == RETRY_AFTER ? 1000 : 0),
		    "row %zu", i);
		check(!advice.renew, "row %zu", i);
		memset(&r, 0, sizeof r);
		retry_succeeded(&r);
		advice = retry_failed(&r, &f, START);
		check(advice.when == rows[i].after, "row %zu", i);
		check(
		    advice.renew == (advice.when == RETRY_AFTER), "row %zu", i);
	}
}

/* A token that was never accepted: 1, 2 and 3 s, then it is over. */
static void
test_never_accepted(void **state)
{
	struct fault f = failure(STATUS_UNAUTHORIZED, true, true);
	struct retry r = { .accepted = false };
	struct retry_advice advice;
	int64_t now_ms = START, n;

	(void)state;
	for (n = 1; n <= 3; n++) {
		advice = retry_failed(&r, &f, now_ms);
		assert_int_equal(advice.when, RETRY_AFTER);
		assert_int_equal(advice.pause_ms, n * 1000);
		assert_false(advice.renew);
		now_ms += advice.pause_ms;
	}
	assert_int_equal(retry_failed(&r, &f, now_ms).when, RETRY_NEVER);
}

/* Once accepted: at least four times over at least 10 s, however fast or slow
 * the answers come. */
static void
test_lasting(void **state)
{
	static const struct {
		int64_t took_ms; /* a call */
		bool impatient;  /* the caller does not pause */
	} rows[] = { { 0, false }, { 1, true }, { 700, true }, { 3000, true },
		{ 60000, false } };
	struct fault f = failure(STATUS_NOT_FOUND, false, false);
	struct retry_advice advice;
	struct retry r;
	int64_t now_ms;
	unsigned int n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(&r, 0, sizeof r);
		retry_succeeded(&r);
		now_ms = START;
		for (n = 0; (advice = retry_failed(&r, &f, now_ms)).when ==
		     RETRY_AFTER;
		     n++) {
			check(advice.renew == (n == 0), "row %zu, %u", i, n);
			assert_in_range(advice.pause_ms, 1000, 4000);
			now_ms += rows[i].took_ms +
			    (rows[i].impatient ? 0 : advice.pause_ms);
			check(n < 20000, "row %zu has no end", i);
		}
		check(n >= 4, "row %zu: %u times", i, n);
		check(now_ms - START >= 10000, "row %zu: %lld ms", i,
		    (long long)(now_ms - START));
		if (rows[i].took_ms == 0)
			assert_int_equal(n, 4);
	}
}

/* Other failures and successes in between begin a new row. */
static void
test_interrupted(void **state)
{
	struct fault f = failure(STATUS_UNAUTHORIZED, true, true);
	struct fault other = failure(STATUS_SERVER, false, false);
	struct retry r = { .accepted = true };
	struct retry_advice advice;
	int64_t now_ms = START;
	int n;

	(void)state;
	for (n = 0; n < 100; n++) {
		now_ms += 60000;
		advice = retry_failed(&r, &f, now_ms);
		assert_int_equal(advice.when, RETRY_AFTER);
		assert_true(advice.renew);
		assert_int_equal(advice.pause_ms, 1000);
		if (n % 2 == 0)
			retry_succeeded(&r);
		else
			assert_int_equal(retry_failed(&r, &other, now_ms).when,
			    RETRY_AT_PACE);
	}
}

/* What is new may not be found for a time, or for some tries in a row. */
static void
test_new(void **state)
{
	struct fault f = failure(STATUS_NOT_FOUND, false, false);
	struct fault other = failure(STATUS_SERVER, false, false);
	struct retry r = { .new_until_ms = START + 60000, .accepted = true };
	int n;

	(void)state;
	for (n = 0; n < 100; n++)
		assert_int_equal(
		    retry_failed(&r, &f, START + 59999).when, RETRY_AT_PACE);
	assert_int_equal(retry_failed(&r, &f, START + 60000).when, RETRY_NEVER);

	r = (struct retry){ .new_tries = 5 };
	for (n = 0; n < 3; n++)
		assert_int_equal(
		    retry_failed(&r, &f, START).when, RETRY_AT_PACE);
	assert_int_equal(retry_failed(&r, &other, START).when, RETRY_AT_PACE);
	for (n = 0; n < 4; n++)
		assert_int_equal(
		    retry_failed(&r, &f, START).when, RETRY_AT_PACE);
	assert_int_equal(retry_failed(&r, &f, START).when, RETRY_NEVER);
	/* Once found, it is a refusal like another. */
	retry_succeeded(&r);
	assert_int_equal(retry_failed(&r, &f, START).when, RETRY_AFTER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_never_accepted),
		cmocka_unit_test(test_lasting),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
