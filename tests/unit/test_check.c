/* SPDX-License-Identifier: ISC */
/*
 * The command check: what is asked, in what order, and what is told of it.
 */
#include "command/check.h"

#include "unit.h"

#include "base/mem.h"
#include "fake_clock.h"

#define WALL_MS (FAKE_WALL_S * 1000)

/* The calls, as the script below numbers them. */
enum { REACH, REPO, ACTIONS, WORKFLOW, HEAD, TAG, CONTENTS, CALLS };

struct github {
	char unused;
};

/* What each call comes to; STATUS_OK if it is zero. */
static struct {
	enum status status[CALLS];
	bool lasting;
	int good_after; /* that many of the failures; 0: never */
	int made[CALLS];
	const char *state, *scopes, *file, *token;
	enum told archived, private, push;
	bool disabled, is_app;
	enum github_tells tells;
	int64_t ahead_ms;
	int written;                       /* lines that can be; 0: all */
	int signal_in;                     /* a call; 0: none */
	int opened, closed, open_at_first; /* repositories */
} script;

static struct github hub;
static struct buf out;
static struct fault fault;
static struct target targets[2];

static enum status
come_to(int call, struct fault *f)
{
	int n = ++script.made[call];

	if (script.signal_in == call && call != 0)
		return fault_set_lasting(f, STATUS_INTERRUPTED, "SIGINT");
	if (script.status[call] == STATUS_OK ||
	    (script.good_after > 0 && n > script.good_after))
		return STATUS_OK;
	fault_set(f, script.status[call], "call %d failed", call);
	f->lasting = script.lasting;
	return f->status;
}

enum status
github_reach(
    struct github *gh, int64_t deadline_ms, struct buf *about, struct fault *f)
{
	(void)gh;
	assert_true(clock_left(&fake_clock, deadline_ms) <=
	    targets[0].order.timeout_ms);
	buf_adds(about, "fake.test");
	if (script.made[REACH] == 0)
		script.open_at_first = script.opened - script.closed;
	return come_to(REACH, f);
}

enum status
github_get_repo(struct github *gh, int64_t deadline_ms, struct repo *repo,
    struct server_info *info, struct fault *f)
{
	enum status status = come_to(REPO, f);

	(void)gh;
	(void)deadline_ms;
	server_info_wipe(info);
	if (script.scopes != NULL)
		info->scopes = xstrdup(script.scopes);
	memset(repo, 0, sizeof *repo);
	if (status != STATUS_OK)
		return status;
	repo->default_branch = xstrdup("main");
	repo->is_archived = script.archived;
	repo->is_private = script.private;
	repo->may_push = script.push;
	return status;
}

void
server_info_wipe(struct server_info *info)
{
	free(info->scopes);
	memset(info, 0, sizeof *info);
}

enum status
github_actions_enabled(
    struct github *gh, int64_t deadline_ms, bool *enabled, struct fault *f)
{
	(void)gh;
	(void)deadline_ms;
	*enabled = !script.disabled;
	return come_to(ACTIONS, f);
}

enum status
github_get_workflow(struct github *gh, const char *workflow,
    int64_t deadline_ms, struct workflow *w, struct fault *f)
{
	enum status status = come_to(WORKFLOW, f);

	(void)gh;
	(void)deadline_ms;
	assert_string_equal(workflow, "deploy.yml");
	memset(w, 0, sizeof *w);
	if (status != STATUS_OK)
		return status;
	w->id = 4711;
	w->path = xstrdup(".github/workflows/deploy.yml");
	w->state = xstrdup(script.state);
	return status;
}

enum status
github_find_ref(
    struct github *gh, const char *ref, int64_t deadline_ms, struct fault *f)
{
	(void)gh;
	(void)deadline_ms;
	return come_to(*ref == 'h' ? HEAD : TAG, f);
}

