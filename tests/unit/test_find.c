/*
 * The search for the run that a dispatch created: which runs count, where the
 * ID may stand, what is asked of the server and when, and what ends it.
 */
#include "unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_github.h"
#include "command/find.h"
#include "command/pace.h"

#define UUID		"7f0cfa1e-3b52-4c6e-9a52-0d6c8f1b2e11"
#define TIMEOUT_MS	INT64_C(300000)
#define BASELINE	UINT64_C(17000000000)
#define OURS		UINT64_C(17000000500)

/* Jobs of a run that is not ours, all steps known. */
static const struct fake_job settled_jobs[] = {
	{ .steps = { "Run make", "Complete job" } },
};

/* The ID in a step's name. */
static const struct fake_job marked_jobs[] = {
	{ .steps = { "Run make", "echo " UUID, "Complete job" } },
};

static struct github		*gh;
static struct find_result	 result;

static int
set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	gh = fake_github_new();
	memset(&result, 0, sizeof result);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	find_result_wipe(&result);
	fake_github_free(gh);
	return 0;
}

/* As after a dispatch to an old server: a random ID, and a baseline. */
static struct find_query
query(void)
{
	return (struct find_query){
		.workflow = FAKE_WORKFLOW,
		.workflow_path = FAKE_PATH,
		.repository = "octo-org/octo-repo",
		.distinct_id = UUID,
		.is_unique = true,
		.has_baseline = true,
		.baseline = BASELINE,
		.began_ms = FAKE_START,
		.step_ms = PACE_ADAPTIVE,
		.deadline_ms = FAKE_START + TIMEOUT_MS,
	};
}

static enum find_outcome
look_for(struct find_query q)
{
	find_result_wipe(&result);
	return find(gh, &fake_clock, &q, &result);
}

static void
expect_ours(enum find_outcome outcome, enum found_by by)
{
	assert_int_equal(outcome, FIND_ONE);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.more, 0);
	assert_true(result.runs[0].id == OURS);
	assert_string_equal(result.runs[0].url, fake_url(OURS));
	assert_int_equal(result.runs[0].by, by);
}

/* Neighbours: settled runs with the IDs from..from+n-1. */
static void
add_neighbours(uint64_t from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fake_add_run(gh, (struct fake_run){ .id = from + i,
		    .jobs = settled_jobs, .job_count = 1 });
}

/* Where an ID may stand. */
static void
test_places(void **state)
{
	static const struct fake_job named[] = { { .name = "plan" },
	    { .name = "build / [" UUID "]" } };
	static const struct fake_job queued[] = { { .name = "build " UUID,
	    .set_up_at = FAKE_NEVER } };
	static const struct fake_job both[] = { { .name = UUID,
	    .steps = { UUID } } };
	static const struct fake_job skipped[] = { { .name = UUID,
	    .skipped = true } };
	static const struct {
		const char	*what;
		struct fake_run	 run;
		enum found_by	 by;
	} cases[] = {
		{ "title", { .title = "Deploy [" UUID "]" },
		    FOUND_BY_RUN_NAME },
		{ "name", { .name = UUID }, FOUND_BY_RUN_NAME },
		{ "title and name", { .title = UUID, .name = UUID },
		    FOUND_BY_RUN_NAME },
		{ "title and step", { .title = UUID, .jobs = marked_jobs,
		    .job_count = 1 }, FOUND_BY_RUN_NAME },
		{ "second job", { .jobs = named, .job_count = 2 },
		    FOUND_BY_JOB_NAME },
		{ "queued job", { .jobs = queued, .job_count = 1 },
		    FOUND_BY_JOB_NAME },
		{ "job and step", { .jobs = both, .job_count = 1 },
		    FOUND_BY_JOB_NAME },
		{ "skipped job", { .jobs = skipped, .job_count = 1 },
		    FOUND_BY_JOB_NAME },
		{ "step", { .jobs = marked_jobs, .job_count = 1 },
		    FOUND_BY_STEP_NAME },
	};
	struct fake_run run;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		run = cases[i].run;
		run.id = OURS;
		fake_add_run(gh, run);
		add_neighbours(OURS - 3, 3);
		check(look_for(query()) == FIND_ONE, "%s", cases[i].what);
		check(result.count == 1 && result.runs[0].id == OURS &&
		    result.runs[0].by == cases[i].by, "%s", cases[i].what);
		check(fake_count(gh, FAKE_RUNS, 0) == 1, "%s",
		    cases[i].what);
		/* The newest is looked into first, and ends the search. */
		check(fake_count(gh, FAKE_JOBS, 0) ==
		    (cases[i].by != FOUND_BY_RUN_NAME), "%s", cases[i].what);
		check(fake_pause_count == 0, "%s", cases[i].what);
		tear_down(state);
		set_up(state);
	}
}

/* Short IDs stand alone; "1" is not in "step 12". */
static void
test_short_id(void **state)
{
	static const struct fake_job twelve[] = { { .name = "job 11",
	    .steps = { "step 12", "echo 1st", "v1" } } };
	static const struct fake_job one[] = { { .name = "job 12",
	    .steps = { "step 21", "step [1]" } } };
	struct find_query q = query();

	(void)state;
	q.distinct_id = "1";
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1, .title = "Run 12",
	    .jobs = twelve, .job_count = 1 });
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = one,
	    .job_count = 1 });
	fake_add_run(gh, (struct fake_run){ .id = OURS - 1, .title = "21",
	    .jobs = twelve, .job_count = 1 });
	expect_ours(look_for(q), FOUND_BY_STEP_NAME);
	/* No proof before a run of ours must be listed. */
	assert_in_range(fake_now(), 3000, 4200);
}

/* Somebody else's short ID is in the list before our run is. */
static void
test_short_and_late(void **state)
{
	struct find_query q = query();

	(void)state;
	q.distinct_id = "1";
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS - 1,
	    .title = "shard 1" });
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1",
	    .listed_at = 2800 });
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, 2);
	tear_down(state);
	set_up(state);

	/* What counts is when the dispatch began. */
	fake_pass(20000);
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_pause_count, 0);
}

/* An ID that was given is no proof in half a list; a random one is. */
static void
test_partial_list(void **state)
{
	struct find_query q = query();
	int is_unique;

	for (is_unique = 0; is_unique < 2; is_unique++) {
		q.is_unique = is_unique;
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .title = UUID });
		add_neighbours(OURS - 150, 150);
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
		    .page = 2, .first = 1, .last = 2,
		    .status = STATUS_SERVER });
		expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		if (is_unique)
			assert_int_equal(fake_pause_count, 0);
		else
			assert_int_equal(fake_pause_count, 2);
		tear_down(state);
		set_up(state);
	}
	/* The same ID stands where the list was cut. */
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_run(gh, (struct fake_run){ .id = OURS - 200,
	    .title = UUID });
	add_neighbours(OURS - 150, 150);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .page = 2, .first = 1, .status = STATUS_SERVER });
	assert_int_equal(look_for(q), FIND_SEVERAL);
}

