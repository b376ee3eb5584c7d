/* SPDX-License-Identifier: ISC */
/*
 * The search for the run that a dispatch created: what is proof, how failures
 * are met, and when it ends.
 */
#include "searching.h"

#include <signal.h>

/* Somebody else's short ID is in the list before our run is. */
static void
test_short_and_late(void **state)
{
	struct find_query q = query();

	(void)state;
	q.distinct_id = "1";
	q.is_unique = false;
	fake_add_run(
	    gh, (struct fake_run){ .id = OURS - 1, .title = "shard 1" });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = "1", .listed_at = 2800 });
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, 2);
	again(state);

	/* What counts is when the dispatch began. */
	fake_pass(20000);
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_pause_count, 0);
}

/*
 * A given ID that was used a moment ago, by a run that was not listed yet when
 * the baseline was taken.
 */
static void
test_used_a_moment_ago(void **state)
{
	struct find_query q = query();
	static const int64_t created[] = { -8000, -3000 };
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(created); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS - 1,
			.title = UUID,
			.created_at = created[i],
		    });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = UUID,
			.created_at = 1000,
			.listed_at = 2500,
		    });
		/* Before the floor it is none; after it, none is proved. */
		if (i == 0)
			expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		else
			assert_int_equal(look_for(q), FIND_SEVERAL);
		assert_true(fake_now() >= 2500);
		again(state);
	}
	/* And it is not printed early, though it is the only one. */
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	q.step_ms = 60000;
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_in_range(fake_now(), 3000, 3500);
}

/* github.run_id has 11 digits: that is distinctive, whoever waits beside. */
static void
test_eleven_digits(void **state)
{
	static const struct fake_job waiting[] = {
		{ .set_up_at = FAKE_NEVER }
	};
	struct find_query q = query();
	size_t i;

	(void)state;
	q.is_unique = false;
	q.distinct_id = "17654320999";
	for (i = 1; i <= 5; i++)
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS + i, .jobs = waiting, .job_count = 1 });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = "Deploy run17654320999" });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_in_range(fake_now(), 3000, 4500);
}

/* A refusal may pass, and the token be renewed; one that lasts ends it. */
static void
test_refusals(void **state)
{
	static const enum status statuses[] = { STATUS_UNAUTHORIZED,
		STATUS_FORBIDDEN, STATUS_NOT_FOUND };
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	size_t i, k;
	int lasts;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(kinds); k++)
			for (lasts = 0; lasts < 2; lasts++) {
				/* Of one run's jobs, that is no refusal. */
				if (lasts && k == 1 && i == 2)
					continue;
				fake_add_run(gh,
				    (struct fake_run){
					.id = OURS,
					.jobs = marked_jobs,
					.job_count = 1,
				    });
				fake_add_failure(gh,
				    (struct fake_failure){
					.kind = kinds[k],
					.first = 1,
					.last = lasts ? FAKE_ALWAYS : 4,
					.status = statuses[i],
					.lasting = i < 2,
				    });
				if (lasts)
					fake_add_failure(gh,
					    (struct fake_failure){
						.kind = FAKE_ALL_RUNS,
						.first = 1,
						.last = FAKE_ALWAYS,
						.status = statuses[i],
						.lasting = i < 2 });
				check(look_for(query()) ==
					(lasts ? FIND_STOPPED : FIND_ONE),
				    "%zu %zu %d", i, k, lasts);
				check(!lasts ||
					(fake_now() >= 10000 &&
					    fake_now() <= 30000 &&
					    fake_count(gh, kinds[k], 0) +
						    fake_count(
							gh, FAKE_ALL_RUNS, 0) >=
						5),
				    "%zu %zu: %" PRId64, i, k, fake_now());
				check(!lasts ||
					result.fault.status == statuses[i],
				    "%zu %zu", i, k);
				again(state);
			}
}

