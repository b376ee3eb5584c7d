/* SPDX-License-Identifier: ISC */
/*
 * The result on standard output and in $GITHUB_OUTPUT when a run is found: exact
 * texts, and the exit status at the end.
 */
#include "writing.h"

#include <stdio.h>
#include <unistd.h>

static void
test_formats(void **state)
{
	static const struct {
		enum result_format format;
		const char *text;
	} cases[] = {
		{ RESULT_TEXT, TEXT },
		{ RESULT_ID, "17654321098\n" },
		{ RESULT_URL, URL "\n" },
		{ RESULT_JSON,
		    "{\"run_id\":17654321098,\"run_url\":\"" URL
		    "\",\"repository\":\"octo-org/octo-repo\",\"workflow\":"
		    "\"deploy.yml\",\"ref\":\"main\",\"distinct_id\":null,"
		    "\"identified_by\":\"response\"}\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		order.format = cases[i].format;
		open_result();
		assert_int_equal(result.fd, -1);
		assert_int_equal(write_result(), STATUS_OK);
		assert_string_equal(contents("stdout"), cases[i].text);
		assert_string_equal(contents("log"), "");
	}
}

static void
test_json(void **state)
{
	static const struct {
		enum found_by by;
		const char *text;
	} by[] = {
		{ FOUND_BY_RESPONSE, "\"identified_by\":\"response\"}\n" },
		{ FOUND_BY_RUN_NAME, "\"identified_by\":\"run-name\"}\n" },
		{ FOUND_BY_JOB_NAME, "\"identified_by\":\"job-name\"}\n" },
		{ FOUND_BY_STEP_NAME, "\"identified_by\":\"step-name\"}\n" },
	};
	size_t i;

	(void)state;
	order.format = RESULT_JSON;
	run.distinct_id = UUID;
	for (i = 0; i < COUNT(by); i++) {
		run.by = by[i].by;
		open_result();
		assert_int_equal(write_result(), STATUS_OK);
		assert_non_null(strstr(contents("stdout"), by[i].text));
		assert_non_null(strstr(
		    contents("stdout"), ",\"distinct_id\":\"" UUID "\","));
	}
	/* One line, whatever the texts hold. */
	run.ref = "a\"b\\c\n\xc3\xa9";
	run.distinct_id = "i\"d\x01";
	run.id = INT64_MAX;
	open_result();
	assert_int_equal(write_result(), STATUS_OK);
	assert_string_equal(contents("stdout"),
	    "{\"run_id\":9223372036854775807,\"run_url\":\"" URL "\","
	    "\"repository\":\"octo-org/octo-repo\",\"workflow\":"
	    "\"deploy.yml\",\"ref\":\"a\\\"b\\\\c\\n\xc3\xa9\","
	    "\"distinct_id\":\"i\\\"d\\u0001\",\"identified_by\":"
	    "\"step-name\"}\n");
}

/* Appended, in the heredoc form, with delimiters that nobody can guess. */
static void
test_output_file(void **state)
{
	char delimiters[9][128];
	const char *p, *first = "earlier=value\n";
	size_t i, k;

	(void)state;
	put_file("output", first);
	order.output_path = keep(output_path, "output");
	for (i = 0; i < 3; i++) {
		open_result();
		assert_true(result.fd > 2);
		assert_int_equal(write_result(), STATUS_OK);
		assert_int_equal(result.fd, -1);
		assert_string_equal(contents("stdout"), TEXT);
	}
	p = contents("output");
	assert_memory_equal(p, first, strlen(first));
	p += strlen(first);
	for (i = 0; i < 9; i += 3) {
		p = take_value(p, "run_id", "17654321098", delimiters[i]);
		p = take_value(p, "run_url", URL, delimiters[i + 1]);
		p = take_value(p, "exit_status", "0", delimiters[i + 2]);
	}
	assert_string_equal(p, "");
	for (i = 0; i < 9; i++) {
		/* 122 random bits as text. */
		assert_true(strlen(delimiters[i]) >= 32);
		assert_null(strstr(delimiters[i], "="));
		for (k = 0; k < i; k++)
			assert_string_not_equal(delimiters[i], delimiters[k]);
	}
}

/* What is there may end within a line; nothing can be opened to see that once
 * the sandbox is closed. */
static void
test_unfinished_line(void **state)
{
	char delimiter[128];
	const char *p;

	(void)state;
	put_file("output", "no line end");
	order.output_path = keep(output_path, "output");
	open_result();
	assert_int_equal(
	    rename(path_of("output"), keep(summary_path, "moved")), 0);
	assert_int_equal(write_result(), STATUS_OK);
	p = contents("moved");
	assert_memory_equal(p, "no line end\n", 12);
	take_value(p + 12, "run_id", "17654321098", delimiter);
}

/* Later steps cannot see the exit code: it is told whatever came of it, also
 * where nothing was opened, and never at a run's cost. */
static void
test_exit_status(void **state)
{
	static const enum status statuses[] = { STATUS_FAILED, STATUS_USAGE,
		STATUS_UNKNOWN, STATUS_TERMINATED };
	char delimiter[128], number[16];
	const char *p;
	size_t i;

	(void)state;
	order.output_path = keep(output_path, "output");
	for (i = 0; i < COUNT(statuses); i++) {
		put_file("output", "");
		result_exit_status(order.output_path, statuses[i]);
		open_result();
		assert_int_equal(
		    result_close(&result, statuses[i], &fault), statuses[i]);
		snprintf(
		    number, sizeof number, "%d", status_exit_code(statuses[i]));
		p = take_value(
		    contents("output"), "exit_status", number, delimiter);
		p = take_value(p, "exit_status", number, delimiter);
		assert_string_equal(p, "");
	}
	result_exit_status(NULL, STATUS_FAILED);
	result_exit_status(folder, STATUS_FAILED);

	if (access("/dev/full", W_OK) != 0)
		skip();
	/* Without a run, the failure's own story is kept. */
	order.output_path = "/dev/full";
	open_result();
	assert_int_equal(
	    result_close(&result, STATUS_REFUSED, &fault), STATUS_REFUSED);
	/* With one it is a run that is lost. */
	order.output_path = keep(output_path, "output");
	open_result();
	redirect(STDOUT_FILENO, path_of("stdout"));
	assert_int_equal(result_found(&result, &run, &fault), STATUS_OK);
	restore();
	result.order.output_path = "/dev/full";
	redirect(result.fd, "/dev/full");
	assert_int_equal(
	    result_close(&result, STATUS_FAILED, &fault), STATUS_OUTPUT);
	expect_lost("/dev/full");
}

static void
test_text(void **state)
{
	char large[20001];
	enum status status;

	(void)state;
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = result_text("one\ntwo", &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_string_equal(contents("stdout"), "one\ntwo");
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = result_text("", &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_string_equal(contents("stdout"), "");
	/* More than a pipe takes in one piece. */
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = result_text(large, &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(strlen(contents("stdout")), 8191);
	close(STDOUT_FILENO);
	status = result_text("x", &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	assert_non_null(strstr(fault.text, "standard output"));
	if (access("/dev/full", W_OK) != 0)
		return;
	redirect(STDOUT_FILENO, "/dev/full");
	status = result_text("x", &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formats),
		TEST(test_json),
		TEST(test_output_file),
		TEST(test_unfinished_line),
		TEST(test_exit_status),
		TEST(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
