/* SPDX-License-Identifier: ISC */
/*
 * What a status and a conclusion amount to (docs.github.com, "Workflow runs"),
 * of a run and of its named jobs.  Pure.
 *
 * Only "completed" ends, and only "success" succeeds: a word that is not known
 * yet means "not over" as a status and "not success" as a conclusion.  No word
 * means that GitHub has not told it yet.
 */
#ifndef COMMAND_VERDICT_H
#define COMMAND_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/job_pages.h"

/* Of several, the one listed last decides. */
enum verdict {
	VERDICT_SUCCESS,
	VERDICT_OPEN,   /* not over */
	VERDICT_UNTOLD, /* over, without a conclusion so far */
	VERDICT_FAILURE
};

enum verdict verdict_of(const char *status, const char *conclusion);

/* One of GitHub's documented conclusions. */
bool verdict_is_known(const char *conclusion);

/* What a sentence says before the conclusion, or instead if there is none. */
const char *verdict_verb(const char *conclusion);

/* The word for a state: the conclusion, or the status while there is none. */
const char *verdict_state(const char *status, const char *conclusion);

/* The job did its part or had none: success, skipped or neutral. */
bool verdict_is_harmless(const char *conclusion);

/* The job is over, and was not harmless. */
bool verdict_has_failed(const char *status, const char *conclusion);

/* All lent. */
struct verdict_jobs {
	enum verdict verdict;  /* of all of them together */
	const struct job *job; /* that decides; NULL: none */
	const char *missing;   /* the first name that no job
						 * has; NULL: there is none */
};

/*
 * The verdict of the jobs of these names: all have to succeed.  Several of a
 * name count if they are of the latest attempt that has one; a name that the
 * latest attempt did not have to run again is looked for in those of all
 * attempts, unless they are NULL.
 */
struct verdict_jobs verdict_of_jobs(const struct job_pages *latest,
    const struct job_pages *all, const char **names, size_t count);

/* The time in which a failed attempt may be run again.  Zeroed at first. */
struct verdict_grace {
	uint64_t attempt;
	int64_t ends_ms; /* instant; 0: no failure so far */
};

/*
 * This attempt has failed: begins its grace, up to that instant, and is true;
 * or false if it had begun before.
 */
bool verdict_begin_grace(
    struct verdict_grace *, uint64_t attempt, int64_t ends_ms);

#endif
