/* SPDX-License-Identifier: ISC */
/*
 * Where the ID may stand, and when all names of a run are known without it.
 */
#include "searching.h"

static const struct fake_state over[] = { {
    .status = "completed",
    .conclusion = "success",
} };
static const struct fake_state cancelled[] = { {
    .status = "completed",
    .conclusion = "cancelled",
} };
static const struct fake_state running[] = { { .status = "in_progress" } };
static const struct fake_state over_later[] = { { .status = "in_progress" },
	{ .at = 20000, .status = "completed", .conclusion = "failure" } };

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
		const char *what;
		struct fake_run run;
		enum found_by by;
	} cases[] = {
		{ "title", { .title = "Deploy [" UUID "]" },
		    FOUND_BY_RUN_NAME },
		{ "name", { .name = UUID }, FOUND_BY_RUN_NAME },
		{ "title and name", { .title = UUID, .name = UUID },
		    FOUND_BY_RUN_NAME },
		{ "title and step",
		    { .title = UUID, .jobs = marked_jobs, .job_count = 1 },
		    FOUND_BY_RUN_NAME },
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
			result.runs[0].by == cases[i].by,
		    "%s", cases[i].what);
		check(fake_count(gh, FAKE_RUNS, 0) == 1, "%s", cases[i].what);
		/* The newest is looked into first, and ends the search. */
		check(fake_count(gh, FAKE_JOBS, 0) ==
			(cases[i].by != FOUND_BY_RUN_NAME),
		    "%s", cases[i].what);
		check(fake_pause_count == 0, "%s", cases[i].what);
		again(state);
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
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 1,
		.title = "Run 12",
		.jobs = twelve,
		.job_count = 1,
	    });
	fake_add_run(
	    gh, (struct fake_run){ .id = OURS, .jobs = one, .job_count = 1 });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS - 1,
		.title = "21",
		.jobs = twelve,
		.job_count = 1,
	    });
	expect_ours(look_for(q), FOUND_BY_STEP_NAME);
	/* No proof before a run of ours must be listed. */
	assert_in_range(fake_now(), 3000, 4200);
}

/* A run that is over, and whose steps are known, is not asked about again. */
static void
test_settled(void **state)
{
	static const struct fake_job done[] = { { .skipped = true },
		{ .steps = { "Run make" }, .done_at = 1 } };
	static const struct fake_job bare[] = { { .no_set_up = true,
	    .done_at = 1 } };
	static const struct fake_job late[] = { { .steps = { "Run make" },
	    .set_up_at = 25000,
	    .steps_at = 25000 } };
	static const struct fake_job queued[] = { { .set_up_at = FAKE_NEVER } };
	static const struct {
		struct fake_run run;
		size_t least, most; /* looks at its jobs */
		int64_t last_at;    /* not earlier */
	} cases[] = {
		{ { .jobs = done,
		      .job_count = 2,
		      .states = over,
		      .state_count = 1 },
		    1, 1, 0 },
		{ { .states = cancelled, .state_count = 1 }, 1, 1, 0 },
		/* Its jobs may be behind "needs:". */
		{ { .jobs = done,
		      .job_count = 2,
		      .states = running,
		      .state_count = 1 },
		    8, 60, 55000 },
		{ { .jobs = done,
		      .job_count = 2,
		      .states = over_later,
		      .state_count = 2 },
		    4, 30, 20000 },
		/* Steps, or jobs, may come late. */
		{ { .jobs = bare,
		      .job_count = 1,
		      .states = over,
		      .state_count = 1 },
		    8, 60, 55000 },
		{ { .states = over, .state_count = 1 }, 8, 60, 55000 },
		{ { .jobs = late,
		      .job_count = 1,
		      .states = over,
		      .state_count = 1 },
		    4, 40, 25000 },
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
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.listed_at = 70000,
		.jobs = marked_jobs,
		.job_count = 1,
	    });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	for (i = 0; i < COUNT(cases); i++) {
		n = fake_count(gh, FAKE_JOBS, OURS + 1 + i);
		check(n >= cases[i].least && n <= cases[i].most,
		    "case %zu: %zu looks", i, n);
		for (k = 0; k < fake_count(gh, FAKE_JOBS, 0); k++)
			if (fake_nth(gh, FAKE_JOBS, k)->run_id == OURS + 1 + i)
				call = fake_nth(gh, FAKE_JOBS, k);
		check(call->at >= cases[i].last_at &&
			(cases[i].last_at == 0 || cases[i].last_at > 50000 ||
			    call->at <= cases[i].last_at + 11000),
		    "case %zu: last at %" PRId64, i, call->at);
	}
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 1);
}

