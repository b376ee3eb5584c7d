/* SPDX-License-Identifier: ISC */
/*
 * Several repositories: --repo repeated, --repos, INPUT_REPOS.
 */
#include "loading.h"

#include <stdio.h>

/* "o/a o/b", as loaded; static. */
static const char *
listed(void)
{
	static char text[512];
	size_t i, len = 0;

	*text = '\0';
	for (i = 0; i < config.repo_count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%s/%s", i == 0 ? "" : " ", config.repos[i].owner,
		    config.repos[i].name);
	return text;
}

static void
expect(const char *repos)
{
	assert_string_equal(listed(), repos);
	assert_int_equal(config.results.has_targets, *repos != '\0');
	if (config.repo_count > 0) {
		same(config.owner, config.repos[0].owner);
		same(config.repo, config.repos[0].name);
	}
}

static void
test_options(void **state)
{
	(void)state;
	GOOD_ARGS("-R", "o/a");
	expect("");
	same(config.repo, "a");
	GOOD_ARGS("-R", "o/a", "--repo=p/b.git", "-R", "o/c");
	expect("o/a p/b o/c");
	same(config.api.host, "api.github.com");
	GOOD_ARGS("-R", "ghe.example/o/a", "-R", "https://GHE.example/o/b");
	expect("o/a o/b");
	same(config.api.host, "ghe.example");
	/* What is not used is not read. */
	good(LIST("-R", "o/a", "-R", "o/b"), LIST("INPUT_REPOS=bad"));
	expect("o/a o/b");
	good(LIST("-R", "o/a"), LIST("INPUT_REPOS=bad"));
	expect("");
}

static void
test_file(void **state)
{
	static const char text[] = "# ours\n\n  o/a \t# the first\r\np/b.git\n"
				   "#o/x\n\t\no/c";

	(void)state;
	put_file("list", text, sizeof text - 1);
	GOOD_ARGS("--repos", path_of("list"));
	expect("o/a p/b o/c");
	GOOD_ARGS("--repos", path_of("list"), "-R", "o/d");
	expect("o/d o/a p/b o/c");
	put_stdin(text);
	GOOD_ARGS("--repos=-");
	expect("o/a p/b o/c");
	/* A list stays one, however short. */
	put_file("list", "o/a\n", 4);
	GOOD_ARGS("--repos", path_of("list"));
	expect("o/a");
}

static void
test_variable(void **state)
{
	(void)state;
	GOOD_ENV("INPUT_REPOS=o/a\n\n# x\no/b\n");
	expect("o/a o/b");
	GOOD_ENV("INPUT_REPOS= ");
	expect("");
	bad(NULL, LIST("INPUT_REPOS=o/a\no/b c"),
	    LIST("INPUT_REPOS, line 2", "\"o/b c\"", "OWNER/REPO"));
	bad(NULL, LIST("INPUT_REPOS=# none"),
	    LIST("INPUT_REPOS", "no repository"));
	bad(NULL, LIST("INPUT_REPOS=o/a", "INPUT_REPO=b"),
	    LIST("INPUT_REPOS", "INPUT_REPO"));
	bad(NULL, LIST("INPUT_REPOS=o/a", "INPUT_OWNER=b"),
	    LIST("INPUT_REPOS", "INPUT_OWNER"));
}

/* The line is named, and nothing of a server is taken from a file. */
static void
test_bad_lines(void **state)
{
	static const char *const lines[] = { "o", "o/", "/a", "o/a/b", "o/a b",
		"ghe.example/o/a", "https://github.com/o/a",
		"git@github.com:o/a.git", "o/..", "\"o/a\"", "o/a,", "o/\xff" };
	char text[128], where[160];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		n = (size_t)snprintf(
		    text, sizeof text, "o/x\n\n%s\no/y\n", lines[i]);
		put_file("list", text, n);
		snprintf(
		    where, sizeof where, "--repos %s, line 3", path_of("list"));
		bad(LIST("--repos", path_of("list")), NULL, LIST(where));
	}
	put_file("list", "o/a\0b\n", 6);
	bad(LIST("--repos", path_of("list")), NULL, LIST("line 1"));
	put_file("list", "\n# nothing\n", 11);
	bad(LIST("--repos", path_of("list")), NULL, LIST("no repository"));
	bad(LIST("--repos", path_of("none")), NULL,
	    LIST("--repos", "cannot open", "none"));
	bad(LIST("--repos="), NULL, LIST("--repos", "empty"));
	bad(LIST("-R", "o/a", "-R", "b"), NULL, LIST("--repo", "\"b\""));
}

/* Both places are named. */
static void
test_twice(void **state)
{
	(void)state;
	bad(LIST("-R", "o/a", "-R", "O/A.git"), NULL,
	    LIST("\"--repo o/a\"", "\"--repo O/A.git\"", "twice"));
	put_file("list", "o/b\n\no/a\n", 9);
	bad(LIST("-R", "o/a", "--repos", path_of("list")), NULL,
	    LIST("\"--repo o/a\"", ", line 3\""));
	bad(NULL, LIST("INPUT_REPOS=o/a\no/b\no/A"),
	    LIST("INPUT_REPOS, line 1", "INPUT_REPOS, line 3"));
}

static void
test_one_server(void **state)
{
	(void)state;
	bad(LIST("-R", "ghe.example/o/a", "-R", "ghe2.example/o/b"), NULL,
	    LIST("ghe.example/o/a", "ghe2.example/o/b", "same server"));
	bad(LIST("-R", "ghe.example/o/a", "-R", "o/b"), NULL,
	    LIST("ghe.example/o/a", "o/b", "same server"));
	put_file("list", "o/b\n", 4);
	bad(LIST("-R", "ghe.example/o/a", "--repos", path_of("list")), NULL,
	    LIST("same server"));
}

static void
test_limits(void **state)
{
	static char text[16 * 1001];
	size_t i, len = 0;

	(void)state;
	for (i = 0; i < 1001; i++) {
		if (i == 1000) {
			put_file("list", text, len);
			GOOD_ARGS("--repos", path_of("list"));
			assert_int_equal(config.repo_count, 1000);
		}
		len += (size_t)snprintf(
		    text + len, sizeof text - len, "octo/r%zu\n", i);
	}
	put_file("list", text, len);
	bad(LIST("--repos", path_of("list")), NULL,
	    LIST("line 1001", "more than 1000"));
}

static void
test_await(void **state)
{
	(void)state;
	GOOD_ARGS("await", "-R", "o/a", "-R", "o/a", "1");
	/* What an action has for its dispatches is not for it. */
	good(LIST("await", "1"), LIST("INPUT_REPOS=o/a\no/b"));
	expect("");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_options),
		LOADING_TEST(test_file),
		LOADING_TEST(test_variable),
		LOADING_TEST(test_bad_lines),
		LOADING_TEST(test_twice),
		LOADING_TEST(test_one_server),
		LOADING_TEST(test_limits),
		LOADING_TEST(test_await),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
