/* SPDX-License-Identifier: ISC */
/*
 * The same dispatch in several repositories: each once, a second apart, with an
 * outcome of its own; then one wait.
 */
#include "unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "captured.h"
#include "command/pace.h"
#include "command/targets.h"
#include "fake_clock.h"
#include "fake_github.h"

#define MANY   4
#define RUN(n) (UINT64_C(17000001000) + (n))
#define SECOND INT64_C(1000)

static const char *const names[MANY] = { "octo-org/octo-repo", "octo-org/two",
	"octo-org/three", "octo-org/four" };
static const char *const repos[MANY] = { "octo-repo", "two", "three", "four" };
static const char *const ids[MANY] = {
	"11111111-3b52-4c6e-9a52-0d6c8f1b2e11",
	"22222222-3b52-4c6e-9a52-0d6c8f1b2e11",
	"33333333-3b52-4c6e-9a52-0d6c8f1b2e11",
	"44444444-3b52-4c6e-9a52-0d6c8f1b2e11",
};

static struct github *places[MANY]; /* the first is the server's own */
static struct target targets[MANY];
static struct wait_order waiting;
static struct result result;
static struct fault fault;
static char logged[16384];

/* What was written, in order. */
static struct {
	uint64_t found[MANY], ended[MANY];
	int64_t found_at[MANY];
	size_t found_count, ended_count;
	enum status status;   /* of found runs */
	uint64_t known[MANY]; /* 0: no run is */
	enum status statuses[MANY];
	size_t lists, open_lists;
	size_t notes, summaries;
} written;

/* --- command/result and command/summary --- */

enum status
result_found(struct result *r, const struct found_run *run, struct fault *f)
{
	assert_ptr_equal(r, &result);
	written.found_at[written.found_count] = fake_now();
	written.found[written.found_count++] = run->id;
	return written.status == STATUS_OK
	    ? STATUS_OK
	    : fault_set_lasting(f, written.status, "fake: not written");
}

enum status
result_ended(struct result *r, const struct found_run *run,
    const struct watched *w, struct fault *f)
{
	(void)f;
	assert_ptr_equal(r, &result);
	assert_true(w->ended);
	written.ended[written.ended_count++] = run->id;
	return STATUS_OK;
}

enum status
result_targets(struct result *r, const struct result_target *list, size_t count,
    struct fault *f)
{
	size_t i;

	(void)f;
	assert_ptr_equal(r, &result);
	assert_int_equal(count, MANY);
	written.lists++;
	for (i = 0; i < count; i++) {
		written.known[i] = list[i].run != NULL ? list[i].run->id : 0;
		written.statuses[i] = list[i].status;
		assert_string_equal(list[i].repository, names[i]);
		written.open_lists += list[i].is_open;
	}
	return STATUS_OK;
}

enum status
result_text(const char *text, struct fault *f)
{
	(void)text;
	return fault_set(f, STATUS_OUTPUT, "fake: no text");
}

void
summary_write(
    struct summary *s, const struct found_run *run, const struct watched *w)
{
	(void)s;
	(void)run;
	(void)w;
	written.summaries++;
}

void
summary_note(struct summary *s, const char *repository, const char *story)
{
	(void)s;
	assert_true(strncmp(repository, "octo-org/", 9) == 0);
	assert_true(strlen(story) > 0);
	written.notes++;
}

/* --- the script --- */

static int
set_up(void **state)
{
	size_t i;

	(void)state;
	log_open(LOG_LEVEL_INFO, false);
	memset(&written, 0, sizeof written);
	memset(&fault, 0, sizeof fault);
	result.summary.path = "summary";
	result.order.has_targets = true;
	places[0] = fake_github_new();
	for (i = 0; i < MANY; i++) {
		if (i > 0)
			places[i] = fake_add_sibling(places[0], names[i]);
		targets[i] = (struct target){
			.owner = "octo-org",
			.repo = repos[i],
			.order = {
				.workflow = FAKE_WORKFLOW,
				.workflow_path = FAKE_PATH,
				.ref = "main",
				.body = "{}",
				.body_with_id = ids[i],
				.distinct_id = ids[i],
				.is_unique = true,
				.timeout_ms = 300 * SECOND,
				.step_ms = PACE_ADAPTIVE,
			},
		};
	}
	waiting = (struct wait_order){
		.timeout_ms = 3600 * SECOND,
		.interval_ms = 5 * SECOND,
		.cancel_after_ms = WAIT_NEVER,
		.force_cancel_after_ms = WAIT_NEVER,
	};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	/* A check failed while the log was captured. */
	if (captured_end(logged, sizeof logged))
		print_error("%s\n", logged);
	fake_github_free(places[0]);
	return 0;
}

