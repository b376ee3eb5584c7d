/*
 * Waiting: what ends it and what does not, in every weather; how often the
 * server is asked; and what becomes of runs when we are told to go.
 */
#include "unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "fake_clock.h"
#include "fake_github.h"
#include "command/wait.h"

#define RUN	UINT64_C(17654321098)
#define RUNS	6
#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)

static struct github		*gh;
static struct wait_order	 order;
static struct watched		 runs[RUNS];
static struct fault		 fault;
static const char		*named[4];
static struct fake_state	 scripts[32];
static size_t			 script_count;

/* What the hooks were told. */
static unsigned int		 seen[RUNS], ended[RUNS];
static int64_t			 seen_at[RUNS], ended_at[RUNS];

static char			 log_path[64];
static int			 saved_stderr;
static char			 logged[400000];

/* As with the defaults. */
static int
set_up(void **state)
{
	size_t i;

	(void)state;
	log_open(LOG_LEVEL_INFO, false);
	gh = fake_github_new();
	order = (struct wait_order){
		.timeout_ms = 300 * SECOND,
		.interval_ms = 5 * SECOND,
		.interval_grows = true,
		.jobs = named,
		.cancel_after_ms = WAIT_NEVER,
		.force_cancel_after_ms = WAIT_NEVER,
	};
	memset(runs, 0, sizeof runs);
	for (i = 0; i < RUNS; i++) {
		runs[i].gh = gh;
		runs[i].id = RUN + i;
	}
	memset(&fault, 0, sizeof fault);
	memset(seen, 0, sizeof seen);
	memset(ended, 0, sizeof ended);
	script_count = 0;
	saved_stderr = -1;
	return 0;
}

static void
restore(void)
{
	ssize_t n;
	int fd;

	if (saved_stderr == -1)
		return;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	saved_stderr = -1;
	fd = open(log_path, O_RDONLY);
	n = read(fd, logged, sizeof logged - 1);
	logged[n > 0 ? n : 0] = '\0';
	close(fd);
	unlink(log_path);
}

static int
tear_down(void **state)
{
	size_t i;

	(void)state;
	/* A check failed while the log was captured. */
	if (saved_stderr != -1) {
		restore();
		print_error("%s\n", logged);
	}
	for (i = 0; i < RUNS; i++)
		watched_wipe(&runs[i]);
	fake_github_free(gh);
	return 0;
}

static void
on_seen(void *ctx, const struct watched *a)
{
	size_t n = (size_t)(a - runs);

	assert_ptr_equal(ctx, &fault);
	assert_in_range(n, 0, RUNS - 1);
	assert_true(a->seen);
	assert_false(a->ended);
	assert_true(a->state.run.id == a->id);
	assert_int_equal(ended[n], 0);
	seen[n]++;
	seen_at[n] = fake_now();
}

static void
on_ended(void *ctx, const struct watched *a)
{
	size_t n = (size_t)(a - runs);

	assert_ptr_equal(ctx, &fault);
	assert_in_range(n, 0, RUNS - 1);
	assert_true(a->ended);
	assert_true(a->status == STATUS_OK || a->fault.status == a->status);
	assert_int_equal(seen[n], a->seen);
	ended[n]++;
	ended_at[n] = fake_now();
}

static enum status
wait_with(const struct clock *clock, const struct wait_hooks *hooks,
    size_t count)
{
	enum status status;
	int fd;

	snprintf(log_path, sizeof log_path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(log_path);
	assert_true(fd > 2);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	status = wait_for_runs(clock, &order, runs, count, hooks, &fault);
	restore();
	return status;
}

/* Waits, with what holds for every wait. */
static enum status
wait_for(size_t count)
{
	const struct wait_hooks hooks = { on_seen, on_ended, &fault };
	enum status status = wait_with(&fake_clock, &hooks, count);
	size_t i;

	for (i = 0; i < count; i++) {
		check(runs[i].ended && ended[i] == 1, "run %zu ended %u "
		    "times", i, ended[i]);
		check(seen[i] == runs[i].seen, "run %zu was seen %u times", i,
		    seen[i]);
		check(runs[i].status == STATUS_OK || *runs[i].fault.text !=
		    '\0', "run %zu", i);
	}
	if (status == STATUS_OK)
		return status;
	assert_int_equal(fault.status, status);
	check(strstr(fault.text, "17654321") != NULL, "%s", fault.text);
	check(fault.text[strlen(fault.text) - 1] != ' ', "%s", fault.text);
	return status;
}

static void
add_run(const struct fake_state *states, size_t n)
{
	struct fake_state *copy = &scripts[script_count];

	script_count += n;
	assert_in_range(script_count, 1, COUNT(scripts));
	memcpy(copy, states, n * sizeof *copy);
	fake_add_run(gh, (struct fake_run){ .id = RUN + gh->run_count,
	    .states = copy, .state_count = n });
}

/* A script right in the call. */
#define ADD_RUN(...)							\
	add_run((const struct fake_state[]){ __VA_ARGS__ },		\
	    sizeof (const struct fake_state[]){ __VA_ARGS__ } /		\
	    sizeof (struct fake_state))

static void
add_jobs(const struct fake_job *jobs, size_t n)
{
	struct fake_run *run = &gh->runs[gh->run_count - 1];

	run->jobs = jobs;
	run->job_count = n;
}

static void
wait_for_job(const char *name)
{
	assert_in_range(order.job_count, 0, COUNT(named) - 1);
	named[order.job_count++] = name;
}

static size_t
looks(void)
{
	return fake_count(gh, FAKE_RUN, 0);
}

static void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"",
	    part, fault.text);
}

static void
expect_denies(const char *part)
{
	check(strstr(fault.text, part) == NULL, "\"%s\" is in \"%s\"", part,
	    fault.text);
}

static void
expect_logged(const char *part)
{
	check(strstr(logged, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    logged);
}

static void
again(void **state)
{
	tear_down(state);
	set_up(state);
}

#define QUEUED		{ .status = "queued" }
#define RUNNING(t)	{ .at = (t), .status = "in_progress" }
#define OVER(t, how)	{ .at = (t), .status = "completed",		\
			  .conclusion = (how) }

/* --- what a run comes to --- */

static const char *const statuses[] = { "queued", "in_progress", "waiting",
    "requested", "pending", "completed", "a_new_one", "Completed", "failure",
    "success" };

static const struct {
	const char	*text;
	bool		 known;
} conclusions[] = {
	{ NULL, false }, { "success", true }, { "failure", true },
	{ "neutral", true }, { "cancelled", true }, { "skipped", true },
	{ "timed_out", true }, { "action_required", true }, { "stale", true },
	{ "startup_failure", true }, { "a_new_one", false },
	{ "Success", false },
};

