/* SPDX-License-Identifier: ISC */
/*
 * What is asked of the lists of runs, and how far.
 */
#include "searching.h"

/* One's own run of 150 jobs below 60 newer ones. */
static void
test_crowd(void **state)
{
	static struct fake_job jobs[150];

	(void)state;
	fill_jobs(jobs, COUNT(jobs));
	jobs[129].steps[1] = "id: " UUID;
	jobs[129].steps[2] = "Complete job";
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = jobs, .job_count = COUNT(jobs) });
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
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS, .title = UUID });
		add_neighbours(OURS + 1, n - 1);
		add_neighbours(BASELINE, 1);
		expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
		check(fake_count(gh, FAKE_RUNS, 0) == (n <= 10 ? 1 : 2),
		    "%zu new runs", n);
		again(state);
	}
}

/* Every GET but the first of its question carries the tag. */
static void
test_conditional(void **state)
{
	static const struct fake_job queued[] = {
		{ .set_up_at = 20000, .steps_at = 20000, .steps = { UUID } }
	};
	const struct fake_call *call;
	size_t i, n, unchanged = 0;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .jobs = queued, .job_count = 1 });
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
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = UUID,
		.listed_at = FAKE_NEVER,
		.repository_at = 4500,
	    });
	/* Known from here, so that the workflow's number is. */
	add_neighbours(BASELINE - 5, 5);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_int_equal(gh->call_count, COUNT(order));
	for (i = 0; i < COUNT(order); i++)
		assert_int_equal(gh->calls[i].kind, order[i]);
	assert_string_equal(gh->calls[0].workflow, FAKE_WORKFLOW);
	assert_null(gh->calls[2].workflow);
}

/* The second page of the runs too. */
static void
test_run_page_fails(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS + 1, 150);
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.page = 2,
		.first = 1,
		.last = 2,
		.status = STATUS_CLOSED,
	    });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_true(fake_now() < 10000);
}

/* What the pages before it showed is not lost. */
static void
test_later_page_fails(void **state)
{
	(void)state;
	add_neighbours(OURS - 150, 150);
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = marked_jobs, .job_count = 1 });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.page = 2,
		.first = 1,
		.last = FAKE_ALWAYS,
		.status = STATUS_SERVER,
	    });
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
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
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS, .title = UUID });
		add_neighbours(OURS - 150, 150);
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_RUNS,
			.page = 2,
			.first = 1,
			.last = 2,
			.status = STATUS_SERVER,
		    });
		expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		if (is_unique)
			assert_int_equal(fake_pause_count, 0);
		else
			assert_int_equal(fake_pause_count, 2);
		again(state);
	}
	/* The same ID stands where the list was cut. */
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_run(gh, (struct fake_run){ .id = OURS - 200, .title = UUID });
	add_neighbours(OURS - 150, 150);
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.page = 2,
		.first = 1,
		.status = STATUS_SERVER,
	    });
	assert_int_equal(look_for(q), FIND_SEVERAL);
}

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
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS - 200, .title = UUID, .titled_at = 3500 });
		add_neighbours(OURS - 150, 150);
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS + 1, .title = UUID, .listed_at = 3500 });
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_RUNS,
			.page = 2,
			.from = 4000,
			.until = 4500,
			.status = how[i],
			.wait_ms = how[i] == STATUS_LIMITED ? 1000 : 0,
		    });
		check(look_for(q) == FIND_SEVERAL, "%zu", i);
		again(state);
	}
}

/* No ID was sent: only what might be it is wanted, and soon. */
static void
test_listing(void **state)
{
	struct find_query q = query();

	(void)state;
	q.distinct_id = NULL;
	q.has_baseline = false;
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .created_at = 1000, .listed_at = 2000 });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 1, .created_at = 1000, .event = "push" });
	fake_add_run(
	    gh, (struct fake_run){ .id = OURS - 1, .created_at = -60000 });
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_crowd),
		TEST(test_many_pages),
		TEST(test_page_borders),
		TEST(test_conditional),
		TEST(test_cross_check),
		TEST(test_run_page_fails),
		TEST(test_later_page_fails),
		TEST(test_partial_list),
		TEST(test_partial_list_fails),
		TEST(test_listing),
		TEST(test_listing_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
