/* SPDX-License-Identifier: ISC */
#include "waiting.h"

#include "base/log.h"
#include "captured.h"
#include "command/ending.h"

struct github *gh;
struct wait_order order;
struct watched runs[RUNS];
bool dispatched;
struct fault fault;
enum status result_status;
unsigned int seen[RUNS], ended[RUNS], summaries;
int64_t seen_at[RUNS], ended_at[RUNS];
char logged[400000];

const struct conclusion conclusions[CONCLUSIONS] = {
	{ NULL, false },
	{ "success", true },
	{ "failure", true },
	{ "neutral", true },
	{ "cancelled", true },
	{ "skipped", true },
	{ "timed_out", true },
	{ "action_required", true },
	{ "stale", true },
	{ "startup_failure", true },
	{ "a_new_one", false },
	{ "Success", false },
};

static struct result result;
static const char *named[4];
static struct fake_state scripts[32];
static size_t script_count;

int
waiting_set_up(void **state)
{
	size_t i;

	(void)state;
	log_open(LOG_LEVEL_INFO, false);
	gh = fake_github_new();
	order = (struct wait_order){
		.timeout_ms = 300 * SECOND,
		.interval_ms = 5 * SECOND,
		.interval_grows = true,
		.jobs = named,
		.cancel_after_ms = WAIT_NEVER,
		.force_cancel_after_ms = WAIT_NEVER,
	};
	memset(runs, 0, sizeof runs);
	for (i = 0; i < RUNS; i++) {
		runs[i].gh = gh;
		runs[i].found.id = RUN + i;
	}
	dispatched = false;
	memset(&fault, 0, sizeof fault);
	memset(&result, 0, sizeof result);
	result_status = STATUS_OK;
	memset(seen, 0, sizeof seen);
	memset(ended, 0, sizeof ended);
	summaries = 0;
	script_count = 0;
	return 0;
}

int
waiting_tear_down(void **state)
{
	size_t i;

	(void)state;
	/* A check failed while the log was captured. */
	if (captured_end(logged, sizeof logged))
		print_error("%s\n", logged);
	for (i = 0; i < RUNS; i++)
		watched_wipe(&runs[i]);
	fake_github_free(gh);
	return 0;
}

void
again(void **state)
{
	waiting_tear_down(state);
	waiting_set_up(state);
}

/* --- command/result and command/summary --- */

static enum status
write_result(const struct result *r, struct fault *f)
{
	assert_ptr_equal(r, &result);
	return result_status == STATUS_OK
	    ? STATUS_OK
	    : fault_set_lasting(f, result_status, "fake: not written");
}

enum status
result_found(struct result *r, const struct found_run *found, struct fault *f)
{
	size_t n = 0;

	assert_false(dispatched);
	assert_int_equal(found->by, FOUND_GIVEN);
	assert_string_equal(found->url, fake_url(found->id));
	assert_string_equal(found->ref, "main");
	while (runs[n].found.id != found->id || seen[n] > 0)
		assert_in_range(++n, 0, RUNS - 1);
	assert_true(runs[n].seen);
	assert_false(runs[n].ended);
	assert_true(runs[n].state.run.id == found->id);
	assert_int_equal(ended[n], 0);
	seen[n]++;
	seen_at[n] = fake_now();
	return write_result(r, f);
}

enum status
result_ended(struct result *r, const struct found_run *found,
    const struct watched *run, struct fault *f)
{
	size_t n = (size_t)(run - runs);

	assert_in_range(n, 0, RUNS - 1);
	assert_true(run->found.id == found->id);
	assert_true(run->ended);
	assert_true(
	    run->status == STATUS_OK || run->fault.status == run->status);
	assert_int_equal(seen[n], !dispatched);
	ended[n]++;
	ended_at[n] = fake_now();
	return write_result(r, f);
}

void
summary_write(
    struct summary *s, const struct found_run *found, const struct watched *run)
{
	assert_ptr_equal(s, &result.summary);
	assert_true(run->found.id == found->id);
	assert_true(run->ended);
	summaries++;
}

/* --- waits --- */

enum status
wait_with(const struct clock *clock, size_t count)
{
	enum status status;
	size_t i;

	for (i = 0; i < count; i++)
		runs[i].found.by = dispatched ? FOUND_BY_RESPONSE : FOUND_GIVEN;
	captured_begin();
	status = wait_for_runs(runs, count, clock, &order, &result, &fault);
	if (status == STATUS_OK)
		status = ending_sum_up(runs, count, &fault);
	captured_end(logged, sizeof logged);
	return status;
}

/* With what holds for every wait. */
enum status
wait_for(size_t count)
{
	enum status status = wait_with(&fake_clock, count);
	unsigned int shown = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		check(runs[i].ended, "run %zu has not ended", i);
		/* Of a given run that was never seen there is no result. */
		check(ended[i] == (runs[i].seen || dispatched),
		    "run %zu ended %u times", i, ended[i]);
		check(seen[i] == (runs[i].seen && !dispatched),
		    "run %zu was seen %u times", i, seen[i]);
		check(
		    runs[i].status == STATUS_OK || *runs[i].fault.text != '\0',
		    "run %zu", i);
		shown += ended[i];
	}
	assert_int_equal(summaries, result.summary.path != NULL ? shown : 0);
	if (status == STATUS_OK)
		return status;
	assert_int_equal(fault.status, status);
	check(result_status != STATUS_OK ||
		strstr(fault.text, "17654321") != NULL,
	    "%s", fault.text);
	check(fault.text[strlen(fault.text) - 1] != ' ', "%s", fault.text);
	return status;
}

void
add_run(const struct fake_state *states, size_t n)
{
	struct fake_state *copy = &scripts[script_count];

	script_count += n;
	assert_in_range(script_count, 1, COUNT(scripts));
	memcpy(copy, states, n * sizeof *copy);
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN + gh->run_count, .states = copy, .state_count = n });
}

void
add_jobs(const struct fake_job *jobs, size_t n)
{
	struct fake_run *run = &gh->runs[gh->run_count - 1];

	run->jobs = jobs;
	run->job_count = n;
}

void
wait_for_job(const char *name)
{
	assert_in_range(order.job_count, 0, COUNT(named) - 1);
	named[order.job_count++] = name;
}

void
wants_summary(void)
{
	result.summary.path = "summary.md";
}

size_t
looks(void)
{
	return fake_count(gh, FAKE_RUN, 0);
}

void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

void
expect_denies(const char *part)
{
	check(strstr(fault.text, part) == NULL, "\"%s\" is in \"%s\"", part,
	    fault.text);
}

void
expect_logged(const char *part)
{
	check(strstr(logged, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    logged);
}

size_t
count_logged(const char *part)
{
	const char *p;
	size_t n = 0;

	for (p = logged; (p = strstr(p, part)) != NULL; p++)
		n++;
	return n;
}
