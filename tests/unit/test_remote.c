/* SPDX-License-Identifier: ISC */
/*
 * Repositories in git's configuration, and what else may stand there.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/remote.h"

static void
expect(bool found, struct repository *r, const char *host, const char *owner,
    const char *name, const char *what)
{
	check(found == (host != NULL), "%s", what);
	if (!found)
		return;
	check(strcmp(r->host, host) == 0, "%s: host %s", what, r->host);
	check(strcmp(r->owner, owner) == 0, "%s: owner %s", what, r->owner);
	check(strcmp(r->name, name) == 0, "%s: name %s", what, r->name);
	repository_wipe(r);
}

static void
test_urls(void **state)
{
	static const struct {
		const char *url, *host, *owner, *name;
	} cases[] = {
		{ "https://github.com/o/r.git", "github.com", "o", "r" },
		{ "https://github.com/o/r", "github.com", "o", "r" },
		{ "https://github.com/o/r/", "github.com", "o", "r" },
		{ "http://GHE.Example/o/r.js.git", "ghe.example", "o", "r.js" },
		{ "https://ghe.example:8443/o/r", "ghe.example:8443", "o",
		    "r" },
		{ "https://x-access-token:ghp_1@github.com/o/r", "github.com",
		    "o", "r" },
		{ "https://me@corp:p@ss@github.com/o/r", "github.com", "o",
		    "r" },
		{ "git@github.com:o/r.git", "github.com", "o", "r" },
		{ "git@github.com:/o/r.git", "github.com", "o", "r" },
		{ "org-1234@github.com:o/r.git", "github.com", "o", "r" },
		{ "github.com:o/r", "github.com", "o", "r" },
		{ "ssh://git@github.com/o/r.git", "github.com", "o", "r" },
		{ "SSH://git@ghe.example:2222/o/r.git/", "ghe.example", "o",
		    "r" },
		{ "ssh://git@ssh.github.com:443/o/r.git", "github.com", "o",
		    "r" },
		{ "git+ssh://git@github.com/o/r", "github.com", "o", "r" },
		{ "git://github.com/o/r.git", "github.com", "o", "r" },
		{ "https://10.0.0.1/o/r", "10.0.0.1", "o", "r" },
		{ "git@octo.ghe.com:o/.github.git", "octo.ghe.com", "o",
		    ".github" },
		/* Paths, and hosts that only one machine knows. */
		{ .url = "/srv/git/o/r.git" },
		{ .url = "../o/r.git" },
		{ .url = "file:///github.com/o/r" },
		{ .url = "git@github-work:o/r.git" },
		{ .url = "C:/o/r" },
		{ .url = "./github.com:o/r" },
		/* No repository. */
		{ .url = "" },
		{ .url = ":" },
		{ .url = "@" },
		{ .url = "://" },
		{ .url = "https://" },
		{ .url = "https://github.com" },
		{ .url = "https://github.com/o" },
		{ .url = "https://github.com/o/" },
		{ .url = "https://github.com//r" },
		{ .url = "https://gitlab.example/group/o/r.git" },
		{ .url = "git@github.com:r.git" },
		{ .url = "ext::sh -c evil github.com/o/r" },
		{ .url = "ftp://github.com/o/r" },
		/* Not to be shown, or pasted. */
		{ .url = "https://git\033[2Jhub.com/o/r" },
		{ .url = "https://github.com/o/\033]0;x\007" },
		{ .url = "https://github.com/$(id)/r" },
		{ .url = "https://github.com/o/r;id" },
		{ .url = "https://github.com/o/r?x=y" },
		{ .url = "https://g`id`.com/o/r" },
		{ .url = "https://-oProxyCommand.com/o/r" },
		{ .url = "https://.com/o/r" },
		{ .url = "https://github./o/r" },
		{ .url = "https://github.com:/o/r" },
		{ .url = "https://github.com:x/o/r" },
		{ .url = "https://[::1]/o/r" },
		{ .url = "https://github.com/../.." },
		{ .url = "https://g\xc3\xafthub.com/o/r" },
	};
	struct repository r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		expect(remote_parse(&r, cases[i].url), &r, cases[i].host,
		    cases[i].owner, cases[i].name, cases[i].url);
}

