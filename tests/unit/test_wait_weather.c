/* SPDX-License-Identifier: ISC */
/*
 * Waiting through all weather: failures that pass and those that do not, rate
 * limits, quotas, and tokens that expire.
 */
#include "waiting.h"

#include <inttypes.h>

/* --- weather --- */

/* What passes is waited out: pauses grow, and shrink again. */
static void
test_storms(void **state)
{
	static const enum status kinds[] = { STATUS_SERVER, STATUS_CLOSED,
		STATUS_CONNECT, STATUS_RESOLVE, STATUS_NO_HOST, STATUS_TIMEOUT,
		STATUS_PROTOCOL, STATUS_TLS };
	size_t i, n, most;

	for (i = 0; i < COUNT(kinds); i++) {
		order.timeout_ms = 2 * HOUR;
		order.interval_grows = false;
		ADD_RUN(RUNNING(0), OVER(HOUR, "success"));
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_RUN,
			.from = 10 * MINUTE,
			.until = 40 * MINUTE,
			.status = kinds[i],
		    });
		check(wait_for(1) == STATUS_OK, "%s", fault.text);
		check(ended_at[0] <= HOUR + 6 * SECOND, "kind %zu", i);
		assert_int_equal(seen[0], 1);
		for (n = most = 0; n < fake_pause_count; n++)
			if (fake_pauses[n] > fake_pauses[most])
				most = n;
		assert_in_range(fake_pauses[most], 20 * SECOND, MINUTE);
		assert_int_equal(fake_pauses[0], 5 * SECOND);
		assert_int_equal(fake_pauses[fake_pause_count - 1], 5 * SECOND);
		/* One line tells of it, not one a look. */
		expect_logged("api.fake.example: call failed");
		check(
		    strstr(strstr(logged, "api.fake.example: call failed") + 1,
			"api.fake.example: call failed") == NULL,
		    "%s", logged);
		again(state);
	}
}

/* Each of two storms is told once, and the first is forgotten in between. */
static void
test_two_storms(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(250 * SECOND, "success"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 50 * SECOND,
		.until = 80 * SECOND,
		.status = STATUS_SERVER,
	    });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 150 * SECOND,
		.until = 180 * SECOND,
		.status = STATUS_SERVER,
	    });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(count_logged("api.fake.example: call failed"), 2);
	assert_int_equal(count_logged("is in_progress"), 1);
}

/* A single 401, 403 or 404 is not the last word; one that lasts is. */
static void
test_refusals(void **state)
{
	static const enum status kinds[] = { STATUS_UNAUTHORIZED,
		STATUS_FORBIDDEN, STATUS_NOT_FOUND };
	static const enum fake_kind calls[] = { FAKE_RUN, FAKE_JOBS };
	static const struct fake_job jobs[] = { { .name = "build",
	    .done_at = 60 * SECOND } };
	static const int64_t intervals[] = { 100, 5 * SECOND, HOUR };
	size_t i, k, n;

	for (i = 0; i < COUNT(kinds); i++)
		for (k = 0; k < COUNT(calls); k++)
			for (n = 1; n < 8; n++) {
				wait_for_job("build");
				order.interval_ms = 5 * SECOND;
				ADD_RUN(
				    RUNNING(0), OVER(60 * SECOND, "success"));
				add_jobs(jobs, 1);
				fake_add_failure(gh,
				    (struct fake_failure){
					.kind = calls[k],
					.first = (unsigned int)n + 1,
					.status = kinds[i],
					.lasting = kinds[i] != STATUS_NOT_FOUND,
				    });
				check(wait_for(1) == STATUS_OK,
				    "%zu %zu %zu: %s", i, k, n, fault.text);
				again(state);
			}
	for (i = 0; i < COUNT(kinds); i++)
		for (k = 0; k < COUNT(intervals); k++) {
			order.interval_ms = intervals[k];
			order.timeout_ms = 2 * HOUR;
			ADD_RUN(RUNNING(0));
			fake_add_failure(gh,
			    (struct fake_failure){
				.kind = FAKE_RUN,
				.first = 2,
				.last = FAKE_ALWAYS,
				.status = kinds[i],
				.lasting = kinds[i] != STATUS_NOT_FOUND,
			    });
			assert_int_equal(wait_for(1), kinds[i]);
			assert_int_equal(status_exit_code(kinds[i]), 3);
			/* At growing pauses, and the token anew at first. */
			assert_int_equal(looks(), 1 + 5);
			assert_in_range(
			    fake_now() - fake_nth(gh, FAKE_RUN, 1)->at,
			    10 * SECOND, 12 * SECOND);
			assert_int_equal(gh->renewals, 1);
			expect_says(kinds[i] == STATUS_UNAUTHORIZED
				? "may have expired"
				: kinds[i] == STATUS_FORBIDDEN
				? "no longer being watched"
				: "is gone");
			again(state);
		}
}

