/* SPDX-License-Identifier: ISC */
/*
 * One certificate: what it says, whom it is for, and how messages describe it.
 *
 * It includes mbedTLS's headers, so only what verifies includes it.
 */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

#include "base/buf.h"
#include "net/der.h"

/* The supported keys, for messages. */
#define CERTIFICATE_KEYS "RSA and ECDSA on P-256, P-384 and P-521 are"

enum certificate_extension {
	CERTIFICATE_NAME_CONSTRAINTS,
	CERTIFICATE_POLICY_CONSTRAINTS,
	CERTIFICATE_ALT_NAMES,
	CERTIFICATE_NETSCAPE_TYPE
};

/*
 * Parses a certificate and appends it to the list; fails with the library's
 * errors.  Critical constraints on names pass: the library does not know them,
 * and verify_inspect judges them.  Those on policies pass in a trust anchor,
 * where they do not apply (RFC 5280, 6.1.1).
 */
int certificate_parse(mbedtls_x509_crt *list, const unsigned char *der,
    size_t len, bool is_anchor);

/* Whether the library's error has this code as its high part: the errors of
 * certificates are sums of two. */
bool certificate_is_error(int rc, int code);

/* A part of a certificate, lent; and whether two parts are equal, byte for
 * byte. */
struct der certificate_der(const mbedtls_x509_buf *);
bool certificate_same(const mbedtls_x509_buf *, const mbedtls_x509_buf *);

/* The contents of an extension; false if it is absent. */
bool certificate_find_extension(
    const mbedtls_x509_crt *, enum certificate_extension, struct der *value);

/*
 * Whether the child says that its issuer has another key than this one (RFC
 * 5280, 4.2.1.1), which OpenSSL refuses too.
 */
bool certificate_names_another_key(
    const mbedtls_x509_crt *child, const mbedtls_x509_crt *issuer);

/*
 * Whether it is for this host by RFC 9110, 4.3.4 and 4.3.5: a name needs a
 * dNSName, an address an iPAddress. mbedTLS itself would also accept a CN, a
 * dNSName for an address, and a uniformResourceIdentifier for a name.
 */
bool certificate_is_for(const mbedtls_x509_crt *, const char *host);

/* Appends "(CN=x, issued by CN=y, valid from 2026-01-01 to 2026-03-31)". */
void certificate_add(struct buf *, const mbedtls_x509_crt *);

/* Appends the names that it is for, to follow "is not for the name x". */
void certificate_add_names(struct buf *, const mbedtls_x509_crt *);

/*
 * Appends what is not supported in a certificate that could not be parsed;
 * false if `rc` means something else.
 */
bool certificate_add_unsupported(
    struct buf *, int rc, const unsigned char *der, size_t len);

#endif
