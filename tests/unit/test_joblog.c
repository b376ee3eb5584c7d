/* SPDX-License-Identifier: ISC */
/*
 * The ends of logs: of the jobs that failed, and as text.
 */
#include "captured.h"
#include "watching.h"

#include <stdio.h>

#include "base/log.h"
#include "base/secret.h"
#include "command/joblog.h"

#define SECRET "ghs_0123456789abcdef"

/* The end of each failed job's log, and of no other. */
static void
test_logs(void **state)
{
	const char *text;

	(void)state;
	watching_see_jobs(WATCHING_JOBS);
	captured_begin();
	joblog_print_failed(
	    &fake_clock, &runs[0], 2, FAKE_START + fake_now() + 1000);
	text = watching_logged();
	assert_non_null(strstr(text,
	    "job \"build\"\nreturn-dispatch: | two\n"
	    "return-dispatch: | three\n"));
	assert_null(strstr(text, "| one"));
	assert_non_null(strstr(text,
	    "job \"test / unit\"\n"
	    "return-dispatch: | x\n"));
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 5);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 1)), 1);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 0)), 0);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 3)), 0);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 5)), 0);
}

/* A log is foreign text, whatever it says. */
static void
test_log_lines(void **state)
{
	static const struct fake_job jobs[] = { { .done_at = 1,
	    .conclusion = "failure",
	    .log = "\xef\xbb\xbf"
		   "2024-05-13T19:47:28.1234567Z first\r\n"
		   "##[error]Process completed with exit code 1.\n"
		   "::error::x\n\n"
		   "\033[31mred\033[0m \007\xff\ttab\n"
		   "#\033[1m#\033[m[warning]hidden\n"
		   "key: ghs_012345\033[31m6789abcdef\033[0m\n"
		   "cut \033[31\n"
		   "token: " SECRET " %s\n"
		   "##[endgroup]\n"
		   "last" } };
	const char *text, *p;
	int actions;

	(void)state;
	secret_add(SECRET);
	fake_add_run(
	    gh, (struct fake_run){ .id = RUN, .jobs = jobs, .job_count = 1 });
	fake_pass(1000);
	watching_see(0);
	for (actions = 0; actions < 2; actions++) {
		log_open(LOG_LEVEL_INFO, actions);
		captured_begin();
		joblog_print_failed(
		    &fake_clock, &runs[0], 100, FAKE_START + fake_now() + 1000);
		text = watching_logged();
		if (actions) {
			p = strstr(text, "::group::");
			assert_ptr_equal(p, text);
			p = strstr(text, "::endgroup::\n");
			assert_non_null(p);
			assert_int_equal(strlen(p), 13);
		} else {
			assert_null(strstr(text, "::group"));
			assert_null(strstr(text, "::endgroup"));
		}
		assert_non_null(strstr(text, ": | 2024-05-13T19:47:28"));
		assert_non_null(strstr(text, "first\n"));
		assert_non_null(strstr(text, "| ##\\x5berror]Process"));
		assert_non_null(strstr(text, "| ::error::x\n"));
		assert_non_null(strstr(text, "| \n"));
		/* Colours and controls are of no use, and gone. */
		assert_non_null(strstr(text, "| red \\xff tab\n"));
		assert_non_null(strstr(text, "| ##\\x5bwarning]hidden\n"));
		assert_non_null(strstr(text, "| key: ***\n"));
		assert_non_null(strstr(text, "| cut \n"));
		assert_non_null(strstr(text, "| token: *** %s\n"));
		assert_non_null(strstr(text, "| last\n"));
		assert_null(strstr(text, "##["));
		assert_null(strstr(text, SECRET));
		for (p = text; p != NULL && *p != '\0';
		     p = strchr(p, '\n'), p = p != NULL ? p + 1 : p)
			check(strncmp(p, "::", 2) != 0 ||
				strncmp(p, "::group::", 9) == 0 ||
				strncmp(p, "::endgroup::", 12) == 0,
			    "%s", p);
	}
}

