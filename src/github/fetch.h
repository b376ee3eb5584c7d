/* SPDX-License-Identifier: ISC */
/*
 * GETs of what is asked for again and again: conditional, and decoded.
 * Internal to github/.
 */
#ifndef GITHUB_FETCH_H
#define GITHUB_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "github/session.h"

/* The question, and where its answer goes; all lent. */
struct fetch {
	const char *path;      /* behind ".../actions" */
	const char *ref;       /* of the dispatch that it prepares, for
					 * call_fault; NULL: of none */
	int64_t connect_by_ms; /* 0: the deadline */
	int64_t deadline_ms;
	char **etag; /* NULL at first; the caller frees */
	bool *changed;
	bool *sent; /* as in client_do; NULL: no matter */
	bool (*decode)(
	    const char *, size_t, size_t most, void *into, struct buf *why);
	void *into;  /* filled by decode, if changed */
	size_t most; /* elements that are asked for */
	/* Of a list: */
	unsigned int page;     /* from 1 */
	bool *has_next;        /* NULL: it is not a list */
	const size_t *count;   /* filled by decode, */
	const uint64_t *total; /* as is this: on all pages */
};

/*
 * Asks, stepping down to the older API version if need be.  On STATUS_OK either
 * *changed is false, or the answer has been decoded (RFC 9110, 13.1.2).
 */
enum status fetch(struct github *, const struct fetch *, struct fault *);

#endif
