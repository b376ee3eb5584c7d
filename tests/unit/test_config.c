/* SPDX-License-Identifier: ISC */
/*
 * What the user said, as one struct: precedence, defaults, what is missing, and
 * what belongs to no other file.
 */
#include "captured.h"
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/log.h"
#include "command/pace.h"

static void
test_defaults(void **state)
{
	(void)state;
	good(NULL, NULL);
	assert_true(config.api.tls);
	assert_string_equal(config.api.host, "api.github.com");
	assert_int_equal(config.api.port, 443);
	assert_string_equal(config.api.path, "");
	assert_string_equal(config.owner, "octo-org");
	assert_string_equal(config.repo, "octo-repo");
	assert_string_equal(config.workflow, "deploy.yml");
	assert_string_equal(config.ref, "main");
	assert_int_equal(config.inputs.count, 0);
	assert_null(config.distinct_id);
	assert_false(config.random_id);
	assert_string_equal(config.token, TOKEN);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_int_equal(config.results.format, RESULT_TEXT);
	assert_false(config.dry_run);
	assert_null(config.trust.cacert);
	assert_null(config.trust.cert_file);
	assert_null(config.trust.cert_dir);
	assert_null(config.trust.extra);
	assert_null(config.results.output_path);
	assert_null(config.results.summary_path);
}

/* Option, then INPUT_*, then general variable, then default. */
static void
test_precedence(void **state)
{
	static const char *const env[] = { "INPUT_OWNER=input-org",
		"INPUT_REPO=input-repo", "GITHUB_REPOSITORY=general/repo",
		"INPUT_WORKFLOW=input.yml", "INPUT_REF=input-ref",
		"INPUT_WORKFLOW_INPUTS={\"from\":\"input\"}",
		"INPUT_DISTINCT_ID=input-id", "INPUT_JOURNAL=input-journal",
		"INPUT_WORKFLOW_TIMEOUT_SECONDS=11",
		"INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=12",
		"INPUT_TOKEN=input-token", "GH_TOKEN=gh-token",
		"GITHUB_TOKEN=github-token",
		"GITHUB_API_URL=https://general.example/api/v3", NULL };
	static const char *const args[] = { "--repo=option/repo",
		"--workflow=option.yml", "--ref=option-ref",
		"--inputs={\"from\":\"option\"}", "--distinct-id=option-id",
		"--journal=option-journal", "--timeout=1", "--retry-interval=2",
		"--api-url=https://option.example", NULL };

	(void)state;
	no_base = true;
	good(NULL, env);
	assert_string_equal(config.owner, "input-org");
	assert_string_equal(config.repo, "input-repo");
	assert_string_equal(config.workflow, "input.yml");
	assert_string_equal(config.ref, "input-ref");
	assert_string_equal(config.inputs.list[0].text, "input");
	assert_string_equal(config.distinct_id, "input-id");
	assert_string_equal(config.journal, "input-journal");
	assert_int_equal(config.timeout_ms, 11000);
	assert_int_equal(config.step_ms, 12000);
	assert_string_equal(config.token, "input-token");
	assert_string_equal(config.api.host, "general.example");

	good(args, env);
	assert_string_equal(config.owner, "option");
	assert_string_equal(config.repo, "repo");
	assert_string_equal(config.workflow, "option.yml");
	assert_string_equal(config.ref, "option-ref");
	assert_int_equal(config.inputs.count, 1);
	assert_string_equal(config.inputs.list[0].text, "option");
	assert_string_equal(config.distinct_id, "option-id");
	assert_string_equal(config.journal, "option-journal");
	assert_int_equal(config.timeout_ms, 1000);
	assert_int_equal(config.step_ms, 2000);
	assert_string_equal(config.api.host, "option.example");
	assert_string_equal(config.api.path, "");
}