/* Each status with each conclusion, and then a success. */
static void
test_every_pair(void **state)
{
	const char *conclusion;
	size_t i, k;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(conclusions); k++) {
			conclusion = conclusions[k].text;
			ADD_RUN(QUEUED, { .at = 20 * SECOND,
			    .status = statuses[i], .conclusion = conclusion },
			    OVER(60 * SECOND, "success"));
			if (strcmp(statuses[i], "completed") != 0) {
				check(wait_for(1) == STATUS_OK, "%s, %s",
				    statuses[i], conclusion);
				check(ended_at[0] >= 60 * SECOND &&
				    ended_at[0] < 66 * SECOND, "%s, %s",
				    statuses[i], conclusion);
				again(state);
				continue;
			}
			/* No word is no verdict. */
			if (conclusion == NULL) {
				assert_int_equal(wait_for(1), STATUS_FAILED);
				expect_says("concluded with no conclusion: ");
				assert_in_range(ended_at[0], 30 * SECOND,
				    37 * SECOND);
				again(state);
				continue;
			}
			check(wait_for(1) == (k == 1 ? STATUS_OK :
			    STATUS_FAILED), "%s", conclusion);
			check(ended_at[0] >= 20 * SECOND && ended_at[0] <
			    26 * SECOND, "%s", conclusion);
			assert_int_equal(runs[0].status, k == 1 ? STATUS_OK :
			    STATUS_FAILED);
			if (k != 1) {
				expect_says(conclusion);
				expect_says(fake_url(RUN));
				assert_int_equal(strstr(fault.text,
				    "not a known conclusion") == NULL,
				    conclusions[k].known);
			}
			assert_string_equal(runs[0].state.run.conclusion,
			    conclusion);
			again(state);
		}
}

/* For one look, or a few, the conclusion is not told; or the status is null. */
static void
test_untold(void **state)
{
	static const struct fake_job late[] = { { .name = "build",
	    .done_at = 20 * SECOND, .conclusion = "" } };

	ADD_RUN(RUNNING(0), OVER(20 * SECOND, NULL),
	    OVER(28 * SECOND, "success"));
	order.interval_ms = HOUR;
	order.timeout_ms = 25 * SECOND;
	order.interval_ms = 20 * SECOND;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("has reported no conclusion yet");
	expect_says("was completed when last seen");
	again(state);
	/* Looked at each second, whatever the interval. */
	order.interval_ms = 20 * SECOND;
	ADD_RUN(RUNNING(0), OVER(19 * SECOND, NULL),
	    OVER(28 * SECOND, "failure"));
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
	expect_says("concluded with no conclusion: https");
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
		order.timeout_ms = intervals[i] < SECOND ? 10 * SECOND :
		    3 * HOUR;
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
		check(pause == 5 * SECOND || pause <= elapsed / 100,
		    "%" PRId64, pause);
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
		int64_t		 timeout, interval, over_at;
		enum status	 status;
	} cases[] = {
		{ 300 * SECOND, 5 * SECOND, 299990, STATUS_OK },
		{ 300 * SECOND, 5 * SECOND, 300 * SECOND, STATUS_OK },
		{ 300 * SECOND, 5 * SECOND, 303 * SECOND,
		    STATUS_WAIT_TIMEOUT },
		{ 7 * SECOND, 5 * SECOND, 6990, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 59 * SECOND, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 1 * SECOND, STATUS_OK },
		{ 60 * SECOND, 10 * MINUTE, 62 * SECOND,
		    STATUS_WAIT_TIMEOUT },
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
			check(last->at >= cases[i].timeout || last->at <=
			    last->ended_at - 100, "case %zu", i);
			check(last->ended_at >= cases[i].timeout, "case %zu",
			    i);
			expect_says("was in_progress when last seen");
			expect_says(fake_url(RUN));
		}
		/* The last look has little time, and some. */
		check(fake_now() <= cases[i].timeout + 3 * SECOND,
		    "case %zu", i);
		check(last->deadline_ms - FAKE_START <= cases[i].timeout +
		    3 * SECOND && last->deadline_ms - FAKE_START >= last->at +
		    SECOND, "case %zu", i);
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
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
		    .from = 10 * MINUTE, .until = 40 * MINUTE,
		    .status = kinds[i] });
		check(wait_for(1) == STATUS_OK, "%s", fault.text);
		check(ended_at[0] <= HOUR + 6 * SECOND, "kind %zu", i);
		assert_int_equal(seen[0], 1);
		for (n = most = 0; n < fake_pause_count; n++)
			if (fake_pauses[n] > fake_pauses[most])
				most = n;
		assert_in_range(fake_pauses[most], 20 * SECOND, MINUTE);
		assert_int_equal(fake_pauses[0], 5 * SECOND);
		assert_int_equal(fake_pauses[fake_pause_count - 1],
		    5 * SECOND);
		/* One line tells of it, not one a look. */
		expect_logged("fake: call failed");
		check(strstr(strstr(logged, "fake: call failed") + 1,
		    "fake: call failed") == NULL, "%s", logged);
		again(state);
	}
}

static size_t
count_logged(const char *part)
{
	const char *p;
	size_t n = 0;

	for (p = logged; (p = strstr(p, part)) != NULL; p++)
		n++;
	return n;
}

/* Each of two storms is told once, and the first is forgotten in between. */
static void
test_two_storms(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(250 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 50 * SECOND, .until = 80 * SECOND,
	    .status = STATUS_SERVER });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 150 * SECOND, .until = 180 * SECOND,
	    .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(count_logged("fake: call failed"), 2);
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
				ADD_RUN(RUNNING(0), OVER(60 * SECOND,
				    "success"));
				add_jobs(jobs, 1);
				fake_add_failure(gh, (struct fake_failure){
				    .kind = calls[k], .first =
				    (unsigned int)n + 1, .status = kinds[i],
				    .lasting = kinds[i] != STATUS_NOT_FOUND });
				check(wait_for(1) == STATUS_OK, "%zu %zu %zu: "
				    "%s", i, k, n, fault.text);
				again(state);
			}
	for (i = 0; i < COUNT(kinds); i++)
		for (k = 0; k < COUNT(intervals); k++) {
			order.interval_ms = intervals[k];
			order.timeout_ms = 2 * HOUR;
			ADD_RUN(RUNNING(0));
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_RUN, .first = 2, .last = FAKE_ALWAYS,
			    .status = kinds[i], .lasting = kinds[i] !=
			    STATUS_NOT_FOUND });
			assert_int_equal(wait_for(1), kinds[i]);
			assert_int_equal(status_exit_code(kinds[i]), 3);
			/* At growing pauses, and the token anew at first. */
			assert_int_equal(looks(), 1 + 5);
			assert_in_range(fake_now() - fake_nth(gh, FAKE_RUN,
			    1)->at, 10 * SECOND, 12 * SECOND);
			assert_int_equal(gh->renewals, 1);
			expect_says(kinds[i] == STATUS_UNAUTHORIZED ?
			    "may have expired" : kinds[i] == STATUS_FORBIDDEN ?
			    "no longer being watched" : "is gone");
			again(state);
		}
}