static void
again(void **state)
{
	tear_down(state);
	set_up(state);
}

/* The answer names the run. */
static void
identify(size_t n)
{
	fake_add_post(places[n],
	    (struct fake_post){
		.outcome = DISPATCH_IDENTIFIED, .run_id = RUN(n) });
}

/* It does not, and the run shows its ID from then on. */
static void
hide(size_t n, int64_t listed_at)
{
	places[n]->is_ghes = true;
	places[n]->tells = GITHUB_TELLS_NO_RUN;
	fake_add_post(
	    places[n], (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(places[n],
	    (struct fake_run){
		.id = RUN(n),
		.title = ids[n],
		.created_at = listed_at,
		.listed_at = listed_at,
	    });
}

static void
refuse(size_t n, enum status status)
{
	fake_add_post(places[n],
	    (struct fake_post){
		.outcome = DISPATCH_NOT_STARTED,
		.status = status,
		.lasting = true,
	    });
}

static enum status
dispatch_all(void)
{
	enum status status;

	captured_begin();
	status = targets_dispatch(
	    places[0], &fake_clock, targets, MANY, &result, &fault);
	captured_end(logged, sizeof logged);
	return status;
}

static size_t
posts(size_t n)
{
	return fake_count(places[n], FAKE_POST, 0);
}

/* Lines of the log that say so. */
static size_t
lines_with(const char *text)
{
	const char *p;
	size_t n = 0;

	for (p = logged; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

/* --- dispatching --- */

static void
test_all_identified(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		identify(i);
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_int_equal(written.found_count, MANY);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(posts(i), 1);
		assert_true(written.found[i] == RUN(i));
		assert_true(written.known[i] == RUN(i));
		assert_int_equal(written.statuses[i], STATUS_OK);
		/* A second apart. */
		assert_true(fake_nth(places[i], FAKE_POST, 0)->at >=
		    (int64_t)i * SECOND);
		assert_true(fake_nth(places[i], FAKE_POST, 0)->at <
		    (int64_t)i * SECOND + 500);
	}
	assert_int_equal(written.lists, 1);
	assert_int_equal(written.summaries, MANY);
	/* Each line names its repository. */
	assert_int_equal(lines_with("octo-org/three: run 17000001002"), 1);
}

/* A refusal is one repository's own. */
static void
test_refused(void **state)
{
	static const enum status statuses[] = { STATUS_NOT_FOUND,
		STATUS_REFUSED, STATUS_FORBIDDEN };
	size_t i, n;

	for (i = 0; i < COUNT(statuses); i++) {
		for (n = 0; n < MANY; n++)
			if (n == 1)
				refuse(n, statuses[i]);
			else
				identify(n);
		assert_int_equal(dispatch_all(), statuses[i]);
		assert_int_equal(status_exit_code(fault.status), 3);
		assert_true(strncmp(fault.text, "octo-org/two: ", 14) == 0);
		assert_int_equal(written.found_count, MANY - 1);
		for (n = 0; n < MANY; n++)
			assert_int_equal(posts(n), 1);
		assert_true(written.known[1] == 0);
		assert_int_equal(written.statuses[1], statuses[i]);
		assert_int_equal(written.notes, 1);
		again(state);
	}
}

/* What all share stops all, and the rest are told. */
static void
test_stopped(void **state)
{
	static const struct {
		enum dispatch_outcome outcome;
		enum status status;
		int64_t wait_ms;
		int code;
	} cases[] = {
		{ DISPATCH_NOT_STARTED, STATUS_UNAUTHORIZED, 0, 3 },
		{ DISPATCH_LIMITED, STATUS_LIMITED, 3600 * SECOND, 3 },
		{ DISPATCH_NOT_SENT, STATUS_TLS, 0, 7 },
	};
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		identify(0);
		fake_add_post(places[1],
		    (struct fake_post){
			.outcome = cases[i].outcome,
			.status = cases[i].status,
			.lasting = cases[i].wait_ms == 0,
			.wait_ms = cases[i].wait_ms,
		    });
		assert_int_equal(dispatch_all(), cases[i].status);
		assert_int_equal(status_exit_code(fault.status), cases[i].code);
		assert_true(strncmp(fault.text, "octo-org/two: ", 14) == 0);
		assert_int_equal(written.found_count, 1);
		for (n = 2; n < MANY; n++) {
			assert_int_equal(places[n]->call_count, 0);
			assert_int_equal(written.statuses[n], cases[i].status);
		}
		assert_int_equal(
		    lines_with("error: octo-org/three: nothing was sent"), 1);
		assert_int_equal(
		    lines_with("error: octo-org/four: nothing was sent"), 1);
		again(state);
	}
}

/* Searches go on while the others are dispatched, and beside each other. */
static void
test_searches(void **state)
{
	size_t i;

	(void)state;
	hide(0, 120 * SECOND);
	hide(1, 1500);
	hide(2, 2500);
	hide(3, 3500);
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_int_equal(written.found_count, MANY);
	for (i = 0; i < MANY; i++)
		assert_int_equal(posts(i), 1);
	assert_true(written.found[3] == RUN(0));
	assert_in_range(written.found_at[3], 120 * SECOND, 127 * SECOND);
	/* About a second after each could be known. */
	for (i = 0; i < 3; i++)
		assert_in_range(written.found_at[i], 1500, 6 * SECOND);
	for (i = 1; i < MANY; i++)
		assert_in_range(fake_nth(places[i], FAKE_POST, 0)->at,
		    (int64_t)i * SECOND, (int64_t)i * SECOND + 1500);
}

/* Where calls take long, a search does not have to wait until all are sent. */
static void
test_slow_server(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		hide(i, i == 0 ? 3000 : 30 * SECOND);
		places[i]->call_ms = 1200;
	}
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_int_equal(written.found_count, MANY);
	assert_true(written.found[0] == RUN(0));
	assert_true(
	    written.found_at[0] < fake_nth(places[3], FAKE_POST, 0)->at);
}

/* A look that came after its time, since another repository took that, is not
 * cut off. */
static void
test_late_look(void **state)
{
	(void)state;
	hide(0, 1500);
	places[1]->is_ghes = true;
	places[1]->tells = GITHUB_TELLS_RUN;
	fake_add_post(places[1],
	    (struct fake_post){
		.outcome = DISPATCH_IDENTIFIED,
		.run_id = RUN(1),
		.took_ms = 20 * SECOND,
	    });
	identify(2);
	identify(3);
	targets[0].order.timeout_ms = 10 * SECOND;
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_int_equal(written.found_count, MANY);
	assert_int_equal(written.statuses[0], STATUS_OK);
}

/* The server's wish for a pause, met by one search, counts for all. */
static void
test_limit(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < MANY; i++)
		hide(i, 50 * SECOND);
	/* The baseline is the first call. */
	fake_add_failure(places[1],
	    (struct fake_failure){
		.kind = FAKE_RUNS,
		.first = 2,
		.status = STATUS_LIMITED,
		.wait_ms = 30 * SECOND,
	    });
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_int_equal(written.found_count, MANY);
	assert_in_range(
	    fake_nth(places[2], FAKE_POST, 0)->at, 31 * SECOND, 40 * SECOND);
	for (i = 0; i < MANY; i++)
		for (k = 0; k < places[i]->call_count; k++)
			check(places[i]->calls[k].at < 3 * SECOND ||
				places[i]->calls[k].at > 30 * SECOND,
			    "%zu asked at %" PRId64, i, places[i]->calls[k].at);
}

