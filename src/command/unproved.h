/* SPDX-License-Identifier: ISC */
/*
 * The story of a dispatch whose run is not proved: what is known, which runs
 * might be it, and how it would be found.
 */
#ifndef COMMAND_UNPROVED_H
#define COMMAND_UNPROVED_H

#include <stdbool.h>

#include "base/fault.h"
#include "command/find.h"

/*
 * Fills the fault, and returns its status: STATUS_UNIDENTIFIED if the dispatch
 * was accepted by `who`; else STATUS_UNKNOWN, after the story of its loss,
 * which the fault has; or that of a signal.
 */
enum status unproved(const struct find_query *, const struct find_result *,
    const char *who, bool accepted, struct fault *);

#endif