enum status
github_get_file(struct github *gh, const char *path, const char *ref,
    int64_t deadline_ms, struct buf *contents, struct fault *f)
{
	(void)gh;
	(void)deadline_ms;
	assert_string_equal(path, ".github/workflows/deploy.yml");
	assert_string_equal(ref, "main");
	buf_adds(contents, script.file);
	return come_to(CONTENTS, f);
}

const char *
github_token_kind(const struct github *gh)
{
	(void)gh;
	return script.token;
}

bool
github_is_app(const struct github *gh)
{
	(void)gh;
	return script.is_app;
}

bool
github_token_is_installation(const struct github *gh)
{
	(void)gh;
	return script.is_app;
}

struct github *
github_sibling(const struct github *gh, const char *owner, const char *repo)
{
	(void)owner;
	(void)repo;
	assert_ptr_equal(gh, &hub);
	script.opened++;
	return &hub;
}

void
github_close(struct github *gh)
{
	assert_ptr_equal(gh, &hub);
	script.closed++;
}

const char *
github_repository(const struct github *gh)
{
	(void)gh;
	return "octo-org/octo-repo";
}

enum github_tells
github_tells(const struct github *gh)
{
	(void)gh;
	return script.tells;
}

bool
github_server_now(const struct github *gh, int64_t *now_ms)
{
	(void)gh;
	*now_ms = WALL_MS + fake_now() - script.ahead_ms;
	return script.status[REACH] == STATUS_OK;
}

bool
github_renew_token(struct github *gh)
{
	(void)gh;
	fail();
	return false;
}

enum status
result_text(const char *text, struct fault *f)
{
	buf_adds(&out, text);
	if (script.written > 0 && --script.written == 0)
		return fault_set_lasting(f, STATUS_OUTPUT, "full");
	return STATUS_OK;
}

static int
set_up(void **state)
{
	(void)state;
	fake_clock_reset();
	buf_init(&out, BUF_TEXT_MAX);
	memset(&fault, 0, sizeof fault);
	memset(&script, 0, sizeof script);
	script.state = "active";
	script.file = "on: workflow_dispatch";
	script.token = "a classic token";
	script.scopes = "repo";
	script.push = TOLD_YES;
	script.private = TOLD_YES;
	script.tells = GITHUB_TELLS_RUN;
	memset(targets, 0, sizeof targets);
	targets[0].owner = targets[1].owner = "octo-org";
	targets[0].repo = "octo-repo";
	targets[1].repo = "other";
	targets[0].order.workflow = "deploy.yml";
	targets[0].order.ref = "main";
	targets[0].order.body = "{\"ref\":\"main\"}";
	targets[0].order.timeout_ms = 300000;
	targets[1].order = targets[0].order;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void
again(void **state)
{
	tear_down(state);
	set_up(state);
}

static void
order_event(void)
{
	targets[0].order.event = EVENT_REPOSITORY_DISPATCH;
	targets[0].order.body = "{\"event_type\":\"go\"}";
}

static enum status
run(enum result_format format, size_t count)
{
	return (check)(&hub, &fake_clock, targets, count, format, &fault);
}

static bool
told(const char *text)
{
	return strstr(buf_str(&out), text) != NULL;
}

static void
test_healthy(void **state)
{
	int i;

	(void)state;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	check(!told("FAIL") && !told("can't tell"), "%s", buf_str(&out));
	assert_true(told("ok          server          fake.test\n"));
	for (i = 0; i < CALLS; i++)
		assert_int_equal(script.made[i], i != TAG);
	assert_int_equal(fake_pause_count, 0);
}

/* Each of these alone fails with the dispatch's own status. */
static void
test_failures(void **state)
{
	static const struct {
		int call;
		enum status status, expected;
		const char *line;
	} cases[] = {
		{ REACH, STATUS_CONNECT, STATUS_CONNECT, "FAIL        server" },
		{ REPO, STATUS_PROTOCOL, STATUS_PROTOCOL,
		    "FAIL        server" },
		{ REPO, STATUS_UNAUTHORIZED, STATUS_UNAUTHORIZED,
		    "FAIL        token" },
		{ REPO, STATUS_NOT_FOUND, STATUS_NOT_FOUND,
		    "FAIL        repository" },
		{ WORKFLOW, STATUS_NOT_FOUND, STATUS_NOT_FOUND,
		    "FAIL        workflow" },
		{ WORKFLOW, STATUS_FORBIDDEN, STATUS_REFUSED,
		    "FAIL        permission" },
		/* Not a failure of the dispatch. */
		{ ACTIONS, STATUS_FORBIDDEN, STATUS_OK, "can't tell  actions" },
		{ HEAD, STATUS_SERVER, STATUS_OK, "can't tell  ref" },
		{ HEAD, STATUS_FORBIDDEN, STATUS_OK, "can't tell  ref" },
		{ CONTENTS, STATUS_FORBIDDEN, STATUS_OK,
		    "can't tell  trigger" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		script.status[cases[i].call] = cases[i].status;
		script.lasting = cases[i].status != STATUS_SERVER;
		check(run(RESULT_TEXT, 1) == cases[i].expected, "%zu: %s", i,
		    buf_str(&out));
		check(told(cases[i].line), "%s", buf_str(&out));
		check(cases[i].expected == STATUS_OK ||
			strstr(fault.text, "a dispatch would fail: ") != NULL,
		    "%s", fault.text);
		again(state);
	}
}

/* A 404 says nothing of what the token may not see. */
static void
test_absent_ref(void **state)
{
	script.status[HEAD] = script.status[TAG] = STATUS_NOT_FOUND;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("can't tell  ref"));
	again(state);
	script.status[HEAD] = script.status[TAG] = STATUS_NOT_FOUND;
	script.private = TOLD_NO;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_REFUSED);
	assert_true(told("FAIL        ref"));
	assert_true(told("can't tell  trigger         the ref is not known\n"));
	again(state);
	script.status[HEAD] = STATUS_NOT_FOUND;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("main is a tag"));
}