/* What cannot pass ends it, and says that the run goes on. */
static void
test_lasting(void **state)
{
	static const struct {
		enum status status;
		int exit_code;
	} kinds[] = {
		{ STATUS_REFUSED, 3 },
		{ STATUS_TLS, 7 },
		{ STATUS_CONNECT, 7 },
		{ STATUS_PROTOCOL, 7 },
	};
	size_t i;
	int late;

	for (i = 0; i < COUNT(kinds); i++)
		for (late = 0; late < 2; late++) {
			ADD_RUN(RUNNING(0));
			fake_fail_lasting(gh, FAKE_RUN, late ? 4 : 1,
			    FAKE_ALWAYS, kinds[i].status);
			check(wait_for(1) == kinds[i].status, "kind %zu: %s", i,
			    fault.text);
			assert_int_equal(status_exit_code(kinds[i].status),
			    kinds[i].exit_code);
			expect_says("api.fake.example: call failed.");
			assert_int_equal(looks(), late ? 4 : 1);
			assert_int_equal(seen[0], late);
			if (late) {
				expect_says("no longer being watched");
				expect_says(fake_url(RUN));
			}
			again(state);
		}
}

/* Never seen until the deadline: 7, with the reason. */
static void
test_never_seen(void **state)
{
	static const struct {
		enum status status, to;
		int exit_code;
	} kinds[] = {
		{ STATUS_SERVER, STATUS_SERVER, 7 },
		{ STATUS_CONNECT, STATUS_CONNECT, 7 },
		{ STATUS_TIMEOUT, STATUS_TIMEOUT, 7 },
		{ STATUS_LIMITED, STATUS_LIMITED, 3 },
	};
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		ADD_RUN(RUNNING(0));
		fake_fail(gh, FAKE_RUN, 1, FAKE_ALWAYS, kinds[i].status);
		check(
		    wait_for(1) == kinds[i].to, "kind %zu: %s", i, fault.text);
		assert_int_equal(
		    status_exit_code(fault.status), kinds[i].exit_code);
		expect_says("api.fake.example: call failed");
		expect_says("not seen");
		assert_int_equal(seen[0], 0);
		check(fake_now() <= 303 * SECOND, "kind %zu", i);
		again(state);
	}
}

/* Seen, and then bad weather until the deadline: 6, not 7. */
static void
test_seen_then_storm(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0));
	fake_fail(gh, FAKE_RUN, 2, FAKE_ALWAYS, STATUS_CONNECT);
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("was in_progress when last seen");
	expect_says("The last look failed: api.fake.example: call failed");
	assert_in_range(fake_now(), 300 * SECOND, 303 * SECOND);
	assert_in_range(fake_nth(gh, FAKE_RUN, looks() - 1)->at, 299 * SECOND,
	    301 * SECOND);
}

