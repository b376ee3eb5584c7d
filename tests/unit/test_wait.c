/* SPDX-License-Identifier: ISC */
/*
 * Waiting: what ends it and what does not, how often the server is asked,
 * several runs side by side, and results.
 */
#include "waiting.h"

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"

/* --- what a run comes to --- */

static const char *const statuses[] = { "queued", "in_progress", "waiting",
	"requested", "pending", "completed", "a_new_one", "Completed",
	"failure", "success" };

/* Each status with each conclusion, and then a success. */
static void
test_every_pair(void **state)
{
	const char *conclusion;
	size_t i, k;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(conclusions); k++) {
			conclusion = conclusions[k].text;
			ADD_RUN(QUEUED,
			    {
				.at = 20 * SECOND,
				.status = statuses[i],
				.conclusion = conclusion,
			    },
			    OVER(60 * SECOND, "success"));
			if (strcmp(statuses[i], "completed") != 0) {
				check(wait_for(1) == STATUS_OK, "%s, %s",
				    statuses[i], conclusion);
				check(ended_at[0] >= 60 * SECOND &&
					ended_at[0] < 66 * SECOND,
				    "%s, %s", statuses[i], conclusion);
				again(state);
				continue;
			}
			/* No word is no verdict. */
			if (conclusion == NULL) {
				assert_int_equal(wait_for(1), STATUS_FAILED);
				expect_says("completed without a conclusion: ");
				assert_in_range(
				    ended_at[0], 30 * SECOND, 37 * SECOND);
				again(state);
				continue;
			}
			check(
			    wait_for(1) == (k == 1 ? STATUS_OK : STATUS_FAILED),
			    "%s", conclusion);
			check(ended_at[0] >= 20 * SECOND &&
				ended_at[0] < 26 * SECOND,
			    "%s", conclusion);
			assert_int_equal(
			    runs[0].status, k == 1 ? STATUS_OK : STATUS_FAILED);
			if (k != 1) {
				expect_says(conclusion);
				expect_says(fake_url(RUN));
				assert_int_equal(
				    strstr(fault.text,
					"not a known conclusion") == NULL,
				    conclusions[k].known);
			}
			assert_string_equal(
			    runs[0].state.run.conclusion, conclusion);
			again(state);
		}
}

