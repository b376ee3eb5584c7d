/* SPDX-License-Identifier: ISC */
/*
 * The part of DER (X.690, 8.1) that is needed to find a certificate's subject
 * and the extensions that the TLS library ignores.  Signatures and dates are
 * left to the library.  Pure.
 */
#ifndef NET_DER_H
#define NET_DER_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of bytes; lent. */
struct der {
	const unsigned char *p, *end;
};

#define DER_INTEGER      0x02
#define DER_BIT_STRING   0x03
#define DER_OCTET_STRING 0x04
#define DER_OID          0x06
#define DER_SEQUENCE     0x30
#define DER_SET          0x31

bool der_same(const struct der *, const struct der *);

/*
 * Takes one element off the front: its tag (one byte) and its contents.
 * Lengths have the definite form, in at most four bytes.
 */
bool der_take(struct der *, unsigned int *tag, struct der *contents);

/* Parts of a certificate (RFC 5280, 4.1), each with its tag; lent. */
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

/* The subject alone; false as der_read_certificate. */
bool der_find_subject(const unsigned char *, size_t len, struct der *subject);

/*
 * Finds an extension (RFC 5280, 4.2) and the contents of its OCTET STRING.
 * `list` is the certificate's Extensions with their tag, or empty; `id` is the
 * contents of the OBJECT IDENTIFIER.  Returns false and leaves `value` as it
 * was if the extension is absent, or if what precedes it cannot be read.
 */
bool der_find_extension(
    const struct der *list, const struct der *id, struct der *value);

/* Whether any extension is there twice, which RFC 5280, 4.2 forbids. */
bool der_repeats_extension(const struct der *list);

#endif
