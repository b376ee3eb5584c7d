/* SPDX-License-Identifier: ISC */
/*
 * Calls about runs: the newest one, the wrong one, and one to cancel.
 */
#include "calling.h"

#include <stdio.h>

/* The newest run, and what its answer tells of the server. */
static void
test_newest_run(void **state)
{
	static const struct {
		const char *status, *fields, *body;
		enum github_tells tells;
		enum status outcome;
		uint64_t newest;
	} cases[] = {
		{ "200 OK", "", "{\"workflow_runs\":[{\"id\":7}]}",
		    GITHUB_TELLS_UNKNOWN, STATUS_OK, 7 },
		{ "200 OK", "", "{\"workflow_runs\":[]}", GITHUB_TELLS_UNKNOWN,
		    STATUS_OK, 0 },
		{ "200 OK", "X-GitHub-Enterprise-Version: 3.21.0\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_RUN, STATUS_OK, 0 },
		{ "200 OK", "X-GitHub-Enterprise-Version: 4.0.1\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_RUN, STATUS_OK, 0 },
		{ "200 OK", "X-GitHub-Enterprise-Version: 3.20.9\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_NO_RUN, STATUS_OK,
		    0 },
		{ "200 OK", "X-GitHub-Enterprise-Version: 2.22.4\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_NO_RUN, STATUS_OK,
		    0 },
		{ "200 OK", "X-GitHub-Enterprise-Version: new\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_UNKNOWN, STATUS_OK,
		    0 },
		{ "200 OK", "X-GitHub-Api-Version-Selected: " NEW "\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_RUN, STATUS_OK, 0 },
		{ "200 OK", "X-GitHub-Api-Version-Selected: " OLD "\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_NO_RUN, STATUS_OK,
		    0 },
		{ "200 OK",
		    "X-GitHub-Enterprise-Version: 3.20.1\r\n"
		    "X-GitHub-Api-Version-Selected: " NEW "\r\n",
		    "{\"workflow_runs\":[]}", GITHUB_TELLS_NO_RUN, STATUS_OK,
		    0 },
		/* A refusal tells it, too. */
		{ "404 Not Found", "X-GitHub-Enterprise-Version: 3.21.0\r\n",
		    "{}", GITHUB_TELLS_RUN, STATUS_NOT_FOUND, 0 },
		/* One row was asked for. */
		{ "200 OK", "", "{\"workflow_runs\":[{\"id\":7},{\"id\":6}]}",
		    GITHUB_TELLS_UNKNOWN, STATUS_PROTOCOL, 0 },
	};
	uint64_t newest;
	bool sent_any;
	size_t i;

	assert_false(github_is_cloud(gh));
	for (i = 0; i < COUNT(cases); i++) {
		say(cases[i].status, cases[i].fields, cases[i].body);
		newest = 0;
		check(github_newest_run(gh, "deploy.yml", "main", later(),
			  later(), &newest, &sent_any,
			  &fault) == cases[i].outcome,
		    "case %zu: %s", i, fault.text);
		check(newest == cases[i].newest && sent_any, "case %zu", i);
		check(github_tells(gh) == cases[i].tells, "case %zu", i);
		expect_request(0,
		    "GET " ACTIONS "/workflows/deploy.yml/runs"
		    "?per_page=1",
		    NEW, "", "");
		again(state);
	}
	/* A version that is refused: so is every later one. */
	say("400 Bad Request", "", UNSUPPORTED);
	say("200 OK", "", "{\"workflow_runs\":[{\"id\":8}]}");
	assert_int_equal(github_newest_run(gh, "deploy.yml", "main", later(),
			     later(), &newest, &sent_any, &fault),
	    STATUS_OK);
	assert_int_equal(github_tells(gh), GITHUB_TELLS_NO_RUN);
	/* What failed is explained as the dispatch would be. */
	again(state);
	say("404 Not Found", "", "{\"message\":\"Not Found\"}");
	github_newest_run(gh, "deploy.yml", "main", later(), later(), &newest,
	    &sent_any, &fault);
	expect_says("default branch");
}

static void
test_wrong_run(void **state)
{
	struct run_state run = { .changed = false };

	(void)state;
	say("200 OK", "ETag: \"one\"\r\n", "{\"id\":8,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(gh, 7, later(), &run, &fault), STATUS_PROTOCOL);
	expect_says("a run other than 7");
	say("200 OK", "", "{\"id\":7,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(gh, 7, later(), &run, &fault), STATUS_OK);
	expect_tag(1, NULL);
	run_state_wipe(&run);
}

/* The message holds that of the answer. */
static void
expect_quoted(const char *body)
{
	const char *start = strstr(body, "Cannot"), *end = strrchr(body, '.');
	char message[128];

	if (start == NULL)
		return;
	snprintf(
	    message, sizeof message, "\"%.*s\"", (int)(end - start) + 1, start);
	check(strstr(fault.text, message) != NULL, "%s", fault.text);
}

static void
test_cancel(void **state)
{
	static const struct {
		const char *status, *body;
		enum status to;
		bool was_over;
	} rows[] = {
		{ "202 Accepted", "{}", STATUS_OK, false },
		/* Not from GitHub, which says 202. */
		{ "200 OK", "", STATUS_PROTOCOL, false },
		{ "200 OK", "{}", STATUS_PROTOCOL, false },
		/* Not over, and to be asked again. */
		{ "409 Conflict",
		    "{\"message\":\"Cannot cancel a workflow "
		    "run that has not been queued yet.\"}",
		    STATUS_REFUSED, false },
		{ "409 Conflict",
		    "{\"message\":\"Cannot cancel a workflow "
		    "re-run that has not yet queued.\"}",
		    STATUS_REFUSED, false },
		{ "409 Conflict", "", STATUS_REFUSED, false },
		{ "409 Conflict",
		    "{\"message\":\"Cannot cancel a workflow "
		    "run that is completed.\"}",
		    STATUS_OK, true },
		{ "403 Forbidden",
		    "{\"message\":\"Resource not accessible by integration\"}",
		    STATUS_FORBIDDEN, false },
		{ "404 Not Found", "", STATUS_NOT_FOUND, false },
		{ "429 Too Many Requests", "", STATUS_LIMITED, false },
		{ "500 Internal Server Error", "", STATUS_SERVER, false },
	};
	bool was_over;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		was_over = true;
		say(rows[i].status, "", rows[i].body);
		check(github_cancel_run(gh, RUN_ID, false, later(), &was_over,
			  &fault) == rows[i].to,
		    "%s: %s", rows[i].status, fault.text);
		check(was_over == rows[i].was_over, "%s", rows[i].status);
		if (rows[i].to == STATUS_REFUSED) {
			assert_false(fault.lasting);
			expect_quoted(rows[i].body);
		}
		again(state);
	}
	/* A page of somebody else's. */
	say_html("200 OK", "<!doctype html><p>completed</p>");
	was_over = true;
	assert_int_equal(
	    github_cancel_run(gh, RUN_ID, false, later(), &was_over, &fault),
	    STATUS_PROTOCOL);
	assert_false(was_over || fault.lasting);
	again(state);
	/* A lost answer is a failure of this attempt, and no "was over". */
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_RESET, 0 };
	was_over = true;
	say("202 Accepted", "", "{}");
	assert_int_equal(
	    github_cancel_run(gh, RUN_ID, false, later(), &was_over, &fault),
	    STATUS_CLOSED);
	assert_false(was_over);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_newest_run),
		CALLING_TEST(test_wrong_run),
		CALLING_TEST(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
