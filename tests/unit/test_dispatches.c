/* SPDX-License-Identifier: ISC */
/*
 * What a dispatch sends, and what each answer says about it.
 */
#include "calling.h"

#include <inttypes.h>
#include <stdio.h>

static void
test_dispatch_request(void **state)
{
	struct found_run run;

	(void)state;
	say("204 No Content", "", "");
	assert_int_equal(dispatch(&run), DISPATCH_ACCEPTED);
	expect_request(0, "POST " ACTIONS "/workflows/deploy.yml/dispatches",
	    NEW, "Content-Type: application/json\r\nContent-Length: 14\r\n",
	    "{\"ref\":\"main\"}");
	github_use_old_version(gh);
	say("204 No Content", "", "");
	assert_int_equal(dispatch(&run), DISPATCH_ACCEPTED);
	expect_request(1, "POST " ACTIONS "/workflows/deploy.yml/dispatches",
	    OLD, "Content-Type: application/json\r\nContent-Length: 14\r\n",
	    "{\"ref\":\"main\"}");
}

static void
test_outcomes(void **state)
{
	static const struct {
		const char *status, *fields, *body;
		enum dispatch_outcome outcome;
		enum status fault;
		int64_t wait_ms;
	} rows[] = {
		{ "200 OK", "",
		    "{\"workflow_run_id\":17654321098,"
		    "\"html_url\":\"" URL "\"}",
		    DISPATCH_IDENTIFIED, 0, 0 },
		{ "200 OK", "", "{\"workflow_run_id\":17654321098}",
		    DISPATCH_IDENTIFIED, 0, 0 },
		{ "201 Created", "",
		    "{\"workflow_run_id\":17654321098,"
		    "\"html_url\":\"javascript:alert(1)\"}",
		    DISPATCH_IDENTIFIED, 0, 0 },
		{ "200 OK", "",
		    "{\"workflow_run_id\":17654321098,"
		    "\"html_url\":\"https://x.test/" TOKEN "\"}",
		    DISPATCH_IDENTIFIED, 0, 0 },
		{ "204 No Content", "", "", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "", "", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "", "{}", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "", "<html>", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "",
		    "{\"workflow_run_id\":666,\"workflow_run_id\":17654321098}",
		    DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "", "{\"workflow_run_id\":\"17654321098\"}",
		    DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", "", "{\"workflow_run_id\":-1}", DISPATCH_ACCEPTED,
		    0, 0 },
		{ "299 Odd", "", "", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", HTML, "", DISPATCH_ACCEPTED, 0, 0 },
		{ "200 OK", HTML, "{\"workflow_run_id\":17654321098}",
		    DISPATCH_IDENTIFIED, 0, 0 },
		{ "200 OK", HTML, "<html>Log in</html>", DISPATCH_UNKNOWN,
		    STATUS_PROTOCOL, 0 },
		{ "202 Accepted", HTML, "queued", DISPATCH_UNKNOWN,
		    STATUS_PROTOCOL, 0 },
		{ "404 Not Found", HTML, "<html>Nothing here</html>",
		    DISPATCH_NOT_STARTED, STATUS_NOT_FOUND, 0 },
		{ "400 Bad Request", "", UNSUPPORTED, DISPATCH_OLD_SERVER,
		    STATUS_REFUSED, 0 },
		{ "410 Gone", "", UNSUPPORTED, DISPATCH_OLD_SERVER,
		    STATUS_REFUSED, 0 },
		{ "400 Bad Request", "",
		    "{\"message\":\"Problems parsing JSON\"}",
		    DISPATCH_NOT_STARTED, STATUS_REFUSED, 0 },
		{ "422 Unprocessable Entity", "",
		    "{\"message\":\"Required "
		    "input 'distinct_id' not provided\"}",
		    DISPATCH_WANTS_ID, STATUS_REFUSED, 0 },
		{ "422 Unprocessable Entity", "",
		    "{\"message\":\"Required "
		    "input 'distinct_ids' not provided\"}",
		    DISPATCH_NOT_STARTED, STATUS_REFUSED, 0 },
		{ "400 Bad Request", "",
		    "{\"message\":\"Required "
		    "input 'distinct_id' not provided\"}",
		    DISPATCH_NOT_STARTED, STATUS_REFUSED, 0 },
		{ "401 Unauthorized", "", "{\"message\":\"Bad credentials\"}",
		    DISPATCH_NOT_STARTED, STATUS_UNAUTHORIZED, 0 },
		{ "403 Forbidden", "",
		    "{\"message\":\"Resource not accessible by integration\"}",
		    DISPATCH_NOT_STARTED, STATUS_FORBIDDEN, 0 },
		{ "403 Forbidden",
		    "X-GitHub-SSO: required; "
		    "url=https://github.test/orgs/o/sso\r\n",
		    "{\"message\":\"Resource protected\"}",
		    DISPATCH_NOT_STARTED, STATUS_FORBIDDEN, 0 },
		{ "404 Not Found", "", "{\"message\":\"Not Found\"}",
		    DISPATCH_NOT_STARTED, STATUS_NOT_FOUND, 0 },
		{ "403 Forbidden", "Retry-After: 7\r\n",
		    "{\"message\":\"secondary rate limit\"}", DISPATCH_LIMITED,
		    STATUS_LIMITED, 7000 },
		{ "429 Too Many Requests", "", "", DISPATCH_LIMITED,
		    STATUS_LIMITED, 0 },
		{ "403 Forbidden",
		    "Date: " DATE "\r\nX-RateLimit-Remaining: 0"
		    "\r\nX-RateLimit-Reset: 1700000010\r\n",
		    "", DISPATCH_LIMITED, STATUS_LIMITED, 11000 },
		{ "408 Request Timeout", "", "", DISPATCH_UNKNOWN,
		    STATUS_SERVER, 0 },
		{ "500 Internal Server Error", "", "", DISPATCH_UNKNOWN,
		    STATUS_SERVER, 0 },
		{ "503 Service Unavailable", "Retry-After: 3\r\n", "",
		    DISPATCH_UNKNOWN, STATUS_SERVER, 3000 },
		{ "303 See Other", "Location: /x\r\n", "", DISPATCH_UNKNOWN,
		    STATUS_PROTOCOL, 0 },
		{ "304 Not Modified", "", "", DISPATCH_UNKNOWN, STATUS_PROTOCOL,
		    0 },
		{ "307 Temporary Redirect", "", "", DISPATCH_NOT_STARTED,
		    STATUS_PROTOCOL, 0 },
		{ "307 Temporary Redirect",
		    "Location: https://github.test:444/x\r\n", "",
		    DISPATCH_NOT_STARTED, STATUS_PROTOCOL, 0 },
		{ "301 Moved Permanently", "Location: http://github.test/x\r\n",
		    "", DISPATCH_NOT_STARTED, STATUS_PROTOCOL, 0 },
	};
	struct found_run run;
	enum dispatch_outcome outcome;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		say(rows[i].status, rows[i].fields, rows[i].body);
		outcome = dispatch(&run);
		check(outcome == rows[i].outcome, "row %zu (%s): %d", i,
		    rows[i].status, (int)outcome);
		check(fake_net.request_count == 1, "row %zu: sent %zu times", i,
		    fake_net.request_count);
		if (outcome == DISPATCH_IDENTIFIED) {
			assert_true(run.id == RUN_ID);
			assert_string_equal(run.url, URL);
			found_run_wipe(&run);
		} else if (outcome != DISPATCH_ACCEPTED) {
			check(fault.status == rows[i].fault, "row %zu: %s", i,
			    fault.text);
			check(fault.wait_ms == rows[i].wait_ms,
			    "row %zu: %" PRId64, i, fault.wait_ms);
			expect_says("github.test");
			if (strstr(rows[i].body, "<html>") != NULL)
				expect_says(API_FORM);
		}
		again(state);
	}
}

/* A renamed repository: the same POST, where the redirect leads. */
static void
test_redirects(void **state)
{
	static const char *const statuses[] = { "301 Moved Permanently",
		"302 Found", "307 Temporary Redirect",
		"308 Permanent Redirect" };
	struct found_run run;
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		say(statuses[i],
		    "Location: https://github.test/api/v3/"
		    "repositories/4711/actions/workflows/deploy.yml/"
		    "dispatches?a=%2F\r\n",
		    "{\"message\":\"Moved\"}");
		say("204 No Content", "", "");
		assert_int_equal(dispatch(&run), DISPATCH_ACCEPTED);
		expect_request(1,
		    "POST /api/v3/repositories/4711/actions/"
		    "workflows/deploy.yml/dispatches?a=%2F",
		    NEW,
		    "Content-Type: application/json\r\nContent-Length: 14\r\n",
		    "{\"ref\":\"main\"}");
		again(state);
	}
	/* The token goes nowhere else, and the message says why. */
	say(statuses[2], "Location: https://elsewhere.test/x\r\n", "");
	assert_int_equal(dispatch(&run), DISPATCH_NOT_STARTED);
	expect_says("refused to follow a redirect (307) to "
		    "https://elsewhere.test");
	assert_int_equal(fake_net.connections, 1);
	again(state);
	for (i = 0; i < 6; i++)
		say("307 Temporary Redirect", "Location: /round\r\n", "");
	assert_int_equal(dispatch(&run), DISPATCH_NOT_STARTED);
	assert_int_equal(fault.status, STATUS_PROTOCOL);
	assert_true(fault.lasting);
}

