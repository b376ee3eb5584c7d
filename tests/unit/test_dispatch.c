/* SPDX-License-Identifier: ISC */
/*
 * The main job: what each answer to the dispatch leads to, how often the POST
 * leaves this machine, and what is said when no run is proved.  The fake
 * server itself fails a test that posts again after a POST that may have
 * started a run.
 */
#include "unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "fake_clock.h"
#include "fake_github.h"
#include "command/dispatch.h"
#include "command/pace.h"

#define ID   "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define BODY "{\"ref\":\"main\"}"
#define BODY_WITH_ID \
	"{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" ID "\"}}"
#define TIMEOUT_MS INT64_C(300000)
#define OURS       UINT64_C(17654321098)
#define OLDER      (OURS - 1000)

static struct github *gh;
static struct dispatch_order order;
static struct found_run found;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	gh = fake_github_new();
	memset(&found, 0, sizeof found);
	memset(&fault, 0, sizeof fault);
	/* As without --distinct-id. */
	order = (struct dispatch_order){
		.workflow = FAKE_WORKFLOW,
		.workflow_path = FAKE_PATH,
		.ref = "main",
		.body = BODY,
		.body_with_id = BODY_WITH_ID,
		.distinct_id = ID,
		.is_unique = true,
		.timeout_ms = TIMEOUT_MS,
		.step_ms = PACE_ADAPTIVE,
	};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	found_run_wipe(&found);
	fake_github_free(gh);
	return 0;
}

static enum status
run(void)
{
	return dispatch_prove(gh, &fake_clock, &order, &found, &fault);
}

static void
send_id(bool is_unique)
{
	order.sends_id = true;
	order.is_unique = is_unique;
	order.body = BODY_WITH_ID;
}

static size_t
posts(void)
{
	return fake_count(gh, FAKE_POST, 0);
}

static size_t
gets(void)
{
	return gh->call_count - posts();
}

static void
expect_run(enum found_by by, const char *distinct_id)
{
	assert_true(found.id == OURS);
	assert_string_equal(found.url, fake_url(OURS));
	assert_int_equal(found.by, by);
	assert_string_equal(found.repository, "octo-org/octo-repo");
	assert_string_equal(found.workflow, FAKE_WORKFLOW);
	assert_string_equal(found.ref, "main");
	if (distinct_id == NULL)
		assert_null(found.distinct_id);
	else
		assert_string_equal(found.distinct_id, distinct_id);
}

static void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

static void
expect_fault(enum status status, int exit_code)
{
	check(fault.status == status && status_exit_code(status) == exit_code,
	    "status %d: %s", (int)fault.status, fault.text);
	assert_null(found.url);
	assert_true(found.id == 0);
}

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
		tear_down(state);
		set_up(state);
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
#define REFUSED .status = STATUS_REFUSED, .lasting = true

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
		tear_down(state);
		set_up(state);
	}
}

