/* SPDX-License-Identifier: ISC */
/*
 * A stream of bytes to and from a peer, over which HTTP is spoken.  There are
 * two kinds, tcp and tls; a tls conn owns the conn that it wraps.
 *
 * Every call takes an absolute deadline (clock_system's milliseconds) that
 * nothing stretches, and ends early with a signal's status on SIGINT or
 * SIGTERM.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

struct conn;

struct conn_ops {
	enum status (*read)(struct conn *, char *, size_t, size_t *got,
	    bool *clean, int64_t deadline_ms, struct fault *);
	enum status (*write)(struct conn *, const char *, size_t,
	    int64_t deadline_ms, struct fault *);
	void (*close)(struct conn *);
	uint64_t (*sent)(const struct conn *);
	bool (*quiet)(struct conn *);
	void (*describe)(const struct conn *, struct buf *);
};

/* First member of every kind of conn. */
struct conn {
	const struct conn_ops *ops;
	char *who;          /* begins every message; owned */
	struct conn *below; /* owned; NULL: none */
};

/*
 * Reads at least one byte; *got is 0 at the end of the stream, and *clean tells
 * whether the peer ended it on purpose (see response_end).
 *
 * STATUS_TLS, here and from conn_write, means that the peer has refused the
 * handshake after all, and processed nothing of what it was sent.
 */
enum status conn_read(struct conn *, char *, size_t, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *);

/* Writes all of it. */
enum status conn_write(
    struct conn *, const char *, size_t, int64_t deadline_ms, struct fault *);

/* From now on, messages about it and the conns below it begin with this. */
void conn_rename(struct conn *, const char *who);

/* Closes and frees; accepts NULL. */
void conn_close(struct conn *);

/* The number of bytes handed to the network so far, whatever they mean. */
uint64_t conn_sent(const struct conn *);

/* Whether it is open and nothing unrequested has arrived, not even its end. */
bool conn_is_quiet(struct conn *);

/* Appends what is known of the peer, from the network upwards: " at ADDRESS",
 * then ", TLSv1.3, " and its certificates. */
void conn_describe(const struct conn *, struct buf *);

#endif
