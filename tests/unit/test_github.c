/* SPDX-License-Identifier: ISC */
/*
 * The typed calls over real HTTP, without a socket: the bytes that they send,
 * how they read answers, and what of it they remember.
 */
#include "unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "fake_clock.h"
#include "fake_conn.h"
#include "github/github.h"

#define TOKEN  "ghp_0123456789abcdefghijABCDEFGHIJ012345"
#define RUN_ID UINT64_C(17654321098)
#define URL                                                    \
	"https://github.test/octo-org/octo-repo/actions/runs/" \
	"17654321098"
#define ACTIONS "/api/v3/repos/octo-org/octo-repo/actions"
#define DATE    "Tue, 14 Nov 2023 22:13:20 GMT"
#define NEW     "2026-03-10"
#define OLD     "2022-11-28"
#define UNSUPPORTED                                   \
	"{\"message\":\"\\\"2026-03-10\\\" is not a " \
	"supported version.\"}"
#define LATER_MS INT64_C(40000)
#define JSON     "Content-Type: application/json; charset=utf-8\r\n"
#define HTML     "Content-Type: text/html\r\n"
#define API_FORM "https://HOST/api/v3"

static struct github *gh;
static struct url api;
static struct fault fault;

/* Answers, given in order. */
static struct {
	struct buf texts[64];
	size_t count, given;
} answers;

static bool
serve(void *ctx, const char *request, struct buf *answer)
{
	(void)ctx;
	check(answers.given < answers.count, "not expected: %s", request);
	buf_add(answer, answers.texts[answers.given].data,
	    answers.texts[answers.given].len);
	answers.given++;
	return false;
}

static void
say_typed(
    const char *status, const char *fields, const char *type, const char *body)
{
	struct buf *b = &answers.texts[answers.count++];

	buf_init(b, BUF_TEXT_MAX);
	buf_addf(b, "HTTP/1.1 %s\r\n%s", status, fields);
	if (strncmp(status, "204", 3) != 0 && strncmp(status, "304", 3) != 0) {
		if (strstr(fields, "Content-Type: ") == NULL)
			buf_addf(
			    b, "Content-Type: %s; charset=utf-8\r\n", type);
		buf_addf(b, "Content-Length: %zu\r\n", strlen(body));
	}
	buf_addf(b, "\r\n%s", body);
}

/* The next answer: status and reason, more fields, and the body. */
static void
say(const char *status, const char *fields, const char *body)
{
	say_typed(status, fields, "application/json", body);
}

static void
say_html(const char *status, const char *body)
{
	say_typed(status, "", "text/html", body);
}

static void
forget_answers(void)
{
	while (answers.count > 0)
		buf_free(&answers.texts[--answers.count]);
	answers.given = 0;
}

/* With another token, which came from that file. */
static void
reopen(const char *token, const char *file)
{
	struct github_options options = {
		.api = &api,
		.owner = "octo-org",
		.repo = "octo-repo",
		.token = token,
		.token_file = file,
	};

	github_close(gh);
	gh = github_open(&options);
}

static int
set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	secret_add(TOKEN);
	fake_clock_reset();
	fake_net_reset();
	fake_net.serve = serve;
	assert_null(url_parse_base(&api, "https://github.test/api/v3"));
	gh = NULL;
	reopen(TOKEN, NULL);
	memset(&fault, 0, sizeof fault);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_int_equal(answers.given, answers.count);
	forget_answers();
	github_close(gh);
	assert_int_equal(fake_net.open, 0);
	url_wipe(&api);
	fake_net_reset();
	secret_forget();
	return 0;
}

