/* SPDX-License-Identifier: ISC */
/*
 * The main job: what each answer to the dispatch leads to, and what ends it.
 */
#include "dispatching.h"

#include <signal.h>

/* A new server: one request. */
static void
test_identified(void **state)
{
	int with_id;

	for (with_id = 0; with_id < 2; with_id++) {
		if (with_id)
			send_id(true);
		fake_add_post(gh,
		    (struct fake_post){
			DISPATCH_IDENTIFIED, .took_ms = 900, .run_id = OURS });
		assert_int_equal(run(), STATUS_OK);
		expect_run(FOUND_BY_RESPONSE, with_id ? ID : NULL);
		assert_int_equal(gh->call_count, 1);
		assert_int_equal(fake_now(), 900);
		assert_string_equal(
		    gh->calls[0].body, with_id ? BODY_WITH_ID : BODY);
		assert_string_equal(gh->calls[0].workflow, FAKE_WORKFLOW);
		assert_false(gh->calls[0].old_version);
		assert_true(gh->calls[0].answer_ms == 30000);
		again(state);
	}
}

/* An old server: baseline, a second POST with an ID, search. */
static void
test_old_server(void **state)
{
	static const struct fake_job jobs[] = { { .set_up_at = 6000,
	    .steps_at = 8000,
	    .steps = { "Run make", "id " ID } } };

	(void)state;
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_OLD_SERVER, .status = STATUS_REFUSED,
		.lasting = true });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh, (struct fake_run){ .id = OLDER, .title = ID });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.created_at = 1000,
		.listed_at = 3000,
		.jobs = jobs,
		.job_count = 1,
	    });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_STEP_NAME, ID);
	assert_in_range(fake_now(), 8000, 9500);
	assert_int_equal(posts(), 2);
	assert_string_equal(fake_nth(gh, FAKE_POST, 0)->body, BODY);
	assert_string_equal(fake_nth(gh, FAKE_POST, 1)->body, BODY_WITH_ID);
	assert_false(fake_nth(gh, FAKE_POST, 0)->old_version);
	assert_true(fake_nth(gh, FAKE_POST, 1)->old_version);
	/* Between the two: the newest run. */
	assert_int_equal(gh->calls[1].kind, FAKE_RUNS);
	assert_int_equal(gh->calls[1].per_page, 1);
	assert_true(gh->calls[1].old_version);
	assert_int_equal(gh->calls[2].kind, FAKE_POST);
	/* The first look is at once. */
	assert_int_equal(gh->calls[3].at, gh->calls[2].ended_at);
}

/* The ID of a run at or below the baseline may be the one given now. */
static void
test_given_id_used_before(void **state)
{
	(void)state;
	send_id(false);
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_OLD_SERVER, .status = STATUS_REFUSED });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh, (struct fake_run){ .id = OLDER, .title = ID });
	fake_add_run(gh, (struct fake_run){ .id = OLDER - 1, .title = ID });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = ID,
		.created_at = 1000,
		.listed_at = 5000,
	    });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_int_equal(posts(), 2);
}

/* Accepted, and the answer names no run. */
static void
test_accepted(void **state)
{
	(void)state;
	send_id(true);
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = ID,
		.created_at = 1000,
		.listed_at = 5000,
	    });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_int_equal(posts(), 1);
	assert_in_range(fake_now(), 5000, 6200);
}

/* The same without an ID: exit 5, with the runs that might be it. */
static void
test_accepted_without_id(void **state)
{
	(void)state;
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh, (struct fake_run){ .id = OURS, .created_at = 1000 });
	fake_add_run(
	    gh, (struct fake_run){ .id = OURS + 1, .created_at = 1000 });
	fake_add_run(
	    gh, (struct fake_run){ .id = OLDER, .created_at = -60000 });
	assert_int_equal(run(), STATUS_UNIDENTIFIED);
	expect_fault(STATUS_UNIDENTIFIED, 5);
	assert_int_equal(posts(), 1);
	/* Ours may not be listed yet: a few looks, and not for long. */
	assert_in_range(gets(), 3, 5);
	assert_in_range(fake_now(), 3000, 5000);
	expect_says("was dispatched");
	expect_says(fake_url(OURS));
	expect_says(fake_url(OURS + 1));
	expect_says("--distinct-id");
	assert_null(strstr(fault.text, fake_url(OLDER)));
	assert_null(strstr(fault.text, ID));
}

