/* SPDX-License-Identifier: ISC */
/*
 * What a workflow file declares, beside what a dispatch gives.
 */
#include "unit.h"

#include <stdio.h>

#include "command/declared.h"

static struct yaml on;
static struct buf about;

static int
set_up(void **state)
{
	(void)state;
	memset(&on, 0, sizeof on);
	buf_init(&about, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	yaml_wipe(&on);
	buf_free(&about);
	return 0;
}

static void
declare(const char *text)
{
	yaml_wipe(&on);
	buf_clear(&about);
	yaml_read(&on, text, strlen(text), "on");
}

static void
test_event(void **state)
{
	static const struct {
		const char *text;
		enum finding finding;
	} cases[] = {
		{ "on: workflow_dispatch", FINDING_OK },
		{ "on: [push, workflow_dispatch]", FINDING_OK },
		{ "on:\n- workflow_dispatch\n- push", FINDING_OK },
		{ "on:\n  workflow_dispatch:\n", FINDING_OK },
		{ "on:\n  'workflow_dispatch': {inputs: *x}\n", FINDING_OK },
		{ "on: push", FINDING_FAIL },
		{ "on: [push]", FINDING_FAIL },
		{ "on: {push: }", FINDING_FAIL },
		{ "on: workflow_dispatch2", FINDING_FAIL },
		{ "on:\n  push:\n    branches: [workflow_dispatch]\n",
		    FINDING_FAIL },
		{ "on:", FINDING_FAIL },
		{ "name: x", FINDING_FAIL },
		{ "on:\n- *x\n", FINDING_UNSURE },
		{ "on:\n  <<: *x\n", FINDING_UNSURE },
		{ "on: *x", FINDING_UNSURE },
		{ "on: [push", FINDING_UNSURE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		declare(cases[i].text);
		check(declared_event(&on, "workflow_dispatch") ==
			cases[i].finding,
		    "%s", cases[i].text);
	}
}

static void
test_type(void **state)
{
	static const struct {
		const char *text;
		enum finding finding;
	} cases[] = {
		{ "on: repository_dispatch", FINDING_OK },
		{ "on: [push, repository_dispatch]", FINDING_OK },
		{ "on: {repository_dispatch: }", FINDING_OK },
		{ "on: {repository_dispatch: {types: go}}", FINDING_OK },
		{ "on: {repository_dispatch: {types: [stop, go]}}",
		    FINDING_OK },
		{ "on: {repository_dispatch: {types: [stop]}}", FINDING_FAIL },
		{ "on: {repository_dispatch: {types: Go}}", FINDING_FAIL },
		{ "on: workflow_dispatch", FINDING_FAIL },
		{ "on: {repository_dispatch: {types: *x}}", FINDING_UNSURE },
		{ "on: {repository_dispatch: {types: [a, *x]}}",
		    FINDING_UNSURE },
		{ "on: {repository_dispatch: *x}", FINDING_UNSURE },
		{ "on: *x", FINDING_UNSURE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		declare(cases[i].text);
		check(declared_type(&on, "{\"event_type\":\"go\"}") ==
			cases[i].finding,
		    "%s", cases[i].text);
	}
}

#define DISPATCH "on:\n  workflow_dispatch:\n"
#define INPUTS   DISPATCH "    inputs:\n"

static void
test_inputs(void **state)
{
	static const struct {
		const char *text, *inputs;
		enum finding finding;
		const char *says; /* NULL: whatever */
	} cases[] = {
		{ DISPATCH, "", FINDING_OK, "none" },
		{ "on: workflow_dispatch", "", FINDING_OK, "none" },
		{ "on: workflow_dispatch", "\"a\":\"1\"", FINDING_FAIL,
		    "\"a\" is not declared" },
		{ DISPATCH, "\"a\":\"1\",\"b\":2", FINDING_FAIL,
		    "\"a\" is not declared; \"b\" is not declared" },
		{ INPUTS "      a:\n", "\"a\":\"1\"", FINDING_OK, "a" },
		{ INPUTS "      A:\n", "\"a\":\"1\"", FINDING_OK, "a" },
		{ INPUTS "      a:\n      b: {type: number}\n",
		    "\"a\":\"\",\"b\":1e3", FINDING_OK, "a, b" },
		{ DISPATCH "    inputs: *x\n", "\"a\":\"1\"", FINDING_UNSURE,
		    "\"a\" may not be declared; the declared inputs are" },
		{ INPUTS "      <<: *x\n", "\"a\":\"1\"", FINDING_UNSURE,
		    "\"a\" may not be" },
		{ "on:\n  workflow_dispatch: *x\n", "", FINDING_UNSURE,
		    "not understood" },
		/* Left to declared_input. */
		{ DISPATCH, "\"distinct_id\":\"1\"", FINDING_OK, NULL },
		{ INPUTS "      distinct_id: {required: true}\n", "",
		    FINDING_OK, NULL },
		/* Required ones. */
		{ INPUTS "      a: {required: true}\n", "", FINDING_FAIL,
		    "\"a\" is required, and not given" },
		{ INPUTS "      a: {required: true, type: string}\n", "",
		    FINDING_FAIL, "\"a\" is required" },
		{ INPUTS "      a: {required: True}\n", "\"A\":\"1\"",
		    FINDING_OK, NULL },
		{ INPUTS "      a: {required: false}\n", "", FINDING_OK, NULL },
		{ INPUTS "      a: {required: true, default: x}\n", "",
		    FINDING_OK, NULL },
		{ INPUTS "      a:\n        required: true\n"
			 "        default: |\n          x\n",
		    "", FINDING_OK, NULL },
		{ INPUTS "      a: {required: true, default: }\n", "",
		    FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {required: true, type: boolean}\n", "",
		    FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {required: true, type: environment}\n", "",
		    FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a:\n        required: *x\n", "", FINDING_UNSURE,
		    "\"a\"" },
		{ INPUTS "      a: *x\n", "", FINDING_UNSURE, "\"a\"" },
		/* Types. */
		{ INPUTS "      a: {type: choice, options: [x, 'y z']}\n",
		    "\"a\":\"y z\"", FINDING_OK, NULL },
		{ INPUTS "      a: {type: choice, options: [x, y]}\n",
		    "\"a\":\"z\"", FINDING_FAIL, "\"a\" has a value" },
		{ INPUTS "      a: {type: choice, options: [x, y]}\n",
		    "\"a\":\"X\"", FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {type: choice, options: [1.10, 2]}\n",
		    "\"a\":\"1.1\"", FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {type: choice, options: ['1.10']}\n",
		    "\"a\":\"1.1\"", FINDING_FAIL, "\"a\"" },
		{ INPUTS "      a: {type: choice, options: [1, 2]}\n",
		    "\"a\":2", FINDING_OK, NULL },
		{ INPUTS "      a:\n        type: choice\n"
			 "        options: *x\n",
		    "\"a\":\"z\"", FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {type: choice}\n", "\"a\":\"z\"",
		    FINDING_UNSURE, "\"a\"" },
		{ INPUTS "      a: {type: boolean}\n", "\"a\":true", FINDING_OK,
		    NULL },
		{ INPUTS "      a: {type: boolean}\n", "\"a\":\"false\"",
		    FINDING_OK, NULL },
		{ INPUTS "      a: {type: boolean}\n", "\"a\":\"True\"",
		    FINDING_UNSURE, "lower case" },
		{ INPUTS "      a: {type: boolean}\n", "\"a\":\"maybe\"",
		    FINDING_FAIL, "\"a\" must be true or false" },
		{ INPUTS "      a: {type: number}\n", "\"a\":\"many\"",
		    FINDING_UNSURE, "a number" },
		{ INPUTS "      a: {type: environment}\n", "\"a\":\"x\"",
		    FINDING_OK, NULL },
		/* What is wrong is told first. */
		{ INPUTS "      a: {type: number}\n",
		    "\"a\":\"many\",\"b\":\"1\"", FINDING_FAIL,
		    "\"b\" is not declared" },
	};
	char body[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		declare(cases[i].text);
		snprintf(body, sizeof body, "{\"ref\":\"main\"%s%s%s}",
		    *cases[i].inputs != '\0' ? ",\"inputs\":{" : "",
		    cases[i].inputs, *cases[i].inputs != '\0' ? "}" : "");
		check(declared_inputs(&on, body, &about) == cases[i].finding,
		    "%s%s\n%s", cases[i].text, body, buf_str(&about));
		check(cases[i].says == NULL ||
			strstr(buf_str(&about), cases[i].says) != NULL,
		    "%s", buf_str(&about));
	}
}

static void
test_limits(void **state)
{
	struct buf text, body;
	int n, i;

	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	buf_init(&body, BUF_TEXT_MAX);
	for (n = 25; n <= 26; n++) {
		buf_clear(&text);
		buf_clear(&body);
		buf_adds(&text, INPUTS);
		buf_adds(&body, "{\"inputs\":{");
		for (i = 0; i < n; i++) {
			buf_addf(&text, "      i%d:\n", i);
			buf_addf(&body, "%s\"i%d\":1", i > 0 ? "," : "", i);
		}
		buf_adds(&body, "}}");
		declare(buf_str(&text));
		assert_int_equal(declared_inputs(&on, "{}", &about),
		    n == 25 ? FINDING_OK : FINDING_FAIL);
		buf_clear(&about);
		assert_int_equal(declared_inputs(&on, buf_str(&body), &about),
		    n == 25 ? FINDING_OK : FINDING_FAIL);
	}
	assert_non_null(strstr(buf_str(&about), "more than 25"));
	for (n = 65535; n <= 65536; n++) {
		declare(INPUTS "      a:\n");
		buf_clear(&body);
		buf_adds(&body, "{\"inputs\":{\"a\":\"");
		for (i = 0; i < n - 8; i++)
			buf_addc(&body, 'x');
		buf_adds(&body, "\"}}");
		assert_int_equal(declared_inputs(&on, buf_str(&body), &about),
		    n == 65535 ? FINDING_OK : FINDING_FAIL);
	}
	buf_free(&text);
	buf_free(&body);
}

static void
test_input(void **state)
{
	(void)state;
	declare(INPUTS "      distinct_id:\n");
	assert_int_equal(declared_input(&on, "distinct_id"), FINDING_OK);
	assert_int_equal(declared_input(&on, "other"), FINDING_FAIL);
	declare("on: workflow_dispatch");
	assert_int_equal(declared_input(&on, "distinct_id"), FINDING_FAIL);
	declare(DISPATCH "    inputs: *x\n");
	assert_int_equal(declared_input(&on, "distinct_id"), FINDING_UNSURE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_event),
		TEST(test_type),
		TEST(test_inputs),
		TEST(test_limits),
		TEST(test_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
