/* SPDX-License-Identifier: ISC */
/*
 * What an answer of GitHub means: one pure function over status, headers and
 * message (docs.github.com: "Rate limits for the REST API", "API Versions",
 * "Troubleshooting the REST API").  What follows from it for a dispatch stands
 * in command/dispatch; for all else session_fault makes a status of it.
 */
#ifndef GITHUB_ANSWER_H
#define GITHUB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_class {
	ANSWER_OK,           /* 2xx */
	ANSWER_FOREIGN,      /* 2xx or 404, but not of GitHub's API */
	ANSWER_NOT_MODIFIED, /* 304 */
	ANSWER_VERSION,      /* the API version is not served */
	ANSWER_LIMITED,      /* a rate limit: later, wait_ms from now */
	ANSWER_UNAUTHORIZED, /* 401 */
	ANSWER_FORBIDDEN,    /* 403, not a limit */
	ANSWER_NOT_FOUND,    /* 404 */
	ANSWER_INVALID,      /* another 4xx: the request is at fault */
	ANSWER_FAILED,       /* 5xx, or 408: the server is, this time */
	ANSWER_ODD           /* nothing that should have come */
};

/* A year is for ever: no time that a server tells counts for longer, so that
 * none overflows where it is added to others. */
#define ANSWER_WAIT_MAX_S (366 * 86400)

/* Header values as received; NULL if absent.  `message` is never NULL, nor is
 * a body of more than no bytes. */
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
 * *wait_ms: what the server asks to wait, 0 if it does not say; set for every
 * class.  A reset time counts from the server's own Date.
 */
enum answer_class answer_classify(const struct answer *, int64_t *wait_ms);

/*
 * It is JSON, or says that it is.  All bodies of GitHub's API are; what is not
 * comes from a log-in page, a proxy, a gateway.
 */
bool answer_is_json(const struct answer *);

#endif