/* What cannot pass ends it, and says that the run goes on. */
static void
test_lasting(void **state)
{
	static const struct {
		enum status	status;
		int		exit_code;
	} kinds[] = {
		{ STATUS_REFUSED, 3 }, { STATUS_TLS, 7 }, { STATUS_CONNECT, 7 },
		{ STATUS_PROTOCOL, 7 },
	};
	size_t i;
	int late;

	for (i = 0; i < COUNT(kinds); i++)
		for (late = 0; late < 2; late++) {
			ADD_RUN(RUNNING(0));
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_RUN, .first = late ? 4 : 1,
			    .last = FAKE_ALWAYS, .status = kinds[i].status,
			    .lasting = true });
			check(wait_for(1) == kinds[i].status, "kind %zu: %s",
			    i, fault.text);
			assert_int_equal(status_exit_code(kinds[i].status),
			    kinds[i].exit_code);
			expect_says("fake: call failed.");
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
		enum status	status, to;
		int		exit_code;
	} kinds[] = {
		{ STATUS_SERVER, STATUS_SERVER, 7 },
		{ STATUS_CONNECT, STATUS_CONNECT, 7 },
		{ STATUS_TIMEOUT, STATUS_TIMEOUT, 7 },
		{ STATUS_LIMITED, STATUS_LIMITED, 3 },
	};
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		ADD_RUN(RUNNING(0));
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
		    .first = 1, .last = FAKE_ALWAYS,
		    .status = kinds[i].status });
		check(wait_for(1) == kinds[i].to, "kind %zu: %s", i,
		    fault.text);
		assert_int_equal(status_exit_code(fault.status),
		    kinds[i].exit_code);
		expect_says("fake: call failed");
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 2, .last = FAKE_ALWAYS, .status = STATUS_CONNECT });
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	expect_says("was in_progress when last seen");
	expect_says("The last look failed: fake: call failed");
	assert_in_range(fake_now(), 300 * SECOND, 303 * SECOND);
	assert_in_range(fake_nth(gh, FAKE_RUN, looks() - 1)->at,
	    299 * SECOND, 301 * SECOND);
}

/* 404: a run just dispatched may not be there yet. */
static void
test_not_there_yet(void **state)
{
	static const struct {
		bool	dispatched;
		int64_t	at;
		bool	good;
	} cases[] = {
		{ true, 1, true }, { true, 30 * SECOND, true },
		{ true, 54 * SECOND, true }, { true, 90 * SECOND, false },
		{ false, 14 * SECOND, true }, { false, 40 * SECOND, false },
		{ true, FAKE_NEVER, false }, { false, FAKE_NEVER, false },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.just_dispatched = cases[i].dispatched;
		ADD_RUN({ .at = cases[i].at, .status = "queued" },
		    OVER(cases[i].at + 100 * SECOND, "success"));
		check(wait_for(1) == (cases[i].good ? STATUS_OK :
		    STATUS_NOT_FOUND), "case %zu: %s", i, fault.text);
		assert_int_equal(seen[0], cases[i].good);
		if (!cases[i].good) {
			assert_int_equal(status_exit_code(fault.status), 3);
			expect_says("fake: not found");
			assert_in_range(fake_now(), cases[i].dispatched ?
			    60 * SECOND : 15 * SECOND, cases[i].dispatched ?
			    66 * SECOND : 30 * SECOND);
			if (!cases[i].dispatched)
				assert_int_equal(looks(), 5);
		}
		again(state);
	}
	/* Once seen, it may be away for a few looks, and no more. */
	order.just_dispatched = true;
	ADD_RUN(RUNNING(0), { .at = 20 * SECOND, .status = NULL },
	    RUNNING(29 * SECOND), OVER(100 * SECOND, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(seen[0], 1);
	again(state);
	order.just_dispatched = true;
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 3, .last = 6, .status = STATUS_NOT_FOUND });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 8, .last = 11, .status = STATUS_NOT_FOUND });
	assert_int_equal(wait_for(1), STATUS_OK);
	/* Not there yet when the time is over: nobody refused anything. */
	again(state);
	order.just_dispatched = true;
	order.timeout_ms = 20 * SECOND;
	ADD_RUN({ .at = FAKE_NEVER });
	assert_int_equal(wait_for(1), STATUS_TIMEOUT);
	assert_int_equal(status_exit_code(fault.status), 7);
	/* Other failures between them start the count anew. */
	again(state);
	ADD_RUN({ .at = 60 * SECOND, .status = "queued" },
	    OVER(100 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 4, .status = STATUS_SERVER });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 8, .status = STATUS_SERVER });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 12, .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_OK);
}

/* Rate limits: not a request before it is over. */
static void
test_limits(void **state)
{
	static const struct {
		int64_t		 told;		/* 0: not told */
		unsigned int	 times;
		int64_t		 least, most;	/* without a request */
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
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
		    .first = 10, .last = 9 + cases[i].times,
		    .status = STATUS_LIMITED, .wait_ms = cases[i].told });
		check(wait_for(1) == STATUS_OK, "case %zu: %s", i,
		    fault.text);
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 2, .status = STATUS_LIMITED, .wait_ms = MINUTE });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 3, .status = STATUS_LIMITED, .wait_ms = 227 * SECOND });
	fake_jitter = true;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(fake_nth(gh, FAKE_RUN, 2)->at -
	    fake_nth(gh, FAKE_RUN, 1)->ended_at, 65 * SECOND);
	assert_int_equal(looks(), 4);
	assert_int_equal(fake_nth(gh, FAKE_RUN, 3)->at, 300 * SECOND);
	again(state);
	/* One that outlasts the deadline is not waited for, nor broken. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 3, .last = FAKE_ALWAYS, .status = STATUS_LIMITED,
	    .wait_ms = HOUR });
	assert_int_equal(wait_for(1), STATUS_LIMITED);
	assert_int_equal(looks(), 3);
	assert_true(fake_now() <= 30 * SECOND);
	expect_says("fake: call failed");
	expect_says("longer than the timeout");
	expect_says("no longer being watched");
	expect_says(fake_url(RUN));
	again(state);
	/* A failing server's wish ends the wait as early, but is no refusal. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 3, .last = FAKE_ALWAYS, .status = STATUS_SERVER,
	    .wait_ms = HOUR });
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_true(fake_now() <= 30 * SECOND);
	expect_says("not concluded yet, and the server asks for a longer "
	    "pause");
	again(state);
	/* Nor is it the timeout's fault that the run was never seen. */
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER,
	    .wait_ms = HOUR });
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
		gh->no_etag = true;		/* each look costs */
		gh->quota = 150;
		gh->quota_reset_at = HOUR;
		assert_int_equal(wait_for(1), jobs ? STATUS_WAIT_TIMEOUT :
		    STATUS_OK);
		for (i = within = 0; i < gh->call_count; i++) {
			check(gh->calls[i].status == STATUS_OK,
			    "limited at %" PRId64, gh->calls[i].at);
			within += gh->calls[i].at < HOUR;
			/* Evenly, as far as one request a look goes. */
			check(jobs || i == 0 || gh->calls[i].at > HOUR ||
			    gh->calls[i].at - gh->calls[i - 1].at <
			    30 * SECOND, "at %" PRId64, gh->calls[i].at);
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
	expect_logged("token");
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_UNAUTHORIZED,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_UNAUTHORIZED);
	assert_int_equal(gh->tokens, 0);
	assert_int_equal(looks(), 1);
	expect_denies("accepted before");
	again(state);
	/* Unless the token may be so new that GitHub does not know it yet. */
	ADD_RUN(RUNNING(0), OVER(MINUTE, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 1, .last = 3, .status = STATUS_UNAUTHORIZED,
	    .lasting = true, .early = true });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(seen_at[0], 6400);
}

