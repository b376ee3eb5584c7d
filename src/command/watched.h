/* SPDX-License-Identifier: ISC */
/*
 * What is known of a run that is waited for, and of its jobs.
 */
#ifndef COMMAND_WATCHED_H
#define COMMAND_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "github/found.h"
#include "github/github.h"
#include "command/job_pages.h"

/* Zeroed at first but for the first two; wiped last. */
struct watched {
	struct github *gh;      /* its repository; lent */
	struct found_run found; /* by a dispatch, or given: then
						 * without a URL; lent */
	bool seen;              /* state holds an answer */
	struct run_state state;
	struct job_pages jobs;     /* of the latest attempt */
	struct job_pages all_jobs; /* of all attempts, */
	uint64_t all_jobs_attempt; /* when this was the last */
	bool ended;                /* the wait for it has */
	enum status status;        /* then: see wait.h */
	struct fault fault;        /* unless that is OK */
};

/* The user has given it: no dispatch of ours created it. */
bool watched_is_given(const struct watched *);

/* Its ID, to be printed. */
unsigned long long watched_id(const struct watched *);

/* The run as results tell it, with what was seen of it; lent until the next
 * look. */
struct found_run watched_found(const struct watched *);

/* Its status is "completed". */
bool watched_is_over(const struct watched *);

/* Its status for "it is %s", though the answer may hold none. */
const char *watched_state(const struct watched *);

/* Its conclusion; "" if it has none, or was never seen. */
const char *watched_conclusion(const struct watched *);

/* The number of its latest attempt; 0 if that is not known. */
uint64_t watched_attempt(const struct watched *);

/*
 * Reads all jobs of the latest attempt, conditionally.  On failure the pages
 * read so far are new, and those behind them as they were.
 */
enum status watched_read_jobs(
    struct watched *, int64_t deadline_ms, struct fault *);

/* Same, for those of all attempts, as of the one that state holds. */
enum status watched_read_all_jobs(
    struct watched *, int64_t deadline_ms, struct fault *);

/* The n-th job of the latest attempt, as read last; NULL behind the last. */
const struct job *watched_job(const struct watched *, size_t n);

/* The page of one of its jobs; the run's if the job has none. */
const char *watched_job_url(const struct watched *, const struct job *);

/* The jobs of all attempts; NULL unless they were read as of the latest. */
const struct job_pages *watched_all_jobs(const struct watched *);

void watched_wipe(struct watched *);

#endif
