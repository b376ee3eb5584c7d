/* SPDX-License-Identifier: ISC */
/*
 * The runs that may be the dispatched one: which of them there are, which
 * carry the distinct ID, and which never will.
 */
#ifndef COMMAND_CANDIDATES_H
#define COMMAND_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "command/find.h"
#include "command/names.h"

struct candidate {
	struct found_run run; /* owned */
	bool carries;         /* the ID */
	bool shown;           /* its jobs, as listed, show all their
					 * steps */
	bool settled;         /* it is over, all names are known, and
					 * the ID is not among them */
	bool completed;       /* as its row says, */
	bool never_ran;       /* and maybe without any jobs */
	int64_t updated_at;
	uint64_t attempt;
	int64_t next_ms;    /* instant of the next look at jobs */
	int64_t pause_ms;   /* before the one after that */
	struct names names; /* in its jobs */
};

/* Zeroed at first but for the first three, which are lent; wiped last. */
struct candidates {
	struct github *gh;
	const struct clock *clock;
	const struct find_query *q;
	uint64_t workflow_id;   /* told by the server */
	struct candidate *list; /* newest first, once sorted */
	size_t count;
	size_t sorted;   /* of them; the rest is new */
	int64_t read_ms; /* instant: the latest look at
						 * a list began */
	size_t open[2];  /* that may yet show the ID:
						 * not shown, and shown */
	size_t kept;     /* bytes, all in all */
	bool has_floor;
	int64_t floor_ms; /* server's clock */
	/* Rows were judged before that was known: */
	bool judged_without_floor;
	bool judged_without_workflow;
	bool knows_more;
};

/*
 * Created before the dispatch, as far as can be told; of a page just read, so
 * that the server's clock is known.
 */
bool candidates_is_old(
    struct candidates *, uint64_t run_id, int64_t created_at);

/*
 * Takes a row in if it is new, of the workflow and dispatched; of_workflow
 * says that only such rows were asked for.  STATUS_PROTOCOL if there are more
 * than memory is meant for.
 */
enum status candidates_take(
    struct candidates *, const struct run *, bool of_workflow, struct fault *);

/* After the last of the rows: puts them in order. */
void candidates_sort(struct candidates *);

/*
 * Looks into the jobs of every run that may be ours and is due for it, newest
 * first.  Once one carries a distinctive ID, the others are only asked whether
 * they do too, and a failure to tell does not take the answer away.
 */
enum status candidates_read_jobs(struct candidates *, struct fault *);

/* Only one run can carry the ID: it was drawn at random, for one workflow. */
bool candidates_are_unique(const struct candidates *);

/* Those that carry the ID. */
size_t candidates_carriers(const struct candidates *);

/* So late after the dispatch that our run was in the list as well. */
bool candidates_are_listed(const struct candidates *);

/* The instant from which on a look at the list is late enough for that. */
int64_t candidates_listed_ms(const struct candidates *);

/* A carrier of the ID is known, and what other runs show cannot change that. */
bool candidates_are_decided(const struct candidates *);

/* All others show the steps of their jobs. */
bool candidates_others_are_shown(const struct candidates *);

void candidates_wipe(struct candidates *);

#endif
