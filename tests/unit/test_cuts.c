/* SPDX-License-Identifier: ISC */
/*
 * Exactly once: a whole dispatch, from command/ down to the bytes, one of whose
 * connections is cut in every way: all over each POST, at every byte of the
 * answer to it, and here and there in the search.  However it ends, no POST
 * follows one that may have acted, and the exit code tells the truth about what
 * was started.
 */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "fake_clock.h"
#include "fake_conn.h"
#include "command/dispatch.h"

#define ID   "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define BODY "{\"ref\":\"main\"}"
#define BODY_WITH_ID \
	"{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" ID "\"}}"
#define TIMEOUT_MS INT64_C(60000)
#define STEP_MS    4000 /* few looks: this is not their test */
#define OURS       UINT64_C(17654321098)
#define THEIRS     (OURS + 7)
#define OLDER      (OURS - 7)
#define EPOCH_S    INT64_C(1700000000)
#define PAGES      "https://github.com/octo-org/octo-repo/actions/runs/"

#define JSON(status, json)                                         \
	status "\r\nDate: @\r\nContent-Type: application/json\r\n" \
	       "Content-Length: #\r\n\r\n" json

/* What the server makes of a POST, once it has all of it. */
enum meaning {
	STARTS,
	REFUSES,  /* proves that nothing was started */
	LEADS_ON, /* the same, by a redirect */
	BREAKS    /* tells nothing */
};

/* In an answer: '@' is the date, '#' the length of the JSON behind it, and
 * '*' the run's ID. */
struct reply {
	enum meaning meaning;
	bool acts;
	bool ends; /* the connection, behind it */
	const char *text;
};

static const struct reply named = { STARTS, true, false,
	JSON("HTTP/1.1 200 OK",
	    "{\"workflow_run_id\":*,\"html_url\":\"" PAGES "*\"}") };
static const struct reply named_late = { STARTS, true, false,
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n"
	"\r\n" JSON("HTTP/1.1 200 OK", "{\"workflow_run_id\":*}") };
static const struct reply chunked = { STARTS, true, false,
	"HTTP/1.1 200 OK\r\nDate: @\r\nTransfer-Encoding: chunked\r\n\r\n"
	"1\r\n{\r\n1d\r\n\"workflow_run_id\":*\r\n1\r\n}\r\n0\r\n\r\n" };
static const struct reply until_close = { STARTS, true, true,
	"HTTP/1.0 200 OK\r\nDate: @\r\n\r\n{\"workflow_run_id\":*}" };
static const struct reply accepted = { STARTS, true, false,
	"HTTP/1.1 204 No Content\r\nDate: @\r\n\r\n" };
static const struct reply old_version = { REFUSES, false, false,
	JSON("HTTP/1.1 400 Bad Request",
	    "{\"message\":\"\\\"2026-03-10\\\", is not a "
	    "supported version.\"}") };
static const struct reply wants_id = { REFUSES, false, false,
	JSON("HTTP/1.1 422 Unprocessable Entity",
	    "{\"message\":\"Required input 'distinct_id' not provided\"}") };
static const struct reply limited = { REFUSES, false, false,
	"HTTP/1.1 429 Too Many Requests\r\nDate: @\r\nRetry-After: 2\r\n"
	"Content-Length: 0\r\n\r\n" };
static const struct reply forbidden = { REFUSES, false, false,
	JSON("HTTP/1.1 403 Forbidden",
	    "{\"message\":\"Resource not accessible by integration\"}") };
static const struct reply moved = { LEADS_ON, false, false,
	"HTTP/1.1 307 Temporary Redirect\r\nDate: @\r\nContent-Length: 0\r\n"
	"Location: /repositories/4711/actions/workflows/deploy.yml/dispatches\r\n"
	"\r\n" };
static const struct reply failed = { BREAKS, false, false,
	JSON("HTTP/1.1 502 Bad Gateway", "{\"message\":\"Server Error\"}") };
static const struct reply failed_late = { BREAKS, true, false,
	JSON("HTTP/1.1 502 Bad Gateway", "{\"message\":\"Server Error\"}") };

/* The answers to the first POST, the second, ... */
#define POSTS_MAX 3

