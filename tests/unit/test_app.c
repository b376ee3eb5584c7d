/* SPDX-License-Identifier: ISC */
/*
 * Tokens of a GitHub App: when they are created, for what, and how they end.
 */
#include "calling.h"

#include <stdio.h>

#include "base/secret.h"
#include "keys.h"

#define INSTALLED(more) \
	"{\"id\":77,\"html_url\":\"https://github.test/settings/77\"" more "}"
#define FOUND INSTALLED("")
#define MOVED "{\"id\":88,\"account\":{\"login\":\"acme\"}}"
#define OWNED INSTALLED(",\"account\":{\"login\":\"Octo-Org\"}")
#define NOT_ALL                                                          \
	"{\"message\":\"There is at least one repository that does not " \
	"exist or is not accessible to the parent installation.\"}"
#define UNDECODED "{\"message\":\"A JSON web token could not be decoded\"}"
#define RUN       "{\"id\":7,\"status\":\"queued\"}"
#define DATED     "Date: " DATE "\r\n"
#define MINUTE_MS INT64_C(60000)

static const struct github_app app = { "4711", KEY_PKCS1, NULL };

static void
open_app(enum github_access actions, enum github_access contents)
{
	struct github_options options = {
		.api = &api,
		.owner = "octo-org",
		.repo = "octo-repo",
		.token = "",
		.app = &app,
		.permissions = { actions, contents },
	};

	github_close(gh);
	gh = github_open(&options);
}

static int
set_up(void **state)
{
	calling_set_up(state);
	open_app(GITHUB_READ, GITHUB_NO_ACCESS);
	return 0;
}

/* The server gives a token that ends so many minutes after DATE. */
static void
say_token(const char *token, unsigned int minutes)
{
	unsigned int minute = 13 + minutes, hour = 22 + minute / 60;
	char body[256];

	snprintf(body, sizeof body,
	    "{\"token\":\"%s\",\"expires_at\":\"2023-11-%02uT%02u:%02u:20Z\"}",
	    token, 14 + hour / 24, hour % 24, minute % 60);
	say("201 Created", "", body);
}

/* Looks at a run. */
static enum status
look(struct github *at)
{
	struct run_state run = { .changed = false };
	enum status status = github_get_run(at, 7, later(), &run, &fault);

	run_state_wipe(&run);
	return status;
}

/* Looks at one that is there. */
static void
look_well(struct github *at)
{
	say("200 OK", "", RUN);
	assert_int_equal(look(at), STATUS_OK);
}

/* The n-th request is this, and carries that token (NULL: a signed proof). */
static void
expect_sent(size_t n, const char *line, const char *token)
{
	const char *field = strstr(sent(n), "\r\nAuthorization: Bearer ");

	check(strncmp(sent(n), line, strlen(line)) == 0, "%s", sent(n));
	assert_non_null(field);
	field += strlen("\r\nAuthorization: Bearer ");
	if (token == NULL)
		assert_memory_equal(field, "eyJ", 3);
	else
		check(strncmp(field, token, strlen(token)) == 0, "%s", field);
}

static void
close_revoked(unsigned int count)
{
	while (count-- > 0)
		say("204 No Content", "", "");
	github_close(gh);
	gh = NULL;
}

/* One for all repositories of an owner that are open, at the first call. */
static void
test_shared(void **state)
{
	struct github *other, *elsewhere;

	(void)state;
	other = github_sibling(gh, "Octo-Org", "second");
	elsewhere = github_sibling(gh, "hubot", "tools");
	assert_int_equal(fake_net.request_count, 0);
	say("200 OK", DATED, FOUND);
	say_token("ghs_first", 60);
	look_well(gh);
	look_well(other);
	expect_sent(
	    0, "GET /api/v3/repos/octo-org/octo-repo/installation ", NULL);
	expect_sent(
	    1, "POST /api/v3/app/installations/77/access_tokens ", NULL);
	assert_non_null(strstr(sent(1),
	    "\r\n\r\n{\"repositories\":[\"octo-repo\",\"second\"],"
	    "\"permissions\":{\"actions\":\"read\"}}"));
	expect_sent(2, "GET " ACTIONS "/runs/7", "ghs_first");
	expect_sent(
	    3, "GET /api/v3/repos/Octo-Org/second/actions/", "ghs_first");
	say("200 OK", DATED, FOUND);
	say_token("ghs_second", 60);
	look_well(elsewhere);
	expect_sent(6, "GET /api/v3/repos/hubot/tools/actions/", "ghs_second");
	/* They are secrets like any other. */
	assert_true(secret_in("ghs_first"));
	assert_true(secret_in("ghs_second"));
	github_close(other);
	github_close(elsewhere);
	close_revoked(2);
	expect_sent(7, "DELETE /api/v3/installation/token ", "ghs_first");
	expect_sent(8, "DELETE /api/v3/installation/token ", "ghs_second");
}

/* What is opened later needs another token, but only when it is used. */
static void
test_opened_later(void **state)
{
	struct github *other;

	(void)state;
	say("200 OK", DATED, FOUND);
	say_token("ghs_first", 60);
	look_well(gh);
	other = github_sibling(gh, "octo-org", "second");
	look_well(gh);
	say_token("ghs_second", 60);
	look_well(other);
	assert_non_null(
	    strstr(sent(4), "\"repositories\":[\"octo-repo\",\"second\"]"));
	github_close(other);
	close_revoked(2);
}

/* The first repository may only lend its connection, and one that the App has
 * no access to stops no other. */
