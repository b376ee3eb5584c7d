/* SPDX-License-Identifier: ISC */
/*
 * Which runs to wait for, and that their URLs name no other server.
 */
#include "loading.h"

#include <stdio.h>

/* An ID, or a URL in any of the forms that a browser shows. */
static void
test_runs(void **state)
{
	static const struct {
		const char *text;
		uint64_t id;
		const char *repo;        /* OWNER/REPO */
		const char *host, *path; /* of the API */
	} cases[] = {
		{ "1", 1, "octo-org/octo-repo", "api.github.com", "" },
		{ "9223372036854775807", INT64_MAX, "octo-org/octo-repo",
		    "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/17654321098",
		    UINT64_C(17654321098), "o/r", "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/attempts/2", 5, "o/r",
		    "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/job/77?pr=3#step:4:1",
		    5, "o/r", "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/", 5, "o/r",
		    "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5?check_suite_focus="
		  "true",
		    5, "o/r", "api.github.com", "" },
		{ "https://GitHub.com/o.x/r-_/actions/runs/5", 5, "o.x/r-_",
		    "api.github.com", "" },
		{ "http://github.com./o/r/actions/runs/5", 5, "o/r",
		    "api.github.com", "" },
	};
	char name[160];
	size_t i;
	int way;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (way = 0; way < 2; way++) {
			snprintf(name, sizeof name, "INPUT_RUN_ID= %s ",
			    cases[i].text);
			if (way == 0)
				GOOD_ARGS("await", cases[i].text);
			else
				good(LIST("await"), LIST(name));
			assert_int_equal(config.command, COMMAND_AWAIT);
			assert_int_equal(config.run_count, 1);
			check(config.runs[0].id == cases[i].id, "%s",
			    cases[i].text);
			snprintf(name, sizeof name, "%s/%s",
			    config.runs[0].owner, config.runs[0].repo);
			assert_string_equal(name, cases[i].repo);
			assert_string_equal(config.api.host, cases[i].host);
			assert_string_equal(config.api.path, cases[i].path);
			assert_non_null(config.owner);
			assert_non_null(config.repo);
		}
	/* An argument wins. */
	good(LIST("await", "7"), LIST("INPUT_RUN_ID=8"));
	assert_int_equal(config.run_count, 1);
	assert_true(config.runs[0].id == 7);
	good(LIST("await", "7"), LIST("INPUT_RUN_ID=x"));
}

static void
test_bad_runs(void **state)
{
	static const char *const cases[] = { "0", "-1", "+1", "1x", "x", "",
		"1 2", "0x10", "9223372036854775808", "18446744073709551617",
		"https://github.com/o/r",
		"https://github.com/o/r/actions/runs/",
		"https://github.com/o/r/actions/runs/x",
		"https://github.com/o/r/actions/runs/0",
		"https://github.com/o/r/actions/runs/5x",
		"https://github.com/o/r/actions/runs/-5",
		"https://github.com/o/r/actions/runs/9223372036854775808",
		"https://github.com/o/actions/runs/5",
		"https://github.com/o/r/x/actions/runs/5",
		"https://github.com//r/actions/runs/5",
		"https://github.com/o/../actions/runs/5",
		"https://github.com/o/r%20/actions/runs/5",
		"https:///o/r/actions/runs/5",
		"//github.com/o/r/actions/runs/5",
		"github.com/o/r/actions/runs/5", "ftp://h/o/r/actions/runs/5",
		"o/r/actions/runs/5", "o/r#5", "/actions/runs/5",
		"https://github.com/o/r/actions/workflows/5",
		"https://u:p@github.com/o/r/actions/runs/5",
		"https://github.com/o/r/pull/5" };
	char name[160];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		bad(LIST("await", "--", cases[i]), NULL, LIST("await"));
		bad(LIST("await", "7", "--", cases[i]), NULL, LIST("await"));
		if (*cases[i] == '\0')
			continue;
		snprintf(name, sizeof name, "INPUT_RUN_ID=%s", cases[i]);
		bad(LIST("await"), LIST(name), LIST("INPUT_RUN_ID"));
	}
	assert_false(says("u:p"));
	bad(LIST("await"), NULL, LIST("INPUT_RUN_ID"));
	bad(LIST("await"), LIST("INPUT_RUN_ID="), LIST("INPUT_RUN_ID"));
	/* A password in a URL is not shown. */
	bad(LIST("await", "https://u:hunter2@h/o/r/actions/runs/5"), NULL,
	    LIST("await"));
	assert_false(says("hunter2"));
}