/* 404: a run just dispatched may not be there yet. */
static void
test_not_there_yet(void **state)
{
	static const struct {
		bool dispatched;
		int64_t at;
		bool good;
	} cases[] = {
		{ true, 1, true },
		{ true, 30 * SECOND, true },
		{ true, 54 * SECOND, true },
		{ true, 90 * SECOND, false },
		{ false, 14 * SECOND, true },
		{ false, 40 * SECOND, false },
		{ true, FAKE_NEVER, false },
		{ false, FAKE_NEVER, false },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		dispatched = cases[i].dispatched;
		ADD_RUN({ .at = cases[i].at, .status = "queued" },
		    OVER(cases[i].at + 100 * SECOND, "success"));
		check(wait_for(1) ==
			(cases[i].good ? STATUS_OK : STATUS_NOT_FOUND),
		    "case %zu: %s", i, fault.text);
		assert_int_equal(runs[0].seen, cases[i].good);
		if (!cases[i].good) {
			assert_int_equal(status_exit_code(fault.status), 3);
			expect_says("fake: not found");
			assert_in_range(fake_now(),
			    cases[i].dispatched ? 60 * SECOND : 15 * SECOND,
			    cases[i].dispatched ? 66 * SECOND : 30 * SECOND);
			if (!cases[i].dispatched)
				assert_int_equal(looks(), 5);
		}
		again(state);
	}
	/* Once seen, it may be away for a few looks, and no more. */
	dispatched = true;
	ADD_RUN(RUNNING(0), { .at = 20 * SECOND, .status = NULL },
	    RUNNING(29 * SECOND), OVER(100 * SECOND, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_true(runs[0].seen);
	again(state);
	dispatched = true;
	ADD_RUN(RUNNING(0), { .at = 100 * SECOND, .status = NULL });
	assert_int_equal(wait_for(1), STATUS_NOT_FOUND);
	assert_in_range(fake_now(), 110 * SECOND, 130 * SECOND);
	/* It does not go on: it is gone. */
	expect_says("is gone: it was deleted, or the token has lost access");
	expect_says("was in_progress when last seen");
	expect_denies("goes on");
	expect_denies("resume");
	assert_true(looks() >= 20 + 5);
	/* Found again, it may be away for as many once more. */
	again(state);
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	fake_fail(gh, FAKE_RUN, 3, 6, STATUS_NOT_FOUND);
	fake_fail(gh, FAKE_RUN, 8, 11, STATUS_NOT_FOUND);
	assert_int_equal(wait_for(1), STATUS_OK);
	/* Not there yet when the time is over: nobody refused anything. */
	again(state);
	dispatched = true;
	order.timeout_ms = 20 * SECOND;
	ADD_RUN({ .at = FAKE_NEVER });
	assert_int_equal(wait_for(1), STATUS_TIMEOUT);
	assert_int_equal(status_exit_code(fault.status), 7);
	/* Other failures between them start the count anew. */
	again(state);
	ADD_RUN({ .at = 60 * SECOND, .status = "queued" },
	    OVER(100 * SECOND, "success"));
	fake_fail(gh, FAKE_RUN, 4, 0, STATUS_SERVER);
	fake_fail(gh, FAKE_RUN, 8, 0, STATUS_SERVER);
	fake_fail(gh, FAKE_RUN, 12, 0, STATUS_SERVER);
	assert_int_equal(wait_for(1), STATUS_OK);
}

/* Rate limits: not a request before it is over. */
static void
test_limits(void **state)
{
	static const struct {
		int64_t told; /* 0: not told */
		unsigned int times;
		int64_t least, most; /* without a request */
	} cases[] = {
		{ 40 * SECOND, 1, 40 * SECOND, 46 * SECOND },
		{ 20 * MINUTE, 1, 20 * MINUTE, 20 * MINUTE + 6 * SECOND },
		{ 0, 1, MINUTE, 61 * SECOND },
		/* A minute, two, four: growing. */
		{ 0, 3, 4 * MINUTE, 4 * MINUTE + SECOND },
		{ 1, 1, 5 * SECOND, 6 * SECOND },
	};
	int64_t gap, widest;
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = HOUR;
		order.interval_grows = false;
		ADD_RUN(RUNNING(0), OVER(40 * MINUTE, "success"));
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_RUN,
			.first = 10,
			.last = 9 + cases[i].times,
			.status = STATUS_LIMITED,
			.wait_ms = cases[i].told,
		    });
		check(wait_for(1) == STATUS_OK, "case %zu: %s", i, fault.text);
		for (n = 1, widest = 0; n < gh->call_count; n++) {
			gap = gh->calls[n].at - gh->calls[n - 1].ended_at;
			if (gap > widest)
				widest = gap;
		}
		check(widest >= cases[i].least && widest <= cases[i].most,
		    "case %zu: %" PRId64, i, widest);
		check(ended_at[0] < 41 * MINUTE, "case %zu", i);
		again(state);
	}
	/* Not all who were sent away come back at once. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 2,
		.status = STATUS_LIMITED,
		.wait_ms = MINUTE,
	    });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 3,
		.status = STATUS_LIMITED,
		.wait_ms = 227 * SECOND,
	    });
	fake_jitter = true;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(
	    fake_nth(gh, FAKE_RUN, 2)->at - fake_nth(gh, FAKE_RUN, 1)->ended_at,
	    65 * SECOND);
	assert_int_equal(looks(), 4);
	assert_int_equal(fake_nth(gh, FAKE_RUN, 3)->at, 300 * SECOND);
	again(state);
	/* One that outlasts the deadline is not waited for, nor broken. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 3,
		.last = FAKE_ALWAYS,
		.status = STATUS_LIMITED,
		.wait_ms = HOUR,
	    });
	assert_int_equal(wait_for(1), STATUS_LIMITED);
	assert_int_equal(looks(), 3);
	assert_true(fake_now() <= 30 * SECOND);
	expect_says("api.fake.example: call failed");
	expect_says("longer than the timeout");
	expect_says("no longer being watched");
	expect_says(fake_url(RUN));
	again(state);
	/* A failing server's wish ends the wait as early, but is no refusal. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 3,
		.last = FAKE_ALWAYS,
		.status = STATUS_SERVER,
		.wait_ms = HOUR,
	    });
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_true(fake_now() <= 30 * SECOND);
	expect_says("not concluded yet, and the server asks for a longer "
		    "pause");
	again(state);
	/* Nor is it the timeout's fault that the run was never seen. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 1,
		.last = FAKE_ALWAYS,
		.status = STATUS_SERVER,
		.wait_ms = HOUR,
	    });
	assert_int_equal(wait_for(1), STATUS_SERVER);
	assert_int_equal(looks(), 1);
	expect_says("longer than the timeout allows. The run was not seen, "
		    "so it is not known whether it is running.");
	expect_denies("goes on");
	expect_says(fake_url(RUN));
}

/* A quota that runs out: what is left lasts until there is more. */
static void
test_quota(void **state)
{
	size_t i, within;
	int jobs;

	for (jobs = 0; jobs < 2; jobs++) {
		static const struct fake_job one[] = { { .name = "build" } };

		order.timeout_ms = 2 * HOUR;
		ADD_RUN(RUNNING(0), OVER(90 * MINUTE, "success"));
		add_jobs(one, 1);
		if (jobs)
			wait_for_job("build");
		gh->has_quota = true;
		gh->no_etag = true; /* each look costs */
		gh->quota = 150;
		gh->quota_reset_at = HOUR;
		assert_int_equal(
		    wait_for(1), jobs ? STATUS_WAIT_TIMEOUT : STATUS_OK);
		for (i = within = 0; i < gh->call_count; i++) {
			check(gh->calls[i].status == STATUS_OK,
			    "limited at %" PRId64, gh->calls[i].at);
			within += gh->calls[i].at < HOUR;
			/* Evenly, as far as one request a look goes. */
			check(jobs || i == 0 || gh->calls[i].at > HOUR ||
				gh->calls[i].at - gh->calls[i - 1].at <
				    30 * SECOND,
			    "at %" PRId64, gh->calls[i].at);
		}
		/* Little is left unused. */
		assert_in_range(within, 60, 150);
		again(state);
	}
	/* Plenty: no difference. */
	order.interval_grows = false;
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	gh->has_quota = true;
	gh->quota = 4000;
	gh->quota_reset_at = HOUR;
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(looks(), 20, 22);
}

