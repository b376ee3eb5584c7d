/* SPDX-License-Identifier: ISC */
/*
 * Private to command/wait: the state of a wait, and one look at one of its
 * runs with what follows from it.
 */
#ifndef COMMAND_LOOK_H
#define COMMAND_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "command/cancel.h"
#include "command/live.h"
#include "command/retry.h"
#include "command/verdict.h"
#include "command/wait.h"
#include "command/watched.h"

/* The wait for one of the runs. */
struct vigil {
	struct watched *run;
	struct cancel *cancel;
	struct fault look;      /* the last; STATUS_OK: good */
	struct retry retry;     /* of looks */
	int64_t again_ms;       /* no look before; 0: none */
	int64_t untold_ends_ms; /* 0: its conclusion is told */
	struct verdict_grace grace;
	unsigned int missing_looks; /* since it was over, without a
						 * job that is named */
	char shown[64];             /* the state told last */
};

struct wait {
	const struct clock *clock;
	const struct wait_order *order;
	struct result *result;
	struct fault lost;    /* of the first result that was
						 * not written; or STATUS_OK */
	struct watched *runs; /* one of each for every run */
	struct vigil *vigils;
	struct cancel *cancels;
	size_t count;
	int64_t began_ms;
	int64_t deadline_ms;
	bool is_last;          /* no look will follow */
	unsigned int failures; /* rounds of looks in a row */
	int64_t hint_ms;       /* the pause asked for */
	int64_t reported_ms;   /* spent on it in this round */
	int64_t cancelled_ms;  /* instant; 0: not yet */
	struct live live;
};

/*
 * Looks once, and may end the wait for the run.  STATUS_OK unless the look
 * failed in a way that slows the next one, or a signal came.
 */
enum status look_at(struct wait *, struct vigil *, int64_t deadline_ms);

/* Ends the wait for a run that was seen if what is known of it decides. */
void look_judge(struct wait *, struct vigil *);

/* Ends it in any case; the run's fault is set unless the status is OK. */
void look_end(struct wait *, struct vigil *, enum status);

/* How the named jobs stand, with those of all attempts unless they are NULL. */
struct verdict_jobs look_judge_jobs(
    const struct wait *, const struct watched *, const struct job_pages *all);

/* Runs that have not ended. */
size_t look_count_open(const struct wait *);

/*
 * Until when a courtesy (a list of what failed, a log, a summary) may last: so
 * long, but all of a wait only for a little beyond its timeout.
 */
int64_t look_courtesy_ends(const struct wait *, int64_t most_ms);

/* Takes note of the pause that a failed call asks for. */
void look_take_hint(struct wait *, const struct fault *);

#endif
