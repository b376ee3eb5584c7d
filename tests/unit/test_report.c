/* SPDX-License-Identifier: ISC */
/*
 * Lines about what is new, and about what failed.
 */
#include "captured.h"
#include "watching.h"

#include <stdio.h>

#include "base/log.h"
#include "command/report.h"

static void
test_change(void **state)
{
	static const struct fake_state states[] = {
		{ .status = "queued" },
		{ .at = 1000, .status = "in_progress", .attempt = 2 },
		{
		    .at = 2000,
		    .status = "completed",
		    .conclusion = "failure",
		    .attempt = 11,
		},
		{ .at = 3000, .status = "odd\n::error::\033[1m" },
	};
	static const char *const says[] = {
		": run 17654321098 is queued\n",
		": run 17654321098 is in_progress (attempt 2)\n",
		": run 17654321098 is completed: failure (attempt 11)\n",
		": run 17654321098 is odd\\n::error::\\x1b[1m\n",
	};
	const char *text;
	int year, month, day, hour, minute, second, n;
	size_t i;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .states = states, .state_count = COUNT(states) });
	for (i = 0; i < COUNT(says); i++) {
		watching_see(0);
		captured_begin();
		report_change(&runs[0]);
		text = watching_logged();
		n = 0;
		check(
		    sscanf(text,
			"return-dispatch: %4d-%2d-%2d %2d:%2d:%2d UTC%n", &year,
			&month, &day, &hour, &minute, &second, &n) == 6 &&
			n > 0,
		    "%s", text);
		check(strcmp(text + n, says[i]) == 0, "%s", text);
		fake_pass(1000);
	}
}

/* Who failed, with what, where, and where to read on. */
static void
test_failures(void **state)
{
	const char *text;
	int actions;

	(void)state;
	watching_see_jobs(WATCHING_JOBS);
	for (actions = 0; actions < 2; actions++) {
		log_open(LOG_LEVEL_INFO, actions);
		captured_begin();
		report_failures(&runs[0]);
		text = watching_logged();
		assert_non_null(strstr(text,
		    actions
			? "::error::job \"build\" concluded with failure"
			: "return-dispatch: error: job \"build\" concluded with "
			  "failure"));
		assert_non_null(strstr(text, "\"Compile it\" (failure)"));
		assert_null(strstr(text, "Upload"));
		assert_null(strstr(text, "Check out"));
		assert_non_null(strstr(
		    text, "actions/runs/17654321098/job/176543210980002\n"));
		/* Without an URL of its own: the run's. */
		assert_non_null(strstr(text,
		    "\"test / unit\" concluded with "
		    "cancelled: https://github.com/octo-org/octo-repo/actions/"
		    "runs/17654321098\n"));
		assert_non_null(strstr(text, "\"odd\" concluded with sunk"));
		assert_non_null(
		    strstr(text, "\"none\" completed without a conclusion"));
		assert_null(strstr(text, "\"lint\""));
		assert_null(strstr(text, "still going"));
		/* No cause, and so no error. */
		assert_non_null(strstr(text,
		    "\nreturn-dispatch: job "
		    "\"deploy\" concluded with skipped"));
		assert_non_null(strstr(text,
		    "\nreturn-dispatch: job \"docs\" concluded with neutral"));
		assert_null(strstr(text, "\n::error::x"));
		assert_null(strstr(text, "##[error]"));
		assert_null(strchr(text, '\033'));
	}
	log_open(LOG_LEVEL_ERROR, false);
	captured_begin();
	report_failures(&runs[0]);
	text = watching_logged();
	assert_non_null(strstr(text, "\"build\""));
	assert_null(strstr(text, "\"deploy\""));
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_change),
		TEST(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
