/* SPDX-License-Identifier: ISC */
/*
 * What an answer means for a call: the fault that it fills.
 */
#include "calling.h"

#include <stdio.h>

#include "base/secret.h"

/* Refusals that a token meets which is only some seconds old. */
static void
test_early(void **state)
{
	static const struct {
		const char *token, *status, *message;
		bool early;
	} rows[] = {
		{ TOKEN, "401 Unauthorized", "Bad credentials", true },
		{ "ghs_1", "401 Unauthorized", "Bad credentials", true },
		{ "ghs_1", "403 Forbidden",
		    "Resource not accessible by integration", true },
		{ "ghs_1", "403 Forbidden",
		    "Resource protected by organization SAML enforcement.",
		    false },
		{ TOKEN, "403 Forbidden",
		    "Resource not accessible by integration", false },
		{ "xghs_1", "403 Forbidden",
		    "Resource not accessible by integration", false },
		{ "ghs_1", "403 Forbidden", "API rate limit exceeded", false },
		{ "ghs_1", "404 Not Found", "Not Found", false },
		{ "ghs_1", "422 Unprocessable Entity",
		    "Not accessible by integration", false },
		{ "ghs_1", "500 Internal Server Error",
		    "Resource not accessible by integration", false },
	};
	struct found_run run;
	char body[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		reopen(rows[i].token, NULL);
		snprintf(
		    body, sizeof body, "{\"message\":\"%s\"}", rows[i].message);
		say(rows[i].status, "", body);
		assert_int_not_equal(dispatch(&run), DISPATCH_ACCEPTED);
		check(fault.early == rows[i].early, "row %zu", i);
	}
}

/* When a limit ends, by the server's clock. */
static void
test_limit_says_when(void **state)
{
	struct run_page page = { .changed = false };

	(void)state;
	say("403 Forbidden",
	    "Date: " DATE "\r\nX-RateLimit-Remaining: 0\r\n"
	    "X-RateLimit-Reset: 1700003600\r\nX-GitHub-Request-Id: AB:12\r\n",
	    "{\"message\":\"API rate limit exceeded for user ID 1.\"}");
	assert_int_equal(list(&page), STATUS_LIMITED);
	assert_true(fault.wait_ms == INT64_C(3601000));
	assert_false(fault.lasting);
	expect_says("answered 403 Forbidden: \"API rate limit exceeded for "
		    "user ID 1.\" (request ID AB:12).");
	expect_says("3601 s, until 2023-11-14 23:13:21 UTC.");
}

/* A server that repeats the token: wherever it stands, also across the place
 * where the message is clipped. */
static void
test_redaction(void **state)
{
	struct run_page page = { .changed = false };
	struct buf body, fields;
	size_t at;

	for (at = 500; at < 640; at++) {
		buf_init(&body, BUF_TEXT_MAX);
		buf_adds(&body, "{\"message\":\"");
		while (body.len < at)
			buf_addc(&body, '.');
		buf_adds(&body, TOKEN " and more\"}");
		buf_init(&fields, BUF_TEXT_MAX);
		buf_adds(&fields, "X-GitHub-Request-Id: ");
		while (fields.len < at - 500)
			buf_addc(&fields, '.');
		buf_adds(&fields, TOKEN "\r\n");
		say("422 Oh " TOKEN, buf_str(&fields), buf_str(&body));
		assert_int_equal(list(&page), STATUS_REFUSED);
		check(strstr(fault.text, "ghp_0") == NULL, "at %zu: %s", at,
		    fault.text);
		assert_true(strlen(fault.text) < 1200);
		buf_free(&body);
		buf_free(&fields);
		again(state);
	}
	/* A run's page that repeats it is replaced. */
	say("200 OK", "",
	    "{\"workflow_runs\":[{\"id\":17654321098,"
	    "\"html_url\":\"https://x.test/" TOKEN "\"}]}");
	assert_int_equal(list(&page), STATUS_OK);
	assert_string_equal(page.list.runs[0].html_url, URL);
	run_page_wipe(&page);
}

/* A refusal that quotes an input's value; what it means is read all the same,
 * even where the value is a part of what tells it. */
static void
test_quoted_values(void **state)
{
	struct found_run run;

	secret_add_value("hunter2-secret");
	secret_add_value("required input");
	say("422 Provided hunter2-secret", "",
	    "{\"message\":\"Provided value "
	    "'hunter2-secret' for input 'environment' not in the list of "
	    "allowed values\",\"errors\":[\"hunter2-secret\"]}");
	assert_int_equal(dispatch(&run), DISPATCH_NOT_STARTED);
	expect_says(
	    "answered 422 Provided ***: \"Provided value '***' for "
	    "input 'environment' not in the list of allowed values (***)\".");
	expect_says("Choose one of the values");
	assert_null(strstr(fault.text, "hunter2"));
	again(state);
	secret_add_value("required input");
	say("422 Unprocessable Entity", "",
	    "{\"message\":\"Required input 'distinct_id' not provided\"}");
	assert_int_equal(dispatch(&run), DISPATCH_WANTS_ID);
	expect_says("\"*** 'distinct_id' not provided\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_early),
		CALLING_TEST(test_limit_says_when),
		CALLING_TEST(test_redaction),
		CALLING_TEST(test_quoted_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
