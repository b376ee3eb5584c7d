/*
 * Which refusals are not the last word.  Pure.
 *
 * A token that was only just made meets 401, or 403, for some seconds; a good
 * one meets a single 401 now and then; and what was there is not found for
 * once.  So a refusal ends something only when it has lasted; all other
 * failures are for command/pace.
 */
#ifndef COMMAND_PATIENCE_H
#define COMMAND_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/* Zeroed at first; one for all that shares a token and a question. */
struct patience {
	bool		 succeeded;	/* some call has, with this token */
	unsigned int	 refusals;	/* in a row */
	int64_t		 first_ms;	/* instant of the first of them */
};

enum patience_advice {
	PATIENCE_NO_MATTER,	/* not such a refusal: other rules apply */
	PATIENCE_AGAIN,		/* ask again after the pause */
	PATIENCE_END		/* it has lasted */
};

/* A call went well. */
void	 patience_succeeded(struct patience *);

/*
 * A call failed at `now_ms`, an instant.
 *
 * Before any success: what is `early` (see struct fault) is asked again after
 * 1, 2 and 3 s.  A 404 is NO_MATTER then: it may be a run that is too new, or a
 * name that was misspelt, and only the caller knows.  After a success: a 401,
 * a 403 and a 404 are asked again at least 4 times over at least 10 s.
 *
 * AGAIN comes with *pause_ms, and with *renew if the token should be read anew
 * before (once in a row of refusals).
 */
enum patience_advice patience_refused(struct patience *, const struct fault *,
	    int64_t now_ms, int64_t *pause_ms, bool *renew);

#endif
