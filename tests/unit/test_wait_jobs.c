/* SPDX-License-Identifier: ISC */
/*
 * Waiting for named jobs and for new attempts, and the jobs of reports.
 */
#include "waiting.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/* --- attempts --- */

/* A re-run that starts while we wait is the one waited for. */
static void
test_rerun_goes_on(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0),
	    { .at = 100 * SECOND, .status = "queued", .attempt = 2 },
	    {
		.at = 200 * SECOND,
		.status = "completed",
		.conclusion = "success",
		.attempt = 2,
	    });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_true(runs[0].state.run.attempt == 2);
	assert_int_equal(seen[0], 1);
	expect_logged("is queued (attempt 2)\n");
	expect_logged("is completed: success (attempt 2)\n");
}

static void
test_rerun_grace(void **state)
{
	static const struct {
		const char *what;
		int64_t grace;
		int64_t again_at; /* attempt 2 */
		const char *conclusion;
		enum status status;
		int64_t least, most;
	} cases[] = {
		{ "none", 0, 30 * SECOND, "success", STATUS_FAILED, 20 * SECOND,
		    26 * SECOND },
		{ "in time", MINUTE, 70 * SECOND, "success", STATUS_OK,
		    170 * SECOND, 176 * SECOND },
		{ "in time, fails too", MINUTE, 70 * SECOND, "failure",
		    STATUS_FAILED, 230 * SECOND, 242 * SECOND },
		{ "too late", MINUTE, 100 * SECOND, "success", STATUS_FAILED,
		    80 * SECOND, 87 * SECOND },
		{ "never", MINUTE, FAKE_NEVER - HOUR, "success", STATUS_FAILED,
		    80 * SECOND, 87 * SECOND },
		{ "longer than the timeout", 2 * HOUR, FAKE_NEVER - HOUR,
		    "success", STATUS_FAILED, 299 * SECOND, 302 * SECOND },
		{ "at the end of a long one", 2 * HOUR, 150 * SECOND, "success",
		    STATUS_OK, 250 * SECOND, 256 * SECOND },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.rerun_grace_ms = cases[i].grace;
		ADD_RUN(RUNNING(0), OVER(20 * SECOND, "failure"),
		    {
			.at = cases[i].again_at,
			.status = "in_progress",
			.attempt = 2,
		    },
		    {
			.at = cases[i].again_at + 100 * SECOND,
			.status = "completed",
			.conclusion = cases[i].conclusion,
			.attempt = 2,
		    });
		check(wait_for(1) == cases[i].status, "%s: %s", cases[i].what,
		    fault.text);
		check(ended_at[0] >= cases[i].least &&
			ended_at[0] <= cases[i].most,
		    "%s: %" PRId64, cases[i].what, ended_at[0]);
		if (cases[i].status == STATUS_FAILED)
			expect_says("concluded with failure");
		again(state);
	}
}

/* Gone by between two looks; each attempt that failed has its own grace. */
static void
test_rerun_unseen(void **state)
{
	order.rerun_grace_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0), OVER(20 * SECOND, "failure"),
	    {
		.at = 41 * SECOND,
		.status = "completed",
		.conclusion = "failure",
		.attempt = 2,
	    },
	    {
		.at = 65 * SECOND,
		.status = "completed",
		.conclusion = "success",
		.attempt = 3,
	    });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_true(runs[0].state.run.attempt == 3);
	again(state);
	/* Success needs no grace. */
	order.rerun_grace_ms = HOUR;
	ADD_RUN(OVER(0, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_pause_count, 0);
	again(state);
	/* The grace ends right then, not an interval later. */
	order.rerun_grace_ms = 30 * SECOND;
	order.interval_ms = 100 * SECOND;
	ADD_RUN(OVER(0, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(fake_now(), 30 * SECOND, 31 * SECOND);
}

/* Even a grace that ends soon does not break a rate limit. */
static void
test_grace_and_limit(void **state)
{
	(void)state;
	order.rerun_grace_ms = 20 * SECOND;
	ADD_RUN(OVER(0, "failure"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.first = 2,
		.status = STATUS_LIMITED,
		.wait_ms = MINUTE,
	    });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_true(fake_nth(gh, FAKE_RUN, 2)->at >= 65 * SECOND);
}

/* A grace that ends while the server fails is no reason to hurry. */
static void
test_grace_and_storm(void **state)
{
	(void)state;
	order.rerun_grace_ms = 20 * SECOND;
	ADD_RUN(OVER(0, "failure"));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 15 * SECOND,
		.until = 100 * SECOND,
		.status = STATUS_SERVER,
	    });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(looks(), 5, 20);
}

