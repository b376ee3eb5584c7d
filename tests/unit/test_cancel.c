/* SPDX-License-Identifier: ISC */
/*
 * Asking GitHub to cancel a run: what comes of one request, of insisting, and
 * what is said of it.
 */
#include "captured.h"
#include "watching.h"

#include <signal.h>

#include "command/cancel.h"

static const struct fake_state running[] = { { .status = "in_progress" } };
static const struct fake_state over[] = { {
    .status = "completed",
    .conclusion = "success",
} };

static struct cancel cancels[3];

static void
begin(void **state, const struct fake_state *states)
{
	size_t i;

	watching_tear_down(state);
	watching_set_up(state);
	memset(cancels, 0, sizeof cancels);
	for (i = 0; i < COUNT(cancels); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = RUN + i,
			.states = states,
			.state_count = 1,
			.cancel_ms = FAKE_NEVER,
		    });
		cancels[i].run = watching_see(i);
	}
	captured_begin();
}

static void
fail_with(enum status status, bool lasting, unsigned int times)
{
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = FAKE_CANCEL,
		.first = 1,
		.last = times,
		.status = status,
		.lasting = lasting,
	    });
}

static enum status
ask(bool force)
{
	return cancel_ask(
	    &cancels[0], &fake_clock, force, clock_after(&fake_clock, 5000));
}

static void
test_ask(void **state)
{
	static const struct {
		enum status status;
		bool lasting;
		enum cancel_state state;
		bool pauses;
	} rows[] = {
		{ STATUS_OK, false, CANCEL_ASKED, false },
		{ STATUS_SERVER, false, CANCEL_OPEN, false },
		{ STATUS_REFUSED, false, CANCEL_OPEN, false },
		{ STATUS_REFUSED, true, CANCEL_REFUSED, false },
		{ STATUS_FORBIDDEN, true, CANCEL_OPEN, true },
		{ STATUS_NOT_FOUND, false, CANCEL_OPEN, true },
		{ STATUS_TLS, true, CANCEL_REFUSED, false },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		begin(state, running);
		if (rows[i].status != STATUS_OK)
			fail_with(rows[i].status, rows[i].lasting, 1);
		check(ask(false) == rows[i].status, "row %zu", i);
		check(cancels[0].state == rows[i].state, "row %zu", i);
		check(
		    (cancels[0].again_ms > 0) == rows[i].pauses, "row %zu", i);
		/* Not before the pause is over. */
		assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
		if (rows[i].pauses) {
			assert_int_equal(ask(false), STATUS_OK);
			assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
		}
	}
	begin(state, over);
	assert_int_equal(ask(false), STATUS_OK);
	assert_int_equal(cancels[0].state, CANCEL_OVER);
}

/* By force: what comes of that is kept apart, unless GitHub accepts. */
static void
test_force(void **state)
{
	begin(state, running);
	cancels[0].state = CANCEL_REFUSED;
	fake_fail(gh, FAKE_FORCE_CANCEL, 1, 0, STATUS_SERVER);
	assert_int_equal(ask(true), STATUS_SERVER);
	assert_int_equal(cancels[0].force, CANCEL_OPEN);
	assert_int_equal(cancels[0].state, CANCEL_REFUSED);
	assert_int_equal(ask(true), STATUS_OK);
	assert_int_equal(cancels[0].force, CANCEL_ASKED);
	assert_int_equal(cancels[0].state, CANCEL_ASKED);
}

/* Until all is settled, or for five seconds. */
static void
test_insist(void **state)
{
	begin(state, running);
	fail_with(STATUS_SERVER, false, 4);
	cancels[2].run->ended = true;
	cancel_insist(cancels, 3, &fake_clock);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN), 3);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 1), 3);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, RUN + 2), 0);
	assert_int_equal(cancels[0].state, CANCEL_ASKED);
	assert_int_equal(cancels[1].state, CANCEL_ASKED);
	assert_int_equal(fake_pause_count, 2);

	begin(state, running);
	fail_with(STATUS_SERVER, false, FAKE_ALWAYS);
	cancel_insist(cancels, 1, &fake_clock);
	assert_int_equal(cancels[0].state, CANCEL_OPEN);
	assert_in_range(fake_now(), 4000, 5500);
	/* A run that is over has nothing left to cancel: a look tells. */
	begin(state, over);
	fail_with(STATUS_REFUSED, false, FAKE_ALWAYS);
	cancel_insist(cancels, 1, &fake_clock);
	assert_int_equal(cancels[0].state, CANCEL_OVER);
	assert_int_equal(fake_count(gh, FAKE_CANCEL, 0), 1);
	/* A signal ends it. */
	begin(state, running);
	fail_with(STATUS_SERVER, false, FAKE_ALWAYS);
	fake_signal_at(fake_now() + 1000, SIGINT);
	cancel_insist(cancels, 1, &fake_clock);
	assert_in_range(fake_now(), 1000, 2000);
}

static void
test_outcome(void **state)
{
	static const struct {
		enum cancel_state state;
		enum status why;
		const char *text, *want;
	} rows[] = {
		{ CANCEL_ASKED, STATUS_OK, "",
		    "S. GitHub was asked to cancel run 17654321098." },
		{ CANCEL_OVER, STATUS_OK, "",
		    "S. Run 17654321098 had already "
		    "concluded, so it was not cancelled." },
		{ CANCEL_REFUSED, STATUS_FORBIDDEN, "no right",
		    "S. Run 17654321098 was not cancelled: no right." },
		{ CANCEL_OPEN, STATUS_REFUSED, "not yet.",
		    "S. Run 17654321098 was not cancelled: not yet." },
		{ CANCEL_OPEN, STATUS_CLOSED, "cut",
		    "S. Run 17654321098 may not have been cancelled: cut." },
		/* A second signal, which is no news. */
		{ CANCEL_OPEN, STATUS_TERMINATED, "terminated by SIGTERM",
		    "S. Run 17654321098 may not have been cancelled." },
		/* No request went out. */
		{ CANCEL_OPEN, STATUS_OK, "",
		    "S. Run 17654321098 may not have been cancelled." },
	};
	struct fault f;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		begin(state, running);
		cancels[0].state = rows[i].state;
		if (*rows[i].text != '\0')
			fault_set(
			    &cancels[0].why, rows[i].why, "%s", rows[i].text);
		fault_set(&f, STATUS_INTERRUPTED, "S.");
		cancel_add_outcome(&cancels[0], &f);
		assert_string_equal(f.text, rows[i].want);
	}
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ask),
		TEST(test_force),
		TEST(test_insist),
		TEST(test_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
