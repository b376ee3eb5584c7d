/* SPDX-License-Identifier: ISC */
/*
 * Options whose rows say how they are loaded: texts, durations, booleans.
 */
#include "loading.h"

#include <stdio.h>

static void
test_texts(void **state)
{
	static const char *const texts[] = { "a\nb", "a\tb", "\x01", "\x7f",
		"\xff", "\xc3", "\xed\xa0\x80" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		bad(LIST("--workflow", texts[i]), NULL, LIST("--workflow"));
		bad(LIST("--ref", texts[i]), NULL, LIST("--ref"));
	}
	bad(NULL, LIST("INPUT_REF=a\x1b[31mb"), LIST("INPUT_REF"));
	bad(NULL, LIST("INPUT_WORKFLOW=a\nb"), LIST("INPUT_WORKFLOW"));
	GOOD_ARGS("--ref", "feature/caf\xc3\xa9 \xf0\x9f\x9a\x80", "-w",
	    "b\xc3\xa4r.yml");
	assert_string_equal(config.ref, "feature/caf\xc3\xa9 \xf0\x9f\x9a\x80");
}

static void
test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
		{ "90", 90000 },
		{ "90s", 90000 },
		{ "5m", 300000 },
		{ "1h", 3600000 },
		{ "1500ms", 1500 },
		{ "1ms", 1 },
		{ "007", 7000 },
		{ "5x", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5", -1 },
		{ "1e3", -1 },
		{ "1h30m", -1 },
		{ "5M", -1 },
		{ "5S", -1 },
		{ "s", -1 },
		{ "ms", -1 },
		{ "1 s", -1 },
		{ "0x10", -1 },
		{ "9223372036854775807", -1 },
		{ "99999999999999999999999", -1 },
		{ "1d", -1 },
	};
	char variable[96];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(variable, sizeof variable,
		    "INPUT_WORKFLOW_TIMEOUT_SECONDS=%s", cases[i].text);
		if (cases[i].ms == -1) {
			bad(LIST("--timeout", cases[i].text), NULL,
			    LIST("--timeout", cases[i].text, "90s"));
			bad(LIST("--retry-interval", cases[i].text), NULL,
			    LIST("--retry-interval", cases[i].text));
			bad(NULL, LIST(variable),
			    LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS",
				cases[i].text));
			continue;
		}
		GOOD_ARGS("--timeout", cases[i].text, "--retry-interval",
		    cases[i].text);
		assert_true(config.timeout_ms == cases[i].ms);
		assert_true(config.step_ms == cases[i].ms);
		GOOD_ENV(variable);
		assert_true(config.timeout_ms == cases[i].ms);
	}
	/* Nothing can be found in no time; a step may be nothing. */
	bad(LIST("--timeout", "0"), NULL, LIST("--timeout", "0"));
	bad(LIST("--timeout", "0ms"), NULL, LIST("--timeout"));
	bad(LIST("--timeout=0h"), NULL, LIST("--timeout"));
	bad(NULL, LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS=0"),
	    LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS"));
	GOOD_ARGS("--retry-interval", "0");
	assert_int_equal(config.step_ms, 0);
	bad(NULL, LIST("INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=x"),
	    LIST("INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS"));
}

static void
test_booleans(void **state)
{
	static const struct {
		const char *value;
		int is; /* -1: refused */
	} cases[] = {
		{ "true", 1 },
		{ "True", 1 },
		{ "TRUE", 1 },
		{ " true\n", 1 },
		{ "false", 0 },
		{ "False", 0 },
		{ "FALSE", 0 },
		{ "", 0 },
		{ "  ", 0 },
		{ "1", -1 },
		{ "0", -1 },
		{ "yes", -1 },
		{ "no", -1 },
		{ "tRUE", -1 },
		{ "truee", -1 },
		{ "tru", -1 },
		{ "on", -1 },
		{ "true false", -1 },
	};
	char wait[64], cancel[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(wait, sizeof wait, "INPUT_WAIT=%s", cases[i].value);
		snprintf(cancel, sizeof cancel, "INPUT_CANCEL_ON_INTERRUPT=%s",
		    cases[i].value);
		if (cases[i].is == -1) {
			bad(NULL, LIST(wait),
			    LIST(
				"INPUT_WAIT", cases[i].value, "true or false"));
			bad(LIST("--wait"), LIST(cancel),
			    LIST("INPUT_CANCEL_ON_INTERRUPT"));
			/* The option counts, and the other is not read. */
			good(LIST("--wait"), LIST(wait));
			continue;
		}
		GOOD_ENV(wait);
		check(config.wait == (cases[i].is == 1), "%s", wait);
		good(LIST("--wait"), LIST(wait, cancel));
		assert_true(config.wait);
		check(config.waiting.cancel_on_interrupt == (cases[i].is == 1),
		    "%s", cancel);
		good(LIST("await", "7", "--cancel-on-interrupt"), LIST(cancel));
		assert_true(config.waiting.cancel_on_interrupt);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_texts),
		LOADING_TEST(test_durations),
		LOADING_TEST(test_booleans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