/* A given ID on two runs that count proves neither. */
static void
test_two_carriers(void **state)
{
	static const struct {
		const char *what;
		struct fake_run other;
		bool several;
	} cases[] = {
		{ "both titles", { .id = OURS + 1, .title = UUID }, true },
		{ "title and step",
		    { .id = OURS + 1, .jobs = marked_jobs, .job_count = 1 },
		    true },
		{ "older, step",
		    { .id = OURS - 1, .jobs = marked_jobs, .job_count = 1 },
		    true },
		{ "below the baseline", { .id = BASELINE - 1, .title = UUID },
		    false },
		{ "another event",
		    { .id = OURS + 1, .title = UUID, .event = "schedule" },
		    false },
		{ "another workflow",
		    { .id = OURS + 1, .title = UUID, .workflow_id = 12 },
		    false },
	};
	struct find_query q = query();
	uint64_t newest;
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(cases); i++) {
		add_neighbours(OURS + 2, 3);
		fake_add_run(gh, cases[i].other);
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS, .title = UUID });
		check(
		    look_for(q) == (cases[i].several ? FIND_SEVERAL : FIND_ONE),
		    "%s", cases[i].what);
		check(result.count == (cases[i].several ? 2 : 1), "%s",
		    cases[i].what);
		newest = cases[i].several && cases[i].other.id > OURS
		    ? cases[i].other.id
		    : OURS;
		check(result.runs[0].id == newest &&
			strcmp(result.runs[0].url, fake_url(newest)) == 0,
		    "%s", cases[i].what);
		again(state);
	}
}

/* An ID drawn at random is on one run alone: the first ends the search. */
static void
test_unique(void **state)
{
	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 1, .jobs = settled_jobs, .job_count = 1 });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS, .jobs = marked_jobs, .job_count = 1 });
	add_neighbours(OURS - 20, 20);
	expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 2);
}

/* A given ID may be on others: all of them are looked into. */
static void
test_not_unique(void **state)
{
	struct find_query q = query();
	size_t i;

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 4, 4);
	add_neighbours(OURS + 1, 4);
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	for (i = 1; i <= 4; i++) {
		assert_true(fake_count(gh, FAKE_JOBS, OURS - i) > 0);
		assert_true(fake_count(gh, FAKE_JOBS, OURS + i) > 0);
	}
	assert_int_equal(fake_count(gh, FAKE_JOBS, OURS), 0);
}

/*
 * A short ID may stand in anybody's names: one carrier is proof when all
 * others have shown theirs.
 */
static void
test_short_and_others(void **state)
{
	static const struct fake_job never[] = { { .steps_at = FAKE_NEVER } };
	static const struct fake_job without[] = { { .set_up_at = 4000,
	    .steps_at = 10000,
	    .steps = { "shard 12" } } };
	static const struct fake_job with[] = {
		{ .set_up_at = 4000, .steps_at = 10000, .steps = { "shard 1" } }
	};
	static const struct {
		const char *what, *id;
		const struct fake_job *jobs;
		enum find_outcome outcome;
		size_t count;
		int64_t least_ms, most_ms;
	} cases[] = {
		{ "settles without", "1", without, FIND_ONE, 1, 10000, 11200 },
		{ "settles with", "1", with, FIND_SEVERAL, 2, 10000, 11200 },
		{ "never settles", "1", never, FIND_UNPROVED, 2, 299000,
		    300000 },
		{ "a long ID", UUID, never, FIND_ONE, 1, 3000, 4000 },
	};
	struct find_query q = query();
	size_t i;

	q.is_unique = false;
	for (i = 0; i < COUNT(cases); i++) {
		q.distinct_id = cases[i].id;
		fake_add_run(
		    gh, (struct fake_run){ .id = OURS, .title = cases[i].id });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS - 1,
			.jobs = cases[i].jobs,
			.job_count = 1,
		    });
		check(look_for(q) == cases[i].outcome, "%s", cases[i].what);
		check(
		    result.count == cases[i].count && result.runs[0].id == OURS,
		    "%s", cases[i].what);
		check(fake_now() >= cases[i].least_ms &&
			fake_now() <= cases[i].most_ms,
		    "%s: %" PRId64, cases[i].what, fake_now());
		again(state);
	}
}

