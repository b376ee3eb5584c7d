/*
 * A run that is waited for: what is known of it and of its jobs.
 */
#ifndef RUN_AWAITED_H
#define RUN_AWAITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "github/github.h"

/* All jobs of a run's latest attempt, page by page. */
struct awaited_jobs {
	struct job_page	*pages;
	size_t		 count;
};

/* A run that is waited for.  Zeroed but for the first two by the caller. */
struct awaited {
	struct github		*gh;		/* its repository; lent */
	uint64_t		 id;

	bool			 seen;		/* state holds an answer */
	struct run_state	 state;
	struct awaited_jobs	 jobs;
	bool			 ended;
	enum status		 status;	/* once ended, see below */
	struct fault		 fault;		/* unless that is OK */

	/* Of the wait (run/await, run/look). */
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

/*
 * Reads all jobs of the latest attempt, conditionally.  On failure the pages
 * read so far are new, and those behind them as they were.
 */
enum status awaited_read_jobs(struct awaited *, int64_t deadline_ms,
	    struct fault *);

/* The n-th job of all pages; NULL behind the last. */
const struct job *awaited_job(const struct awaited *, size_t n);

void	 awaited_wipe(struct awaited *);

#endif