/* The action's inputs of v1 to v3, as a runner sets them. */
static void
test_first_generation(void **state)
{
	(void)state;
	no_base = true;
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=refs/heads/target_branch",
	    "INPUT_REPO=repository-name", "INPUT_OWNER=repository-owner",
	    "INPUT_WORKFLOW=automation-test.yml",
	    "INPUT_WORKFLOW_INPUTS={ \"some_input\": \"value\" }",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=120",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=5",
	    "INPUT_DISTINCT_ID=someDistinctId", "GITHUB_REPOSITORY=other/other",
	    "GITHUB_ACTIONS=true", "GITHUB_API_URL=https://api.github.com",
	    "GITHUB_OUTPUT=/github/output");
	assert_string_equal(config.owner, "repository-owner");
	assert_string_equal(config.repo, "repository-name");
	assert_string_equal(config.workflow, "automation-test.yml");
	assert_string_equal(config.ref, "refs/heads/target_branch");
	assert_string_equal(
	    inputs_find(&config.inputs, "some_input")->text, "value");
	assert_int_equal(config.timeout_ms, 120000);
	assert_int_equal(config.step_ms, 5000);
	assert_string_equal(config.distinct_id, "someDistinctId");
	assert_string_equal(config.results.output_path, "/github/output");

	/* Optional ones are there, and empty. */
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=main", "INPUT_REPO=r",
	    "INPUT_OWNER=o", "INPUT_WORKFLOW=4711",
	    "INPUT_WORKFLOW_INPUTS=", "INPUT_WORKFLOW_TIMEOUT_SECONDS=",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=", "INPUT_DISTINCT_ID=",
	    "INPUT_WAIT=");
	assert_int_equal(config.inputs.count, 0);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_null(config.distinct_id);
}

/* Those of v4. */
static void
test_second_generation(void **state)
{
	(void)state;
	no_base = true;
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=main", "INPUT_REPO=r",
	    "INPUT_OWNER=o", "INPUT_WORKFLOW=deploy.yml",
	    "INPUT_WORKFLOW_INPUTS={\"a\":1,\"b\":true}");
	assert_int_equal(config.inputs.count, 2);
	assert_null(config.distinct_id);
	assert_false(config.random_id);
	assert_true(config.step_ms == PACE_ADAPTIVE);
}

/* White space around variables does not count; blank ones are unset. */
static void
test_trimming(void **state)
{
	(void)state;
	GOOD_ENV("INPUT_OWNER= o\n", "INPUT_REPO=\tr ",
	    "INPUT_WORKFLOW=\n deploy.yml \r\n", "INPUT_REF=  v1.0\t",
	    "INPUT_WORKFLOW_INPUTS= \n {\"a\":\" b \"} \n",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS= 7 ",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=\n8\n",
	    "INPUT_DISTINCT_ID=  id 1 ",
	    "GITHUB_API_URL= https://ghe.example.com/api/v3 \n");
	assert_string_equal(config.owner, "o");
	assert_string_equal(config.repo, "r");
	assert_string_equal(config.workflow, "deploy.yml");
	assert_string_equal(config.ref, "v1.0");
	assert_string_equal(config.inputs.list[0].text, " b ");
	assert_int_equal(config.timeout_ms, 7000);
	assert_int_equal(config.step_ms, 8000);
	assert_string_equal(config.distinct_id, "id 1");
	assert_string_equal(config.api.host, "ghe.example.com");

	GOOD_ENV("INPUT_OWNER= ", "INPUT_REPO=\n",
	    "INPUT_WORKFLOW_INPUTS=\n \n",
	    "INPUT_DISTINCT_ID=  ", "INPUT_WORKFLOW_TIMEOUT_SECONDS=\t",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS= ", "GITHUB_API_URL= ",
	    "INPUT_TOKEN= ", "GH_TOKEN=\n", "INPUT_WAIT= ");
	assert_string_equal(config.owner, "octo-org");
	assert_int_equal(config.inputs.count, 0);
	assert_null(config.distinct_id);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_string_equal(config.api.host, "api.github.com");
	assert_string_equal(config.token, TOKEN);
}

