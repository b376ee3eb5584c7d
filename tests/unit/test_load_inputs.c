/* SPDX-License-Identifier: ISC */
/*
 * The workflow's inputs and the distinct ID: JSON, files, fields, variables.
 */
#include "captured.h"
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/log.h"

/* The inputs' JSON from option, file, standard input and variable. */
static void
test_inputs(void **state)
{
	char arg[160];

	(void)state;
	put_file("inputs.json", LIT("{\"where\":\"file\"}\n"));
	snprintf(arg, sizeof arg, "@%s", path_of("inputs.json"));
	GOOD_ARGS("--inputs", arg);
	assert_string_equal(inputs_find(&config.inputs, "where")->text, "file");
	put_stdin("{\"where\":\"stdin\"}");
	GOOD_ARGS("--inputs", "-");
	assert_string_equal(
	    inputs_find(&config.inputs, "where")->text, "stdin");
	GOOD_ARGS("--inputs", "{\"where\":\"option\"}");
	assert_string_equal(
	    inputs_find(&config.inputs, "where")->text, "option");
	/* --field wins, at the same place. */
	good(LIST("-f", "b=2", "--inputs", "{\"a\":1,\"b\":1}", "-f", "c=3",
		 "--field=a=9"),
	    LIST("INPUT_WORKFLOW_INPUTS={\"z\":0}"));
	assert_int_equal(config.inputs.count, 3);
	assert_string_equal(config.inputs.list[0].name, "a");
	assert_string_equal(config.inputs.list[0].json, "\"a\":\"9\"");
	assert_string_equal(config.inputs.list[1].json, "\"b\":\"2\"");
	assert_string_equal(config.inputs.list[2].name, "c");
	/* Beside a variable, too. */
	good(LIST("-f", "a=9"), LIST("INPUT_WORKFLOW_INPUTS={\"a\":1}"));
	assert_string_equal(config.inputs.list[0].json, "\"a\":\"9\"");
}

/* An event has a payload of any JSON, and no ref. */
static void
test_event(void **state)
{
	static const char *const env[] = { "GITHUB_REPOSITORY=o/r",
		"GH_TOKEN=" TOKEN, NULL };

	(void)state;
	no_base = true;
	good(LIST("--event-type", "deploy", "--inputs",
		 "{\"a\":{\"b\":[null]},\"distinct_id\":\"x\"}"),
	    env);
	same(config.event_type, "deploy");
	same(config.distinct_id, "x");
	same(inputs_find(&config.inputs, "a")->text, "{\"b\":[null]}");
	assert_null(config.workflow);
	good(NULL,
	    LIST("GITHUB_REPOSITORY=o/r", "GH_TOKEN=" TOKEN,
		"INPUT_EVENT_TYPE=released", "INPUT_WORKFLOW=w.yml",
		"INPUT_WORKFLOW_INPUTS={\"a\":[]}"));
	same(config.event_type, "released");
	same(config.workflow, "w.yml");
	bad(LIST("--event-type=deploy", "--ref=main"), env,
	    LIST("--ref cannot", "default branch"));
	bad(LIST("--event-type=deploy"),
	    LIST("GITHUB_REPOSITORY=o/r", "GH_TOKEN=" TOKEN, "INPUT_REF=main"),
	    LIST("INPUT_REF cannot"));
	bad(LIST("--event-type=deploy", "--inputs={\"distinct_id\":{}}"), env,
	    LIST("distinct_id", "not a string or a number"));
	bad(LIST("--event-type=deploy", "--inputs={\"a\":{},\"a\":1}"), env,
	    LIST("\"a\" occurs twice"));
	bad(LIST("--inputs={\"a\":{}}", "--workflow=w", "--ref=main"), env,
	    LIST("\"a\" is an object"));
	bad(LIST("--inputs={}"), env, LIST("the workflow", "the ref"));
}

/* A field is what is written; that a file is not read is said if one is there. */
static void
test_field_files(void **state)
{
	char arg[160];
	const char *text;

	(void)state;
	put_file("inputs.json", LIT("{}"));
	snprintf(arg, sizeof arg, "key=@%s", path_of("inputs.json"));
	log_open(LOG_LEVEL_WARNING, false);
	captured_begin();
	GOOD_ARGS("-f", arg);
	text = log_text();
	assert_string_equal(config.inputs.list[0].text, arg + 4);
	assert_non_null(strstr(text, "--field key"));
	assert_non_null(strstr(text, "no file is read"));
	assert_null(strstr(text, folder));
	captured_begin();
	GOOD_ARGS("-f", "to=@octocat", "-f", "a=@", "-f", "b=x@y");
	assert_string_equal(config.inputs.list[0].text, "@octocat");
	assert_string_equal(log_text(), "");
}