/* An older server's baseline cannot be had: nothing is started without it. */
static void
test_no_baseline(void **state)
{
	static const struct {
		enum status status;
		bool lasting;
		int exit_code;
	} cases[] = {
		{ STATUS_REFUSED, true, 3 },
		{ STATUS_NOT_FOUND, false, 3 },
		{ STATUS_LIMITED, false, 3 },
		{ STATUS_SERVER, false, 7 },
		{ STATUS_CLOSED, false, 7 },
		{ STATUS_TLS, true, 7 },
	};
	size_t i;
	int posted;

	for (i = 0; i < COUNT(cases); i++)
		for (posted = 0; posted < 2; posted++) {
			/* Told by the refusal of a POST, or by a header. */
			gh->is_ghes = !posted;
			gh->has_answered = true;
			gh->tells = GITHUB_TELLS_NO_RUN;
			fake_add_post(gh,
			    (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
			fake_add_failure(gh,
			    (struct fake_failure){
				.kind = FAKE_RUNS,
				.first = 1,
				.last = FAKE_ALWAYS,
				.status = cases[i].status,
				.lasting = cases[i].lasting,
			    });
			check(run() == cases[i].status, "%s", fault.text);
			expect_fault(cases[i].status, cases[i].exit_code);
			expect_says("Nothing was dispatched");
			assert_int_equal(posts(), posted);
			assert_true(fake_now() <= TIMEOUT_MS);
			tear_down(state);
			set_up(state);
		}
}

/* GHES, or what may be one: its newest run is asked for, and tells its kind. */
static void
test_kinds_of_server(void **state)
{
	static const struct {
		const char *what;
		enum github_tells tells;
		bool sends_id;
		struct fake_post posts[3];
		size_t sent;
		const char *first, *last; /* bodies */
		bool old_version;
		int exit_code;
		enum found_by by;
	} cases[] = {
		{ "new", GITHUB_TELLS_RUN, false,
		    { { DISPATCH_IDENTIFIED, .run_id = OURS } }, 1, BODY, BODY,
		    false, 0, FOUND_BY_RESPONSE },
		{ "old", GITHUB_TELLS_NO_RUN, false,
		    { { .outcome = DISPATCH_ACCEPTED } }, 1, BODY_WITH_ID,
		    BODY_WITH_ID, true, 0, FOUND_BY_RUN_NAME },
		{ "old, lost", GITHUB_TELLS_NO_RUN, false,
		    { { DISPATCH_UNKNOWN, .status = STATUS_CLOSED } }, 1,
		    BODY_WITH_ID, BODY_WITH_ID, true, 0, FOUND_BY_RUN_NAME },
		{ "old, input not declared", GITHUB_TELLS_NO_RUN, false,
		    { { DISPATCH_REFUSES_ID, REFUSED } }, 1, BODY_WITH_ID,
		    BODY_WITH_ID, true, 3, 0 },
		{ "silent, old", GITHUB_TELLS_UNKNOWN, false,
		    { { .outcome = DISPATCH_ACCEPTED } }, 1, BODY_WITH_ID,
		    BODY_WITH_ID, false, 0, FOUND_BY_RUN_NAME },
		{ "silent, new", GITHUB_TELLS_UNKNOWN, false,
		    { { DISPATCH_IDENTIFIED, .run_id = OURS } }, 1,
		    BODY_WITH_ID, BODY_WITH_ID, false, 0, FOUND_BY_RESPONSE },
		{ "silent, input not declared", GITHUB_TELLS_UNKNOWN, false,
		    { { DISPATCH_REFUSES_ID, REFUSED },
			{ DISPATCH_IDENTIFIED, .run_id = OURS } },
		    2, BODY_WITH_ID, BODY, false, 0, FOUND_BY_RESPONSE },
		{ "silent, input not declared, names no run",
		    GITHUB_TELLS_UNKNOWN, false,
		    { { DISPATCH_REFUSES_ID, REFUSED },
			{ .outcome = DISPATCH_ACCEPTED } },
		    2, BODY_WITH_ID, BODY, false, 5, 0 },
		{ "silent, input wanted and refused", GITHUB_TELLS_UNKNOWN,
		    false,
		    { { DISPATCH_REFUSES_ID, REFUSED },
			{ DISPATCH_WANTS_ID, REFUSED } },
		    2, BODY_WITH_ID, BODY, false, 3, 0 },
		{ "silent, the user's ID is refused", GITHUB_TELLS_UNKNOWN,
		    true, { { DISPATCH_REFUSES_ID, REFUSED } }, 1, BODY_WITH_ID,
		    BODY_WITH_ID, false, 3, 0 },
	};
	enum status status;
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		gh->is_ghes = true;
		gh->tells = cases[i].tells;
		if (cases[i].sends_id)
			send_id(false);
		for (k = 0; k < cases[i].sent; k++)
			fake_add_post(gh, cases[i].posts[k]);
		fake_add_run(gh, (struct fake_run){ .id = OLDER });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = ID,
			.created_at = 1000,
			.listed_at = 1000,
		    });
		status = run();
		check(status_exit_code(status) == cases[i].exit_code, "%s: %s",
		    cases[i].what, fault.text);
		check(posts() == cases[i].sent, "%s", cases[i].what);
		check(gh->calls[0].kind == FAKE_RUNS &&
			gh->calls[0].per_page == 1 && !gh->calls[0].old_version,
		    "%s", cases[i].what);
		check(strcmp(fake_nth(gh, FAKE_POST, 0)->body,
			  cases[i].first) == 0,
		    "%s", cases[i].what);
		check(strcmp(fake_nth(gh, FAKE_POST, posts() - 1)->body,
			  cases[i].last) == 0,
		    "%s", cases[i].what);
		check(fake_nth(gh, FAKE_POST, 0)->old_version ==
			cases[i].old_version,
		    "%s", cases[i].what);
		check(cases[i].exit_code != 0 ||
			(found.id == OURS && found.by == cases[i].by),
		    "%s", cases[i].what);
		tear_down(state);
		set_up(state);
	}
}