static void
again(void **state)
{
	tear_down(state);
	set_up(state);
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

static int64_t
later(void)
{
	return clock_after(&fake_clock, LATER_MS);
}

static const char *
sent(size_t n)
{
	check(n < fake_net.request_count, "request %zu was not sent", n);
	return buf_str(&fake_net.requests[n].bytes);
}

/* The n-th request is this, byte for byte; `more` stands before the body. */
static void
expect_request(size_t n, const char *line, const char *version,
    const char *more, const char *body)
{
	struct buf want;

	buf_init(&want, BUF_TEXT_MAX);
	buf_addf(&want,
	    "%s HTTP/1.1\r\nHost: github.test\r\n"
	    "User-Agent: return-dispatch/" PACKAGE_VERSION "\r\n"
	    "Accept: application/vnd.github+json\r\n"
	    "Authorization: Bearer " TOKEN "\r\n"
	    "X-GitHub-Api-Version: %s\r\n%s\r\n%s",
	    line, version, more, body);
	assert_string_equal(sent(n), buf_str(&want));
	buf_free(&want);
}

static void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

static enum dispatch_outcome
dispatch(struct found_run *run)
{
	struct dispatch_call call = {
		.workflow = "deploy.yml",
		.body = "{\"ref\":\"main\"}",
		.ref = "main",
		.deadline_ms = later(),
	};

	if (github_connect(gh, later(), &fault) != STATUS_OK)
		return DISPATCH_NOT_SENT;
	return github_dispatch(gh, &call, run, &fault);
}

/* --- what is sent --- */

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
test_sibling_and_token(void **state)
{
	struct run_state run = { .changed = false };
	struct github *other;
	char path[64];
	int fd;

	(void)state;
	/* Without a file there is nothing to read anew. */
	assert_false(github_renew_token(gh));
	snprintf(path, sizeof path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(path);
	assert_true(fd > 2);
	assert_int_equal(write(fd, LIT(TOKEN "\n")), sizeof TOKEN);
	reopen(TOKEN, path);
	other = github_sibling(gh, "o/o", "r r");
	say("200 OK", "", "{\"id\":7,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(gh, 7, later(), &run, &fault), STATUS_OK);
	run_state_wipe(&run);
	/* It is the same still. */
	assert_false(github_renew_token(gh));
	assert_int_equal(pwrite(fd, LIT("another-token\n"), 0), 14);
	assert_int_equal(ftruncate(fd, 14), 0);
	close(fd);
	assert_true(github_renew_token(gh));
	unlink(path);
	assert_false(github_renew_token(gh));
	say("200 OK", "", "{\"id\":7,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(other, 7, later(), &run, &fault), STATUS_OK);
	assert_non_null(strstr(sent(1), "GET /api/v3/repos/o%2Fo/r%20r/"));
	assert_non_null(
	    strstr(sent(1), "\r\nAuthorization: Bearer another-token\r\n"));
	assert_null(strstr(sent(1), TOKEN));
	assert_int_equal(fake_net.connections, 1);
	run_state_wipe(&run);
	github_close(other);
}

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

/* --- the answers to a dispatch --- */

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

/* --- conditional requests --- */

#define LIST(id)                                             \
	"{\"total_count\":1,\"workflow_runs\":[{\"id\":" #id \
	",\"event\":\"push\"}]}"

static enum status
list(struct run_page *page)
{
	return github_list_runs(gh, "deploy.yml", 10, 1, later(), page, &fault);
}

static void
expect_tag(size_t n, const char *tag)
{
	const char *field = strstr(sent(n), "\r\nIf-None-Match: ");

	if (tag == NULL)
		assert_null(field);
	else
		assert_memory_equal(field + 17, tag, strlen(tag));
}

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

/* --- answers that are not the API's --- */

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

/* --- what an answer may decide --- */

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

/* --- versions --- */

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

/* --- pages, clock and quota --- */

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

static void
test_clock_and_quota(void **state)
{
	struct run_page page = { .changed = false };
	int64_t now_ms, reset_ms;
	uint64_t left;

	(void)state;
	assert_false(github_server_now(gh, &now_ms));
	assert_false(github_quota(gh, &left, &reset_ms));
	say("200 OK",
	    "Date: " DATE "\r\nX-RateLimit-Remaining: 42\r\n"
	    "X-RateLimit-Reset: 1700000100\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_pass(10000);
	assert_true(github_server_now(gh, &now_ms));
	assert_true(now_ms == INT64_C(1700000010000));
	assert_true(github_quota(gh, &left, &reset_ms));
	assert_true(left == 42 && reset_ms == 90000);
	fake_pass(200000);
	assert_true(github_quota(gh, &left, &reset_ms));
	assert_true(reset_ms == 0);
	/* The latest answer counts, also one that does not say. */
	say("404 Not Found", "", "");
	assert_int_equal(list(&page), STATUS_NOT_FOUND);
	assert_false(github_quota(gh, &left, &reset_ms));
	assert_true(github_server_now(gh, &now_ms));
	run_page_wipe(&page);
}

/* Times without sense are a year away, and none overflows. */
static void
test_enormous_quota(void **state)
{
	static const char *const resets[] = { "9223372036854774",
		"9223372036854775", "9223372036854775807",
		"18446744073709551615", "1731708900" };
	struct run_page page = { .changed = false };
	const int64_t year_ms = INT64_C(366) * 86400000;
	int64_t reset_ms;
	char fields[256];
	uint64_t left;
	size_t i;

	for (i = 0; i < COUNT(resets); i++) {
		snprintf(fields, sizeof fields,
		    "Date: " DATE "\r\n"
		    "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %s\r\n",
		    resets[i]);
		say("200 OK", fields, LIST(1));
		assert_int_equal(list(&page), STATUS_OK);
		assert_true(github_quota(gh, &left, &reset_ms));
		check(reset_ms > year_ms - 86400000 && reset_ms <= year_ms,
		    "%s: %" PRId64, resets[i], reset_ms);
		run_page_wipe(&page);
		again(state);
	}
	/* More than any number holds is none; so is a time without a clock. */
	say("200 OK",
	    "Date: " DATE "\r\nX-RateLimit-Remaining: 0\r\n"
	    "X-RateLimit-Reset: 99999999999999999999\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	assert_false(github_quota(gh, &left, &reset_ms));
	run_page_wipe(&page);
	again(state);
	say("200 OK",
	    "X-RateLimit-Remaining: 0\r\n"
	    "X-RateLimit-Reset: 1700000100\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	assert_false(github_quota(gh, &left, &reset_ms));
	run_page_wipe(&page);
}

/* --- the rate of requests --- */

static bool
serve_list(void *ctx, const char *request, struct buf *answer)
{
	static const char body[] = LIST(1);

	(void)ctx;
	(void)request;
	buf_addf(answer,
	    "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n"
	    "\r\n%s",
	    sizeof body - 1, body);
	return true;
}

/*
 * A caller that has gone wild, or is driven by its server: some hundred
 * requests go at once, then 15 a second do, however exact the clock is.
 */
static void
test_rate(void **state)
{
	enum { BURST = 500, MORE = 1500, MS = 67 };
	struct run_page page = { .changed = false };
	int64_t began_ms, took_ms;
	int n, wobbles;

	for (wobbles = 0; wobbles < 2; wobbles++) {
		fake_net.serve = serve_list;
		fake_wobble = wobbles > 0;
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		began_ms = fake_now();
		for (n = 0; n < MORE; n++)
			assert_int_equal(list(&page), STATUS_OK);
		took_ms = fake_now() - began_ms;
		/* What the first ones took has brought turns, too. */
		check(took_ms + began_ms >= MORE * MS &&
			took_ms <= MORE * (MS + MS / 3),
		    "%" PRId64 " ms", took_ms);
		/* Rest brings turns back, but never more than those. */
		fake_wobble = false;
		fake_pass(INT64_C(86400000));
		fake_pause_count = 0;
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_true(fake_pause_count > 0);
		run_page_wipe(&page);
		again(state);
	}
}

/* The wait for a turn ends with the deadline, and with a signal. */
static void
test_rate_ends(void **state)
{
	struct run_page page = { .changed = false };
	int64_t before;
	int n;

	(void)state;
	fake_net.serve = serve_list;
	for (n = 0; n < 1000; n++)
		assert_int_equal(list(&page), STATUS_OK);
	before = fake_now();
	assert_int_equal(github_list_runs(gh, NULL, 1, 1,
			     clock_after(&fake_clock, 10), &page, &fault),
	    STATUS_TIMEOUT);
	expect_says("too many requests");
	assert_true(fake_now() - before == 10);
	fake_signal_at(fake_now() + 5, SIGTERM);
	assert_int_equal(list(&page), STATUS_TERMINATED);
	assert_true(fake_now() - before == 15);
	run_page_wipe(&page);
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

/* --- secrets --- */

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

/* --- cancelling and logs --- */

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

static void
take_log(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
}

static void
test_log(void **state)
{
	struct buf log;

	buf_init(&log, BUF_TEXT_MAX);
	/* The other host never sees the token, and is asked byte for byte. */
	say("302 Found", "Location: https://logs.test/a%2Fb?sig=%2B%3D\r\n",
	    "");
	say("200 OK", "", "line 1\nline 2\n");
	assert_int_equal(
	    github_job_log(gh, 9, later(), take_log, &log, &fault), STATUS_OK);
	assert_string_equal(buf_str(&log), "line 1\nline 2\n");
	expect_request(0, "GET " ACTIONS "/jobs/9/logs", NEW, "", "");
	assert_string_equal(sent(1),
	    "GET /a%2Fb?sig=%2B%3D HTTP/1.1\r\n"
	    "Host: logs.test\r\n"
	    "User-Agent: return-dispatch/" PACKAGE_VERSION "\r\n"
	    "Accept: */*\r\n\r\n");
	buf_clear(&log);
	again(state);
	/* Some servers have it at hand. */
	say("200 OK", "", "line\n");
	assert_int_equal(
	    github_job_log(gh, 9, later(), take_log, &log, &fault), STATUS_OK);
	assert_string_equal(buf_str(&log), "line\n");
	buf_clear(&log);
	again(state);
	say("404 Not Found", "", "{\"message\":\"Not Found\"}");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_NOT_FOUND);
	assert_int_equal(log.len, 0);
	again(state);
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("403 Forbidden", "", "<Code>AuthenticationFailed</Code>");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_SERVER);
	expect_says("403");
	assert_int_equal(log.len, 0);
	again(state);
	/* Led back to our own server, it is still without the token. */
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("302 Found", "Location: https://github.test/api/v3/user\r\n", "");
	say("401 Unauthorized", "", "{}");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_SERVER);
	assert_non_null(strstr(sent(2),
	    "GET /api/v3/user HTTP/1.1\r\n"
	    "Host: github.test\r\n"));
	assert_null(strstr(sent(2), "Authorization"));
	again(state);
	/* Never from https to http, there neither. */
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("302 Found", "Location: http://logs.test/b\r\n", "");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_PROTOCOL);
	assert_int_equal(fake_net.connections, 2);
	again(state);
	/* Never from https to http. */
	say("302 Found", "Location: http://logs.test/a\r\n", "");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_PROTOCOL);
	assert_int_equal(fake_net.connections, 1);
	buf_free(&log);
}

/* --- connections --- */

/* A kept connection that proves dead costs a GET nothing. */
static void
test_dead_connection(void **state)
{
	struct run_page page = { .changed = false };
	enum fake_how how;

	for (how = FAKE_RESET; how <= FAKE_GOODBYE; how++) {
		say("200 OK", "", LIST(1));
		assert_int_equal(list(&page), STATUS_OK);
		fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, how,
			fake_net.requests[0].answered };
		say("200 OK", "", LIST(2));
		say("200 OK", "", LIST(3));
		assert_int_equal(list(&page), STATUS_OK);
		assert_true(page.list.runs[0].id == 3);
		assert_int_equal(fake_net.connections, 2);
		run_page_wipe(&page);
		again(state);
	}
	/* Once: a new one that dies is a failure. */
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_RESET, 0 };
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_CLOSED);
	assert_int_equal(fake_net.connections, 1);
	again(state);
	/* One that began to answer, too. */
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_RESET,
		fake_net.requests[0].answered + 20 };
	say("200 OK", "", LIST(2));
	assert_int_equal(list(&page), STATUS_CLOSED);
	run_page_wipe(&page);
	again(state);
	/* One that was idle for long is not tried. */
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_pass(30000);
	say("200 OK", "", LIST(2));
	assert_int_equal(list(&page), STATUS_OK);
	assert_int_equal(fake_net.connections, 2);
	/* Nor one that the server said it would close. */
	say("200 OK", "Connection: close\r\n", LIST(3));
	assert_int_equal(list(&page), STATUS_OK);
	say("200 OK", "", LIST(4));
	assert_int_equal(list(&page), STATUS_OK);
	assert_int_equal(fake_net.connections, 3);
	run_page_wipe(&page);
}

