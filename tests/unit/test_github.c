/* SPDX-License-Identifier: ISC */
/*
 * The typed calls over real HTTP, without a socket: the bytes that they send.
 */
#include "calling.h"

static void
test_requests(void **state)
{
	static const char runs[] = "{\"workflow_runs\":[]}";
	static const char jobs[] = "{\"jobs\":[]}";
	struct run_page page = { .changed = false };
	struct job_page job_page = { .changed = false };
	struct run_state run = { .changed = false };
	bool was_over;

	(void)state;
	say("200 OK", "", runs);
	assert_int_equal(
	    github_list_runs(gh, "deploy.yml", 10, 1, later(), &page, &fault),
	    STATUS_OK);
	expect_request(0,
	    "GET " ACTIONS "/workflows/deploy.yml/runs"
	    "?per_page=10",
	    NEW, "", "");
	say("200 OK", "", runs);
	assert_int_equal(github_list_runs(gh, ".github/workflows/a b.yml", 100,
			     2, later(), &page, &fault),
	    STATUS_OK);
	expect_request(1,
	    "GET " ACTIONS "/workflows/"
	    ".github%2Fworkflows%2Fa%20b.yml/runs?per_page=100&page=2",
	    NEW, "", "");
	say("200 OK", "", runs);
	assert_int_equal(
	    github_list_runs(gh, NULL, 30, 1, later(), &page, &fault),
	    STATUS_OK);
	expect_request(2, "GET " ACTIONS "/runs?per_page=30", NEW, "", "");
	say("200 OK", "", jobs);
	assert_int_equal(github_list_jobs(gh, RUN_ID, GITHUB_ALL_ATTEMPTS, 1,
			     later(), &job_page, &fault),
	    STATUS_OK);
	expect_request(3,
	    "GET " ACTIONS "/runs/17654321098/jobs?filter=all"
	    "&per_page=100",
	    NEW, "", "");
	say("200 OK", "", jobs);
	assert_int_equal(github_list_jobs(gh, RUN_ID, GITHUB_LATEST_ATTEMPT, 3,
			     later(), &job_page, &fault),
	    STATUS_OK);
	expect_request(4,
	    "GET " ACTIONS "/runs/17654321098/jobs?filter=latest"
	    "&per_page=100&page=3",
	    NEW, "", "");
	say("200 OK", "", "{\"id\":17654321098,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(gh, RUN_ID, later(), &run, &fault), STATUS_OK);
	expect_request(5,
	    "GET " ACTIONS "/runs/17654321098"
	    "?exclude_pull_requests=true",
	    NEW, "", "");
	assert_string_equal(run.run.html_url, URL);
	say("202 Accepted", "", "{}");
	assert_int_equal(
	    github_cancel_run(gh, RUN_ID, false, later(), &was_over, &fault),
	    STATUS_OK);
	expect_request(6, "POST " ACTIONS "/runs/17654321098/cancel", NEW,
	    "Content-Length: 0\r\n", "");
	say("202 Accepted", "", "{}");
	assert_int_equal(
	    github_cancel_run(gh, RUN_ID, true, later(), &was_over, &fault),
	    STATUS_OK);
	expect_request(7, "POST " ACTIONS "/runs/17654321098/force-cancel", NEW,
	    "Content-Length: 0\r\n", "");
	/* All GETs on one connection, each POST on its own. */
	assert_int_equal(fake_net.connections, 3);
	run_page_wipe(&page);
	job_page_wipe(&job_page);
	run_state_wipe(&run);
}

/* Where pages are elsewhere than the API's host and path tell, as the
 * environment may say. */
static void
test_pages(void **state)
{
	struct github_options options = {
		.api = &api,
		.owner = "octo-org",
		.repo = "octo-repo",
		.token = TOKEN,
	};
	struct url pages;
	struct buf b;

	(void)state;
	assert_null(url_parse_base(&pages, "https://git.test:8443/hub/"));
	options.pages = &pages;
	github_close(gh);
	gh = github_open(&options);
	buf_init(&b, BUF_TEXT_MAX);
	github_add_run_url(gh, &b, 7);
	assert_string_equal(buf_str(&b),
	    "https://git.test:8443/hub/octo-org/octo-repo/actions/runs/7");
	buf_free(&b);
	url_wipe(&pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_requests),
		CALLING_TEST(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
