/* SPDX-License-Identifier: ISC */
/*
 * The trusted certificates that may have signed one of a server's chain, found
 * by the name of its issuer.
 */
#ifndef NET_ANCHORS_H
#define NET_ANCHORS_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

#include "base/fault.h"
#include "net/trust.h"

struct anchors {
	const struct trust *trust; /* lent */
	bool unfit;                /* one is of no use */
	bool sorted;               /* what the server sent */
	/* Of the trust, if that failed; the fault is lent. */
	enum status status;
	struct fault *fault;
};

/*
 * For mbedtls_ssl_conf_ca_cb; the context is the anchors, the candidates are
 * the library's.  Called once a certificate, from the server's own on.
 */
int anchors_find(
    void *, const mbedtls_x509_crt *child, mbedtls_x509_crt **candidates);

/*
 * A self-issued certificate that is itself among the trusted ones; anchors_find
 * finds it only if it is a CA's.
 */
bool anchors_have(struct anchors *, const mbedtls_x509_crt *);

#endif