/* Events, workflows and ages that rule a run out though it carries the ID. */
static void
test_what_counts(void **state)
{
	static const struct {
		const char	*what;
		struct fake_run	 run;
		bool		 counts;
	} cases[] = {
		{ "above the baseline", { .id = BASELINE + 1 }, true },
		{ "the baseline", { .id = BASELINE }, false },
		{ "below the baseline", { .id = 5 }, false },
		{ "below, created later", { .id = 5, .created_at = 1000 },
		    false },
		{ "above, created before", { .id = OURS,
		    .created_at = -3600000 }, true },
		{ "above, creation not told", { .id = OURS,
		    .no_created_at = true }, true },
		{ "no ID", { .id = 0 }, false },
		{ "push", { .id = OURS, .event = "push" }, false },
		{ "empty event", { .id = OURS, .event = "" }, false },
		{ "repository_dispatch", { .id = OURS,
		    .event = "repository_dispatch" }, false },
		{ "largest ID", { .id = INT64_MAX }, true },
	};
	struct find_query q = query();
	struct fake_run run;
	size_t i;

	q.deadline_ms = FAKE_START + 5000;
	for (i = 0; i < COUNT(cases); i++) {
		run = cases[i].run;
		run.title = UUID;
		fake_add_run(gh, run);
		check(look_for(q) == (cases[i].counts ? FIND_ONE : FIND_NONE),
		    "%s", cases[i].what);
		check(result.count == cases[i].counts, "%s", cases[i].what);
		tear_down(state);
		set_up(state);
	}
}

/*
 * Without a baseline: the server's now, less the time since the dispatch
 * began, less 5 s; wherever the server's clock stands.
 */
static void
test_floor(void **state)
{
	static const int64_t skews[] = { 0, 600000, -600000, -1700000000000 +
	    86400000 };
	static const struct {
		int64_t	created_at;	/* the dispatch began at 0 */
		bool	counts;
	} cases[] = {
		{ 40000, true }, { 0, true }, { -4000, true },
		{ -5000, true }, { -8000, false }, { -600000, false },
	};
	struct find_query q = query();
	size_t i, k;

	q.has_baseline = false;
	q.baseline = 0;
	q.is_unique = false;
	for (i = 0; i < COUNT(skews); i++)
		for (k = 0; k < COUNT(cases); k++) {
			gh->epoch_ms = FAKE_EPOCH + skews[i];
			fake_add_run(gh, (struct fake_run){ .id = OURS,
			    .title = UUID,
			    .created_at = cases[k].created_at });
			fake_pass(20000);	/* the dispatch took that */
			q.deadline_ms = FAKE_START + 30000;
			check(look_for(q) == (cases[k].counts ? FIND_ONE :
			    FIND_NONE), "skew %" PRId64 ", created at %"
			    PRId64, skews[i], cases[k].created_at);
			tear_down(state);
			set_up(state);
		}
}

/* Zero is no run's ID, whatever else the run has. */
static void
test_no_id(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.deadline_ms = FAKE_START + 5000;
	fake_add_run(gh, (struct fake_run){ .id = 0, .title = UUID,
	    .created_at = 2000 });
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.count, 0);
}

/* The floor stays where it was when the search goes on for long. */
static void
test_floor_stays(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.is_unique = false;
	gh->epoch_ms = FAKE_EPOCH - 600000;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .created_at = 1000,
	    .titled_at = 200000, .title = UUID });
	fake_add_run(gh, (struct fake_run){ .id = OURS - 1,
	    .created_at = -30000, .titled_at = 100000, .title = UUID });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
}

/* Neither baseline nor server time: only an ID drawn at random will do. */
static void
test_no_floor(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.deadline_ms = FAKE_START + 5000;
	gh->no_date = true;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	q.is_unique = false;
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.count, 0);
	/* A run whose time is not told is not newer than a floor. */
	gh->no_date = false;
	gh->runs[0].no_created_at = true;
	q.deadline_ms = FAKE_START + fake_now() + 5000;
	assert_int_equal(look_for(q), FIND_NONE);
}

/* One's own run of 150 jobs below 60 newer ones. */
static void
test_crowd(void **state)
{
	static struct fake_job jobs[150];
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < COUNT(jobs); i++)
		jobs[i].steps[0] = "Run make";
	jobs[129].steps[1] = "id: " UUID;
	jobs[129].steps[2] = "Complete job";
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = jobs,
	    .job_count = COUNT(jobs) });
	add_neighbours(OURS + 1, 60);
	add_neighbours(BASELINE - 200, 200);
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_pause_count, 0);
	/* Larger pages when it takes them, and none beyond the baseline. */
	assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 3);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 0)->per_page, 10);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 1)->per_page, 30);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 2)->per_page, 100);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 2)->page, 1);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 60 + 2);
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 2);
	assert_int_equal(fake_nth(gh, FAKE_JOBS, 61)->page, 2);
}

/* More new runs than a page holds. */
static void
test_many_pages(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS + 1, 250);
	add_neighbours(BASELINE - 100, 100);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 5);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 4)->page, 3);
	assert_int_equal(fake_nth(gh, FAKE_RUNS, 4)->per_page, 100);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 0);
}

/* Ours is the last but one of a page, its last, or the next page's first. */
static void
test_page_borders(void **state)
{
	size_t n;

	for (n = 9; n <= 11; n++) {
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .title = UUID });
		add_neighbours(OURS + 1, n - 1);
		add_neighbours(BASELINE, 1);
		expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
		check(fake_count(gh, FAKE_RUNS, 0) == (n <= 10 ? 1 : 2),
		    "%zu new runs", n);
		tear_down(state);
		set_up(state);
	}
}

static const struct fake_state over[] = { { .status = "completed",
    .conclusion = "success" } };
static const struct fake_state cancelled[] = { { .status = "completed",
    .conclusion = "cancelled" } };
static const struct fake_state running[] = { { .status = "in_progress" } };
static const struct fake_state over_later[] = { { .status = "in_progress" },
    { .at = 20000, .status = "completed", .conclusion = "failure" } };

