/* SPDX-License-Identifier: ISC */
/*
 * Why a server's certificates were refused, and what to do about it, in words.
 */
#ifndef NET_REASONS_H
#define NET_REASONS_H

#include "net/verify.h"

/* Begins a reason, of the certificate at that depth (0: the server's own), to
 * which the caller appends a verb. */
struct buf *reasons_begin(
    struct verification *, const mbedtls_x509_crt *, int depth);

/* Adds those that the library's flags tell. */
void reasons_add(
    struct verification *, const mbedtls_x509_crt *, int depth, uint32_t flags);

/* Adds who is missing above the last certificate.  `sent` is the server's own
 * and those that it sent along. */
void reasons_add_missing(struct verification *, const mbedtls_x509_crt *sent);

/*
 * Why the chain was refused; `flags` are the library's own verdict, some of
 * which no callback sees.  `via`: the proxy in between, or NULL.  STATUS_TLS,
 * lasting; or what the trust had.
 */
enum status reasons_fault(struct verification *, const char *who,
    const char *via, uint32_t flags, struct fault *);

#endif
