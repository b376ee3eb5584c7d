/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "net/der.h"

bool
der_same(const struct der *a, const struct der *b)
{
	return a->end - a->p == b->end - b->p &&
	    memcmp(a->p, b->p, (size_t)(a->end - a->p)) == 0;
}

bool
der_take(struct der *d, unsigned int *tag, struct der *contents)
{
	const unsigned char *p = d->p;
	size_t len, n;

	if (d->end - p < 2)
		return false;
	*tag = *p++;
	len = *p++;
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 4 || (size_t)(d->end - p) < n)
			return false;
		for (len = 0; n > 0; n--)
			len = len << 8 | *p++;
	}
	if (len > (size_t)(d->end - p))
		return false;
	contents->p = p;
	contents->end = p + len;
	d->p = contents->end;
	return true;
}

#define TAG_BOOLEAN    0x01
#define TAG_VERSION    0xa0 /* [0] */
#define TAG_EXTENSIONS 0xa3 /* [3] */

/*
 * Certificate ::= { TBSCertificate { [version], serial, algorithm, issuer,
 * validity, subject, key, ... }, algorithm, signature }
 */
bool
der_read_certificate(
    const unsigned char *data, size_t len, struct der_certificate *c)
{
	static const unsigned int tags[] = { DER_INTEGER, DER_SEQUENCE,
		DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE };
	struct der file = { data, data + len }, cert, tbs, part, rest;
	const unsigned char *start;
	unsigned int tag;
	size_t i;

	if (!der_take(&file, &tag, &cert) || tag != DER_SEQUENCE ||
	    file.p != file.end || !der_take(&cert, &tag, &tbs) ||
	    tag != DER_SEQUENCE)
		return false;
	rest = tbs;
	if (der_take(&rest, &tag, &part) && tag == TAG_VERSION)
		tbs = rest;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		start = tbs.p;
		if (!der_take(&tbs, &tag, &part) || tag != tags[i])
			return false;
		if (i == 4)
			c->subject = (struct der){ start, tbs.p };
	}
	c->key = (struct der){ start, tbs.p };
	c->extensions = (struct der){ tbs.end, tbs.end };
	while (der_take(&tbs, &tag, &part))
		if (tag == TAG_EXTENSIONS)
			c->extensions = part;
	return true;
}

bool
der_find_subject(const unsigned char *data, size_t len, struct der *subject)
{
	struct der_certificate c;

	if (!der_read_certificate(data, len, &c))
		return false;
	*subject = c.subject;
	return true;
}

/* Extension ::= SEQUENCE { id, critical DEFAULT FALSE, value } */
static bool
take_extension(struct der *list, struct der *id, struct der *value)
{
	struct der extension;
	unsigned int tag;

	return der_take(list, &tag, &extension) && tag == DER_SEQUENCE &&
	    der_take(&extension, &tag, id) && tag == DER_OID &&
	    der_take(&extension, &tag, value) &&
	    (tag != TAG_BOOLEAN || der_take(&extension, &tag, value)) &&
	    tag == DER_OCTET_STRING;
}

bool
der_find_extension(
    const struct der *extensions, const struct der *id, struct der *value)
{
	struct der outer = *extensions, list, other, one;
	unsigned int tag;

	if (!der_take(&outer, &tag, &list))
		return false;
	while (take_extension(&list, &other, &one))
		if (der_same(&other, id)) {
			*value = one;
			return true;
		}
	return false;
}

bool
der_repeats_extension(const struct der *extensions)
{
	struct der outer = *extensions, list, rest, id, other, value;
	unsigned int tag;

	if (!der_take(&outer, &tag, &list))
		return false;
	while (take_extension(&list, &id, &value))
		for (rest = list; take_extension(&rest, &other, &value);)
			if (der_same(&id, &other))
				return true;
	return false;
}
