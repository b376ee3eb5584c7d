/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"
#include "base/interrupt.h"

static int64_t
system_now(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

static void
system_sleep_until(void *ctx, int64_t instant_ms)
{
	struct pollfd pfd = { .fd = interrupt_fd(), .events = POLLIN };
	int64_t left;

	while ((left = instant_ms - system_now(ctx)) > 0) {
		if (interrupt_pending())
			return;
		/* A negative descriptor is ignored by poll. */
		poll(&pfd, 1, left > INT_MAX ? INT_MAX : (int)left);
	}
}

const struct clock clock_system = { system_now, system_sleep_until, NULL };
