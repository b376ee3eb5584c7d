/* SPDX-License-Identifier: ISC */
/*
 * Connections to a server that lives in the test, over fake_clock: stands in
 * for http/route, so that all above it runs for real, down to the bytes.  One
 * connection can be cut at any byte, in any way.
 */
#ifndef FAKE_CONN_H
#define FAKE_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define FAKE_DIAL_MS  20 /* that a connection takes */
#define FAKE_SERVE_MS 5  /* that an answer takes */

enum fake_where {
	FAKE_IN_DIAL,
	FAKE_IN_WRITE, /* `at` bytes of it have left */
	FAKE_IN_READ   /* `at` bytes have been delivered */
};

enum fake_how {
	FAKE_RESET,
	FAKE_END,     /* the stream ends without a word */
	FAKE_GOODBYE, /* with one: close_notify */
	FAKE_SILENCE, /* until the deadline */
	FAKE_SIGNAL,  /* SIGTERM arrives */
	FAKE_HOWS,
	FAKE_UNTRUSTED /* in a dial: by a bad certificate */
};

struct fake_cut {
	unsigned int connection; /* from 1; 0: none is cut */
	enum fake_where where;
	enum fake_how how;
	size_t at;
};

struct fake_request {
	unsigned int connection;
	struct buf bytes; /* all that has left so far */
	bool complete;    /* the server was asked */
	size_t answered;  /* bytes of the answer */
	size_t delivered; /* of those */
};

#define FAKE_REQUESTS_MAX 4096

struct fake_net {
	/* The script. */
	struct fake_cut cut;
	size_t piece; /* most bytes of a read; 0: any */
	/* Appends the answer to a whole request; true ends the connection
	 * behind it. */
	bool (*serve)(void *ctx, const char *request, struct buf *answer);
	void *ctx;
	/* The record. */
	unsigned int connections; /* tried */
	unsigned int open;        /* not closed yet */
	struct fake_request requests[FAKE_REQUESTS_MAX];
	size_t request_count;
};

extern struct fake_net fake_net;

/* No cut, no server, no record. */
void fake_net_reset(void);

#endif