/* A run that is over, and whose steps are known, is not asked about again. */
static void
test_settled(void **state)
{
	static const struct fake_job done[] = { { .skipped = true },
	    { .steps = { "Run make" }, .done_at = 1 } };
	static const struct fake_job bare[] = { { .no_set_up = true,
	    .done_at = 1 } };
	static const struct fake_job late[] = { { .steps = { "Run make" },
	    .set_up_at = 25000, .steps_at = 25000 } };
	static const struct fake_job queued[] = { { .set_up_at =
	    FAKE_NEVER } };
	static const struct {
		struct fake_run	run;
		size_t		least, most;	/* looks at its jobs */
		int64_t		last_at;	/* not earlier */
	} cases[] = {
		{ { .jobs = done, .job_count = 2, .states = over,
		    .state_count = 1 }, 1, 1, 0 },
		{ { .states = cancelled, .state_count = 1 }, 1, 1, 0 },
		/* Its jobs may be behind "needs:". */
		{ { .jobs = done, .job_count = 2, .states = running,
		    .state_count = 1 }, 8, 60, 55000 },
		{ { .jobs = done, .job_count = 2, .states = over_later,
		    .state_count = 2 }, 4, 30, 20000 },
		/* Steps, or jobs, may come late. */
		{ { .jobs = bare, .job_count = 1, .states = over,
		    .state_count = 1 }, 8, 60, 55000 },
		{ { .states = over, .state_count = 1 }, 8, 60, 55000 },
		{ { .jobs = late, .job_count = 1, .states = over,
		    .state_count = 1 }, 4, 40, 25000 },
		{ { .jobs = queued, .job_count = 1 }, 8, 60, 55000 },
	};
	const struct fake_call *call = NULL;
	struct fake_run run;
	size_t i, k, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		run = cases[i].run;
		run.id = OURS + 1 + i;
		fake_add_run(gh, run);
	}
	fake_add_run(gh, (struct fake_run){ .id = OURS, .listed_at = 70000,
	    .jobs = marked_jobs, .job_count = 1 });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	for (i = 0; i < COUNT(cases); i++) {
		n = fake_count(gh, FAKE_JOBS, OURS + 1 + i);
		check(n >= cases[i].least && n <= cases[i].most,
		    "case %zu: %zu looks", i, n);
		for (k = 0; k < fake_count(gh, FAKE_JOBS, 0); k++)
			if (fake_nth(gh, FAKE_JOBS, k)->run_id == OURS + 1 + i)
				call = fake_nth(gh, FAKE_JOBS, k);
		check(call->at >= cases[i].last_at && (cases[i].last_at == 0 ||
		    cases[i].last_at > 50000 || call->at <= cases[i].last_at +
		    11000), "case %zu: last at %" PRId64, i, call->at);
	}
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 1);
}

/* A job behind "needs:" is listed when it may begin, and not before. */
static void
test_behind_needs(void **state)
{
	static const struct fake_job jobs[] = {
	    { .steps = { "Run make", "Complete job" } },
	    { .name = "deploy", .steps = { UUID }, .listed_at = 40000,
	    .set_up_at = 41000, .steps_at = 42000 } };
	static const int64_t updates[] = { 40000, 42000 };
	size_t crowd;
	int told;

	for (crowd = 0; crowd <= 60; crowd += 60)
		for (told = 0; told < 2; told++) {
			fake_add_run(gh, (struct fake_run){ .id = OURS,
			    .jobs = jobs, .job_count = 2, .states = running,
			    .state_count = 1, .updates = updates,
			    .update_count = told ? 2 : 0 });
			add_neighbours(OURS - crowd, crowd);
			expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
			/* Soon, if its row tells or there are few. */
			check(fake_now() <= 42000 + (crowd == 0 ? 2500 :
			    told ? 10000 : 20000), "%zu, %d: %" PRId64, crowd,
			    told, fake_now());
			tear_down(state);
			set_up(state);
		}
}

/* Sixty neighbours that run on cost little, whatever they show. */
static void
test_running_crowd(void **state)
{
	static const struct fake_job waiting[] = { { .set_up_at =
	    FAKE_NEVER } };
	size_t i, n;
	int shown;

	for (shown = 0; shown < 2; shown++) {
		gh->call_ms = 5;
		for (i = 0; i < 60; i++)
			fake_add_run(gh, (struct fake_run){ .id = OURS + 1 +
			    i, .jobs = shown ? settled_jobs : waiting,
			    .job_count = 1, .states = running,
			    .state_count = 1 });
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .title = UUID, .listed_at = 30000 });
		expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
		n = fake_count(gh, FAKE_JOBS, 0);
		check(n <= (size_t)60 * 7, "%zu requests", n);
		for (i = 60; i < n; i++)
			check(fake_nth(gh, FAKE_JOBS, i)->conditional, "%zu",
			    i);
		tear_down(state);
		set_up(state);
	}
}

/*
 * A given ID that was used a moment ago, by a run that was not listed yet when
 * the baseline was taken.
 */
static void
test_used_a_moment_ago(void **state)
{
	struct find_query q = query();
	static const int64_t created[] = { -8000, -3000 };
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(created); i++) {
		fake_add_run(gh, (struct fake_run){ .id = OURS - 1,
		    .title = UUID, .created_at = created[i] });
		fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
		    .created_at = 1000, .listed_at = 2500 });
		/* Before the floor it is none; after it, none is proved. */
		if (i == 0)
			expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		else
			assert_int_equal(look_for(q), FIND_SEVERAL);
		assert_true(fake_now() >= 2500);
		tear_down(state);
		set_up(state);
	}
	/* And it is not printed early, though it is the only one. */
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	q.step_ms = 60000;
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_in_range(fake_now(), 3000, 3500);
}

/* github.run_id has 11 digits: that is distinctive, whoever waits beside. */
static void
test_eleven_digits(void **state)
{
	static const struct fake_job waiting[] = { { .set_up_at =
	    FAKE_NEVER } };
	struct find_query q = query();
	size_t i;

	(void)state;
	q.is_unique = false;
	q.distinct_id = "17654320999";
	for (i = 1; i <= 5; i++)
		fake_add_run(gh, (struct fake_run){ .id = OURS + i,
		    .jobs = waiting, .job_count = 1 });
	fake_add_run(gh, (struct fake_run){ .id = OURS,
	    .title = "Deploy run17654320999" });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_in_range(fake_now(), 3000, 4500);
}