/* All that is missing is named in one message. */
static void
test_missing(void **state)
{
	static const struct {
		const char *env[6];
		const char *named[5], *not_named[5];
	} cases[] = {
		{ { NULL },
		    { "--repo", "--workflow", "--ref", "--token-file",
			"GITHUB_REPOSITORY" },
		    { NULL } },
		{ { "INPUT_REF=main" },
		    { "--repo", "INPUT_WORKFLOW", "GITHUB_TOKEN" },
		    { "--ref" } },
		{ { "GITHUB_REPOSITORY=o/r", "INPUT_WORKFLOW=w.yml",
		      "GH_TOKEN=tttt" },
		    { "INPUT_REF" },
		    { "--repo", "--workflow", "--token-file" } },
		{ { "GITHUB_REPOSITORY=o/r", "INPUT_WORKFLOW=w.yml",
		      "INPUT_REF=main" },
		    { "INPUT_TOKEN", "GH_TOKEN", "GITHUB_TOKEN" },
		    { "--repo", "--workflow", "--ref" } },
		{ { "INPUT_WORKFLOW=w.yml", "INPUT_REF=main", "GH_TOKEN=tttt",
		      "INPUT_REPO=r" },
		    { "INPUT_OWNER" }, { "--workflow" } },
		{ { "INPUT_WORKFLOW=w.yml", "INPUT_REF=main", "GH_TOKEN=tttt",
		      "INPUT_OWNER=o" },
		    { "INPUT_REPO" }, { "--workflow" } },
		{ { "INPUT_WORKFLOW=", "INPUT_REF= ", "GH_TOKEN=tttt",
		      "GITHUB_REPOSITORY=o/r" },
		    { "--workflow", "--ref" }, { "--token-file" } },
	};
	size_t i, k;

	(void)state;
	no_base = true;
	for (i = 0; i < COUNT(cases); i++) {
		check(load(NULL, cases[i].env) == STATUS_USAGE, "case %zu", i);
		for (k = 0; k < 5 && cases[i].named[k] != NULL; k++)
			check(says(cases[i].named[k]), "case %zu: %s: %s", i,
			    cases[i].named[k], fault.text);
		for (k = 0; k < 5 && cases[i].not_named[k] != NULL; k++)
			check(!says(cases[i].not_named[k]), "case %zu: %s: %s",
			    i, cases[i].not_named[k], fault.text);
	}
}

/* Given but empty is a mistake, not a way to the next source. */
static void
test_empty_options(void **state)
{
	static const char *const names[] = { "--repo", "--workflow", "--ref",
		"--inputs", "--timeout", "--retry-interval", "--api-url",
		"--format", "--token-file", "--distinct-id" };
	char arg[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		snprintf(arg, sizeof arg, "%s=", names[i]);
		bad(LIST(arg), NULL, LIST(names[i]));
	}
	bad(LIST("-w", "", "-r", "x"), NULL, LIST("--workflow", "empty"));
}

/* A dry run does without; it says so. */
static void
test_dry_run(void **state)
{
	(void)state;
	good(LIST("--dry-run"), LIST("GITHUB_TOKEN="));
	assert_true(config.dry_run);
	assert_null(config.token);
	GOOD_ARGS("--dry-run");
	assert_string_equal(config.token, TOKEN);
	bad(LIST("--dry-run"), LIST("GITHUB_TOKEN=", "INPUT_REF="),
	    LIST("--ref"));
	assert_false(says("--token-file"));
	log_open(LOG_LEVEL_INFO, false);
	captured_begin();
	good(LIST("--dry-run"), LIST("GITHUB_TOKEN="));
	assert_non_null(strstr(log_text(), "token"));
}

