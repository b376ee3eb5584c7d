/* SPDX-License-Identifier: ISC */
/*
 * The command line, split into options and values.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/options.h"

#define ARGS_MAX 10

static struct options options;
static struct fault fault;

static enum status
parse(const char *const *args)
{
	char *argv[ARGS_MAX + 2];
	int argc = 1;

	options_wipe(&options);
	memset(&fault, 0, sizeof fault);
	argv[0] = (char *)(uintptr_t) "return-dispatch";
	for (; *args != NULL; args++) {
		assert_in_range(argc, 1, ARGS_MAX);
		argv[argc++] = (char *)(uintptr_t)*args;
	}
	argv[argc] = NULL;
	return options_parse(&options, argc, argv, &fault);
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static int
tear_down(void **state)
{
	(void)state;
	options_wipe(&options);
	return 0;
}

/* Each row of the table, but for those whose values are special. */
static struct {
	const char *name;
	char letter[3]; /* "-R"; or empty */
	enum option option;
	bool takes_value;
	bool waits;      /* belongs to a wait */
	bool dispatches; /* belongs to a dispatch */
} all[OPTION_COUNT - 3];

static int
fill_all(void **state)
{
	const struct option_spec *spec;
	size_t n = 0;
	int o;

	(void)state;
	for (o = 0; o < OPTION_COUNT; o++) {
		if (o == OPTION_FIELD || o == OPTION_JOB ||
		    o == OPTION_DISTINCT_ID)
			continue;
		spec = &option_specs[o];
		all[n].name = spec->name;
		if (spec->letter != 0)
			snprintf(all[n].letter, sizeof all[n].letter, "-%c",
			    spec->letter);
		all[n].option = (enum option)o;
		all[n].takes_value = *spec->argument != '\0';
		all[n].waits = spec->command == FOR_WAITING;
		all[n].dispatches = spec->command == FOR_DISPATCH;
		n++;
	}
	return 0;
}

static void
expect_only(enum option option, const char *value)
{
	int o;

	for (o = 0; o < OPTION_COUNT; o++) {
		check(options.given[o] == (o == (int)option), "%s",
		    option_specs[o].name);
		if (o != (int)option || value == NULL)
			check(options.value[o] == NULL, "%s",
			    option_specs[o].name);
		else
			assert_string_equal(options.value[o], value);
	}
	assert_int_equal(options.fields.count, 0);
	assert_int_equal(options.jobs.count, 0);
	assert_int_equal(options.runs.count, 0);
	assert_int_equal(options.command, COMMAND_DISPATCH);
}

/* Each option in all of its forms. */
static void
test_forms(void **state)
{
	static const char *const values[] = { "x", "-x", "--ref", "-", "--",
		"a=b", " ", "" };
	char joined[64];
	size_t i, k;

	(void)state;
	assert_int_equal(parse((const char *const[]){ NULL }), STATUS_OK);
	expect_only(OPTION_COUNT, NULL);
	for (i = 0; i < COUNT(all); i++) {
		if (!all[i].takes_value) {
			assert_int_equal(PARSE(all[i].name), STATUS_OK);
			expect_only(all[i].option, NULL);
			if (*all[i].letter != '\0') {
				assert_int_equal(
				    PARSE(all[i].letter), STATUS_OK);
				expect_only(all[i].option, NULL);
			}
			continue;
		}
		for (k = 0; k < COUNT(values); k++) {
			assert_int_equal(
			    PARSE(all[i].name, values[k]), STATUS_OK);
			expect_only(all[i].option, values[k]);
			snprintf(joined, sizeof joined, "%s=%s", all[i].name,
			    values[k]);
			assert_int_equal(PARSE(joined), STATUS_OK);
			expect_only(all[i].option, values[k]);
			if (*all[i].letter == '\0')
				continue;
			assert_int_equal(
			    PARSE(all[i].letter, values[k]), STATUS_OK);
			expect_only(all[i].option, values[k]);
			snprintf(joined, sizeof joined, "%s%s", all[i].letter,
			    values[k]);
			if (*values[k] == '\0')
				continue;
			assert_int_equal(PARSE(joined), STATUS_OK);
			expect_only(all[i].option, values[k]);
		}
	}
	/* As they have been documented, and scripts have them. */
	assert_string_equal(option_specs[OPTION_REPO].name, "--repo");
	assert_int_equal(option_specs[OPTION_REPO].letter, 'R');
	assert_string_equal(option_specs[OPTION_FIELD].name, "--field");
	assert_string_equal(
	    option_specs[OPTION_DISTINCT_ID].name, "--distinct-id");
	assert_string_equal(option_specs[OPTION_JOB].name, "--job");
}

