/*
 * The little of DER (X.690, 8.1) that it takes to find whose a certificate is.
 * Signatures, dates and extensions are the TLS library's business.  Pure.
 */
#ifndef NET_DER_H
#define NET_DER_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of bytes; lent. */
struct der {
	const unsigned char	*p, *end;
};

/*
 * Takes one element off the front: its tag (one byte), and what it contains.
 * Lengths have at most four bytes, and definite form.
 */
bool	 der_take(struct der *, unsigned int *tag, struct der *contents);

/*
 * The subject of a certificate (RFC 5280, 4.1) with its own tag and length.
 * False if these bytes are not one certificate up to its key, or do not end
 * where it ends.
 */
bool	 der_find_subject(const unsigned char *, size_t len,
	    struct der *subject);

#endif