static void
test_format(void **state)
{
	static const char *const bad_names[] = { "TEXT", "Json", "yaml",
		"text ", "i", "ids" };
	size_t i;

	(void)state;
	GOOD_ARGS("--format", "text");
	assert_int_equal(config.results.format, RESULT_TEXT);
	GOOD_ARGS("--format=json");
	assert_int_equal(config.results.format, RESULT_JSON);
	GOOD_ARGS("--format", "id");
	assert_int_equal(config.results.format, RESULT_ID);
	GOOD_ARGS("--format", "url");
	assert_int_equal(config.results.format, RESULT_URL);
	for (i = 0; i < COUNT(bad_names); i++)
		bad(LIST("--format", bad_names[i]), NULL,
		    LIST("--format", bad_names[i], "json"));
}

/* A path for the action: without the white space of a block of YAML. */
static void
test_cacert_variable(void **state)
{
	(void)state;
	good(NULL, LIST("INPUT_CACERT= /etc/ca.pem\n"));
	assert_string_equal(config.trust.cacert, "/etc/ca.pem");
	assert_string_equal(config.trust.cacert_from, "INPUT_CACERT");
	good(NULL, LIST("INPUT_CACERT= \n"));
	assert_null(config.trust.cacert);
	bad(LIST("--cacert", ""), LIST("INPUT_CACERT=x"),
	    LIST("--cacert", "empty"));
}

/* Where certificates and results are. */
static void
test_paths(void **state)
{
	(void)state;
	good(LIST("--cacert", "ca.pem"),
	    LIST("SSL_CERT_FILE=/f", "SSL_CERT_DIR=/a:/b",
		"NODE_EXTRA_CA_CERTS=/n", "GITHUB_OUTPUT=/o",
		"GITHUB_STEP_SUMMARY=/s"));
	assert_string_equal(config.trust.cacert, "ca.pem");
	assert_string_equal(config.trust.cacert_from, "--cacert");
	assert_string_equal(config.trust.cert_file, "/f");
	assert_string_equal(config.trust.cert_dir, "/a:/b");
	assert_string_equal(config.trust.extra, "/n");
	assert_string_equal(config.results.output_path, "/o");
	assert_string_equal(config.results.summary_path, "/s");
	GOOD_ENV("SSL_CERT_FILE=", "SSL_CERT_DIR=", "NODE_EXTRA_CA_CERTS=",
	    "GITHUB_OUTPUT=", "GITHUB_STEP_SUMMARY=");
	assert_null(config.trust.cert_file);
	assert_null(config.trust.cert_dir);
	assert_null(config.trust.extra);
	assert_null(config.results.output_path);
	assert_null(config.results.summary_path);
}

/* A token that other values repeat is not shown with them. */
static void
test_token_in_messages(void **state)
{
	(void)state;
	bad(LIST("--timeout", "x" TOKEN), NULL, LIST("--timeout", "***"));
	bad(LIST("--format", TOKEN), NULL, LIST("--format", "***"));
	bad(LIST("--repo", TOKEN), NULL, LIST("--repo", "***"));
	bad(LIST("--api-url", "ftp://" TOKEN), NULL, LIST("--api-url"));
}

