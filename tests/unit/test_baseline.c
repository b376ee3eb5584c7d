/* SPDX-License-Identifier: ISC */
/*
 * The newest run before a dispatch: which servers are asked for it, for how
 * long, and when none is needed.
 */
#include "dispatching.h"

/* An older server's baseline cannot be had: nothing is started without it. */
static void
test_no_baseline(void **state)
{
	static const struct {
		enum status status;
		bool lasting;
		enum status to;
		int exit_code;
	} cases[] = {
		{ STATUS_REFUSED, true, STATUS_REFUSED, 3 },
		{ STATUS_NOT_FOUND, false, STATUS_NOT_FOUND, 3 },
		{ STATUS_LIMITED, false, STATUS_LIMITED, 3 },
		{ STATUS_SERVER, false, STATUS_SERVER, 7 },
		/* The server was reached. */
		{ STATUS_CLOSED, false, STATUS_SERVER, 7 },
		{ STATUS_TLS, true, STATUS_TLS, 7 },
	};
	size_t i;
	int posted;

	for (i = 0; i < COUNT(cases); i++)
		for (posted = 0; posted < 2; posted++) {
			/* Told by the refusal of a POST, or by a header. */
			gh->is_ghes = !posted;
			gh->has_answered = !posted;
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
			check(run() == cases[i].to, "%s", fault.text);
			expect_fault(cases[i].to, cases[i].exit_code);
			expect_says("Nothing was dispatched");
			assert_int_equal(posts(), posted);
			assert_true(fake_now() <= TIMEOUT_MS);
			again(state);
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
		again(state);
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
		again(state);
	}
}

/* The baseline is had at the third try. */
static void
test_late_baseline(void **state)
{
	(void)state;
	fake_add_post(gh, (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_fail(gh, FAKE_RUNS, 1, 2, STATUS_SERVER);
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
	fake_fail(gh, FAKE_RUNS, 2, 9, STATUS_SERVER);
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
	fake_fail(gh, FAKE_RUNS, 1, 3, STATUS_CONNECT);
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_int_equal(gets(), 4);
	assert_in_range(fake_now(), 3000, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_baseline),
		TEST(test_kinds_of_server),
		TEST(test_baseline_is_not_needed),
		TEST(test_late_baseline),
		TEST(test_fresh_baseline),
		TEST(test_baseline_takes_its_time),
		TEST(test_baseline_not_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
