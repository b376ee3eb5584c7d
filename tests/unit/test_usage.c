/* SPDX-License-Identifier: ISC */
/*
 * The help of both commands, made of the table of options, and the version.
 */
#include "shown.h"

#include <stdio.h>

#include "cli/usage.h"

static const enum command commands[] = { COMMAND_DISPATCH, COMMAND_AWAIT,
	COMMAND_CHECK };

/* Lines of 80 columns, at most as many as two screens have. */
static void
test_layout(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(commands); i++) {
		buf_clear(&shown);
		usage_add_help(&shown, commands[i]);
		assert_in_range(shown_lines(NULL), 10, 60);
		assert_true(shown_has("Examples"));
	}
}

/* The help of a command names each of its options, and no others. */
static void
test_options(void **state)
{
	const struct option_spec *spec;
	char line[64];
	size_t i;
	int o;

	(void)state;
	for (i = 0; i < COUNT(commands); i++) {
		buf_clear(&shown);
		usage_add_help(&shown, commands[i]);
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
			check(shown_has(line) ==
				((commands[i] != COMMAND_AWAIT ||
				     spec->command != FOR_DISPATCH) &&
				    (commands[i] != COMMAND_CHECK ||
					o != OPTION_DRY_RUN)),
			    "%s", line);
		}
	}
}

/* Names stand alone where they are too long, texts stay in their column. */
static void
test_columns(void **state)
{
	(void)state;
	usage_add_help(&shown, COMMAND_DISPATCH);
	assert_true(shown_has(
	    "\nWhat to dispatch:\n"
	    "  -R, --repo [HOST/]OWNER/REPO   the repository ($GITHUB_REPOSITORY)\n"
	    "      --repos FILE|-             dispatch in each of these, OWNER/REPO a line;\n"
	    "                                 or repeat --repo\n"
	    "  -w, --workflow FILE|PATH|ID    deploy.yml, or its numeric ID\n"));
	assert_true(
	    shown_has("\n"
		      "      --distinct-id[=ID]         always send the input "
		      "distinct_id: this ID,\n"
		      "                                 or a random one\n"));
	assert_true(shown_has(
	    "\n"
	    "      --force-cancel-after DURATION\n"
	    "                                 force-cancel it this long after "
	    "that (never)\n"));
	assert_false(shown_has("What to wait for:"));
	buf_clear(&shown);
	usage_add_help(&shown, COMMAND_AWAIT);
	assert_false(shown_has("What to dispatch:"));
	assert_true(shown_has("\nWhat to wait for:\n  -R, --repo "));
}

static void
test_answer(void **state)
{
	struct options o;

	(void)state;
	memset(&o, 0, sizeof o);
	assert_false(usage_answer(&shown, &o));
	assert_string_equal(buf_str(&shown), "");
	o.given[OPTION_VERSION] = true;
	assert_true(usage_answer(&shown, &o));
	assert_true(shown_has("return-dispatch " PACKAGE_VERSION " ("));
	assert_false(shown_has("certificate"));
	buf_clear(&shown);
	o.given[OPTION_VERBOSE] = true;
	assert_true(usage_answer(&shown, &o));
	assert_true(shown_has("root certificate"));
	buf_clear(&shown);
	o.given[OPTION_HELP] = true;
	o.command = COMMAND_AWAIT;
	assert_true(usage_answer(&shown, &o));
	assert_true(shown_has("Usage: return-dispatch await "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN_TEST(test_layout),
		SHOWN_TEST(test_options),
		SHOWN_TEST(test_columns),
		SHOWN_TEST(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
