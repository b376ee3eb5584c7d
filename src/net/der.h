/* SPDX-License-Identifier: ISC */
/*
 * The little of DER (X.690, 8.1) that it takes to find whose a certificate is,
 * and those extensions that the TLS library passes over.  Signatures and dates
 * are the library's business.  Pure.
 */
#ifndef NET_DER_H
#define NET_DER_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of bytes; lent. */
struct der {
	const unsigned char *p, *end;
};

#define DER_BIT_STRING 0x03
#define DER_OID        0x06
#define DER_SEQUENCE   0x30
#define DER_SET        0x31

bool der_same(const struct der *, const struct der *);

/*
 * Takes one element off the front: its tag (one byte), and what it contains.
 * Lengths have at most four bytes, and definite form.
 */
bool der_take(struct der *, unsigned int *tag, struct der *contents);

/* Parts of a certificate (RFC 5280, 4.1), each with its own tag; lent. */
struct der_certificate {
	struct der subject;
	struct der key;        /* SubjectPublicKeyInfo */
	struct der extensions; /* empty if there are none */
};

/*
 * False if these bytes are not one certificate up to its key, or do not end
 * where it ends.
 */
bool der_read_certificate(
    const unsigned char *, size_t len, struct der_certificate *);

/*
 * The subject of a certificate (RFC 5280, 4.1) with its own tag and length.
 * False if these bytes are not one certificate up to its key, or do not end
 * where it ends.
 */
bool der_find_subject(const unsigned char *, size_t len, struct der *subject);

/*
 * Looks for an extension (RFC 5280, 4.2) in a certificate's Extensions, which
 * `list` has with their own tag, or is empty: what its OCTET STRING contains.
 * `id` is what its OBJECT IDENTIFIER contains.  False, and `value` left as it
 * was, if there is none, or if what comes before it cannot be read.
 */
bool der_find_extension(
    const struct der *list, const struct der *id, struct der *value);

/* Whether any extension is there twice, which RFC 5280, 4.2 forbids. */
bool der_repeats_extension(const struct der *list);

#endif
