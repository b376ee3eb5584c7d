/* SPDX-License-Identifier: ISC */
/*
 * Calls about what there is before anything is dispatched.
 */
#include "calling.h"

#define REPO "/api/v3/repos/octo-org/octo-repo"

static void
test_reach(void **state)
{
	struct buf about;

	(void)state;
	buf_init(&about, BUF_TEXT_MAX);
	assert_int_equal(github_reach(gh, later(), &about, &fault), STATUS_OK);
	assert_string_equal(buf_str(&about), "github.test at fake 1");
	/* What follows uses that connection. */
	say("404 Not Found", "", "{\"message\":\"Not Found\"}");
	assert_int_equal(
	    github_find_ref(gh, "heads/x", later(), &fault), STATUS_NOT_FOUND);
	assert_int_equal(fake_net.connections, 1);
	again(state);
	buf_clear(&about);
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_DIAL, FAKE_UNTRUSTED, 0 };
	assert_int_equal(github_reach(gh, later(), &about, &fault), STATUS_TLS);
	assert_string_equal(buf_str(&about), "github.test");
	buf_free(&about);
}

static void
test_repo(void **state)
{
	struct server_info info = { NULL, NULL, NULL };
	struct repo repo;

	(void)state;
	say("200 OK",
	    "X-OAuth-Scopes: repo, workflow\r\n"
	    "X-GitHub-Enterprise-Version: 3.20.1\r\n"
	    "GitHub-Authentication-Token-Expiration: 2024-05-13 19:47:28 UTC"
	    "\r\n",
	    "{\"id\":7,\"default_branch\":\"trunk\",\"private\":true,"
	    "\"archived\":false,\"permissions\":{\"push\":true}}");
	assert_int_equal(
	    github_get_repo(gh, later(), &repo, &info, &fault), STATUS_OK);
	expect_request(0, "GET " REPO, NEW, "", "");
	assert_string_equal(repo.default_branch, "trunk");
	assert_int_equal(repo.is_private, TOLD_YES);
	assert_int_equal(repo.is_archived, TOLD_NO);
	assert_int_equal(repo.is_disabled, TOLD_NOTHING);
	assert_int_equal(repo.may_push, TOLD_YES);
	assert_string_equal(info.scopes, "repo, workflow");
	assert_string_equal(info.ghes, "3.20.1");
	assert_string_equal(info.expiry, "2024-05-13 19:47:28 UTC");
	repo_wipe(&repo);
	/* A refusal tells it, too, and what was told before is gone. */
	say("404 Not Found", "X-OAuth-Scopes: \r\n",
	    "{\"message\":\"Not Found\"}");
	assert_int_equal(github_get_repo(gh, later(), &repo, &info, &fault),
	    STATUS_NOT_FOUND);
	assert_string_equal(info.scopes, "");
	assert_null(info.ghes);
	assert_null(info.expiry);
	/* An older server is asked again in its own version. */
	say("400 Bad Request", "", UNSUPPORTED);
	say("200 OK", "", "{\"id\":7}");
	assert_int_equal(
	    github_get_repo(gh, later(), &repo, &info, &fault), STATUS_OK);
	expect_request(3, "GET " REPO, OLD, "", "");
	assert_string_equal(repo.default_branch, "");
	assert_int_equal(github_tells(gh), GITHUB_TELLS_NO_RUN);
	repo_wipe(&repo);
	say("200 OK", "", "{\"name\":\"octo-repo\"}");
	assert_int_equal(github_get_repo(gh, later(), &repo, &info, &fault),
	    STATUS_PROTOCOL);
	expect_says("repository");
	/* An empty list tells nothing of a token that has no scopes. */
	reopen("github_pat_x", NULL);
	say("404 Not Found", "X-OAuth-Scopes: \r\n",
	    "{\"message\":\"Not Found\"}");
	assert_int_equal(github_get_repo(gh, later(), &repo, &info, &fault),
	    STATUS_NOT_FOUND);
	assert_null(info.scopes);
	server_info_wipe(&info);
}

static void
test_workflow(void **state)
{
	struct workflow w;
	bool enabled = false;

	(void)state;
	say("200 OK", "",
	    "{\"id\":4711,\"path\":\".github/workflows/deploy.yml\","
	    "\"state\":\"disabled_manually\"}");
	assert_int_equal(
	    github_get_workflow(gh, "a/b.yml", later(), &w, &fault), STATUS_OK);
	expect_request(0, "GET " ACTIONS "/workflows/a%2Fb.yml", NEW, "", "");
	assert_true(w.id == 4711);
	assert_string_equal(w.path, ".github/workflows/deploy.yml");
	assert_string_equal(w.state, "disabled_manually");
	workflow_wipe(&w);
	say("200 OK", "", "{\"path\":\"x\"}");
	assert_int_equal(
	    github_get_workflow(gh, "x", later(), &w, &fault), STATUS_PROTOCOL);
	say("200 OK", "", "{\"enabled\":true,\"allowed_actions\":\"all\"}");
	assert_int_equal(
	    github_actions_enabled(gh, later(), &enabled, &fault), STATUS_OK);
	expect_request(2, "GET " ACTIONS "/permissions", NEW, "", "");
	assert_true(enabled);
	say("200 OK", "", "{\"enabled\":false}");
	assert_int_equal(
	    github_actions_enabled(gh, later(), &enabled, &fault), STATUS_OK);
	assert_false(enabled);
	say("200 OK", "", "{\"enabled\":1}");
	assert_int_equal(github_actions_enabled(gh, later(), &enabled, &fault),
	    STATUS_PROTOCOL);
}

static void
test_contents(void **state)
{
	struct buf file;

	(void)state;
	buf_init(&file, BUF_TEXT_MAX);
	say("200 OK", "", "{\"ref\":\"refs/heads/a\"}");
	assert_int_equal(
	    github_find_ref(gh, "heads/a b", later(), &fault), STATUS_OK);
	expect_request(0, "GET " REPO "/git/ref/heads%2Fa%20b", NEW, "", "");
	say("200 OK", "",
	    "{\"encoding\":\"base64\",\"content\":\"b246IHB1c2gK\\n\"}");
	assert_int_equal(
	    github_get_file(gh, ".github/x.yml", "a&b", later(), &file, &fault),
	    STATUS_OK);
	expect_request(
	    1, "GET " REPO "/contents/.github%2Fx.yml?ref=a%26b", NEW, "", "");
	assert_string_equal(buf_str(&file), "on: push\n");
	/* Larger ones come without contents. */
	say("200 OK", "", "{\"encoding\":\"none\",\"content\":\"\"}");
	assert_int_equal(
	    github_get_file(gh, "x", "main", later(), &file, &fault),
	    STATUS_PROTOCOL);
	/* A folder. */
	say("200 OK", "", "[{\"name\":\"x\"}]");
	assert_int_equal(
	    github_get_file(gh, "x", "main", later(), &file, &fault),
	    STATUS_PROTOCOL);
	buf_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_reach),
		CALLING_TEST(test_repo),
		CALLING_TEST(test_workflow),
		CALLING_TEST(test_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