/* What may pass does not end the search. */
static void
test_transient(void **state)
{
	static const enum status statuses[] = { STATUS_SERVER, STATUS_CLOSED,
		STATUS_CONNECT, STATUS_RESOLVE, STATUS_NO_HOST, STATUS_TIMEOUT,
		STATUS_PROTOCOL };
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	bool of_one_run;
	size_t i, k, n;

	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(kinds); k++) {
			fake_add_run(gh,
			    (struct fake_run){
				.id = OURS,
				.jobs = marked_jobs,
				.job_count = 1,
			    });
			fake_fail(gh, kinds[k], 1, 4, statuses[i]);
			of_one_run = kinds[k] == FAKE_JOBS &&
			    (statuses[i] == STATUS_SERVER ||
				statuses[i] == STATUS_PROTOCOL);
			if (kinds[k] == FAKE_RUNS)
				fake_fail(gh, FAKE_ALL_RUNS, 1, 2, statuses[i]);
			check(look_for(query()) == FIND_ONE,
			    "status %d, kind %d", (int)statuses[i], kinds[k]);
			check(result.fault.status == STATUS_OK, "status %d",
			    (int)statuses[i]);
			/* With pauses that grow; but what the server answers
			 * about one run must not slow the search. */
			check(fake_pauses[0] == 1000 && fake_pause_count <= 7,
			    "status %d", (int)statuses[i]);
			for (n = 0; n < fake_pause_count; n++)
				check(!of_one_run || fake_pauses[n] == 1000,
				    "status %d", (int)statuses[i]);
			check(of_one_run ||
				fake_pauses[fake_pause_count - 1] >
				    fake_pauses[0],
			    "status %d", (int)statuses[i]);
			check(
			    fake_now() < 60000, "status %d", (int)statuses[i]);
			again(state);
		}
}

/* What ends it, and after how many calls. */
static void
test_final(void **state)
{
	static const struct {
		const char *what;
		enum fake_kind kind;
		enum status status;
		bool lasting;
		unsigned int failing;
		size_t calls; /* 0: found in the end */
	} cases[] = {
		{ "401 or 403", FAKE_RUNS, STATUS_REFUSED, true, 1, 1 },
		{ "403 of jobs", FAKE_JOBS, STATUS_REFUSED, true, 1, 1 },
		{ "bad certificate", FAKE_RUNS, STATUS_TLS, true, 1, 1 },
		{ "bad certificate, jobs", FAKE_JOBS, STATUS_TLS, true, 1, 1 },
		{ "404 once", FAKE_RUNS, STATUS_NOT_FOUND, false, 1, 0 },
		{ "404 a few times", FAKE_RUNS, STATUS_NOT_FOUND, false, 2, 0 },
		{ "404 lasting", FAKE_RUNS, STATUS_NOT_FOUND, false,
		    FAKE_ALWAYS, 0 },
		{ "404 of jobs", FAKE_JOBS, STATUS_NOT_FOUND, false, 4, 0 },
	};
	size_t i;
	bool ends;

	for (i = 0; i < COUNT(cases); i++) {
		ends = cases[i].calls > 0 || cases[i].failing == FAKE_ALWAYS;
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS, .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = cases[i].kind,
			.first = 1,
			.last = cases[i].failing,
			.status = cases[i].status,
			.lasting = cases[i].lasting,
		    });
		if (cases[i].failing == FAKE_ALWAYS)
			fake_fail(
			    gh, FAKE_ALL_RUNS, 1, FAKE_ALWAYS, cases[i].status);
		check(look_for(query()) == (ends ? FIND_STOPPED : FIND_ONE),
		    "%s", cases[i].what);
		check(
		    result.fault.status == (ends ? cases[i].status : STATUS_OK),
		    "%s", cases[i].what);
		check(cases[i].calls == 0 ||
			fake_count(gh, cases[i].kind, 0) == cases[i].calls,
		    "%s", cases[i].what);
		/* A 404 that lasts is told long before the timeout. */
		check(fake_now() < 60000, "%s: %" PRId64, cases[i].what,
		    fake_now());
		again(state);
	}
}

/* 404s with answers in between are not lasting. */
static void
test_not_lasting(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i < 40; i++)
		if (i % 4 != 0)
			fake_fail(gh, FAKE_RUNS, i, 0, STATUS_NOT_FOUND);
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = UUID, .listed_at = 60000 });
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* Carriers that are known count, even when a look at the others fails. */
static void
test_found_and_failed(void **state)
{
	struct find_query q = query();

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_add_run(gh, (struct fake_run){ .id = OURS + 1, .title = UUID });
	add_neighbours(OURS + 2, 1);
	fake_fail(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_SERVER);
	assert_int_equal(look_for(q), FIND_SEVERAL);
	assert_int_equal(result.count, 2);
}

