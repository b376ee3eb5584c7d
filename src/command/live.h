/* SPDX-License-Identifier: ISC */
/*
 * The live table of a wait, on a terminal: drawn a few times a second while
 * there is nothing else to do.
 */
#ifndef COMMAND_LIVE_H
#define COMMAND_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "command/watched.h"

/* The first six are set by the caller; pointers are lent. */
struct live {
	const struct clock *clock;
	const struct watched *runs;
	size_t count;
	int64_t began_ms;    /* the wait, and */
	int64_t deadline_ms; /* its end, or CLOCK_NEVER */
	bool colour;
	unsigned int frame;
	int64_t drawn_ms;
};

/* Draws until the instant, or until a signal. */
void live_sleep_until(struct live *, int64_t instant_ms);

/* Draws what came of the runs, and leaves it on the screen. */
void live_finish(struct live *);

#endif
