/* SPDX-License-Identifier: ISC */
/*
 * Which runs count, and what the search keeps of many rows: in order, each
 * once, and not without end.
 */
#include "searching.h"

#include "command/candidates.h"

#define URL_LEN 1900 /* of the longest that are taken */

static struct candidates found;
static struct find_query given;
static struct fault fault;

static int
set_up(void **state)
{
	searching_set_up(state);
	given = (struct find_query){ .distinct_id = "id", .is_unique = true };
	found = (struct candidates){
		.gh = gh, .clock = &fake_clock, .q = &given
	};
	return 0;
}

static int
tear_down(void **state)
{
	candidates_wipe(&found);
	return searching_tear_down(state);
}

static enum status
take_titled(uint64_t id, char *url, char *title)
{
	static char empty[] = "", event[] = "workflow_dispatch";
	struct run run = {
		.id = id,
		.name = empty,
		.display_title = title,
		.event = event,
		.status = empty,
		.conclusion = empty,
		.head_branch = empty,
		.path = empty,
		.html_url = url,
	};

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
			assert_int_equal(
			    take(1 + i * 7919 % 5000, url), STATUS_OK);
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

/* Events, workflows and ages that rule a run out though it carries the ID. */
static void
test_what_counts(void **state)
{
	static const struct {
		const char *what;
		struct fake_run run;
		bool counts;
	} cases[] = {
		{ "above the baseline", { .id = BASELINE + 1 }, true },
		{ "the baseline", { .id = BASELINE }, false },
		{ "below the baseline", { .id = 5 }, false },
		{ "below, created later", { .id = 5, .created_at = 1000 },
		    false },
		{ "above, created before",
		    { .id = OURS, .created_at = -3600000 }, true },
		{ "above, creation not told",
		    { .id = OURS, .no_created_at = true }, true },
		{ "no ID", { .id = 0 }, false },
		{ "push", { .id = OURS, .event = "push" }, false },
		{ "empty event", { .id = OURS, .event = "" }, false },
		{ "repository_dispatch",
		    { .id = OURS, .event = "repository_dispatch" }, false },
		{ "largest ID", { .id = INT64_MAX }, true },
	};
	struct find_query q = query();
	struct fake_run run;
	size_t i;

	q.deadline_ms = FAKE_START + 5000;
	for (i = 0; i < COUNT(cases); i++) {
		run = cases[i].run;
		run.title = UUID;
		fake_add_run(gh, run);
		check(look_for(q) == (cases[i].counts ? FIND_ONE : FIND_NONE),
		    "%s", cases[i].what);
		check(result.count == cases[i].counts, "%s", cases[i].what);
		again(state);
	}
}

/*
 * Without a baseline: the server's now, less the time since the dispatch
 * began, less 5 s; wherever the server's clock stands.
 */
static void
test_floor(void **state)
{
	static const int64_t skews[] = { 0, 600000, -600000,
		-1700000000000 + 86400000 };
	static const struct {
		int64_t created_at; /* the dispatch began at 0 */
		bool counts;
	} cases[] = {
		{ 40000, true },
		{ 0, true },
		{ -4000, true },
		{ -5000, true },
		{ -8000, false },
		{ -600000, false },
	};
	struct find_query q = query();
	size_t i, k;

	q.has_baseline = false;
	q.baseline = 0;
	q.is_unique = false;
	for (i = 0; i < COUNT(skews); i++)
		for (k = 0; k < COUNT(cases); k++) {
			gh->epoch_ms = FAKE_EPOCH + skews[i];
			fake_add_run(gh,
			    (struct fake_run){
				.id = OURS,
				.title = UUID,
				.created_at = cases[k].created_at,
			    });
			fake_pass(20000); /* the dispatch took that */
			q.deadline_ms = FAKE_START + 30000;
			check(look_for(q) ==
				(cases[k].counts ? FIND_ONE : FIND_NONE),
			    "skew %" PRId64 ", created at %" PRId64, skews[i],
			    cases[k].created_at);
			again(state);
		}
}

/* Zero is no run's ID, whatever else the run has. */
static void
test_no_id(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.deadline_ms = FAKE_START + 5000;
	fake_add_run(gh,
	    (struct fake_run){ .id = 0, .title = UUID, .created_at = 2000 });
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.count, 0);
}

/* The floor stays where it was when the search goes on for long. */
static void
test_floor_stays(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.is_unique = false;
	gh->epoch_ms = FAKE_EPOCH - 600000;
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS,
		.created_at = 1000,
		.titled_at = 200000,
		.title = UUID,
	    });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS - 1,
		.created_at = -30000,
		.titled_at = 100000,
		.title = UUID,
	    });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
}

