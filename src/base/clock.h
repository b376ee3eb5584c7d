/* SPDX-License-Identifier: ISC */
/*
 * Time, injectable.  Instants are milliseconds of a clock that only moves
 * forward and has no meaning outside the process; deadlines are instants.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER INT64_MAX

struct clock {
	int64_t (*now_ms)(void *ctx);
	/* Returns at the instant, or earlier when a signal has arrived. */
	void (*sleep_until)(void *ctx, int64_t instant_ms);
	void *ctx;
};

/* The system's monotonic clock; sleeping ends early on SIGINT or SIGTERM. */
extern const struct clock clock_system;

int64_t clock_now(const struct clock *);

/* What this machine takes for the time of day: seconds since 1970.  It may be
 * wrong, and jump. */
int64_t clock_wall_s(void);

/* now + duration, without overflow. */
int64_t clock_after(const struct clock *, int64_t duration_ms);

/* Time left until the instant, never negative. */
int64_t clock_left(const struct clock *, int64_t instant_ms);

void clock_sleep_until(const struct clock *, int64_t instant_ms);

#endif
