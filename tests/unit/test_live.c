/* SPDX-License-Identifier: ISC */
/*
 * The live table while a wait has nothing else to do: how often it is drawn,
 * what ends that, and what stays on the screen.
 */
#include "captured.h"
#include "watching.h"

#include <signal.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "command/live.h"

static struct live
begin(void)
{
	static const struct fake_state running[] = {
		{ .status = "in_progress" }
	};

	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .states = running, .state_count = 1 });
	watching_see(0);
	return (struct live){
		.clock = &fake_clock,
		.runs = runs,
		.count = 1,
		.began_ms = clock_now(&fake_clock),
		.deadline_ms = CLOCK_NEVER,
	};
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

/* Five times a second, up to the instant and not beyond. */
static void
test_sleep(void **state)
{
	struct live live = begin();
	int64_t began_ms = live.began_ms;
	const char *text;

	(void)state;
	captured_begin();
	live_sleep_until(&live, began_ms + 1000);
	text = watching_logged();
	assert_int_equal(clock_now(&fake_clock), began_ms + 1000);
	assert_int_equal(live.frame, 5);
	assert_int_equal(count(text, "(run 17654321098)"), 5);
	assert_null(strstr(text, "timeout in "));

	/* An instant that is over draws nothing. */
	live_sleep_until(&live, began_ms);
	assert_int_equal(live.frame, 5);
	assert_int_equal(clock_now(&fake_clock), began_ms + 1000);
}

/* Many short pauses are no reason to draw more often. */
static void
test_short_pauses(void **state)
{
	struct live live = begin();
	int64_t began_ms = live.began_ms;
	int n;

	(void)state;
	captured_begin();
	for (n = 1; n <= 20; n++)
		live_sleep_until(&live, began_ms + (int64_t)n * 50);
	watching_logged();
	assert_int_equal(clock_now(&fake_clock), began_ms + 1000);
	assert_int_equal(live.frame, 5);
}

static void
test_signal(void **state)
{
	struct live live = begin();
	int64_t began_ms = live.began_ms;

	(void)state;
	fake_signal_at(fake_now() + 700, SIGINT);
	captured_begin();
	live_sleep_until(&live, began_ms + 60000);
	watching_logged();
	assert_true(interrupt_pending());
	assert_in_range(clock_now(&fake_clock), began_ms + 700, began_ms + 900);
	assert_int_equal(live.frame, 4);
}

/* The last table is drawn even right behind another, and stays. */
static void
test_finish(void **state)
{
	struct live live = begin();
	const char *text;

	(void)state;
	live.deadline_ms = live.began_ms + 90000;
	captured_begin();
	live_sleep_until(&live, live.began_ms + 100);
	text = watching_logged();
	assert_int_equal(count(text, "timeout in 1m30s"), 1);
	captured_begin();
	live_finish(&live);
	text = watching_logged();
	assert_int_equal(live.frame, 2);
	assert_int_equal(count(text, "(run 17654321098)"), 1);
	assert_null(strstr(text, "timeout in "));
	/* Nothing is taken away by what follows. */
	captured_begin();
	log_info("next");
	assert_string_equal(watching_logged(), "return-dispatch: next\n");
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sleep),
		TEST(test_short_pauses),
		TEST(test_signal),
		TEST(test_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
