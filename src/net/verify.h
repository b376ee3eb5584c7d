/* SPDX-License-Identifier: ISC */
/*
 * Judges a server's chain of certificates, from its own up to a trusted one,
 * beyond what the TLS library does.
 *
 * It includes mbedTLS's headers, so only what verifies includes it.
 */
#ifndef NET_VERIFY_H
#define NET_VERIFY_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/anchors.h"

/* This counts the server's own and an anchor; the library goes no further. */
#define VERIFY_CHAIN_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)

struct verification {
	const char *host; /* lent; the certificate must be for it */
	struct anchors anchors;

	/* The certificates seen so far, from the top down; the first may be an
	 * anchor. */
	const mbedtls_x509_crt *seen[VERIFY_CHAIN_MAX];
	size_t seen_count;
	bool anchored;

	const mbedtls_x509_crt *untrusted; /* nobody trusted signed it */
	struct buf passed_over;            /* certificates of no use */
	struct buf server;                 /* whose certificate it is */
	struct buf top;                    /* the first that was seen */
	struct buf reasons;                /* why it was refused */
};

/* Until it is freed, it receives the server's certificates; there can be only
 * one at a time. */
void verify_init(struct verification *, const struct trust *, const char *host,
    struct fault *);
void verify_free(struct verification *);

/*
 * Parses a server's certificates for the library: the linker redirects its
 * calls of mbedtls_x509_crt_parse_der() to this (-Wl,--wrap).  Extensions that
 * the library does not know pass if verify_inspect() judges them.  Unsupported
 * certificates behind the server's own are passed over, because there may be a
 * chain without them.  They belong to the verification that was initialised
 * last.
 */
int __wrap_mbedtls_x509_crt_parse_der(
    mbedtls_x509_crt *, const unsigned char *, size_t);

/* For mbedtls_ssl_conf_verify; the context is the verification. */
int verify_inspect(void *, mbedtls_x509_crt *, int depth, uint32_t *flags);

#endif
