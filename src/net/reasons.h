/* SPDX-License-Identifier: ISC */
/* Tells in words why a server's certificates were refused, and what to do. */
#ifndef NET_REASONS_H
#define NET_REASONS_H

#include "net/verify.h"

/* Begins a reason with the certificate at that depth (0: the server's own); the
 * caller appends the rest of the sentence. */
struct buf *reasons_begin(
    struct verification *, const mbedtls_x509_crt *, int depth);

/* Adds the reasons that the library's flags give. */
void reasons_add(
    struct verification *, const mbedtls_x509_crt *, int depth, uint32_t flags);

/* Adds why there is no issuer for the last certificate.  `sent` is the list
 * that the server sent, its own certificate first. */
void reasons_add_missing(struct verification *, const mbedtls_x509_crt *sent);

/*
 * Tells why the chain was refused.  `flags` are the library's own verdict, some
 * of which no callback sees.  `via` is the proxy in between, or NULL.  Returns
 * a lasting STATUS_TLS, or the failure of the trust.
 */
enum status reasons_fault(struct verification *, const char *who,
    const char *via, uint32_t flags, struct fault *);

#endif