static const struct script {
	const char *name;
	int code; /* if nothing is cut */
	int code_with_id;
	const struct reply *replies[POSTS_MAX];
} scripts[] = {
	{ "a new server", 0, 0, { &named } },
	{ "interim answers", 0, 0, { &named_late } },
	{ "chunks", 0, 0, { &chunked } },
	{ "a close-delimited answer", 0, 0, { &until_close } },
	{ "no run named", 5, 0, { &accepted } },
	{ "an old server", 0, 0, { &old_version, &accepted } },
	{ "the ID is required", 0, 0, { &wants_id, &named } },
	{ "a rate limit", 0, 0, { &limited, &named } },
	{ "a limited old server", 0, 0, { &old_version, &limited, &accepted } },
	{ "a renamed repository", 0, 0, { &moved, &named } },
	{ "no permission", 3, 3, { &forbidden } },
	{ "a failure that did not act", 4, 4, { &failed } },
	{ "a failure that acted", 4, 0, { &failed_late } },
};

static struct server {
	const struct script *script;
	size_t posts; /* whole ones */
	const struct reply *replies[POSTS_MAX + 1];
	size_t line_ends[POSTS_MAX + 1];
	size_t acted;
	int64_t acted_at;
	bool shows_id;
} server;

static struct found_run found;
static struct fault fault;
static struct fake_cut cut;
static bool sends_id;
/* GitHub's own; or one that does not say what it is, so that it is asked for
 * its newest run first, and sent the ID in any case. */
static bool is_silent;
static size_t piece;

static void
add_http_date(struct buf *b)
{
	time_t seconds = (time_t)(EPOCH_S + fake_now() / 1000);
	char text[64];

	strftime(
	    text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&seconds));
	buf_adds(b, text);
}

static void
add_reply(struct buf *b, const char *text)
{
	const char *body = strstr(text, "\r\n\r\n{"), *p;
	struct buf json;

	buf_init(&json, BUF_TEXT_MAX);
	for (p = body != NULL ? body + 4 : ""; *p != '\0'; p++)
		if (*p == '*')
			buf_addf(&json, "%" PRIu64, OURS);
		else
			buf_addc(&json, *p);
	for (p = text; *p != '\0' && (body == NULL || p < body + 4); p++)
		if (*p == '@')
			add_http_date(b);
		else if (*p == '#')
			buf_addf(b, "%zu", json.len);
		else if (*p == '*')
			buf_addf(b, "%" PRIu64, OURS);
		else
			buf_addc(b, *p);
	buf_add(b, json.data, json.len);
	buf_free(&json);
}

static void
add_run(struct buf *b, uint64_t id, const char *title, int64_t created_at)
{
	time_t seconds = (time_t)(EPOCH_S + created_at / 1000);
	char time[32];

	buf_addf(b,
	    "{\"id\":%" PRIu64 ",\"name\":\"Deploy\","
	    "\"display_title\":\"Deploy %s\",\"event\":\"workflow_dispatch\","
	    "\"status\":\"queued\",\"workflow_id\":4711,"
	    "\"path\":\".github/workflows/deploy.yml\",\"html_url\":\"" PAGES
	    "%" PRIu64 "\",\"created_at\":\"",
	    id, title, id);
	strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", gmtime(&seconds));
	buf_addf(b, "%s\"}", time);
}

/* There are older runs, and somebody else's is newer than ours. */
static void
answer_runs(struct buf *answer)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, JSON("HTTP/1.1 200 OK", "{\"workflow_runs\":["));
	if (server.acted > 0) {
		add_run(&text, THEIRS, "of another", fake_now());
		buf_addc(&text, ',');
		add_run(
		    &text, OURS, server.shows_id ? ID : "", server.acted_at);
		buf_addc(&text, ',');
	}
	add_run(&text, OLDER, "of yesterday", -86400000);
	buf_adds(&text, "]}");
	add_reply(answer, buf_str(&text));
	buf_free(&text);
}

static bool
serve(void *ctx, const char *request, struct buf *answer)
{
	const struct reply *reply;
	const char *line;

	(void)ctx;
	if (strncmp(request, "POST ", 5) != 0) {
		if (strstr(request, "/jobs?") != NULL)
			add_reply(
			    answer, JSON("HTTP/1.1 200 OK", "{\"jobs\":[]}"));
		else
			answer_runs(answer);
		return false;
	}
	reply = server.script->replies[server.posts];
	check(reply != NULL, "%s: a POST too many", server.script->name);
	if (reply->acts) {
		server.acted++;
		server.acted_at = fake_now();
		server.shows_id = strstr(request, ID) != NULL;
	}
	server.replies[server.posts] = reply;
	add_reply(answer, reply->text);
	/* Interim answers have status lines too. */
	line = buf_str(answer);
	while (strncmp(line + 9, "1", 1) == 0)
		line = strstr(line, "\r\n\r\n") + 4;
	server.line_ends[server.posts++] = (size_t)(strstr(line, "\r\n") + 2 -
	    buf_str(answer));
	return reply->ends;
}