/* Cancelled by us: nobody will run it again. */
static void
test_grace_and_cancel(void **state)
{
	(void)state;
	order.rerun_grace_ms = 2 * MINUTE;
	order.cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 10 * SECOND;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("concluded with cancelled");
	assert_in_range(ended_at[0], 40 * SECOND, 45 * SECOND);
	again(state);
	/* In a grace already: it ends with the attempt to cancel. */
	order.rerun_grace_ms = 2 * MINUTE;
	order.cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0), OVER(10 * SECOND, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(ended_at[0], 30 * SECOND, 35 * SECOND);
	again(state);
	/* One that may not be cancelled may well be run again. */
	order.rerun_grace_ms = 2 * MINUTE;
	order.cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "failure"),
	    {
		.at = 90 * SECOND,
		.status = "completed",
		.conclusion = "success",
		.attempt = 2,
	    });
	fake_fail_lasting(gh, FAKE_CANCEL, 1, FAKE_ALWAYS, STATUS_REFUSED);
	assert_int_equal(wait_for(1), STATUS_OK);
}

/* --- jobs --- */

/* Each conclusion of a named job, at once or when the run is over. */
static void
test_job_conclusions(void **state)
{
	static struct fake_job jobs[2];
	size_t i;

	for (i = 1; i < COUNT(conclusions); i++) {
		memset(jobs, 0, sizeof jobs);
		jobs[0].name = "other";
		jobs[1].name = "build";
		jobs[1].done_at = 20 * SECOND;
		jobs[1].conclusion = conclusions[i].text;
		wait_for_job("build");
		ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
		add_jobs(jobs, 2);
		check(wait_for(1) == (i == 1 ? STATUS_OK : STATUS_FAILED),
		    "%s: %s", conclusions[i].text, fault.text);
		assert_in_range(ended_at[0], 20 * SECOND, 27 * SECOND);
		if (i != 1) {
			expect_says("\"build\"");
			expect_says(conclusions[i].text);
			expect_says("/job/");
		}
		again(state);
	}
}

