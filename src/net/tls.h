/*
 * TLS 1.2 and 1.3 over another conn, verified always.  The only includer of
 * mbedTLS.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>

#include "net/conn.h"
#include "net/trust.h"

/*
 * Shakes hands over `below` (taken, also on failure) with a server that must
 * prove to be `host` with a chain to one of `trust` (lent for the life of the
 * conn, as is `who`, which begins every message).  STATUS_TLS; lasting if it
 * is the certificate or the protocol, which trying again cannot mend.
 */
enum status tls_open(struct conn **, struct conn *below, const char *who,
	    const char *host, const struct trust *, int64_t deadline_ms,
	    struct fault *);

/* "mbed TLS 3.6.7", for --version. */
const char *tls_library(void);

#endif
