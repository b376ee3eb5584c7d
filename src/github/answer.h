/* SPDX-License-Identifier: ISC */
/*
 * What an answer of GitHub means: one pure function over status, headers and
 * message (docs.github.com: "Rate limits for the REST API", "API Versions",
 * "Troubleshooting the REST API"). github/dispatches.c decides what it means
 * for a dispatch; for everything else call_fault turns it into a status.
 */
#ifndef GITHUB_ANSWER_H
#define GITHUB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_class {
	ANSWER_OK,           /* 2xx */
	ANSWER_FOREIGN,      /* 2xx or 404, but not from GitHub's API */
	ANSWER_NOT_MODIFIED, /* 304 */
	ANSWER_VERSION,      /* the API version is not supported */
	ANSWER_LIMITED,      /* a rate limit: try again after wait_ms */
	ANSWER_UNAUTHORIZED, /* 401 */
	ANSWER_FORBIDDEN,    /* 403, not a limit */
	ANSWER_NOT_FOUND,    /* 404 */
	ANSWER_INVALID,      /* another 4xx: the request is at fault */
	ANSWER_FAILED,       /* 5xx or 408: the server is at fault */
	ANSWER_ODD           /* anything unexpected */
};

/* A year stands for ever: longer waits are cut to this, so that no sum of times
 * can overflow. */
#define ANSWER_WAIT_MAX_S 31622400 /* 366 days */

/* Header values are as received, and NULL if absent.  `message` is never NULL,
 * and `body` only if body_len is 0. */
struct answer {
	unsigned int status;
	const char *content_type;
	const char *body; /* what was kept of it */
	size_t body_len;
	const char *message;
	const char *documentation_url;
	const char *retry_after;
	const char *remaining; /* X-RateLimit-Remaining */
	const char *reset;     /* X-RateLimit-Reset */
	const char *date;
};

/*
 * *wait_ms is how long the server says to wait, 0 if it does not say; it is set
 * for every class.  A reset time is relative to the server's own Date.
 */
enum answer_class answer_classify(const struct answer *, int64_t *wait_ms);

/*
 * Whether it is JSON, or says that it is.  All bodies of GitHub's API are;
 * anything else comes from a login page, a proxy or a gateway.
 */
bool answer_is_json(const struct answer *);

#endif