/* None left at all: the first look after the reset. */
static void
test_no_quota(void **state)
{
	(void)state;
	order.timeout_ms = 2 * HOUR;
	ADD_RUN(RUNNING(0), OVER(HOUR, "success"));
	gh->has_quota = true;
	gh->quota_reset_at = 30 * MINUTE;
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_nth(gh, FAKE_RUN, 0)->status, STATUS_LIMITED);
	assert_in_range(fake_nth(gh, FAKE_RUN, 1)->at, 30 * MINUTE,
	    30 * MINUTE + 10 * SECOND);
	assert_int_equal(fake_nth(gh, FAKE_RUN, 1)->status, STATUS_OK);
}

/* --- tokens --- */

/* A token lives for an hour; a wait of several needs several. */
static void
test_token_renewed(void **state)
{
	(void)state;
	order.timeout_ms = 4 * HOUR;
	gh->fresh_tokens = 5;
	gh->token_ends_at = HOUR;
	gh->token_life_ms = HOUR;
	ADD_RUN(RUNNING(0), OVER(3 * HOUR + 30 * MINUTE, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(gh->tokens, 3);
	assert_int_equal(gh->renewals, 3);
	expect_logged("the token was refused; retrying with a new one");
	assert_int_equal(seen[0], 1);
}

/* No other to be had: exit 3, which says what happened. */
static void
test_token_expired(void **state)
{
	(void)state;
	order.timeout_ms = 4 * HOUR;
	gh->token_ends_at = HOUR;
	ADD_RUN(RUNNING(0));
	assert_int_equal(wait_for(1), STATUS_UNAUTHORIZED);
	assert_int_equal(status_exit_code(fault.status), 3);
	assert_int_equal(gh->renewals, 1);
	expect_says("expired");
	expect_says("--token-file");
	expect_says("may have");
	expect_says("no longer being watched");
	expect_says(fake_url(RUN));
	assert_in_range(fake_now(), HOUR + 10 * SECOND, HOUR + MINUTE);
}

/* The fresh one is as bad: once is enough. */
static void
test_token_bad_again(void **state)
{
	(void)state;
	gh->fresh_tokens = 10;
	gh->token_ends_at = 100 * SECOND;
	gh->token_life_ms = 1;
	ADD_RUN(RUNNING(0));
	assert_int_equal(wait_for(1), STATUS_UNAUTHORIZED);
	assert_in_range(gh->tokens, 1, 2);
	expect_says("expired");
}

/* Never good: nothing is read anew, and nothing is said of expiry. */
static void
test_token_never_good(void **state)
{
	(void)state;
	gh->fresh_tokens = 10;
	ADD_RUN(RUNNING(0));
	fake_fail_lasting(gh, FAKE_RUN, 1, FAKE_ALWAYS, STATUS_UNAUTHORIZED);
	assert_int_equal(wait_for(1), STATUS_UNAUTHORIZED);
	assert_int_equal(gh->tokens, 0);
	assert_int_equal(looks(), 1);
	expect_denies("accepted before");
	again(state);
	/* Unless the token may be so new that GitHub does not know it yet. */
	ADD_RUN(RUNNING(0), OVER(MINUTE, "success"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 1,
		.last = 3,
		.status = STATUS_UNAUTHORIZED,
		.lasting = true,
		.early = true,
	    });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(seen_at[0], 6400);
}

/* Good for the dispatch, and not for the first look at its run. */
static void
test_token_of_dispatch(void **state)
{
	(void)state;
	dispatched = true;
	gh->fresh_tokens = 1;
	gh->token_ends_at = 1;
	gh->token_life_ms = HOUR;
	ADD_RUN(RUNNING(0), OVER(MINUTE, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(gh->tokens, 1);
}

/* It expires between the run and its jobs, and in the report of a failure. */
static void
test_token_and_jobs(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
	    .done_at = MINUTE } };

	wait_for_job("build");
	gh->fresh_tokens = 1;
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, 1);
	gh->token_ends_at = 5250; /* run: 5200 to 5300 */
	gh->call_ms = 100;
	gh->token_life_ms = HOUR;
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(gh->tokens, 1);
	again(state);

	/* The verdict is what it is, with or without the jobs. */
	ADD_RUN(RUNNING(0), OVER(MINUTE, "failure"));
	fake_fail_lasting(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_UNAUTHORIZED);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("failure");
	expect_logged("warning: ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITING_TEST(test_storms),
		WAITING_TEST(test_two_storms),
		WAITING_TEST(test_refusals),
		WAITING_TEST(test_lasting),
		WAITING_TEST(test_never_seen),
		WAITING_TEST(test_seen_then_storm),
		WAITING_TEST(test_not_there_yet),
		WAITING_TEST(test_limits),
		WAITING_TEST(test_quota),
		WAITING_TEST(test_no_quota),
		WAITING_TEST(test_token_renewed),
		WAITING_TEST(test_token_expired),
		WAITING_TEST(test_token_bad_again),
		WAITING_TEST(test_token_never_good),
		WAITING_TEST(test_token_of_dispatch),
		WAITING_TEST(test_token_and_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