/* Good for the dispatch, and not for the first look at its run. */
static void
test_token_of_dispatch(void **state)
{
	(void)state;
	order.just_dispatched = true;
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
	gh->token_ends_at = 5250;	/* run: 5200 to 5300 */
	gh->call_ms = 100;
	gh->token_life_ms = HOUR;
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(gh->tokens, 1);
	again(state);

	/* The verdict is what it is, with or without the jobs. */
	ADD_RUN(RUNNING(0), OVER(MINUTE, "failure"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_UNAUTHORIZED,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("failure");
	expect_logged("warning: ");
}

/* --- attempts --- */

/* A re-run that starts while we wait is the one waited for. */
static void
test_rerun_goes_on(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0),
	    { .at = 100 * SECOND, .status = "queued", .attempt = 2 },
	    { .at = 200 * SECOND, .status = "completed",
	    .conclusion = "success", .attempt = 2 });
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
		const char	*what;
		int64_t		 grace;
		int64_t		 again_at;	/* attempt 2 */
		const char	*conclusion;
		enum status	 status;
		int64_t		 least, most;
	} cases[] = {
		{ "none", 0, 30 * SECOND, "success", STATUS_FAILED,
		    20 * SECOND, 26 * SECOND },
		{ "in time", MINUTE, 70 * SECOND, "success", STATUS_OK,
		    170 * SECOND, 176 * SECOND },
		{ "in time, fails too", MINUTE, 70 * SECOND, "failure",
		    STATUS_FAILED, 230 * SECOND, 242 * SECOND },
		{ "too late", MINUTE, 100 * SECOND, "success", STATUS_FAILED,
		    80 * SECOND, 87 * SECOND },
		{ "never", MINUTE, FAKE_NEVER - HOUR, "success",
		    STATUS_FAILED, 80 * SECOND, 87 * SECOND },
		{ "longer than the timeout", 2 * HOUR, FAKE_NEVER - HOUR,
		    "success", STATUS_FAILED, 299 * SECOND, 302 * SECOND },
		{ "at the end of a long one", 2 * HOUR, 150 * SECOND,
		    "success", STATUS_OK, 250 * SECOND, 256 * SECOND },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.rerun_grace_ms = cases[i].grace;
		ADD_RUN(RUNNING(0), OVER(20 * SECOND, "failure"),
		    { .at = cases[i].again_at, .status = "in_progress",
		    .attempt = 2 }, { .at = cases[i].again_at + 100 * SECOND,
		    .status = "completed", .conclusion = cases[i].conclusion,
		    .attempt = 2 });
		check(wait_for(1) == cases[i].status, "%s: %s",
		    cases[i].what, fault.text);
		check(ended_at[0] >= cases[i].least && ended_at[0] <=
		    cases[i].most, "%s: %" PRId64, cases[i].what,
		    ended_at[0]);
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
	    { .at = 41 * SECOND, .status = "completed",
	    .conclusion = "failure", .attempt = 2 },
	    { .at = 65 * SECOND, .status = "completed",
	    .conclusion = "success", .attempt = 3 });
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .first = 2, .status = STATUS_LIMITED, .wait_ms = MINUTE });
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 15 * SECOND, .until = 100 * SECOND,
	    .status = STATUS_SERVER });
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
	    { .at = 90 * SECOND, .status = "completed",
	    .conclusion = "success", .attempt = 2 });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_OK);
}

/* --- cancelling --- */

static void
test_cancel(void **state)
{
	const struct fake_call *c;

	(void)state;
	order.cancel_after_ms = 62 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 10 * SECOND;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 0);
	c = fake_nth(gh, FAKE_CANCEL, 0);
	assert_in_range(c->at, 62 * SECOND, 63 * SECOND);
	/* From then on it is over soon. */
	assert_in_range(ended_at[0], 72 * SECOND, 74 * SECOND);
	expect_logged("cancel");
}

/* Over in time: nothing to cancel. */
static void
test_cancel_not_due(void **state)
{
	(void)state;
	order.cancel_after_ms = 62 * SECOND;
	ADD_RUN(RUNNING(0), OVER(61900, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 0);
}

static void
test_cancel_at_once(void **state)
{
	(void)state;
	order.cancel_after_ms = 0;
	order.force_cancel_after_ms = 0;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 1);
	assert_true(fake_now() < 3 * SECOND);
}

/* What cannot be cancelled in one go is asked for again. */
static void
test_cancel_fails(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = 3, .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 4);
	assert_true(ended_at[0] < 90 * SECOND);
	again(state);
	/* What will not be done is not. */
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	expect_logged("warning: ");
	expect_logged("fake: call failed");
	again(state);
	/* Nor is it when the server asks for a pause. */
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .status = STATUS_LIMITED, .wait_ms = 45 * SECOND });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 2);
	assert_true(fake_nth(gh, FAKE_CANCEL, 1)->at >= 105 * SECOND);
}

