/*
 * Asking GitHub to cancel runs that are waited for.  What came of it is in each
 * run's `cancel` (`force`, if by force).
 */
#ifndef COMMAND_CANCEL_H
#define COMMAND_CANCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "command/watched.h"

/*
 * Asks once, and says so in the log; CANCEL_OPEN if the next look is the time
 * to ask again.  The fault is filled unless GitHub accepted, or the run was
 * over.
 */
void	 cancel_ask(const struct clock *, struct watched *, bool force,
	    int64_t deadline_ms, struct fault *);

/*
 * For when no look will follow: asks for all that have not ended and are
 * CANCEL_OPEN, again and again until that is settled, for five seconds at most,
 * or until a signal.  A run that is not cancelled then has its fault filled.
 */
void	 cancel_insist(const struct clock *, struct watched *, size_t count);

/* Appends to the fault what came of it, as a sentence; `why` it failed. */
void	 cancel_add_outcome(const struct watched *, const struct fault *why,
	    struct fault *);

#endif
