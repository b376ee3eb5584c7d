/*
 * A run that is waited for: what is known of it and of its jobs.
 */
#ifndef COMMAND_WATCHED_H
#define COMMAND_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "github/github.h"
#include "command/job_pages.h"
#include "command/retry.h"

/* What came of asking GitHub to cancel a run. */
enum cancelling {
	CANCEL_OPEN,		/* not asked, or to be asked again */
	CANCEL_ASKED,		/* which GitHub has accepted */
	CANCEL_OVER,		/* it had concluded before */
	CANCEL_REFUSED		/* and would be again */
};

/* A run that is waited for.  Zeroed but for the first two by the caller. */
struct watched {
	struct github		*gh;		/* its repository; lent */
	uint64_t		 id;

	bool			 seen;		/* state holds an answer */
	struct run_state	 state;
	struct job_pages	 jobs;		/* of the latest attempt */
	struct job_pages	 all_jobs;	/* of all attempts, */
	uint64_t		 all_jobs_attempt; /* when this was the last */
	bool			 ended;
	enum status		 status;	/* once ended, see below */
	struct fault		 fault;		/* unless that is OK */

	/* Of the wait (command/wait, command/look). */
	enum cancelling		 cancel, force;
	struct retry		 cancel_retry;
	int64_t			 cancel_again_ms; /* not before */
	bool			 cancel_told;	/* that it was refused for now */
	struct retry		 retry;		/* of a look */
	int64_t			 again_ms;	/* no look before; 0: none */
	int64_t			 untold_ends_ms; /* 0: no verdict misses */
	int64_t			 grace_ends_ms;	/* 0: no failure yet */
	uint64_t		 grace_attempt;
	char			 shown[64];	/* the state told last */
	unsigned int		 unseen_jobs;	/* looks since it concluded */
};

/*
 * Reads all jobs of the latest attempt, conditionally.  On failure the pages
 * read so far are new, and those behind them as they were.
 */
enum status watched_read_jobs(struct watched *, int64_t deadline_ms,
	    struct fault *);

/* Same, for those of all attempts, as of the one that state holds. */
enum status watched_read_all_jobs(struct watched *, int64_t deadline_ms,
	    struct fault *);

/* The n-th job of all pages; NULL behind the last. */
const struct job *watched_job(const struct watched *, size_t n);

/* Same, of all attempts; NULL unless they were read as of the latest. */
const struct job *watched_job_of_all(const struct watched *, size_t n);

/* The run's status for "it is %s", though the answer may hold none. */
const char *watched_state(const struct watched *);

/* Its conclusion; "" if it has none, or was never seen. */
const char *watched_conclusion(const struct watched *);

/* The number of its latest attempt; 0 if that is not known. */
uint64_t watched_attempt(const struct watched *);

/* Appends, as sentences, how it was when it was last seen, and how to go on. */
void	 watched_add_whereabouts(const struct watched *, struct fault *);

/* Appends the command that waits for it, for that purpose. */
void	 watched_add_command(const struct watched *, const char *purpose,
	    struct fault *);

void	 watched_wipe(struct watched *);

#endif
