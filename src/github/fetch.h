/* SPDX-License-Identifier: ISC */
/* GETs that are polled: conditional, and decoded.  Internal to github/. */
#ifndef GITHUB_FETCH_H
#define GITHUB_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "github/session.h"

/* The question, and where its answer goes; all lent. */
struct fetch {
	const char *path;      /* behind ".../repos/OWNER/REPO" */
	const char *ref;       /* of the dispatch that it prepares; or NULL */
	int64_t connect_by_ms; /* 0: the deadline */
	int64_t deadline_ms;
	char **etag; /* NULL at first; the caller frees */
	bool *changed;
	bool *sent;               /* as in client_do; or NULL */
	struct server_info *info; /* filled from any answer; or NULL */
	bool (*decode)(
	    const char *, size_t, size_t most, void *into, struct buf *why);
	void *into;  /* filled by decode, if changed */
	size_t most; /* elements that are requested */
	/* Of a list: */
	unsigned int page;     /* from 1 */
	bool *has_next;        /* NULL: it is not a list */
	const size_t *count;   /* filled by decode, */
	const uint64_t *total; /* so is this: elements of all pages */
};

/*
 * Asks, with the older API version if the server needs it.  On STATUS_OK,
 * either *changed is false or the answer has been decoded (RFC 9110, 13.1.2).
 */
enum status fetch(struct github *, const struct fetch *, struct fault *);

/* The same without an etag and `changed`: a question that is asked only once. */
enum status fetch_once(struct github *, const struct fetch *, struct fault *);

#endif