/* The log's level and form, from options and environment alone. */
static void
test_log(void **state)
{
	static const struct {
		const char *arg, *env[3];
		bool warns, informs, debugs, commands;
	} cases[] = {
		{ NULL, { NULL }, true, true, false, false },
		{ "-v", { NULL }, true, true, true, false },
		{ "-q", { NULL }, false, false, false, false },
		{ NULL, { "RUNNER_DEBUG=1" }, true, true, true, false },
		{ NULL, { "RUNNER_DEBUG=0" }, true, true, false, false },
		{ NULL, { "RUNNER_DEBUG=" }, true, true, false, false },
		{ NULL, { "RUNNER_DEBUG=true" }, true, true, false, false },
		{ "-q", { "RUNNER_DEBUG=1" }, false, false, false, false },
		{ NULL, { "GITHUB_ACTIONS=true" }, true, true, false, true },
		{ NULL, { "GITHUB_ACTIONS=false" }, true, true, false, false },
		{ NULL, { "GITHUB_ACTIONS=" }, true, true, false, false },
		{ "-v", { "GITHUB_ACTIONS=true" }, true, true, true, true },
	};
	struct options o;
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&o, 0, sizeof o);
		if (cases[i].arg != NULL)
			o.given[cases[i].arg[1] == 'q' ? OPTION_QUIET
						       : OPTION_VERBOSE] = true;
		row_env = cases[i].env;
		no_base = true;
		config_open_log(&o, lookup);
		captured_begin();
		log_error("one");
		log_warning("two");
		log_info("three");
		log_debug("four");
		text = log_text();
		check(strstr(text, "one") != NULL, "case %zu: %s", i, text);
		check((strstr(text, "two") != NULL) == cases[i].warns,
		    "case %zu: %s", i, text);
		check((strstr(text, "three") != NULL) == cases[i].informs,
		    "case %zu: %s", i, text);
		check((strstr(text, "four") != NULL) == cases[i].debugs,
		    "case %zu: %s", i, text);
		check(
		    (strstr(text, "::error::one") != NULL) == cases[i].commands,
		    "case %zu: %s", i, text);
	}
}

/* Without a wait, what belongs to one is refused as an option and ignored as
 * a variable, whatever it says: the same job may set it for another step. */
