/* SPDX-License-Identifier: ISC */
/*
 * Waiting for runs to conclude, side by side, through any weather: what passes
 * (5xx, lost connections, rate limits, a 404 right after the dispatch) is
 * waited out, and only what cannot pass ends the wait (command/retry).
 *
 * Results are written as soon as they are known.
 */
#ifndef COMMAND_WAIT_H
#define COMMAND_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/found.h"
#include "github/github.h"
#include "command/result.h"
#include "command/watched.h"

#define WAIT_NEVER INT64_C(-1) /* for the durations below */

/* All lent. */
struct wait_order {
	int64_t timeout_ms;  /* or WAIT_NEVER */
	int64_t interval_ms; /* between two looks */
	bool interval_grows; /* on very long waits */
	const char **jobs;   /* wait for these only */
	size_t job_count;
	int64_t cancel_after_ms;       /* or WAIT_NEVER */
	int64_t force_cancel_after_ms; /* after that */
	bool cancel_on_interrupt;
	int64_t rerun_grace_ms; /* 0: none */
	bool live;              /* a table on the terminal */
	bool colour;
	size_t log_lines; /* of a failed job; 0: none */
};

/* A run that the user has given; texts are lent. */
struct wait_target {
	uint64_t id;
	char *owner;
	char *repo;
};

/*
 * Waits for these runs, on the server of that repository, until all have ended,
 * the timeout is over or a signal has arrived.  Returns the status that counts
 * for all (command/worst.h), with its fault: STATUS_OK only if all succeeded.
 */
enum status wait_for_given(struct github *, const struct clock *,
    const struct wait_order *, const struct wait_target *, size_t count,
    struct result *, struct fault *);

/* The same for the run that a dispatch there has just created, which has been
 * written as found. */
enum status wait_for_dispatched(struct github *, const struct clock *,
    const struct wait_order *, const struct found_run *, struct result *,
    struct fault *);

/*
 * What both do, with runs that the caller wipes.  Each then has a status:
 * STATUS_OK (success), STATUS_FAILED, STATUS_WAIT_TIMEOUT (seen, and not
 * concluded), STATUS_REFUSED and its kin, what kept it from being seen, or the
 * signal's; ending_sum_up tells which counts.  STATUS_OUTPUT, with its fault,
 * if a result was not written: that counts for all.
 */
enum status wait_for_runs(struct watched *, size_t count, const struct clock *,
    const struct wait_order *, struct result *, struct fault *);

#endif
