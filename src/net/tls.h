/* SPDX-License-Identifier: ISC */
/*
 * TLS 1.2 and 1.3 over another conn, verified always.  With verify.c the only
 * includer of mbedTLS.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/conn.h"
#include "net/trust.h"

/* Whom to talk to; all lent. */
struct tls_peer {
	const char *who;  /* begins every message */
	const char *host; /* must be proved by the certificate */
	const char *via;  /* the proxy in between, for advice; or NULL */
};

/*
 * Shakes hands over `below` (taken, also on failure) with a server that must
 * prove to be the peer's host with a chain to one of `trust` (lent for the life
 * of the conn).  STATUS_TLS, lasting if it is the certificate or the protocol,
 * which another try would not change; or STATUS_TRUST.
 */
enum status tls_open(struct conn **, struct conn *below,
    const struct tls_peer *, const struct trust *, int64_t deadline_ms,
    struct fault *);

/* "mbed TLS 3.6.7", for --version. */
const char *tls_library(void);

#endif
