/* SPDX-License-Identifier: ISC */
/*
 * The step summary: exact texts, in which nothing of others is more than text;
 * one that cannot be written is a warning.
 */
#include "results.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "command/summary.h"

static struct summary summary;
static int64_t left_ms;

/* Writes a summary there: of a run that was waited for, or not. */
static void
write_summary(const char *path, const struct watched *waited)
{
	redirect(STDERR_FILENO, path_of("log"));
	summary_open(&summary, path, &left_ms);
	summary_write(&summary, &run, waited);
	summary_close(&summary);
	restore();
}

static int
set_up(void **state)
{
	(void)state;
	results_set_up();
	left_ms = 5000;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return results_tear_down();
}

static void
test_open(void **state)
{
	(void)state;
	summary_open(&summary, path_of("summary"), &left_ms);
	assert_true(exists("summary"));
	/* Others must not inherit it. */
	assert_true(fcntl(summary.fd, F_GETFD) & FD_CLOEXEC);
	assert_false(fcntl(summary.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(summary.fd, F_GETFL) & O_APPEND);
	summary_close(&summary);
	assert_int_equal(summary.fd, -1);
}

static void
test_found(void **state)
{
	const char *text;

	(void)state;
	put_file("summary", "# Before\n");
	write_summary(path_of("summary"), NULL);
	text = contents("summary");
	assert_memory_equal(text, "# Before\n", 9);
	assert_non_null(strstr(text, "[17654321098](" URL ")"));
	assert_non_null(strstr(text, "`deploy.yml`"));
	assert_non_null(strstr(text, "`main`"));
	assert_non_null(strstr(text, "`octo-org/octo-repo`"));
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_string_equal(contents("log"), "");
}

/* None is wanted. */
static void
test_none(void **state)
{
	(void)state;
	write_summary(NULL, NULL);
	assert_string_equal(contents("log"), "");
}

/* Names cannot leave their code span. */
static void
test_markup(void **state)
{
	const char *text;

	(void)state;
	run.ref = "a`](https://evil.example)<b>\n# x";
	write_summary(path_of("summary"), NULL);
	text = contents("summary");
	assert_non_null(
	    strstr(text, " at ``a`](https://evil.example)<b>\\n# x`` in "));
	assert_null(strstr(text, "\n# x"));
}

/* One that cannot be written is a warning. */
static void
test_fails(void **state)
{
	char none[PATH_SIZE], fifo[PATH_SIZE];
	const char *paths[4];
	size_t i;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	paths[0] = keep(none, "none/summary");
	paths[1] = keep(fifo, "fifo"); /* nobody reads it: no hang */
	paths[2] = folder;
	paths[3] = access("/dev/full", W_OK) == 0 ? "/dev/full" : folder;
	for (i = 0; i < COUNT(paths); i++) {
		write_summary(paths[i], NULL);
		assert_non_null(strstr(contents("log"), "warning"));
		assert_non_null(strstr(contents("log"), "GITHUB_STEP_SUMMARY"));
	}
}

static void
test_after_wait(void **state)
{
	const char *text;

	(void)state;
	see("completed", "failure", 1);
	add_job("build", "completed", "success", URL "/job/1");
	add_job("test (1, 2)", "completed", "failure", "");
	add_job("deploy", "in_progress", "", URL "/job/3");
	write_summary(path_of("summary"), &watched);
	text = contents("summary");
	assert_non_null(strstr(text, "[17654321098](" URL ")"));
	assert_non_null(strstr(text, ": `failure`."));
	assert_non_null(strstr(text, "\n| job | result |\n|---|---|\n"));
	assert_non_null(strstr(text,
	    "\n| [`build`](" URL "/job/1) | "
	    "`success` |\n"));
	assert_non_null(strstr(text, "\n| `test (1, 2)` | `failure` |\n"));
	assert_non_null(strstr(text, "| `in_progress` |\n"));
	unlink(path_of("summary"));
	see("in_progress", "", 1);
	run.workflow = NULL;
	run.ref = NULL;
	write_summary(path_of("summary"), &watched);
	/* Of an event, which is for any workflow. */
	assert_memory_equal(contents("summary"), "Dispatched run", 14);
	unlink(path_of("summary"));
	run.by = FOUND_GIVEN;
	write_summary(path_of("summary"), &watched);
	text = contents("summary");
	assert_memory_equal(text, "Awaited run", 11);
	assert_non_null(strstr(text, ": `not concluded`."));
	assert_null(strstr(text, "| job"));
}

/* Names of jobs and conclusions are code: no links, no mentions, no markup, no
 * cells (test_sink has more of them); a job whose URL repeats the token has no
 * link. */
static void
test_names(void **state)
{
	static const char token[] = "ghs_0123456789abcdef";
	const char *text;

	(void)state;
	secret_add(token);
	see("completed", "www.evil.example", 1);
	add_job("www.evil.example", "completed", "mailto:a@evil.example", "");
	add_job("a`b | ghs_0123456789abcdef", "completed", "a\nb",
	    "https://evil.example/ghs_0123456789abcdef");
	add_job("", "", "", "");
	write_summary(path_of("summary"), &watched);
	secret_forget();
	text = contents("summary");
	assert_non_null(strstr(text, ": `www.evil.example`."));
	assert_non_null(strstr(text,
	    "|---|---|\n"
	    "| `www.evil.example` | `mailto:a@evil.example` |\n"
	    "| ``a`b \\| ***`` | `a\\nb` |\n"
	    "| - | - |\n\n"));
}

/* The runner takes 1 MiB a step. */
static void
test_size(void **state)
{
	char name[201];
	struct stat st;
	size_t i;

	(void)state;
	memset(name, '*', 200);
	name[200] = '\0';
	see("completed", "success", 1);
	for (i = 0; i < 5000; i++)
		add_job(name, "completed", "success", URL "/job/1");
	write_summary(path_of("summary"), &watched);
	assert_int_equal(stat(path_of("summary"), &st), 0);
	assert_in_range(st.st_size, 500000, 1048576);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open),
		TEST(test_found),
		TEST(test_none),
		TEST(test_markup),
		TEST(test_fails),
		TEST(test_after_wait),
		TEST(test_names),
		TEST(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
