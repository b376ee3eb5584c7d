/*
 * The main job: dispatch once, and prove which run that created.
 */
#ifndef RUN_DISPATCH_H
#define RUN_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "run/find.h"

/* Everything is decided beforehand; all lent. */
struct dispatch_order {
	const char	*workflow;	/* as the API takes it */
	uint64_t	 workflow_id;	/* 0 if given as a file */
	const char	*workflow_path;	/* path of the file; NULL if an ID */
	const char	*repository;	/* "owner/repo" */
	const char	*ref;
	const char	*body;		/* as the user wants it */
	const char	*body_with_id;	/* with the input distinct_id, in any
					 * case */
	const char	*distinct_id;	/* the one in body_with_id */
	bool		 sends_id;	/* body carries it too */
	bool		 is_unique;	/* it was drawn at random just now */
	int64_t		 timeout_ms;
	int64_t		 step_ms;	/* of the search; see pace_init */
};

/* The proved run. */
struct dispatch_result {
	uint64_t	 run_id;
	char		*run_url;	/* owned */
	const char	*distinct_id;	/* sent in the end; NULL: none; lent */
	enum found_by	 by;
};

/*
 * STATUS_OK and a result, which the caller wipes; or, with a fault that tells
 * the whole story, STATUS_REFUSED (and its kin), STATUS_UNKNOWN,
 * STATUS_UNIDENTIFIED, a signal's, or any of those with exit code 7: then
 * nothing was started.
 *
 * The POST leaves this machine again only after an answer that proves that the
 * one before started nothing.
 */
enum status dispatch(struct github *, const struct clock *,
	    const struct dispatch_order *, struct dispatch_result *,
	    struct fault *);

void	 dispatch_result_wipe(struct dispatch_result *);

#endif
