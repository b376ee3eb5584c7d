/* SPDX-License-Identifier: ISC */
/*
 * Certificates in PEM (RFC 7468), found as the bytes of a file arrive: however
 * large the file, no more is held than one certificate.
 *
 * All but blocks between BEGIN CERTIFICATE and END CERTIFICATE is passed over.
 * A block is broken if it is no base64, has no END before the next BEGIN, or
 * is over PEM_DER_MAX bytes decoded.  Pure.
 */
#ifndef NET_PEM_H
#define NET_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Many times the largest that TLS can use. */
#define PEM_DER_MAX ((size_t)64 << 10)

/* What a block decoded to; lent for the call. */
struct pem_block {
	const unsigned char *der;
	size_t len;        /* 0: broken */
	uint64_t at;       /* its BEGIN, counted from the start */
	uint64_t text_len; /* up to and with its END */
};

typedef void (*pem_found)(void *ctx, const struct pem_block *);

struct pem {
	pem_found found;
	void *ctx;
	uint64_t fed;              /* bytes so far */
	unsigned char values[256]; /* of characters, in base64 */

	const char *marker; /* the one that may be under way */
	size_t matched;     /* characters of it */

	/* The block under way. */
	bool inside;
	bool broken;
	uint64_t at;
	unsigned int bits, digits, padding;
	struct buf der;
};

void pem_init(struct pem *, pem_found, void *ctx);
void pem_feed(struct pem *, const char *, size_t);
/* No more comes: a block without an end is broken.  Frees what it holds. */
void pem_finish(struct pem *);

#endif