/* A refusal may pass, and the token be renewed; one that lasts ends it. */
static void
test_refusals(void **state)
{
	static const enum status statuses[] = { STATUS_UNAUTHORIZED,
	    STATUS_FORBIDDEN, STATUS_NOT_FOUND };
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	size_t i, k;
	int lasts;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(kinds); k++)
			for (lasts = 0; lasts < 2; lasts++) {
				/* Of one run's jobs, that is no refusal. */
				if (lasts && k == 1 && i == 2)
					continue;
				fake_add_run(gh, (struct fake_run){
				    .id = OURS, .jobs = marked_jobs,
				    .job_count = 1 });
				fake_add_failure(gh, (struct fake_failure){
				    .kind = kinds[k], .first = 1, .last =
				    lasts ? FAKE_ALWAYS : 4, .status =
				    statuses[i], .lasting = i < 2 });
				if (lasts)
					fake_add_failure(gh,
					    (struct fake_failure){
					    .kind = FAKE_ALL_RUNS, .first = 1,
					    .last = FAKE_ALWAYS, .status =
					    statuses[i], .lasting = i < 2 });
				check(look_for(query()) == (lasts ?
				    FIND_STOPPED : FIND_ONE), "%zu %zu %d", i,
				    k, lasts);
				check(!lasts || (fake_now() >= 10000 &&
				    fake_now() <= 30000 && fake_count(gh,
				    kinds[k], 0) + fake_count(gh,
				    FAKE_ALL_RUNS, 0) >= 5), "%zu %zu: %" PRId64,
				    i, k, fake_now());
				check(!lasts || result.fault.status == statuses[i],
				    "%zu %zu", i, k);
				tear_down(state);
				set_up(state);
			}
}

/* Settled means all pages of its jobs. */
static void
test_settled_pages(void **state)
{
	static struct fake_job jobs[120];
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < COUNT(jobs); i++)
		jobs[i].steps[0] = "Run make";
	jobs[119].set_up_at = jobs[119].steps_at = 30000;
	jobs[119].steps[0] = "echo " UUID;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = jobs,
	    .job_count = COUNT(jobs) });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_in_range(fake_now(), 30000, 32000);

	/* And the first page's late job, after a settled second page. */
	find_result_wipe(&result);
	fake_github_free(gh);
	gh = fake_github_new();
	jobs[119].set_up_at = jobs[119].steps_at = 0;
	jobs[119].steps[0] = "Run make";
	jobs[3].set_up_at = jobs[3].steps_at = 30000;
	jobs[3].steps[0] = "echo " UUID;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = jobs,
	    .job_count = COUNT(jobs) });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_in_range(fake_now(), 30000, 32000);
}

/* Steps come in three stages; a job comes late; the title changes. */
static void
test_comes_into_view(void **state)
{
	static const struct fake_job stages[] = { { .set_up_at = 3000,
	    .steps_at = 7000, .steps = { "Run make", UUID } } };
	static const struct fake_job late[] = { { .steps = { UUID },
	    .listed_at = 7000, .set_up_at = 7000, .steps_at = 7000 } };
	static const struct fake_run runs[] = {
		{ .id = OURS, .jobs = stages, .job_count = 1 },
		{ .id = OURS, .jobs = late, .job_count = 1 },
		{ .id = OURS, .title = UUID, .titled_at = 7000 },
		{ .id = OURS, .name = UUID, .titled_at = 7000 },
		{ .id = OURS, .title = UUID, .listed_at = 7000 },
	};
	size_t i;
	int etag;

	for (i = 0; i < COUNT(runs); i++)
		for (etag = 0; etag < 2; etag++) {
			gh->no_etag = etag == 0;
			fake_add_run(gh, runs[i]);
			check(look_for(query()) == FIND_ONE, "case %zu", i);
			check(fake_now() >= 7000 && fake_now() <= 8500,
			    "case %zu at %" PRId64, i, fake_now());
			tear_down(state);
			set_up(state);
		}
}

/* Every GET but the first of its question carries the tag. */
static void
test_conditional(void **state)
{
	static const struct fake_job queued[] = { { .set_up_at = 20000,
	    .steps_at = 20000, .steps = { UUID } } };
	const struct fake_call *call;
	size_t i, n, unchanged = 0;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = queued,
	    .job_count = 1 });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	n = fake_count(gh, FAKE_RUNS, 0);
	assert_true(n > 5);
	for (i = 0; i < n; i++) {
		call = fake_nth(gh, FAKE_RUNS, i);
		assert_int_equal(call->conditional, i > 0);
		assert_int_equal(call->changed, i == 0);
		assert_int_equal(call->per_page, 10);
	}
	for (i = 0; i < fake_count(gh, FAKE_JOBS, OURS); i++) {
		call = fake_nth(gh, FAKE_JOBS, i);
		assert_int_equal(call->conditional, i > 0);
		unchanged += !call->changed;
	}
	assert_int_equal(unchanged, i - 2);
}

/* Every third look goes through the whole repository. */
static void
test_cross_check(void **state)
{
	static const enum fake_kind order[] = { FAKE_RUNS, FAKE_RUNS,
	    FAKE_ALL_RUNS, FAKE_RUNS, FAKE_RUNS, FAKE_ALL_RUNS };
	size_t i;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
	    .listed_at = FAKE_NEVER, .repository_at = 4500 });
	/* Known from here, so that the workflow's number is. */
	add_neighbours(BASELINE - 5, 5);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_int_equal(gh->call_count, COUNT(order));
	for (i = 0; i < COUNT(order); i++)
		assert_int_equal(gh->calls[i].kind, order[i]);
	assert_string_equal(gh->calls[0].workflow, FAKE_WORKFLOW);
	assert_null(gh->calls[2].workflow);
}

