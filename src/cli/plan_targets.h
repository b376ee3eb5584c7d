/* SPDX-License-Identifier: ISC */
/*
 * Turns a config into the orders of a dispatch in each of its repositories.
 */
#ifndef CLI_PLAN_TARGETS_H
#define CLI_PLAN_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"
#include "cli/config.h"
#include "command/journal.h"
#include "command/targets.h"

struct plan_targets {
	struct target *list; /* owned */
	char (*ids)[RANDOM_UUID_SIZE];
	size_t count;
};

/*
 * One target for each repository, or for the one that there is.  They differ in
 * the distinct ID if none was given: each gets one from `draw`, which is
 * random_uuid, but for tests.  STATUS_USAGE as plan_dispatch; STATUS_CONNECT if
 * there are no random numbers.  The config is lent, and the caller wipes in
 * every case.
 */
enum status plan_targets(struct plan_targets *, const struct config *,
    bool (*draw)(char[RANDOM_UUID_SIZE]), struct fault *);
void plan_targets_wipe(struct plan_targets *);

/*
 * Opens the journal that the user wants, if any, for all targets: NULL if none.
 * The caller closes it after the last dispatch.  STATUS_USAGE as journal_open.
 */
enum status plan_targets_journal(struct plan_targets *, const struct config *,
    struct journal **, struct fault *);

#endif