/* Workflows written for v1 to v3 of the action. */
static void
test_wants_id(void **state)
{
	(void)state;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_WANTS_ID, .status = STATUS_REFUSED, .lasting = true });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RESPONSE, ID);
	assert_int_equal(posts(), 2);
	assert_int_equal(gets(), 0);
	assert_string_equal(fake_nth(gh, FAKE_POST, 0)->body, BODY);
	assert_string_equal(fake_nth(gh, FAKE_POST, 1)->body, BODY_WITH_ID);
	assert_false(fake_nth(gh, FAKE_POST, 1)->old_version);
}

/* Whole stories: answers to the POSTs, how often it is sent, and the end. */
static void
test_stories(void **state)
{
	static const struct {
		const char *what;
		bool sends_id;
		struct fake_post posts[6];
		size_t sent;
		int exit_code; /* 0: OURS */
		enum found_by by;
		const char *says;
	} cases[] = {
		{ "refused", false, { { DISPATCH_NOT_STARTED, REFUSED } }, 1, 3,
		    0, "Nothing was dispatched" },
		{ "refused, with ID", true,
		    { { DISPATCH_NOT_STARTED, REFUSED } }, 1, 3, 0,
		    "Nothing was dispatched" },
		{ "not found", false,
		    { { DISPATCH_NOT_STARTED, .status = STATUS_NOT_FOUND } }, 1,
		    3, 0, "Nothing was dispatched" },
		{ "redirected away", false,
		    { { DISPATCH_NOT_STARTED, .status = STATUS_PROTOCOL,
			.lasting = true } },
		    1, 7, 0, "Nothing was dispatched" },
		{ "bad certificate", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_TLS,
			.lasting = true } },
		    1, 7, 0, "Nothing was dispatched" },
		{ "connected at the third", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ DISPATCH_NOT_SENT, .status = STATUS_CLOSED },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    3, 0, FOUND_BY_RESPONSE, NULL },
		{ "resolved at the third", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    3, 0, FOUND_BY_RESPONSE, NULL },
		{ "not resolved", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_NOT_SENT, .status = STATUS_NO_HOST } },
		    3, 7, 0, "Nothing was dispatched" },
		{ "not resolved three times, but not in a row", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_NOT_SENT, .status = STATUS_RESOLVE },
			{ DISPATCH_NOT_SENT, .status = STATUS_NO_HOST },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    5, 0, FOUND_BY_RESPONSE, NULL },
		{ "refused after a failed connect", false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ DISPATCH_NOT_STARTED, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "unknown after a failed connect", true,
		    { { DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ DISPATCH_UNKNOWN, .status = STATUS_CLOSED } },
		    2, 0, FOUND_BY_RUN_NAME, NULL },
		{ "lost", true,
		    { { DISPATCH_UNKNOWN, .status = STATUS_CLOSED } }, 1, 0,
		    FOUND_BY_RUN_NAME, NULL },
		{ "5xx", true,
		    { { DISPATCH_UNKNOWN, .status = STATUS_SERVER } }, 1, 0,
		    FOUND_BY_RUN_NAME, NULL },
		{ "garbage", true,
		    { { DISPATCH_UNKNOWN, .status = STATUS_PROTOCOL } }, 1, 0,
		    FOUND_BY_RUN_NAME, NULL },
		{ "lost, without ID", false,
		    { { DISPATCH_UNKNOWN, .status = STATUS_CLOSED } }, 1, 4, 0,
		    "unknown whether" },
		{ "old twice", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_OLD_SERVER, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "old, input not declared", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_NOT_STARTED, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "old, wants the ID that it has got", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_WANTS_ID, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "old, lost", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_UNKNOWN, .status = STATUS_SERVER } },
		    2, 0, FOUND_BY_RUN_NAME, NULL },
		{ "old, failed connect", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ .outcome = DISPATCH_ACCEPTED } },
		    3, 0, FOUND_BY_RUN_NAME, NULL },
		{ "old, limit", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_LIMITED, .status = STATUS_LIMITED,
			    .wait_ms = 3000 },
			{ .outcome = DISPATCH_ACCEPTED } },
		    3, 0, FOUND_BY_RUN_NAME, NULL },
		{ "old, and yet tells", false,
		    { { DISPATCH_OLD_SERVER, REFUSED },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    2, 0, FOUND_BY_RESPONSE, NULL },
		{ "wants ID, names no run", false,
		    { { DISPATCH_WANTS_ID, REFUSED },
			{ .outcome = DISPATCH_ACCEPTED } },
		    2, 0, FOUND_BY_RUN_NAME, NULL },
		{ "wants ID, lost", false,
		    { { DISPATCH_WANTS_ID, REFUSED },
			{ DISPATCH_UNKNOWN, .status = STATUS_TIMEOUT } },
		    2, 0, FOUND_BY_RUN_NAME, NULL },
		{ "wants ID, old", false,
		    { { DISPATCH_WANTS_ID, REFUSED },
			{ DISPATCH_OLD_SERVER, REFUSED },
			{ .outcome = DISPATCH_ACCEPTED } },
		    3, 0, FOUND_BY_RUN_NAME, NULL },
		{ "wants the ID twice", false,
		    { { DISPATCH_WANTS_ID, REFUSED },
			{ DISPATCH_WANTS_ID, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "wants the ID that it has got", true,
		    { { DISPATCH_WANTS_ID, REFUSED } }, 1, 3, 0,
		    "Nothing was dispatched" },
		{ "limit", false,
		    { { DISPATCH_LIMITED, .status = STATUS_LIMITED,
			  .wait_ms = 20000 },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    2, 0, FOUND_BY_RESPONSE, NULL },
		{ "limit, then lost", true,
		    { { DISPATCH_LIMITED, .status = STATUS_LIMITED,
			  .wait_ms = 1000 },
			{ DISPATCH_UNKNOWN, .status = STATUS_CLOSED } },
		    2, 0, FOUND_BY_RUN_NAME, NULL },
		{ "limit, then refused", true,
		    { { DISPATCH_LIMITED, .status = STATUS_LIMITED,
			  .wait_ms = 1000 },
			{ DISPATCH_NOT_STARTED, REFUSED } },
		    2, 3, 0, "Nothing was dispatched" },
		{ "limit, then failed connects", true,
		    { { DISPATCH_LIMITED, .status = STATUS_LIMITED,
			  .wait_ms = 50000 },
			{ DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ DISPATCH_NOT_SENT, .status = STATUS_CONNECT },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    4, 0, FOUND_BY_RESPONSE, NULL },
	};
	enum status status;
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].sends_id)
			send_id(true);
		for (k = 0; k < cases[i].sent; k++)
			fake_add_post(gh, cases[i].posts[k]);
		fake_add_run(gh,
		    (struct fake_run){ .id = OLDER, .created_at = -3600000 });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = cases[i].exit_code == 0 ? ID : "Deploy",
			.created_at = 70000,
			.listed_at = 70000,
		    });
		status = run();
		check(status_exit_code(status) == cases[i].exit_code, "%s: %s",
		    cases[i].what, fault.text);
		check(posts() == cases[i].sent, "%s: %zu POSTs", cases[i].what,
		    posts());
		check(found.id == (cases[i].exit_code == 0 ? OURS : 0), "%s",
		    cases[i].what);
		if (cases[i].exit_code == 0) {
			check(found.by == cases[i].by, "%s", cases[i].what);
		} else {
			check(status == fault.status, "%s", cases[i].what);
			check(strstr(fault.text, cases[i].says) != NULL,
			    "%s: %s", cases[i].what, fault.text);
			check(found.url == NULL, "%s", cases[i].what);
		}
		again(state);
	}
}

