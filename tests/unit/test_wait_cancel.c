/* SPDX-License-Identifier: ISC */
/*
 * Cancelling runs that are waited for: when it is due, and when a signal comes.
 */
#include "waiting.h"

#include <inttypes.h>
#include <signal.h>

/* --- cancelling --- */

/* The first `last` requests to cancel fail in that way. */
static void
fail_cancels(unsigned int last, enum status status, bool lasting)
{
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_CANCEL,
		.first = 1,
		.last = last,
		.status = status,
		.lasting = lasting,
	    });
}

static void
test_cancel(void **state)
{
	const struct fake_call *c;

	(void)state;
	order.cancel_after_ms = 62 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 10 * SECOND;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 0);
	c = fake_nth(gh, FAKE_CANCEL, 0);
	assert_in_range(c->at, 62 * SECOND, 63 * SECOND);
	/* From then on it is over soon. */
	assert_in_range(ended_at[0], 72 * SECOND, 74 * SECOND);
	expect_logged("cancel");
}

/* Over in time: nothing to cancel. */
static void
test_cancel_not_due(void **state)
{
	(void)state;
	order.cancel_after_ms = 62 * SECOND;
	ADD_RUN(RUNNING(0), OVER(61900, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 0);
}

static void
test_cancel_at_once(void **state)
{
	(void)state;
	order.cancel_after_ms = 0;
	order.force_cancel_after_ms = 0;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 1);
	assert_true(fake_now() < 3 * SECOND);
}

/* What cannot be cancelled in one go is asked for again. */
static void
test_cancel_fails(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fail_cancels(3, STATUS_SERVER, false);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 4);
	assert_true(ended_at[0] < 90 * SECOND);
	again(state);
	/* What will not be done is not. */
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0), OVER(100 * SECOND, "success"));
	fail_cancels(FAKE_ALWAYS, STATUS_REFUSED, true);
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	expect_logged("warning: ");
	expect_logged("api.fake.example: call failed");
	again(state);
	/* Nor is it when the server asks for a pause. */
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_CANCEL,
		.first = 1,
		.status = STATUS_LIMITED,
		.wait_ms = 45 * SECOND,
	    });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 2);
	assert_true(fake_nth(gh, FAKE_CANCEL, 1)->at >= 105 * SECOND);
}

/* 409: it was over before. */
static void
test_cancel_too_late(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	/* The look right before still sees it going on. */
	ADD_RUN(RUNNING(0), OVER(60150, "success"));
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_null(strstr(logged, "warning"));
}

/* A refusal for now is no end of the run: asked again at each look. */
static void
test_cancel_not_yet(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(QUEUED);
	gh->runs[0].cancel_ms = SECOND;
	fail_cancels(4, STATUS_REFUSED, false);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 5);
	assert_int_equal(
	    count_logged("was not cancelled: api.fake.example: call failed. "
			 "Retrying."),
	    1);
	assert_null(strstr(logged, "already"));
	again(state);
	/* By force, too. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 0;
	ADD_RUN(QUEUED);
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_fail(gh, FAKE_FORCE_CANCEL, 1, 2, STATUS_REFUSED);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN), 3);
	again(state);
	/* On a signal: within the time there is. */
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED);
	fail_cancels(3, STATUS_REFUSED, false);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("GitHub was asked to cancel run 17654321098");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 4);
	again(state);
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED);
	fail_cancels(FAKE_ALWAYS, STATUS_REFUSED, false);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled: api.fake.example: call failed");
	expect_denies("already");
	assert_true(fake_now() <= 17 * SECOND);
	again(state);
	/* A look shows that there is nothing left to cancel. */
	order.cancel_on_interrupt = true;
	ADD_RUN(QUEUED, OVER(12 * SECOND, "success"));
	fail_cancels(FAKE_ALWAYS, STATUS_REFUSED, false);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("already concluded");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	again(state);
	/* One 401 or 403 is not the last word; some that last are. */
	order.cancel_after_ms = MINUTE;
	gh->fresh_tokens = 1;
	ADD_RUN(RUNNING(0));
	fail_cancels(2, STATUS_FORBIDDEN, true);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(gh->tokens, 1);
	again(state);
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0), OVER(150 * SECOND, "success"));
	fail_cancels(FAKE_ALWAYS, STATUS_FORBIDDEN, true);
	assert_int_equal(wait_for(1), STATUS_OK);
	assert_in_range(fake_count(gh, FAKE_CANCEL, RUN), 5, 6);
}