/* It refuses the ID that no user asked for; beside others, that comes first. */
static void
test_refuses_id(void **state)
{
	static const struct {
		const char *message;
		enum dispatch_outcome outcome;
	} cases[] = {
		{ "Unexpected inputs provided: [\\\"distinct_id\\\"]",
		    DISPATCH_REFUSES_ID },
		{ "Unexpected inputs provided: [\\\"a\\\", "
		  "\\\"distinct_id\\\"]",
		    DISPATCH_REFUSES_ID },
		{ "Unexpected inputs provided: [\\\"a\\\"]",
		    DISPATCH_NOT_STARTED },
		{ "Required input 'distinct_id' not provided",
		    DISPATCH_WANTS_ID },
	};
	struct found_run run;
	char body[200];
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		snprintf(body, sizeof body, "{\"message\":\"%s\"}",
		    cases[i].message);
		say("422 Unprocessable Entity", "", body);
		check(dispatch(&run) == cases[i].outcome, "%s", body);
		again(state);
	}
}

static void
test_event_request(void **state)
{
	struct found_run run;

	(void)state;
	say("204 No Content", "", "");
	assert_int_equal(send_event(&run), DISPATCH_ACCEPTED);
	expect_request(0, "POST /api/v3/repos/octo-org/octo-repo/dispatches",
	    NEW, "Content-Type: application/json\r\nContent-Length: 18\r\n",
	    "{\"event_type\":\"x\"}");
}