/* 409: it was over before. */
static void
test_cancel_too_late(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	/* The look right before still sees it going on. */
	ADD_RUN(RUNNING(0), OVER(60150, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_null(strstr(logged, "warning"));
}

/* A refusal for now is no end of the run: asked again at each look. */
static void
test_cancel_not_yet(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(QUEUED);
	gh->runs[0].cancel_ms = SECOND;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = 4, .status = STATUS_REFUSED });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 5);
	assert_int_equal(count_logged("was not cancelled: fake: call failed. "
	    "Asking again"), 1);
	assert_null(strstr(logged, "already"));
	again(state);
	/* By force, too. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 0;
	ADD_RUN(QUEUED);
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_FORCE_CANCEL,
	    .first = 1, .last = 2, .status = STATUS_REFUSED });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN), 3);
	again(state);
	/* On a signal: within the time there is. */
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = 3, .status = STATUS_REFUSED });
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("GitHub was asked to cancel run 17654321098");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 4);
	again(state);
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED });
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled: fake: call failed");
	expect_denies("already");
	assert_true(fake_now() <= 17 * SECOND);
	again(state);
	/* A look shows that there is nothing left to cancel. */
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED, OVER(12 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED });
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("already concluded");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	again(state);
	/* One 401 or 403 is not the last word; some that last are. */
	order.cancel_after_ms = MINUTE;
	gh->fresh_tokens = 1;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = 2, .status = STATUS_FORBIDDEN,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(gh->tokens, 1);
	again(state);
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0), OVER(150 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_FORBIDDEN,
	    .lasting = true });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(fake_count(gh, FAKE_CANCEL, RUN), 5, 6);
}

/* A named job that fails cancels the rest, if there is a cancel timeout. */
static void
test_cancel_for_job(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
	    .done_at = 20 * SECOND, .conclusion = "failure" },
	    { .name = "test" } };
	int i;

	for (i = 0; i < 4; i++) {
		wait_for_job("build");
		if (i != 0)
			order.cancel_after_ms = 100 * SECOND;
		if (i == 2)
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_CANCEL, .first = 1,
			    .status = STATUS_REFUSED });
		if (i == 3)
			ADD_RUN(RUNNING(0), OVER(20 * SECOND, "failure"));
		else
			ADD_RUN(RUNNING(0));
		add_jobs(jobs, COUNT(jobs));
		assert_int_equal(wait_for(1), STATUS_FAILED);
		expect_says("job \"build\" of run 17654321098 concluded with "
		    "failure");
		assert_in_range(ended_at[0], 20 * SECOND, 27 * SECOND);
		assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), i == 1 ? 1 :
		    i == 2 ? 2 : 0);
		if (i == 1 || i == 2)
			expect_says("GitHub was asked to cancel run "
			    "17654321098.");
		else
			expect_denies("cancel");
		again(state);
	}
}

/* Hung in cancelling: by force. */
static void
test_force_cancel(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	gh->runs[0].force_ms = 5 * SECOND;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_FORCE_CANCEL,
	    .first = 1, .status = STATUS_CLOSED });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 2);
	assert_in_range(fake_nth(gh, FAKE_FORCE_CANCEL, 0)->at, 90 * SECOND,
	    91 * SECOND);
	assert_in_range(ended_at[0], 95 * SECOND, 100 * SECOND);
	again(state);
	/* Cancelled as asked: no force. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 20 * SECOND;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 0);
	again(state);
	/* Neither helps: the timeout holds. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = gh->runs[0].force_ms = FAKE_NEVER;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 1);
	assert_in_range(fake_now(), 300 * SECOND, 303 * SECOND);
}

/* A cancel that is due while no look gets through goes out all the same. */
static void
test_cancel_in_storm(void **state)
{
	(void)state;
	order.cancel_after_ms = 100 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 5 * SECOND;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 50 * SECOND, .until = 200 * SECOND,
	    .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(fake_nth(gh, FAKE_CANCEL, 0)->at, 100 * SECOND,
	    105 * SECOND);
	expect_says("cancelled");
}

/* --- signals --- */

static void
test_interrupts(void **state)
{
	static const struct {
		const char	*what;
		int64_t		 at;
		int		 sig;
		bool		 cancels;
		enum status	 status;
		const char	*says;
	} cases[] = {
		{ "pausing", 12 * SECOND, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "pausing", 12 * SECOND, SIGTERM, false, STATUS_TERMINATED,
		    "was not cancelled" },
		{ "in a look", 5150, SIGTERM, false, STATUS_TERMINATED,
		    "was not cancelled" },
		{ "in the first look", 50, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "before all", 0, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "pausing, cancels", 12 * SECOND, SIGINT, true,
		    STATUS_INTERRUPTED, "asked to cancel" },
		{ "pausing, cancels", 12 * SECOND, SIGTERM, true,
		    STATUS_TERMINATED, "asked to cancel" },
		{ "in a look, cancels", 5150, SIGTERM, true,
		    STATUS_TERMINATED, "asked to cancel" },
		{ "in the first look, cancels", 50, SIGINT, true,
		    STATUS_INTERRUPTED, "asked to cancel" },
		{ "before all, cancels", 0, SIGTERM, true, STATUS_TERMINATED,
		    "asked to cancel" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.cancel_on_interrupt = cases[i].cancels;
		ADD_RUN(RUNNING(0));
		fake_signal_at(cases[i].at, cases[i].sig);
		check(wait_for(1) == cases[i].status, "%s: %s",
		    cases[i].what, fault.text);
		expect_says("17654321098");
		expect_says(cases[i].says);
		/* How to go on: the page, once, in a command. */
		expect_says("To resume the wait: return-dispatch await https:");
		assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN),
		    cases[i].cancels);
		check(fake_now() <= cases[i].at + SECOND, "%s", cases[i].what);
		if (cases[i].cancels)
			check(fake_nth(gh, FAKE_CANCEL, 0)->deadline_ms -
			    FAKE_START - cases[i].at <= 5 * SECOND, "%s",
			    cases[i].what);
		/* No look after it. */
		check(cases[i].at == 0 || fake_nth(gh, FAKE_RUN, looks() -
		    1)->at < cases[i].at, "%s", cases[i].what);
		again(state);
	}
}

/* The cancel hangs, fails, comes too late, or a second signal arrives. */
static void
test_interrupt_cancel_fails(void **state)
{
	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("may not have been cancelled: fake: call failed");
	expect_denies("asked to cancel");
	/* Again and again, but not for longer than there is time. */
	assert_in_range(fake_count(gh, FAKE_CANCEL, RUN), 5, 10);
	assert_in_range(fake_now(), 16 * SECOND, 17 * SECOND);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	gh->call_ms = 8 * SECOND;
	fake_signal_at(9 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("may not have been cancelled: fake: no answer in time");
	assert_in_range(fake_now(), 13 * SECOND, 14 * SECOND);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	gh->call_ms = 4 * SECOND;
	fake_signal_at(5 * SECOND, SIGTERM);
	fake_signal_at(6 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	assert_int_equal(fake_now(), 6 * SECOND);
	expect_says("17654321098");
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled: fake: call failed");
	expect_denies("asked to cancel");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0), OVER(11 * SECOND, "success"));
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_denies("asked to cancel");
	expect_denies("may not");
	expect_says("already concluded");
}