/* For one look, or a few, the conclusion is not told; or the status is null. */
static void
test_untold(void **state)
{
	static const struct fake_job late[] = {
		{ .name = "build", .done_at = 20 * SECOND, .conclusion = "" }
	};

	ADD_RUN(
	    RUNNING(0), OVER(20 * SECOND, NULL), OVER(28 * SECOND, "success"));
	order.interval_ms = HOUR;
	order.timeout_ms = 25 * SECOND;
	order.interval_ms = 20 * SECOND;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("has reported no conclusion yet");
	expect_says("was completed when last seen");
	again(state);
	/* Looked at each second, whatever the interval. */
	order.interval_ms = 20 * SECOND;
	ADD_RUN(
	    RUNNING(0), OVER(19 * SECOND, NULL), OVER(28 * SECOND, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("concluded with failure");
	assert_in_range(ended_at[0], 28 * SECOND, 30 * SECOND);
	again(state);
	/* A null status is no end, and no failure of the server. */
	ADD_RUN({ .at = 0, .status = "" }, OVER(20 * SECOND, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_null(strstr(logged, "is \n"));
	expect_logged("is without a status");
	again(state);
	ADD_RUN({ .at = 0, .status = "" });
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("was without a status when last seen");
	again(state);
	/* A job without one, and a job that gets none. */
	wait_for_job("build");
	ADD_RUN(RUNNING(0));
	add_jobs(late, 1);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("completed without a conclusion: https");
	assert_in_range(ended_at[0], 30 * SECOND, 37 * SECOND);
}

/* Over before we look: one request. */
static void
test_over_already(void **state)
{
	ADD_RUN(OVER(0, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(gh->call_count, 1);
	assert_int_equal(fake_pause_count, 0);
	again(state);
	/* Failed: the jobs too, for the report. */
	ADD_RUN(OVER(0, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(gh->call_count, 2);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 1);
	assert_int_equal(fake_pause_count, 0);
}

/* One conditional GET a look, one interval between two; nothing else. */
static void
test_cost(void **state)
{
	const struct fake_call *c;
	size_t i;

	(void)state;
	ADD_RUN(QUEUED, RUNNING(50 * SECOND), OVER(250 * SECOND, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(looks(), gh->call_count);
	assert_in_range(looks(), 49, 51);
	assert_int_equal(seen_at[0], 100);
	for (i = 0; i < gh->call_count; i++) {
		c = &gh->calls[i];
		assert_int_equal(c->conditional, i > 0);
		if (i > 0)
			assert_int_equal(c->at - c[-1].ended_at, 5 * SECOND);
	}
	assert_int_equal(runs[0].state.run.attempt, 1);
	/* A line for each change, and none besides. */
	expect_logged(" UTC: run 17654321098 is queued\n");
	expect_logged(" UTC: run 17654321098 is in_progress\n");
	expect_logged(" UTC: run 17654321098 is completed: success\n");
	for (i = 0; logged[i] != '\0'; i++)
		;
	assert_in_range(i, 0, 300);
}

/* What is new for other reasons is not told again. */
static void
test_no_etag(void **state)
{
	const char *p;
	size_t n = 0;

	(void)state;
	gh->no_etag = true;
	ADD_RUN(QUEUED, OVER(100 * SECOND, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	for (p = logged; *p != '\0'; p++)
		n += *p == '\n';
	assert_int_equal(n, 2);
}

/* --- when --- */

/* The interval, and how it grows if it was not set. */
static void
test_interval(void **state)
{
	static const int64_t intervals[] = { 1, 100, SECOND, 5 * SECOND,
		45 * SECOND, 10 * MINUTE };
	int64_t pause, elapsed;
	size_t i, n;

	for (i = 0; i < COUNT(intervals); i++) {
		order.interval_grows = false;
		order.interval_ms = intervals[i];
		order.timeout_ms = intervals[i] < SECOND ? 10 * SECOND
							 : 3 * HOUR;
		ADD_RUN(QUEUED);
		gh->forgets = true;
		assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
		for (n = 0; n + 1 < fake_pause_count; n++)
			check(fake_pauses[n] == intervals[i], "%" PRId64,
			    fake_pauses[n]);
		again(state);
	}

	order.timeout_ms = 8 * HOUR;
	ADD_RUN(QUEUED);
	gh->forgets = true;
	gh->call_ms = 0;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	elapsed = 0;
	for (n = 0; n + 1 < fake_pause_count; n++) {
		pause = fake_pauses[n];
		if (n > 0)
			check(pause >= fake_pauses[n - 1], "%" PRId64, pause);
		if (elapsed < 20 * MINUTE)
			check(pause == 5 * SECOND, "%" PRId64, pause);
		/* Never more than a little of the time gone by. */
		check(pause == 5 * SECOND || pause <= elapsed / 100, "%" PRId64,
		    pause);
		assert_in_range(pause, 5 * SECOND, 60 * SECOND);
		elapsed += pause;
	}
	assert_true(fake_pauses[fake_pause_count - 2] > 20 * SECOND);
}

/* The deadline: one more look right then, and what it shows counts. */
static void
test_deadline(void **state)
{
	static const struct {
		int64_t timeout, interval, over_at;
		enum status status;
	} cases[] = {
		{ 300 * SECOND, 5 * SECOND, 299990, STATUS_OK },
		{ 300 * SECOND, 5 * SECOND, 300 * SECOND, STATUS_OK },
		{ 300 * SECOND, 5 * SECOND, 303 * SECOND, STATUS_WAIT_TIMEOUT },
		{ 7 * SECOND, 5 * SECOND, 6990, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 59 * SECOND, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 1 * SECOND, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 62 * SECOND, STATUS_WAIT_TIMEOUT },
		{ 1, 5 * SECOND, HOUR, STATUS_WAIT_TIMEOUT },
		{ 1, 5 * SECOND, 0, STATUS_OK },
		{ 150, 5 * SECOND, 149, STATUS_OK },
	};
	const struct fake_call *last;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = cases[i].timeout;
		order.interval_ms = cases[i].interval;
		ADD_RUN(RUNNING(0), OVER(cases[i].over_at, "success"));
		check(wait_for(1) == cases[i].status, "case %zu: %s", i,
		    fault.text);
		last = &gh->calls[gh->call_count - 1];
		if (cases[i].status == STATUS_WAIT_TIMEOUT) {
			check(last->at >= cases[i].timeout ||
				last->at <= last->ended_at - 100,
			    "case %zu", i);
			check(
			    last->ended_at >= cases[i].timeout, "case %zu", i);
			expect_says("was in_progress when last seen");
			expect_says(fake_url(RUN));
		}
		/* The last look has little time, and some. */
		check(
		    fake_now() <= cases[i].timeout + 3 * SECOND, "case %zu", i);
		check(last->deadline_ms - FAKE_START <=
			    cases[i].timeout + 3 * SECOND &&
			last->deadline_ms - FAKE_START >= last->at + SECOND,
		    "case %zu", i);
		again(state);
	}
}

/* A server that does not answer the last look. */
static void
test_deadline_hangs(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	order.timeout_ms = 60 * SECOND;
	gh->call_ms = 50 * SECOND;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_in_range(fake_now(), 60 * SECOND, 63 * SECOND);
	expect_says("was in_progress when last seen");
}

static void
test_no_limit(void **state)
{
	(void)state;
	order.timeout_ms = WAIT_NEVER;
	ADD_RUN(RUNNING(0), OVER(35 * 24 * HOUR, "success"));
	gh->forgets = true;
	order.interval_ms = 10 * MINUTE;
	order.interval_grows = false;
	assert_int_equal(wait_for(1), STATUS_OK);
	again(state);
	/* The longest that can be given is not taken for the shortest. */
	order.timeout_ms = INT64_MAX;
	ADD_RUN(RUNNING(0), OVER(10 * MINUTE, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	again(state);
	order.timeout_ms = WAIT_NEVER;
	order.cancel_after_ms = INT64_MAX;
	order.force_cancel_after_ms = INT64_MAX;
	order.interval_ms = INT64_MAX / 2;
	order.rerun_grace_ms = 1;
	ADD_RUN(OVER(0, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 0);
}

/* --- several runs --- */

/* One status for all: a failure is certain, and comes first. */
static void
test_several(void **state)
{
	enum way { GOOD, BAD, REFUSED, GONE, STUCK, DOWN };
	static const struct {
		enum way ways[4];
		enum status status;
	} cases[] = {
		{ { GOOD, GOOD, GOOD, GOOD }, STATUS_OK },
		{ { GOOD, GOOD, GOOD, BAD }, STATUS_FAILED },
		{ { BAD, GOOD, GOOD, GOOD }, STATUS_FAILED },
		{ { REFUSED, GONE, STUCK, BAD }, STATUS_FAILED },
		{ { BAD, REFUSED, DOWN, STUCK }, STATUS_FAILED },
		{ { GOOD, STUCK, REFUSED, DOWN }, STATUS_REFUSED },
		{ { DOWN, STUCK, GONE, GOOD }, STATUS_NOT_FOUND },
		{ { GOOD, DOWN, STUCK, GOOD }, STATUS_WAIT_TIMEOUT },
		{ { GOOD, GOOD, DOWN, GOOD }, STATUS_SERVER },
		{ { STUCK, GOOD, GOOD, GOOD }, STATUS_WAIT_TIMEOUT },
	};
	static const enum status each[] = { STATUS_OK, STATUS_FAILED,
		STATUS_REFUSED, STATUS_NOT_FOUND, STATUS_WAIT_TIMEOUT,
		STATUS_SERVER };
	char text[64];
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		for (k = 0; k < 4; k++) {
			switch (cases[i].ways[k]) {
			case GOOD:
				ADD_RUN(
				    RUNNING(0), OVER(20 * SECOND, "success"));
				break;
			case BAD:
				ADD_RUN(
				    RUNNING(0), OVER(100 * SECOND, "failure"));
				break;
			case GONE:
				ADD_RUN({ .at = FAKE_NEVER });
				break;
			case REFUSED:
			case DOWN:
				fake_add_failure(gh,
				    (struct fake_failure){
					.kind = FAKE_RUN,
					.run_id = RUN + k,
					.first = 1,
					.last = FAKE_ALWAYS,
					.status = each[cases[i].ways[k]],
					.lasting = cases[i].ways[k] == REFUSED,
				    });
				ADD_RUN(RUNNING(0));
				break;
			case STUCK:
				ADD_RUN(RUNNING(0));
				break;
			}
		}
		check(wait_for(4) == cases[i].status, "case %zu: %s", i,
		    fault.text);
		for (k = 0; k < 4; k++) {
			check(runs[k].status == each[cases[i].ways[k]],
			    "case %zu, run %zu: %s", i, k, runs[k].fault.text);
			check(runs[k].state.run.id == RUN + k || !runs[k].seen,
			    "case %zu", i);
			/* The others' stories are told too. */
			snprintf(
			    text, sizeof text, "%.60s", runs[k].fault.text);
			check(runs[k].status == STATUS_OK ||
				strcmp(runs[k].fault.text, fault.text) == 0 ||
				strstr(logged, text) != NULL,
			    "case %zu: %s", i, logged);
			/* That one is the caller's to tell. */
			snprintf(text, sizeof text, "error: %.50s", fault.text);
			check(
			    strstr(logged, text) == NULL || *fault.text == '\0',
			    "case %zu: %s", i, logged);
		}
		again(state);
	}
}

/* Each as it is, none waits for another; one that has ended is left alone. */
static void
test_side_by_side(void **state)
{
	size_t i;

	(void)state;
	ADD_RUN(RUNNING(0), OVER(200 * SECOND, "success"));
	ADD_RUN(RUNNING(0), OVER(20 * SECOND, "success"));
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	ADD_RUN(OVER(0, "success"));
	assert_int_equal(wait_for(4), STATUS_OK);
	assert_in_range(ended_at[1], 20 * SECOND, 27 * SECOND);
	assert_in_range(ended_at[2], 100 * SECOND, 107 * SECOND);
	assert_in_range(ended_at[0], 200 * SECOND, 207 * SECOND);
	assert_int_equal(fake_count(gh, FAKE_RUN, RUN + 3), 1);
	for (i = 0; i < gh->call_count; i++)
		if (gh->calls[i].run_id == RUN + 1)
			assert_true(gh->calls[i].at <= ended_at[1]);
	assert_int_equal(fake_count(gh, FAKE_RUN, RUN + 1), 5);
}

/* One run's bad weather does not end the others' wait. */
static void
test_one_in_trouble(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.run_id = RUN,
		.from = 1,
		.until = 150 * SECOND,
		.status = STATUS_CLOSED,
	    });
	assert_int_equal(wait_for(2), STATUS_OK);
	assert_true(ended_at[1] < 130 * SECOND);
	assert_int_equal(seen[0], 1);
	again(state);
	/* Nor does one that is refused. */
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.run_id = RUN,
		.first = 1,
		.status = STATUS_REFUSED,
		.lasting = true,
	    });
	assert_int_equal(wait_for(2), STATUS_REFUSED);
	assert_int_equal(runs[1].status, STATUS_OK);
	assert_in_range(ended_at[1], 60 * SECOND, 66 * SECOND);
	assert_int_equal(fake_count(gh, FAKE_RUN, RUN), 1);
}

/* The same run twice is waited for twice, and ends twice. */
static void
test_same_run_twice(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(20 * SECOND, "success"));
	runs[1].found.id = RUN;
	assert_int_equal(wait_for(2), STATUS_OK);
}

/* One that hangs leaves time for the others, at the deadline too. */
static void
test_one_hangs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	gh->call_ms = 400;
	assert_int_equal(wait_for(4), STATUS_OK);
	for (i = 0; i < gh->call_count; i++)
		assert_in_range(
		    gh->calls[i].deadline_ms - FAKE_START - gh->calls[i].at,
		    1000, 10000);
	again(state);
	for (i = 0; i < 4; i++)
		ADD_RUN(RUNNING(0), OVER(299 * SECOND, "success"));
	gh->call_ms = 600;
	assert_int_equal(wait_for(4), STATUS_OK);
	assert_true(fake_now() < 305 * SECOND);
}

/* None at all is none that fails. */
static void
test_no_runs(void **state)
{
	(void)state;
	assert_int_equal(wait_for(0), STATUS_OK);
	assert_int_equal(gh->call_count, 0);
}

/* --- all of it --- */

/* A result that cannot be written counts before all else, whatever the run
 * comes to; and the wait goes its way. */
static void
test_result_lost(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
	    .done_at = SECOND } };
	int i;

	for (i = 0; i < 4; i++) {
		result_status = STATUS_OUTPUT;
		dispatched = i >= 2;
		wants_summary();
		ADD_RUN(RUNNING(0),
		    OVER(20 * SECOND, i % 2 == 0 ? "success" : "failure"));
		add_jobs(jobs, 1);
		assert_int_equal(wait_for(1), STATUS_OUTPUT);
		expect_says("fake: not written");
		assert_int_equal(
		    runs[0].status, i % 2 == 0 ? STATUS_OK : STATUS_FAILED);
		assert_in_range(ended_at[0], 20 * SECOND, 26 * SECOND);
		again(state);
	}
}

/* The live table: jobs with each look, drawn often; the last one stays. */
static void
test_live(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build (x)",
	    .set_up_at = 5 * SECOND,
	    .done_at = 40 * SECOND } };
	const char *p, *last = NULL;
	size_t n = 0;
	int64_t total = 0;

	order.live = true;
	ADD_RUN({ .at = 7 * SECOND, .status = "queued" },
	    OVER(60 * SECOND, "success"));
	add_jobs(jobs, 1);
	assert_int_equal(wait_for(1), STATUS_OK);
	for (p = logged; (p = strstr(p, "\033[J")) != NULL; p++, n++)
		last = p;
	/* Some five times a second. */
	assert_in_range(n, 200, 400);
	expect_logged("not seen");
	expect_logged("timeout in ");
	assert_non_null(last);
	assert_non_null(strstr(last, "+ build (x)"));
	assert_non_null(strstr(last, " success "));
	assert_null(strstr(last, "in_progress"));
	assert_null(strstr(last, "timeout in "));
	/* A line of text would say the same once more. */
	assert_null(strstr(logged, "is completed"));
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0),
	    looks() - 2); /* without those that saw no run */
	for (n = 0; n < fake_pause_count; n++) {
		assert_in_range(fake_pauses[n], 1, 200);
		total += fake_pauses[n];
	}
	assert_in_range(total, 55 * SECOND, 65 * SECOND);
	again(state);
	/* A signal ends a tick; what was known stays. */
	order.live = true;
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, 1);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	assert_int_equal(fake_now(), 12 * SECOND);
	for (p = logged; (p = strstr(p, "\033[J")) != NULL; p++)
		last = p;
	assert_non_null(strstr(last, "* build (x)"));
}