/* A named job that fails cancels the rest, if there is a cancel timeout. */
static void
test_cancel_for_job(void **state)
{
	static const struct fake_job jobs[] = { { .name = "build",
						    .done_at = 20 * SECOND,
						    .conclusion = "failure" },
		{ .name = "test" } };
	int i;

	for (i = 0; i < 4; i++) {
		wait_for_job("build");
		if (i != 0)
			order.cancel_after_ms = 100 * SECOND;
		if (i == 2)
			fake_fail(gh, FAKE_CANCEL, 1, 0, STATUS_REFUSED);
		if (i == 3)
			ADD_RUN(RUNNING(0), OVER(20 * SECOND, "failure"));
		else
			ADD_RUN(RUNNING(0));
		add_jobs(jobs, COUNT(jobs));
		assert_int_equal(wait_for(1), STATUS_FAILED);
		expect_says("job \"build\" of run 17654321098 concluded with "
			    "failure");
		assert_in_range(ended_at[0], 20 * SECOND, 27 * SECOND);
		assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN),
		    i == 1       ? 1
			: i == 2 ? 2
				 : 0);
		if (i == 1 || i == 2)
			expect_says("GitHub was asked to cancel run "
				    "17654321098.");
		else
			expect_denies("cancel");
		again(state);
	}
}

/* Hung in cancelling: by force. */
static void
test_force_cancel(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	gh->runs[0].force_ms = 5 * SECOND;
	fake_fail(gh, FAKE_FORCE_CANCEL, 1, 0, STATUS_CLOSED);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	expect_says("cancelled");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 2);
	assert_in_range(
	    fake_nth(gh, FAKE_FORCE_CANCEL, 0)->at, 90 * SECOND, 91 * SECOND);
	assert_in_range(ended_at[0], 95 * SECOND, 100 * SECOND);
	again(state);
	/* Cancelled as asked: no force. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 20 * SECOND;
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 0);
	again(state);
	/* Neither helps: the timeout holds. */
	order.cancel_after_ms = MINUTE;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = gh->runs[0].force_ms = FAKE_NEVER;
	assert_int_equal(wait_for(1), STATUS_WAIT_TIMEOUT);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, 0), 1);
	assert_in_range(fake_now(), 300 * SECOND, 303 * SECOND);
}

/* A cancel that is due while no look gets through goes out all the same. */
static void
test_cancel_in_storm(void **state)
{
	(void)state;
	order.cancel_after_ms = 100 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = 5 * SECOND;
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_RUN,
		.from = 50 * SECOND,
		.until = 200 * SECOND,
		.status = STATUS_SERVER,
	    });
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_in_range(
	    fake_nth(gh, FAKE_CANCEL, 0)->at, 100 * SECOND, 105 * SECOND);
	expect_says("cancelled");
}

/* --- signals --- */