static void
test_long_names(void **state)
{
	struct repository r;
	char url[512];
	size_t len;

	(void)state;
	/* Hosts may have 253 characters. */
	for (len = 253; len < 255; len++) {
		snprintf(url, sizeof url, "https://%0*d.example/o/r",
		    (int)(len - strlen(".example")), 0);
		assert_int_equal(remote_parse(&r, url), len == 253);
		if (len == 253)
			repository_wipe(&r);
	}
}

static void
test_configurations(void **state)
{
	static const struct {
		const char *config, *owner; /* of github.com/OWNER/r */
	} cases[] = {
		{ "", NULL },
		{ "[core]\n\tbare = false\n", NULL },
		{ "[remote \"origin\"]\n\turl = https://github.com/a/r\n",
		    "a" },
		{ "[remote \"origin\"]\r\n\turl = github.com:a/r.git\r\n",
		    "a" },
		{ "[remote \"origin\"] url=github.com:a/r", "a" },
		{ "[ REMOTE \"origin\" ]\nURL=github.com:a/r # b\n", "a" },
		{ "[remote \"origin\"]\nurl = \"github.com:a/r\" ; b\n", "a" },
		{ "[remote \"origin\"]\nurl = github.com:a/r;b\n", "a" },
		/* The first URL is what is fetched from. */
		{ "[remote \"origin\"]\nurl=github.com:a/r\nurl=github.com:b/r",
		    "a" },
		/* Origin counts most, then what comes first. */
		{ "[remote \"x\"]\nurl=github.com:a/r\n"
		  "[remote \"origin\"]\nurl=github.com:b/r\n",
		    "b" },
		{ "[remote \"x\"]\nurl=github.com:a/r\n"
		  "[remote \"Origin\"]\nurl=github.com:b/r\n",
		    "a" },
		{ "[remote \"origin\"]\nurl=/srv/git/r\n"
		  "[remote \"x\"]\nurl=/srv/git/q\n"
		  "[remote \"y\"]\nurl=github.com:c/r\n",
		    "c" },
		{ "[remote \"origin\"]\n[remote \"a\\\"]x\"]\n"
		  "url=github.com:a/r",
		    "a" },
		/* No remote's URL. */
		{ "[remote \"origin\"]\npushurl = github.com:a/r\n", NULL },
		{ "[remote \"origin\"]\nurls = github.com:a/r\n", NULL },
		{ "[remote \"origin\"]\n# url = github.com:a/r\n", NULL },
		{ "[remote \"origin\"]\n[submodule \"x\"]\n"
		  "url = github.com:a/r\n",
		    NULL },
		{ "[remote]\nurl = github.com:a/r\n", NULL },
		{ "[remotes \"origin\"]\nurl = github.com:a/r\n", NULL },
		{ "url = github.com:a/r\n", NULL },
		{ "[remote \"origin\"]\nurl\nurl =\nurl = \"\n", NULL },
		/* Cut off. */
		{ "[", NULL },
		{ "[remote", NULL },
		{ "[remote \"", NULL },
		{ "[remote \"origin\\", NULL },
		{ "[remote \"origin\"\nurl=github.com:a/r", "a" },
		{ "[remote \"origin\"]\nur", NULL },
		{ "[remote \"origin\"]\nurl=", NULL },
	};
	struct repository r;
	size_t i;
	char *exact;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		exact = exact_copy(
		    cases[i].config, strlen(cases[i].config) + 1);
		expect(remote_find(&r, exact), &r,
		    cases[i].owner != NULL ? "github.com" : NULL,
		    cases[i].owner, "r", cases[i].config);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