/* Six hours with everything in them. */
static void
test_six_hours(void **state)
{
	static const struct fake_job jobs[] = {
		{
		    .name = "build",
		    .done_at = 3 * HOUR,
		    .conclusion = "failure",
		    .log = "the end\n",
		},
		{
		    .name = "build",
		    .attempt = 2,
		    .set_up_at = 3 * HOUR + 6 * MINUTE,
		    .log = "the very end\n",
		},
	};
	size_t i, limited = 0, stormy = 0;

	(void)state;
	order.timeout_ms = 6 * HOUR;
	dispatched = true;
	order.rerun_grace_ms = 10 * MINUTE;
	order.cancel_after_ms = 5 * HOUR + 30 * MINUTE;
	order.force_cancel_after_ms = 5 * MINUTE;
	order.log_lines = 100;
	wants_summary();
	gh->fresh_tokens = 10;
	gh->token_ends_at = HOUR;
	gh->token_life_ms = HOUR;
	gh->has_quota = true;
	gh->quota = 4900;
	gh->quota_reset_at = 40 * MINUTE;
	ADD_RUN({ .at = 12 * SECOND, .status = "queued" }, RUNNING(2 * MINUTE),
	    OVER(3 * HOUR, "failure"),
	    { .at = 3 * HOUR + 5 * MINUTE, .status = "queued", .attempt = 2 },
	    {
		.at = 3 * HOUR + 6 * MINUTE,
		.status = "in_progress",
		.attempt = 2,
	    });
	add_jobs(jobs, 2);
	gh->runs[0].cancel_ms = FAKE_NEVER;
	gh->runs[0].force_ms = 20 * SECOND;
	/* A storm, a limit, a server that hangs up, names that do not
	 * resolve. */
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 30 * MINUTE,
		.until = 50 * MINUTE,
		.status = STATUS_SERVER,
	    });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 100 * MINUTE,
		.until = 101 * MINUTE,
		.status = STATUS_LIMITED,
		.wait_ms = 15 * MINUTE,
	    });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 4 * HOUR,
		.until = 4 * HOUR + 10 * MINUTE,
		.status = STATUS_CLOSED,
	    });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 5 * HOUR,
		.until = 5 * HOUR + 10 * MINUTE,
		.status = STATUS_RESOLVE,
	    });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_in_range(ended_at[0], 5 * HOUR + 35 * MINUTE + 20 * SECOND,
	    5 * HOUR + 46 * MINUTE);
	assert_true(runs[0].state.run.attempt == 2);
	assert_int_equal(gh->tokens, 5);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 1)), 1);
	expect_logged("the very end");
	for (i = 0; i < gh->call_count; i++) {
		limited += gh->calls[i].status == STATUS_LIMITED;
		stormy += gh->calls[i].status == STATUS_SERVER;
	}
	assert_int_equal(limited, 1);
	assert_in_range(stormy, 15, 50);
	/* Five seconds, later up to half a minute: far from a quota. */
	assert_in_range(looks(), 700, 2000);
	assert_non_null(watched_job(&runs[0], 0));
	assert_null(watched_job(&runs[0], 1));
}