/* Each has the whole timeout, from its own dispatch. */
static void
test_timeouts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		targets[i].order.timeout_ms = 10 * SECOND;
		hide(i, i == 3 ? 12 * SECOND : 60 * SECOND);
	}
	assert_int_equal(dispatch_all(), STATUS_UNIDENTIFIED);
	assert_int_equal(written.found_count, 1);
	assert_true(written.found[0] == RUN(3));
	assert_in_range(fake_now(), 12 * SECOND, 14 * SECOND);
	for (i = 0; i < 3; i++)
		assert_int_equal(written.statuses[i], STATUS_UNIDENTIFIED);
	/* The worst is told by the caller. */
	assert_int_equal(lines_with("error: octo-org/"), 2);
}

/* A lost reply is settled beside the others. */
static void
test_lost_reply(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		targets[i].order.sends_id = true;
		targets[i].order.body = ids[i];
		if (i != 1)
			identify(i);
	}
	fake_add_post(places[1],
	    (struct fake_post){
		.outcome = DISPATCH_UNKNOWN, .status = STATUS_CLOSED });
	fake_add_run(places[1],
	    (struct fake_run){
		.id = RUN(1),
		.title = ids[1],
		.created_at = SECOND,
		.listed_at = 6 * SECOND,
	    });
	assert_int_equal(dispatch_all(), STATUS_OK);
	assert_true(written.found[3] == RUN(1));
	assert_int_equal(posts(1), 1);
}

/* --- results --- */

/* A result that is lost keeps no one from being dispatched to. */
static void
test_not_written(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++)
		identify(i);
	written.status = STATUS_OUTPUT;
	assert_int_equal(dispatch_all(), STATUS_OUTPUT);
	for (i = 0; i < MANY; i++)
		assert_int_equal(posts(i), 1);
	assert_int_equal(lines_with("fake: not written"), MANY - 1);
}