/* All that are named have to succeed; one that fails is enough to fail. */
static void
test_jobs(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "a", .done_at = 10 * SECOND },
		{ .name = "b", .done_at = 60 * SECOND },
		{
		    .name = "c",
		    .done_at = 30 * SECOND,
		    .conclusion = "failure",
		},
		{ .name = "s", .skipped = true, .listed_at = 40 * SECOND },
		{ .name = "caller / inner", .done_at = 20 * SECOND },
		{
		    .name = "caller / broken",
		    .done_at = 20 * SECOND,
		    .conclusion = "failure",
		},
		{ .name = "twice", .done_at = 20 * SECOND },
		{ .name = "twice", .done_at = 80 * SECOND },
		{ .name = "mixed", .done_at = 20 * SECOND },
		{
		    .name = "mixed",
		    .done_at = 50 * SECOND,
		    .conclusion = "failure",
		},
	};
	static const struct {
		const char *names[3];
		enum status status;
		int64_t at; /* about */
		const char *failed;
	} cases[] = {
		{ { "a" }, STATUS_OK, 10 * SECOND, NULL },
		{ { "a", "b" }, STATUS_OK, 60 * SECOND, NULL },
		{ { "b", "a" }, STATUS_OK, 60 * SECOND, NULL },
		{ { "a", "a" }, STATUS_OK, 10 * SECOND, NULL },
		{ { "c" }, STATUS_FAILED, 30 * SECOND, "c" },
		{ { "b", "c" }, STATUS_FAILED, 30 * SECOND, "c" },
		{ { "a", "b", "s" }, STATUS_FAILED, 40 * SECOND, "s" },
		{ { "caller / inner" }, STATUS_OK, 20 * SECOND, NULL },
		{ { "caller / broken" }, STATUS_FAILED, 20 * SECOND,
		    "caller / broken" },
		{ { "twice" }, STATUS_OK, 80 * SECOND, NULL },
		{ { "mixed" }, STATUS_FAILED, 50 * SECOND, "mixed" },
		{ { "mixed", "twice" }, STATUS_FAILED, 50 * SECOND, "mixed" },
	};
	char quoted[32];
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		for (k = 0; k < 3 && cases[i].names[k] != NULL; k++)
			wait_for_job(cases[i].names[k]);
		ADD_RUN(RUNNING(0), OVER(200 * SECOND, "failure"));
		add_jobs(jobs, COUNT(jobs));
		check(wait_for(1) == cases[i].status, "case %zu: %s", i,
		    fault.text);
		check(ended_at[0] >= cases[i].at &&
			ended_at[0] <= cases[i].at + 7 * SECOND,
		    "case %zu: %" PRId64, i, ended_at[0]);
		if (cases[i].failed != NULL) {
			snprintf(
			    quoted, sizeof quoted, "\"%s\"", cases[i].failed);
			expect_says(quoted);
		}
		again(state);
	}
}

/* Names are compared as they are: no parts, no other case. */
static void
test_job_names(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "build (ubuntu)", .done_at = SECOND },
		{ .name = "Build", .done_at = SECOND },
		{ .name = "rebuild", .done_at = SECOND },
		{ .name = "caller / build", .done_at = SECOND },
		{ .name = "", .done_at = SECOND },
	};

	(void)state;
	wait_for_job("build");
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("and has no job \"build\"");
	expect_says("\"build (ubuntu)\", \"Build\", \"rebuild\", "
		    "\"caller / build\"");
	/* Jobs may be listed a little later than their run is over. */
	assert_in_range(ended_at[0], 65 * SECOND, 72 * SECOND);
	assert_int_equal(runs[0].state.run.attempt, 1);
}

/* A name comes late, even after its run is over. */
static void
test_late_job(void **state)
{
	static struct fake_job jobs[] = { { .name = "first",
					      .done_at = SECOND },
		{
		    .name = "late",
		    .listed_at = 150 * SECOND,
		    .done_at = 160 * SECOND,
		} };

	wait_for_job("late");
	ADD_RUN(RUNNING(0), OVER(200 * SECOND, "success"));
	add_jobs(jobs, 2);
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 160 * SECOND, 167 * SECOND);
	again(state);
	jobs[1].listed_at = jobs[1].done_at = 61 * SECOND;
	wait_for_job("late");
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	add_jobs(jobs, 2);
	assert_int_equal(wait_for(1), STATUS_OK);
	again(state);
	/* No jobs at all. */
	wait_for_job("late");
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "startup_failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("startup_failure");
	expect_says("none");
}

/* The deadline comes right after the run is over without the job. */
static void
test_job_and_deadline(void **state)
{
	static const struct fake_job jobs[] = { { .name = "other",
	    .done_at = SECOND } };

	(void)state;
	wait_for_job("build");
	ADD_RUN(RUNNING(0), OVER(299 * SECOND, "success"));
	add_jobs(jobs, 1);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("\"build\"");
	expect_says("\"other\"");
	expect_denies("no longer");
}