static void
test_interrupts(void **state)
{
	static const struct {
		const char *what;
		int64_t at;
		int sig;
		bool cancels;
		enum status status;
		const char *says;
	} cases[] = {
		{ "pausing", 12 * SECOND, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "pausing", 12 * SECOND, SIGTERM, false, STATUS_TERMINATED,
		    "was not cancelled" },
		{ "in a look", 5150, SIGTERM, false, STATUS_TERMINATED,
		    "was not cancelled" },
		{ "in the first look", 50, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "before all", 0, SIGINT, false, STATUS_INTERRUPTED,
		    "was not cancelled" },
		{ "pausing, cancels", 12 * SECOND, SIGINT, true,
		    STATUS_INTERRUPTED, "asked to cancel" },
		{ "pausing, cancels", 12 * SECOND, SIGTERM, true,
		    STATUS_TERMINATED, "asked to cancel" },
		{ "in a look, cancels", 5150, SIGTERM, true, STATUS_TERMINATED,
		    "asked to cancel" },
		{ "in the first look, cancels", 50, SIGINT, true,
		    STATUS_INTERRUPTED, "asked to cancel" },
		{ "before all, cancels", 0, SIGTERM, true, STATUS_TERMINATED,
		    "asked to cancel" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		order.cancel_on_interrupt = cases[i].cancels;
		ADD_RUN(RUNNING(0));
		fake_signal_at(cases[i].at, cases[i].sig);
		check(wait_for(1) == cases[i].status, "%s: %s", cases[i].what,
		    fault.text);
		expect_says("17654321098");
		expect_says(cases[i].says);
		/* How to go on: the page, once, in a command. */
		expect_says("To resume the wait: return-dispatch await https:");
		assert_int_equal(
		    fake_count(gh, FAKE_CANCEL, RUN), cases[i].cancels);
		check(fake_now() <= cases[i].at + SECOND, "%s", cases[i].what);
		if (cases[i].cancels)
			check(fake_nth(gh, FAKE_CANCEL, 0)->deadline_ms -
				    FAKE_START - cases[i].at <=
				5 * SECOND,
			    "%s", cases[i].what);
		/* No look after it. */
		check(cases[i].at == 0 ||
			fake_nth(gh, FAKE_RUN, looks() - 1)->at < cases[i].at,
		    "%s", cases[i].what);
		again(state);
	}
}

/* The cancel hangs, fails, comes too late, or a second signal arrives. */
static void
test_interrupt_cancel_fails(void **state)
{
	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	fail_cancels(FAKE_ALWAYS, STATUS_SERVER, false);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says(
	    "may not have been cancelled: api.fake.example: call failed");
	expect_denies("asked to cancel");
	/* Again and again, but not for longer than there is time. */
	assert_in_range(fake_count(gh, FAKE_CANCEL, RUN), 5, 10);
	assert_in_range(fake_now(), 16 * SECOND, 17 * SECOND);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	gh->call_ms = 8 * SECOND;
	fake_signal_at(9 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("may not have been cancelled: fake: no answer in time");
	assert_in_range(fake_now(), 13 * SECOND, 14 * SECOND);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	gh->call_ms = 4 * SECOND;
	fake_signal_at(5 * SECOND, SIGTERM);
	fake_signal_at(6 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	assert_int_equal(fake_now(), 6 * SECOND);
	expect_says("17654321098");
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0));
	fail_cancels(FAKE_ALWAYS, STATUS_REFUSED, true);
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled: api.fake.example: call failed");
	expect_denies("asked to cancel");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 1);
	again(state);

	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0), OVER(11 * SECOND, "success"));
	fake_signal_at(12 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_denies("asked to cancel");
	expect_denies("may not");
	expect_says("already concluded");
}

/* All that go on are asked to cancel, and no other. */
static void
test_interrupt_several(void **state)
{
	(void)state;
	order.cancel_on_interrupt = true;
	ADD_RUN(RUNNING(0), OVER(5 * SECOND, "success"));
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0));
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(3), STATUS_TERMINATED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 2);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 0);
	assert_int_equal(runs[0].status, STATUS_OK);
	assert_int_equal(runs[1].status, STATUS_TERMINATED);
	assert_int_equal(runs[2].status, STATUS_TERMINATED);
	again(state);
	/* We were told to go: that comes before what has failed by then. */
	ADD_RUN(RUNNING(0), OVER(5 * SECOND, "failure"));
	ADD_RUN(RUNNING(0));
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(2), STATUS_TERMINATED);
	assert_int_equal(runs[0].status, STATUS_FAILED);
	expect_logged("17654321098 concluded with failure");
}

/* Already asked for by --cancel-after: asked for once more, which is no harm,
 * or known to be asked for. */
static void
test_interrupt_after_cancel(void **state)
{
	(void)state;
	order.cancel_on_interrupt = true;
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
	again(state);
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	gh->runs[0].cancel_ms = FAKE_NEVER;
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	again(state);
	/* Refused then, granted now. */
	order.cancel_on_interrupt = true;
	order.cancel_after_ms = 10 * SECOND;
	ADD_RUN(RUNNING(0));
	fake_fail_lasting(gh, FAKE_CANCEL, 1, 0, STATUS_REFUSED);
	fake_signal_at(22 * SECOND, SIGTERM);
	assert_int_equal(wait_for(1), STATUS_TERMINATED);
	expect_says("asked to cancel");
}

/* The report of a failure is cut short; the verdict stands. */
static void
test_interrupt_in_report(void **state)
{
	static const struct fake_job jobs[] = {
		{ .done_at = 1, .conclusion = "failure" },
		{ .done_at = 1, .conclusion = "failure" },
		{ .done_at = 1, .conclusion = "failure" },
	};

	(void)state;
	order.log_lines = 10;
	ADD_RUN(OVER(0, "failure"));
	add_jobs(jobs, COUNT(jobs));
	fake_signal_at(350, SIGINT);
	assert_int_equal(wait_for(1), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 2);
	assert_int_equal(fake_now(), 350);
}

