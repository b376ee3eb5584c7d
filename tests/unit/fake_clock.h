/* SPDX-License-Identifier: ISC */
/*
 * Time that passes at once, and the signals that arrive in it: a clock to
 * inject, the same as clock_system, and a stand-in for base/interrupt.  Chance
 * (base/jitter) is its lowest, or its highest.
 *
 * Scripts count in milliseconds since fake_clock_reset; the clock's own
 * instants begin elsewhere, so that mixing the two up does not work by chance.
 */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define FAKE_START      INT64_C(7000000)    /* the instant of a reset */
#define FAKE_WALL_S     INT64_C(1700000000) /* the time of day then */
#define FAKE_NEVER      (INT64_MAX / 2)
#define FAKE_PAUSES_MAX 32768

extern const struct clock fake_clock;

/* Back to 0: no pauses yet, no signal to come. */
void fake_clock_reset(void);

int64_t fake_now(void);

/* Lets time pass, up to the signal if one comes before. */
void fake_pass(int64_t ms);

/* SIGINT or SIGTERM at that time; several come in the order of the calls. */
void fake_signal_at(int64_t ms, int sig);

/* Pauses are as long as chance can make them; a reset takes that back. */
extern bool fake_jitter;

/* Pauses end early, or late, as on a busy machine; a reset takes that back. */
extern bool fake_wobble;

/* The pauses so far, in order, as they were asked for. */
extern int64_t fake_pauses[FAKE_PAUSES_MAX];
extern size_t fake_pause_count;

#endif
