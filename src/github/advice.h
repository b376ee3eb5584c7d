/* SPDX-License-Identifier: ISC */
/*
 * Advice for an answer that is a refusal, or not GitHub's: what most likely is
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
	const char *ref;         /* dispatched ref; NULL: a read */
	bool is_json;            /* it came from an API, not a proxy */
	bool is_foreign;         /* it certainly did not */
};

/* Appends sentences, each after a blank; nothing if there is no advice. */
void advice_refusal(struct buf *, const struct refusal *);

/* The same where no such workflow is there: it may be that its name was given
 * where a file's, or an ID, is wanted. */
void advice_workflow(struct buf *, const char *workflow);

#endif