static enum status
run(const struct script *script)
{
	struct dispatch_order order = {
		.workflow = "deploy.yml",
		.workflow_path = ".github/workflows/deploy.yml",
		.ref = "main",
		.body = sends_id ? BODY_WITH_ID : BODY,
		.body_with_id = BODY_WITH_ID,
		.distinct_id = ID,
		.sends_id = sends_id,
		.is_unique = true,
		.timeout_ms = TIMEOUT_MS,
		.step_ms = STEP_MS,
	};
	struct github_options options = {
		.owner = "octo-org",
		.repo = "octo-repo",
		.token = "not-a-token",
	};
	enum status status;
	struct github *gh;
	struct url api;

	fake_clock_reset();
	fake_net_reset();
	fake_net.serve = serve;
	fake_net.cut = cut;
	fake_net.piece = piece;
	memset(&server, 0, sizeof server);
	server.script = script;
	assert_null(url_parse_base(&api,
	    is_silent ? "https://api.github.test" : "https://api.github.com"));
	options.api = &api;
	gh = github_open(&options);
	fault.text[0] = '\0';
	status = dispatch_prove(gh, &fake_clock, &order, &found, &fault);
	github_close(gh);
	url_wipe(&api);
	return status;
}

static bool
is_post(const struct fake_request *q)
{
	return strncmp(buf_str(&q->bytes), "POST ", 5) == 0 || q->bytes.len < 5;
}

#define must(condition)                                                    \
	check(condition,                                                   \
	    "%s, %s, %s the ID, connection %u cut in %d "                  \
	    "at %zu as %d: exit %d: %s",                                   \
	    server.script->name, is_silent ? "silent" : "GitHub",          \
	    sends_id ? "with" : "without", cut.connection, (int)cut.where, \
	    cut.at, (int)cut.how, code, fault.text)

/* What the last POST came to, and what may be said of it. */
static void
judge_last(const struct fake_request *last, int code)
{
	const struct reply *reply;
	bool told;

	if (!last->complete) {
		must(code == 4);
		return;
	}
	reply = server.replies[server.posts - 1];
	told = last->delivered >= server.line_ends[server.posts - 1];
	switch (reply->meaning) {
	case STARTS:
		must(code == 0 || code == (told ? 5 : 4));
		break;
	case REFUSES:
		must(code == (told ? 3 : 4));
		break;
	case LEADS_ON:
		must(code == (told ? 7 : 4));
		break;
	case BREAKS:
		must(code == 0 || code == 4);
		break;
	}
	/* The search finds what shows the ID. */
	must(code == 0 || server.acted == 0 || !server.shows_id);
}

static void
judge(enum status status)
{
	const struct fake_request *last = NULL, *q;
	int code = status_exit_code(status);
	const char *none = strstr(fault.text, "Nothing was dispatched");
	size_t i, whole = 0;

	must(server.acted <= 1);
	must(fake_net.open == 0);
	for (i = 0; i < fake_net.request_count; i++) {
		q = &fake_net.requests[i];
		if (!is_post(q))
			continue;
		/* The one before was answered, and did nothing. */
		must(last == NULL ||
		    (last->complete && last->delivered == last->answered &&
			(server.replies[whole - 1]->meaning == REFUSES ||
			    server.replies[whole - 1]->meaning == LEADS_ON)));
		whole += q->complete;
		last = q;
	}
	must((status == STATUS_OK) == (found.url != NULL));
	if (status == STATUS_OK) {
		must(server.acted == 1 && found.id == OURS);
		must(strcmp(found.url, PAGES "17654321098") == 0 ||
		    (is_silent &&
			strcmp(found.url,
			    "https://api.github.test/octo-org/octo-repo/actions/runs/"
			    "17654321098") == 0));
	}
	if (server.acted > 0)
		must(none == NULL);
	if (last == NULL)
		must(none != NULL);
	if (status_is_signal(status))
		must(cut.how == FAKE_SIGNAL);
	else if (last == NULL)
		must(code == 7);
	else if ((cut.where == FAKE_IN_DIAL ||
		     (cut.where == FAKE_IN_WRITE && cut.at == 0)) &&
	    cut.how == FAKE_SILENCE && code == 7)
		/* That took all the time that there is for nothing sent. */
		must(server.acted == 0 && none != NULL && last->complete);
	else if (status != STATUS_OK || server.acted > 0)
		judge_last(last, code);
	found_run_wipe(&found);
}

