/* SPDX-License-Identifier: ISC */
/*
 * The search for the run of a repository_dispatch event, which may have started
 * one of each workflow.
 */
#include "searching.h"

#define OTHER_ID UINT64_C(4712)

static const char *const event = "repository_dispatch";

static struct find_query
event_query(void)
{
	struct find_query q = query();

	q.event = EVENT_REPOSITORY_DISPATCH;
	q.workflow = NULL;
	q.workflow_path = NULL;
	return q;
}

/* A run that the event has started, by its name. */
static void
add_ours(uint64_t id, uint64_t workflow_id, int64_t listed_at)
{
	fake_add_run(gh,
	    (struct fake_run){
		.id = id,
		.workflow_id = workflow_id,
		.event = event,
		.title = UUID,
		.listed_at = listed_at,
	    });
}

static void
test_other_events(void **state)
{
	(void)state;
	add_ours(OURS, OTHER_ID, 0);
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1, .title = UUID });
	fake_add_run(gh,
	    (struct fake_run){ .id = BASELINE, .title = UUID, .event = event });
	expect_ours(look_for(event_query()), FOUND_BY_RUN_NAME);
	assert_string_equal(result.runs[0].file, "deploy.yml");
	assert_string_equal(result.runs[0].branch, "main");
	assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 0);
	again(state);

	/* The other way round. */
	add_ours(OURS + 1, FAKE_WORKFLOW_ID, 0);
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* What the result tells of a workflow that nobody named. */
static void
test_files(void **state)
{
	static const struct {
		const char *path, *file;
	} rows[] = {
		{ ".github/workflows/a.yml", "a.yml" },
		{ ".github/workflows/a.yml@main", "a.yml" },
		{ "o/r/.github/workflows/a.yml@refs/heads/x", "a.yml" },
		{ "a.yml", "a.yml" },
		{ "", NULL },
		{ "@main", NULL },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.event = event,
			.title = UUID,
			.path = rows[i].path,
			.branch = "",
		    });
		expect_ours(look_for(event_query()), FOUND_BY_RUN_NAME);
		assert_null(result.runs[0].branch);
		if (rows[i].file == NULL)
			assert_null(result.runs[0].file);
		else
			assert_string_equal(result.runs[0].file, rows[i].file);
		again(state);
	}
}

/* Another workflow's run may be listed a moment later. */
static void
test_alone_for_a_moment(void **state)
{
	struct find_query q = event_query();

	(void)state;
	add_ours(OURS, OTHER_ID, 0);
	q.step_ms = 60000;
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_in_range(fake_now(), 3000, 3500);
	again(state);

	/* It is ours, whatever else there may be. */
	add_ours(OURS, OTHER_ID, 0);
	q.deadline_ms = FAKE_START + 2000;
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_true(fake_now() <= 2000);
	again(state);

	/* Also when the next look is refused. */
	add_ours(OURS, OTHER_ID, 0);
	q = event_query();
	fake_fail_lasting(gh, FAKE_ALL_RUNS, 2, FAKE_ALWAYS, STATUS_FORBIDDEN);
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_true(fake_now() < 60000);
	again(state);

	/* One that was given might be another's. */
	add_ours(OURS, OTHER_ID, 0);
	q.deadline_ms = FAKE_START + 2000;
	q.is_unique = false;
	assert_int_equal(look_for(q), FIND_UNPROVED);
}

/* All of them are told, those that are listed late or show it in a step too. */
static void
test_several_workflows(void **state)
{
	(void)state;
	add_ours(OURS, FAKE_WORKFLOW_ID, 0);
	add_ours(OURS + 1, OTHER_ID, 200);
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 2,
		.workflow_id = OTHER_ID + 1,
		.event = event,
		.jobs = marked_jobs,
		.job_count = 1,
		.listed_at = 2500,
	    });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 3,
		.event = event,
		.jobs = settled_jobs,
		.job_count = 1,
	    });
	assert_int_equal(look_for(event_query()), FIND_SEVERAL);
	assert_int_equal(result.count, 3);
	assert_true(result.runs[0].id == OURS + 2);
	assert_true(result.runs[2].id == OURS);
	assert_in_range(fake_now(), 3000, 4500);
}

/* Of one workflow, there is one run, which is told at once. */
static void
test_one_workflow(void **state)
{
	struct find_query q = query();

	(void)state;
	add_ours(OURS, FAKE_WORKFLOW_ID, 0);
	add_ours(OURS + 1, OTHER_ID, 0);
	q.event = EVENT_REPOSITORY_DISPATCH;
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_pause_count, 0);
}

/* Many runs of others, of all pages, do not hide it. */
static void
test_neighbours(void **state)
{
	(void)state;
	add_neighbours(OURS + 1, 130);
	add_ours(OURS, OTHER_ID, 0);
	expect_ours(look_for(event_query()), FOUND_BY_RUN_NAME);
	/* They were created by another event: nobody looks into them. */
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_other_events),
		TEST(test_files),
		TEST(test_alone_for_a_moment),
		TEST(test_several_workflows),
		TEST(test_one_workflow),
		TEST(test_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
