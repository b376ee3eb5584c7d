/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <signal.h>

#include "base/interrupt.h"
#include "base/jitter.h"
#include "fake_clock.h"

int64_t fake_pauses[FAKE_PAUSES_MAX];
size_t fake_pause_count;
bool fake_jitter, fake_wobble;

#define SIGNALS_MAX 4

static int64_t now;

static struct {
	int64_t at;
	int number;
} signals[SIGNALS_MAX];
static size_t signal_count, acknowledged;

static int64_t
tell_now(void *ctx)
{
	(void)ctx;
	return FAKE_START + now;
}

static void
sleep_until(void *ctx, int64_t instant_ms)
{
	int64_t pause_ms = instant_ms - FAKE_START - now;

	(void)ctx;
	check(fake_pause_count < FAKE_PAUSES_MAX, "a loop that does not end");
	fake_pauses[fake_pause_count++] = pause_ms;
	/* A third of it short, not at all, or a third over. */
	if (fake_wobble)
		pause_ms += pause_ms / 3 *
		    ((int64_t)(fake_pause_count % 3) - 1);
	if (pause_ms > 0)
		fake_pass(pause_ms);
}

const struct clock fake_clock = { tell_now, sleep_until, NULL };
const struct clock clock_system = { tell_now, sleep_until, NULL };

int64_t
clock_wall_s(void)
{
	return FAKE_WALL_S + now / 1000;
}

void
fake_clock_reset(void)
{
	now = 0;
	signal_count = acknowledged = 0;
	fake_pause_count = 0;
	fake_jitter = fake_wobble = false;
}

int64_t
fake_now(void)
{
	return now;
}

/* The first signal that nobody has taken note of. */
static int64_t
next_signal_at(void)
{
	return acknowledged < signal_count ? signals[acknowledged].at
					   : FAKE_NEVER;
}

void
fake_pass(int64_t ms)
{
	if (interrupt_pending())
		return;
	now = ms < next_signal_at() - now ? now + ms : next_signal_at();
}

void
fake_signal_at(int64_t ms, int sig)
{
	assert_true(signal_count < SIGNALS_MAX);
	signals[signal_count].at = ms;
	signals[signal_count++].number = sig;
}

int64_t
jitter_ms(int64_t most_ms)
{
	return fake_jitter && most_ms > 0 ? most_ms : 0;
}

bool
interrupt_pending(void)
{
	return now >= next_signal_at();
}

void
interrupt_acknowledge(void)
{
	while (interrupt_pending())
		acknowledged++;
}

int
interrupt_fd(void)
{
	return -1;
}

/* The last one that has arrived. */
enum status
interrupt_fault(struct fault *f)
{
	int number = 0;
	size_t i;

	for (i = 0; i < signal_count && signals[i].at <= now; i++)
		number = signals[i].number;
	return fault_set_lasting(f,
	    number == SIGTERM ? STATUS_TERMINATED : STATUS_INTERRUPTED,
	    "a signal");
}