/* A matrix of 256 and more: all pages, and each as it is needed. */
static void
test_many_jobs(void **state)
{
	static struct fake_job jobs[256];
	static char names[COUNT(jobs)][16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(jobs); i++) {
		snprintf(names[i], sizeof names[i], "shard (%zu)", i);
		jobs[i].name = names[i];
		jobs[i].done_at = 30 * SECOND;
	}
	wait_for_job("shard (0)");
	wait_for_job("shard (100)");
	wait_for_job("shard (255)");
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 30 * SECOND, 36 * SECOND);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 3 * looks());
	assert_int_equal(runs[0].jobs.count, 3);
	assert_string_equal(watched_job(&runs[0], 255)->name, "shard (255)");
	assert_null(watched_job(&runs[0], 256));
	for (i = 0; i < gh->call_count; i++)
		if (gh->calls[i].kind == FAKE_JOBS)
			assert_int_equal(
			    gh->calls[i].attempts, GITHUB_LATEST_ATTEMPT);
}

/* A message does not burst with names. */
static void
test_many_names(void **state)
{
	static struct fake_job jobs[500];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(jobs); i++) {
		jobs[i].name = "a name of some length, as matrices give them";
		jobs[i].done_at = SECOND;
	}
	wait_for_job("build");
	ADD_RUN(RUNNING(0), OVER(2 * SECOND, "success"));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(strlen(fault.text), 1000, FAULT_TEXT_MAX - 100);
	expect_says("...");
}

/* A re-run: its jobs, not those of the attempt before. */
static void
test_jobs_of_rerun(void **state)
{
	static const struct fake_job jobs[] = {
		{
		    .name = "other",
		    .done_at = 10 * SECOND,
		    .conclusion = "failure",
		},
		{ .name = "build" },
		{
		    .name = "build",
		    .attempt = 2,
		    .set_up_at = 31 * SECOND,
		    .done_at = 60 * SECOND,
		},
	};

	(void)state;
	wait_for_job("build");
	ADD_RUN(RUNNING(0),
	    { .at = 30 * SECOND, .status = "in_progress", .attempt = 2 });
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 60 * SECOND, 67 * SECOND);
}

/* "Re-run failed jobs": what succeeded before is no job of the last attempt. */
static void
test_jobs_of_all_attempts(void **state)
{
	static struct fake_job jobs[] = {
		{
		    .name = "build",
		    .done_at = 10 * SECOND,
		    .conclusion = "failure",
		},
		{ .name = "build", .attempt = 2, .done_at = 20 * SECOND },
		{
		    .name = "test",
		    .done_at = 10 * SECOND,
		    .conclusion = "failure",
		},
		{ .name = "test", .attempt = 3, .done_at = 50 * SECOND },
	};
	static const struct fake_state ends = {
		.at = 60 * SECOND,
		.status = "completed",
		.conclusion = "success",
		.attempt = 3,
	};

	(void)state;
	wait_for_job("build");
	wait_for_job("test");
	ADD_RUN({ .at = 0, .status = "in_progress", .attempt = 3 }, ends);
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	/* Not before it is certain that no later attempt will list it. */
	assert_in_range(ended_at[0], 60 * SECOND, 72 * SECOND);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), looks() + 1);
	again(state);
	/* Of several, the latest attempt's. */
	jobs[1].conclusion = "failure";
	jobs[0].conclusion = "success";
	wait_for_job("build");
	ADD_RUN({ .at = 0, .status = "in_progress", .attempt = 3 }, ends);
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("job \"build\" of run 17654321098 concluded with failure");
	again(state);
	/* In none of them. */
	wait_for_job("biuld");
	ADD_RUN({ .at = 0, .status = "in_progress", .attempt = 3 }, ends);
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("and has no job \"biuld\"");
	again(state);
	/* No time left to look into the others: not known, and no failure. */
	wait_for_job("build");
	order.timeout_ms = 62 * SECOND;
	order.interval_ms = 61 * SECOND;
	ADD_RUN({ .at = 0, .status = "in_progress", .attempt = 3 }, ends);
	add_jobs(jobs, COUNT(jobs));
	fake_fail(gh, FAKE_JOBS, 3, FAKE_ALWAYS, STATUS_SERVER);
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	jobs[0].conclusion = "failure";
	jobs[1].conclusion = NULL;
}