/* Several runs: each with its repository, all on one server. */
static void
test_several_runs(void **state)
{
	(void)state;
	GOOD_ARGS("await", "5", "https://github.com/a/b/actions/runs/6",
	    "https://github.com/c/d/actions/runs/7");
	assert_int_equal(config.run_count, 3);
	assert_string_equal(config.runs[0].owner, "octo-org");
	assert_string_equal(config.runs[1].owner, "a");
	assert_string_equal(config.runs[1].repo, "b");
	assert_string_equal(config.runs[2].owner, "c");
	assert_true(config.runs[2].id == 7);
	bad(LIST("await", "https://github.com/a/b/actions/runs/6",
		"https://ghe.example/a/b/actions/runs/6"),
	    NULL, LIST("github.com", "ghe.example", "server"));
	GOOD_ARGS("await", "https://github.com/a/b/actions/runs/6",
	    "https://GITHUB.com/a/b/actions/runs/7");
	/* The repository of bare IDs, and only of those. */
	GOOD_ARGS(
	    "await", "-R", "x/y", "5", "https://github.com/a/b/actions/runs/6");
	assert_string_equal(config.runs[0].owner, "x");
	assert_string_equal(config.runs[1].owner, "a");
	bad(LIST("await", "-R", "ghe.example/x/y",
		"https://github.com/a/b/actions/runs/6"),
	    NULL, LIST("--repo", "server"));
	GOOD_ARGS("await", "-R", "ghe.example/x/y", "5");
	assert_string_equal(config.api.host, "ghe.example");
	/* Another repository of the environment is no matter. */
	no_base = true;
	good(LIST("await", "https://github.com/a/b/actions/runs/6"),
	    LIST("GITHUB_TOKEN=" TOKEN));
	assert_string_equal(config.owner, "a");
	bad(LIST("await", "6"), LIST("GITHUB_TOKEN=" TOKEN),
	    LIST("repository"));
	bad(LIST("await"), NULL, LIST("token", "run", "repository"));
	no_base = false;
	/* The server's URL, however it is known. */
	good(LIST("await", "6"),
	    LIST("GITHUB_API_URL=https://ghe.example/api/v3"));
	assert_string_equal(config.api.host, "ghe.example");
}

#define RUN "/a/b/actions/runs/6"

/* A run's URL names a run on the server that is configured, whatever that is;
 * the API stays where it is. */
