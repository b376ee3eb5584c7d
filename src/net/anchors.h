/* SPDX-License-Identifier: ISC */
/*
 * Finds the trusted certificates that may have signed a certificate of a
 * server's chain, by the name of its issuer.
 */
#ifndef NET_ANCHORS_H
#define NET_ANCHORS_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

#include "base/fault.h"
#include "net/trust.h"

struct anchors {
	const struct trust *trust; /* lent */
	bool unfit;                /* one is not supported */
	bool sorted;               /* what the server sent is in order */
	/* These tell whether reading the trust failed; the fault is lent. */
	enum status status;
	struct fault *fault;
};

/*
 * For mbedtls_ssl_conf_ca_cb: the context is the anchors, and the library owns
 * the candidates.  It is called once for each certificate, beginning with the
 * server's own.
 */
int anchors_find(
    void *, const mbedtls_x509_crt *child, mbedtls_x509_crt **candidates);

/*
 * Whether this self-issued certificate is itself among the trusted ones;
 * anchors_find finds it only if it is a CA's.
 */
bool anchors_have(struct anchors *, const mbedtls_x509_crt *);

#endif