/* The timeout is over, and nobody has seen the job that was named. */
static void
test_unseen_job_at_timeout(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build" },
		{ .name = "test" } };

	(void)state;
	wait_for_job("build");
	wait_for_job("biuld");
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("No job \"biuld\" was seen; its jobs are: \"build\", "
		    "\"test\".");
	again(state);
	wait_for_job("build");
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_denies("was seen;");
}

/* Fewer pages than before: those that are gone do not count. */
static void
test_fewer_pages(void **state)
{
	static struct fake_job jobs[151];
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < 150; i++)
		jobs[i].name = i < 120 ? "shard" : "build";
	jobs[150].name = "build";
	jobs[150].attempt = 2;
	jobs[150].done_at = 60 * SECOND;
	wait_for_job("build");
	wants_summary();
	ADD_RUN(RUNNING(0),
	    { .at = 30 * SECOND, .status = "in_progress", .attempt = 2 });
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 60 * SECOND, 67 * SECOND);
	assert_null(watched_job(&runs[0], 1));
}

/* A grace holds for named jobs too. */
static void
test_jobs_and_grace(void **state)
{
	static const struct fake_job jobs[] = {
		{
		    .name = "build",
		    .done_at = 20 * SECOND,
		    .conclusion = "failure",
		},
		{
		    .name = "build",
		    .attempt = 2,
		    .set_up_at = 41 * SECOND,
		    .done_at = 80 * SECOND,
		},
	};

	(void)state;
	wait_for_job("build");
	order.rerun_grace_ms = MINUTE;
	ADD_RUN(RUNNING(0), OVER(21 * SECOND, "failure"),
	    { .at = 40 * SECOND, .status = "in_progress", .attempt = 2 });
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 80 * SECOND, 87 * SECOND);
}

/* A list of jobs that fails is no verdict. */
static void
test_jobs_fail(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
	    .done_at = 20 * SECOND } };

	wait_for_job("build");
	ADD_RUN(RUNNING(0), OVER(25 * SECOND, "success"));
	add_jobs(jobs, 1);
	fake_fail(gh, FAKE_JOBS, 2, 12, STATUS_SERVER);
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(seen[0], 1);
	again(state);
	wait_for_job("build");
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, 1);
	fake_fail_lasting(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_REFUSED);
	assert_int_equal(wait_for(1), STATUS_REFUSED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 1);
}

/* The list that goes with a verdict must not hold it back for long. */
static void
test_jobs_of_failed(void **state)
{
	size_t i;

	(void)state;
	ADD_RUN(RUNNING(0), OVER(25 * SECOND, "failure"));
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 1);
	for (i = 0; gh->calls[i].kind != FAKE_JOBS; i++)
		;
	assert_in_range(gh->calls[i].deadline_ms - FAKE_START - gh->calls[i].at,
	    1 * SECOND, 10 * SECOND);
}

/* All courtesies beyond the timeout share ten seconds. */
static void
test_courtesies(void **state)
{
	int i;

	for (i = 0; i < RUNS; i++)
		ADD_RUN(OVER(0, "failure"));
	order.timeout_ms = 5 * SECOND;
	wants_summary();
	order.log_lines = 10;
	gh->call_ms = 100;
	gh->jobs_ms = 60 * SECOND;
	assert_int_equal(wait_for(RUNS), STATUS_FAILED);
	assert_in_range(fake_now(), 10 * SECOND, 16 * SECOND);
	for (i = 0; i < RUNS; i++)
		assert_int_equal(runs[i].status, STATUS_FAILED);
	again(state);
	/* With time left there is as much for each as ever. */
	ADD_RUN(OVER(0, "failure"));
	ADD_RUN(OVER(0, "failure"));
	gh->jobs_ms = 60 * SECOND;
	assert_int_equal(wait_for(2), STATUS_FAILED);
	assert_in_range(fake_now(), 20 * SECOND, 21 * SECOND);
}

