/* SPDX-License-Identifier: ISC */
/*
 * The result on standard output and in $GITHUB_OUTPUT: exact texts, and a run
 * that is never lost when one of them cannot be written.
 */
#include "results.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/result.h"

#define WORD_CHARACTERS              \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define UUID "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define TEXT "run_id=17654321098\nrun_url=" URL "\n"
#define JSON                                               \
	"{\"run_id\":17654321098,\"run_url\":\"" URL "\"," \
	"\"repository\":\"octo-org/octo-repo\","

static struct result_order order;
static struct result result;
static struct fault fault;

/* The order lends its paths. */
static char output_path[PATH_SIZE], summary_path[PATH_SIZE];

static void
open_result(void)
{
	/* The one before may have been left open. */
	free(result.known);
	check(result_open(&result, &order, &fault) == STATUS_OK, "%s",
	    fault.text);
}

/* Writes the result with stdout at that place. */
static enum status
write_to(const char *place)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	redirect(STDOUT_FILENO, place);
	redirect(STDERR_FILENO, path_of("log"));
	status = result_found(&result, &run, &fault);
	summary_write(&result.summary, &run, NULL);
	if (status == STATUS_OK)
		status = result_close(&result, STATUS_OK, &fault);
	restore();
	return status;
}

static enum status
write_result(void)
{
	return write_to(path_of("stdout"));
}

static int
set_up(void **state)
{
	(void)state;
	results_set_up();
	memset(&order, 0, sizeof order);
	memset(&result, 0, sizeof result);
	result.fd = result.summary.fd = -1;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	result_close(&result, STATUS_OK, &fault);
	return results_tear_down();
}

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

/* One of $GITHUB_OUTPUT's values, as a runner reads them; *delimiter gets
 * what it is enclosed by.  Returns what follows. */
static const char *
take_value(
    const char *p, const char *name, const char *value, char delimiter[128])
{
	size_t len = strlen(name), n;
	char end[160];

	check(strncmp(p, name, len) == 0 && strncmp(p + len, "<<", 2) == 0,
	    "%s", p);
	p += len + 2;
	n = strcspn(p, "\n");
	assert_in_range(n, 16, 100);
	memcpy(delimiter, p, n);
	delimiter[n] = '\0';
	p += n + 1;
	snprintf(end, sizeof end, "\n%s\n", delimiter);
	n = strlen(value);
	check(strncmp(p, value, n) == 0, "%s", p);
	p += n;
	check(strncmp(p, end, strlen(end)) == 0, "%s", p);
	return p + strlen(end);
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

static void
expect_lost(const char *place)
{
	check(fault.status == STATUS_OUTPUT && fault.lasting, "%s", fault.text);
	assert_int_equal(status_exit_code(fault.status), 8);
	check(strstr(fault.text, "17654321098") != NULL, "%s", fault.text);
	check(strstr(fault.text, URL) != NULL, "%s", fault.text);
	check(strstr(fault.text, place) != NULL, "%s", fault.text);
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

/* As a wait goes: the run first, its end later. */
static enum status
write_twice(bool several)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	open_result();
	result.order.first_id = several ? run.id : 0;
	redirect(STDOUT_FILENO, path_of("stdout"));
	redirect(STDERR_FILENO, path_of("log"));
	status = result_found(&result, &run, &fault);
	if (status == STATUS_OK)
		status = result_ended(&result, &run, &watched, &fault);
	if (status == STATUS_OK)
		status = result_close(&result, STATUS_OK, &fault);
	restore();
	return status;
}

/* What is only known after the wait comes after it. */
static void
test_after_wait(void **state)
{
	static const struct {
		const char *status, *conclusion;
		uint64_t attempt;
		const char *text, *json;
	} cases[] = {
		{ "completed", "success", 1,
		    "run_conclusion=success\nrun_attempt=1\n",
		    "\"status\":\"completed\",\"conclusion\":\"success\","
		    "\"run_attempt\":1}\n" },
		{ "completed", "timed_out", 12,
		    "run_conclusion=timed_out\nrun_attempt=12\n",
		    "\"status\":\"completed\",\"conclusion\":\"timed_out\","
		    "\"run_attempt\":12}\n" },
		/* It goes on. */
		{ "in_progress", "", 1, "run_attempt=1\n",
		    "\"status\":\"in_progress\",\"conclusion\":null,"
		    "\"run_attempt\":1}\n" },
		/* Not told. */
		{ "queued", "", 0, "",
		    "\"status\":\"queued\",\"conclusion\":null,"
		    "\"run_attempt\":null}\n" },
		/* Null. */
		{ "", "", 1, "run_attempt=1\n",
		    "\"status\":null,\"conclusion\":null,"
		    "\"run_attempt\":1}\n" },
		/* Never seen. */
		{ NULL, NULL, 0, "",
		    "\"status\":null,\"conclusion\":null,"
		    "\"run_attempt\":null}\n" },
		/* Nothing but a word on a line of text. */
		{ "completed", "good\nrun_id=1\r\x1b[1m $(x)", 1,
		    "run_conclusion=unknown\nrun_attempt=1\n",
		    "\"status\":\"completed\",\"conclusion\":\"good\\nrun_id=1"
		    "\\r\\u001b[1m $(x)\",\"run_attempt\":1}\n" },
	};
	char want[2048];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].status != NULL)
			see(cases[i].status, cases[i].conclusion,
			    cases[i].attempt);
		else
			forget();
		order.format = RESULT_TEXT;
		assert_int_equal(write_twice(false), STATUS_OK);
		snprintf(want, sizeof want, TEXT "%s", cases[i].text);
		assert_string_equal(contents("stdout"), want);
		assert_int_equal(write_twice(true), STATUS_OK);
		assert_string_equal(contents("stdout"), want);

		/* A second, complete object on a line of its own. */
		order.format = RESULT_JSON;
		assert_int_equal(write_twice(false), STATUS_OK);
		snprintf(want, sizeof want,
		    JSON
		    "\"workflow\":\"deploy.yml\","
		    "\"ref\":\"main\",\"distinct_id\":null,"
		    "\"identified_by\":\"response\"}\n" JSON
		    "\"workflow\":\"deploy.yml\",\"ref\":\"main\","
		    "\"distinct_id\":null,\"identified_by\":\"response\",%s",
		    cases[i].json);
		assert_string_equal(contents("stdout"), want);

		/* Once, whatever comes of it. */
		order.format = RESULT_ID;
		assert_int_equal(write_twice(false), STATUS_OK);
		assert_string_equal(contents("stdout"), "17654321098\n");
		order.format = RESULT_URL;
		assert_int_equal(write_twice(true), STATUS_OK);
		assert_string_equal(contents("stdout"), URL "\n");
		assert_string_equal(contents("log"), "");
	}
}

