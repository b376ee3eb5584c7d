/*
 * What the search keeps of many rows: in order, each once, and not without
 * end.
 */
#include "unit.h"

#include <stdio.h>

#include "base/log.h"
#include "fake_clock.h"
#include "fake_github.h"
#include "command/candidates.h"

#define URL_LEN	1900	/* of the longest that are taken */

static struct github		*gh;
static struct candidates	 found;
static struct find_query	 query;
static struct fault		 fault;

static int
set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	gh = fake_github_new();
	query = (struct find_query){ .distinct_id = "id", .is_unique = true };
	found = (struct candidates){ .gh = gh, .clock = &fake_clock,
	    .q = &query };
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	candidates_wipe(&found);
	fake_github_free(gh);
	return 0;
}

static enum status
take_titled(uint64_t id, char *url, char *title)
{
	static char empty[] = "", event[] = "workflow_dispatch";
	struct run run = { .id = id, .name = empty, .display_title = title,
	    .event = event, .status = empty, .conclusion = empty,
	    .head_branch = empty, .path = empty, .html_url = url };

	return candidates_take(&found, &run, true, &fault);
}

static enum status
take(uint64_t id, char *url)
{
	static char empty[] = "";

	return take_titled(id, url, empty);
}

/* A run that is on two pages, and gets its title between the two. */
static void
test_title_between_pages(void **state)
{
	char url[] = "https://x", before[] = "Deploy", after[] = "Deploy id";

	(void)state;
	assert_int_equal(take_titled(7, url, before), STATUS_OK);
	assert_int_equal(take_titled(7, url, after), STATUS_OK);
	candidates_sort(&found);
	assert_int_equal(found.count, 1);
	assert_true(found.list[0].carries);
	assert_int_equal(found.list[0].run.by, FOUND_BY_RUN_NAME);
}

/* Rows in any order, and some of them twice, in one look or in two. */
static void
test_order(void **state)
{
	char url[] = "https://x";
	size_t i, look;

	(void)state;
	for (look = 0; look < 2; look++) {
		for (i = 0; i < 5000; i++)
			assert_int_equal(take(1 + i * 7919 % 5000, url),
			    STATUS_OK);
		for (i = 0; i < 100; i++)
			assert_int_equal(take(1 + i, url), STATUS_OK);
		candidates_sort(&found);
		assert_int_equal(found.count, 5000);
		for (i = 0; i < found.count; i++)
			assert_true(found.list[i].run.id == 5000 - i);
	}
}

/* More than is meant for the whole search ends it. */
static void
test_bound(void **state)
{
	static char url[URL_LEN + 1];
	uint64_t id = 1;

	(void)state;
	memset(url, 'x', URL_LEN);
	while (take(id, url) == STATUS_OK)
		assert_true(++id < 100000);
	/* Far more than 50 pages of 100 rows. */
	assert_true(id > 20000);
	assert_int_equal(fault.status, STATUS_PROTOCOL);
	assert_true(fault.lasting);
	assert_non_null(strstr(fault.text, "64 MiB"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_title_between_pages,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bound, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
