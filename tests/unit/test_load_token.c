/* SPDX-License-Identifier: ISC */
/*
 * Which token: --token-file and variables, for which server, and what is refused
 * without being shown.
 */
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

static void
test_token(void **state)
{
	static const struct {
		const char *env[4], *token;
	} cases[] = {
		{ { NULL }, TOKEN },
		{ { "GH_TOKEN=from-gh" }, "from-gh" },
		{ { "INPUT_TOKEN=from-input", "GH_TOKEN=from-gh" },
		    "from-input" },
		{ { "INPUT_TOKEN=", "GH_TOKEN=from-gh" }, "from-gh" },
		{ { "INPUT_TOKEN=  from-input\r\n" }, "from-input" },
		{ { "INPUT_TOKEN=ghs_4711_eyJh.eyJp-_.c2ln" },
		    "ghs_4711_eyJh.eyJp-_.c2ln" },
		{ { "INPUT_TOKEN=x" }, "x" },
		{ { "INPUT_TOKEN=!~+/=" }, "!~+/=" },
	};
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(NULL, cases[i].env);
		same(config.token, cases[i].token);
		/* It is never to be shown. */
		assert_int_equal(
		    secret_in(cases[i].token), strlen(cases[i].token) >= 4);
	}
	/* Four thousand characters are a token too. */
	name = malloc(5000);
	memset(name, 'x', 5000);
	memcpy(name, "INPUT_TOKEN=", 12);
	name[4999] = '\0';
	GOOD_ENV(name);
	assert_int_equal(strlen(config.token), 4987);
	free(name);
}

/* Those that gh has for other servers come first there, and only there. */
static void
test_enterprise_token(void **state)
{
	static const struct {
		const char *env[6], *token;
	} cases[] = {
		{ { "GH_ENTERPRISE_TOKEN=ghe-token" }, TOKEN },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token", "GH_HOST=octo.ghe.com" },
		    TOKEN },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token", "GH_HOST=ghe.example" },
		    "ghe-token" },
		{ { "GITHUB_ENTERPRISE_TOKEN=other-token",
		      "GH_HOST=ghe.example" },
		    "other-token" },
		{ { "GITHUB_ENTERPRISE_TOKEN=other-token",
		      "GH_ENTERPRISE_TOKEN=ghe-token", "GH_TOKEN=gh-token",
		      "GH_HOST=ghe.example" },
		    "ghe-token" },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token",
		      "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "ghe-token" },
		{ { "GH_ENTERPRISE_TOKEN= ", "GH_HOST=ghe.example" }, TOKEN },
		{ { "GH_HOST=ghe.example" }, TOKEN },
		/* The input is meant for us alone. */
		{ { "INPUT_TOKEN=from-input", "GH_ENTERPRISE_TOKEN=ghe-token",
		      "GH_HOST=ghe.example" },
		    "from-input" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(NULL, cases[i].env);
		same(config.token, cases[i].token);
	}
	/* One that is not sent is not shown, either. */
	bad(LIST("--repo", "ghe-token"), LIST("GH_ENTERPRISE_TOKEN=ghe-token"),
	    LIST("--repo", "***"));
	bad(NULL, LIST("GH_ENTERPRISE_TOKEN=hunter2 x", "GH_HOST=ghe.example"),
	    LIST("GH_ENTERPRISE_TOKEN"));
	assert_false(says("hunter2"));
	bad(NULL, LIST("GITHUB_TOKEN=", "GH_HOST=ghe.example"),
	    LIST("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"));
	bad(NULL, LIST("GITHUB_TOKEN="), LIST("GITHUB_TOKEN"));
	assert_false(says("ENTERPRISE"));
}

