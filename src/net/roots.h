/* SPDX-License-Identifier: ISC */
/*
 * The root certificates that are compiled in, for a machine that has none.  Of
 * each, only what makes it an anchor (RFC 5280, 6.1.1 (d)) and its dates are
 * kept.
 *
 * tools/roots.sh makes the table.  It has no pointers, which would have to be
 * relocated at start, in private memory.
 */
#ifndef NET_ROOTS_H
#define NET_ROOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/der.h"

/* 0 if none were compiled in. */
extern const size_t roots_count;

/* The origin of the set: "ca-certificates 20230311, compiled in". */
extern const char roots_origin[];

/* When the newest of them was created: "2024-11-05". */
extern const char roots_newest[];

/*
 * The first root, from number n on, with this subject (a DER Name);
 * roots_count if there is none.  Those with the same subject are neighbours.
 */
size_t roots_find(size_t n, const struct der *subject);

/*
 * Appends a certificate (DER, X.509 version 1, which has no extensions) with
 * the subject, key and dates of the n-th root.  Its signature is empty.
 */
void roots_add_certificate(size_t n, struct buf *);

/* The table: the parts of the n-th root follow one another in roots_data. */
struct root {
	uint32_t at;         /* its validity */
	uint16_t subject_at; /* from there on */
	uint16_t key_at;
	uint16_t len; /* of all three */
};

extern const struct root roots_table[]; /* sorted by subject */
extern const unsigned char roots_data[];

#endif
