/*
 * The runs that may be the dispatched one: which of them there are, which
 * carry the distinct ID, and which never will.
 */
#ifndef RUN_CANDIDATES_H
#define RUN_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "run/find.h"
#include "run/listing.h"

struct job_seen {
	struct job_page	 page;		/* its list is dropped once read */
	bool		 has_steps;	/* all of its jobs */
};

struct candidate {
	uint64_t	 id;
	char		*url;
	bool		 carries;	/* the ID */
	enum found_by	 by;
	bool		 settled;	/* all names known, and no ID */
	struct job_seen	*seen;		/* pages of its jobs */
	size_t		 seen_count;
};

/* Zeroed at first but for the first three, which are lent; wiped last. */
struct candidates {
	struct github		*gh;
	const struct clock	*clock;
	const struct find_query	*q;
	uint64_t		 workflow_id;	/* told by the server */
	struct candidate	*list;		/* newest first */
	size_t			 count;
	bool			 has_floor;
	int64_t			 floor_ms;	/* server's clock */
};

/*
 * Created before the dispatch, as far as can be told; of a page just read, so
 * that the server's clock is known.  For listing_read; ctx is the candidates.
 */
bool	 candidates_is_old(void *ctx, const struct run *);

/* Takes those in that are new, of the workflow and dispatched. */
void	 candidates_take(struct candidates *, const struct listing *);

/*
 * Looks into the jobs of every run that may be ours, newest first.  Once one
 * carries a long ID, the others are only asked whether they do too, and a
 * failure to tell does not take the answer away.
 */
enum status candidates_read_jobs(struct candidates *, struct fault *);

/* Those that carry the ID. */
size_t	 candidates_carriers(const struct candidates *);

/* A carrier of the ID is known, and what other runs show cannot change that. */
bool	 candidates_are_decided(const struct candidates *);

void	 candidates_wipe(struct candidates *);

#endif
