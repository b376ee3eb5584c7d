/* SPDX-License-Identifier: ISC */
/*
 * Keeps the dispatches of one process apart, as GitHub asks of requests that
 * create something: a second at least, and so 60 a minute at most (docs.github.
 * com, "Best practices for using the REST API"; the limit is at 80).
 */
#ifndef COMMAND_THROTTLE_H
#define COMMAND_THROTTLE_H

#include <stdint.h>

#include "base/clock.h"

/* Zeroed at first. */
struct throttle {
	int64_t next_ms; /* instant: nothing is sent before */
	int64_t held_ms; /* instant: nothing at all is asked before */
};

/* Pauses until the next one may be sent, or until a signal. */
void throttle_wait(const struct throttle *, const struct clock *);

/* The server has set a limit, for all that has to do with these dispatches, and
 * asks for a pause until then. */
void throttle_hold(struct throttle *, int64_t until_ms);

/* One is sent now. */
void throttle_take(struct throttle *, const struct clock *);

#endif