static void
test_left_out(void **state)
{
	struct github *good, *bad;

	(void)state;
	good = github_sibling(gh, "octo-org", "good");
	bad = github_sibling(gh, "octo-org", "bad");
	say("200 OK", DATED, FOUND);
	say("422 Unprocessable Entity", "", NOT_ALL);
	say("200 OK", "", FOUND);
	say("404 Not Found", "", "{\"message\":\"Not Found\"}");
	say_token("ghs_first", 60);
	look_well(good);
	assert_non_null(
	    strstr(sent(1), "{\"repositories\":[\"good\",\"bad\"],"));
	assert_non_null(strstr(sent(4), "{\"repositories\":[\"good\"],"));
	say("200 OK", "", FOUND);
	assert_int_equal(look(bad), STATUS_REFUSED);
	assert_true(fault.lasting);
	expect_says("no access to octo-org/bad");
	github_close(good);
	github_close(bad);
	close_revoked(1);
}

/* Another owner's installation serves for nothing of this one's. */
static void
test_moved(void **state)
{
	struct github *second, *moved;

	(void)state;
	second = github_sibling(gh, "octo-org", "second");
	/* The first to be asked. */
	say("200 OK", DATED, MOVED);
	assert_int_equal(look(gh), STATUS_REFUSED);
	assert_true(fault.lasting);
	expect_says("octo-org/octo-repo now belongs to acme; give");
	say("200 OK", "", OWNED);
	say_token("ghs_first", 60);
	look_well(second);
	expect_sent(
	    2, "POST /api/v3/app/installations/77/access_tokens ", NULL);
	assert_non_null(strstr(sent(2), "{\"repositories\":[\"second\"],"));
	/* One among others. */
	moved = github_sibling(gh, "octo-org", "moved");
	say("422 Unprocessable Entity", "", NOT_ALL);
	say("200 OK", "", OWNED);
	say("200 OK", "", MOVED);
	assert_int_equal(look(moved), STATUS_REFUSED);
	assert_true(fault.lasting);
	expect_says("octo-org/moved now belongs to acme; give");
	github_close(second);
	github_close(moved);
	close_revoked(1);
}

/* A single one is served where it is now; when others come to it, its owner's
 * installation is not asked for them. */
static void
test_moved_alone(void **state)
{
	struct github *second;

	(void)state;
	say("200 OK", DATED, MOVED);
	say_token("ghs_first", 60);
	look_well(gh);
	expect_sent(
	    1, "POST /api/v3/app/installations/88/access_tokens ", NULL);
	second = github_sibling(gh, "octo-org", "second");
	say("422 Unprocessable Entity", "", NOT_ALL);
	say("200 OK", "", MOVED);
	say("200 OK", "", OWNED);
	say("200 OK", "", OWNED);
	say_token("ghs_second", 60);
	look_well(second);
	expect_sent(
	    7, "POST /api/v3/app/installations/77/access_tokens ", NULL);
	assert_non_null(strstr(sent(7), "{\"repositories\":[\"second\"],"));
	github_close(second);
	close_revoked(2);
}

/* A wait over three lives of a token: each is replaced five minutes early, and
 * what has ended is not revoked. */
static void
test_lives(void **state)
{
	unsigned int minute, lives = 1;
	char token[32];

	(void)state;
	say("200 OK", DATED, FOUND);
	say_token("ghs_life1", 60);
	for (minute = 0; minute < 180; minute += 5) {
		if (minute == 55 * lives) {
			snprintf(token, sizeof token, "ghs_life%u", ++lives);
			say_token(token, minute + 60);
		}
		look_well(gh);
		fake_pass(5 * MINUTE_MS);
	}
	assert_int_equal(lives, 4);
	close_revoked(1);
	expect_sent(fake_net.request_count - 1,
	    "DELETE /api/v3/installation/token ", "ghs_life4");
}

/* A refusal that passes: the token serves on if there is no other. */
static void
test_refused_once(void **state)
{
	(void)state;
	say("200 OK", DATED, FOUND);
	say_token("ghs_first", 60);
	look_well(gh);
	fake_pass(MINUTE_MS);
	assert_true(github_renew_token(gh));
	/* Another may be had a little later, */
	say("503 Service Unavailable", "", "{}");
	assert_int_equal(look(gh), STATUS_SERVER);
	/* or never. */
	say("401 Unauthorized", "", UNDECODED);
	look_well(gh);
	expect_sent(
	    4, "POST /api/v3/app/installations/77/access_tokens ", NULL);
	expect_sent(5, "GET " ACTIONS "/runs/7", "ghs_first");
	say("401 Unauthorized", "", "{\"message\":\"Bad credentials\"}");
	assert_int_equal(look(gh), STATUS_UNAUTHORIZED);
	/* It is tried again before the end, */
	fake_pass(55 * MINUTE_MS);
	say("401 Unauthorized", "", UNDECODED);
	look_well(gh);
	/* and then that is the end. */
	fake_pass(5 * MINUTE_MS);
	say("401 Unauthorized", "", UNDECODED);
	assert_int_equal(look(gh), STATUS_REFUSED);
	expect_says("do not belong together");
	close_revoked(0);
}

#define APP_TEST(f) \
	cmocka_unit_test_setup_teardown(f, set_up, calling_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		APP_TEST(test_shared),
		APP_TEST(test_opened_later),
		APP_TEST(test_left_out),
		APP_TEST(test_moved),
		APP_TEST(test_moved_alone),
		APP_TEST(test_lives),
		APP_TEST(test_refused_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
