/* SPDX-License-Identifier: ISC */
/*
 * The first run: its text, and when it is in place.
 */
#include "shown.h"

#include <stdio.h>

#include "cli/welcome.h"

static void
test_layout(void **state)
{
	const struct welcome w = { .repository = "octo-org/octo-repo",
		.owner = "octo-org",
		.server = "github.com",
		.hosted = true };

	(void)state;
	welcome_add(&shown, &w);
	shown_lines("  https://");
}

static void
test_repositories(void **state)
{
	static const struct {
		struct welcome w;
		const char *parts[4];
	} cases[] = {
		{ { NULL, false, NULL, "github.com", true },
		    { "stands for your repository", " -R octo-org/octo-repo ",
			"$GH_TOKEN",
			"https://github.com/settings/personal-access-tokens/"
			"new?name=return-dispatch&actions=write\n" } },
		{ { "o/r", false, "o", "github.com", true },
		    { "for o/r, which this folder", " -R o/r -w",
			"await -R o/r ", "&actions=write&target_name=o\n" } },
		{ { "o/r", true, "o", "github.com", true },
		    { "for o/r ($GITHUB_REPOSITORY)", " -R o/r -w",
			"await -R o/r ", "$GH_TOKEN" } },
		{ { "ghe.example/o/r", false, "o", "ghe.example", false },
		    { "-R ghe.example/o/r ", "$GH_ENTERPRISE_TOKEN",
			"https://ghe.example/settings/personal-access-tokens/"
			"new\n",
			"https://ghe.example/settings/tokens/new?" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_clear(&shown);
		welcome_add(&shown, &cases[i].w);
		for (k = 0; k < COUNT(cases[i].parts); k++)
			check(shown_has(cases[i].parts[k]), "%zu: %s in\n%s", i,
			    cases[i].parts[k], buf_str(&shown));
	}
}

static const char *
no_variable(const char *name)
{
	(void)name;
	return NULL;
}

/* A test's standard input is no terminal. */
static void
test_not_at_a_terminal(void **state)
{
	const struct options none = { 0 };

	(void)state;
	assert_non_null(freopen("/dev/null", "r", stdin));
	assert_false(welcome_is_due(&none, no_variable));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN_TEST(test_layout),
		SHOWN_TEST(test_repositories),
		SHOWN_TEST(test_not_at_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
