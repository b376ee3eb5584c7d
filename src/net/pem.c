#include "compat.h"

#include <string.h>

#include "net/pem.h"

#define DASHES		5	/* that both markers begin with */
#define PIECE_MAX	768	/* decoded before it goes to the buffer */

static const char begin[] = "-----BEGIN CERTIFICATE-----";
static const char end[] = "-----END CERTIFICATE-----";

#define SKIPPED		64	/* white space */
#define PAD		65	/* "=" */
#define OTHER		66	/* nothing that base64 has */

/* A character's value in base64 (RFC 4648, 4). */
static unsigned int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned int)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned int)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0') + 52;
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
pem_init(struct pem *p, pem_found found, void *ctx)
{
	memset(p, 0, sizeof *p);
	p->found = found;
	p->ctx = ctx;
	buf_init(&p->der, PEM_DER_MAX);
}

static void
open_block(struct pem *p)
{
	p->inside = true;
	p->broken = false;
	p->at = p->fed - (sizeof begin - 1);
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

/* Takes one character of what may be a marker. */
static void
match(struct pem *p, char c)
{
	p->fed++;
	if (p->matched == DASHES)
		p->marker = c == 'E' ? end : begin;
	if (c != (p->matched < DASHES ? '-' : p->marker[p->matched])) {
		/* Dashes that lead nowhere are not base64. */
		p->broken = true;
		p->matched = c != '-' ? 0 : p->matched == DASHES ? DASHES : 1;
		return;
	}
	p->matched++;
	if (p->matched <= DASHES || p->marker[p->matched] != '\0')
		return;
	p->matched = 0;
	close_block(p, p->marker == end);
	if (p->marker == begin)
		open_block(p);
}

/*
 * Decodes up to the next dash; the number of characters taken.  Certificates
 * are public: a decoder that takes constant time would cost fifty times as
 * much and protect nothing.
 */
static size_t
decode(struct pem *p, const char *s, size_t len)
{
	unsigned char piece[PIECE_MAX];
	unsigned int v, bits = p->bits, digits = p->digits;
	size_t i, n = 0;

	for (i = 0; i < len && s[i] != '-' && n < sizeof piece - 2; i++) {
		v = value_of(s[i]);
		if (v < SKIPPED) {
			bits = bits << 6 | v;
			if (p->padding > 0)
				p->broken = true;
			if (++digits % 4 == 0) {
				piece[n++] = (unsigned char)(bits >> 16);
				piece[n++] = (unsigned char)(bits >> 8);
				piece[n++] = (unsigned char)bits;
			}
		} else if (v == PAD) {
			/* The last one or two bytes. */
			if (p->padding++ == 0 && digits % 4 >= 2) {
				bits <<= 6 * (4 - digits % 4);
				piece[n++] = (unsigned char)(bits >> 16);
				if (digits % 4 == 3)
					piece[n++] = (unsigned char)(bits >> 8);
			}
		} else if (v == OTHER) {
			p->broken = true;
		}
	}
	p->bits = bits;
	p->digits = digits;
	buf_add(&p->der, piece, n);
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
			s += decode(p, s, (size_t)(last - s));
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
	buf_free(&p->der);
}
