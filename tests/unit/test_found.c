/* SPDX-License-Identifier: ISC */
/*
 * A run that is known: the words of its result.
 */
#include "unit.h"

#include "base/mem.h"
#include "github/found.h"

static void
test_by_text(void **state)
{
	(void)state;
	assert_string_equal(found_by_text(FOUND_BY_RESPONSE), "response");
	assert_string_equal(found_by_text(FOUND_BY_RUN_NAME), "run-name");
	assert_string_equal(found_by_text(FOUND_BY_JOB_NAME), "job-name");
	assert_string_equal(found_by_text(FOUND_BY_STEP_NAME), "step-name");
	assert_string_equal(found_by_text(FOUND_GIVEN), "given");
}

/* Once too often does no harm. */
static void
test_wipe(void **state)
{
	struct found_run run = { .id = 1, .url = xstrdup("https://x/1") };

	(void)state;
	found_run_wipe(&run);
	assert_null(run.url);
	assert_true(run.id == 0);
	found_run_wipe(&run);
}

static void
test_move(void **state)
{
	struct found_run to,
	    from = {
		    .id = 1,
		    .url = xstrdup("https://x/1"),
		    .file = xstrdup("a.yml"),
		    .branch = xstrdup("main"),
	    };

	(void)state;
	found_run_move(&to, &from);
	assert_null(from.url);
	assert_null(from.file);
	assert_string_equal(to.file, "a.yml");
	found_run_wipe(&from);
	found_run_wipe(&to);
	assert_null(to.branch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_text),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
