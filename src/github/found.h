/* SPDX-License-Identifier: ISC */
/*
 * A known run: the one struct that carries its ID, from the answer or the name
 * that reveals it to the result.
 */
#ifndef GITHUB_FOUND_H
#define GITHUB_FOUND_H

#include <stdint.h>

#include "base/buf.h"

enum found_by {
	FOUND_BY_RESPONSE, /* to the dispatch itself */
	FOUND_BY_RUN_NAME, /* these carry the distinct ID */
	FOUND_BY_JOB_NAME,
	FOUND_BY_STEP_NAME,
	FOUND_GIVEN /* by the user */
};

/* The URL is owned, unless the struct is const. */
struct found_run {
	uint64_t id; /* 0: not told */
	char *url;   /* its web page; "" if missing or unusable */
	enum found_by by;
	/* All lent, and NULL where unknown. */
	const char *repository; /* "owner/repo" */
	const char *workflow;   /* as it was asked for */
	const char *ref;
	const char *distinct_id; /* that was sent */
	/* Owned, or NULL: where nobody asked for a workflow and a ref, what the
	 * run says of itself. */
	char *file;
	char *branch;
};

/* "run-name", "job-name", ... as documented for identified_by. */
const char *found_by_text(enum found_by);

/* Appends "run_id=ID run_url=URL", for messages about a result that cannot be
 * written. */
void found_run_add(struct buf *, const struct found_run *);

/* Moves what is owned, too: the source is zeroed. */
void found_run_move(struct found_run *to, struct found_run *from);

void found_run_wipe(struct found_run *);

#endif