/*
 * A baseline that cannot be had does not keep a dispatch from a server that
 * may name its run; what the POST comes to then is its own affair.
 */
static void
test_baseline_is_not_needed(void **state)
{
	static const struct {
		const char *what;
		enum github_tells tells;
		enum status status;
		bool lasting;
		bool posted;
	} cases[] = {
		{ "new, 404", GITHUB_TELLS_RUN, STATUS_NOT_FOUND, false, true },
		{ "new, 403", GITHUB_TELLS_RUN, STATUS_FORBIDDEN, true, true },
		{ "new, 401", GITHUB_TELLS_RUN, STATUS_UNAUTHORIZED, true,
		    true },
		{ "new, 5xx", GITHUB_TELLS_RUN, STATUS_SERVER, false, true },
		{ "new, cut", GITHUB_TELLS_RUN, STATUS_CLOSED, false, true },
		{ "new, garbage", GITHUB_TELLS_RUN, STATUS_PROTOCOL, false,
		    true },
		{ "silent, 404", GITHUB_TELLS_UNKNOWN, STATUS_NOT_FOUND, false,
		    true },
		{ "silent, 403", GITHUB_TELLS_UNKNOWN, STATUS_FORBIDDEN, true,
		    true },
		{ "silent, redirected away", GITHUB_TELLS_UNKNOWN,
		    STATUS_PROTOCOL, true, true },
		{ "silent, 5xx", GITHUB_TELLS_UNKNOWN, STATUS_SERVER, false,
		    true },
		{ "silent, no answer", GITHUB_TELLS_UNKNOWN, STATUS_TIMEOUT,
		    false, true },
		{ "silent, no API", GITHUB_TELLS_UNKNOWN, STATUS_PROTOCOL,
		    false, true },
		{ "silent, 401", GITHUB_TELLS_UNKNOWN, STATUS_UNAUTHORIZED,
		    true, false },
		{ "bad certificate", GITHUB_TELLS_UNKNOWN, STATUS_TLS, true,
		    false },
		{ "not reached", GITHUB_TELLS_UNKNOWN, STATUS_CONNECT, false,
		    false },
		{ "no such host", GITHUB_TELLS_UNKNOWN, STATUS_NO_HOST, false,
		    false },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		gh->is_ghes = true;
		gh->has_answered = true;
		gh->tells = cases[i].tells;
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = FAKE_RUNS,
			.first = 1,
			.last = FAKE_ALWAYS,
			.status = cases[i].status,
			.lasting = cases[i].lasting,
		    });
		check(run() == (cases[i].posted ? STATUS_OK : cases[i].status),
		    "%s: %s", cases[i].what, fault.text);
		check(posts() == cases[i].posted, "%s", cases[i].what);
		if (!cases[i].posted)
			expect_says("Nothing was dispatched");
		/* Not all of the time for what may not be needed. */
		check(fake_now() <= 30000, "%s: %" PRId64, cases[i].what,
		    fake_now());
		tear_down(state);
		set_up(state);
	}
}

/* The baseline is had at the third try. */
static void
test_late_baseline(void **state)
{
	(void)state;
	fake_add_post(gh, (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.first = 1,
		.last = 2,
		.status = STATUS_SERVER,
	    });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = ID, .listed_at = 8000 });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_int_equal(posts(), 2);
}

/* What others started while a rate limit was waited for is below it. */
static void
test_fresh_baseline(void **state)
{
	(void)state;
	send_id(false);
	fake_add_post(gh, (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 60000 });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS - 1,
		.title = ID,
		.created_at = 30000,
		.listed_at = 30000,
	    });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.title = ID,
		.created_at = 61000,
		.listed_at = 65000,
	    });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	assert_int_equal(posts(), 3);
	/* Each of them right before its POST. */
	assert_int_equal(gh->calls[1].kind, FAKE_RUNS);
	assert_int_equal(gh->calls[2].kind, FAKE_POST);
	assert_int_equal(gh->calls[3].kind, FAKE_RUNS);
	assert_int_equal(gh->calls[4].kind, FAKE_POST);
	assert_true(gh->calls[3].at >= 60000);
	assert_int_equal(gh->calls[3].per_page, 1);
}

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
			tear_down(state);
			set_up(state);
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
		tear_down(state);
		set_up(state);
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
		tear_down(state);
		set_up(state);
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

