/* SPDX-License-Identifier: ISC */
/*
 * The first run: its text, and when it is in place.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/welcome.h"

static struct buf text;

static int
set_up(void **state)
{
	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

static bool
has(const char *part)
{
	return strstr(buf_str(&text), part) != NULL;
}

static void
test_layout(void **state)
{
	const struct welcome w = { .repository = "octo-org/octo-repo",
		.owner = "octo-org",
		.server = "github.com",
		.hosted = true };
	const char *p, *end;

	(void)state;
	welcome_add(&text, &w);
	for (p = buf_str(&text); *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		check(end - p <= 80 || strncmp(p, "  https://", 10) == 0,
		    "%.*s", (int)(end - p), p);
	}
	assert_false(has("\t"));
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
		buf_clear(&text);
		welcome_add(&text, &cases[i].w);
		for (k = 0; k < COUNT(cases[i].parts); k++)
			check(has(cases[i].parts[k]), "%zu: %s in\n%s", i,
			    cases[i].parts[k], buf_str(&text));
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
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_repositories),
		cmocka_unit_test(test_not_at_a_terminal),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
