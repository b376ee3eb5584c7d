/* SPDX-License-Identifier: ISC */
/*
 * The command check: tries all that a dispatch needs, and dispatches nothing.
 *
 * Each thing is a line on standard output as soon as it is known: "ok", "FAIL"
 * or "can't tell", with the reason and what to do.  What depends on something
 * that failed cannot be told.  Only GETs are sent.
 */
#ifndef COMMAND_CHECK_H
#define COMMAND_CHECK_H

#include "base/clock.h"
#include "base/fault.h"
#include "command/result.h"
#include "command/targets.h"

/*
 * For each of these, on the server of that repository.  STATUS_OK if nothing
 * has failed; else that of the dispatch, whose first failure is the fault; of
 * several, what counts for all (command/worst.h).  STATUS_OUTPUT, a signal's, or
 * a server that cannot be reached ends it early.
 */
enum status check(struct github *, const struct clock *, const struct target *,
    size_t count, enum result_format, struct fault *);

#endif