static void
test_no_wait(void **state)
{
	static const char *const given[][2] = {
		{ "--wait-timeout", "5" },
		{ "--poll-interval", "5" },
		{ "--job", "x" },
		{ "--cancel-after", "5" },
		{ "--force-cancel-after", "5" },
		{ "--rerun-grace", "5" },
		{ "--cancel-on-interrupt", NULL },
		{ "--log-failed", NULL },
		{ "--log-lines", "5" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(given); i++) {
		bad(LIST(given[i][0], given[i][1]), NULL,
		    LIST(given[i][0], "--wait"));
		bad(LIST(given[i][0], given[i][1]), LIST("INPUT_WAIT=false"),
		    LIST(given[i][0], "--wait"));
	}
	GOOD_ENV("INPUT_RUN_TIMEOUT_SECONDS=x", "INPUT_POLL_INTERVAL_MS=x",
	    "INPUT_JOBS=x", "INPUT_CANCEL_TIMEOUT_SECONDS=x",
	    "INPUT_CANCEL_ON_INTERRUPT=x", "INPUT_RUN_ID=x");
	assert_false(config.wait);
	assert_int_equal(config.command, COMMAND_DISPATCH);
	assert_int_equal(config.run_count, 0);
	assert_int_equal(config.job_count, 0);
}

/* What a dispatch needs is not asked of await, nor read. */
static void
test_await_ignores(void **state)
{
	(void)state;
	good(LIST("await", "7"),
	    LIST("INPUT_WORKFLOW_INPUTS=x", "INPUT_WORKFLOW_TIMEOUT_SECONDS=x",
		"INPUT_DISTINCT_ID=\n",
		"INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=x", "INPUT_WAIT=x",
		"INPUT_REF=\1x", "INPUT_WORKFLOW=\1x"));
	assert_false(config.wait);
	/* await-remote-run v3, as its action.yml names its inputs. */
	no_base = true;
	good(LIST("await"),
	    LIST("INPUT_TOKEN=" TOKEN, "INPUT_REPO=repo", "INPUT_OWNER=org",
		"INPUT_RUN_ID=17", "INPUT_JOBS=a\nb",
		"INPUT_RUN_TIMEOUT_SECONDS=600", "INPUT_POLL_INTERVAL_MS=2000",
		"INPUT_CANCEL_TIMEOUT_SECONDS="));
	assert_true(config.runs[0].id == 17);
	assert_string_equal(config.runs[0].owner, "org");
	assert_string_equal(config.runs[0].repo, "repo");
	assert_int_equal(config.job_count, 2);
	assert_true(config.waiting.timeout_ms == 600000);
	assert_true(config.waiting.interval_ms == 2000);
	assert_true(config.waiting.cancel_after_ms == WAIT_NEVER);
}

/* The container of an action has no command line, and awaits INPUT_RUN_ID. */
static void
test_step_without_command(void **state)
{
	(void)state;
	no_base = true;
	good(NULL,
	    LIST("INPUT_TOKEN=" TOKEN, "INPUT_REPO=org/repo",
		"GITHUB_ACTIONS=true", "INPUT_RUN_ID= 17 ", "INPUT_WAIT=x"));
	assert_int_equal(config.command, COMMAND_AWAIT);
	assert_true(config.runs[0].id == 17);
	good(LIST("-w", "deploy.yml", "-r", "main"),
	    LIST("INPUT_TOKEN=" TOKEN, "INPUT_REPO=org/repo",
		"GITHUB_ACTIONS=true", "INPUT_RUN_ID=17"));
	assert_int_equal(config.command, COMMAND_DISPATCH);
	bad(NULL,
	    LIST("INPUT_TOKEN=" TOKEN, "INPUT_REPO=org/repo",
		"GITHUB_ACTIONS=true", "INPUT_RUN_ID= "),
	    LIST("--workflow"));
	/* Or it checks. */
	no_base = false;
	good(NULL, LIST("GITHUB_ACTIONS=true", "INPUT_CHECK=true"));
	assert_int_equal(config.command, COMMAND_CHECK);
	assert_string_equal(config.workflow, "deploy.yml");
	good(NULL, LIST("GITHUB_ACTIONS=true", "INPUT_CHECK=false"));
	assert_int_equal(config.command, COMMAND_DISPATCH);
	GOOD_ENV("INPUT_CHECK=true");
	assert_int_equal(config.command, COMMAND_DISPATCH);
	bad(NULL, LIST("GITHUB_ACTIONS=true", "INPUT_CHECK=yes"),
	    LIST("INPUT_CHECK", "\"yes\"", "true or false"));
	bad(NULL,
	    LIST("GITHUB_ACTIONS=true", "INPUT_CHECK=true", "INPUT_RUN_ID=17"),
	    LIST("INPUT_CHECK", "INPUT_RUN_ID"));
}

/* No run is known that could be printed alone. */
static void
test_check_format(void **state)
{
	(void)state;
	GOOD_ARGS("check");
	assert_int_equal(config.command, COMMAND_CHECK);
	GOOD_ARGS("check", "--format", "text");
	GOOD_ARGS("check", "--format", "json");
	assert_int_equal(config.results.format, RESULT_JSON);
	bad(LIST("check", "--format", "id"), NULL,
	    LIST("--format", "text or json"));
	bad(LIST("check", "--format", "url"), NULL, LIST("--format"));
}

static void
test_wipe(void **state)
{
	struct config c;

	(void)state;
	memset(&c, 0, sizeof c);
	config_wipe(&c);
	config_wipe(&c);
	assert_null(c.token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_defaults),
		LOADING_TEST(test_precedence),
		LOADING_TEST(test_first_generation),
		LOADING_TEST(test_second_generation),
		LOADING_TEST(test_trimming),
		LOADING_TEST(test_missing),
		LOADING_TEST(test_empty_options),
		LOADING_TEST(test_dry_run),
		LOADING_TEST(test_format),
		LOADING_TEST(test_paths),
		LOADING_TEST(test_cacert_variable),
		LOADING_TEST(test_token_in_messages),
		LOADING_TEST(test_log),
		LOADING_TEST(test_no_wait),
		LOADING_TEST(test_await_ignores),
		LOADING_TEST(test_step_without_command),
		LOADING_TEST(test_check_format),
		LOADING_TEST(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
