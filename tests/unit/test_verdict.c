/*
 * What a status and a conclusion amount to: every pair of them.
 */
#include "unit.h"

#include "command/verdict.h"

/* GitHub's, then what it may come up with, then what is none. */
static const char *const statuses[] = { "queued", "in_progress", "waiting",
    "requested", "pending", "completed", "", "Completed", "COMPLETED",
    "completed ", " completed", "complete", "completedx", "success",
    "failure", "paused", "null", "comple\xc3\xbe" };

static const struct {
	const char	*text;
	bool		 known, harmless;
} conclusions[] = {
	{ "success", true, true },
	{ "failure", true, false },
	{ "neutral", true, true },
	{ "cancelled", true, false },
	{ "skipped", true, true },
	{ "timed_out", true, false },
	{ "action_required", true, false },
	{ "stale", true, false },
	{ "startup_failure", true, false },
	{ "", false, false },
	{ "Success", false, false },
	{ "SUCCESS", false, false },
	{ "success ", false, false },
	{ " success", false, false },
	{ "succes", false, false },
	{ "successful", false, false },
	{ "succeeded", false, false },
	{ "canceled", false, false },
	{ "completed", false, false },
	{ "null", false, false },
	{ "partial_success", false, false },
};

/* Only "completed" ends, and only "success" succeeds. */
static void
test_every_pair(void **state)
{
	enum verdict want;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(conclusions); k++) {
			want = strcmp(statuses[i], "completed") != 0 ?
			    VERDICT_GOING_ON : k == 0 ? VERDICT_SUCCESS :
			    *conclusions[k].text == '\0' ? VERDICT_UNTOLD :
			    VERDICT_FAILURE;
			check(verdict_of(statuses[i], conclusions[k].text) ==
			    want, "\"%s\", \"%s\"", statuses[i],
			    conclusions[k].text);
		}
}

static void
test_conclusions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(conclusions); i++) {
		check(verdict_is_known(conclusions[i].text) ==
		    conclusions[i].known, "%s", conclusions[i].text);
		check(verdict_is_harmless(conclusions[i].text) ==
		    conclusions[i].harmless, "%s", conclusions[i].text);
		check(verdict_has_failed("completed", conclusions[i].text) !=
		    conclusions[i].harmless, "%s", conclusions[i].text);
		assert_false(verdict_has_failed("in_progress",
		    conclusions[i].text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_conclusions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
