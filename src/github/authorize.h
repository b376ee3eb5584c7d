/* SPDX-License-Identifier: ISC */
/*
 * Sees to it that a repository's calls are authorized by a token that is good:
 * for an App, one that covers it and lasts.  Internal to github/.
 */
#ifndef GITHUB_AUTHORIZE_H
#define GITHUB_AUTHORIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "github/call.h"

/*
 * Creates an App's token if there is none yet, if the latest was refused, or if
 * it ends soon.  The latest still serves if it only ends soon, or if no other
 * will be given for the one that was refused.
 */
enum status authorize(struct github *, int64_t deadline_ms, struct fault *);

/* Authorizes a call of this repository, and then does what call_do does. */
enum status authorize_do(struct github *, struct call *,
    const struct call_times *, struct client_options *, struct fault *);

/* As github_renew_token. */
bool authorize_anew(struct github *);

#endif