/* Which rows of the repository's list are the workflow's own. */
static void
test_foreign_workflows(void **state)
{
	static const struct {
		const char	*what;
		uint64_t	 asked;		/* workflow given as an ID */
		bool		 known;		/* by the workflow's list */
		struct fake_run	 run;
		bool		 ours;
	} cases[] = {
		{ "same number, learnt", 0, true, { .path = "" }, true },
		{ "other number, learnt", 0, true, { .workflow_id = 12 },
		    false },
		{ "same number, given", FAKE_WORKFLOW_ID, false,
		    { .path = "" }, true },
		{ "other number, given", FAKE_WORKFLOW_ID, false,
		    { .workflow_id = 12 }, false },
		{ "same path", 0, false, { .workflow_id = 0 }, true },
		{ "no number, same path", 0, true, { .no_workflow_id = true },
		    true },
		{ "no number, other path", 0, true, { .no_workflow_id = true,
		    .path = ".github/workflows/other.yml" }, false },
		{ "same path with a ref", 0, false,
		    { .path = FAKE_PATH "@refs/heads/main" }, true },
		{ "path with repository", 0, false,
		    { .path = "octo-org/octo-repo/" FAKE_PATH "@main" },
		    true },
		{ "path with repository, other case", 0, false,
		    { .path = "Octo-Org/Octo-Repo/" FAKE_PATH }, true },
		{ "path with another repository", 0, false,
		    { .path = "octo-org/octo-repo2/" FAKE_PATH }, false },
		{ "path without the slash", 0, false,
		    { .path = "octo-org/octo-repo2" FAKE_PATH }, false },
		{ "path with a longer repository", 0, false,
		    { .path = "x/octo-org/octo-repo/" FAKE_PATH }, false },
		{ "other path", 0, false,
		    { .path = ".github/workflows/other.yml" }, false },
		{ "path that begins alike", 0, false,
		    { .path = FAKE_PATH "x" }, false },
		{ "path that ends alike", 0, false,
		    { .path = "x" FAKE_PATH }, false },
		{ "path cut short", 0, false,
		    { .path = ".github/workflows/deploy.ym" }, false },
		{ "path in another case", 0, false,
		    { .path = ".github/workflows/Deploy.yml" }, false },
		{ "empty path", 0, false, { .path = "" }, false },
		{ "only a ref", 0, false, { .path = "@main" }, false },
		{ "push", 0, true, { .event = "push" }, false },
		{ "below the baseline", 0, true, { .id = 7 }, false },
	};
	struct find_query q = query();
	struct fake_run run;
	size_t i;

	q.deadline_ms = FAKE_START + 10000;
	for (i = 0; i < COUNT(cases); i++) {
		q.workflow_id = cases[i].asked;
		q.workflow_path = cases[i].asked != 0 ? NULL : FAKE_PATH;
		q.workflow = cases[i].asked != 0 ? "4711" : FAKE_WORKFLOW;
		run = cases[i].run;
		if (run.id == 0)
			run.id = OURS;
		run.title = UUID;
		run.listed_at = FAKE_NEVER;
		run.repository_at = 1;
		fake_add_run(gh, run);
		if (cases[i].known)
			add_neighbours(BASELINE - 1, 1);
		check(look_for(q) == (cases[i].ours ? FIND_ONE : FIND_NONE),
		    "%s", cases[i].what);
		check(fake_count(gh, FAKE_JOBS, 0) == 0, "%s",
		    cases[i].what);
		tear_down(state);
		set_up(state);
	}
}

/* A given ID on two runs that count proves neither. */
static void
test_two_carriers(void **state)
{
	static const struct {
		const char	*what;
		struct fake_run	 other;
		bool		 several;
	} cases[] = {
		{ "both titles", { .id = OURS + 1, .title = UUID }, true },
		{ "title and step", { .id = OURS + 1, .jobs = marked_jobs,
		    .job_count = 1 }, true },
		{ "older, step", { .id = OURS - 1, .jobs = marked_jobs,
		    .job_count = 1 }, true },
		{ "below the baseline", { .id = BASELINE - 1,
		    .title = UUID }, false },
		{ "another event", { .id = OURS + 1, .title = UUID,
		    .event = "schedule" }, false },
		{ "another workflow", { .id = OURS + 1, .title = UUID,
		    .workflow_id = 12 }, false },
	};
	struct find_query q = query();
	uint64_t newest;
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(cases); i++) {
		add_neighbours(OURS + 2, 3);
		fake_add_run(gh, cases[i].other);
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .title = UUID });
		check(look_for(q) == (cases[i].several ? FIND_SEVERAL :
		    FIND_ONE), "%s", cases[i].what);
		check(result.count == (cases[i].several ? 2 : 1), "%s",
		    cases[i].what);
		newest = cases[i].several && cases[i].other.id > OURS ?
		    cases[i].other.id : OURS;
		check(result.runs[0].id == newest &&
		    strcmp(result.runs[0].url, fake_url(newest)) == 0, "%s",
		    cases[i].what);
		tear_down(state);
		set_up(state);
	}
}

/* An ID drawn at random is on one run alone: the first ends the search. */
static void
test_unique(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1,
	    .jobs = settled_jobs, .job_count = 1 });
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = marked_jobs,
	    .job_count = 1 });
	add_neighbours(OURS - 20, 20);
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 2);
}

/* A given ID may be on others: all of them are looked into. */
static void
test_not_unique(void **state)
{
	struct find_query q = query();
	size_t i;

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 4, 4);
	add_neighbours(OURS + 1, 4);
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	for (i = 1; i <= 4; i++) {
		assert_true(fake_count(gh, FAKE_JOBS, OURS - i) > 0);
		assert_true(fake_count(gh, FAKE_JOBS, OURS + i) > 0);
	}
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 0);
}

/*
 * A short ID may stand in anybody's names: one carrier is proof when all
 * others have shown theirs.
 */
static void
test_short_and_others(void **state)
{
	static const struct fake_job never[] = { { .steps_at =
	    FAKE_NEVER } };
	static const struct fake_job without[] = { { .set_up_at = 4000,
	    .steps_at = 10000, .steps = { "shard 12" } } };
	static const struct fake_job with[] = { { .set_up_at = 4000,
	    .steps_at = 10000, .steps = { "shard 1" } } };
	static const struct {
		const char		*what, *id;
		const struct fake_job	*jobs;
		enum find_outcome	 outcome;
		size_t			 count;
		int64_t			 least_ms, most_ms;
	} cases[] = {
		{ "settles without", "1", without, FIND_ONE, 1, 10000,
		    11200 },
		{ "settles with", "1", with, FIND_SEVERAL, 2, 10000, 11200 },
		{ "never settles", "1", never, FIND_UNPROVED, 2, 299000,
		    300000 },
		{ "a long ID", UUID, never, FIND_ONE, 1, 3000, 4000 },
	};
	struct find_query q = query();
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(cases); i++) {
		q.distinct_id = cases[i].id;
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .title = cases[i].id });
		fake_add_run(gh, (struct fake_run){ .id = OURS - 1,
		    .jobs = cases[i].jobs, .job_count = 1 });
		check(look_for(q) == cases[i].outcome, "%s", cases[i].what);
		check(result.count == cases[i].count && result.runs[0].id ==
		    OURS, "%s", cases[i].what);
		check(fake_now() >= cases[i].least_ms && fake_now() <=
		    cases[i].most_ms, "%s: %" PRId64, cases[i].what,
		    fake_now());
		tear_down(state);
		set_up(state);
	}
}

