/* SPDX-License-Identifier: ISC */
/*
 * One order for each repository, each with an ID of its own unless one was
 * given.
 */
#include "loading.h"

#include <stdio.h>

#include "cli/plan_targets.h"

static struct plan_targets plan;
static int drawn, draws_left;

static bool
draw(char uuid[RANDOM_UUID_SIZE])
{
	if (draws_left == 0)
		return false;
	draws_left--;
	snprintf(
	    uuid, RANDOM_UUID_SIZE, "00000000-0000-4000-8000-%012d", ++drawn);
	return true;
}

static enum status
make(const char *const *args)
{
	plan_targets_wipe(&plan);
	drawn = 0;
	draws_left = 10;
	good(args, NULL);
	return plan_targets(&plan, &config, draw, &fault);
}

static void
test_each(void **state)
{
	(void)state;
	assert_int_equal(
	    make(LIST("-R", "o/a", "-R", "p/b", "--distinct-id")), STATUS_OK);
	assert_int_equal(plan.count, 2);
	assert_string_equal(plan.list[0].owner, "o");
	assert_string_equal(plan.list[0].repo, "a");
	assert_string_equal(plan.list[1].owner, "p");
	assert_string_equal(plan.list[1].repo, "b");
	assert_string_equal(plan.list[0].order.distinct_id,
	    "00000000-0000-4000-8000-000000000001");
	assert_string_equal(plan.list[1].order.distinct_id,
	    "00000000-0000-4000-8000-000000000002");
	assert_true(plan.list[1].order.is_unique);
	assert_non_null(strstr(plan.list[0].order.body, "000000000001"));
	assert_non_null(strstr(plan.list[1].order.body, "000000000002"));

	assert_int_equal(
	    make(LIST("-R", "o/a", "-R", "p/b", "--distinct-id=same")),
	    STATUS_OK);
	assert_string_equal(plan.list[0].order.distinct_id, "same");
	assert_string_equal(plan.list[1].order.distinct_id, "same");
	assert_false(plan.list[1].order.is_unique);
}

static void
test_single(void **state)
{
	(void)state;
	assert_int_equal(make(LIST("-R", "o/a")), STATUS_OK);
	assert_int_equal(plan.count, 1);
	assert_string_equal(plan.list[0].repo, "a");
}

static void
test_bad(void **state)
{
	(void)state;
	assert_int_equal(
	    make(LIST("-R", "o/a", "-R", "p/b", "-w", "..")), STATUS_USAGE);
	plan_targets_wipe(&plan);
	good(LIST("-R", "o/a", "-R", "p/b"), NULL);
	draws_left = 1;
	assert_int_equal(
	    plan_targets(&plan, &config, draw, &fault), STATUS_CONNECT);
	assert_int_equal(status_exit_code(fault.status), 7);
	assert_true(says("Nothing was dispatched"));
	plan_targets_wipe(&plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_each),
		LOADING_TEST(test_single),
		LOADING_TEST(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
