/* SPDX-License-Identifier: ISC */
/*
 * A config becomes exactly this dispatch: names, paths, and bodies to the
 * byte.
 */
#include "unit.h"

#include <stdio.h>

#include "base/mem.h"
#include "cli/plan.h"
#include "command/pace.h"

#define UUID "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"

static struct config config;
static struct dispatch_order order;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	memset(&config, 0, sizeof config);
	memset(&order, 0, sizeof order);
	memset(&fault, 0, sizeof fault);
	config.owner = xstrdup("octo-org");
	config.repo = xstrdup("octo-repo");
	config.workflow = xstrdup("deploy.yml");
	config.ref = xstrdup("main");
	config.timeout_ms = 300000;
	config.step_ms = PACE_ADAPTIVE;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	plan_wipe(&order);
	config_wipe(&config);
	return 0;
}

static void
replace(char **text, const char *with)
{
	free(*text);
	*text = xstrdup(with);
}

static void
add_json(const char *json)
{
	assert_int_equal(inputs_add_json(&config.inputs, "--inputs", json,
			     strlen(json), &fault),
	    STATUS_OK);
}

static void
make(void)
{
	plan_wipe(&order);
	check(plan_dispatch(&order, &config, UUID, &fault) == STATUS_OK, "%s",
	    fault.text);
}

static void
test_plain(void **state)
{
	(void)state;
	make();
	assert_string_equal(order.workflow, "deploy.yml");
	assert_string_equal(
	    order.workflow_path, ".github/workflows/deploy.yml");
	assert_true(order.workflow_id == 0);
	assert_string_equal(order.ref, "main");
	assert_string_equal(order.body, "{\"ref\":\"main\"}");
	assert_string_equal(order.body_with_id,
	    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" UUID "\"}}");
	assert_string_equal(order.distinct_id, UUID);
	assert_false(order.sends_id);
	assert_true(order.is_unique);
	assert_int_equal(order.timeout_ms, 300000);
	assert_true(order.step_ms == PACE_ADAPTIVE);
	config.timeout_ms = 1500;
	config.step_ms = 0;
	make();
	assert_int_equal(order.timeout_ms, 1500);
	assert_int_equal(order.step_ms, 0);
}