/* Twelve carriers: ten are shown. */
static void
test_shown(void **state)
{
	struct find_query q = query();
	size_t i;

	(void)state;
	q.is_unique = false;
	for (i = 0; i < 12; i++)
		fake_add_run(gh, (struct fake_run){ .id = OURS + i,
		    .title = UUID });
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, FIND_SHOWN_MAX);
	assert_int_equal(result.more, 2);
	for (i = 0; i < result.count; i++) {
		assert_true(result.runs[i].id == OURS + 11 - i);
		assert_string_equal(result.runs[i].url,
		    fake_url(OURS + 11 - i));
	}
}

/* What may pass does not end the search. */
static void
test_transient(void **state)
{
	static const enum status statuses[] = { STATUS_SERVER, STATUS_CLOSED,
	    STATUS_CONNECT, STATUS_RESOLVE, STATUS_NO_HOST, STATUS_TIMEOUT,
	    STATUS_PROTOCOL };
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	bool of_one_run;
	size_t i, k, n;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(kinds); k++) {
			fake_add_run(gh, (struct fake_run){ .id = OURS,
			    .jobs = marked_jobs, .job_count = 1 });
			fake_add_failure(gh, (struct fake_failure){
			    .kind = kinds[k], .first = 1, .last = 4,
			    .status = statuses[i] });
			of_one_run = kinds[k] == FAKE_JOBS &&
			    (statuses[i] == STATUS_SERVER ||
			    statuses[i] == STATUS_PROTOCOL);
			if (kinds[k] == FAKE_RUNS)
				fake_add_failure(gh, (struct fake_failure){
				    .kind = FAKE_ALL_RUNS, .first = 1,
				    .last = 2, .status = statuses[i] });
			check(look_for(query()) == FIND_ONE,
			    "status %d, kind %d", (int)statuses[i], kinds[k]);
			check(result.fault.status == STATUS_OK, "status %d",
			    (int)statuses[i]);
			/* With pauses that grow; but what the server answers
			 * about one run must not slow the search. */
			check(fake_pauses[0] == 1000 && fake_pause_count <= 7,
			    "status %d", (int)statuses[i]);
			for (n = 0; n < fake_pause_count; n++)
				check(!of_one_run || fake_pauses[n] == 1000,
				    "status %d", (int)statuses[i]);
			check(of_one_run || fake_pauses[fake_pause_count - 1] >
			    fake_pauses[0], "status %d", (int)statuses[i]);
			check(fake_now() < 60000, "status %d",
			    (int)statuses[i]);
			tear_down(state);
			set_up(state);
		}
}

/* What ends it, and after how many calls. */
static void
test_final(void **state)
{
	static const struct {
		const char	*what;
		enum fake_kind	 kind;
		enum status	 status;
		bool		 lasting;
		unsigned int	 failing;
		size_t		 calls;		/* 0: found in the end */
	} cases[] = {
		{ "401 or 403", FAKE_RUNS, STATUS_REFUSED, true, 1, 1 },
		{ "403 of jobs", FAKE_JOBS, STATUS_REFUSED, true, 1, 1 },
		{ "bad certificate", FAKE_RUNS, STATUS_TLS, true, 1, 1 },
		{ "bad certificate, jobs", FAKE_JOBS, STATUS_TLS, true, 1,
		    1 },
		{ "404 once", FAKE_RUNS, STATUS_NOT_FOUND, false, 1, 0 },
		{ "404 a few times", FAKE_RUNS, STATUS_NOT_FOUND, false, 2,
		    0 },
		{ "404 lasting", FAKE_RUNS, STATUS_NOT_FOUND, false,
		    FAKE_ALWAYS, 0 },
		{ "404 of jobs", FAKE_JOBS, STATUS_NOT_FOUND, false, 4, 0 },
	};
	size_t i;
	bool ends;

	for (i = 0; i < COUNT(cases); i++) {
		ends = cases[i].calls > 0 || cases[i].failing == FAKE_ALWAYS;
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh, (struct fake_failure){
		    .kind = cases[i].kind, .first = 1,
		    .last = cases[i].failing, .status = cases[i].status,
		    .lasting = cases[i].lasting });
		if (cases[i].failing == FAKE_ALWAYS)
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_ALL_RUNS, .first = 1,
			    .last = FAKE_ALWAYS, .status = cases[i].status });
		check(look_for(query()) == (ends ? FIND_STOPPED : FIND_ONE),
		    "%s", cases[i].what);
		check(result.fault.status == (ends ? cases[i].status : STATUS_OK),
		    "%s", cases[i].what);
		check(cases[i].calls == 0 || fake_count(gh, cases[i].kind,
		    0) == cases[i].calls, "%s", cases[i].what);
		/* A 404 that lasts is told long before the timeout. */
		check(fake_now() < 60000, "%s: %" PRId64, cases[i].what,
		    fake_now());
		tear_down(state);
		set_up(state);
	}
}

/* 404s with answers in between are not lasting. */
static void
test_not_lasting(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i < 40; i++)
		if (i % 4 != 0)
			fake_add_failure(gh, (struct fake_failure){
			    .kind = FAKE_RUNS, .first = i,
			    .status = STATUS_NOT_FOUND });
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
	    .listed_at = 60000 });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* One neighbour's trouble does not hide our run. */
static void
test_neighbour_fails(void **state)
{
	static const enum status statuses[] = { STATUS_SERVER,
	    STATUS_NOT_FOUND, STATUS_PROTOCOL };
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		add_neighbours(OURS + 1, 2);
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh, (struct fake_failure){
		    .kind = FAKE_JOBS, .run_id = OURS + 1, .first = 1,
		    .last = FAKE_ALWAYS, .status = statuses[i] });
		expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
		assert_int_equal(result.fault.status, STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		tear_down(state);
		set_up(state);
	}
}

/* A neighbour whose jobs are 404 for ever does not end the search. */
static void
test_neighbour_gone(void **state)
{
	(void)state;
	add_neighbours(OURS + 1, 1);
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
	    .listed_at = 120000 });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_NOT_FOUND });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* The second page of our own jobs fails now and then. */
static void
test_page_fails(void **state)
{
	static struct fake_job jobs[150];
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < COUNT(jobs); i++)
		jobs[i].steps[0] = "Run make";
	jobs[129].steps[1] = UUID;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = jobs,
	    .job_count = COUNT(jobs) });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .page = 2, .first = 1, .last = 3, .status = STATUS_SERVER });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 8);
}

/* The second page of the runs too. */
static void
test_run_page_fails(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS + 1, 150);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .page = 2, .first = 1, .last = 2, .status = STATUS_CLOSED });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_true(fake_now() < 10000);
}

