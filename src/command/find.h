/* SPDX-License-Identifier: ISC */
/*
 * Finding the run that a dispatch created, by the distinct ID that the
 * dispatch carried.
 *
 * What makes a run ours: it belongs to the workflow, was created by our kind of
 * event after our dispatch began, and shows the ID in its name, the name of one
 * of its jobs, or the name of one of their steps; and no other such run shows
 * it too.  The local clock takes no part in this: runs are newer than a
 * baseline (their IDs only grow) or, without one, than a time taken from the
 * server's clock.
 *
 * A repository_dispatch starts a run of each workflow that listens for it.
 * Without a workflow, all of these are ours, and the one that shows the ID must
 * have been the only one for as long as new runs take to be listed.
 */
#ifndef COMMAND_FIND_H
#define COMMAND_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/found.h"
#include "github/github.h"

/* All lent. */
struct find_query {
	enum event event;
	const char *workflow;      /* as the API takes it; NULL: of any */
	uint64_t workflow_id;      /* 0 if it was given as a file */
	const char *workflow_path; /* ".github/workflows/x.yml", or NULL */
	const char *repository;    /* "owner/repo" */
	const char *distinct_id;   /* NULL: only list what might be it */
	bool is_unique;            /* drawn at random for this dispatch */
	bool has_baseline;
	uint64_t baseline; /* newest run before the dispatch */
	int64_t began_ms;  /* instant: the dispatch began */
	/* It began in another process, before that instant; and then, on the
	 * server's clock, at this time (0: not known). */
	bool is_resumed;
	int64_t sent_at_ms;
	int64_t step_ms; /* see pace_init */
	int64_t deadline_ms;
};

/* Runs that a message names, at most. */
#define FIND_SHOWN_MAX 10

enum find_outcome {
	FIND_ONE,      /* runs[0] is ours */
	FIND_SEVERAL,  /* all of runs carry the ID: none is proved */
	FIND_UNPROVED, /* one of runs carries the short ID, and others
				 * may yet show it too */
	FIND_NONE,     /* not by the deadline; runs might be it */
	FIND_STOPPED   /* fault: another look is of no use */
};

struct find_result {
	enum find_outcome outcome;
	struct fault fault; /* of STOPPED; of NONE, if the last
					 * look failed: else STATUS_OK */
	struct found_run runs[FIND_SHOWN_MAX];
	size_t count;
	size_t more; /* that did not fit */
};

/*
 * A search, look by look, so that several can go on side by side.  find_look
 * looks once: true if that settled nothing, with the instant at which another
 * look is due; false at the end, which is the deadline, a refusal, a lasting
 * 404 or a signal, if not the run.  Then find_close frees the search, fills the
 * result, which the caller wipes, and returns its outcome.
 */
struct find;

struct find *find_open(
    struct github *, const struct clock *, const struct find_query *);
bool find_look(struct find *, int64_t *due_ms);

/* The latest look met a rate limit, which other requests would meet as well. */
bool find_is_limited(const struct find *);

enum find_outcome find_close(struct find *, struct find_result *);

void find_result_wipe(struct find_result *);

#endif