/* SIGINT and SIGTERM: the message says whether a run was started. */
static void
test_signals(void **state)
{
	static const struct {
		const char *what;
		int64_t at;
		int sig;
		bool sends_id;
		struct fake_post posts[2];
		const char *says;
		bool baseline_fails;
	} cases[] = {
		{ "retrying", 400, SIGINT, false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_CONNECT } },
		    "Nothing was dispatched", false },
		{ "connecting", 0, SIGTERM, false,
		    { { DISPATCH_NOT_SENT, .status = STATUS_TERMINATED,
			.lasting = true } },
		    "Nothing was dispatched", false },
		{ "waiting for a limit", 9000, SIGTERM, false,
		    { { DISPATCH_LIMITED, .status = STATUS_LIMITED,
			.wait_ms = 20000 } },
		    "Nothing was dispatched", false },
		{ "taking the baseline", 1200, SIGINT, false,
		    { { DISPATCH_OLD_SERVER, REFUSED } },
		    "Nothing was dispatched", true },
		{ "waiting for the answer", 3000, SIGINT, true,
		    { { DISPATCH_UNKNOWN, .took_ms = 20000 } },
		    "unknown whether", false },
		{ "waiting for the answer, without ID", 3000, SIGTERM, false,
		    { { DISPATCH_UNKNOWN, .took_ms = 20000 } },
		    "unknown whether", false },
		{ "searching", 33333, SIGTERM, true,
		    { { .outcome = DISPATCH_ACCEPTED } }, "was dispatched",
		    false },
		{ "searching after a lost answer", 33333, SIGINT, true,
		    { { DISPATCH_UNKNOWN, .status = STATUS_CLOSED } },
		    "unknown whether", false },
	};
	enum status want;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].sends_id)
			send_id(true);
		fake_add_post(gh, cases[i].posts[0]);
		if (cases[i].baseline_fails)
			fake_fail(gh, FAKE_RUNS, 1, FAKE_ALWAYS, STATUS_SERVER);
		fake_signal_at(cases[i].at, cases[i].sig);
		want = cases[i].sig == SIGTERM ? STATUS_TERMINATED
					       : STATUS_INTERRUPTED;
		check(run() == want, "%s: %s", cases[i].what, fault.text);
		check(fault.status == want, "%s", cases[i].what);
		check(status_exit_code(want) == 128 + cases[i].sig, "%s",
		    cases[i].what);
		check(strstr(fault.text, cases[i].says) != NULL, "%s: %s",
		    cases[i].what, fault.text);
		check(posts() == 1, "%s: %zu", cases[i].what, posts());
		check(fake_now() == cases[i].at, "%s", cases[i].what);
		check(found.url == NULL, "%s", cases[i].what);
		again(state);
	}
}

