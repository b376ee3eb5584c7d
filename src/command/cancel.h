/* SPDX-License-Identifier: ISC */
/*
 * Asking GitHub to cancel a run that is waited for.
 */
#ifndef COMMAND_CANCEL_H
#define COMMAND_CANCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "command/retry.h"
#include "command/watched.h"

/* What came of asking. */
enum cancel_state {
	CANCEL_OPEN,   /* not asked so far, or to be asked again */
	CANCEL_ASKED,  /* GitHub has accepted that */
	CANCEL_OVER,   /* the run had concluded before */
	CANCEL_REFUSED /* and would be again */
};

/* Zeroed at first but for the run, which is lent. */
struct cancel {
	struct watched *run;
	enum cancel_state state;
	enum cancel_state force; /* the same, by force */
	struct fault why;        /* of the latest failure */
	struct retry retry;
	int64_t again_ms; /* instant: not asked before */
	bool is_logged;   /* a refusal for now */
};

/*
 * Asks once, and says so in the log; CANCEL_OPEN if the next look is the time
 * to ask again.  STATUS_OK, or the status of the failure, which is in `why`.
 */
enum status cancel_ask(
    struct cancel *, const struct clock *, bool force, int64_t deadline_ms);

/*
 * For when no look will follow: asks for all that have not ended and are
 * CANCEL_OPEN, again and again until that is settled, for five seconds at most,
 * or until a signal.
 */
void cancel_insist(struct cancel *, size_t count, const struct clock *);

/* Appends to the fault what came of it, as a sentence. */
void cancel_add_outcome(const struct cancel *, struct fault *);

#endif