/* The answer is waited for 30 s at most, and half of the time left. */
static void
test_no_answer(void **state)
{
	static const struct {
		int64_t timeout_ms, answer_ms;
	} cases[] = {
		{ 300000, 30000 },
		{ 60000, 30000 },
		{ 59000, 29500 },
		{ 20000, 10000 },
		{ 2000, 1000 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		send_id(true);
		order.timeout_ms = cases[i].timeout_ms;
		fake_add_post(gh,
		    (struct fake_post){
			DISPATCH_ACCEPTED, .took_ms = FAKE_NEVER });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = ID,
			.created_at = 0,
			.listed_at = 500,
		    });
		check(run() == STATUS_OK, "%" PRId64 ": %s",
		    cases[i].timeout_ms, fault.text);
		expect_run(FOUND_BY_RUN_NAME, ID);
		assert_int_equal(posts(), 1);
		assert_true(gh->calls[0].answer_ms == cases[i].answer_ms);
		assert_int_equal(fake_now(), cases[i].answer_ms + 100);
		tear_down(state);
		set_up(state);
	}
}

/* Half of what is left, not of the whole. */
static void
test_answer_of_second_post(void **state)
{
	(void)state;
	send_id(true);
	order.timeout_ms = 50000;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 40000 });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	assert_in_range(fake_nth(gh, FAKE_POST, 1)->at, 40000, 41000);
	assert_in_range(fake_nth(gh, FAKE_POST, 1)->answer_ms, 4500, 5000);
}

/* While nothing has left: 30 s, or the deadline if that is earlier. */
static void
test_retry_window(void **state)
{
	static const struct {
		int64_t timeout_ms, most_ms, least_ms;
		int64_t took_ms;
	} cases[] = {
		{ 300000, 30000, 20000, 0 },
		{ 300000, 30000, 20000, 1500 },
		{ 5000, 4000, 3900, 0 },
		{ 1000, 750, 700, 0 },
	};
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = cases[i].timeout_ms;
		for (k = 0; k < 30; k++)
			fake_add_post(gh,
			    (struct fake_post){ DISPATCH_NOT_SENT,
				.took_ms = cases[i].took_ms,
				.status = STATUS_CONNECT });
		check(run() == STATUS_CONNECT, "%s", fault.text);
		expect_fault(STATUS_CONNECT, 7);
		expect_says("Nothing was dispatched");
		assert_int_equal(gets(), 0);
		check(fake_now() >= cases[i].least_ms, "%" PRId64, fake_now());
		check(fake_now() <= cases[i].most_ms, "%" PRId64, fake_now());
		check(posts() >= 3 && posts() <= 20, "%zu", posts());
		tear_down(state);
		set_up(state);
	}
}

/* Each failed try takes long: the window cuts the second. */
static void
test_slow_retries(void **state)
{
	size_t k;

	(void)state;
	for (k = 0; k < 10; k++)
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 25000,
			.status = STATUS_TIMEOUT });
	assert_int_equal(run(), STATUS_TIMEOUT);
	expect_fault(STATUS_TIMEOUT, 7);
	assert_int_equal(posts(), 2);
	assert_in_range(fake_now(), 29900, 30000);
}

/* What a try lacked is told, not that the last one had no time. */
static void
test_reason_is_kept(void **state)
{
	size_t k;

	(void)state;
	order.timeout_ms = 5000;
	for (k = 0; k < 20; k++)
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 600,
			.status = k < 3 ? STATUS_CONNECT : STATUS_TIMEOUT });
	assert_int_equal(run(), STATUS_CONNECT);
	assert_true(posts() > 3);
	/* One that is final is. */
	tear_down(state);
	set_up(state);
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_NOT_SENT, .took_ms = 600, .status = STATUS_CONNECT });
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 600,
		.status = STATUS_TLS, .lasting = true });
	assert_int_equal(run(), STATUS_TLS);
}

/* While the newest run is asked for, the server may well come back. */
static void
test_baseline_takes_its_time(void **state)
{
	(void)state;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_OLD_SERVER, .status = STATUS_REFUSED });
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_NOT_SENT, .status = STATUS_CONNECT });
	gh->tells = GITHUB_TELLS_NO_RUN;
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.first = 2,
		.last = 9,
		.status = STATUS_SERVER,
	    });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_in_range(fake_nth(gh, FAKE_POST, 2)->at, 40000, 200000);
}