/* The deadline, when nothing is there to find. */
static void
test_deadline(void **state)
{
	static const int64_t timeouts[] = { 1, 49, 50, 100, 1000, 1500, 30000,
		300000 };
	struct find_query q = query();
	const struct fake_call *last;
	size_t i;

	for (i = 0; i < COUNT(timeouts); i++) {
		gh->call_ms = 10;
		add_neighbours(OURS, 3);
		add_neighbours(BASELINE, 1);
		q.deadline_ms = FAKE_START + timeouts[i];
		check(look_for(q) == FIND_NONE, "%" PRId64, timeouts[i]);
		check(fake_now() <= timeouts[i], "%" PRId64 ": %" PRId64,
		    timeouts[i], fake_now());
		/* The last look is at the end, or nearly. */
		last = &gh->calls[gh->call_count - 1];
		check(last->ended_at >= timeouts[i] - 60,
		    "%" PRId64 ": %" PRId64, timeouts[i], last->ended_at);
		check(fake_nth(gh, FAKE_RUNS, 0)->deadline_ms == q.deadline_ms,
		    "%" PRId64, timeouts[i]);
		/* Not one look was answered in time. */
		if (timeouts[i] < 10)
			check(result.fault.status == STATUS_TIMEOUT, "%" PRId64,
			    timeouts[i]);
		if (timeouts[i] >= 50) {
			/* What might be it is told. */
			check(result.count == 3, "%" PRId64, timeouts[i]);
			check(result.runs[0].id == OURS + 2, "%" PRId64,
			    timeouts[i]);
			check(result.fault.status == STATUS_OK, "%" PRId64,
			    timeouts[i]);
		}
		again(state);
	}
}

/* A search that failed to the end says so. */
static void
test_fails_to_the_end(void **state)
{
	(void)state;
	fake_fail(gh, FAKE_RUNS, 1, FAKE_ALWAYS, STATUS_SERVER);
	fake_fail(gh, FAKE_ALL_RUNS, 1, FAKE_ALWAYS, STATUS_SERVER);
	assert_int_equal(look_for(query()), FIND_NONE);
	assert_int_equal(result.fault.status, STATUS_SERVER);
	assert_true(fake_now() <= TIMEOUT_MS);
	/* Growing pauses: not hundreds of requests. */
	assert_in_range(gh->call_count, 10, 40);
}

/* The search outlives a server that is down for two minutes. */
static void
test_outage(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_fail(gh, FAKE_RUNS, 1, 7, STATUS_CLOSED);
	fake_fail(gh, FAKE_ALL_RUNS, 1, 3, STATUS_CLOSED);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
}

/* Found about a second after it can be known; later, a few. */
static void
test_pace(void **state)
{
	static const struct {
		int64_t known_at, most_ms;
	} cases[] = {
		{ 0, 150 },
		{ 300, 1150 },
		{ 1000, 1150 },
		{ 1500, 1150 },
		{ 3000, 1150 },
		{ 8000, 1150 },
		{ 15000, 1150 },
		{ 20000, 1300 },
		{ 40000, 2300 },
		{ 99000, 5300 },
		{ 200000, 5300 },
		{ 280000, 5300 },
		{ 295000, 4900 },
		{ 299000, 950 },
	};
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = UUID,
			.listed_at = cases[i].known_at,
		    });
		check(look_for(query()) == FIND_ONE, "at %" PRId64,
		    cases[i].known_at);
		check(fake_now() - cases[i].known_at <= cases[i].most_ms,
		    "at %" PRId64 ": %" PRId64, cases[i].known_at, fake_now());
		/* Never shorter than a second, but for the very end. */
		for (k = 0; k < fake_pause_count; k++)
			check(fake_pauses[k] <= 5000 &&
				(fake_pauses[k] >= 1000 ||
				    fake_now() > TIMEOUT_MS - 3000),
			    "at %" PRId64 ": pause %zu is %" PRId64,
			    cases[i].known_at, k, fake_pauses[k]);
		check(fake_pause_count < 110, "%zu", fake_pause_count);
		again(state);
	}
}