/* All that go on are asked to cancel, and no other. */
static void
test_interrupt_several(void **state)
{
	(void)state;
	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0), OVER(5 * SECOND, "success"));
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0));
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(3), STATUS_TERMINATED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 2);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 0);
	assert_int_equal(runs[0].status, STATUS_OK);
	assert_int_equal(runs[1].status, STATUS_TERMINATED);
	assert_int_equal(runs[2].status, STATUS_TERMINATED);
	again(state);
	/* We were told to go: that comes before what has failed by then. */
	ADD_RUN(RUNNING(0), OVER(5 * SECOND, "failure"));
	ADD_RUN(RUNNING(0));
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(2), STATUS_TERMINATED);
	assert_int_equal(runs[0].status, STATUS_FAILED);
	expect_logged("17654321098 concluded with failure");
}

/* Already asked for by --cancel-after: asked for once more, which is no harm,
 * or known to be asked for. */
static void
test_interrupt_after_cancel(void **state)
{
	(void)state;
	order.cancel_on_interrupt = true;
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
	again(state);
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	again(state);
	/* Refused then, granted now. */
	order.cancel_on_interrupt = true;
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .status = STATUS_REFUSED, .lasting = true });
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
}

/* The report of a failure is cut short; the verdict stands. */
static void
test_interrupt_in_report(void **state)
{
	static const struct fake_job jobs[] = {
		{ .done_at = 1, .conclusion = "failure" },
		{ .done_at = 1, .conclusion = "failure" },
		{ .done_at = 1, .conclusion = "failure" },
	};

	(void)state;
	order.log_lines = 10;
	ADD_RUN(OVER(0, "failure"));
	add_jobs(jobs, COUNT(jobs));
	fake_signal_at(350, SIGINT);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 2);
	assert_int_equal(fake_now(), 350);
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
		{ .name = "c", .done_at = 30 * SECOND,
		    .conclusion = "failure" },
		{ .name = "s", .skipped = true, .listed_at = 40 * SECOND },
		{ .name = "caller / inner", .done_at = 20 * SECOND },
		{ .name = "caller / broken", .done_at = 20 * SECOND,
		    .conclusion = "failure" },
		{ .name = "twice", .done_at = 20 * SECOND },
		{ .name = "twice", .done_at = 80 * SECOND },
		{ .name = "mixed", .done_at = 20 * SECOND },
		{ .name = "mixed", .done_at = 50 * SECOND,
		    .conclusion = "failure" },
	};
	static const struct {
		const char	*names[3];
		enum status	 status;
		int64_t		 at;		/* about */
		const char	*failed;
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
		check(ended_at[0] >= cases[i].at && ended_at[0] <=
		    cases[i].at + 7 * SECOND, "case %zu: %" PRId64, i,
		    ended_at[0]);
		if (cases[i].failed != NULL) {
			snprintf(quoted, sizeof quoted, "\"%s\"",
			    cases[i].failed);
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
	expect_says("without a job \"build\"");
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
	    .done_at = SECOND }, { .name = "late",
	    .listed_at = 150 * SECOND, .done_at = 160 * SECOND } };

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
	assert_string_equal(watched_job(&runs[0], 255)->name,
	    "shard (255)");
	assert_null(watched_job(&runs[0], 256));
	for (i = 0; i < gh->call_count; i++)
		if (gh->calls[i].kind == FAKE_JOBS)
			assert_int_equal(gh->calls[i].attempts,
			    GITHUB_LATEST_ATTEMPT);
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
		{ .name = "other", .done_at = 10 * SECOND,
		    .conclusion = "failure" },
		{ .name = "build" },
		{ .name = "build", .attempt = 2, .set_up_at = 31 * SECOND,
		    .done_at = 60 * SECOND },
	};

	(void)state;
	wait_for_job("build");
	ADD_RUN(RUNNING(0), { .at = 30 * SECOND, .status = "in_progress",
	    .attempt = 2 });
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(ended_at[0], 60 * SECOND, 67 * SECOND);
}

/* "Re-run failed jobs": what succeeded before is no job of the last attempt. */
static void
test_jobs_of_all_attempts(void **state)
{
	static struct fake_job jobs[] = {
		{ .name = "build", .done_at = 10 * SECOND,
		    .conclusion = "failure" },
		{ .name = "build", .attempt = 2, .done_at = 20 * SECOND },
		{ .name = "test", .done_at = 10 * SECOND,
		    .conclusion = "failure" },
		{ .name = "test", .attempt = 3, .done_at = 50 * SECOND },
	};
	static const struct fake_state ends = { .at = 60 * SECOND,
	    .status = "completed", .conclusion = "success", .attempt = 3 };

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
	expect_says("without a job \"biuld\"");
	again(state);
	/* No time left to look into the others: not known, and no failure. */
	wait_for_job("build");
	order.timeout_ms = 62 * SECOND;
	order.interval_ms = 61 * SECOND;
	ADD_RUN({ .at = 0, .status = "in_progress", .attempt = 3 }, ends);
	add_jobs(jobs, COUNT(jobs));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 3, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
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
	order.wants_jobs = true;
	ADD_RUN(RUNNING(0), { .at = 30 * SECOND, .status = "in_progress",
	    .attempt = 2 });
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
		{ .name = "build", .done_at = 20 * SECOND,
		    .conclusion = "failure" },
		{ .name = "build", .attempt = 2, .set_up_at = 41 * SECOND,
		    .done_at = 80 * SECOND },
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 2, .last = 12, .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(seen[0], 1);
	again(state);
	wait_for_job("build");
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, 1);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
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
	assert_in_range(gh->calls[i].deadline_ms - FAKE_START -
	    gh->calls[i].at, 1 * SECOND, 10 * SECOND);
}

/* All courtesies beyond the timeout share ten seconds. */
static void
test_courtesies(void **state)
{
	int i;

	for (i = 0; i < RUNS; i++)
		ADD_RUN(OVER(0, "failure"));
	order.timeout_ms = 5 * SECOND;
	order.wants_jobs = true;
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
	    .done_at = 100 * SECOND }, { .name = "test",
	    .done_at = 100 * SECOND } };
	static const struct {
		const char	*what;
		bool		 fails, wants, named;
		size_t		 listed;	/* 0: once a look */
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
		order.wants_jobs = cases[i].wants;
		if (cases[i].named)
			wait_for_job("build");
		ADD_RUN(RUNNING(0), OVER(101 * SECOND, cases[i].fails ?
		    "failure" : "success"));
		add_jobs(jobs, COUNT(jobs));
		check(wait_for(1) == (cases[i].fails ? STATUS_FAILED :
		    STATUS_OK), "%s", cases[i].what);
		n = fake_count(gh, FAKE_JOBS, RUN);
		check(n == (cases[i].listed == 99 ? 0 : cases[i].listed == 0 ?
		    looks() : cases[i].listed), "%s: %zu", cases[i].what, n);
		check(!cases[i].wants || watched_job(&runs[0], 1) != NULL,
		    "%s", cases[i].what);
		check(fake_count(gh, FAKE_LOG, 0) == 0, "%s", cases[i].what);
		again(state);
	}
	/* For a summary of what goes on, too; and not after a signal. */
	order.wants_jobs = true;
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 1);
	assert_non_null(watched_job(&runs[0], 1));
	again(state);
	order.wants_jobs = true;
	ADD_RUN(RUNNING(0));
	add_jobs(jobs, COUNT(jobs));
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, RUN), 0);
	again(state);
	/* What cannot be had is left out. */
	order.wants_jobs = true;
	ADD_RUN(OVER(0, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_null(watched_job(&runs[0], 0));
}

/* The failed ones and the ends of their logs. */
static void
test_report(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "good", .done_at = 1 },
		{ .name = "bad", .done_at = 1, .conclusion = "failure",
		    .steps = { "Compile it", "Upload" },
		    .failed_step = "Compile it", .log = "one\ntwo\nthree\n" },
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
		assert_int_equal(strstr(logged, "| three\n") != NULL,
		    lines > 0);
		assert_int_equal(strstr(logged, "| two\n") != NULL,
		    lines > 1);
		assert_null(strstr(logged, "| one"));
		assert_null(strstr(logged, "\"good\""));
		again(state);
	}
}