/* An accepted run is known by its answer, whatever signal has come. */
static void
test_signal_and_identified(void **state)
{
	(void)state;
	fake_signal_at(100, SIGINT);
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_IDENTIFIED, .took_ms = 500, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RESPONSE, NULL);
}

/* Timeouts of the search count from the start, and bound all of it. */
static void
test_timeout(void **state)
{
	static const int64_t timeouts[] = { 1000, 10000, 300000 };
	size_t i;

	for (i = 0; i < COUNT(timeouts); i++) {
		send_id(true);
		order.timeout_ms = timeouts[i];
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_ACCEPTED, .took_ms = 400 });
		assert_int_equal(run(), STATUS_UNIDENTIFIED);
		expect_says(ID);
		assert_in_range(fake_now(), timeouts[i] - 200, timeouts[i]);
		assert_int_equal(posts(), 1);
		again(state);
	}
}

/* The longest timeout that can be given is one like any other. */
static void
test_enormous_timeout(void **state)
{
	(void)state;
	send_id(true);
	order.timeout_ms = INT64_MAX / 4;
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_LIMITED, .status = STATUS_LIMITED,
		.wait_ms = INT64_C(366) * 86400 * 1000 });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = ID,
		.created_at = INT64_C(367) * 86400 * 1000,
		.listed_at = INT64_C(367) * 86400 * 1000,
	    });
	gh->call_ms = 60000;
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_true(gh->calls[1].answer_ms == 30000);
}

/* Old v3 actions fix the step of the search. */
static void
test_linear(void **state)
{
	(void)state;
	send_id(true);
	order.step_ms = 5000;
	gh->call_ms = 0;
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = ID, .listed_at = 29000 });
	assert_int_equal(run(), STATUS_OK);
	assert_int_equal(fake_now(), 5000 + 10000 + 15000);
	assert_int_equal(fake_pauses[1], 10000);
}

/* The neighbours and the crowd of the search, end to end. */
static void
test_crowd(void **state)
{
	static const struct fake_job theirs[] = {
		{ .steps = { "Run make", "Complete job" } }
	};
	static struct fake_job jobs[150];
	size_t i;

	(void)state;
	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < COUNT(jobs); i++) {
		jobs[i].steps[0] = "Run make";
		jobs[i].set_up_at = jobs[i].steps_at = 20000;
	}
	jobs[129].steps[1] = ID;
	fake_add_post(gh, (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.listed_at = 2000,
		.jobs = jobs,
		.job_count = COUNT(jobs),
	    });
	for (i = 0; i < 60; i++)
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS + 1 + i,
			.listed_at = 2500,
			.jobs = theirs,
			.job_count = 1,
		    });
	gh->call_ms = 10;
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_STEP_NAME, ID);
	assert_in_range(fake_now(), 20000, 22000);
	assert_int_equal(posts(), 2);
	for (i = 0; i < 60; i++)
		assert_in_range(fake_count(gh, FAKE_JOBS, OURS + 1 + i), 1, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_identified),
		TEST(test_old_server),
		TEST(test_given_id_used_before),
		TEST(test_accepted),
		TEST(test_accepted_without_id),
		TEST(test_wants_id),
		TEST(test_stories),
		TEST(test_signals),
		TEST(test_signal_and_identified),
		TEST(test_timeout),
		TEST(test_enormous_timeout),
		TEST(test_linear),
		TEST(test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