/* A job behind "needs:" is listed when it may begin, and not before. */
static void
test_behind_needs(void **state)
{
	static const struct fake_job jobs[] = {
		{ .steps = { "Run make", "Complete job" } },
		{ .name = "deploy",
		    .steps = { UUID },
		    .listed_at = 40000,
		    .set_up_at = 41000,
		    .steps_at = 42000 }
	};
	static const int64_t updates[] = { 40000, 42000 };
	size_t crowd;
	int told;

	for (crowd = 0; crowd <= 60; crowd += 60)
		for (told = 0; told < 2; told++) {
			fake_add_run(gh,
			    (struct fake_run){
				.id = OURS,
				.jobs = jobs,
				.job_count = 2,
				.states = running,
				.state_count = 1,
				.updates = updates,
				.update_count = told ? 2 : 0,
			    });
			add_neighbours(OURS - crowd, crowd);
			expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
			/* Soon, if its row tells or there are few. */
			check(fake_now() <= 42000 +
				    (crowd == 0    ? 2500
					    : told ? 10000
						   : 20000),
			    "%zu, %d: %" PRId64, crowd, told, fake_now());
			again(state);
		}
}

/* Sixty neighbours that run on cost little, whatever they show. */
static void
test_running_crowd(void **state)
{
	static const struct fake_job waiting[] = {
		{ .set_up_at = FAKE_NEVER }
	};
	size_t i, n;
	int shown;

	for (shown = 0; shown < 2; shown++) {
		gh->call_ms = 5;
		for (i = 0; i < 60; i++)
			fake_add_run(gh,
			    (struct fake_run){
				.id = OURS + 1 + i,
				.jobs = shown ? settled_jobs : waiting,
				.job_count = 1,
				.states = running,
				.state_count = 1,
			    });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS, .title = UUID, .listed_at = 30000 });
		expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
		n = fake_count(gh, FAKE_JOBS, 0);
		check(n <= (size_t)60 * 7, "%zu requests", n);
		for (i = 60; i < n; i++)
			check(
			    fake_nth(gh, FAKE_JOBS, i)->conditional, "%zu", i);
		again(state);
	}
}

/* Settled means all pages of its jobs. */
static void
test_settled_pages(void **state)
{
	static struct fake_job jobs[120];

	(void)state;
	fill_jobs(jobs, COUNT(jobs));
	jobs[119].set_up_at = jobs[119].steps_at = 30000;
	jobs[119].steps[0] = "echo " UUID;
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = jobs, .job_count = COUNT(jobs) });
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
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = jobs, .job_count = COUNT(jobs) });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_in_range(fake_now(), 30000, 32000);
}

/* Steps come in three stages; a job comes late; the title changes. */
static void
test_comes_into_view(void **state)
{
	static const struct fake_job stages[] = { { .set_up_at = 3000,
	    .steps_at = 7000,
	    .steps = { "Run make", UUID } } };
	static const struct fake_job late[] = { { .steps = { UUID },
	    .listed_at = 7000,
	    .set_up_at = 7000,
	    .steps_at = 7000 } };
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
			again(state);
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
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS + i, .title = UUID });
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, FIND_SHOWN_MAX);
	assert_int_equal(result.more, 2);
	for (i = 0; i < result.count; i++) {
		assert_true(result.runs[i].id == OURS + 11 - i);
		assert_string_equal(
		    result.runs[i].url, fake_url(OURS + 11 - i));
	}
}

/* One neighbour's trouble does not hide our run. */
static void
test_neighbour_fails(void **state)
{
	static const enum status statuses[] = { STATUS_SERVER, STATUS_NOT_FOUND,
		STATUS_PROTOCOL };
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		add_neighbours(OURS + 1, 2);
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS, .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_JOBS,
			.run_id = OURS + 1,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = statuses[i],
		    });
		expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
		assert_int_equal(result.fault.status, STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		again(state);
	}
}

/* A neighbour whose jobs are 404 for ever does not end the search. */
static void
test_neighbour_gone(void **state)
{
	(void)state;
	add_neighbours(OURS + 1, 1);
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .title = UUID, .listed_at = 120000 });
	fake_fail(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_NOT_FOUND);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* The second page of our own jobs fails now and then. */
static void
test_page_fails(void **state)
{
	static struct fake_job jobs[150];

	(void)state;
	fill_jobs(jobs, COUNT(jobs));
	jobs[129].steps[1] = UUID;
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = jobs, .job_count = COUNT(jobs) });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_JOBS,
		.page = 2,
		.first = 1,
		.last = 3,
		.status = STATUS_SERVER,
	    });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_short_id),
		TEST(test_settled),
		TEST(test_behind_needs),
		TEST(test_running_crowd),
		TEST(test_settled_pages),
		TEST(test_comes_into_view),
		TEST(test_shown),
		TEST(test_neighbour_fails),
		TEST(test_neighbour_gone),
		TEST(test_page_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
