/* SPDX-License-Identifier: ISC */
/*
 * A result that cannot be written: the run is never lost.
 */
#include "writing.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Created before anything is sent; what is there stays. */
static void
test_open(void **state)
{
	char delimiter[128];
	const char *p;

	(void)state;
	order.output_path = keep(output_path, "output");
	open_result();
	assert_true(exists("output"));
	assert_string_equal(contents("output"), "");
	assert_int_equal(result_close(&result, STATUS_OK, &fault), STATUS_OK);
	assert_int_equal(result.fd, -1);
	assert_int_equal(result_close(&result, STATUS_OK, &fault), STATUS_OK);
	put_file("output", "kept\n");
	open_result();
	assert_int_equal(
	    result_close(&result, STATUS_REFUSED, &fault), STATUS_REFUSED);
	p = contents("output");
	assert_memory_equal(p, "kept\n", 5);
	assert_string_equal(
	    take_value(p + 5, "exit_status", "3", delimiter), "");
	/* Others must not inherit it. */
	open_result();
	assert_true(fcntl(result.fd, F_GETFD) & FD_CLOEXEC);
	assert_false(fcntl(result.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(result.fd, F_GETFL) & O_APPEND);
	result_close(&result, STATUS_OK, &fault);
	assert_int_equal(result.fd, -1);
}

/* The summary is opened at the same time, but not even created where
 * GITHUB_OUTPUT is refused. */
static void
test_open_summary(void **state)
{
	(void)state;
	put_file("summary", "# Before\n");
	order.summary_path = keep(summary_path, "summary");
	open_result();
	assert_int_equal(result.fd, -1);
	assert_int_equal(rename(path_of("summary"), path_of("moved")), 0);
	assert_int_equal(write_result(), STATUS_OK);
	assert_int_equal(result.summary.fd, -1);
	assert_false(exists("summary"));
	assert_non_null(strstr(contents("moved"), URL));
	assert_string_equal(contents("log"), "");
	/* Nothing to write: not a word of what cannot be written. */
	order.summary_path = folder;
	open_result();
	result_close(&result, STATUS_OK, &fault);
	assert_int_equal(result.summary.fd, -1);
	order.summary_path = keep(summary_path, "summary");
	order.output_path = folder;
	assert_int_equal(result_open(&result, &order, &fault), STATUS_USAGE);
	assert_false(exists("summary"));
}

static void
test_open_fails(void **state)
{
	const char *paths[4];
	size_t i;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	paths[0] = path_of("none/output");
	paths[1] = folder;
	paths[2] = path_of("fifo"); /* nobody reads it: no hang */
	paths[3] = "/dev/null/x";
	for (i = 0; i < COUNT(paths); i++) {
		order.output_path = paths[i];
		check(result_open(&result, &order, &fault) == STATUS_USAGE,
		    "%s", paths[i]);
		check(fault.status == STATUS_USAGE && fault.lasting, "%s",
		    paths[i]);
		check(strstr(fault.text, "GITHUB_OUTPUT") != NULL &&
			strstr(fault.text, paths[i]) != NULL,
		    "%s", fault.text);
		assert_int_equal(result.fd, -1);
	}
}

/* stdout does not take it: the ID is in the message, and in the file. */
static void
test_stdout_fails(void **state)
{
	enum status status;
	char delimiter[128];
	int fds[2];

	(void)state;
	order.output_path = keep(output_path, "output");
	order.summary_path = keep(summary_path, "summary");
	if (access("/dev/full", W_OK) == 0) {
		open_result();
		assert_int_equal(write_to("/dev/full"), STATUS_OUTPUT);
		expect_lost("standard output");
		expect_lost("No space left");
		take_value(
		    contents("output"), "run_id", "17654321098", delimiter);
		assert_non_null(strstr(contents("summary"), URL));
	}

	/* A pipe that nobody reads any more. */
	open_result();
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	status = result_found(&result, &run, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
	expect_lost("Broken pipe");

	/* None at all, and one that can only be read. */
	open_result();
	close(STDOUT_FILENO);
	status = result_found(&result, &run, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
	open_result();
	fds[0] = open("/dev/null", O_RDONLY);
	dup2(fds[0], STDOUT_FILENO);
	close(fds[0]);
	status = result_found(&result, &run, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
}

/* The output file does not take it: stdout has it all the same. */
static void
test_output_fails(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	order.output_path = "/dev/full";
	open_result();
	assert_int_equal(write_result(), STATUS_OUTPUT);
	expect_lost("/dev/full");
	assert_string_equal(contents("stdout"), TEXT);
	/* Neither does. */
	open_result();
	assert_int_equal(write_to("/dev/full"), STATUS_OUTPUT);
	expect_lost("No space left");
}

/* Nobody reads the pipe: what it takes to find out is taken once for all that
 * is written, and the run is in the message. */
static void
test_stuck_reader(void **state)
{
	static const char zeros[4096];
	static char fifo[128];
	int reader;

	(void)state;
	assert_int_equal(mkfifo(keep(fifo, "fifo"), 0600), 0);
	reader = open(fifo, O_RDWR | O_NONBLOCK);
	assert_true(reader != -1);
	while (write(reader, zeros, sizeof zeros) > 0)
		;
	order.output_path = order.summary_path = fifo;
	open_result();
	assert_in_range(result.left_ms, 1000, 10000);
	result.left_ms = 50;
	assert_int_equal(write_result(), STATUS_OUTPUT);
	expect_lost(fifo);
	assert_int_equal(result.left_ms, 0);
	assert_string_equal(contents("stdout"), TEXT);
	/* Neither that nor a summary cost anything more. */
	assert_non_null(strstr(contents("log"), "GITHUB_STEP_SUMMARY"));
	close(reader);
}

/* What cannot be written after the wait is in the message. */
static void
test_conclusion_lost(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	see("completed", "failure", 1);
	open_result();
	redirect(STDOUT_FILENO, "/dev/full");
	assert_int_equal(
	    result_ended(&result, &run, &watched, &fault), STATUS_OUTPUT);
	restore();
	expect_lost("standard output");
	expect_lost("failure");
}

/* The run as found, the file full from then on, and that end. */
static enum status
close_full(enum status status)
{
	open_result();
	redirect(STDOUT_FILENO, path_of("stdout"));
	redirect(STDERR_FILENO, path_of("log"));
	assert_int_equal(result_found(&result, &run, &fault), STATUS_OK);
	result.order.output_path = "/dev/full";
	redirect(result.fd, "/dev/full");
	if (status != STATUS_OK)
		fault_set(&fault, status, "its own story");
	status = result_close(&result, status, &fault);
	restore();
	return status;
}

/* The exit status is lost, but no failure's story is. */
static void
test_exit_status_lost(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	order.output_path = keep(output_path, "output");
	assert_int_equal(close_full(STATUS_OK), STATUS_OUTPUT);
	expect_lost("/dev/full");
	assert_string_equal(contents("log"), "");
	assert_int_equal(close_full(STATUS_UNKNOWN), STATUS_OUTPUT);
	expect_lost("/dev/full");
	assert_non_null(strstr(contents("log"), "its own story"));
}

/* Of several runs, the last one known is none to name. */
static void
test_exit_status_of_several_lost(void **state)
{
	int is_wait;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	order.output_path = keep(output_path, "output");
	for (is_wait = 0; is_wait < 2; is_wait++) {
		order.has_targets = !is_wait;
		order.first_id = is_wait ? run.id + 1 : 0;
		unlink(path_of("log"));
		assert_int_equal(close_full(STATUS_UNKNOWN), STATUS_OUTPUT);
		assert_non_null(strstr(contents("log"), "its own story"));
		assert_int_equal(fault.status, STATUS_OUTPUT);
		assert_true(fault.lasting);
		assert_non_null(strstr(fault.text,
		    "the exit status could not be written to /dev/full: No "
		    "space left"));
		assert_null(strstr(fault.text, "17654321098"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open),
		TEST(test_open_summary),
		TEST(test_open_fails),
		TEST(test_stdout_fails),
		TEST(test_output_fails),
		TEST(test_stuck_reader),
		TEST(test_conclusion_lost),
		TEST(test_exit_status_lost),
		TEST(test_exit_status_of_several_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