/* With a step, the n-th pause is n times as long. */
static void
test_linear(void **state)
{
	static const int64_t steps[] = { 1500, 1000, 5000, 20000 };
	struct find_query q = query();
	size_t i, k;

	for (i = 0; i < COUNT(steps); i++) {
		q.step_ms = steps[i];
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = UUID,
			.listed_at = 10 * steps[i] - 10,
		    });
		gh->call_ms = 0;
		q.deadline_ms = FAKE_START + 1000000;
		expect_ours(look_for(q), FOUND_BY_RUN_NAME);
		assert_int_equal(fake_pause_count, 4);
		for (k = 0; k < fake_pause_count; k++)
			assert_int_equal(
			    fake_pauses[k], (int64_t)(k + 1) * steps[i]);
		assert_int_equal(fake_now(), 10 * steps[i]);
		again(state);
	}
}

/* A limit is waited for, as told or a minute; then the search goes on. */
static void
test_limit(void **state)
{
	static const enum fake_kind kinds[] = { FAKE_RUNS, FAKE_JOBS };
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS, .jobs = marked_jobs, .job_count = 1 });
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = kinds[i],
			.first = 1,
			.status = STATUS_LIMITED,
			.wait_ms = 37000,
		    });
		fake_fail(gh, kinds[i], 2, 0, STATUS_LIMITED);
		fake_add_failure(gh,
		    (struct fake_failure){
			.kind = i == 0 ? FAKE_ALL_RUNS : FAKE_JOBS,
			.first = i == 0 ? 1 : 3,
			.status = STATUS_SERVER,
			.wait_ms = 20000 });
		expect_ours(look_for(query()), FOUND_BY_STEP_NAME);
		assert_int_equal(fake_pause_count, 3);
		assert_in_range(fake_pauses[0], 37000, 37999);
		assert_in_range(fake_pauses[1], 60000, 240000);
		assert_in_range(fake_pauses[2], 20000, 20999);
		again(state);
	}
}

/* Nothing is asked while a limit holds, though there are more candidates. */
static void
test_limit_stops_the_look(void **state)
{
	(void)state;
	add_neighbours(OURS, 8);
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_JOBS,
		.first = 3,
		.status = STATUS_LIMITED,
		.wait_ms = 1000000,
	    });
	assert_int_equal(look_for(query()), FIND_NONE);
	assert_int_equal(result.fault.status, STATUS_LIMITED);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 3);
	/* It outlasts the deadline: no use in waiting. */
	assert_int_equal(fake_pause_count, 0);
	assert_int_equal(result.count, 8);
}

/* Neither does it while the others are asked whether they carry it too. */
static void
test_limit_and_found(void **state)
{
	struct find_query q = query();

	(void)state;
	q.is_unique = false;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 8, 8);
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_JOBS,
		.first = 1,
		.status = STATUS_LIMITED,
		.wait_ms = 100000,
	    });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	/* And is waited for: it is too early for proof. */
	assert_true(fake_pauses[0] >= 100000);
}

/* A short ID needs the others' names: what hinders that is heeded. */
static void
test_short_and_hindered(void **state)
{
	struct find_query q = query();

	q.is_unique = false;
	q.distinct_id = "1";
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	add_neighbours(OURS - 1, 1);
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_JOBS,
		.first = 1,
		.status = STATUS_LIMITED,
		.wait_ms = 37000,
	    });
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
	assert_true(fake_pauses[0] >= 37000);
	assert_int_equal(fake_count(gh, FAKE_JOBS, 0), 2);
	again(state);

	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = "1" });
	add_neighbours(OURS - 1, 1);
	fake_fail_lasting(gh, FAKE_JOBS, 1, FAKE_ALWAYS, STATUS_REFUSED);
	assert_int_not_equal(look_for(q), FIND_ONE);
	assert_int_equal(result.fault.status, STATUS_REFUSED);
	assert_int_equal(fake_pause_count, 0);
	assert_int_equal(result.count, 2);
}

