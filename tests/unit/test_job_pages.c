/* SPDX-License-Identifier: ISC */
/*
 * All jobs of a run, a hundred a page, read again and again.
 */
#include "unit.h"

#include <stdio.h>

#include "fake_github.h"
#include "command/job_pages.h"

#define RUN UINT64_C(17654321098)

static struct github *gh;
static struct job_pages jobs;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	gh = fake_github_new();
	memset(&jobs, 0, sizeof jobs);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	job_pages_wipe(&jobs);
	fake_github_free(gh);
	return 0;
}

/* A run of so many jobs in its first attempt, and some in its second. */
static void
add_run(size_t first, size_t second)
{
	static struct fake_job script[6000];
	static char names[COUNT(script)][24];
	static const struct fake_state states[] = {
		{ .at = 0, .status = "in_progress" },
		{ .at = 1000, .status = "in_progress", .attempt = 2 },
	};
	size_t i;

	assert_in_range(first + second, 0, COUNT(script));
	gh->call_ms = 10;
	memset(script, 0, sizeof script);
	for (i = 0; i < first + second; i++) {
		snprintf(names[i], sizeof names[i], "%zu", i);
		script[i].name = names[i];
		script[i].attempt = i < first ? 1 : 2;
	}
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.jobs = script,
		.job_count = first + second,
		.states = states,
		.state_count = 2,
	    });
}

static enum status
read_all(enum github_attempts attempts)
{
	return job_pages_read(&jobs, gh, RUN, attempts, CLOCK_NEVER, &fault);
}

static void
expect_jobs(size_t first, size_t n)
{
	char name[24];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof name, "%zu", first + i);
		assert_non_null(job_pages_nth(&jobs, i));
		assert_string_equal(job_pages_nth(&jobs, i)->name, name);
	}
	assert_null(job_pages_nth(&jobs, n));
}

static void
test_counts(void **state)
{
	static const struct {
		size_t jobs, pages;
	} rows[] = { { 0, 1 }, { 1, 1 }, { 100, 1 }, { 101, 2 }, { 256, 3 } };
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		add_run(rows[i].jobs, 0);
		expect_jobs(0, 0);
		assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
		assert_int_equal(jobs.count, rows[i].pages);
		assert_int_equal(gh->call_count, rows[i].pages);
		expect_jobs(0, rows[i].jobs);
		/* Again: conditionally. */
		assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
		assert_int_equal(gh->call_count, 2 * rows[i].pages);
		assert_true(gh->calls[gh->call_count - 1].conditional);
		expect_jobs(0, rows[i].jobs);
		tear_down(state);
		set_up(state);
	}
}

/* Fewer pages than before: those that are gone do not count. */
static void
test_fewer(void **state)
{
	(void)state;
	add_run(256, 1);
	assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
	expect_jobs(0, 256);
	gh->call_ms = 1000;
	assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
	assert_int_equal(jobs.count, 1);
	expect_jobs(256, 1);
	job_pages_wipe(&jobs);
	assert_int_equal(read_all(GITHUB_ALL_ATTEMPTS), STATUS_OK);
	expect_jobs(0, 257);
}

/* No more than fifty pages. */
static void
test_most(void **state)
{
	(void)state;
	add_run(5001, 0);
	assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
	assert_int_equal(gh->call_count, 50);
	expect_jobs(0, 5000);
}

/* A page that fails leaves those behind it as they were. */
static void
test_failure(void **state)
{
	(void)state;
	add_run(256, 0);
	fake_fail(gh, FAKE_JOBS, 5, 0, STATUS_SERVER);
	assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_OK);
	assert_int_equal(read_all(GITHUB_LATEST_ATTEMPT), STATUS_SERVER);
	assert_int_equal(gh->call_count, 5);
	expect_jobs(0, 256);
}

static void
test_one_page(void **state)
{
	bool more;

	(void)state;
	add_run(101, 0);
	assert_int_equal(job_pages_read_one(&jobs, gh, RUN, GITHUB_ALL_ATTEMPTS,
			     0, CLOCK_NEVER, &more, &fault),
	    STATUS_OK);
	assert_true(more);
	expect_jobs(0, 100);
	assert_int_equal(job_pages_read_one(&jobs, gh, RUN, GITHUB_ALL_ATTEMPTS,
			     1, CLOCK_NEVER, &more, &fault),
	    STATUS_OK);
	assert_false(more);
	expect_jobs(0, 101);
	fake_fail(gh, FAKE_JOBS, 3, 0, STATUS_SERVER);
	more = true;
	assert_int_equal(job_pages_read_one(&jobs, gh, RUN, GITHUB_ALL_ATTEMPTS,
			     0, CLOCK_NEVER, &more, &fault),
	    STATUS_SERVER);
	assert_false(more);
	expect_jobs(0, 101);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_counts),
		TEST(test_fewer),
		TEST(test_most),
		TEST(test_failure),
		TEST(test_one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