/* That the file is not known, or may not be seen, is no failure. */
static void
test_absent_file(void **state)
{
	(void)state;
	script.status[WORKFLOW] = STATUS_SERVER;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("can't tell  trigger         "
			 "the workflow's file is not known\n"));
	again(state);
	script.status[CONTENTS] = STATUS_NOT_FOUND;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_REFUSED);
	assert_true(told("FAIL        trigger"));
	again(state);
	script.status[CONTENTS] = STATUS_NOT_FOUND;
	order_event();
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("can't tell  trigger"));
}

/* An App's token may read contents only for an event. */
static void
test_app(void **state)
{
	(void)state;
	script.is_app = true;
	script.status[HEAD] = script.status[CONTENTS] = STATUS_FORBIDDEN;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("can't tell  ref             an App's token is"));
	assert_true(told("can't tell  trigger         an App's token is"));
	assert_false(told("could be checked"));
	again(state);
	script.is_app = true;
	script.status[CONTENTS] = STATUS_NOT_FOUND;
	order_event();
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_UNIDENTIFIED);
	assert_true(told("FAIL        trigger"));
}

/* What may pass is tried again, and not for ever. */
static void
test_retries(void **state)
{
	script.status[REPO] = STATUS_SERVER;
	script.good_after = 2;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_int_equal(script.made[REPO], 3);
	assert_int_equal(fake_pause_count, 2);
	again(state);
	script.status[REPO] = STATUS_SERVER;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_SERVER);
	assert_int_equal(script.made[REPO], 3);
	again(state);
	script.status[REPO] = STATUS_LIMITED;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_int_equal(script.made[REPO], 1);
	assert_true(told("can't tell  token"));
}

static void
test_ends(void **state)
{
	script.signal_in = WORKFLOW;
	assert_int_equal(run(RESULT_TEXT, 2), STATUS_INTERRUPTED);
	assert_string_equal(fault.text, "SIGINT");
	assert_false(told("workflow"));
	assert_int_equal(script.made[REPO], 1);
	again(state);
	script.written = 2;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OUTPUT);
	assert_true(told("token") && !told("repository"));
}

