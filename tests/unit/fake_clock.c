#include "unit.h"

#include <signal.h>

#include "base/interrupt.h"
#include "fake_clock.h"

int64_t		fake_pauses[FAKE_PAUSES_MAX];
size_t		fake_pause_count;

static int64_t	now, signal_at = FAKE_NEVER;
static int	signal_number;

static int64_t
tell_now(void *ctx)
{
	(void)ctx;
	return FAKE_START + now;
}

static void
sleep_until(void *ctx, int64_t instant_ms)
{
	(void)ctx;
	check(fake_pause_count < FAKE_PAUSES_MAX, "a loop that does not end");
	fake_pauses[fake_pause_count++] = instant_ms - FAKE_START - now;
	if (instant_ms - FAKE_START > now)
		fake_pass(instant_ms - FAKE_START - now);
}

const struct clock fake_clock = { tell_now, sleep_until, NULL };

void
fake_clock_reset(void)
{
	now = 0;
	signal_at = FAKE_NEVER;
	fake_pause_count = 0;
}

int64_t
fake_now(void)
{
	return now;
}

void
fake_pass(int64_t ms)
{
	if (now >= signal_at)
		return;
	now = ms < signal_at - now ? now + ms : signal_at;
}

void
fake_signal_at(int64_t ms, int sig)
{
	signal_at = ms;
	signal_number = sig;
}

bool
interrupt_pending(void)
{
	return now >= signal_at;
}

int
interrupt_fd(void)
{
	return -1;
}

enum status
interrupt_fault(struct fault *f)
{
	return fault_set_lasting(f, signal_number == SIGTERM ?
	    STATUS_TERMINATED : STATUS_INTERRUPTED, "a signal");
}
