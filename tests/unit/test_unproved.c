/* SPDX-License-Identifier: ISC */
/*
 * A dispatch whose run is not proved, or only by the time: what is said, and
 * with which exit code.
 */
#include "command/unproved.h"
#include "dispatching.h"

/* Searches that prove no run: 5 if it was accepted, 4 if that was lost. */
static void
test_not_found(void **state)
{
	static const struct fake_job marked[] = { { .steps = { ID } } };
	static const struct {
		const char *what;
		struct fake_run runs[2];
		struct fake_failure failure;
		const char *says[3];
		const char *denies;
	} cases[] = {
		{ "no run", { { .id = 0 } }, { 0 }, { ID }, "http" },
		{ "only others",
		    { { .id = OURS, .created_at = 1000 },
			{ .id = OLDER, .created_at = -60000, .title = ID } },
		    { 0 }, { ID, "runs/17654321098", "might" },
		    "runs/17654320098" },
		{ "two carriers",
		    { { .id = OURS, .title = ID },
			{ .id = OURS + 1, .jobs = marked, .job_count = 1 } },
		    { 0 },
		    { "more than one", "runs/17654321098", "runs/17654321099" },
		    NULL },
		{ "403", { { .id = 0 } },
		    {
			.kind = FAKE_RUNS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_REFUSED,
			.lasting = true,
		    },
		    { "call failed" }, "http" },
		{ "401", { { .id = 0 } },
		    {
			.kind = FAKE_RUNS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_UNAUTHORIZED,
			.lasting = true,
		    },
		    { "call failed" }, "http" },
		{ "404 of runs", { { .id = 0 } },
		    {
			.kind = FAKE_RUNS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_NOT_FOUND,
			.lasting = true,
		    },
		    { "call failed" }, "http" },
		{ "403 of jobs", { { .id = OURS } },
		    {
			.kind = FAKE_JOBS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_REFUSED,
			.lasting = true,
		    },
		    { "call failed", "runs/17654321098" }, NULL },
		{ "401 of jobs", { { .id = OURS } },
		    {
			.kind = FAKE_JOBS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_UNAUTHORIZED,
			.lasting = true,
		    },
		    { "call failed", "runs/17654321098" }, NULL },
		{ "5xx of jobs to the end", { { .id = OURS } },
		    {
			.kind = FAKE_JOBS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_SERVER,
		    },
		    { "runs/17654321098" }, NULL },
		{ "limit longer than the timeout", { { .id = OURS } },
		    {
			.kind = FAKE_JOBS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = STATUS_LIMITED,
			.wait_ms = 3600000,
		    },
		    { "call failed", "runs/17654321098" }, NULL },
	};
	size_t i, k;
	int lost;

	for (i = 0; i < COUNT(cases); i++)
		for (lost = 0; lost < 2; lost++) {
			send_id(false);
			fake_add_post(gh,
			    (struct fake_post){
				lost ? DISPATCH_UNKNOWN : DISPATCH_ACCEPTED,
				.status = lost ? STATUS_CLOSED : STATUS_OK });
			for (k = 0; k < 2; k++)
				if (cases[i].runs[k].id != 0)
					fake_add_run(gh, cases[i].runs[k]);
			if (cases[i].failure.first != 0)
				fake_add_failure(gh, cases[i].failure);
			run();
			check(fault.status ==
				(lost ? STATUS_UNKNOWN : STATUS_UNIDENTIFIED),
			    "%s: %s", cases[i].what, fault.text);
			check(status_exit_code(fault.status) == (lost ? 4 : 5),
			    "%s", cases[i].what);
			check(posts() == 1, "%s", cases[i].what);
			check(found.id == 0 && found.url == NULL, "%s",
			    cases[i].what);
			for (k = 0; k < 3 && cases[i].says[k] != NULL; k++)
				expect_says(cases[i].says[k]);
			if (cases[i].denies != NULL)
				check(
				    strstr(fault.text, cases[i].denies) == NULL,
				    "%s: %s", cases[i].what, fault.text);
			expect_says(
			    lost ? "unknown whether" : "was dispatched");
			check(fake_now() <= TIMEOUT_MS, "%s", cases[i].what);
			again(state);
		}
}

