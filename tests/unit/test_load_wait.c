/* SPDX-License-Identifier: ISC */
/*
 * How to wait: timeouts, cancelling, jobs and logs.
 */
#include "loading.h"

#include <stdio.h>

static void
test_wait_defaults(void **state)
{
	const struct wait_order *w = &config.waiting;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		good(i == 0 ? LIST("--wait") : LIST("await", "7"), NULL);
		assert_int_equal(config.wait, i == 0);
		assert_int_equal(
		    config.command, i == 0 ? COMMAND_DISPATCH : COMMAND_AWAIT);
		assert_true(w->timeout_ms == 300000);
		assert_true(w->interval_ms == 5000);
		assert_true(w->interval_grows);
		assert_true(w->cancel_after_ms == WAIT_NEVER);
		assert_true(w->force_cancel_after_ms == WAIT_NEVER);
		assert_true(w->rerun_grace_ms == 0);
		assert_int_equal(w->job_count, 0);
		assert_int_equal(w->log_lines, 0);
		assert_false(w->cancel_on_interrupt);
		/* Live on a terminal only. */
		assert_true(w->live || !w->colour);
	}
	assert_int_equal(config.run_count, 1);
	assert_true(config.runs[0].id == 7);
	assert_string_equal(config.runs[0].owner, "octo-org");
	assert_string_equal(config.runs[0].repo, "octo-repo");
	assert_null(config.workflow);
	assert_null(config.ref);
}

/* Durations: bare numbers are in seconds, but in one variable. */
static void
test_wait_durations(void **state)
{
	static const struct {
		const char *option, *variable;
		bool milliseconds; /* in the variable */
		bool zero_ok;
		size_t offset;
	} rows[] = {
		{ "--wait-timeout", "INPUT_RUN_TIMEOUT_SECONDS", false, true,
		    offsetof(struct wait_order, timeout_ms) },
		{ "--poll-interval", "INPUT_POLL_INTERVAL_MS", true, false,
		    offsetof(struct wait_order, interval_ms) },
		{ "--cancel-after", "INPUT_CANCEL_TIMEOUT_SECONDS", false,
		    false, offsetof(struct wait_order, cancel_after_ms) },
		{ "--rerun-grace", "INPUT_RERUN_GRACE_SECONDS", false, true,
		    offsetof(struct wait_order, rerun_grace_ms) },
	};
	static const char *const refused[] = { "x", "5x", "-1", "1.5", "1e3",
		"1h30m", "5M", "+5", "99999999999999999999",
		"9223372036854775807h", "0x10", "1 m" };
	char joined[128];
	int64_t ms;
	size_t i, k;

#define VALUE                                                                 \
	(memcpy(                                                              \
	     &ms, (const char *)&config.waiting + rows[i].offset, sizeof ms), \
	    ms)

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		GOOD_ARGS("--wait", rows[i].option, "90");
		check(VALUE == 90000, "%s", rows[i].option);
		GOOD_ARGS("await", "7", rows[i].option, "1500ms");
		check(VALUE == 1500, "%s", rows[i].option);
		GOOD_ARGS("--wait", rows[i].option, "2m");
		check(VALUE == 120000, "%s", rows[i].option);
		for (k = 0; k < COUNT(refused); k++) {
			bad(LIST("--wait", rows[i].option, refused[k]), NULL,
			    LIST(rows[i].option, refused[k], "90s"));
			snprintf(joined, sizeof joined, "%s=%s",
			    rows[i].variable, refused[k]);
			if (rows[i].variable != NULL)
				bad(LIST("--wait"), LIST(joined),
				    LIST(rows[i].variable, refused[k], "90s"));
		}
		bad(LIST("--wait", rows[i].option, ""), NULL,
		    LIST(rows[i].option, "empty"));
		if (rows[i].zero_ok)
			GOOD_ARGS("--wait", rows[i].option, "0");
		else
			bad(LIST("--wait", rows[i].option, "0"), NULL,
			    LIST(rows[i].option, "zero"));
		if (rows[i].variable == NULL)
			continue;
		snprintf(joined, sizeof joined, "%s= 42 ", rows[i].variable);
		good(LIST("--wait"), LIST(joined));
		check(
		    VALUE == (rows[i].milliseconds ? 42 : 42000), "%s", joined);
		/* The option wins. */
		good(LIST("--wait", rows[i].option, "7"), LIST(joined));
		check(VALUE == 7000, "%s", joined);
		snprintf(joined, sizeof joined, "%s=3s", rows[i].variable);
		good(LIST("await", "7"), LIST(joined));
		check(VALUE == 3000, "%s", joined);
	}
#undef VALUE
}

/* 0 is no limit; an interval that was set does not grow. */
static void
test_wait_limits(void **state)
{
	(void)state;
	GOOD_ARGS("--wait", "--wait-timeout", "0");
	assert_true(config.waiting.timeout_ms == WAIT_NEVER);
	good(LIST("await", "7"), LIST("INPUT_RUN_TIMEOUT_SECONDS=0"));
	assert_true(config.waiting.timeout_ms == WAIT_NEVER);
	GOOD_ARGS("--wait", "--poll-interval", "5");
	assert_false(config.waiting.interval_grows);
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS=5000"));
	assert_false(config.waiting.interval_grows);
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS="));
	assert_true(config.waiting.interval_grows);
	/* White space counts as nothing. */
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS= "));
	assert_true(config.waiting.interval_grows);
	assert_true(config.waiting.interval_ms == 5000);
}

