/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/least.h"
#include "command/throttle.h"

#define APART_MS 1000

void
throttle_wait(const struct throttle *t, const struct clock *clock)
{
	if (clock_left(clock, t->next_ms) > 0)
		clock_sleep_until(clock, t->next_ms);
}

void
throttle_hold(struct throttle *t, int64_t until_ms)
{
	t->held_ms = most(t->held_ms, until_ms);
	t->next_ms = most(t->next_ms, until_ms);
}

void
throttle_take(struct throttle *t, const struct clock *clock)
{
	t->next_ms = clock_after(clock, APART_MS);
}
