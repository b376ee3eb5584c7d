#include "compat.h"

#include "net/der.h"

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

#define TAG_SEQUENCE	0x30
#define TAG_INTEGER	0x02
#define TAG_VERSION	0xa0	/* [0] */

/*
 * Certificate ::= { TBSCertificate { [version], serial, algorithm, issuer,
 * validity, subject, key, ... }, algorithm, signature }
 */
bool
der_find_subject(const unsigned char *data, size_t len, struct der *subject)
{
	static const unsigned int tags[] = { TAG_INTEGER, TAG_SEQUENCE,
	    TAG_SEQUENCE, TAG_SEQUENCE, TAG_SEQUENCE, TAG_SEQUENCE };
	struct der file = { data, data + len }, cert, tbs, part, rest;
	const unsigned char *start;
	unsigned int tag;
	size_t i;

	if (!der_take(&file, &tag, &cert) || tag != TAG_SEQUENCE ||
	    file.p != file.end ||
	    !der_take(&cert, &tag, &tbs) || tag != TAG_SEQUENCE)
		return false;
	rest = tbs;
	if (der_take(&rest, &tag, &part) && tag == TAG_VERSION)
		tbs = rest;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		start = tbs.p;
		if (!der_take(&tbs, &tag, &part) || tag != tags[i])
			return false;
		if (i == 4) {
			subject->p = start;
			subject->end = tbs.p;
		}
	}
	return true;
}