/* Neither baseline nor server time: only an ID drawn at random will do. */
static void
test_no_floor(void **state)
{
	struct find_query q = query();

	(void)state;
	q.has_baseline = false;
	q.deadline_ms = FAKE_START + 5000;
	gh->no_date = true;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	q.is_unique = false;
	assert_int_equal(look_for(q), FIND_NONE);
	assert_int_equal(result.count, 0);
	/* A run whose time is not told is not newer than a floor. */
	gh->no_date = false;
	gh->runs[0].no_created_at = true;
	q.deadline_ms = FAKE_START + fake_now() + 5000;
	assert_int_equal(look_for(q), FIND_NONE);
}

/* Which rows of the repository's list are the workflow's own. */
static void
test_foreign_workflows(void **state)
{
	static const struct {
		const char *what;
		uint64_t asked; /* workflow given as an ID */
		bool known;     /* by the workflow's list */
		struct fake_run run;
		bool ours;
	} cases[] = {
		{ "same number, learnt", 0, true, { .path = "" }, true },
		{ "other number, learnt", 0, true, { .workflow_id = 12 },
		    false },
		{ "same number, given", FAKE_WORKFLOW_ID, false, { .path = "" },
		    true },
		{ "other number, given", FAKE_WORKFLOW_ID, false,
		    { .workflow_id = 12 }, false },
		{ "same path", 0, false, { .workflow_id = 0 }, true },
		{ "no number, same path", 0, true, { .no_workflow_id = true },
		    true },
		{ "no number, other path", 0, true,
		    {
			.no_workflow_id = true,
			.path = ".github/workflows/other.yml",
		    },
		    false },
		{ "same path with a ref", 0, false,
		    { .path = FAKE_PATH "@refs/heads/main" }, true },
		{ "path with repository", 0, false,
		    { .path = "octo-org/octo-repo/" FAKE_PATH "@main" }, true },
		{ "path with repository, other case", 0, false,
		    { .path = "Octo-Org/Octo-Repo/" FAKE_PATH }, true },
		{ "path with another repository", 0, false,
		    { .path = "octo-org/octo-repo2/" FAKE_PATH }, false },
		{ "path without the slash", 0, false,
		    { .path = "octo-org/octo-repo2" FAKE_PATH }, false },
		{ "path with a longer repository", 0, false,
		    { .path = "x/octo-org/octo-repo/" FAKE_PATH }, false },
		{ "other path", 0, false,
		    { .path = ".github/workflows/other.yml" }, false },
		{ "path that begins alike", 0, false, { .path = FAKE_PATH "x" },
		    false },
		{ "path that ends alike", 0, false, { .path = "x" FAKE_PATH },
		    false },
		{ "path cut short", 0, false,
		    { .path = ".github/workflows/deploy.ym" }, false },
		{ "path in another case", 0, false,
		    { .path = ".github/workflows/Deploy.yml" }, false },
		{ "empty path", 0, false, { .path = "" }, false },
		{ "only a ref", 0, false, { .path = "@main" }, false },
		{ "push", 0, true, { .event = "push" }, false },
		{ "below the baseline", 0, true, { .id = 7 }, false },
	};
	struct find_query q = query();
	struct fake_run run;
	size_t i;

	q.deadline_ms = FAKE_START + 10000;
	for (i = 0; i < COUNT(cases); i++) {
		q.workflow_id = cases[i].asked;
		q.workflow_path = cases[i].asked != 0 ? NULL : FAKE_PATH;
		q.workflow = cases[i].asked != 0 ? "4711" : FAKE_WORKFLOW;
		run = cases[i].run;
		if (run.id == 0)
			run.id = OURS;
		run.title = UUID;
		run.listed_at = FAKE_NEVER;
		run.repository_at = 1;
		fake_add_run(gh, run);
		if (cases[i].known)
			add_neighbours(BASELINE - 1, 1);
		check(look_for(q) == (cases[i].ours ? FIND_ONE : FIND_NONE),
		    "%s", cases[i].what);
		check(fake_count(gh, FAKE_JOBS, 0) == 0, "%s", cases[i].what);
		again(state);
	}
}

#define ROWS_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROWS_TEST(test_title_between_pages),
		ROWS_TEST(test_order),
		ROWS_TEST(test_bound),
		TEST(test_what_counts),
		TEST(test_floor),
		TEST(test_no_id),
		TEST(test_floor_stays),
		TEST(test_no_floor),
		TEST(test_foreign_workflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