static void
test_scopes(void **state)
{
	(void)state;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("a classic token, with the scopes: repo\n"));
	again(state);
	script.scopes = "";
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_REFUSED);
	assert_true(told("accepted: a classic token\n"));
}

static void
test_permission(void **state)
{
	static const struct {
		const char *scopes;
		enum told private, push;
		bool is_app;
		const char *line;
	} cases[] = {
		{ "repo", TOLD_YES, TOLD_YES, false, "ok          permission" },
		{ "a, repo", TOLD_YES, TOLD_YES, false,
		    "ok          permission" },
		{ "repo", TOLD_YES, TOLD_NO, false, "FAIL        permission" },
		{ "repo:status", TOLD_NO, TOLD_YES, false,
		    "FAIL        permission" },
		{ "public_repo", TOLD_NO, TOLD_YES, false,
		    "ok          permission" },
		{ "public_repo", TOLD_YES, TOLD_YES, false,
		    "FAIL        permission" },
		{ "", TOLD_YES, TOLD_YES, false, "FAIL        permission" },
		{ NULL, TOLD_YES, TOLD_YES, false, "can't tell  permission" },
		{ NULL, TOLD_YES, TOLD_NO, false, "FAIL        permission" },
		{ NULL, TOLD_YES, TOLD_NO, true, "ok          permission" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		script.scopes = cases[i].scopes;
		script.private = cases[i].private;
		script.push = cases[i].push;
		script.is_app = cases[i].is_app;
		(void)run(RESULT_TEXT, 1);
		check(told(cases[i].line), "%zu: %s", i, buf_str(&out));
		again(state);
	}
}

static void
test_json(void **state)
{
	(void)state;
	script.state = "disabled_manually";
	assert_int_equal(run(RESULT_JSON, 2), STATUS_REFUSED);
	assert_true(told("{\"repository\":\"octo-org/octo-repo\","
			 "\"exit_status\":3,\"checks\":[{\"name\":\"server\","
			 "\"result\":\"ok\",\"detail\":\"fake.test\"},"));
	assert_true(told("{\"name\":\"state\",\"result\":\"fail\","
			 "\"detail\":\"disabled_manually;"));
	assert_false(told("other:"));
	assert_non_null(strchr(strchr(buf_str(&out), '\n') + 1, '\n'));
}

/* All are open before the first call, so that one token does for them.  The
 * others are not asked for if the server is away. */
static void
test_several(void **state)
{
	assert_int_equal(run(RESULT_TEXT, 2), STATUS_OK);
	assert_true(told("octo-org/octo-repo:\n") && told("octo-org/other:\n"));
	assert_int_equal(script.made[REPO], 2);
	assert_int_equal(script.open_at_first, 2);
	assert_int_equal(script.closed, 2);
	again(state);
	script.status[REACH] = STATUS_CONNECT;
	script.lasting = true;
	assert_int_equal(run(RESULT_TEXT, 2), STATUS_CONNECT);
	assert_int_equal(script.made[REACH], 1);
	assert_int_equal(script.closed, 2);
	assert_false(told("octo-org/other:\n"));
}

static void
test_clock(void **state)
{
	script.ahead_ms = 7200000;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("7200 s ahead of the server's"));
	again(state);
	script.ahead_ms = -90000;
	assert_int_equal(run(RESULT_TEXT, 1), STATUS_OK);
	assert_true(told("90 s behind the server's"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_healthy),
		TEST(test_failures),
		TEST(test_absent_ref),
		TEST(test_absent_file),
		TEST(test_app),
		TEST(test_retries),
		TEST(test_ends),
		TEST(test_scopes),
		TEST(test_permission),
		TEST(test_json),
		TEST(test_several),
		TEST(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
