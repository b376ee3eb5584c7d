/*
 * Which refusals are asked again, how often and for how long.
 */
#include "unit.h"

#include "command/patience.h"

#define START	INT64_C(7000000)

static struct fault
refusal(enum status status, bool early)
{
	return (struct fault){ .status = status, .lasting = true,
	    .early = early };
}

/* What becomes of a single refusal, before and after a success. */
static void
test_single(void **state)
{
	static const struct {
		enum status		status;
		bool			early;
		enum patience_advice	before, after;
	} rows[] = {
		{ STATUS_UNAUTHORIZED, true, PATIENCE_AGAIN, PATIENCE_AGAIN },
		{ STATUS_FORBIDDEN, true, PATIENCE_AGAIN, PATIENCE_AGAIN },
		{ STATUS_FORBIDDEN, false, PATIENCE_END, PATIENCE_AGAIN },
		{ STATUS_NOT_FOUND, false, PATIENCE_NO_MATTER,
		    PATIENCE_AGAIN },
		{ STATUS_REFUSED, false, PATIENCE_NO_MATTER,
		    PATIENCE_NO_MATTER },
		{ STATUS_LIMITED, false, PATIENCE_NO_MATTER,
		    PATIENCE_NO_MATTER },
		{ STATUS_SERVER, false, PATIENCE_NO_MATTER,
		    PATIENCE_NO_MATTER },
		{ STATUS_CLOSED, false, PATIENCE_NO_MATTER,
		    PATIENCE_NO_MATTER },
		{ STATUS_INTERRUPTED, false, PATIENCE_NO_MATTER,
		    PATIENCE_NO_MATTER },
	};
	enum patience_advice advice;
	struct patience p;
	struct fault f;
	int64_t pause_ms;
	bool renew;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		f = refusal(rows[i].status, rows[i].early);
		memset(&p, 0, sizeof p);
		advice = patience_refused(&p, &f, START, &pause_ms, &renew);
		check(advice == rows[i].before, "row %zu", i);
		check(pause_ms == (advice == PATIENCE_AGAIN ? 1000 : 0),
		    "row %zu", i);
		check(!renew, "row %zu", i);
		memset(&p, 0, sizeof p);
		patience_succeeded(&p);
		advice = patience_refused(&p, &f, START, &pause_ms, &renew);
		check(advice == rows[i].after, "row %zu", i);
		check(renew == (advice == PATIENCE_AGAIN), "row %zu", i);
	}
}

/* A token that was never good: 1, 2 and 3 s, then it is over. */
static void
test_never_good(void **state)
{
	struct fault f = refusal(STATUS_UNAUTHORIZED, true);
	struct patience p = { .succeeded = false };
	int64_t now_ms = START, pause_ms, n;
	bool renew;

	(void)state;
	for (n = 1; n <= 3; n++) {
		assert_int_equal(patience_refused(&p, &f, now_ms, &pause_ms,
		    &renew), PATIENCE_AGAIN);
		assert_int_equal(pause_ms, n * 1000);
		assert_false(renew);
		now_ms += pause_ms;
	}
	assert_int_equal(patience_refused(&p, &f, now_ms, &pause_ms, &renew),
	    PATIENCE_END);
}

/* Once good: at least four times over at least 10 s, however fast or slow the
 * answers come. */
static void
test_lasting(void **state)
{
	static const struct {
		int64_t	took_ms;	/* a call */
		bool	impatient;	/* the caller does not pause */
	} rows[] = { { 0, false }, { 1, true }, { 700, true }, { 3000, true },
	    { 60000, false } };
	struct fault f = refusal(STATUS_NOT_FOUND, false);
	int64_t now_ms, pause_ms;
	struct patience p;
	unsigned int n;
	bool renew;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(&p, 0, sizeof p);
		patience_succeeded(&p);
		now_ms = START;
		for (n = 0; patience_refused(&p, &f, now_ms, &pause_ms,
		    &renew) == PATIENCE_AGAIN; n++) {
			check(renew == (n == 0), "row %zu, %u", i, n);
			assert_in_range(pause_ms, 1000, 4000);
			now_ms += rows[i].took_ms + (rows[i].impatient ? 0 :
			    pause_ms);
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
	struct fault f = refusal(STATUS_UNAUTHORIZED, true);
	struct fault other = refusal(STATUS_SERVER, false);
	struct patience p = { .succeeded = true };
	int64_t now_ms = START, pause_ms;
	bool renew;
	int n;

	(void)state;
	for (n = 0; n < 100; n++) {
		now_ms += 60000;
		assert_int_equal(patience_refused(&p, &f, now_ms, &pause_ms,
		    &renew), PATIENCE_AGAIN);
		assert_true(renew);
		assert_int_equal(pause_ms, 1000);
		if (n % 2 == 0)
			patience_succeeded(&p);
		else
			assert_int_equal(patience_refused(&p, &other, now_ms,
			    &pause_ms, &renew), PATIENCE_NO_MATTER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_never_good),
		cmocka_unit_test(test_lasting),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
