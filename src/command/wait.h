/*
 * Waiting for runs to conclude, side by side, through any weather: what passes
 * (5xx, lost connections, rate limits, a 404 right after the dispatch) is
 * waited out, and only what cannot pass ends the wait.
 */
#ifndef COMMAND_WAIT_H
#define COMMAND_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "command/watched.h"

#define WAIT_NEVER	INT64_C(-1)	/* for the durations below */

/* All lent. */
struct wait_order {
	int64_t		 timeout_ms;		/* or WAIT_NEVER */
	int64_t		 interval_ms;		/* between two looks */
	bool		 interval_grows;	/* on very long waits */
	const char	**jobs;			/* wait for these only */
	size_t		 job_count;
	int64_t		 cancel_after_ms;	/* or WAIT_NEVER */
	int64_t		 force_cancel_after_ms;	/* after that */
	bool		 cancel_on_interrupt;
	int64_t		 rerun_grace_ms;	/* 0: none */
	bool		 just_dispatched;	/* a 404 may pass */
	bool		 live;			/* a table on the terminal */
	bool		 colour;
	bool		 wants_jobs;		/* fill the jobs at the end */
	size_t		 log_lines;		/* of a failed job; 0: none */
};

/* What the caller does for a wait; all but ctx may be NULL. */
struct wait_hooks {
	/* The run was seen for the first time. */
	void	(*seen)(void *ctx, const struct watched *);
	/* The run has ended, in whatever way. */
	void	(*ended)(void *ctx, const struct watched *);
	void	*ctx;
};

/*
 * Waits until all of them have ended, the timeout is over or a signal has
 * arrived.  Every run then has a status: STATUS_OK (success), STATUS_FAILED,
 * STATUS_WAIT_TIMEOUT (seen, goes on), STATUS_REFUSED or STATUS_NOT_FOUND,
 * what kept it from being seen, or the signal's.  Returns the one that counts
 * for all: OK only if all are, else a failure before all others; its fault.
 * The caller wipes each run.
 */
enum status wait_for_runs(const struct clock *, const struct wait_order *,
	    struct watched *, size_t count, const struct wait_hooks *,
	    struct fault *);

#endif