static void
try_as(const struct script *script, enum fake_where where, size_t at,
    enum fake_how how)
{
	cut.where = where;
	cut.at = at;
	cut.how = how;
	judge(run(script));
}

static void
try(const struct script *script, enum fake_where where, size_t at)
{
	enum fake_how how;

	for (how = 0; how < FAKE_HOWS; how++)
		try_as(script, where, at, how);
}

/* The requests, and how much goes to and fro, if nothing is cut. */
#define REQUESTS_MAX 16

struct course {
	size_t count;
	struct {
		bool is_post;
		unsigned int connection;
		size_t sent, before, answer;
	} requests[REQUESTS_MAX];
};

static void
learn(const struct script *script, struct course *course)
{
	const struct fake_request *q;
	enum status status;
	size_t i, k;
	int code;

	memset(&cut, 0, sizeof cut);
	memset(course, 0, sizeof *course);
	status = run(script);
	code = status_exit_code(status);
	must(code ==
	    (sends_id || is_silent ? script->code_with_id : script->code));
	judge(status);
	for (i = 0; i < fake_net.request_count && i < REQUESTS_MAX; i++) {
		q = &fake_net.requests[i];
		course->requests[i].is_post = is_post(q);
		course->requests[i].connection = q->connection;
		course->requests[i].sent = q->bytes.len;
		course->requests[i].answer = q->answered;
		for (k = 0; k < i; k++)
			if (course->requests[k].connection == q->connection)
				course->requests[i]
				    .before += course->requests[k].answer;
	}
	course->count = i;
}

/* Baseline and search: what fails there once is made up for. */
static void
sweep_get(const struct script *script, size_t before, size_t answer)
{
	size_t at;

	if (before == 0)
		try(script, FAKE_IN_DIAL, 0);
	for (at = before; at <= before + answer; at += 61)
		try(script, FAKE_IN_READ, at);
	try(script, FAKE_IN_READ, before + answer);
}

static void
sweep_post(const struct script *script, size_t sent, size_t answer)
{
	size_t at;

	try(script, FAKE_IN_DIAL, 0);
	/* What has left is never an answer's beginning: the ways differ at the
	 * ends alone. */
	for (at = 2; at + 1 < sent; at += 7)
		try_as(script, FAKE_IN_WRITE, at, FAKE_RESET);
	try(script, FAKE_IN_WRITE, 0);
	try(script, FAKE_IN_WRITE, 1);
	try(script, FAKE_IN_WRITE, sent - 1);
	try(script, FAKE_IN_WRITE, sent);
	for (at = 0; at <= answer; at++)
		if (at < 32 || at % 8 == 0 || at + 3 > answer) {
			try(script, FAKE_IN_READ, at);
		} else {
			try_as(script, FAKE_IN_READ, at, FAKE_RESET);
			try_as(script, FAKE_IN_READ, at, FAKE_GOODBYE);
		}
}

static void
sweep(const struct script *script)
{
	struct course course;
	size_t i;

	piece = 1;
	learn(script, &course);
	piece = 0;
	learn(script, &course);
	for (i = 0; i < course.count; i++) {
		cut.connection = course.requests[i].connection;
		if (course.requests[i].is_post)
			sweep_post(script, course.requests[i].sent,
			    course.requests[i].answer);
		else
			sweep_get(script, course.requests[i].before,
			    course.requests[i].answer);
	}
}

static void
test_cut_anywhere(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(scripts); i++) {
		is_silent = sends_id = false;
		sweep(&scripts[i]);
		/* A workflow that wants the ID does so until it gets it. */
		if (scripts[i].replies[0] == &wants_id)
			continue;
		sends_id = true;
		sweep(&scripts[i]);
		is_silent = true;
		sends_id = false;
		sweep(&scripts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_anywhere),
	};

	log_open(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
