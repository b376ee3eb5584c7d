/*
 * What a status and a conclusion amount to (docs.github.com, "Workflow runs").
 * Pure.
 *
 * Only "completed" ends, and only "success" succeeds: a word that is not known
 * yet means "still going" as a status and "not success" as a conclusion.  No
 * word means that it is not told yet.
 */
#ifndef COMMAND_VERDICT_H
#define COMMAND_VERDICT_H

#include <stdbool.h>

enum verdict {
	VERDICT_GOING_ON,
	VERDICT_UNTOLD,		/* over, but not yet how */
	VERDICT_SUCCESS,
	VERDICT_FAILURE
};

enum verdict verdict_of(const char *status, const char *conclusion);

/* One of GitHub's documented conclusions. */
bool	 verdict_is_known(const char *conclusion);

/* The job did its part or had none: success, skipped or neutral. */
bool	 verdict_is_harmless(const char *conclusion);

/* The job is over, and did not. */
bool	 verdict_has_failed(const char *status, const char *conclusion);

#endif
