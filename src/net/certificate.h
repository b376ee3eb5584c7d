/* SPDX-License-Identifier: ISC */
/*
 * One certificate: what it says, whom it is for, and how messages call it.
 *
 * This brings mbedTLS's headers with it: only what verifies includes it.
 */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

#include "base/buf.h"
#include "net/der.h"

/* Of keys; for messages. */
#define CERTIFICATE_KEYS "RSA and ECDSA on P-256, P-384 and P-521 are"

enum certificate_extension {
	CERTIFICATE_NAME_CONSTRAINTS,
	CERTIFICATE_POLICY_CONSTRAINTS,
	CERTIFICATE_ALT_NAMES,
	CERTIFICATE_NETSCAPE_TYPE
};

/*
 * Parses a certificate to the end of the list, with the library's errors.
 * Critical constraints on names pass, which the library does not know and
 * verify_inspect judges; those on policies do in a trust anchor, whose business
 * they are not (RFC 5280, 6.1.1).
 */
int certificate_parse(mbedtls_x509_crt *list, const unsigned char *der,
    size_t len, bool is_anchor);

/* Whether the library's error has this one as its high part: of certificates
 * they are sums. */
bool certificate_is_error(int rc, int code);

/* Parts of it, lent; and whether two are the same, byte for byte. */
struct der certificate_der(const mbedtls_x509_buf *);
bool certificate_same(const mbedtls_x509_buf *, const mbedtls_x509_buf *);

/* What an extension contains; false if it is not there. */
bool certificate_find_extension(
    const mbedtls_x509_crt *, enum certificate_extension, struct der *value);

/*
 * Whether the child names another key as its issuer's than this one has
 * (RFC 5280, 4.2.1.1), which OpenSSL refuses.
 */
bool certificate_names_another_key(
    const mbedtls_x509_crt *child, const mbedtls_x509_crt *issuer);

/*
 * RFC 9110, 4.3.4 and 4.3.5: a dNSName for a name, an iPAddress for an
 * address.  mbedTLS falls back to CN, takes a dNSName for an address, and a
 * uniformResourceIdentifier for a name.
 */
bool certificate_is_for(const mbedtls_x509_crt *, const char *host);

/* Appends "(CN=x, issued by CN=y, valid from 2026-01-01 to 2026-03-31)". */
void certificate_add(struct buf *, const mbedtls_x509_crt *);

/* Appends the names that it is for, behind "is not for the name x". */
void certificate_add_names(struct buf *, const mbedtls_x509_crt *);

/*
 * Appends what is not supported in a certificate that could not be parsed;
 * false if `rc` means something else.
 */
bool certificate_add_unsupported(
    struct buf *, int rc, const unsigned char *der, size_t len);

#endif