/* A pipe that nobody writes to, or whose writer never ends. */
static void
test_pipes(void **state)
{
	char path[128], arg[160];
	int fd, i;

	(void)state;
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	snprintf(path, sizeof path, "%s", path_of("pipe"));
	snprintf(arg, sizeof arg, "@%s", path);
	for (i = 0; i < 2; i++) {
		/* Its other end is ours, and stays open. */
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_int_equal(write(fd, i == 0 ? "" : "{", i), i);
		bad(LIST("--timeout", "50ms", "--token-file", path), NULL,
		    LIST("--token-file", path, "in time", "Nothing was"));
		bad(LIST("--timeout", "50ms", "--inputs", arg), NULL,
		    LIST("--inputs", path, "in time"));
		bad(LIST("await", "7", "--wait-timeout", "50ms", "--token-file",
			path),
		    NULL, LIST("in time"));
		close(fd);
	}
	bad(LIST("--timeout", "50ms", "--token-file", path), NULL,
	    LIST("in time"));
	/* What is in it, and its end. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(write(fd, "file-token\n", 11), 11);
	dup2(fd, STDIN_FILENO);
	close(fd);
	bad(LIST("--timeout", "50ms", "--token-file", "-"), NULL,
	    LIST("standard input", "in time"));
	unlink(path);
}

static void
test_bad_token(void **state)
{
	static const char *const tokens[] = { "hunter2 hunter2",
		"hunter2\nX-Evil: 1", "hunter2\r\nhunter2", "hunter2\tx",
		"hunter2\x01x", "hunter2\x7fx", "hunter2\xc3\xa9",
		"\xef\xbb\xbfhunter2", "hunter2\xff", "\"hunter2\"",
		"'hunter2'" };
	char variable[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(tokens); i++) {
		snprintf(
		    variable, sizeof variable, "INPUT_TOKEN=%s", tokens[i]);
		bad(NULL, LIST(variable), LIST("INPUT_TOKEN"));
		assert_false(says("hunter2"));
		put_file("token", tokens[i], strlen(tokens[i]));
		bad(LIST("--token-file", path_of("token")), NULL,
		    LIST("--token-file"));
		assert_false(says("hunter2"));
	}
	bad(NULL, LIST("GH_TOKEN=hunter2 x"), LIST("GH_TOKEN"));
	bad(NULL, LIST("GITHUB_TOKEN=hunter2 x"), LIST("GITHUB_TOKEN"));
	/* One that is not used is not looked at. */
	GOOD_ENV("GH_TOKEN=" TOKEN, "GITHUB_TOKEN=hunter2 x");
}

static void
test_token_file(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *token; /* NULL: refused */
	} cases[] = {
		{ LIT("file-token"), "file-token" },
		{ LIT("file-token\n"), "file-token" },
		{ LIT("\n\t file-token \r\n\n"), "file-token" },
		{ LIT(""), NULL },
		{ LIT("\n"), NULL },
		{ LIT("  "), NULL },
		{ LIT("a\nb"), NULL },
		{ LIT("a b"), NULL },
		{ LIT("file\0token"), NULL },
		{ LIT("token\0"), NULL },
		{ LIT("\0"), NULL },
	};
	char large[70000];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		put_file("token", cases[i].data, cases[i].len);
		if (cases[i].token == NULL) {
			bad(LIST("--token-file", path_of("token")),
			    LIST("INPUT_TOKEN=tttt"), LIST("--token-file"));
			continue;
		}
		good(LIST("--token-file", path_of("token")),
		    LIST("INPUT_TOKEN=input-token"));
		same(config.token, cases[i].token);
		assert_true(secret_in(cases[i].token));
	}
	put_stdin("stdin-token\n");
	GOOD_ARGS("--token-file", "-");
	same(config.token, "stdin-token");
	put_stdin("");
	bad(LIST("--token-file=-"), NULL, LIST("--token-file"));

	bad(LIST("--token-file", path_of("none")), NULL,
	    LIST("--token-file", "none", "No such file"));
	bad(LIST("--token-file", folder), NULL, LIST("--token-file", folder));
	memset(large, 'x', sizeof large);
	put_file("large", large, sizeof large);
	bad(LIST("--token-file", path_of("large")), NULL, LIST("--token-file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_token),
		LOADING_TEST(test_enterprise_token),
		LOADING_TEST(test_pipes),
		LOADING_TEST(test_bad_token),
		LOADING_TEST(test_token_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