/* --- waiting --- */

static void
wait_too(void)
{
	size_t i;

	for (i = 0; i < MANY; i++)
		targets[i].order.waiting = &waiting;
}

static void
test_wait(void **state)
{
	static const struct fake_state good[] = {
		{ .at = 0, .status = "in_progress" },
		{ .at = 30 * SECOND,
		    .status = "completed",
		    .conclusion = "success" },
	};
	static const struct fake_state bad[] = {
		{ .at = 0, .status = "in_progress" },
		{ .at = 20 * SECOND,
		    .status = "completed",
		    .conclusion = "failure" },
	};
	size_t i;

	(void)state;
	wait_too();
	for (i = 0; i < MANY; i++) {
		if (i == 1) {
			refuse(i, STATUS_NOT_FOUND);
			continue;
		}
		identify(i);
		fake_add_run(places[i],
		    (struct fake_run){
			.id = RUN(i),
			.states = i == 2 ? bad : good,
			.state_count = 2,
		    });
	}
	assert_int_equal(dispatch_all(), STATUS_FAILED);
	assert_true(strncmp(fault.text, "octo-org/three: run ", 20) == 0);
	assert_int_equal(written.ended_count, 3);
	assert_true(written.ended[0] == RUN(2));
	/* Before the wait and after it. */
	assert_int_equal(written.lists, 2);
	assert_int_equal(written.open_lists, 3);
	assert_int_equal(written.statuses[0], STATUS_OK);
	assert_int_equal(written.statuses[1], STATUS_NOT_FOUND);
	assert_int_equal(written.statuses[2], STATUS_FAILED);
	assert_int_equal(lines_with("error: octo-org/two: "), 1);
	assert_int_equal(written.summaries, 3);
	assert_int_equal(written.notes, 1);
	/* Progress names the repository, too: that it runs, and its end. */
	check(lines_with("octo-org/three: 20") == 2, "%s", logged);
}

/* --- signals --- */

/* At any time, each is told: not sent, dispatched, or unknown. */
static void
test_signal(void **state)
{
	size_t i, sent;
	int64_t at;

	for (at = 0; at <= 6500; at += 500) {
		hide(0, 100 * SECOND);
		for (i = 1; i < MANY; i++)
			identify(i);
		fake_signal_at(at, SIGTERM);
		assert_int_equal(dispatch_all(), STATUS_TERMINATED);
		sent = 0;
		for (i = 0; i < MANY; i++) {
			sent += posts(i);
			check(posts(i) > 0 ||
				written.statuses[i] == STATUS_TERMINATED,
			    "%" PRId64 ", %zu", at, i);
			check(posts(i) > 0 || written.known[i] == 0,
			    "%" PRId64 ", %zu", at, i);
		}
		check(sent == MANY ||
			lines_with("nothing was sent before") > 0 ||
			strstr(fault.text, "othing was") != NULL,
		    "%" PRId64 ": %s", at, logged);
		/* The ones that are well are told, too. */
		check(lines_with("was dispatched: https://") ==
			written.found_count,
		    "%" PRId64 ": %s", at, logged);
		assert_true(fake_now() < at + 1500);
		again(state);
	}
}

/* In a wait, and while others are still dispatched: those that are known are
 * cancelled if that was asked for. */
static void
test_signal_cancels(void **state)
{
	static const struct fake_state states[] = { { .at = 0,
	    .status = "in_progress" } };
	static const int64_t times[] = { 1500, 20 * SECOND };
	size_t i, k, known;

	for (k = 0; k < COUNT(times); k++) {
		wait_too();
		waiting.cancel_on_interrupt = true;
		for (i = 0; i < MANY; i++) {
			identify(i);
			fake_add_run(places[i],
			    (struct fake_run){
				.id = RUN(i),
				.states = states,
				.state_count = 1,
			    });
		}
		fake_signal_at(times[k], SIGINT);
		assert_int_equal(dispatch_all(), STATUS_INTERRUPTED);
		known = k == 0 ? 2 : MANY;
		for (i = 0; i < MANY; i++)
			check(fake_count(places[i], FAKE_CANCEL, 0) ==
				(i < known),
			    "%zu %zu", k, i);
		again(state);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_identified),
		TEST(test_refused),
		TEST(test_stopped),
		TEST(test_searches),
		TEST(test_slow_server),
		TEST(test_late_look),
		TEST(test_limit),
		TEST(test_timeouts),
		TEST(test_lost_reply),
		TEST(test_not_written),
		TEST(test_wait),
		TEST(test_signal),
		TEST(test_signal_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
