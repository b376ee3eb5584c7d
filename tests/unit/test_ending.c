/* SPDX-License-Identifier: ISC */
/*
 * How a wait ends: the whole sentences that are said of a run, and whose status
 * counts for all.
 */
#include "captured.h"
#include "watching.h"

#include <signal.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "command/ending.h"

#define URL                                                   \
	"https://github.com/octo-org/octo-repo/actions/runs/" \
	"17654321098"
#define RESUME " To resume the wait: return-dispatch await " URL

static const struct fake_state running[] = { { .status = "in_progress" } };

/* Sees the one run in that state, with its jobs. */
static struct watched *
see(const struct fake_state *state, size_t job_count)
{
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.states = state,
		.state_count = 1,
		.jobs = watching_jobs,
		.job_count = job_count,
	    });
	fake_pass(1000);
	return watching_see(0);
}

static void
expect(const struct watched *w, enum status status, const char *text)
{
	assert_int_equal(w->fault.status, status);
	assert_string_equal(w->fault.text, text);
}

static void
test_run_failed(void **state)
{
	static const struct {
		const char *conclusion, *says;
	} rows[] = {
		{ "failure", "concluded with failure: " URL },
		{ "timed_out", "concluded with timed_out: " URL },
		{ "", "completed without a conclusion: " URL },
		{ "sunk",
		    "concluded with sunk, which is not a known conclusion and "
		    "counts as a failure: " URL },
	};
	struct fake_state over = { .status = "completed" };
	static const char begins[] = "run 17654321098 ";
	struct watched *w;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		over.conclusion = rows[i].conclusion;
		w = see(&over, 0);
		ending_run_failed(w);
		assert_int_equal(w->fault.status, STATUS_FAILED);
		assert_memory_equal(w->fault.text, begins, strlen(begins));
		assert_string_equal(
		    w->fault.text + strlen(begins), rows[i].says);
		watching_tear_down(state);
		watching_set_up(state);
	}
}

/* A job has a page of its own, or the run's. */
static void
test_job_failed(void **state)
{
	struct watched *w = see(running, 3);

	(void)state;
	ending_job_failed(w, watched_job(w, 1));
	expect(w, STATUS_FAILED,
	    "job \"build\" of run 17654321098 concluded with failure: " URL
	    "/job/176543210980002");
	ending_job_failed(w, watched_job(w, 2));
	expect(w, STATUS_FAILED,
	    "job \"test / unit\" of run 17654321098 concluded with "
	    "cancelled: " URL);
}

static void
test_job_missing(void **state)
{
	static const struct fake_state over = { .status = "completed",
		.conclusion = "success" };
	struct watched *w = see(&over, 2);

	(void)state;
	ending_job_missing(w, "deploy");
	expect(w, STATUS_FAILED,
	    "run 17654321098 concluded with success and has no job \"deploy\"; "
	    "its jobs are: \"lint\", \"build\"");
}

/* The last word of a server: what it was, how the run was, what to do. */
static void
test_look_failed(void **state)
{
	struct watched *w = see(running, 0);
	struct fault look;

	(void)state;
	fault_set(&look, STATUS_FORBIDDEN, "no");
	ending_look_failed(w, &look, true);
	expect(w, STATUS_FORBIDDEN,
	    "run 17654321098: no. The run was in_progress when last seen, and "
	    "is no longer being watched." RESUME);
	fault_set(&look, STATUS_NOT_FOUND, "gone");
	ending_look_failed(w, &look, true);
	expect(w, STATUS_NOT_FOUND,
	    "run 17654321098: gone. The run is gone: it was deleted, or the "
	    "token has lost access to it. It was in_progress when last "
	    "seen: " URL);
	/* Of one that was never seen there is no more to say. */
	w->seen = false;
	fault_set(&look, STATUS_UNAUTHORIZED, "bad credentials");
	ending_look_failed(w, &look, false);
	expect(w, STATUS_UNAUTHORIZED, "run 17654321098: bad credentials.");
	ending_look_failed(w, &look, true);
	assert_non_null(strstr(w->fault.text, "may have expired"));
}

/* Says whether the run goes on, and how to learn of its end. */
static void
test_interrupted(void **state)
{
	struct cancel c = { .run = see(running, 0) };
	struct watched *w = c.run;

	(void)state;
	fake_signal_at(fake_now(), SIGTERM);
	ending_interrupted(w, &c, false);
	assert_int_equal(w->fault.status, STATUS_TERMINATED);
	assert_non_null(strstr(w->fault.text,
	    ". Run 17654321098 was not cancelled. The run was in_progress when "
	    "last seen, and is no longer being watched." RESUME));
	c.state = CANCEL_ASKED;
	ending_interrupted(w, &c, true);
	assert_non_null(strstr(w->fault.text,
	    ". GitHub was asked to cancel run 17654321098. The run was "));
	c.state = CANCEL_OVER;
	ending_interrupted(w, &c, true);
	assert_non_null(strstr(
	    w->fault.text, " To see how it ended: return-dispatch await " URL));
	assert_null(strstr(w->fault.text, "no longer being watched"));
}