/* A signal ends a pause, or a call. */
static void
test_signals(void **state)
{
	static const struct {
		int64_t at;
		int sig;
		enum status status;
	} cases[] = {
		{ 500, SIGINT, STATUS_INTERRUPTED },
		{ 500, SIGTERM, STATUS_TERMINATED },
		{ 50, SIGTERM, STATUS_TERMINATED },
		{ 0, SIGINT, STATUS_INTERRUPTED },
		{ 123456, SIGINT, STATUS_INTERRUPTED },
		{ 299990, SIGINT, STATUS_INTERRUPTED },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		add_neighbours(OURS, 1);
		fake_signal_at(cases[i].at, cases[i].sig);
		check(look_for(query()) == FIND_STOPPED, "at %" PRId64,
		    cases[i].at);
		check(result.fault.status == cases[i].status, "at %" PRId64,
		    cases[i].at);
		check(fake_now() == cases[i].at, "at %" PRId64, cases[i].at);
		again(state);
	}
}

/* What is known is told before anything else is asked. */
static void
test_known_and_signal(void **state)
{
	(void)state;
	gh->call_ms = 100;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	add_neighbours(OURS - 150, 150);
	fake_signal_at(150, SIGTERM);
	expect_ours(look_for(query()), FOUND_BY_RUN_NAME);
	assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 1);
}

/* A refusal just before the timeout leaves time for one look more. */
static void
test_refused_near_the_end(void **state)
{
	struct find_query q = query();

	(void)state;
	q.deadline_ms = FAKE_START + 900;
	fake_add_run(gh, (struct fake_run){ .id = OURS, .title = UUID });
	fake_fail_lasting(gh, FAKE_RUNS, 1, 0, STATUS_UNAUTHORIZED);
	expect_ours(look_for(q), FOUND_BY_RUN_NAME);
}

/* Two searches by turns: one that has to pause does not hold up the other. */
static void
test_side_by_side(void **state)
{
	static const char other[] = "b8a5fd5f-6f0e-4b8e-8a53-d3b8c5f0a9d4";
	struct find_query q[2] = { query(), query() };
	int64_t due[2] = { FAKE_START, FAKE_START }, found_at[2] = { 0, 0 };
	struct find *searches[2];
	size_t i;

	(void)state;
	q[1].distinct_id = other;
	for (i = 0; i < 2; i++)
		searches[i] = find_open(gh, &fake_clock, &q[i]);
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS, .title = UUID, .listed_at = 40000 });
	fake_add_run(gh,
	    (struct fake_run){
		.id = OURS + 1, .title = other, .listed_at = 5000 });
	/* The first look of the first search. */
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.first = 1,
		.status = STATUS_LIMITED,
		.wait_ms = 30000,
	    });
	while (found_at[0] == 0 || found_at[1] == 0) {
		i = found_at[1] != 0 || (found_at[0] == 0 && due[0] <= due[1])
		    ? 0
		    : 1;
		clock_sleep_until(&fake_clock, due[i]);
		if (!find_look(searches[i], &due[i]))
			found_at[i] = fake_now();
	}
	assert_in_range(found_at[1], 5000, 6500);
	assert_in_range(found_at[0], 40000, 43000);
	expect_ours(find_close(searches[0], &result), FOUND_BY_RUN_NAME);
	find_result_wipe(&result);
	assert_int_equal(find_close(searches[1], &result), FIND_ONE);
	assert_true(result.runs[0].id == OURS + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_short_and_late),
		TEST(test_used_a_moment_ago),
		TEST(test_eleven_digits),
		TEST(test_refusals),
		TEST(test_two_carriers),
		TEST(test_unique),
		TEST(test_not_unique),
		TEST(test_short_and_others),
		TEST(test_transient),
		TEST(test_final),
		TEST(test_not_lasting),
		TEST(test_found_and_failed),
		TEST(test_deadline),
		TEST(test_fails_to_the_end),
		TEST(test_outage),
		TEST(test_pace),
		TEST(test_linear),
		TEST(test_limit),
		TEST(test_limit_stops_the_look),
		TEST(test_limit_and_found),
		TEST(test_short_and_hindered),
		TEST(test_signals),
		TEST(test_known_and_signal),
		TEST(test_refused_near_the_end),
		TEST(test_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