/* --- several runs --- */

/* One status for all: a failure is certain, and comes first. */
static void
test_several(void **state)
{
	enum way { GOOD, BAD, REFUSED, GONE, STUCK, DOWN };
	static const struct {
		enum way	ways[4];
		enum status	status;
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
				ADD_RUN(RUNNING(0), OVER(20 * SECOND,
				    "success"));
				break;
			case BAD:
				ADD_RUN(RUNNING(0), OVER(100 * SECOND,
				    "failure"));
				break;
			case GONE:
				ADD_RUN({ .at = FAKE_NEVER });
				break;
			case REFUSED:
			case DOWN:
				fake_add_failure(gh, (struct fake_failure){
				    .kind = FAKE_RUN, .run_id = RUN + k,
				    .first = 1, .last = FAKE_ALWAYS,
				    .status = each[cases[i].ways[k]],
				    .lasting = cases[i].ways[k] == REFUSED });
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
			    "case %zu, run %zu: %s", i, k,
			    runs[k].fault.text);
			check(runs[k].state.run.id == RUN + k ||
			    !runs[k].seen, "case %zu", i);
			/* The others' stories are told too. */
			snprintf(text, sizeof text, "%.60s",
			    runs[k].fault.text);
			check(runs[k].status == STATUS_OK ||
			    strcmp(runs[k].fault.text, fault.text) == 0 ||
			    strstr(logged, text) != NULL, "case %zu: %s", i,
			    logged);
			/* That one is the caller's to tell. */
			snprintf(text, sizeof text, "error: %.50s",
			    fault.text);
			check(strstr(logged, text) == NULL ||
			    *fault.text == '\0', "case %zu: %s", i, logged);
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
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .run_id = RUN, .from = 1, .until = 150 * SECOND,
	    .status = STATUS_CLOSED });
	assert_int_equal(wait_for(2), STATUS_OK);
	assert_true(ended_at[1] < 130 * SECOND);
	assert_int_equal(seen[0], 1);
	again(state);
	/* Nor does one that is refused. */
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0), OVER(60 * SECOND, "success"));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .run_id = RUN, .first = 1, .status = STATUS_REFUSED,
	    .lasting = true });
	assert_int_equal(wait_for(2), STATUS_REFUSED);
	assert_int_equal(runs[1].status, STATUS_OK);
	assert_in_range(ended_at[0], 0, SECOND);
	assert_in_range(ended_at[1], 60 * SECOND, 66 * SECOND);
	assert_int_equal(fake_count(gh, FAKE_RUN, RUN), 1);
}

/* The same run twice is waited for twice, and ends twice. */
static void
test_same_run_twice(void **state)
{
	(void)state;
	ADD_RUN(RUNNING(0), OVER(20 * SECOND, "success"));
	runs[1].id = RUN;
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
		assert_in_range(gh->calls[i].deadline_ms - FAKE_START -
		    gh->calls[i].at, 1000, 10000);
	again(state);
	for (i = 0; i < 4; i++)
		ADD_RUN(RUNNING(0), OVER(299 * SECOND, "success"));
	gh->call_ms = 600;
	assert_int_equal(wait_for(4), STATUS_OK);
	assert_true(fake_now() < 305 * SECOND);
}

static void
test_cancel_several(void **state)
{
	(void)state;
	order.cancel_after_ms = 30 * SECOND;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0), OVER(10 * SECOND, "success"));
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0));
	gh->runs[1].cancel_ms = 5 * SECOND;
	gh->runs[2].cancel_ms = FAKE_NEVER;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .run_id = RUN + 1, .first = 1, .status = STATUS_SERVER });
	assert_int_equal(wait_for(3), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 0);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 1), 2);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 2), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN + 1), 0);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN + 2), 1);
	assert_int_equal(runs[0].status, STATUS_OK);
}

/* A cancel that hangs leaves time for those of the other runs. */
static void
test_cancel_hangs(void **state)
{
	int i, k;

	for (i = 0; i < 2; i++) {
		if (i == 0)
			order.cancel_after_ms = 30 * SECOND;
		order.cancel_on_interrupt = i == 1;
		for (k = 0; k < 3; k++)
			ADD_RUN(RUNNING(0));
		gh->deaf_run = RUN;
		fake_signal_at(i == 0 ? 40 * SECOND : 20 * SECOND, SIGTERM);
		assert_int_equal(wait_for(3), STATUS_TERMINATED);
		assert_in_range(fake_now(), 20 * SECOND, 45 * SECOND);
		for (k = 1; k < 3; k++) {
			assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN +
			    (uint64_t)k), 1);
			check(strstr(runs[k].fault.text, i == 0 ?
			    "concluded with cancelled" : "GitHub was asked") !=
			    NULL, "%s", runs[k].fault.text);
		}
		check(strstr(runs[0].fault.text, "GitHub was asked") == NULL,
		    "%s", runs[0].fault.text);
		again(state);
	}
}

/* However many runs there are to cancel, the timeout holds. */
static void
test_cancels_hang_at_the_end(void **state)
{
	int k;

	(void)state;
	order.timeout_ms = MINUTE;
	order.cancel_after_ms = 59 * SECOND;
	order.force_cancel_after_ms = 0;
	gh->deaf = true;
	for (k = 0; k < RUNS; k++)
		ADD_RUN(RUNNING(0));
	assert_int_equal(wait_for(RUNS), STATUS_WAIT_TIMEOUT);
	check(fake_now() <= 75 * SECOND, "%lld ms", (long long)fake_now());
}

