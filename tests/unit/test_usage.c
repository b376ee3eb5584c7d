/* SPDX-License-Identifier: ISC */
/*
 * The help of both commands, made of the table of options, and the version.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/usage.h"

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

/* Lines of 80 columns, at most as many as two screens have. */
static void
test_layout(void **state)
{
	const char *p, *end;
	size_t lines;
	int await;

	(void)state;
	for (await = 0; await < 2; await++) {
		buf_clear(&text);
		usage_add_help(&text, await);
		lines = 0;
		for (p = buf_str(&text); *p != '\0'; p = end + 1) {
			end = strchr(p, '\n');
			assert_non_null(end);
			check(end - p <= 80, "%.*s", (int)(end - p), p);
			lines++;
		}
		assert_in_range(lines, 10, 60);
		assert_false(has("\t"));
		assert_true(has("Examples"));
	}
}

/* The help of a command names each of its options, and no others. */
static void
test_options(void **state)
{
	const struct option_spec *spec;
	char line[64];
	int o, await;

	(void)state;
	for (await = 0; await < 2; await++) {
		buf_clear(&text);
		usage_add_help(&text, await);
		for (o = 0; o < OPTION_COUNT; o++) {
			spec = &option_specs[o];
			snprintf(line, sizeof line, "\n      %s", spec->name);
			if (spec->letter != 0)
				snprintf(line, sizeof line, "\n  -%c, %s",
				    spec->letter, spec->name);
			/* "--wait" is the beginning of others. */
			strcat(line,
			    *spec->argument == '[' && spec->argument[1] == '='
				? ""
				: " ");
			strcat(line, spec->argument);
			check(has(line) ==
				(!await || spec->command != FOR_DISPATCH),
			    "%s", line);
		}
	}
}

/* Names stand alone where they are too long, texts stay in their column. */
static void
test_columns(void **state)
{
	(void)state;
	usage_add_help(&text, false);
	assert_true(has(
	    "\nWhat to dispatch:\n"
	    "  -R, --repo [HOST/]OWNER/REPO   the repository ($GITHUB_REPOSITORY)\n"
	    "  -w, --workflow FILE|PATH|ID    deploy.yml, or its numeric ID\n"));
	assert_true(
	    has("\n"
		"      --distinct-id[=ID]         always send the input "
		"distinct_id: this ID,\n"
		"                                 or a random one\n"));
	assert_true(has(
	    "\n"
	    "      --force-cancel-after DURATION\n"
	    "                                 force-cancel it this long after "
	    "that (never)\n"));
	assert_false(has("What to wait for:"));
	buf_clear(&text);
	usage_add_help(&text, true);
	assert_false(has("What to dispatch:"));
	assert_true(has("\nWhat to wait for:\n  -R, --repo "));
}

static void
test_answer(void **state)
{
	struct options o;

	(void)state;
	memset(&o, 0, sizeof o);
	assert_false(usage_answer(&text, &o));
	assert_string_equal(buf_str(&text), "");
	o.given[OPTION_VERSION] = true;
	assert_true(usage_answer(&text, &o));
	assert_true(has("return-dispatch " PACKAGE_VERSION " ("));
	assert_false(has("certificate"));
	buf_clear(&text);
	o.given[OPTION_VERBOSE] = true;
	assert_true(usage_answer(&text, &o));
	assert_true(has("root certificate"));
	buf_clear(&text);
	o.given[OPTION_HELP] = o.await = true;
	assert_true(usage_answer(&text, &o));
	assert_true(has("Usage: return-dispatch await "));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_layout),
		TEST(test_options),
		TEST(test_columns),
		TEST(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