/* A server that is not reached is not, for whatever it was to be asked. */
static void
test_baseline_not_reached(void **state)
{
	(void)state;
	gh->is_ghes = true;
	gh->tells = GITHUB_TELLS_RUN;
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.first = 1,
		.last = 3,
		.status = STATUS_CONNECT,
	    });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_int_equal(gets(), 4);
	assert_in_range(fake_now(), 3000, 10000);
}

/* Limits that fit are waited for; others end it at once. */
static void
test_limits(void **state)
{
	static const struct {
		const char *what;
		int64_t timeout_ms;
		int64_t waits[3];
		size_t limits;
		size_t sent;
		int64_t least_ms, most_ms; /* all in all */
	} cases[] = {
		{ "fits", 300000, { 120000 }, 1, 2, 120000, 121500 },
		{ "fits narrowly", 300000, { 298990 }, 1, 2, 298990, 299000 },
		{ "leaves no time", 300000, { 299500 }, 1, 1, 0, 10 },
		{ "leaves none to the second", 300000, { 150000, 149200 }, 2, 2,
		    150000, 155000 },
		{ "outlasts", 300000, { 301000 }, 1, 1, 0, 10 },
		{ "just outlasts", 300000, { 300000 }, 1, 1, 0, 10 },
		{ "not told: a minute", 300000, { 0 }, 1, 2, 60000, 61500 },
		{ "not told, outlasts", 50000, { 0 }, 1, 1, 0, 10 },
		{ "not told twice: growing", 300000, { 0, 0 }, 2, 3, 180000,
		    183000 },
		{ "second outlasts", 300000, { 200000, 200000 }, 2, 2, 200000,
		    201500 },
		{ "a second", 300000, { 1000, 1000, 1000 }, 3, 4, 3000, 8000 },
	};
	bool good;
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = cases[i].timeout_ms;
		good = cases[i].sent > cases[i].limits;
		for (k = 0; k < cases[i].limits; k++)
			fake_add_post(gh,
			    (struct fake_post){ DISPATCH_LIMITED,
				.status = STATUS_LIMITED,
				.wait_ms = cases[i].waits[k] });
		if (good)
			fake_add_post(gh,
			    (struct fake_post){
				DISPATCH_IDENTIFIED, .run_id = OURS });
		check(run() == (good ? STATUS_OK : STATUS_LIMITED), "%s: %s",
		    cases[i].what, fault.text);
		check(posts() == cases[i].sent, "%s", cases[i].what);
		check(fake_now() >= cases[i].least_ms &&
			fake_now() <= cases[i].most_ms,
		    "%s: %" PRId64, cases[i].what, fake_now());
		if (!good) {
			expect_fault(STATUS_LIMITED, 3);
			expect_says("fake: dispatch failed");
			expect_says("timeout");
			expect_says("Nothing was dispatched");
		}
		tear_down(state);
		set_up(state);
	}
}

/* Chance on top of a limit takes no time that the next answer needs. */
static void
test_limit_and_chance(void **state)
{
	(void)state;
	order.timeout_ms = 6500;
	fake_jitter = true;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 5000 });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_in_range(fake_now(), 5000, 5500);
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
			fake_add_failure(gh,
			    (struct fake_failure){
				.kind = FAKE_RUNS,
				.first = 1,
				.last = FAKE_ALWAYS,
				.status = STATUS_SERVER,
			    });
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
		tear_down(state);
		set_up(state);
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
		tear_down(state);
		set_up(state);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
		TEST(test_no_baseline),
		TEST(test_kinds_of_server),
		TEST(test_baseline_is_not_needed),
		TEST(test_baseline_not_reached),
		TEST(test_late_baseline),
		TEST(test_fresh_baseline),
		TEST(test_not_found),
		TEST(test_unproved),
		TEST(test_refused_search),
		TEST(test_lost_and_clock),
		TEST(test_floor_of_latest_post),
		TEST(test_lost_without_id),
		TEST(test_no_answer),
		TEST(test_answer_of_second_post),
		TEST(test_retry_window),
		TEST(test_slow_retries),
		TEST(test_reason_is_kept),
		TEST(test_baseline_takes_its_time),
		TEST(test_limits),
		TEST(test_limit_and_chance),
		TEST(test_signals),
		TEST(test_signal_and_identified),
		TEST(test_timeout),
		TEST(test_enormous_timeout),
		TEST(test_linear),
		TEST(test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
