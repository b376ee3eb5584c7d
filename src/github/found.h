/* SPDX-License-Identifier: ISC */
/*
 * A run that is known: the one struct in which its ID travels, from the answer
 * or the name that tells it to the result.
 */
#ifndef GITHUB_FOUND_H
#define GITHUB_FOUND_H

#include <stdint.h>

#include "base/buf.h"

enum found_by {
	FOUND_BY_RESPONSE, /* the dispatch's own */
	FOUND_BY_RUN_NAME, /* these carry the distinct ID */
	FOUND_BY_JOB_NAME,
	FOUND_BY_STEP_NAME,
	FOUND_GIVEN /* by the user */
};

/* The URL is owned, as long as the struct is not const. */
struct found_run {
	uint64_t id; /* 0: not told */
	char *url;   /* its page; "" if missing or unfit */
	enum found_by by;
	/* All lent, and NULL where unknown. */
	const char *repository; /* "owner/repo" */
	const char *workflow;   /* as it was asked for */
	const char *ref;
	const char *distinct_id; /* that was sent */
};

/* "run-name", "job-name", ... as documented for identified_by. */
const char *found_by_text(enum found_by);

/* "run_id=ID run_url=URL": how messages name it when its result is lost. */
void found_run_add(struct buf *, const struct found_run *);

void found_run_wipe(struct found_run *);

#endif