/* A run that was given: one object, at the end. */
static void
test_given_run(void **state)
{
	(void)state;
	run.workflow = NULL;
	run.by = FOUND_GIVEN;
	see("completed", "failure", 2);
	order.format = RESULT_JSON;
	assert_int_equal(write_twice(false), STATUS_OK);
	assert_string_equal(contents("stdout"),
	    JSON
	    "\"workflow\":null,"
	    "\"ref\":\"main\",\"distinct_id\":null,\"identified_by\":"
	    "\"given\",\"status\":\"completed\",\"conclusion\":\"failure\","
	    "\"run_attempt\":2}\n");
	run.ref = NULL;
	assert_int_equal(write_twice(true), STATUS_OK);
	assert_non_null(strstr(contents("stdout"), "\"ref\":null,"));
	order.format = RESULT_TEXT;
	assert_int_equal(write_twice(false), STATUS_OK);
	assert_string_equal(
	    contents("stdout"), TEXT "run_conclusion=failure\nrun_attempt=2\n");
}

/* Of several runs, what belongs together stays together, and $GITHUB_OUTPUT
 * tells one. */
static void
test_several_runs(void **state)
{
	char delimiter[128];
	const char *p;

	(void)state;
	order.output_path = keep(output_path, "output");
	order.first_id = run.id;
	see("completed", "success", 1);
	open_result();
	redirect(STDOUT_FILENO, path_of("stdout"));
	assert_int_equal(result_found(&result, &run, &fault), STATUS_OK);
	assert_string_equal(contents("stdout"), "");
	run.id++;
	assert_int_equal(result_found(&result, &run, &fault), STATUS_OK);
	assert_int_equal(
	    result_ended(&result, &run, &watched, &fault), STATUS_OK);
	restore();
	assert_string_equal(contents("stdout"),
	    "run_id=17654321099\n"
	    "run_url=" URL "\nrun_conclusion=success\nrun_attempt=1\n");
	p = take_value(contents("output"), "run_id", "17654321098", delimiter);
	p = take_value(p, "run_url", URL, delimiter);
	assert_string_equal(p, "");
	if (access("/dev/full", W_OK) != 0)
		return;
	/* The message names the one that is lost. */
	redirect(STDOUT_FILENO, "/dev/full");
	assert_int_equal(
	    result_ended(&result, &run, &watched, &fault), STATUS_OUTPUT);
	restore();
	assert_non_null(strstr(fault.text, "17654321099"));
}

