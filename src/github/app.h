/* SPDX-License-Identifier: ISC */
/*
 * A GitHub App: tokens for the repositories in which it is installed, created
 * when they are needed and revoked at the end.  Internal to github/.
 */
#ifndef GITHUB_APP_H
#define GITHUB_APP_H

#include <stdint.h>

#include "github/session.h"

/*
 * Creates a token for all repositories of this one's owner that are open, with
 * the session's permissions, and makes it the credential's.  What the App's
 * owner has to set right is a lasting STATUS_REFUSED, with advice.
 */
enum status app_mint(struct github *, int64_t deadline_ms, struct fault *);

/* Revokes all tokens that are still good, in at most 2 s, also if a signal is
 * pending; a failure only goes to the debug log. */
void app_revoke(struct session *);

#endif
