/* SPDX-License-Identifier: ISC */
/*
 * Turns a config into the order of a dispatch: exactly what will be asked.
 * Pure: the random ID is an argument.
 */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli/config.h"
#include "command/dispatch.h"

/*
 * Fills the order; `uuid` becomes the distinct ID if none was given.
 * STATUS_USAGE for a workflow that cannot be one.  Config and uuid are lent for
 * the life of the order, which the caller wipes in every case.
 */
enum status plan_dispatch(struct dispatch_order *, const struct config *,
    const char *uuid, struct fault *);
void plan_wipe(struct dispatch_order *);

/* What a GitHub App's token has to be allowed, and no more. */
struct github_permissions plan_permissions(const struct config *);

/* Logs what is about to be dispatched on the server that `who` names.  Of the
 * inputs only the names: values may be secrets. */
void plan_log(
    const struct dispatch_order *, const struct config *, const char *who);

#endif
