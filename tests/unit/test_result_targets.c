/* SPDX-License-Identifier: ISC */
/*
 * Results of several repositories: lines that name them, and one output.
 */
#include "writing.h"

#include <stdio.h>
#include <unistd.h>

#define OUTPUT_RUN                                                       \
	"{\"repository\":\"octo-org/octo-repo\",\"run_id\":17654321098," \
	"\"run_url\":\"" URL "\""

static void
open_targets(enum result_format format)
{
	memset(&order, 0, sizeof order);
	order.format = format;
	order.has_targets = true;
	order.output_path = keep(output_path, "output");
	open_result();
}

/* The run as found, and as ended; what standard output got. */
static const char *
write_both(enum result_format format)
{
	open_targets(format);
	redirect(STDOUT_FILENO, path_of("stdout"));
	assert_int_equal(result_found(&result, &run, &fault), STATUS_OK);
	assert_int_equal(
	    result_ended(&result, &run, &watched, &fault), STATUS_OK);
	restore();
	assert_int_equal(result_close(&result, STATUS_OK, &fault), STATUS_OK);
	return contents("stdout");
}

static void
test_lines(void **state)
{
	static const char line[] = "octo-org/octo-repo 17654321098 " URL;
	char wanted[512];

	(void)state;
	see("completed", "failure", 1);
	snprintf(wanted, sizeof wanted, "%s\n%s failure\n", line, line);
	assert_string_equal(write_both(RESULT_TEXT), wanted);
	/* Nothing is new of a run that did not conclude. */
	see("in_progress", "", 1);
	unlink(path_of("stdout"));
	snprintf(wanted, sizeof wanted, "%s\n", line);
	assert_string_equal(write_both(RESULT_TEXT), wanted);
	unlink(path_of("stdout"));
	assert_string_equal(write_both(RESULT_ID), "17654321098\n");
	unlink(path_of("stdout"));
	assert_string_equal(write_both(RESULT_URL), URL "\n");
}

static void
test_output(void **state)
{
	struct result_target list[3] = {
		{ .repository = "octo-org/octo-repo", .run = &run },
		{ .repository = "octo-org/two", .status = STATUS_NOT_FOUND },
		{ .repository = "octo-org/octo-repo",
		    .run = &run,
		    .watched = &watched,
		    .status = STATUS_FAILED },
	};
	char delimiter[128];
	const char *p;

	(void)state;
	see("completed", "failure", 1);
	open_targets(RESULT_TEXT);
	list[0].is_open = true;
	assert_int_equal(result_targets(&result, list, 2, &fault), STATUS_OK);
	list[0].is_open = false;
	assert_int_equal(result_targets(&result, list, 3, &fault), STATUS_OK);
	assert_int_equal(
	    result_close(&result, STATUS_FAILED, &fault), STATUS_FAILED);
	p = take_value(contents("output"), "runs",
	    "[" OUTPUT_RUN "},{\"repository\":\"octo-org/two\",\"run_id\":null,"
	    "\"run_url\":null,\"exit_status\":3}]",
	    delimiter);
	p = take_value(p, "runs",
	    "[" OUTPUT_RUN
	    ",\"exit_status\":0},{\"repository\":\"octo-org/two\","
	    "\"run_id\":null,\"run_url\":null,\"exit_status\":3}," OUTPUT_RUN
	    ",\"conclusion\":\"failure\",\"exit_status\":1}]",
	    delimiter);
	p = take_value(p, "exit_status", "1", delimiter);
	assert_string_equal(p, "");
}

/* What is lost is told; without the file, nothing is. */
static void
test_lost(void **state)
{
	struct result_target list = { .repository = "octo-org/octo-repo",
		.run = &run };

	(void)state;
	order.has_targets = true;
	order.output_path = "/dev/full";
	open_result();
	assert_int_equal(
	    result_targets(&result, &list, 1, &fault), STATUS_OUTPUT);
	assert_non_null(strstr(fault.text, "/dev/full"));
	result_close(&result, STATUS_OUTPUT, &fault);
	order.output_path = NULL;
	open_result();
	assert_int_equal(result_targets(&result, &list, 1, &fault), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_output),
		TEST(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