static void
test_run_urls(void **state)
{
	static const struct {
		const char *args[5], *env[4];
		const char *url, *host, *path;
	} cases[] = {
		{ { NULL }, { NULL }, "https://github.com" RUN,
		    "api.github.com", "" },
		{ { "--api-url", "https://api.github.com" },
		    { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://github.com" RUN, "api.github.com", "" },
		{ { "--api-url", "https://ghe.example/api/v3" }, { NULL },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { "--api-url", "https://api.octo.ghe.com" }, { NULL },
		    "https://octo.ghe.com" RUN, "api.octo.ghe.com", "" },
		{ { "--api-url", "http://127.0.0.1:8080/api/v3" }, { NULL },
		    "http://127.0.0.1:8080" RUN, "127.0.0.1", "/api/v3" },
		{ { "-R", "ghe.example/x/y" },
		    { "GITHUB_API_URL=https://api.github.com",
			"GITHUB_SERVER_URL=https://github.com" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { "-R", "ghe.example:8443/x/y" }, { NULL },
		    "https://ghe.example:8443" RUN, "ghe.example", "/api/v3" },
		/* A gateway before the API: both of its names count. */
		{ { "-R", "github.com/x/y", "--api-url",
		      "https://gw.example/gh" },
		    { NULL }, "https://github.com" RUN, "gw.example", "/gh" },
		{ { "-R", "github.com/x/y", "--api-url",
		      "https://gw.example/gh" },
		    { NULL }, "https://gw.example/gh" RUN, "gw.example",
		    "/gh" },
		{ { NULL },
		    { "GITHUB_API_URL=https://gw.example/gh",
			"GITHUB_SERVER_URL=https://ghe.example" },
		    "https://ghe.example" RUN, "gw.example", "/gh" },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { NULL }, { "GITHUB_SERVER_URL=https://ghe.example" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { NULL },
		    { "GITHUB_SERVER_URL=https://ghe.example",
			"GH_HOST=octo.ghe.com" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { NULL }, { "GH_HOST=octo.ghe.com" },
		    "https://octo.ghe.com" RUN, "api.octo.ghe.com", "" },
		{ { NULL }, { "GH_HOST=Ghe.Example:8443" },
		    "https://ghe.example:8443" RUN, "ghe.example", "/api/v3" },
	};
	char variable[128];
	const char *env[6];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(
		    variable, sizeof variable, "INPUT_RUN_ID=%s", cases[i].url);
		for (n = 0; n < 4 && cases[i].env[n] != NULL; n++)
			env[n] = cases[i].env[n];
		env[n++] = variable;
		env[n] = NULL;
		good(LIST("await",
			 cases[i].args[0] != NULL ? cases[i].args[0] : "-q",
			 cases[i].args[1], cases[i].args[2], cases[i].args[3]),
		    env);
		assert_string_equal(config.runs[0].owner, "a");
		assert_string_equal(config.api.host, cases[i].host);
		assert_string_equal(config.api.path, cases[i].path);
	}
}

/* On any other it is refused, with both names, and where ours is from. */
static void
test_foreign_run_urls(void **state)
{
	static const struct {
		const char *args[5], *env[3];
		const char *url, *named[4];
	} cases[] = {
		{ { NULL }, { NULL }, "https://evil.example" RUN,
		    { "evil.example", "github.com", "default",
			"--repo evil.example/a/b" } },
		{ { NULL }, { NULL }, "https://api.github.com" RUN,
		    { "api.github.com", "is github.com" } },
		{ { NULL }, { NULL }, "https://github.com.evil.example" RUN,
		    { "github.com.evil.example" } },
		{ { NULL }, { NULL }, "https://github.com:8443" RUN,
		    { "github.com:8443" } },
		{ { NULL }, { NULL }, "https://evil.example/github.com" RUN,
		    { "evil.example" } },
		{ { NULL }, { NULL }, "http://127.0.0.1:1" RUN,
		    { "127.0.0.1:1" } },
		{ { NULL }, { NULL }, "https://octo.ghe.com" RUN,
		    { "octo.ghe.com" } },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://github.com" RUN,
		    { "use --repo github.com/a/b", "is ghe.example",
			"GITHUB_API_URL" } },
		{ { NULL }, { "GITHUB_SERVER_URL=https://ghe.example" },
		    "https://github.com" RUN, { "GITHUB_SERVER_URL" } },
		{ { NULL }, { "GH_HOST=ghe.example" },
		    "https://ghe2.example" RUN, { "GH_HOST" } },
		{ { "-R", "ghe.example/x/y" },
		    { "GITHUB_API_URL=https://api.github.com" },
		    "https://github.com" RUN, { "--repo", "ghe.example" } },
		/* A general variable does not vouch for another API's pages. */
		{ { "--api-url", "https://ghe.example/api/v3" },
		    { "GITHUB_SERVER_URL=https://github.com" },
		    "https://github.com" RUN, { "--api-url" } },
	};
	char variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(
		    variable, sizeof variable, "INPUT_RUN_ID=%s", cases[i].url);
		bad(LIST("await", cases[i].url, cases[i].args[0],
			cases[i].args[1]),
		    cases[i].env,
		    LIST("await:", "Nothing was sent", cases[i].named[0],
			cases[i].named[1], cases[i].named[2],
			cases[i].named[3]));
		bad(LIST("await",
			cases[i].args[0] != NULL ? cases[i].args[0] : "-q",
			cases[i].args[1]),
		    LIST(variable, cases[i].env[0]),
		    LIST("INPUT_RUN_ID:", cases[i].named[0]));
		/* One among others, too. */
		bad(LIST("await", "7", cases[i].url, cases[i].args[0],
			cases[i].args[1]),
		    cases[i].env, LIST(cases[i].named[0]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_runs),
		LOADING_TEST(test_bad_runs),
		LOADING_TEST(test_several_runs),
		LOADING_TEST(test_run_urls),
		LOADING_TEST(test_foreign_run_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