/* Very long lines are cut, and never through a secret. */
static void
test_long_log_line(void **state)
{
	static char line[400000];
	static struct fake_job jobs[] = {
		{ .done_at = 1, .conclusion = "failure", .log = line }
	};
	const char *text;
	size_t i, at;

	(void)state;
	secret_add(SECRET);
	fake_add_run(
	    gh, (struct fake_run){ .id = RUN, .jobs = jobs, .job_count = 1 });
	fake_pass(1000);
	watching_see(0);
	for (at = 1980; at <= 2005; at++) {
		memset(line, 'x', sizeof line - 1);
		memcpy(line + at, SECRET, strlen(SECRET));
		captured_begin();
		joblog_print_failed(
		    &fake_clock, &runs[0], 5, FAKE_START + fake_now() + 1000);
		text = watching_logged();
		check(strlen(text) < 6000, "%zu", strlen(text));
		for (i = 4; i < strlen(SECRET); i++)
			check(strstr(text, "xghs_") == NULL, "%zu", at);
		assert_non_null(strstr(text, "...\n"));
	}
	/* NULs do not end a line early. */
	memset(line, 'y', sizeof line - 1);
	line[50] = '\0';
	line[49] = '\n';
	jobs[0].log_repeats = 3;
	captured_begin();
	joblog_print_failed(
	    &fake_clock, &runs[0], 5, FAKE_START + fake_now() + 1000);
	text = watching_logged();
	assert_non_null(strstr(text, "| yyyyy"));
}

/* Half a log is better than none; none is a warning. */
static void
test_log_fails(void **state)
{
	static const enum status statuses[] = { STATUS_CLOSED, STATUS_NOT_FOUND,
		STATUS_REFUSED, STATUS_TIMEOUT };
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(statuses); i++) {
		fake_fail(gh, FAKE_LOG, 1, 0, statuses[i]);
		watching_see_jobs(3);
		captured_begin();
		joblog_print_failed(
		    &fake_clock, &runs[0], 100, FAKE_START + fake_now() + 1000);
		text = watching_logged();
		assert_non_null(strstr(text, "warning: "));
		assert_non_null(strstr(text, "api.fake.example: call failed"));
		assert_non_null(strstr(text, "\"build\""));
		check((strstr(text, "| three\n") != NULL) ==
			(statuses[i] == STATUS_CLOSED),
		    "%s", text);
		/* The lines before a cut are not the last ones. */
		assert_null(
		    strstr(text, "last lines of the log of job \"build\""));
		assert_int_equal(strstr(text,
				     "log of job \"build\", "
				     "incomplete after these lines") != NULL,
		    statuses[i] == STATUS_CLOSED);
		assert_int_equal(strstr(text,
				     "the log of job \"build\" could "
				     "not be read completely: ") != NULL,
		    statuses[i] == STATUS_CLOSED);
		/* The other job's is asked for all the same, unless that
		 * would take as long once more. */
		check((strstr(text, "| x\n") != NULL) ==
			(statuses[i] != STATUS_TIMEOUT),
		    "%s", text);
		watching_tear_down(state);
		watching_set_up(state);
	}
}

/* Logs that come a moment after their jobs' ends are waited for, three times
 * in all. */
static void
test_late_logs(void **state)
{
	static const struct {
		unsigned int missing; /* calls that find nothing */
		size_t calls;
		bool first, second;
	} rows[] = {
		{ 1, 3, true, true },
		{ 3, 5, true, true },
		{ 4, 5, false, true },
		{ FAKE_ALWAYS, 5, false, false },
	};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		fake_fail(gh, FAKE_LOG, 1, rows[i].missing, STATUS_NOT_FOUND);
		watching_see_jobs(3);
		captured_begin();
		joblog_print_failed(&fake_clock, &runs[0], 100,
		    FAKE_START + fake_now() + 60000);
		text = watching_logged();
		check(fake_count(gh, FAKE_LOG, 0) == rows[i].calls,
		    "row %zu: %zu", i, fake_count(gh, FAKE_LOG, 0));
		check((strstr(text, "| three\n") != NULL) == rows[i].first,
		    "row %zu: %s", i, text);
		check((strstr(text, "| x\n") != NULL) == rows[i].second,
		    "row %zu: %s", i, text);
		watching_tear_down(state);
		watching_set_up(state);
	}
}

/* A signal ends it at once. */
static void
test_log_signal(void **state)
{
	const char *text;

	(void)state;
	watching_see_jobs(WATCHING_JOBS);
	fake_signal_at(fake_now(), 2);
	captured_begin();
	joblog_print_failed(
	    &fake_clock, &runs[0], 100, FAKE_START + fake_now() + 1000);
	text = watching_logged();
	assert_string_equal(text, "");
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 1);
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_logs),
		TEST(test_log_lines),
		TEST(test_long_log_line),
		TEST(test_log_fails),
		TEST(test_late_logs),
		TEST(test_log_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
