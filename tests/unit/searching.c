/* SPDX-License-Identifier: ISC */
#include "searching.h"

#include "base/log.h"
#include "command/pace.h"

struct github *gh;
struct find_result result;

const struct fake_job settled_jobs[1] = {
	{ .steps = { "Run make", "Complete job" } },
};

const struct fake_job marked_jobs[1] = {
	{ .steps = { "Run make", "echo " UUID, "Complete job" } },
};

int
searching_set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	gh = fake_github_new();
	memset(&result, 0, sizeof result);
	return 0;
}

int
searching_tear_down(void **state)
{
	(void)state;
	find_result_wipe(&result);
	fake_github_free(gh);
	return 0;
}

void
again(void **state)
{
	searching_tear_down(state);
	searching_set_up(state);
}

struct find_query
query(void)
{
	return (struct find_query){
		.workflow = FAKE_WORKFLOW,
		.workflow_path = FAKE_PATH,
		.repository = "octo-org/octo-repo",
		.distinct_id = UUID,
		.is_unique = true,
		.has_baseline = true,
		.baseline = BASELINE,
		.began_ms = FAKE_START,
		.step_ms = PACE_ADAPTIVE,
		.deadline_ms = FAKE_START + TIMEOUT_MS,
	};
}

enum find_outcome
look_for(struct find_query q)
{
	struct find *s = find_open(gh, &fake_clock, &q);
	int64_t due_ms;

	find_result_wipe(&result);
	while (find_look(s, &due_ms))
		clock_sleep_until(&fake_clock, due_ms);
	return find_close(s, &result);
}

void
expect_ours(enum find_outcome outcome, enum found_by by)
{
	assert_int_equal(outcome, FIND_ONE);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.more, 0);
	assert_true(result.runs[0].id == OURS);
	assert_string_equal(result.runs[0].url, fake_url(OURS));
	assert_int_equal(result.runs[0].by, by);
}

void
fill_jobs(struct fake_job *jobs, size_t count)
{
	size_t i;

	memset(jobs, 0, count * sizeof *jobs);
	for (i = 0; i < count; i++)
		jobs[i].steps[0] = "Run make";
}

void
add_neighbours(uint64_t from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fake_add_run(gh,
		    (struct fake_run){
			.id = from + i, .jobs = settled_jobs, .job_count = 1 });
}