/* What the pages before it showed is not lost. */
static void
test_later_page_fails(void **state)
{
	(void)state;
	add_neighbours(OURS - 150, 150);
	fake_add_run(gh, (struct fake_run){ .id = OURS, .jobs = marked_jobs,
	    .job_count = 1 });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .page = 2, .first = 1, .last = FAKE_ALWAYS,
	    .status = STATUS_SERVER });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_pause_count, 0);
}

/* Carriers that are known count, even when a look at the others fails. */
static void
test_found_and_failed(void **state)
{
	struct find_query q = query();

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1,
	    .title = UUID });
	add_neighbours(OURS + 2, 1);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, 2);
}

/* The deadline, when nothing is there to find. */
static void
test_deadline(void **state)
{
	static const int64_t timeouts[] = { 1, 49, 50, 100, 1000, 1500, 30000,
	    300000 };
	struct find_query q = query();
	const struct fake_call *last;
	size_t i;

	for (i = 0; i < COUNT(timeouts); i++) {
		gh->call_ms = 10;
		add_neighbours(OURS, 3);
		add_neighbours(BASELINE, 1);
		q.deadline_ms = FAKE_START + timeouts[i];
		check(look_for(q) == FIND_NONE, "%" PRId64, timeouts[i]);
		check(fake_now() <= timeouts[i], "%" PRId64 ": %" PRId64,
		    timeouts[i], fake_now());
		/* The last look is at the end, or nearly. */
		last = &gh->calls[gh->call_count - 1];
		check(last->ended_at >= timeouts[i] - 60, "%" PRId64
		    ": %" PRId64, timeouts[i], last->ended_at);
		check(fake_nth(gh, FAKE_RUNS, 0)->deadline_ms ==
		    q.deadline_ms, "%" PRId64, timeouts[i]);
		/* Not one look was answered in time. */
		if (timeouts[i] < 10)
			check(result.fault.status == STATUS_TIMEOUT, "%" PRId64,
			    timeouts[i]);
		if (timeouts[i] >= 50) {
			/* What might be it is told. */
			check(result.count == 3, "%" PRId64, timeouts[i]);
			check(result.runs[0].id == OURS + 2, "%" PRId64,
			    timeouts[i]);
			check(result.fault.status == STATUS_OK, "%" PRId64,
			    timeouts[i]);
		}
		tear_down(state);
		set_up(state);
	}
}

/* A search that failed to the end says so. */
static void
test_fails_to_the_end(void **state)
{
	(void)state;
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_ALL_RUNS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_SERVER });
	assert_int_equal(look_for(query()), FIND_NONE);
	assert_int_equal(result.fault.status, STATUS_SERVER);
	assert_true(fake_now() <= TIMEOUT_MS);
	/* Growing pauses: not hundreds of requests. */
	assert_in_range(gh->call_count, 10, 40);
}

/* The search outlives a server that is down for two minutes. */
static void
test_outage(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .first = 1, .last = 7, .status = STATUS_CLOSED });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_ALL_RUNS,
	    .first = 1, .last = 3, .status = STATUS_CLOSED });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* Found about a second after it can be known; later, a few. */
static void
test_pace(void **state)
{
	static const struct {
		int64_t	known_at, most_ms;
	} cases[] = {
		{ 0, 150 }, { 300, 1150 }, { 1000, 1150 }, { 1500, 1150 },
		{ 3000, 1150 }, { 8000, 1150 }, { 15000, 1150 },
		{ 20000, 1300 }, { 40000, 2300 }, { 99000, 5300 },
		{ 200000, 5300 }, { 280000, 5300 }, { 295000, 4900 },
		{ 299000, 950 },
	};
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
		    .listed_at = cases[i].known_at });
		check(look_for(query()) == FIND_ONE, "at %" PRId64,
		    cases[i].known_at);
		check(fake_now() - cases[i].known_at <= cases[i].most_ms,
		    "at %" PRId64 ": %" PRId64, cases[i].known_at,
		    fake_now());
		/* Never shorter than a second, but for the very end. */
		for (k = 0; k < fake_pause_count; k++)
			check(fake_pauses[k] <= 5000 && (fake_pauses[k] >=
			    1000 || fake_now() > TIMEOUT_MS - 3000),
			    "at %" PRId64 ": pause %zu is %" PRId64,
			    cases[i].known_at, k, fake_pauses[k]);
		check(fake_pause_count < 110, "%zu", fake_pause_count);
		tear_down(state);
		set_up(state);
	}
}

/* With a step, the n-th pause is n times as long. */
static void
test_linear(void **state)
{
	static const int64_t steps[] = { 1500, 1000, 5000, 20000 };
	struct find_query q = query();
	size_t i, k;

	for (i = 0; i < COUNT(steps); i++) {
		q.step_ms = steps[i];
		fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID,
		    .listed_at = 10 * steps[i] - 10 });
		gh->call_ms = 0;
		q.deadline_ms = FAKE_START + 1000000;
		expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		assert_int_equal(fake_pause_count, 4);
		for (k = 0; k < fake_pause_count; k++)
			assert_int_equal(fake_pauses[k],
			    (int64_t)(k + 1) * steps[i]);
		assert_int_equal(fake_now(), 10 * steps[i]);
		tear_down(state);
		set_up(state);
	}
}

/* A limit is waited for, as told or a minute; then the search goes on. */
static void
test_limit(void **state)
{
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		fake_add_run(gh, (struct fake_run){ .id = OURS,
		    .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh, (struct fake_failure){
		    .kind = kinds[i], .first = 1, .status = STATUS_LIMITED,
		    .wait_ms = 37000 });
		fake_add_failure(gh, (struct fake_failure){
		    .kind = kinds[i], .first = 2, .status = STATUS_LIMITED });
		fake_add_failure(gh, (struct fake_failure){
		    .kind = i == 0 ? FAKE_ALL_RUNS : FAKE_JOBS,
		    .first = i == 0 ? 1 : 3, .status = STATUS_SERVER,
		    .wait_ms = 20000 });
		expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
		assert_int_equal(fake_pause_count, 3);
		assert_in_range(fake_pauses[0], 37000, 37999);
		assert_in_range(fake_pauses[1], 60000, 240000);
		assert_in_range(fake_pauses[2], 20000, 20999);
		tear_down(state);
		set_up(state);
	}
}