static void
test_workflows(void **state)
{
	static const struct {
		const char *given, *sent, *path;
		uint64_t id;
	} cases[] = {
		{ "deploy.yml", "deploy.yml", ".github/workflows/deploy.yml",
		    0 },
		{ "Deploy.yaml", "Deploy.yaml", ".github/workflows/Deploy.yaml",
		    0 },
		{ "2fa.yml", "2fa.yml", ".github/workflows/2fa.yml", 0 },
		{ "4711.yml", "4711.yml", ".github/workflows/4711.yml", 0 },
		{ "4711", "4711", NULL, 4711 },
		{ "1", "1", NULL, 1 },
		{ "9223372036854775807", "9223372036854775807", NULL,
		    INT64_MAX },
		{ ".github/workflows/deploy.yml", "deploy.yml",
		    ".github/workflows/deploy.yml", 0 },
		{ "./.github/workflows/deploy.yml", "deploy.yml",
		    ".github/workflows/deploy.yml", 0 },
		/* Numbers in a path are a file's name. */
		{ ".github/workflows/4711.yml", "4711.yml",
		    ".github/workflows/4711.yml", 0 },
		/* Outside of the folder: sent whole. */
		{ ".github/workflows/sub/deploy.yml",
		    ".github/workflows/sub/deploy.yml",
		    ".github/workflows/sub/deploy.yml", 0 },
		{ "ci/deploy.yml", "ci/deploy.yml", "ci/deploy.yml", 0 },
		{ "dynamic/github-code-scanning/codeql",
		    "dynamic/github-code-scanning/codeql",
		    "dynamic/github-code-scanning/codeql", 0 },
		{ "github/workflows/deploy.yml", "github/workflows/deploy.yml",
		    "github/workflows/deploy.yml", 0 },
		{ "deploy prod.yml", "deploy prod.yml",
		    ".github/workflows/deploy prod.yml", 0 },
		{ "b\xc3\xa4r.yml", "b\xc3\xa4r.yml",
		    ".github/workflows/b\xc3\xa4r.yml", 0 },
		/* As ${{ github.workflow_ref }} has it. */
		{ "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/"
		  "a/b",
		    "deploy.yml", ".github/workflows/deploy.yml", 0 },
		{ "Octo-Org/OCTO-REPO/.github/workflows/4711.yml@v1@2",
		    "4711.yml", ".github/workflows/4711.yml", 0 },
		/* Not quite. */
		{ "octo-org/octo-repo/.github/workflows/deploy.yml",
		    "octo-org/octo-repo/.github/workflows/deploy.yml",
		    "octo-org/octo-repo/.github/workflows/deploy.yml", 0 },
		{ "a/b/.github/workflows/c/d.yml@main",
		    "a/b/.github/workflows/c/d.yml@main",
		    "a/b/.github/workflows/c/d.yml@main", 0 },
		{ "-1", "-1", ".github/workflows/-1", 0 },
		{ "1 2", "1 2", ".github/workflows/1 2", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		replace(&config.workflow, cases[i].given);
		make();
		check(strcmp(order.workflow, cases[i].sent) == 0, "%s: %s",
		    cases[i].given, order.workflow);
		check(order.workflow_id == cases[i].id, "%s", cases[i].given);
		if (cases[i].path == NULL)
			check(
			    order.workflow_path == NULL, "%s", cases[i].given);
		else
			check(strcmp(order.workflow_path, cases[i].path) == 0,
			    "%s: %s", cases[i].given, order.workflow_path);
	}
}

/* Digits that are no ID. */
static void
test_bad_workflows(void **state)
{
	static const char *const given[] = { "0", "000", "9223372036854775808",
		"18446744073709551616", "99999999999999999999999999" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(given); i++) {
		replace(&config.workflow, given[i]);
		check(plan_dispatch(&order, &config, UUID, &fault) ==
			STATUS_USAGE,
		    "%s", given[i]);
		check(strstr(fault.text, given[i]) != NULL, "%s", fault.text);
		plan_wipe(&order);
	}
}

/* That of another repository is not ours, though a file may be named alike. */
static void
test_foreign_workflows(void **state)
{
	static const char *const given[] = {
		"octo-org/other/.github/workflows/deploy.yml@main",
		"other/octo-repo/.github/workflows/deploy.yml@refs/tags/v1",
		"octo-org/octo-rep/.github/workflows/deploy.yml@x",
		"octo-orgs/octo-repo/.github/workflows/deploy.yml@x"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(given); i++) {
		replace(&config.workflow, given[i]);
		check(plan_dispatch(&order, &config, UUID, &fault) ==
			STATUS_USAGE,
		    "%s", given[i]);
		check(strstr(fault.text, given[i]) != NULL &&
			strstr(fault.text, "octo-org/octo-repo;") != NULL,
		    "%s", fault.text);
		plan_wipe(&order);
	}
}

/* With and without an ID; where among the inputs it stands. */
static void
test_bodies(void **state)
{
	static const struct {
		const char *ref, *json, *id;
		bool random;
		const char *body, *with_id;
	} cases[] = {
		{ "refs/heads/x", NULL, NULL, false,
		    "{\"ref\":\"refs/heads/x\"}",
		    "{\"ref\":\"refs/heads/x\",\"inputs\":{\"distinct_id\":"
		    "\"" UUID "\"}}" },
		{ "main", NULL, NULL, true,
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" UUID
		    "\"}}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" UUID
		    "\"}}" },
		{ "main", NULL, "abc", false,
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"abc\"}}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"abc\"}}" },
		{ "main", "{}", NULL, false, "{\"ref\":\"main\"}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" UUID
		    "\"}}" },
		{ "main", "{\"a\":\"b\"}", NULL, false,
		    "{\"ref\":\"main\",\"inputs\":{\"a\":\"b\"}}",
		    "{\"ref\":\"main\",\"inputs\":{\"a\":\"b\","
		    "\"distinct_id\":\"" UUID "\"}}" },
		/* At its own place, if it has one. */
		{ "main", "{\"a\":1,\"distinct_id\":\"abc\",\"b\":2}", "abc",
		    false,
		    "{\"ref\":\"main\",\"inputs\":{\"a\":1,\"distinct_id\":"
		    "\"abc\",\"b\":2}}",
		    "{\"ref\":\"main\",\"inputs\":{\"a\":1,\"distinct_id\":"
		    "\"abc\",\"b\":2}}" },
		{ "main", "{\"a\":1,\"distinct_id\":\"abc\",\"b\":2}", "xyz",
		    false,
		    "{\"ref\":\"main\",\"inputs\":{\"a\":1,\"distinct_id\":"
		    "\"xyz\",\"b\":2}}",
		    "{\"ref\":\"main\",\"inputs\":{\"a\":1,\"distinct_id\":"
		    "\"xyz\",\"b\":2}}" },
		/* As it was written, if it is the same. */
		{ "main", "{\"distinct_id\":12}", "12", false,
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":12}}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":12}}" },
		{ "main", "{\"distinct_id\":\"\\u0061\"}", "a", false,
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":"
		    "\"\\u0061\"}}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":"
		    "\"\\u0061\"}}" },
		/* Empty there, and only sent when it is needed. */
		{ "main", "{\"distinct_id\":\"\",\"a\":1}", NULL, false,
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"\","
		    "\"a\":1}}",
		    "{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" UUID
		    "\",\"a\":1}}" },
		/* Quotes, control characters, UTF-8. */
		{ "a\"b\\c", "{\"k\\\"\":\"\\u00e9\\n\"}", "i\"d", false,
		    "{\"ref\":\"a\\\"b\\\\c\",\"inputs\":{\"k\\\"\":"
		    "\"\\u00e9\\n\",\"distinct_id\":\"i\\\"d\"}}",
		    "{\"ref\":\"a\\\"b\\\\c\",\"inputs\":{\"k\\\"\":"
		    "\"\\u00e9\\n\",\"distinct_id\":\"i\\\"d\"}}" },
		{ "caf\xc3\xa9", NULL, NULL, false, "{\"ref\":\"caf\xc3\xa9\"}",
		    "{\"ref\":\"caf\xc3\xa9\",\"inputs\":{\"distinct_id\":\"" UUID
		    "\"}}" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		replace(&config.ref, cases[i].ref);
		if (cases[i].json != NULL)
			add_json(cases[i].json);
		if (cases[i].id != NULL)
			config.distinct_id = xstrdup(cases[i].id);
		config.random_id = cases[i].random;
		make();
		check(strcmp(order.body, cases[i].body) == 0, "case %zu: %s", i,
		    order.body);
		check(strcmp(order.body_with_id, cases[i].with_id) == 0,
		    "case %zu: %s", i, order.body_with_id);
		check(strcmp(order.distinct_id,
			  cases[i].id != NULL ? cases[i].id : UUID) == 0,
		    "case %zu", i);
		check(
		    order.sends_id == (cases[i].id != NULL || cases[i].random),
		    "case %zu", i);
		check(order.is_unique == (cases[i].id == NULL), "case %zu", i);
		tear_down(state);
		set_up(state);
	}
}

/* Digit for digit. */
static void
test_numbers(void **state)
{
	static const char *const numbers[] = { "0", "-0", "1.0", "1.50", "1e3",
		"1E+03", "-1.5e-10", "12345678901234567890123",
		"0.1000000000000000055511151231257827", "1e400",
		"9007199254740993", "true", "false" };
	char json[96], want[128];
	size_t i;

	for (i = 0; i < COUNT(numbers); i++) {
		snprintf(json, sizeof json, "{ \"n\" : %s }", numbers[i]);
		snprintf(want, sizeof want,
		    "{\"ref\":\"main\",\"inputs\":{\"n\":%s}}", numbers[i]);
		add_json(json);
		make();
		assert_string_equal(order.body, want);
		tear_down(state);
		set_up(state);
	}
}

/* Strings keep their spelling; white space between members goes. */
static void
test_spelling(void **state)
{
	(void)state;
	add_json("\r\n{\t\"a b\" :\n\"x  y\" , \"\\u0065\": \"\\/\\u00E9 "
		 "\\ud83d\\ude80\xf0\x9f\x9a\x80\" }\n");
	assert_int_equal(
	    inputs_add_field(&config.inputs, "f=a\n\"\x01", &fault), STATUS_OK);
	make();
	assert_string_equal(order.body,
	    "{\"ref\":\"main\",\"inputs\":{"
	    "\"a b\":\"x  y\",\"\\u0065\":\"\\/\\u00E9 \\ud83d\\ude80"
	    "\xf0\x9f\x9a\x80\",\"f\":\"a\\n\\\"\\u0001\"}}");
}

/* An event, with a payload of any JSON, spelled as it was given. */
static void
test_event(void **state)
{
	static const char json[] =
	    "{\"a\" : {\"b\": [1.50, null,\n{\"\\u0063\":\"\\/\"}]},"
	    "\"n\":null,\"f\":1}";

	(void)state;
	free(config.workflow);
	free(config.ref);
	config.workflow = config.ref = NULL;
	config.event_type = xstrdup("de\"ploy");
	config.inputs.is_payload = true;
	make();
	assert_int_equal(order.event, EVENT_REPOSITORY_DISPATCH);
	assert_null(order.workflow);
	assert_null(order.ref);
	assert_true(order.sends_id && order.is_unique);
	assert_string_equal(order.distinct_id, UUID);
	assert_string_equal(order.body,
	    "{\"event_type\":\"de\\\"ploy\",\"client_payload\":{"
	    "\"distinct_id\":\"" UUID "\"}}");

	add_json(json);
	assert_int_equal(
	    inputs_add_field(&config.inputs, "f=g", &fault), STATUS_OK);
	config.distinct_id = xstrdup("an-id");
	config.workflow = xstrdup("4711");
	make();
	assert_true(order.workflow_id == 4711);
	assert_false(order.is_unique);
	assert_string_equal(order.body,
	    "{\"event_type\":\"de\\\"ploy\",\"client_payload\":{"
	    "\"a\":{\"b\": [1.50, null,\n{\"\\u0063\":\"\\/\"}]},"
	    "\"n\":null,\"f\":\"g\",\"distinct_id\":\"an-id\"}}");
}

/* A token of an App is allowed what is done with it, and no more. */
static void
test_permissions(void **state)
{
	static const struct {
		enum command command;
		bool wait, is_event, cancels;
		enum github_access actions, contents;
	} rows[] = {
		{ COMMAND_DISPATCH, false, false, false, GITHUB_WRITE, 0 },
		{ COMMAND_DISPATCH, true, false, false, GITHUB_WRITE, 0 },
		{ COMMAND_DISPATCH, false, true, false, GITHUB_READ,
		    GITHUB_WRITE },
		{ COMMAND_DISPATCH, true, true, false, GITHUB_READ,
		    GITHUB_WRITE },
		{ COMMAND_DISPATCH, true, true, true, GITHUB_WRITE,
		    GITHUB_WRITE },
		{ COMMAND_AWAIT, false, false, false, GITHUB_READ, 0 },
		{ COMMAND_AWAIT, false, false, true, GITHUB_WRITE, 0 },
		{ COMMAND_CHECK, false, false, false, GITHUB_WRITE, 0 },
	};
	struct github_permissions got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		free(config.event_type);
		config.command = rows[i].command;
		config.wait = rows[i].wait;
		config.event_type = rows[i].is_event ? xstrdup("e") : NULL;
		config.waiting.cancel_after_ms = rows[i].cancels ? 5
								 : WAIT_NEVER;
		config.waiting.force_cancel_after_ms = WAIT_NEVER;
		got = plan_permissions(&config);
		check(got.actions == rows[i].actions &&
			got.contents == rows[i].contents,
		    "row %zu: %d, %d", i, got.actions, got.contents);
	}
}

/* Wiping twice does no harm. */
static void
test_owner(void **state)
{
	(void)state;
	config.distinct_id = xstrdup("abc");
	make();
	assert_string_equal(order.distinct_id, "abc");
	assert_string_equal(order.workflow, "deploy.yml");
	plan_wipe(&order);
	plan_wipe(&order);
	assert_null(order.body);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_workflows),
		TEST(test_bad_workflows),
		TEST(test_foreign_workflows),
		TEST(test_bodies),
		TEST(test_numbers),
		TEST(test_spelling),
		TEST(test_event),
		TEST(test_permissions),
		TEST(test_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
