/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdio.h>
#include <string.h>

#include "net/pem.h"

#define DASHES    5   /* that both markers begin with */
#define PIECE_MAX 768 /* decoded before it goes to the buffer */

/* Values of what is not a digit; all of these have bit 6 set. */
#define SKIPPED 64 /* white space */
#define PAD     65 /* "=" */
#define OTHER   66 /* not part of base64 */

/* A character's value in base64 (RFC 4648, 4). */
static unsigned int
value_of(unsigned int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	switch (c) {
	case '+':
		return 62;
	case '/':
		return 63;
	case '=':
		return PAD;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return SKIPPED;
	}
	return OTHER;
}

void
pem_init(struct pem *p, const char *label, pem_found found, void *ctx)
{
	unsigned int c;

	memset(p, 0, sizeof *p);
	(void)snprintf(p->begin, sizeof p->begin, "-----BEGIN %.*s-----",
	    PEM_LABEL_MAX, label);
	(void)snprintf(
	    p->end, sizeof p->end, "-----END %.*s-----", PEM_LABEL_MAX, label);
	for (c = 0; c < sizeof p->values; c++)
		p->values[c] = (unsigned char)value_of(c);
	p->found = found;
	p->ctx = ctx;
	buf_init(&p->der, PEM_DER_MAX);
}

static void
open_block(struct pem *p)
{
	p->inside = true;
	p->broken = false;
	p->at = p->fed - strlen(p->begin);
	p->bits = p->digits = p->padding = 0;
	buf_clear(&p->der);
}

static void
close_block(struct pem *p, bool whole)
{
	struct pem_block block = { .at = p->at, .text_len = p->fed - p->at };

	if (!p->inside)
		return;
	p->inside = false;
	if (whole && !p->broken && !p->der.overflowed &&
	    (p->digits + p->padding) % 4 == 0 && p->padding <= 2) {
		block.der = (const unsigned char *)p->der.data;
		block.len = p->der.len;
	}
	p->found(p->ctx, &block);
}

/* Takes one character of a possible marker. */
static void
match(struct pem *p, char c)
{
	p->fed++;
	if (p->matched == DASHES)
		p->marker = c == 'E' ? p->end : p->begin;
	if (c != (p->matched < DASHES ? '-' : p->marker[p->matched])) {
		/* Dashes that are not a marker are not base64 either. */
		p->broken = true;
		p->matched = c != '-' ? 0 : p->matched == DASHES ? DASHES : 1;
		return;
	}
	p->matched++;
	if (p->matched <= DASHES || p->marker[p->matched] != '\0')
		return;
	p->matched = 0;
	close_block(p, p->marker == p->end);
	if (p->marker == p->begin)
		open_block(p);
}

static size_t
put_bytes(unsigned char *out, unsigned int bits)
{
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	return 3;
}

/* Takes four digits in a row, the usual case; false if one is not a digit. */
static bool
four_digits(const struct pem *p, const unsigned char *s, unsigned int *bits)
{
	unsigned int a = p->values[s[0]], b = p->values[s[1]];
	unsigned int c = p->values[s[2]], d = p->values[s[3]];

	*bits = a << 18 | b << 12 | c << 6 | d;
	return (a | b | c | d) < SKIPPED;
}

/* Takes one character; returns the number of bytes that it completes in
 * `out`. */
static size_t
one_character(struct pem *p, unsigned char c, unsigned char *out)
{
	unsigned int v = p->values[c], missing = 4 - p->digits % 4;

	if (v < SKIPPED) {
		p->bits = p->bits << 6 | v;
		if (p->padding > 0)
			p->broken = true;
		return ++p->digits % 4 == 0 ? put_bytes(out, p->bits) : 0;
	}
	if (v == OTHER)
		p->broken = true;
	if (v != PAD || p->padding++ > 0 || missing > 2)
		return 0;
	/* These are the last one or two bytes. */
	put_bytes(out, p->bits << 6 * missing);
	return 3 - missing;
}

/*
 * Decodes up to the next dash; returns the number of characters taken.
 * Certificates are public: a decoder in constant time would cost fifty times as
 * much and protect nothing.
 */
static size_t
decode(struct pem *p, const unsigned char *s, size_t len)
{
	unsigned char piece[PIECE_MAX];
	unsigned int bits;
	size_t i = 0, n = 0;

	while (i < len && s[i] != '-' && n <= sizeof piece - 3)
		if (p->digits % 4 == 0 && len - i >= 4 &&
		    four_digits(p, s + i, &bits)) {
			n += put_bytes(piece + n, bits);
			p->digits += 4;
			i += 4;
		} else {
			n += one_character(p, s[i++], piece + n);
		}
	buf_add(&p->der, piece, n);
	explicit_bzero(piece, n);
	p->fed += i;
	return i;
}

void
pem_feed(struct pem *p, const char *s, size_t len)
{
	const char *dash, *last = s + len;

	while (s < last) {
		if (p->matched > 0 || *s == '-') {
			match(p, *s++);
		} else if (p->inside && !p->broken) {
			s += decode(
			    p, (const unsigned char *)s, (size_t)(last - s));
		} else {
			dash = memchr(s, '-', (size_t)(last - s));
			if (dash == NULL)
				dash = last;
			p->fed += (uint64_t)(dash - s);
			s = dash;
		}
	}
}

void
pem_finish(struct pem *p)
{
	close_block(p, false);
	buf_wipe(&p->der);
}
