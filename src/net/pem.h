/* SPDX-License-Identifier: ISC */
/*
 * Finds blocks of one label, such as CERTIFICATE, in PEM (RFC 7468) as the
 * bytes of a file arrive: however large the file, no more than one block is
 * held, and none is left behind in memory.
 *
 * Everything outside of BEGIN and END with that label is skipped.  A block is
 * broken if it is not base64, has no END before the next BEGIN, or decodes to
 * more than PEM_DER_MAX bytes.  Pure.
 */
#ifndef NET_PEM_H
#define NET_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* This is many times the largest that TLS can use. */
#define PEM_DER_MAX ((size_t)64 << 10)

#define PEM_LABEL_MAX 31 /* characters */

/* A block and what it decoded to; lent for the call. */
struct pem_block {
	const unsigned char *der;
	size_t len;        /* 0: broken */
	uint64_t at;       /* where its BEGIN is, from the start */
	uint64_t text_len; /* up to and including its END */
};

typedef void (*pem_found)(void *ctx, const struct pem_block *);

struct pem {
	pem_found found;
	void *ctx;
	uint64_t fed;              /* bytes so far */
	unsigned char values[256]; /* of characters, in base64 */

	char begin[sizeof "-----BEGIN -----" + PEM_LABEL_MAX];
	char end[sizeof "-----END -----" + PEM_LABEL_MAX];
	const char *marker; /* the one that may be under way */
	size_t matched;     /* characters of it */

	/* The block under way. */
	bool inside;
	bool broken;
	uint64_t at;
	unsigned int bits, digits, padding;
	struct buf der;
};

void pem_init(struct pem *, const char *label, pem_found, void *ctx);
void pem_feed(struct pem *, const char *, size_t);
/* Ends the input: a block without an END is broken.  Frees what is held. */
void pem_finish(struct pem *);

#endif