/* A short ID beside a run that keeps its names to itself. */
static void
test_unproved(void **state)
{
	int lost;

	for (lost = 0; lost < 2; lost++) {
		send_id(false);
		order.distinct_id = "1";
		fake_add_post(gh,
		    (struct fake_post){
			lost ? DISPATCH_UNKNOWN : DISPATCH_ACCEPTED,
			.status = lost ? STATUS_CLOSED : STATUS_OK });
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS, .title = "Deploy 1" });
		fake_add_run(gh, (struct fake_run){ .id = OURS + 1 });
		run();
		expect_fault(
		    lost ? STATUS_UNKNOWN : STATUS_UNIDENTIFIED, lost ? 4 : 5);
		expect_says(fake_url(OURS));
		expect_says(fake_url(OURS + 1));
		expect_says("--distinct-id");
		expect_says(lost ? "unknown whether" : "was dispatched");
		assert_int_equal(posts(), 1);
		again(state);
	}
}

/* A refusal while searching is told soon, not at the timeout. */
static void
test_refused_search(void **state)
{
	(void)state;
	send_id(true);
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS, .first = 1, .last = FAKE_ALWAYS, REFUSED });
	assert_int_equal(run(), STATUS_UNIDENTIFIED);
	assert_int_equal(gets(), 1);
	assert_int_equal(fake_pause_count, 0);
	/* The server is named once, though both parts of the story do. */
	expect_says("api.fake.example: ");
	assert_null(
	    strstr(strstr(fault.text, "fake.example") + 1, "fake.example"));
}

/* A lost answer: the run is told from earlier ones by the server's clock. */
static void
test_lost_and_clock(void **state)
{
	static const int64_t skews[] = { 0, 600000, -600000 };
	size_t i;

	for (i = 0; i < COUNT(skews); i++) {
		gh->epoch_ms = FAKE_EPOCH + skews[i];
		send_id(false);
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_UNKNOWN, .took_ms = 12000,
			.status = STATUS_CLOSED });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OLDER, .title = ID, .created_at = -15000 });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = ID,
			.created_at = 500,
			.listed_at = 14000,
		    });
		check(run() == STATUS_OK, "skew %" PRId64 ": %s", skews[i],
		    fault.text);
		expect_run(FOUND_BY_RUN_NAME, ID);
		assert_int_equal(posts(), 1);
		again(state);
	}
}

/* After a limit, only runs since the second POST count. */
static void
test_floor_of_latest_post(void **state)
{
	(void)state;
	send_id(false);
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 60000 });
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_UNKNOWN, .status = STATUS_CLOSED });
	fake_add_run(gh,
	    (struct fake_run){ .id = OLDER, .title = ID, .created_at = 30000 });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = ID,
		.created_at = 61000,
		.listed_at = 65000,
	    });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_int_equal(posts(), 2);
}

/* A lost answer without an ID: what might be it, soon. */
static void
test_lost_without_id(void **state)
{
	(void)state;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_UNKNOWN, .took_ms = 2000, .status = STATUS_SERVER });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .created_at = 1000, .listed_at = 4000 });
	fake_add_run(
	    gh, (struct fake_run){ .id = OLDER, .created_at = -60000 });
	assert_int_equal(run(), STATUS_UNKNOWN);
	expect_fault(STATUS_UNKNOWN, 4);
	assert_int_equal(posts(), 1);
	expect_says("fake: dispatch failed");
	expect_says(fake_url(OURS));
	assert_null(strstr(fault.text, fake_url(OLDER)));
	assert_true(fake_now() < 15000);
}

/* The server's address is named once, whatever ended the search. */
static void
test_address_once(void **state)
{
	static const struct {
		enum status status;
		const char *text, *want;
	} rows[] = {
		{ STATUS_CLOSED, "fake: cut short",
		    "the search for the run failed: cut short." },
		{ STATUS_CLOSED, "fake (through the proxy p:1): cut short",
		    "the search for the run failed: cut short." },
		{ STATUS_FORBIDDEN, "fake answered 403.",
		    "the search for the run failed: the server answered 403." },
		{ STATUS_CLOSED, "faked: cut short.",
		    "the search for the run failed: faked: cut short." },
		{ STATUS_INTERRUPTED, "interrupted by SIGINT",
		    "the search for the run was interrupted by SIGINT." },
	};
	static const char begins[] = "fake: the workflow was dispatched, but "
				     "its run was not identified: ";
	const struct find_query q = { .distinct_id = "x" };
	struct find_result r;
	struct fault f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(&r, 0, sizeof r);
		r.outcome = FIND_STOPPED;
		fault_set(&r.fault, rows[i].status, "%s", rows[i].text);
		unproved(&q, &r, "fake", true, &f);
		assert_memory_equal(f.text, begins, strlen(begins));
		assert_string_equal(f.text + strlen(begins), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_not_found),
		TEST(test_unproved),
		TEST(test_refused_search),
		TEST(test_lost_and_clock),
		TEST(test_floor_of_latest_post),
		TEST(test_lost_without_id),
		TEST(test_address_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
