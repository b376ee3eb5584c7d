/*
 * Waiting for runs to conclude, side by side, through any weather: what passes
 * (5xx, lost connections, rate limits, a 404 right after the dispatch) is
 * waited out, and only what cannot pass ends the wait.
 */
#ifndef RUN_AWAIT_H
#define RUN_AWAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "run/verdict.h"

#define AWAIT_NEVER	INT64_C(-1)	/* for the durations below */

/* All lent. */
struct await_order {
	int64_t		 timeout_ms;		/* or AWAIT_NEVER */
	int64_t		 interval_ms;		/* between two looks */
	bool		 interval_grows;	/* on very long waits */
	const char	**jobs;			/* wait for these only */
	size_t		 job_count;
	int64_t		 cancel_after_ms;	/* or AWAIT_NEVER */
	int64_t		 force_cancel_after_ms;	/* after that */
	bool		 cancel_on_interrupt;
	int64_t		 rerun_grace_ms;	/* 0: none */
	bool		 just_dispatched;	/* a 404 may pass */
	bool		 live;			/* show a table on the terminal */
	bool		 colour;
	bool		 wants_jobs;		/* fill the jobs at the end */
	size_t		 log_lines;		/* of each failed job; 0: none */
};

/* All jobs of a run's latest attempt, page by page. */
struct await_jobs {
	struct job_page	*pages;
	size_t		 count;
};

/* A run that is waited for.  Zeroed but for the first two by the caller. */
struct awaited {
	struct github		*gh;		/* its repository; lent */
	uint64_t		 id;

	bool			 seen;		/* state holds an answer */
	struct run_state	 state;
	struct await_jobs	 jobs;
	bool			 ended;
	enum status		 status;	/* once ended, see below */
	struct fault		 fault;		/* unless that is OK */

	/* The wait's own. */
	bool			 cancelled;	/* asked to, once */
	bool			 refused;	/* which will not be */
	bool			 was_over;	/* by then */
	bool			 forced;
	int64_t			 grace_ends_ms;	/* 0: no failure yet */
	uint64_t		 grace_attempt;
	char			 shown[64];	/* the state told last */
	unsigned int		 not_found;	/* in a row */
	unsigned int		 unseen_jobs;	/* looks since it concluded */
};

/* What the caller does for a wait; all but ctx may be NULL. */
struct await_hooks {
	/* The run was seen for the first time. */
	void	(*seen)(void *ctx, const struct awaited *);
	/* The run has ended, in whatever way. */
	void	(*ended)(void *ctx, const struct awaited *);
	/* Reads a new token; false if there is none. */
	bool	(*renew_token)(void *ctx, struct github *);
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
enum status await_runs(const struct clock *, const struct await_order *,
	    struct awaited *, size_t count, const struct await_hooks *,
	    struct fault *);
void	 awaited_wipe(struct awaited *);

/* The n-th job of all pages; NULL behind the last. */
const struct job *await_job(const struct await_jobs *, size_t n);

#endif