/* Takes the request, and neither answers nor lets itself be connected to. */
static bool
serve_nobody(void *ctx, const char *request, struct buf *answer)
{
	(void)ctx;
	(void)request;
	(void)answer;
	fake_net.cut = (struct fake_cut){ fake_net.connections + 1,
		FAKE_IN_DIAL, FAKE_RESET, 0 };
	return true;
}

/* A request that a dead connection has swallowed is as good as not sent, also
 * where no other connection can be made. */
static void
test_sent_on_kept_connection(void **state)
{
	struct run_page page = { .changed = false };
	bool sent = true, is_kept;
	uint64_t id;
	int i;

	for (i = 0; i < 2; i++) {
		is_kept = i == 0;
		if (is_kept) {
			say("200 OK", "", LIST(1));
			assert_int_equal(list(&page), STATUS_OK);
		}
		fake_net.serve = serve_nobody;
		assert_int_equal(github_newest_run(gh, "deploy.yml", "main",
				     later(), later(), &id, &sent, &fault),
		    STATUS_CLOSED);
		assert_true(sent == !is_kept);
		assert_int_equal(fake_net.connections, is_kept ? 2 : 1);
		run_page_wipe(&page);
		again(state);
	}
}

/* A connection that cannot be made is known before a dispatch is begun. */
static void
test_connect_first(void **state)
{
	(void)state;
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_DIAL, FAKE_SILENCE, 0 };
	assert_int_equal(
	    github_connect(gh, clock_after(&fake_clock, 1500), &fault),
	    STATUS_TIMEOUT);
	assert_int_equal(fake_now(), 1500);
	assert_int_equal(fake_net.request_count, 0);
	/* However much time there is, it gets 30 s. */
	fake_net.cut.connection = 2;
	assert_int_equal(
	    github_connect(gh, clock_after(&fake_clock, 90000), &fault),
	    STATUS_TIMEOUT);
	assert_int_equal(fake_now(), 31500);
	assert_int_equal(fake_net.request_count, 0);
}