/* When jobs are listed, and how often. */
static void
test_listing_of_jobs(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
						    .done_at = 100 * SECOND },
		{ .name = "test", .done_at = 100 * SECOND } };
	static const struct {
		const char *what;
		bool fails, wants, named;
		size_t listed; /* 0: once a look */
	} cases[] = {
		{ "success", false, false, false, 99 },
		{ "failure", true, false, false, 1 },
		{ "success, summary", false, true, false, 1 },
		{ "failure, summary", true, true, false, 1 },
		{ "named", false, false, true, 0 },
		{ "named, summary", false, true, true, 0 },
	};
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].wants)
			wants_summary();
		if (cases[i].named)
			wait_for_job("build");
		ADD_RUN(RUNNING(0),
		    OVER(101 * SECOND, cases[i].fails ? "failure" : "success"));
		add_jobs(jobs, COUNT(jobs));
		check(
		    wait_for(1) == (cases[i].fails ? STATUS_FAILED : STATUS_OK),
		    "%s", cases[i].what);
		n = fake_count(gh, FAKE_JOBS, RUN);
		check(n ==
			(cases[i].listed == 99         ? 0
				: cases[i].listed == 0 ? looks()
						       : cases[i].listed),
		    "%s: %zu", cases[i].what, n);
		check(!cases[i].wants || watched_job(&runs[0], 1) != NULL, "%s",
		    cases[i].what);
		check(fake_count(gh, FAKE_LOG, 0) == 0, "%s", cases[i].what);
		again(state);
	}
	/* For a summary of what goes on, too; and not after a signal. */
	wants_summary();
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 1);
	assert_non_null(watched_job(&runs[0], 1));
	again(state);
	wants_summary();
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 0);
	again(state);
	/* What cannot be had is left out. */
	wants_summary();
	ADD_RUN(OVER(0, "success"));
	fake_fail(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_SERVER);
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_null(watched_job(&runs[0], 0));
}

/* The failed ones and the ends of their logs. */
static void
test_report(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "good", .done_at = 1 },
		{ .name = "bad",
		    .done_at = 1,
		    .conclusion = "failure",
		    .steps = { "Compile it", "Upload" },
		    .failed_step = "Compile it",
		    .log = "one\ntwo\nthree\n" },
	};
	int lines;

	for (lines = 0; lines < 3; lines++) {
		order.log_lines = (size_t)lines;
		ADD_RUN(OVER(0, "failure"));
		add_jobs(jobs, COUNT(jobs));
		assert_int_equal(wait_for(1), STATUS_FAILED);
		assert_int_equal(fake_count(gh, FAKE_LOG, 0), lines > 0);
		expect_logged("error: job \"bad\" concluded with failure");
		expect_logged("\"Compile it\"");
		assert_int_equal(
		    strstr(logged, "| three\n") != NULL, lines > 0);
		assert_int_equal(strstr(logged, "| two\n") != NULL, lines > 1);
		assert_null(strstr(logged, "| one"));
		assert_null(strstr(logged, "\"good\""));
		again(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITING_TEST(test_rerun_goes_on),
		WAITING_TEST(test_rerun_grace),
		WAITING_TEST(test_rerun_unseen),
		WAITING_TEST(test_grace_and_limit),
		WAITING_TEST(test_grace_and_storm),
		WAITING_TEST(test_grace_and_cancel),
		WAITING_TEST(test_job_conclusions),
		WAITING_TEST(test_jobs),
		WAITING_TEST(test_job_names),
		WAITING_TEST(test_late_job),
		WAITING_TEST(test_job_and_deadline),
		WAITING_TEST(test_many_jobs),
		WAITING_TEST(test_many_names),
		WAITING_TEST(test_jobs_of_rerun),
		WAITING_TEST(test_jobs_of_all_attempts),
		WAITING_TEST(test_unseen_job_at_timeout),
		WAITING_TEST(test_fewer_pages),
		WAITING_TEST(test_jobs_and_grace),
		WAITING_TEST(test_jobs_fail),
		WAITING_TEST(test_jobs_of_failed),
		WAITING_TEST(test_courtesies),
		WAITING_TEST(test_listing_of_jobs),
		WAITING_TEST(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
