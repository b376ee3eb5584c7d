/* SPDX-License-Identifier: ISC */
/*
 * When to look again: the pauses of a loop that asks a server until a
 * deadline.
 */
#ifndef COMMAND_PACE_H
#define COMMAND_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

/* For pace_init: pauses that adapt. */
#define PACE_ADAPTIVE INT64_C(-1)

struct pace {
	const struct clock *clock;
	int64_t began_ms;
	int64_t deadline_ms;
	int64_t step_ms;
	int64_t looks;      /* pauses so far */
	int64_t failures;   /* in a row */
	int64_t hint_ms;    /* for the next pause */
	int64_t look_by_ms; /* instant that the next pause
						 * ends by at the latest, except
						 * after failures */
};

/*
 * What failures ask for, also for loops with a rhythm of their own.  `failures`
 * counts those in a row; pauses get a random share on top, never less.
 *
 * The pause that the server told, or that a limit demands without a word: a
 * minute, doubled with each failure before this one.  0: none.
 */
int64_t pace_hint(const struct fault *, int64_t failures);

/* The random share on top of such a pause: at most 5 s. */
int64_t pace_spread(int64_t hint_ms);

/* The regular pause; after failures at least half a second, doubled up to
 * 30 s, and up to a quarter more. */
int64_t pace_backoff(int64_t regular_ms, int64_t failures);

/*
 * With a step, the n-th pause is n times as long.  Adaptive: 1 s, growing to
 * 5 s in proportion to the time gone by.
 */
void pace_init(
    struct pace *, const struct clock *, int64_t step_ms, int64_t deadline_ms);

/* The last look failed in a way that may pass: pauses grow, and are at least
 * what the server asked for. */
void pace_failed(struct pace *, const struct fault *);

/* The last look went well. */
void pace_succeeded(struct pace *);

/* Whether pace_next would tell an instant now; *beyond as there. */
bool pace_goes_on(const struct pace *, bool *beyond);

/*
 * The instant of the next look, after a pause that counts as begun.  False,
 * without a pause, if the deadline is too near for another look; false, with
 * *beyond set (unless NULL), if the server asks for a pause that does not fit.
 */
bool pace_next(struct pace *, bool *beyond, int64_t *due_ms);

/* The same, and pauses until then.  A signal ends the pause. */
bool pace_wait(struct pace *, bool *beyond);

#endif