/* --- memory --- */

extern size_t __sanitizer_get_current_allocated_bytes(void)
    __attribute__((weak));

static size_t
allocated(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return __sanitizer_get_current_allocated_bytes();
#ifdef __GLIBC__
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

#define POLLS 10000

static size_t polls, early, late, most;

/* Looks at the memory while the wait sleeps. */
static void
weigh(void *ctx, int64_t instant_ms)
{
	size_t now = allocated();

	fake_clock.sleep_until(ctx, instant_ms);
	polls++;
	if (polls == 100)
		early = most = now;
	if (polls > 100 && now > most)
		most = now;
	if (polls == POLLS)
		late = now;
}

/* Ten thousand polls, unchanged or new each time, through storms or not. */
static void
test_memory(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
						    .steps = { "one", "two" } },
		{ .name = "test" } };
	const struct clock weighing = { fake_clock.now_ms, weigh, NULL };
	int way;

	for (way = 0; way < 4; way++) {
		polls = 0;
		log_open(LOG_LEVEL_ERROR, false);
		gh->forgets = true;
		gh->call_ms = 0;
		gh->no_etag = way > 0;
		order.interval_grows = false;
		order.timeout_ms = 5 * SECOND * (POLLS + 50);
		if (way == 2)
			wait_for_job("build");
		if (way == 3) {
			order.timeout_ms = 100 * order.timeout_ms;
			fake_add_failure(gh,
			    (struct fake_failure){
				.kind = FAKE_RUN,
				.from = HOUR,
				.until = order.timeout_ms - 6 * MINUTE,
				.status = STATUS_SERVER,
			    });
			order.timeout_ms = MINUTE * (POLLS + 50);
		}
		ADD_RUN(RUNNING(0));
		add_jobs(jobs, COUNT(jobs));
		assert_int_equal(wait_with(&weighing, 1), STATUS_WAIT_TIMEOUT);
		assert_true(polls > POLLS);
		/* Not a byte a poll; what a log line takes comes and goes. */
		check(late <= early + 1000 && most <= early + 64000,
		    "way %d: %zu bytes early, %zu late, %zu at most", way,
		    early, late, most);
		again(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITING_TEST(test_every_pair),
		WAITING_TEST(test_untold),
		WAITING_TEST(test_over_already),
		WAITING_TEST(test_cost),
		WAITING_TEST(test_no_etag),
		WAITING_TEST(test_interval),
		WAITING_TEST(test_deadline),
		WAITING_TEST(test_deadline_hangs),
		WAITING_TEST(test_no_limit),
		WAITING_TEST(test_several),
		WAITING_TEST(test_side_by_side),
		WAITING_TEST(test_one_in_trouble),
		WAITING_TEST(test_same_run_twice),
		WAITING_TEST(test_one_hangs),
		WAITING_TEST(test_no_runs),
		WAITING_TEST(test_result_lost),
		WAITING_TEST(test_live),
		WAITING_TEST(test_six_hours),
		WAITING_TEST(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
