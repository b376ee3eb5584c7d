/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/clock.h"

int64_t
clock_now(const struct clock *c)
{
	return c->now_ms(c->ctx);
}

int64_t
clock_after(const struct clock *c, int64_t duration_ms)
{
	int64_t now = clock_now(c);

	return duration_ms > INT64_MAX - now ? CLOCK_NEVER : now + duration_ms;
}

int64_t
clock_left(const struct clock *c, int64_t instant_ms)
{
	int64_t now = clock_now(c);

	return instant_ms > now ? instant_ms - now : 0;
}

void
clock_sleep_until(const struct clock *c, int64_t instant_ms)
{
	c->sleep_until(c->ctx, instant_ms);
}
