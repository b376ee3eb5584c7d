/* SPDX-License-Identifier: ISC */
/*
 * Which repository: --repo, INPUT_OWNER and INPUT_REPO, GITHUB_REPOSITORY.
 */
#include "loading.h"

#include <stdio.h>

static void
test_repo(void **state)
{
	static const struct {
		const char *args[3], *env[4];
		const char *owner, *repo, *host;
	} cases[] = {
		{ { "-R", "o/r" }, { NULL }, "o", "r", "api.github.com" },
		{ { "-R", "Octo-Org/octo_repo.js" }, { NULL }, "Octo-Org",
		    "octo_repo.js", "api.github.com" },
		{ { "-R", "o/.github" }, { NULL }, "o", ".github",
		    "api.github.com" },
		{ { "-R", "1/2" }, { NULL }, "1", "2", "api.github.com" },
		{ { "-R", "github.com/o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		/* As browsers and git show it. */
		{ { "-R", "https://github.com/o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "HTTPS://GitHub.com/o/r/" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "https://github.com/o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "http://www.github.com/o/r.js.git" }, { NULL }, "o",
		    "r.js", "api.github.com" },
		{ { "-R", "https://ghe.example:8443/o/r" }, { NULL }, "o", "r",
		    "ghe.example" },
		{ { "-R", "o/r.git" }, { NULL }, "o", "r", "api.github.com" },
		{ { "-R", "octo.ghe.com/o/r.git" }, { NULL }, "o", "r",
		    "api.octo.ghe.com" },
		{ { "-R", "git@github.com:o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "git@ghe.example:/o/r" }, { NULL }, "o", "r",
		    "ghe.example" },
		{ { "-R", "ssh://git@github.com/o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "ssh://git@ghe.example:2222/o/r.git" }, { NULL }, "o",
		    "r", "ghe.example" },
		{ { "-R", "ssh://ssh.github.com:443/o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "ssh://git@github.com:o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r.git" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=r.git" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r" }, "o", "r", "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=o/r" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=O", "INPUT_REPO=o/r" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=r" }, "o", "r",
		    "api.github.com" },
		{ { "-R", "o/r" }, { "INPUT_OWNER=x", "INPUT_REPO=y" }, "o",
		    "r", "api.github.com" },
		/* What is not used is not checked. */
		{ { "-R", "o/r" }, { "INPUT_OWNER=x", "INPUT_REPO=y/z" }, "o",
		    "r", "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r", "GITHUB_REPOSITORY=bad" }, "o",
		    "r", "api.github.com" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		same(config.owner, cases[i].owner);
		same(config.repo, cases[i].repo);
		same(config.api.host, cases[i].host);
	}
}

static void
test_bad_repo(void **state)
{
	static const char *const values[] = { "o", "/", "o/", "/r", "//",
		"o//r", "o/r/", "/o/r", "h/o/", "h//r", "a/b/c/d",
		"https://github.com/o", "https://github.com/o/r/tree/main",
		"https://o/r", "https://", "https:/h/o/r", "https://u@h/o/r",
		"git@github.com", "git@github.com:o", "git@:o/r", "git@h:o/r/x",
		"ssh://git@h:22", "ssh://o/r", "git://github.com/o/r",
		"file:///o/r", "o/.git", "o/..git", "github.com:o/r", "o/r?x",
		"o/r#x", "o r/x", "o/r x", "o/r\n", "o/..", "../r", "o/.",
		"./r", "o/r%2f", "o/\xc3\xa9", "-R/o/r", "h/o/r\r\nX: y",
		"u@h/o/r", "h:0/o/r", "h:65536/o/r", "h:x/o/r", "h:/o/r",
		".ghe.com/o/r", " /o/r", "h\\x/o/r", "[::1/o/r", "[x]/o/r" };
	static const char *const environment[] = { "o", "o/", "/r", "h/o/r",
		"o/r/", "o/..", "o /r", "https://github.com/o/r" };
	char name[101 + 3], variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++)
		bad(LIST("--repo", values[i]), NULL,
		    LIST("--repo",
			strchr(values[i], '@') == NULL ||
				strstr(values[i], "git@") != NULL
			    ? values[i]
			    : "***@h"));
	for (i = 0; i < COUNT(environment); i++) {
		snprintf(variable, sizeof variable, "GITHUB_REPOSITORY=%s",
		    environment[i]);
		bad(NULL, LIST(variable),
		    LIST("GITHUB_REPOSITORY", environment[i]));
		if (strchr(environment[i], '/') == NULL)
			continue;
		snprintf(
		    variable, sizeof variable, "INPUT_REPO=%s", environment[i]);
		bad(NULL, LIST(variable), LIST("INPUT_REPO", environment[i]));
	}
	bad(NULL, LIST("INPUT_OWNER=a", "INPUT_REPO=b/r"),
	    LIST("INPUT_OWNER", "INPUT_REPO", "\"a\"", "\"b\""));
	bad(NULL, LIST("INPUT_OWNER=a/b", "INPUT_REPO=r"), LIST("INPUT_OWNER"));
	bad(NULL, LIST("INPUT_OWNER=..", "INPUT_REPO=r"), LIST("INPUT_OWNER"));
	bad(NULL, LIST("INPUT_OWNER=a", "INPUT_REPO=r?"), LIST("INPUT_REPO"));
	/* A hundred characters are a name, one more are not. */
	memset(name, 'a', sizeof name);
	name[0] = 'o';
	name[1] = '/';
	name[102] = '\0';
	GOOD_ARGS("--repo", name);
	name[102] = 'a';
	name[103] = '\0';
	bad(LIST("--repo", name), NULL, LIST("--repo"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_repo),
		LOADING_TEST(test_bad_repo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