/* The ID only after "=": what follows may be another option. */
static void
test_distinct_id(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--distinct-id"), STATUS_OK);
	expect_only(OPTION_DISTINCT_ID, NULL);
	assert_int_equal(PARSE("--distinct-id=x"), STATUS_OK);
	expect_only(OPTION_DISTINCT_ID, "x");
	assert_int_equal(PARSE("--distinct-id="), STATUS_OK);
	expect_only(OPTION_DISTINCT_ID, "");
	assert_int_equal(PARSE("--distinct-id=a=b"), STATUS_OK);
	expect_only(OPTION_DISTINCT_ID, "a=b");
	assert_int_equal(PARSE("--distinct-id", "--ref", "x"), STATUS_OK);
	assert_true(options.given[OPTION_REF]);
	assert_int_equal(PARSE("--distinct-id", "x"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "\"x\""));
}

static void
test_fields(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-f", "a=1", "--field", "b=2", "--field=c=3",
			     "-fd=4", "-f", "a=1"),
	    STATUS_OK);
	assert_true(options.given[OPTION_FIELD]);
	assert_int_equal(options.fields.count, 5);
	assert_string_equal(options.fields.values[0], "a=1");
	assert_string_equal(options.fields.values[1], "b=2");
	assert_string_equal(options.fields.values[2], "c=3");
	assert_string_equal(options.fields.values[3], "d=4");
	assert_string_equal(options.fields.values[4], "a=1");
	assert_int_equal(PARSE("-qf", "a=1", "-vfb=2"), STATUS_USAGE);
	assert_int_equal(PARSE("-qf", "a=1", "-qfb=2"), STATUS_OK);
	assert_int_equal(options.fields.count, 2);
	assert_string_equal(options.fields.values[1], "b=2");
}

static void
test_jobs(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--job", "build", "--job=test / unit", "--job",
			     "build", "--job=", "--job", "-x"),
	    STATUS_OK);
	assert_true(options.given[OPTION_JOB]);
	assert_int_equal(options.jobs.count, 5);
	assert_string_equal(options.jobs.values[0], "build");
	assert_string_equal(options.jobs.values[1], "test / unit");
	assert_string_equal(options.jobs.values[2], "build");
	assert_string_equal(options.jobs.values[3], "");
	assert_string_equal(options.jobs.values[4], "-x");
	assert_string_equal(options_waiting(&options), "--job");
}