static void
test_bad_inputs(void **state)
{
	char arg[160];
	char *large;

	(void)state;
	bad(LIST("--inputs", "{\"a\": 1,\n  }"), NULL,
	    LIST("--inputs", "line 2", "column 3", "expected"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\"}"),
	    LIST("INPUT_WORKFLOW_INPUTS", "line 1"));
	bad(LIST("--inputs", "[]"), NULL, LIST("--inputs", "object"));
	bad(LIST("--inputs", "{\"a\":{}}"), NULL, LIST("--inputs", "\"a\""));
	bad(LIST("--inputs", "{\"a\":null}"), NULL, LIST("\"a\"", "null"));
	bad(LIST("--inputs", "{\"a\":1,\"a\":2}"), NULL,
	    LIST("\"a\"", "twice"));
	bad(LIST("-f", "a"), NULL, LIST("--field"));
	/* Likely causes, named. */
	bad(LIST("--inputs", "inputs.json"), NULL,
	    LIST("--inputs", "--inputs @FILE"));
	bad(LIST("--inputs", "path/of/inputs"), NULL, LIST("@FILE"));
	bad(LIST("--inputs", "{a.b}"), NULL, LIST("not JSON"));
	assert_false(says("@FILE"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=inputs.json"), LIST("not JSON"));
	assert_false(says("@FILE"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\":\"b\nc\"}"),
	    LIST("INPUT_WORKFLOW_INPUTS", "\\n", "toJSON"));
	bad(LIST("--inputs", "{\"a\":\"b\r\nc\"}"), NULL,
	    LIST("--inputs", "toJSON"));
	bad(LIST("--inputs", "{\"a\":\n}"), NULL, LIST("not JSON"));
	assert_false(says("toJSON"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=null"),
	    LIST("INPUT_WORKFLOW_INPUTS", "found null",
		"toJSON(github.event.inputs)"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\":null}"),
	    LIST("\"a\"", "null", "toJSON(NAME || '')"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=[]"), LIST("an array"));
	assert_false(says("toJSON"));
	/* The variable is JSON and nothing else. */
	put_file("inputs.json", LIT("{}"));
	put_stdin("{}");
	snprintf(arg, sizeof arg, "INPUT_WORKFLOW_INPUTS=@%s",
	    path_of("inputs.json"));
	bad(NULL, LIST(arg), LIST("INPUT_WORKFLOW_INPUTS", "not JSON"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=-"),
	    LIST("INPUT_WORKFLOW_INPUTS", "not JSON"));
	/* Files: which one, and why. */
	put_file("inputs.json", LIT("{"));
	bad(LIST("--inputs", arg + strlen("INPUT_WORKFLOW_INPUTS=")), NULL,
	    LIST("--inputs", "inputs.json", "line 1"));
	snprintf(arg, sizeof arg, "@%s", path_of("none"));
	bad(LIST("--inputs", arg), NULL,
	    LIST("--inputs", "none", "No such file"));
	bad(LIST("--inputs", "@"), NULL, LIST("--inputs"));
	snprintf(arg, sizeof arg, "@%s", folder);
	bad(LIST("--inputs", arg), NULL, LIST("--inputs"));
	put_stdin("");
	bad(LIST("--inputs=-"), NULL, LIST("--inputs", "not JSON"));
	put_stdin("{}");
	bad(LIST("--inputs", "-", "--token-file", "-"), NULL,
	    LIST("standard input"));
	/* Larger than anything GitHub takes. */
	large = malloc((1 << 20) + 64);
	memset(large, ' ', (1 << 20) + 64);
	memcpy(large, "{}", 2);
	put_file("large", large, (1 << 20) + 64);
	snprintf(arg, sizeof arg, "@%s", path_of("large"));
	bad(LIST("--inputs", arg), NULL, LIST("--inputs", "larger"));
	put_file("large", large, 1 << 20);
	GOOD_ARGS("--inputs", arg);
	free(large);
}

/* Messages about inputs name them, and do not show what they hold. */
static void
test_inputs_stay_secret(void **state)
{
	static const char *const inputs[] = {
		"{\"password\":\"hunter2\",\"a\":}",
		"{\"password\":\"hunter2\",\"password\":\"hunter2\"}",
		"{\"password\":[\"hunter2\"]}",
		"{\"password\":\"hunter2\"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(inputs); i++) {
		bad(LIST("--inputs", inputs[i]), NULL, LIST("--inputs"));
		check(!says("hunter2"), "%s", fault.text);
	}
	bad(LIST("-f", "password=hunter2", "-f", "password=hunter3"), NULL,
	    LIST("password"));
	assert_false(says("hunter"));
	bad(LIST("-f", "hunter2"), NULL, LIST("--field"));
	assert_false(says("hunter"));
}

/* --distinct-id, INPUT_DISTINCT_ID and the input of that name. */
static void
test_distinct_id(void **state)
{
	static const struct {
		const char *args[5], *env[3];
		const char *id;
		bool random;
	} cases[] = {
		{ { "--distinct-id" }, { NULL }, NULL, true },
		{ { "--distinct-id=abc" }, { NULL }, "abc", false },
		{ { "--distinct-id=a b=c \xc3\xa9" }, { NULL },
		    "a b=c \xc3\xa9", false },
		{ { NULL }, { "INPUT_DISTINCT_ID=abc" }, "abc", false },
		{ { "--distinct-id=opt" }, { "INPUT_DISTINCT_ID=var" }, "opt",
		    false },
		{ { "--distinct-id" }, { "INPUT_DISTINCT_ID=var" }, NULL,
		    true },
		/* Among the inputs. */
		{ { "-f", "distinct_id=abc" }, { NULL }, "abc", false },
		{ { "--inputs", "{\"distinct_id\":\"abc\"}" }, { NULL }, "abc",
		    false },
		{ { "--inputs", "{\"distinct_id\":\"\\u0061bc\"}" }, { NULL },
		    "abc", false },
		{ { "--inputs", "{\"distinct_id\":12}" }, { NULL }, "12",
		    false },
		{ { NULL },
		    { "INPUT_WORKFLOW_INPUTS={\"distinct_id\":"
		      "\"abc\"}" },
		    "abc", false },
		{ { "--distinct-id", "-f", "distinct_id=abc" }, { NULL }, "abc",
		    false },
		{ { "--distinct-id=abc", "-f", "distinct_id=abc" }, { NULL },
		    "abc", false },
		/* Empty there: the default that workflows give it. */
		{ { "--inputs", "{\"distinct_id\":\"\"}" }, { NULL }, NULL,
		    false },
		{ { "--distinct-id", "--inputs", "{\"distinct_id\":\"\"}" },
		    { NULL }, NULL, true },
		{ { "--distinct-id=abc", "--inputs", "{\"distinct_id\":\"\"}" },
		    { NULL }, "abc", false },
		{ { "--distinct-id=abc", "-f", "distinct_id=" }, { NULL },
		    "abc", false },
		/* JSON gives way. */
		{ { "--distinct-id=abc", "--inputs",
		      "{\"distinct_id\":\"xyz\"}" },
		    { NULL }, "abc", false },
		{ { "--inputs", "{\"distinct_id\":\"xyz\"}" },
		    { "INPUT_DISTINCT_ID=abc" }, "abc", false },
		/* Only that very name. */
		{ { "-f", "Distinct_id=abc" }, { NULL }, NULL, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		check(cases[i].random == config.random_id, "case %zu", i);
		check(cases[i].id == NULL ? config.distinct_id == NULL
					  : config.distinct_id != NULL &&
			    strcmp(config.distinct_id, cases[i].id) == 0,
		    "case %zu", i);
	}
}

static void
test_bad_distinct_id(void **state)
{
	(void)state;
	bad(LIST("--distinct-id="), NULL, LIST("--distinct-id", "empty"));
	bad(LIST("--distinct-id=  "), NULL, LIST("--distinct-id"));
	bad(LIST("--distinct-id=a\nb"), NULL, LIST("--distinct-id"));
	bad(LIST("--distinct-id=\xff"), NULL, LIST("--distinct-id"));
	bad(NULL, LIST("INPUT_DISTINCT_ID=a\tb"), LIST("INPUT_DISTINCT_ID"));
	bad(LIST("--inputs", "{\"distinct_id\":\"a\\nb\"}"), NULL,
	    LIST("distinct_id"));
	bad(LIST("-f", "distinct_id=  "), NULL, LIST("distinct_id"));
	/* Two that contradict each other, both said on purpose. */
	bad(LIST("--distinct-id=a", "-f", "distinct_id=b"), NULL,
	    LIST("--distinct-id", "--field"));
	bad(LIST("-f", "distinct_id=b"), LIST("INPUT_DISTINCT_ID=a"),
	    LIST("INPUT_DISTINCT_ID", "--field"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_inputs),
		LOADING_TEST(test_event),
		LOADING_TEST(test_field_files),
		LOADING_TEST(test_bad_inputs),
		LOADING_TEST(test_inputs_stay_secret),
		LOADING_TEST(test_distinct_id),
		LOADING_TEST(test_bad_distinct_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
