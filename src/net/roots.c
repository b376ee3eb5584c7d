/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "net/roots.h"

/* Compares as memcmp does: in DER, the length of a name precedes it. */
static int
compare(const struct der *subject, const struct root *r)
{
	size_t len = (size_t)(subject->end - subject->p);
	size_t root_len = (size_t)(r->key_at - r->subject_at);
	int order = memcmp(subject->p, roots_data + r->at + r->subject_at,
	    len < root_len ? len : root_len);

	return order != 0 ? order : (len > root_len) - (len < root_len);
}

size_t
roots_find(size_t n, const struct der *subject)
{
	size_t low = n, high = roots_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(subject, &roots_table[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < roots_count && compare(subject, &roots_table[low]) == 0)
		return low;
	return roots_count;
}

/* Appends a SEQUENCE's head; all lengths here fit in two bytes. */
static void
add_sequence(struct buf *b, size_t len)
{
	buf_add(b, "\x30\x82", 2);
	buf_addc(b, (char)(len >> 8));
	buf_addc(b, (char)len);
}

#define HEAD 4 /* of a SEQUENCE */

void
roots_add_certificate(size_t n, struct buf *b)
{
	/* This is ecdsa-with-SHA256, but any known algorithm would do. */
	static const char algorithm[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, '\x86',
		0x48, '\xce', 0x3d, 0x04, 0x03, 0x02 };
	static const char serial[] = { 0x02, 0x01, 0x01 };
	static const char signature[] = { 0x03, 0x02, 0x00, 0x00 };
	const struct root *r = &roots_table[n];
	const unsigned char *p = roots_data + r->at;
	size_t subject_len = (size_t)(r->key_at - r->subject_at);
	size_t inner = sizeof serial + sizeof algorithm + subject_len + r->len;

	add_sequence(b, HEAD + inner + sizeof algorithm + sizeof signature);
	add_sequence(b, inner);
	buf_add(b, serial, sizeof serial);
	buf_add(b, algorithm, sizeof algorithm);
	/* The issuer. */
	buf_add(b, p + r->subject_at, subject_len);
	buf_add(b, p, r->len);
	buf_add(b, algorithm, sizeof algorithm);
	buf_add(b, signature, sizeof signature);
}