/* An event is not a workflow's: no answer names its run, or refuses inputs. */
static void
test_event_outcomes(void **state)
{
	static const struct {
		const char *status, *body;
		enum dispatch_outcome outcome;
		const char *says;
	} rows[] = {
		{ "200 OK",
		    "{\"workflow_run_id\":17654321098,"
		    "\"html_url\":\"" URL "\"}",
		    DISPATCH_ACCEPTED, NULL },
		{ "400 Bad Request", UNSUPPORTED, DISPATCH_OLD_SERVER, NULL },
		{ "403 Forbidden",
		    "{\"message\":\"Resource not accessible by integration\"}",
		    DISPATCH_NOT_STARTED, "Contents: write" },
		{ "404 Not Found", "{\"message\":\"Not Found\"}",
		    DISPATCH_NOT_STARTED, "Contents: write" },
		{ "422 Unprocessable Entity",
		    "{\"message\":\"Required input 'distinct_id' not "
		    "provided\"}",
		    DISPATCH_NOT_STARTED, "Required input" },
		{ "422 Unprocessable Entity",
		    "{\"message\":\"client_payload is too large.\"}",
		    DISPATCH_NOT_STARTED, "characters of payload" },
		{ "502 Bad Gateway", "", DISPATCH_UNKNOWN, "502" },
	};
	enum dispatch_outcome outcome;
	struct found_run run;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		say(rows[i].status, "", rows[i].body);
		outcome = send_event(&run);
		check(
		    outcome == rows[i].outcome, "row %zu: %d", i, (int)outcome);
		assert_true(run.id == 0);
		if (rows[i].says != NULL)
			expect_says(rows[i].says);
		again(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_dispatch_request),
		CALLING_TEST(test_outcomes),
		CALLING_TEST(test_redirects),
		CALLING_TEST(test_refuses_id),
		CALLING_TEST(test_event_request),
		CALLING_TEST(test_event_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