/* Nothing is asked while a limit holds, though there are more candidates. */
static void
test_limit_stops_the_look(void **state)
{
	(void)state;
	add_neighbours(OURS, 8);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 3, .status = STATUS_LIMITED, .wait_ms = 1000000 });
	assert_int_equal(look_for(query()), FIND_NONE);
	assert_int_equal(result.fault.status, STATUS_LIMITED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 3);
	/* It outlasts the deadline: no use in waiting. */
	assert_int_equal(fake_pause_count, 0);
	assert_int_equal(result.count, 8);
}

/* Neither does it while the others are asked whether they carry it too. */
static void
test_limit_and_found(void **state)
{
	struct find_query q = query();

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 8, 8);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .status = STATUS_LIMITED, .wait_ms = 100000 });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	/* And is waited for: it is too early for proof. */
	assert_true(fake_pauses[0] >= 100000);
}

/* A short ID needs the others' names: what hinders that is heeded. */
static void
test_short_and_hindered(void **state)
{
	struct find_query q = query();

	q.is_unique = false;
	q.distinct_id = "1";
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	add_neighbours(OURS - 1, 1);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .status = STATUS_LIMITED, .wait_ms = 37000 });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_true(fake_pauses[0] >= 37000);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 2);
	tear_down(state);
	set_up(state);

	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	add_neighbours(OURS - 1, 1);
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_JOBS,
	    .first = 1, .last = FAKE_ALWAYS, .status = STATUS_REFUSED,
	    .lasting = true });
	assert_int_not_equal(look_for(q), FIND_ONE);
	assert_int_equal(result.fault.status, STATUS_REFUSED);
	assert_int_equal(fake_pause_count, 0);
	assert_int_equal(result.count, 2);
}

/* No ID was sent: only what might be it is wanted, and soon. */
static void
test_listing(void **state)
{
	struct find_query q = query();

	(void)state;
	q.distinct_id = NULL;
	q.has_baseline = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .created_at = 1000,
	    .listed_at = 2000 });
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1,
	    .created_at = 1000, .event = "push" });
	fake_add_run(gh, (struct fake_run){ .id = OURS - 1,
	    .created_at = -60000 });
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.fault.status, STATUS_OK);
	assert_int_equal(result.count, 1);
	assert_true(result.runs[0].id == OURS);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 0);
	/* Others' runs may be listed earlier than ours. */
	assert_in_range(fake_now(), 3000, 4500);
}

static void
test_listing_ends(void **state)
{
	struct find_query q = query();

	(void)state;
	q.distinct_id = NULL;
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.count, 0);
	/* Not the whole timeout for a list of nothing. */
	assert_true(fake_now() < 15000);
}

/* A signal ends a pause, or a call. */
static void
test_signals(void **state)
{
	static const struct {
		int64_t		at;
		int		sig;
		enum status	status;
	} cases[] = {
		{ 500, SIGINT, STATUS_INTERRUPTED },
		{ 500, SIGTERM, STATUS_TERMINATED },
		{ 50, SIGTERM, STATUS_TERMINATED },
		{ 0, SIGINT, STATUS_INTERRUPTED },
		{ 123456, SIGINT, STATUS_INTERRUPTED },
		{ 299990, SIGINT, STATUS_INTERRUPTED },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		add_neighbours(OURS, 1);
		fake_signal_at(cases[i].at, cases[i].sig);
		check(look_for(query()) == FIND_STOPPED, "at %" PRId64,
		    cases[i].at);
		check(result.fault.status == cases[i].status, "at %" PRId64,
		    cases[i].at);
		check(fake_now() == cases[i].at, "at %" PRId64, cases[i].at);
		tear_down(state);
		set_up(state);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* Half a list is none, in whatever way the rest failed. */
static void
test_partial_list_fails(void **state)
{
	static const enum status how[] = { STATUS_CLOSED, STATUS_TIMEOUT,
	    STATUS_LIMITED, STATUS_SERVER };
	struct find_query q = query();
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(how); i++) {
		fake_add_run(gh, (struct fake_run){ .id = OURS - 200,
		    .title = UUID, .titled_at = 3500 });
		add_neighbours(OURS - 150, 150);
		fake_add_run(gh, (struct fake_run){ .id = OURS + 1,
		    .title = UUID, .listed_at = 3500 });
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
		    .page = 2, .from = 4000, .until = 4500, .status = how[i],
		    .wait_ms = how[i] == STATUS_LIMITED ? 1000 : 0 });
		check(look_for(q) == FIND_SEVERAL, "%zu", i);
		tear_down(state);
		set_up(state);
	}
}

/* What is known is told before anything else is asked. */
static void
test_known_and_signal(void **state)
{
	(void)state;
	gh->call_ms = 100;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 150, 150);
	fake_signal_at(150, SIGTERM);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 1);
}

/* A refusal just before the timeout leaves time for one look more. */
static void
test_refused_near_the_end(void **state)
{
	struct find_query q = query();

	(void)state;
	q.deadline_ms = FAKE_START + 900;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_RUNS,
	    .first = 1, .status = STATUS_UNAUTHORIZED, .lasting = true });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_short_id),
		TEST(test_short_and_late),
		TEST(test_partial_list),
		TEST(test_what_counts),
		TEST(test_floor),
		TEST(test_floor_stays),
		TEST(test_no_id),
		TEST(test_no_floor),
		TEST(test_crowd),
		TEST(test_many_pages),
		TEST(test_page_borders),
		TEST(test_settled),
		TEST(test_refusals),
		TEST(test_eleven_digits),
		TEST(test_used_a_moment_ago),
		TEST(test_running_crowd),
		TEST(test_behind_needs),
		TEST(test_settled_pages),
		TEST(test_comes_into_view),
		TEST(test_conditional),
		TEST(test_cross_check),
		TEST(test_foreign_workflows),
		TEST(test_two_carriers),
		TEST(test_unique),
		TEST(test_not_unique),
		TEST(test_short_and_others),
		TEST(test_shown),
		TEST(test_transient),
		TEST(test_final),
		TEST(test_not_lasting),
		TEST(test_neighbour_fails),
		TEST(test_neighbour_gone),
		TEST(test_page_fails),
		TEST(test_run_page_fails),
		TEST(test_later_page_fails),
		TEST(test_found_and_failed),
		TEST(test_deadline),
		TEST(test_fails_to_the_end),
		TEST(test_outage),
		TEST(test_pace),
		TEST(test_linear),
		TEST(test_limit),
		TEST(test_limit_stops_the_look),
		TEST(test_limit_and_found),
		TEST(test_short_and_hindered),
		TEST(test_listing),
		TEST(test_listing_ends),
		TEST(test_signals),
		TEST(test_partial_list_fails),
		TEST(test_known_and_signal),
		TEST(test_refused_near_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
