/* SPDX-License-Identifier: ISC */
/*
 * GETs that are polled: conditions, versions, pages, and answers that are not
 * the API's.
 */
#include "calling.h"

static void
test_etags(void **state)
{
	struct run_page page = { .changed = false };
	char tag[1100];

	(void)state;
	say("200 OK", "ETag: \"one\"\r\n", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(0, NULL);
	assert_true(page.changed);
	say("304 Not Modified", "ETag: \"one\"\r\n", "");
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(1, "\"one\"\r\n");
	assert_false(page.changed);
	assert_int_equal(page.list.count, 1);
	assert_true(page.list.runs[0].id == 1);
	say("200 OK", "etag: W/\"two\"\r\n", LIST(2));
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(2, "\"one\"\r\n");
	assert_true(page.changed);
	assert_true(page.list.runs[0].id == 2);
	/* A failure changes nothing. */
	say("502 Bad Gateway", "ETag: \"bad\"\r\n", "");
	assert_int_equal(list(&page), STATUS_SERVER);
	expect_tag(3, "W/\"two\"\r\n");
	say("304 Not Modified", "", "");
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(4, "W/\"two\"\r\n");
	assert_true(page.list.runs[0].id == 2);
	/* A 200 that cannot be read is asked for anew. */
	say("200 OK", "ETag: \"three\"\r\n", "{\"workflow_runs\":");
	assert_int_equal(list(&page), STATUS_PROTOCOL);
	expect_says("answered 200, but its body is not JSON (line 1, column "
		    "18: expected a value, found the end of the text)");
	say("200 OK", "", LIST(4));
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(6, NULL);
	/* One without a tag, and one that is too long for its use. */
	memset(tag, 'x', sizeof tag);
	memcpy(tag, "ETag: \"", 7);
	memcpy(tag + sizeof tag - 4, "\"\r\n", 4);
	say("200 OK", tag, LIST(5));
	assert_int_equal(list(&page), STATUS_OK);
	expect_tag(7, NULL);
	/* 304 to a question without a condition. */
	say("304 Not Modified", "", "");
	assert_int_equal(list(&page), STATUS_PROTOCOL);
	expect_tag(8, NULL);
	run_page_wipe(&page);
}

/* Of a question, unlike of a request to do something. */
static void
test_conflict(void **state)
{
	struct run_page page = { .changed = false };

	(void)state;
	say("409 Conflict", "", "{\"message\":\"Conflict\"}");
	assert_int_equal(list(&page), STATUS_SERVER);
	assert_false(fault.lasting);
	expect_says("answered 409 Conflict: \"Conflict\"");
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	run_page_wipe(&page);
}

/* A page is no list without runs, no run that is gone, and no agreement to
 * cancel; the next answer may well be one. */
static void
test_foreign(void **state)
{
	static const char *const statuses[] = { "200 OK", "404 Not Found" };
	struct job_page jobs = { .changed = false };
	struct run_page runs = { .changed = false };
	struct run_state run = { .changed = false };
	bool was_over;
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		say(statuses[i], HTML, "<html>Log in</html>");
		assert_int_equal(list(&runs), STATUS_PROTOCOL);
		expect_says("github.test answered");
		expect_says("with text/html instead of JSON");
		expect_says(API_FORM);
		assert_false(fault.lasting);
		say(statuses[i], HTML, "<html>Log in</html>");
		assert_int_equal(github_list_jobs(gh, 7, GITHUB_ALL_ATTEMPTS, 1,
				     later(), &jobs, &fault),
		    STATUS_PROTOCOL);
		say(statuses[i], HTML, "<html>Log in</html>");
		assert_int_equal(github_get_run(gh, 7, later(), &run, &fault),
		    STATUS_PROTOCOL);
		assert_null(strstr(fault.text, "Actions: read"));
		say(statuses[i], HTML, "<html>Log in</html>");
		assert_int_equal(
		    github_cancel_run(gh, 7, false, later(), &was_over, &fault),
		    STATUS_PROTOCOL);
		assert_false(was_over);
		again(state);
	}
}

/* Of Link, only that there is a next page; of a tag, nothing that would be
 * another header; of cookies and the like, nothing at all. */