/* What a refused request came to was told; a signal makes no more of it. */
static void
test_refused_cancel_and_signal(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_CANCEL,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
	fake_signal_at(90 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled");
	expect_denies("may not have been");
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

/* Without hooks, too. */
static void
test_no_hooks(void **state)
{
	static const struct wait_hooks none;

	(void)state;
	ADD_RUN(RUNNING(0), OVER(20 * SECOND, "success"));
	assert_int_equal(wait_with(&fake_clock, &none, 1), STATUS_OK);
	again(state);
	gh->token_ends_at = 50 * SECOND;
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	assert_int_equal(wait_with(&fake_clock, &none, 1),
	    STATUS_UNAUTHORIZED);
}

/* The live table: jobs with each look, drawn often; the last one stays. */
static void
test_live(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build (x)",
	    .set_up_at = 5 * SECOND, .done_at = 40 * SECOND } };
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
	    looks() - 2);	/* without those that saw no run */
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
		{ .name = "build", .done_at = 3 * HOUR,
		    .conclusion = "failure", .log = "the end\n" },
		{ .name = "build", .attempt = 2, .set_up_at = 3 * HOUR +
		    6 * MINUTE, .log = "the very end\n" },
	};
	size_t i, limited = 0, stormy = 0;

	(void)state;
	order.timeout_ms = 6 * HOUR;
	order.just_dispatched = true;
	order.rerun_grace_ms = 10 * MINUTE;
	order.cancel_after_ms = 5 * HOUR + 30 * MINUTE;
	order.force_cancel_after_ms = 5 * MINUTE;
	order.log_lines = 100;
	order.wants_jobs = true;
	gh->fresh_tokens = 10;
	gh->token_ends_at = HOUR;
	gh->token_life_ms = HOUR;
	gh->has_quota = true;
	gh->quota = 4900;
	gh->quota_reset_at = 40 * MINUTE;
	ADD_RUN({ .at = 12 * SECOND, .status = "queued" },
	    RUNNING(2 * MINUTE), OVER(3 * HOUR, "failure"),
	    { .at = 3 * HOUR + 5 * MINUTE, .status = "queued", .attempt = 2 },
	    { .at = 3 * HOUR + 6 * MINUTE, .status = "in_progress",
	    .attempt = 2 });
	add_jobs(jobs, 2);
	gh->runs[0].cancel_ms = FAKE_NEVER;
	gh->runs[0].force_ms = 20 * SECOND;
	/* A storm, a limit, a server that hangs up, names that do not
	 * resolve. */
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 30 * MINUTE, .until = 50 * MINUTE,
	    .status = STATUS_SERVER });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 100 * MINUTE, .until = 101 * MINUTE,
	    .status = STATUS_LIMITED, .wait_ms = 15 * MINUTE });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 4 * HOUR, .until = 4 * HOUR + 10 * MINUTE,
	    .status = STATUS_CLOSED });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUN,
	    .from = 5 * HOUR, .until = 5 * HOUR + 10 * MINUTE,
	    .status = STATUS_RESOLVE });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_in_range(ended_at[0], 5 * HOUR + 35 * MINUTE + 20 * SECOND,
	    5 * HOUR + 46 * MINUTE);
	assert_true(runs[0].state.run.attempt == 2);
	assert_int_equal(seen[0], 1);
	assert_in_range(seen_at[0], 12 * SECOND, 18 * SECOND);
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

#define POLLS	10000

static size_t	polls, early, late, most;

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
	static const struct wait_hooks none;
	static const struct fake_job jobs[] = { { .name = "build",
	    .steps = { "one", "two" } }, { .name = "test" } };
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
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_RUN, .from = HOUR,
			    .until = order.timeout_ms - 6 * MINUTE,
			    .status = STATUS_SERVER });
			order.timeout_ms = MINUTE * (POLLS + 50);
		}
		ADD_RUN(RUNNING(0));
		add_jobs(jobs, COUNT(jobs));
		assert_int_equal(wait_with(&weighing, &none, 1),
		    STATUS_WAIT_TIMEOUT);
		assert_true(polls > POLLS);
		/* Not a byte a poll; what a log line takes comes and goes. */
		check(late <= early + 1000 && most <= early + 64000,
		    "way %d: %zu bytes early, %zu late, %zu at most", way,
		    early, late, most);
		again(state);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_pair),
		TEST(test_untold),
		TEST(test_over_already),
		TEST(test_cost),
		TEST(test_no_etag),
		TEST(test_interval),
		TEST(test_deadline),
		TEST(test_deadline_hangs),
		TEST(test_no_limit),
		TEST(test_storms),
		TEST(test_two_storms),
		TEST(test_refusals),
		TEST(test_lasting),
		TEST(test_never_seen),
		TEST(test_seen_then_storm),
		TEST(test_not_there_yet),
		TEST(test_limits),
		TEST(test_quota),
		TEST(test_no_quota),
		TEST(test_token_renewed),
		TEST(test_token_expired),
		TEST(test_token_bad_again),
		TEST(test_token_never_good),
		TEST(test_token_of_dispatch),
		TEST(test_token_and_jobs),
		TEST(test_rerun_goes_on),
		TEST(test_rerun_grace),
		TEST(test_rerun_unseen),
		TEST(test_grace_and_limit),
		TEST(test_grace_and_storm),
		TEST(test_grace_and_cancel),
		TEST(test_cancel),
		TEST(test_cancel_not_due),
		TEST(test_cancel_at_once),
		TEST(test_cancel_fails),
		TEST(test_cancel_too_late),
		TEST(test_cancel_not_yet),
		TEST(test_cancel_for_job),
		TEST(test_force_cancel),
		TEST(test_cancel_in_storm),
		TEST(test_interrupts),
		TEST(test_interrupt_cancel_fails),
		TEST(test_interrupt_several),
		TEST(test_interrupt_after_cancel),
		TEST(test_interrupt_in_report),
		TEST(test_job_conclusions),
		TEST(test_jobs),
		TEST(test_job_names),
		TEST(test_late_job),
		TEST(test_job_and_deadline),
		TEST(test_many_jobs),
		TEST(test_many_names),
		TEST(test_jobs_of_rerun),
		TEST(test_jobs_of_all_attempts),
		TEST(test_unseen_job_at_timeout),
		TEST(test_fewer_pages),
		TEST(test_jobs_and_grace),
		TEST(test_jobs_fail),
		TEST(test_jobs_of_failed),
		TEST(test_courtesies),
		TEST(test_listing_of_jobs),
		TEST(test_report),
		TEST(test_several),
		TEST(test_side_by_side),
		TEST(test_one_in_trouble),
		TEST(test_same_run_twice),
		TEST(test_one_hangs),
		TEST(test_cancel_several),
		TEST(test_cancel_hangs),
		TEST(test_cancels_hang_at_the_end),
		TEST(test_refused_cancel_and_signal),
		TEST(test_no_runs),
		TEST(test_no_hooks),
		TEST(test_live),
		TEST(test_six_hours),
		TEST(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
