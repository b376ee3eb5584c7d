/* SPDX-License-Identifier: ISC */
/*
 * Advice on an answer that is a refusal or not GitHub's: what is most likely
 * wrong, and what to do about it.  Pure.
 */
#ifndef GITHUB_ADVICE_H
#define GITHUB_ADVICE_H

#include <stdbool.h>

#include "base/buf.h"

struct refusal {
	unsigned int status;
	const char *message;     /* GitHub's own; "" if none */
	const char *sso;         /* X-GitHub-SSO; NULL if absent */
	const char *permissions; /* X-Accepted-GitHub-Permissions */
	const char *scopes;      /* X-Accepted-OAuth-Scopes */
	const char *expiry;      /* token's expiration header */
	const char *ref; /* dispatched, of a workflow_dispatch; or NULL */
	bool is_event;   /* it was a repository_dispatch */
	bool is_json;    /* it came from an API, not a proxy */
	bool is_foreign; /* it certainly came from something else */
};

/* Appends sentences, each preceded by a space; nothing if there is no
 * advice. */
void advice_refusal(struct buf *, const struct refusal *);

/* The same for a workflow that was not found: its display name may have been
 * given instead of its file name or ID. */
void advice_workflow(struct buf *, const char *workflow);

#endif