static void
test_answers_lead_nowhere(void **state)
{
	struct run_page page = { .changed = false };
	struct job_page jobs = { .changed = false };

	(void)state;
	say("200 OK",
	    "ETag: \"a\x01X: y\"\r\nSet-Cookie: a=b\r\n"
	    "Alt-Svc: h2=\"evil.test:443\"\r\nRefresh: 0; "
	    "url=https://evil.test/\r\nContent-Location: "
	    "https://evil.test/\r\nLink: <https://evil.test/x?page=2>; "
	    "rel=\"next\"\r\n",
	    "{\"workflow_runs\":[{\"id\":1,"
	    "\"url\":\"https://evil.test/1\",\"jobs_url\":"
	    "\"https://evil.test/2\",\"html_url\":\"https://evil.test/3\"}]}");
	assert_int_equal(list(&page), STATUS_OK);
	assert_true(page.has_next);
	say("200 OK", "", LIST(1));
	assert_int_equal(
	    github_list_runs(gh, "deploy.yml", 10, 2, later(), &page, &fault),
	    STATUS_OK);
	expect_request(1,
	    "GET " ACTIONS "/workflows/deploy.yml/runs"
	    "?per_page=10&page=2",
	    NEW, "", "");
	say("200 OK", "", "{\"jobs\":[]}");
	run_page_wipe(&page);
	assert_int_equal(github_list_jobs(gh, 1, GITHUB_ALL_ATTEMPTS, 1,
			     later(), &jobs, &fault),
	    STATUS_OK);
	job_page_wipe(&jobs);
	expect_request(2,
	    "GET " ACTIONS "/runs/1/jobs?filter=all"
	    "&per_page=100",
	    NEW, "", "");
	assert_int_equal(fake_net.connections, 1);
}

static void
test_step_down(void **state)
{
	struct run_page page = { .changed = false };
	struct found_run run;

	/* A GET steps down by itself, and all calls after it. */
	say("400 Bad Request", "", UNSUPPORTED);
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	assert_non_null(strstr(sent(0), "Api-Version: " NEW));
	assert_non_null(strstr(sent(1), "Api-Version: " OLD));
	say("204 No Content", "", "");
	assert_int_equal(dispatch(&run), DISPATCH_ACCEPTED);
	assert_non_null(strstr(sent(2), "Api-Version: " OLD));
	/* Once. */
	say("400 Bad Request", "", UNSUPPORTED);
	assert_int_equal(list(&page), STATUS_REFUSED);
	assert_true(fault.lasting);
	run_page_wipe(&page);
	again(state);
	/* A POST does not: who sends it has to decide. */
	say("410 Gone", "", UNSUPPORTED);
	assert_int_equal(dispatch(&run), DISPATCH_OLD_SERVER);
	assert_int_equal(fake_net.request_count, 1);
}

static void
test_next_page(void **state)
{
	static const struct {
		const char *fields;
		bool next;
	} rows[] = {
		{ "", false },
		{ "Link: <https://x.test/a,b?page=2>; rel=\"next\"\r\n", true },
		{ "Link: <https://x.test/>; rel=\"last\", <https://x.test/>; "
		  "rel=next\r\n",
		    true },
		{ "Link: <https://x.test/?rel=\"next\">; rel=\"last\"\r\n",
		    false },
		{ "Link: </a>; rel=\"deprecation\"\r\nlink: </b>; "
		  "rel=\"next\"\r\n",
		    true },
	};
	struct run_page page = { .changed = false };
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		say("200 OK", rows[i].fields, LIST(1));
		assert_int_equal(list(&page), STATUS_OK);
		check(page.has_next == rows[i].next, "row %zu", i);
		run_page_wipe(&page);
		again(state);
	}
	/* No link, but there are more than came. */
	say("200 OK", "", "{\"total_count\":2,\"workflow_runs\":[{\"id\":1}]}");
	assert_int_equal(list(&page), STATUS_OK);
	assert_true(page.has_next);
	run_page_wipe(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_etags),
		CALLING_TEST(test_conflict),
		CALLING_TEST(test_foreign),
		CALLING_TEST(test_answers_lead_nowhere),
		CALLING_TEST(test_step_down),
		CALLING_TEST(test_next_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