/* The timeout, or a server that asks for more than is left of it. */
static void
test_timed_out(void **state)
{
	struct watched *w = see(running, 1);
	struct fault look = { .status = STATUS_OK };
	struct ending_timeout t = { .look = &look };

	(void)state;
	ending_timed_out(w, &t);
	expect(w, STATUS_WAIT_TIMEOUT,
	    "run 17654321098 had not concluded before the timeout. The run was "
	    "in_progress when last seen, and is no longer being "
	    "watched." RESUME);
	t.has_names = true;
	t.missing = "deploy";
	ending_timed_out(w, &t);
	assert_non_null(strstr(w->fault.text,
	    "the named jobs of run 17654321098 had not concluded before the "
	    "timeout. No job \"deploy\" was seen; its jobs are: \"lint\"."));
	t.missing = NULL;
	t.is_untold = true;
	fault_set(&look, STATUS_SERVER, "it is ill.");
	ending_timed_out(w, &t);
	assert_int_equal(w->fault.status, STATUS_WAIT_TIMEOUT);
	assert_non_null(strstr(w->fault.text,
	    " The last look failed: it is ill. GitHub has reported no "
	    "conclusion yet."));
	/* What was never seen, or is limited, ends as the last look did. */
	fault_set(&look, STATUS_LIMITED, "slow down");
	ending_timed_out(w, &t);
	assert_int_equal(w->fault.status, STATUS_LIMITED);
	assert_non_null(strstr(w->fault.text,
	    "run 17654321098: slow down. That is longer than the timeout "
	    "allows. The run was in_progress"));
	w->seen = false;
	fault_set(&look, STATUS_NOT_FOUND, "not there");
	ending_timed_out(w, &t);
	expect(w, STATUS_TIMEOUT,
	    "run 17654321098: not there. The run was not seen, so it is not "
	    "known whether it is running." RESUME);
}

/* A signal counts before a failure, that before a refusal, a limit and the
 * timeout, and those before all others; the others' stories are logged. */
static void
test_sum_up(void **state)
{
	static const struct {
		enum status status[3];
		size_t worst; /* or 3: none */
	} rows[] = {
		{ { STATUS_OK, STATUS_OK, STATUS_OK }, 3 },
		{ { STATUS_OK, STATUS_WAIT_TIMEOUT, STATUS_FAILED }, 2 },
		{ { STATUS_FAILED, STATUS_INTERRUPTED, STATUS_FAILED }, 1 },
		{ { STATUS_WAIT_TIMEOUT, STATUS_NOT_FOUND, STATUS_LIMITED },
		    1 },
		{ { STATUS_CONNECT, STATUS_OK, STATUS_WAIT_TIMEOUT }, 2 },
		{ { STATUS_OK, STATUS_SERVER, STATUS_CONNECT }, 1 },
		{ { STATUS_FAILED, STATUS_FAILED, STATUS_OK }, 0 },
	};
	static const char *const stories[] = { "story 0", "story 1",
		"story 2" };
	const char *log;
	struct fault f;
	size_t i, n;
	bool told;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (n = 0; n < 3; n++) {
			runs[n].status = rows[i].status[n];
			fault_set(&runs[n].fault, rows[i].status[n], "%s",
			    stories[n]);
		}
		captured_begin();
		if (rows[i].worst == 3) {
			assert_int_equal(ending_sum_up(runs, 3, &f), STATUS_OK);
		} else {
			assert_int_equal(ending_sum_up(runs, 3, &f),
			    rows[i].status[rows[i].worst]);
			assert_string_equal(f.text, stories[rows[i].worst]);
		}
		log = watching_logged();
		for (n = 0; n < 3; n++) {
			told = rows[i].status[n] != STATUS_OK &&
			    n != rows[i].worst;
			check((strstr(log, stories[n]) != NULL) == told,
			    "row %zu, run %zu: %s", i, n, log);
		}
	}
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_run_failed),
		TEST(test_job_failed),
		TEST(test_job_missing),
		TEST(test_look_failed),
		TEST(test_interrupted),
		TEST(test_timed_out),
		TEST(test_sum_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
