/* SPDX-License-Identifier: ISC */
/*
 * The result when the wait for a run is over, beside what was written when it
 * was found.
 */
#include "writing.h"

#include <stdio.h>
#include <unistd.h>

#define WORD_CHARACTERS              \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_after_wait),
		TEST(test_given_run),
		TEST(test_several_runs),
		TEST(test_output_file_after_wait),
		TEST(test_hostile_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