/* --- several runs --- */

static void
test_cancel_several(void **state)
{
	(void)state;
	order.cancel_after_ms = 30 * SECOND;
	order.force_cancel_after_ms = 30 * SECOND;
	ADD_RUN(RUNNING(0), OVER(10 * SECOND, "success"));
	ADD_RUN(RUNNING(0));
	ADD_RUN(RUNNING(0));
	gh->runs[1].cancel_ms = 5 * SECOND;
	gh->runs[2].cancel_ms = FAKE_NEVER;
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_CANCEL,
		.run_id = RUN + 1,
		.first = 1,
		.status = STATUS_SERVER,
	    });
	assert_int_equal(wait_for(3), STATUS_FAILED);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 0);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 1), 2);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 2), 1);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN + 1), 0);
	assert_int_equal(fake_count(gh, FAKE_FORCE_CANCEL, RUN + 2), 1);
	assert_int_equal(runs[0].status, STATUS_OK);
}

/* A cancel that hangs leaves time for those of the other runs. */
static void
test_cancel_hangs(void **state)
{
	int i, k;

	for (i = 0; i < 2; i++) {
		if (i == 0)
			order.cancel_after_ms = 30 * SECOND;
		order.cancel_on_interrupt = i == 1;
		for (k = 0; k < 3; k++)
			ADD_RUN(RUNNING(0));
		gh->deaf_run = RUN;
		fake_signal_at(i == 0 ? 40 * SECOND : 20 * SECOND, SIGTERM);
		assert_int_equal(wait_for(3), STATUS_TERMINATED);
		assert_in_range(fake_now(), 20 * SECOND, 45 * SECOND);
		for (k = 1; k < 3; k++) {
			assert_int_equal(
			    fake_count(gh, FAKE_CANCEL, RUN + (uint64_t)k), 1);
			check(strstr(runs[k].fault.text,
				  i == 0 ? "concluded with cancelled"
					 : "GitHub was asked") != NULL,
			    "%s", runs[k].fault.text);
		}
		check(strstr(runs[0].fault.text, "GitHub was asked") == NULL,
		    "%s", runs[0].fault.text);
		again(state);
	}
}

/* However many runs there are to cancel, the timeout holds. */
static void
test_cancels_hang_at_the_end(void **state)
{
	int k;

	(void)state;
	order.timeout_ms = MINUTE;
	order.cancel_after_ms = 59 * SECOND;
	order.force_cancel_after_ms = 0;
	gh->deaf = true;
	for (k = 0; k < RUNS; k++)
		ADD_RUN(RUNNING(0));
	assert_int_equal(wait_for(RUNS), STATUS_WAIT_TIMEOUT);
	check(fake_now() <= 75 * SECOND, "%lld ms", (long long)fake_now());
}

/* What a refused request came to was told; a signal makes no more of it. */
static void
test_refused_cancel_and_signal(void **state)
{
	(void)state;
	order.cancel_after_ms = MINUTE;
	ADD_RUN(RUNNING(0));
	fail_cancels(FAKE_ALWAYS, STATUS_REFUSED, true);
	fake_signal_at(90 * SECOND, SIGINT);
	assert_int_equal(wait_for(1), STATUS_INTERRUPTED);
	expect_says("was not cancelled");
	expect_denies("may not have been");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAITING_TEST(test_cancel),
		WAITING_TEST(test_cancel_not_due),
		WAITING_TEST(test_cancel_at_once),
		WAITING_TEST(test_cancel_fails),
		WAITING_TEST(test_cancel_too_late),
		WAITING_TEST(test_cancel_not_yet),
		WAITING_TEST(test_cancel_for_job),
		WAITING_TEST(test_force_cancel),
		WAITING_TEST(test_cancel_in_storm),
		WAITING_TEST(test_interrupts),
		WAITING_TEST(test_interrupt_cancel_fails),
		WAITING_TEST(test_interrupt_several),
		WAITING_TEST(test_interrupt_after_cancel),
		WAITING_TEST(test_interrupt_in_report),
		WAITING_TEST(test_cancel_several),
		WAITING_TEST(test_cancel_hangs),
		WAITING_TEST(test_cancels_hang_at_the_end),
		WAITING_TEST(test_refused_cancel_and_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
