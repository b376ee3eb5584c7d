/* SPDX-License-Identifier: ISC */
/*
 * The logs of a run's failed jobs, as far as they matter: their last lines.
 */
#ifndef COMMAND_JOBLOG_H
#define COMMAND_JOBLOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "command/watched.h"

/*
 * Logs the last `lines` lines of each failed job's log, as text and nothing
 * else.  A log that is not there yet may come a moment after its job's end, and
 * is waited for.
 */
void joblog_print_failed(const struct clock *, const struct watched *,
    size_t lines, int64_t deadline_ms);

#endif