/* A cancel that would never come is refused. */
static void
test_cancelling(void **state)
{
	const struct wait_order *w = &config.waiting;

	(void)state;
	GOOD_ARGS("--wait", "--cancel-after", "299");
	assert_true(w->cancel_after_ms == 299000);
	bad(LIST("--wait", "--cancel-after", "300"), NULL,
	    LIST("--cancel-after", "\"300\"", "--wait-timeout", "less"));
	bad(LIST("--wait", "--cancel-after", "5m"), NULL, LIST("\"5m\""));
	bad(LIST("--wait"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=60",
		"INPUT_RUN_TIMEOUT_SECONDS=60"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS", "INPUT_RUN_TIMEOUT_SECONDS"));
	good(LIST("--wait"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=59",
		"INPUT_RUN_TIMEOUT_SECONDS=60"));
	GOOD_ARGS("await", "7", "--wait-timeout", "0", "--cancel-after", "5h");
	assert_true(w->cancel_after_ms == 5 * 3600000);
	/* Not "at once", nor "never": await-remote-run refuses it, too. */
	bad(LIST("await", "7", "--cancel-after", "0"), NULL,
	    LIST("--cancel-after", "\"0\"", "more than zero"));
	bad(LIST("await", "7", "--wait-timeout", "0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS", "more than zero"));
	bad(LIST("--wait", "--force-cancel-after", "5"), NULL,
	    LIST("--force-cancel-after", "--cancel-after"));
	GOOD_ARGS(
	    "--wait", "--cancel-after", "10", "--force-cancel-after", "60");
	assert_true(w->force_cancel_after_ms == 60000);
	good(LIST("--wait", "--force-cancel-after", "0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=5"));
	assert_true(w->force_cancel_after_ms == 0);
}

static void
expect_jobs(const char *const *names)
{
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		assert_in_range(i, 0, config.job_count - 1);
		assert_string_equal(config.jobs[i], names[i]);
	}
	assert_int_equal(config.job_count, i);
	assert_int_equal(config.waiting.job_count, i);
	assert_true(config.waiting.jobs == (const char **)config.jobs);
}

static void
test_jobs(void **state)
{
	(void)state;
	GOOD_ARGS("--wait", "--job", "build", "--job", " caller / inner ");
	expect_jobs(LIST("build", " caller / inner "));
	good(LIST("--wait"),
	    LIST("INPUT_JOBS=build\n  test (1, 2)  \r\n\n \t"
		 "\r\nlint, and more\n"));
	expect_jobs(LIST("build", "test (1, 2)", "lint, and more"));
	good(LIST("await", "7", "--job", "x"), LIST("INPUT_JOBS=build"));
	expect_jobs(LIST("x"));
	good(LIST("--wait"), LIST("INPUT_JOBS=\n \n"));
	expect_jobs(LIST(NULL));
	bad(LIST("--wait", "--job", ""), NULL, LIST("--job", "empty"));
}

static void
test_log_lines(void **state)
{
	static const char *const refused[] = { "0", "10001", "-1", "x", "5s",
		"1.0", "99999999999999999999", "" };
	size_t i;

	(void)state;
	GOOD_ARGS("--wait", "--log-failed");
	assert_int_equal(config.waiting.log_lines, 100);
	GOOD_ARGS("await", "7", "--log-failed", "--log-lines", "1");
	assert_int_equal(config.waiting.log_lines, 1);
	GOOD_ARGS("await", "7", "--log-lines=10000", "--log-failed");
	assert_int_equal(config.waiting.log_lines, 10000);
	good(LIST("--wait"), LIST("INPUT_LOG_FAILED=true"));
	assert_int_equal(config.waiting.log_lines, 100);
	good(LIST("await", "7"),
	    LIST("INPUT_LOG_FAILED=true", "INPUT_LOG_LINES=7"));
	assert_int_equal(config.waiting.log_lines, 7);
	good(LIST("await", "7"),
	    LIST("INPUT_LOG_FAILED=false", "INPUT_LOG_LINES=7"));
	assert_int_equal(config.waiting.log_lines, 0);
	bad(LIST("await", "7"), LIST("INPUT_LOG_FAILED=no"),
	    LIST("INPUT_LOG_FAILED", "no"));
	for (i = 0; i < COUNT(refused); i++)
		bad(LIST("--wait", "--log-failed", "--log-lines", refused[i]),
		    NULL, LIST("--log-lines", refused[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_wait_defaults),
		LOADING_TEST(test_wait_durations),
		LOADING_TEST(test_wait_limits),
		LOADING_TEST(test_cancelling),
		LOADING_TEST(test_jobs),
		LOADING_TEST(test_log_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