/* A bad certificate is the end, but not where there was a good one. */
static void
test_good_before(void **state)
{
	static const struct {
		bool is_cut, lasting;
	} rows[] = { { true, true }, { true, true }, { false, false },
		{ true, false }, { true, false }, { false, false } };
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		fake_net.cut = (struct fake_cut){ rows[i].is_cut ? i + 1 : 0,
			FAKE_IN_DIAL, FAKE_UNTRUSTED, 0 };
		assert_int_equal(github_connect(gh, later(), &fault),
		    rows[i].is_cut ? STATUS_TLS : STATUS_OK);
		check(!rows[i].is_cut || fault.lasting == rows[i].lasting,
		    "connection %u", i + 1);
	}
}

/* What an answer may take: 30 s for a head, and what the caller says for a
 * dispatch's. */
static void
test_silence(void **state)
{
	struct run_page page = { .changed = false };
	struct found_run run;
	int64_t before;

	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_SILENCE, 0 };
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_TIMEOUT);
	assert_in_range(fake_now(), 30000, 30000 + 2 * FAKE_DIAL_MS);
	again(state);
	fake_pass(1000);
	before = fake_now();
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_SILENCE, 10 };
	say("204 No Content", "", "");
	assert_int_equal(dispatch(&run), DISPATCH_UNKNOWN);
	assert_in_range(fake_now() - before, LATER_MS, LATER_MS + FAKE_DIAL_MS);
}

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_newest_run),
		TEST(test_refuses_id),
		TEST(test_requests),
		TEST(test_pages),
		TEST(test_dispatch_request),
		TEST(test_sibling_and_token),
		TEST(test_early),
		TEST(test_outcomes),
		TEST(test_redirects),
		TEST(test_etags),
		TEST(test_conflict),
		TEST(test_wrong_run),
		TEST(test_foreign),
		TEST(test_answers_lead_nowhere),
		TEST(test_step_down),
		TEST(test_next_page),
		TEST(test_clock_and_quota),
		TEST(test_enormous_quota),
		TEST(test_rate),
		TEST(test_rate_ends),
		TEST(test_limit_says_when),
		TEST(test_redaction),
		TEST(test_quoted_values),
		TEST(test_cancel),
		TEST(test_log),
		TEST(test_dead_connection),
		TEST(test_sent_on_kept_connection),
		TEST(test_connect_first),
		TEST(test_good_before),
		TEST(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