static void
test_output_file_after_wait(void **state)
{
	char delimiters[5][128];
	const char *p;
	size_t i, k;

	(void)state;
	order.output_path = keep(output_path, "output");
	see("completed", "timed_out", 3);
	assert_int_equal(write_twice(false), STATUS_OK);
	p = contents("output");
	p = take_value(p, "run_id", "17654321098", delimiters[0]);
	p = take_value(p, "run_url", URL, delimiters[1]);
	p = take_value(p, "run_conclusion", "timed_out", delimiters[2]);
	p = take_value(p, "run_attempt", "3", delimiters[3]);
	p = take_value(p, "exit_status", "0", delimiters[4]);
	assert_string_equal(p, "");
	for (i = 0; i < 5; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(delimiters[i], delimiters[k]);
	/* Empty values are values. */
	put_file("output", "no line end");
	see("in_progress", "", 0);
	assert_int_equal(write_twice(false), STATUS_OK);
	p = contents("output");
	assert_memory_equal(p, "no line end\n", 12);
	p = take_value(p + 12, "run_id", "17654321098", delimiters[0]);
	p = take_value(p, "run_url", URL, delimiters[1]);
	p = take_value(p, "run_conclusion", "", delimiters[2]);
	p = take_value(p, "run_attempt", "", delimiters[3]);
	p = take_value(p, "exit_status", "0", delimiters[4]);
	assert_string_equal(p, "");
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

#define KEYS_MAX 16

/* The keys that a runner would take from the file, each once; its rules are in
 * actions/runner, FileCommandManager.cs.  Fails on what it would refuse. */
static size_t
read_keys(const char *p, char keys[KEYS_MAX][32], char values[KEYS_MAX][512])
{
	const char *line, *heredoc, *equals;
	char end[160];
	size_t n = 0, len;

	for (; *p != '\0'; n++) {
		line = p;
		len = strcspn(line, "\n");
		heredoc = strstr(line, "<<");
		equals = strchr(line, '=');
		check(n < KEYS_MAX && heredoc != NULL && heredoc < line + len &&
			(equals == NULL || heredoc < equals),
		    "%s", line);
		snprintf(keys[n], sizeof keys[n], "%.*s", (int)(heredoc - line),
		    line);
		snprintf(end, sizeof end, "\n%.*s\n",
		    (int)(line + len - heredoc - 2), heredoc + 2);
		p = strstr(line + len, end);
		check(p != NULL, "%s", line);
		snprintf(values[n], sizeof values[n], "%.*s",
		    p > line + len ? (int)(p - line - len - 1) : 0,
		    line + len + 1);
		p += strlen(end);
	}
	return n;
}

/* Whatever a server says: our keys and no other, in the file and on stdout, and
 * words that a shell makes nothing of. */
static void
test_hostile_results(void **state)
{
	static const char *const pieces[] = { "\n", "run_id=1", "run_id<<X\n",
		"ghadelimiter_", "##[set-output name=run_id;]1",
		"::add-path::/x", "$(id)", "`id`", "'", "\"", ";id", " ",
		"\x1b[2J", "\xe2\x80\xae", "\xc2\x9b", "\xff", "a", "success",
		"~", "|" };
	static const char *const names[] = { "run_id", "run_url",
		"run_conclusion", "run_attempt", "exit_status" };
	char keys[KEYS_MAX][32], values[KEYS_MAX][512], text[512], want[1024];
	uint32_t random = 4711;
	size_t round, i, n;

	(void)state;
	order.output_path = keep(output_path, "output");
	for (round = 0; round < 200; round++) {
		text[0] = '\0';
		n = round % 9;
		for (i = 0; i < n; i++) {
			random = random * 1103515245 + 12345;
			strcat(text, pieces[(random >> 16) % COUNT(pieces)]);
		}
		see(text, text, 1);
		put_file("output", "");
		assert_int_equal(write_twice(false), STATUS_OK);
		n = read_keys(contents("output"), keys, values);
		assert_int_equal(n, COUNT(names));
		for (i = 0; i < n; i++)
			assert_string_equal(keys[i], names[i]);
		assert_string_equal(values[0], "17654321098");
		assert_string_equal(values[1], URL);
		check(strcmp(values[2], "unknown") == 0 ||
			strcmp(values[2], text) == 0,
		    "%s", values[2]);
		assert_int_equal(
		    strspn(values[2], WORD_CHARACTERS), strlen(values[2]));
		assert_string_equal(values[3], "1");
		snprintf(want, sizeof want, TEXT "%s%s%srun_attempt=1\n",
		    *text != '\0' ? "run_conclusion=" : "", values[2],
		    *text != '\0' ? "\n" : "");
		assert_string_equal(contents("stdout"), want);
	}
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formats),
		TEST(test_json),
		TEST(test_output_file),
		TEST(test_open),
		TEST(test_unfinished_line),
		TEST(test_exit_status),
		TEST(test_open_summary),
		TEST(test_open_fails),
		TEST(test_stdout_fails),
		TEST(test_output_fails),
		TEST(test_stuck_reader),
		TEST(test_after_wait),
		TEST(test_given_run),
		TEST(test_several_runs),
		TEST(test_output_file_after_wait),
		TEST(test_conclusion_lost),
		TEST(test_hostile_results),
		TEST(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