/* The command, wherever it stands, and its runs in order. */
static void
test_await(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(PARSE("await"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_int_equal(options.runs.count, 0);
	assert_int_equal(PARSE("await", "1", "-q",
			     "https://h/o/r/actions/runs/2", "--", "-3"),
	    STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_true(options.given[OPTION_QUIET]);
	assert_int_equal(options.runs.count, 3);
	assert_string_equal(options.runs.values[0], "1");
	assert_string_equal(
	    options.runs.values[1], "https://h/o/r/actions/runs/2");
	assert_string_equal(options.runs.values[2], "-3");
	assert_int_equal(PARSE("-R", "o/r", "await", "5"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_int_equal(options.runs.count, 1);
	/* Only once is it the command. */
	assert_int_equal(PARSE("await", "await"), STATUS_OK);
	assert_int_equal(options.runs.count, 1);
	assert_string_equal(options.runs.values[0], "await");
	assert_int_equal(PARSE("--", "await", "5"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_int_equal(PARSE("Await"), STATUS_USAGE);
	assert_int_equal(PARSE("wait"), STATUS_USAGE);
	assert_int_equal(PARSE("5", "await"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "await"));
	/* What has a value takes the word for one. */
	assert_int_equal(PARSE("--ref", "await"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_DISPATCH);

	for (i = 0; i < COUNT(all); i++) {
		if (all[i].option == OPTION_HELP ||
		    all[i].option == OPTION_VERSION)
			continue;
		check(PARSE("await", "7", all[i].name,
			  all[i].takes_value ? "5" : NULL) ==
			(all[i].dispatches ? STATUS_USAGE : STATUS_OK),
		    "%s", all[i].name);
		if (all[i].dispatches)
			check(strstr(fault.text, all[i].name) != NULL &&
				strstr(fault.text, "await") != NULL,
			    "%s", fault.text);
		else
			check(
			    (options_waiting(&options) != NULL) == all[i].waits,
			    "%s", all[i].name);
	}
	assert_int_equal(PARSE("await", "7", "-f", "a=b"), STATUS_USAGE);
	assert_int_equal(PARSE("-f", "a=b", "await", "7"), STATUS_USAGE);
	assert_int_equal(PARSE("await", "7", "--distinct-id"), STATUS_USAGE);
	assert_int_equal(PARSE("await", "7", "--job", "x"), STATUS_OK);
}

/* The options of a dispatch, but for one, and no arguments. */
static void
test_check(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(PARSE("check"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_CHECK);
	assert_int_equal(PARSE("-R", "o/r", "check", "-f", "a=b"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_CHECK);
	assert_int_equal(PARSE("--ref", "check"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_DISPATCH);
	assert_int_equal(PARSE("check", "7"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "\"7\""));
	assert_int_equal(PARSE("check", "await"), STATUS_USAGE);
	assert_int_equal(PARSE("check", "check"), STATUS_USAGE);
	assert_int_equal(PARSE("await", "check"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	for (i = 0; i < COUNT(all); i++)
		check(PARSE("check", all[i].name,
			  all[i].takes_value ? "5" : NULL) ==
			(all[i].option == OPTION_DRY_RUN ? STATUS_USAGE
							 : STATUS_OK),
		    "%s", all[i].name);
	assert_int_equal(PARSE("check", "--help", "await"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_CHECK);
	assert_int_equal(PARSE("--help", "check"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_CHECK);
	assert_int_equal(PARSE("chekc"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "did you mean \"check\"?"));
}

/* Options of a wait are told to the caller, who knows whether there is one. */
static void
test_waiting(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(PARSE("--wait"), STATUS_OK);
	assert_null(options_waiting(&options));
	for (i = 0; i < COUNT(all); i++) {
		assert_int_equal(
		    PARSE(all[i].name, all[i].takes_value ? "5" : NULL),
		    STATUS_OK);
		if (all[i].waits)
			assert_string_equal(
			    options_waiting(&options), all[i].name);
		else
			assert_null(options_waiting(&options));
	}
}

/* Letters together; the last of them may take a value. */
static void
test_bundles(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-qw", "x"), STATUS_OK);
	assert_true(options.given[OPTION_QUIET]);
	assert_string_equal(options.value[OPTION_WORKFLOW], "x");
	assert_int_equal(PARSE("-vRo/r"), STATUS_OK);
	assert_true(options.given[OPTION_VERBOSE]);
	assert_string_equal(options.value[OPTION_REPO], "o/r");
	assert_int_equal(PARSE("-qq", "-q"), STATUS_OK);
	assert_int_equal(PARSE("-wq"), STATUS_OK);
	assert_false(options.given[OPTION_QUIET]);
	assert_string_equal(options.value[OPTION_WORKFLOW], "q");
	assert_int_equal(PARSE("-r=x"), STATUS_OK);
	assert_string_equal(options.value[OPTION_REF], "=x");
}

static void
test_all_together(void **state)
{
	(void)state;
	assert_int_equal(
	    PARSE("-R", "o/r", "-wdeploy.yml", "--ref=main", "--dry-run", "-f",
		"a=b", "--distinct-id", "--format=id"),
	    STATUS_OK);
	assert_string_equal(options.value[OPTION_REPO], "o/r");
	assert_string_equal(options.value[OPTION_WORKFLOW], "deploy.yml");
	assert_string_equal(options.value[OPTION_REF], "main");
	assert_string_equal(options.value[OPTION_FORMAT], "id");
	assert_true(options.given[OPTION_DRY_RUN]);
	assert_true(options.given[OPTION_DISTINCT_ID]);
	assert_int_equal(options.fields.count, 1);
	assert_int_equal(PARSE("-R", "o/a", "--repo=o/b"), STATUS_OK);
	assert_int_equal(options.repos.count, 2);
	assert_string_equal(options.repos.values[0], "o/a");
	assert_string_equal(options.repos.values[1], "o/b");
}

/* Refused, naming what is wrong. */
static void
test_bad(void **state)
{
	static const struct {
		const char *args[6];
		const char *says[3];
	} cases[] = {
		{ { "--bogus" }, { "\"--bogus\"" } },
		{ { "--bogus=x" }, { "\"--bogus\"" } },
		{ { "--rep", "o/r" }, { "\"--rep\"" } },
		{ { "--repox", "o/r" }, { "\"--repox\"" } },
		{ { "--Repo", "o/r" }, { "\"--Repo\"" } },
		{ { "--=x" }, { "\"--\"" } },
		{ { "-x" }, { "\"-x\"" } },
		{ { "-qx" }, { "\"-x\"" } },
		{ { "-q-" }, { "\"--\"" } },
		{ { "-\xff" }, { "unknown" } },
		/* Several repositories are for a dispatch. */
		{ { "await", "-R", "o/a", "--repo=o/b", "1" },
		    { "--repo", "twice" } },
		{ { "await", "--repos", "-", "1" }, { "--repos", "await" } },
		/* Values missing or superfluous. */
		{ { "--repo" }, { "--repo", "value" } },
		{ { "-R" }, { "-R", "--repo", "value" } },
		{ { "-qw" }, { "--workflow", "value" } },
		{ { "--ref", "x", "--field" }, { "--field", "value" } },
		{ { "--quiet=1" }, { "--quiet", "value" } },
		{ { "--quiet=" }, { "--quiet", "value" } },
		{ { "--help=x" }, { "--help", "value" } },
		{ { "--dry-run=true" }, { "--dry-run", "value" } },
		/* Contradictions. */
		{ { "--ref", "a", "--ref", "b" }, { "--ref", "twice" } },
		{ { "-ra", "--ref=b" }, { "--ref", "twice" } },
		{ { "--distinct-id", "--distinct-id=x" },
		    { "--distinct-id", "twice" } },
		{ { "--distinct-id=x", "--distinct-id" },
		    { "--distinct-id", "twice" } },
		{ { "-q", "-v" }, { "--quiet", "--verbose" } },
		{ { "--verbose", "--dry-run", "--quiet" },
		    { "--quiet", "--verbose" } },
		/* No options at all. */
		{ { "deploy.yml" }, { "\"deploy.yml\"" } },
		{ { "-q", "x" }, { "\"x\"" } },
		{ { "-" }, { "\"-\"" } },
		{ { "" }, { "\"\"" } },
		{ { "--", "x" }, { "\"x\"" } },
		{ { "--", "--ref" }, { "\"--ref\"" } },
		{ { "--", "--" }, { "\"--\"" } },
		{ { "--wait=1" }, { "--wait", "value" } },
		{ { "--wait=true" }, { "--wait", "value" } },
		{ { "--log-failed=100" }, { "--log-failed", "value" } },
		{ { "--job" }, { "--job", "value" } },
		{ { "await", "--wait" }, { "--wait", "await" } },
		{ { "--wait-timeout", "1", "--wait-timeout", "2" },
		    { "--wait-timeout", "twice" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		check(parse(cases[i].args) == STATUS_USAGE, "%s",
		    cases[i].args[0]);
		check(fault.status == STATUS_USAGE && fault.lasting, "%s",
		    cases[i].args[0]);
		for (k = 0; k < 3 && cases[i].says[k] != NULL; k++)
			check(strstr(fault.text, cases[i].says[k]) != NULL,
			    "\"%s\" is not in \"%s\"", cases[i].says[k],
			    fault.text);
	}
	/* The values may be secrets. */
	assert_int_equal(PARSE("--inputs", "{\"a\":\"hunter2\"}", "--inputs",
			     "{\"a\":\"hunter3\"}"),
	    STATUS_USAGE);
	assert_null(strstr(fault.text, "hunter"));
	/* A token in the wrong place is not shown. */
	assert_int_equal(
	    PARSE("ghp_0123456789abcdefghijklmnopqrstuvwxyz"), STATUS_USAGE);
	assert_null(strstr(fault.text, "ghp_"));
	/* Nor is a password. */
	assert_int_equal(
	    PARSE("--no-proxy", "http://me:hunter2@proxy"), STATUS_USAGE);
	assert_null(strstr(fault.text, "hunter"));
	assert_int_equal(
	    PARSE("--no-proxy=http://me:hunter2@proxy"), STATUS_USAGE);
	assert_null(strstr(fault.text, "hunter"));
	assert_int_equal(PARSE("--proxy", "http://me:hunter2@proxy",
			     "--proxy=http://me:hunter3@proxy"),
	    STATUS_USAGE);
	assert_null(strstr(fault.text, "hunter"));
}

static void
test_proxies(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--proxy", "p", "--no-proxy"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "--proxy"));
	assert_non_null(strstr(fault.text, "--no-proxy"));
	assert_int_equal(
	    PARSE("await", "--no-proxy", "--proxy=p", "1"), STATUS_USAGE);
	assert_int_equal(PARSE("await", "--proxy", "p", "1"), STATUS_OK);
	assert_string_equal(options.value[OPTION_PROXY], "p");
	assert_int_equal(PARSE("await", "--no-proxy", "1"), STATUS_OK);
	assert_true(options.given[OPTION_NO_PROXY]);
}

/* The same twice is no contradiction. */
static void
test_repeated(void **state)
{
	char one[] = "main", two[] = "main";

	(void)state;
	assert_int_equal(PARSE("--ref", one, "-r", two), STATUS_OK);
	assert_int_equal(PARSE("--distinct-id", "--distinct-id"), STATUS_OK);
	assert_int_equal(PARSE("--quiet", "-q"), STATUS_OK);
	assert_int_equal(PARSE("--", NULL), STATUS_OK);
}

/* --help and --version are answered whatever comes after them. */
static void
test_help(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--help", "--bogus"), STATUS_OK);
	assert_true(options.given[OPTION_HELP]);
	assert_int_equal(PARSE("-V", "x", "y"), STATUS_OK);
	assert_true(options.given[OPTION_VERSION]);
	assert_int_equal(PARSE("-q", "-v", "-h"), STATUS_OK);
	assert_true(options.given[OPTION_HELP]);
	assert_int_equal(PARSE("--bogus", "--help"), STATUS_USAGE);
	/* What may follow --version, and still does no harm. */
	assert_false(options.given[OPTION_VERBOSE]);
	assert_int_equal(PARSE("--version", "-v"), STATUS_OK);
	assert_true(options.given[OPTION_VERBOSE]);
	assert_int_equal(PARSE("-V", "--bogus", "x", "--verbose"), STATUS_OK);
	assert_true(options.given[OPTION_VERBOSE]);
	assert_int_equal(PARSE("-vV", "--bogus"), STATUS_OK);
	assert_true(options.given[OPTION_VERBOSE]);
	assert_int_equal(PARSE("-V", "--", "-v"), STATUS_OK);
	assert_false(options.given[OPTION_VERBOSE]);
	/* Whose help it is. */
	assert_int_equal(PARSE("await", "--help"), STATUS_OK);
	assert_true(options.given[OPTION_HELP]);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_int_equal(PARSE("-h", "--bogus", "await"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_AWAIT);
	assert_int_equal(PARSE("-h", "--", "await"), STATUS_OK);
	assert_int_equal(options.command, COMMAND_DISPATCH);
	/* As a value it is no option. */
	assert_int_equal(PARSE("--ref", "--help"), STATUS_OK);
	assert_false(options.given[OPTION_HELP]);
}

/* Near misses name what was meant, far ones nothing. */
static void
test_suggestions(void **state)
{
	static const struct {
		const char *arg, *meant; /* NULL: nothing */
	} cases[] = {
		{ "--rep", "--repo?" },
		{ "--reposs", "--repos?" },
		{ "--wrokflow", "--workflow?" },
		{ "--feild", "--field?" },
		{ "--input", "--inputs?" },
		{ "--tiemout=5", "--timeout?" },
		{ "--distinct_id=x", "--distinct-id?" },
		{ "--cancel-on-int", "--cancel-on-interrupt?" },
		{ "--Ref", "--ref?" },
		{ "--versoin", "--version?" },
		{ "--json", "--format?" },
		{ "-F", "--field?" },
		{ "--watch", "--wait?" },
		{ "--hostname", "--repo?" },
		{ "--frobnicate", NULL },
		{ "-Z", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(PARSE(cases[i].arg), STATUS_USAGE);
		check(cases[i].meant == NULL
			? strstr(fault.text, "mean") == NULL
			: strstr(fault.text, cases[i].meant) != NULL,
		    "%s", fault.text);
	}
	assert_int_equal(PARSE("awiat", "5"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "did you mean \"await\"?"));
	assert_int_equal(PARSE("wait", "5"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "did you mean \"await\"?"));
	assert_int_equal(PARSE("deploy.yml"), STATUS_USAGE);
	assert_null(strstr(fault.text, "mean"));
}

/* A token on the command line: the right ways, and not the token. */
static void
test_token(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(i == 0 ? PARSE("--token", "hunter2")
					: PARSE("--token=hunter2"),
		    STATUS_USAGE);
		assert_non_null(strstr(fault.text, "--token-file"));
		assert_non_null(strstr(fault.text, "GH_TOKEN"));
		assert_null(strstr(fault.text, "hunter"));
	}
	assert_int_equal(
	    PARSE("--ghp_0123456789abcdefghijklmnopqrstuvwxyz"), STATUS_USAGE);
	assert_null(strstr(fault.text, "ghp_"));
}

/* An empty argv is no reason to fall over. */
static void
test_no_name(void **state)
{
	char *argv[] = { NULL };

	(void)state;
	options_wipe(&options);
	assert_int_equal(options_parse(&options, 0, argv, &fault), STATUS_OK);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forms),
		TEST(test_distinct_id),
		TEST(test_fields),
		TEST(test_jobs),
		TEST(test_await),
		TEST(test_check),
		TEST(test_waiting),
		TEST(test_bundles),
		TEST(test_all_together),
		TEST(test_bad),
		TEST(test_proxies),
		TEST(test_repeated),
		TEST(test_help),
		TEST(test_suggestions),
		TEST(test_token),
		TEST(test_no_name),
	};

	return cmocka_run_group_tests(tests, fill_all, NULL);
}
