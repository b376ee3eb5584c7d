/* SPDX-License-Identifier: ISC */
/* TLS 1.2 and 1.3 over another conn, always verified. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/conn.h"
#include "net/trust.h"

/* The peer; all lent. */
struct tls_peer {
	const char *who;  /* begins every message */
	const char *host; /* the certificate must be for it */
	const char *via;  /* the proxy in between, for advice; or NULL */
};

/*
 * Does the TLS handshake over `below` (taken, even on failure) with a server
 * that must prove to be the peer's host by a chain to one of `trust` (lent for
 * the life of the conn).  Fails with STATUS_TLS, which is lasting if another
 * try cannot help (as with the certificate or the protocol), or with
 * STATUS_TRUST.
 */
enum status tls_open(struct conn **, struct conn *below,
    const struct tls_peer *, const struct trust *, int64_t deadline_ms,
    struct fault *);

/* "mbed TLS 3.6.7", for --version. */
const char *tls_library(void);

#endif
