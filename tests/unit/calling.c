/* SPDX-License-Identifier: ISC */
#include "calling.h"

#include "base/log.h"
#include "base/secret.h"

struct github *gh;
struct url api;
struct fault fault;

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

void
say(const char *status, const char *fields, const char *body)
{
	say_typed(status, fields, "application/json", body);
}

void
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

void
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

int
calling_set_up(void **state)
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

int
calling_tear_down(void **state)
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

void
again(void **state)
{
	calling_tear_down(state);
	calling_set_up(state);
}

int64_t
later(void)
{
	return clock_after(&fake_clock, LATER_MS);
}

const char *
sent(size_t n)
{
	check(n < fake_net.request_count, "request %zu was not sent", n);
	return buf_str(&fake_net.requests[n].bytes);
}

void
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

void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

static enum dispatch_outcome
post(const struct dispatch_call *call, struct found_run *run)
{
	if (github_connect(gh, later(), &fault) != STATUS_OK)
		return DISPATCH_NOT_SENT;
	return github_dispatch(gh, call, run, &fault);
}

enum dispatch_outcome
dispatch(struct found_run *run)
{
	struct dispatch_call call = {
		.workflow = "deploy.yml",
		.body = "{\"ref\":\"main\"}",
		.ref = "main",
		.deadline_ms = later(),
	};

	return post(&call, run);
}

enum dispatch_outcome
send_event(struct found_run *run)
{
	struct dispatch_call call = {
		.event = EVENT_REPOSITORY_DISPATCH,
		.body = "{\"event_type\":\"x\"}",
		.deadline_ms = later(),
	};

	return post(&call, run);
}

enum status
list(struct run_page *page)
{
	return github_list_runs(gh, "deploy.yml", 10, 1, later(), page, &fault);
}

void
expect_tag(size_t n, const char *tag)
{
	const char *field = strstr(sent(n), "\r\nIf-None-Match: ");

	if (tag == NULL)
		assert_null(field);
	else
		assert_memory_equal(field + 17, tag, strlen(tag));
}
