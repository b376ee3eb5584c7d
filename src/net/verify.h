/* SPDX-License-Identifier: ISC */
/*
 * A server's certificates, from its own up to one that is trusted: what is
 * judged of each beyond what the TLS library does.
 *
 * This brings mbedTLS's headers with it: only what verifies includes it.
 */
#ifndef NET_VERIFY_H
#define NET_VERIFY_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/anchors.h"

/* With the server's own and an anchor; the library goes no further. */
#define VERIFY_CHAIN_MAX (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)

struct verification {
	const char *host; /* lent: must be proved */
	struct anchors anchors;

	/* Those seen so far, from the top down; the first may be an anchor. */
	const mbedtls_x509_crt *seen[VERIFY_CHAIN_MAX];
	size_t seen_count;
	bool anchored;

	const mbedtls_x509_crt *untrusted; /* nobody trusted signed it */
	struct buf passed_over;            /* certificates of no use */
	struct buf server;                 /* whose certificate it is */
	struct buf reasons;                /* why it was refused */
};

/* Until it is freed it is the one that the server's certificates are for;
 * there is one at a time. */
void verify_init(struct verification *, const struct trust *, const char *host,
    struct fault *);
void verify_free(struct verification *);

/*
 * What the library parses a server's certificates with: the linker makes its
 * calls of mbedtls_x509_crt_parse_der() end here (-Wl,--wrap).  Of extensions
 * that it does not know, those pass that verify_inspect() judges.  Certificates
 * behind the server's own that are of a kind that is not supported are passed
 * over: there may be a chain without them.  They belong to the chain that was
 * initialised last.
 */
int __wrap_mbedtls_x509_crt_parse_der(
    mbedtls_x509_crt *, const unsigned char *, size_t);

/* For mbedtls_ssl_conf_verify; the context is the verification. */
int verify_inspect(void *, mbedtls_x509_crt *, int depth, uint32_t *flags);

#endif
