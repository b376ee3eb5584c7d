/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "net/constraints.h"

#define TAG_PERMITTED 0xa0 /* [0] of NameConstraints */
#define TAG_EXCLUDED  0xa1 /* [1] */
#define TAG_MINIMUM   0x80 /* [0] of GeneralSubtree */

#define TAG_UTF8      0x0c
#define TAG_PRINTABLE 0x13
#define TAG_IA5       0x16
#define TAG_VISIBLE   0x1a

/* Where a name is in relation to a subtree. */
enum place { INSIDE, OUTSIDE, UNSURE };

static size_t
length(const struct der *d)
{
	return (size_t)(d->end - d->p);
}

/*
 * GeneralSubtree ::= SEQUENCE { base, minimum DEFAULT 0, maximum OPTIONAL }
 * of which RFC 5280 allows no minimum but 0, and no maximum.
 */
static bool
take_subtree(struct der *list, struct general_name *base)
{
	struct der subtree, rest;
	unsigned int tag;

	if (!der_take(list, &tag, &subtree) || tag != DER_SEQUENCE ||
	    !der_take(&subtree, &base->tag, &base->value))
		return false;
	if (base->tag == NAME_DIRECTORY) {
		/* [4] is explicit: there is a Name in it. */
		rest = base->value;
		if (!der_take(&rest, &tag, &base->value) ||
		    tag != DER_SEQUENCE || rest.p != rest.end)
			return false;
	}
	if (subtree.p == subtree.end)
		return true;
	return der_take(&subtree, &tag, &rest) && tag == TAG_MINIMUM &&
	    length(&rest) == 1 && *rest.p == 0 && subtree.p == subtree.end;
}

/* Takes the list of subtrees with this tag; an empty one if it is not next. */
static struct der
take_list(struct der *constraints, unsigned int wanted)
{
	struct der rest = *constraints, list;
	unsigned int tag;

	if (!der_take(&rest, &tag, &list) || tag != wanted)
		return (struct der){ constraints->p, constraints->p };
	*constraints = rest;
	return list;
}

static struct der
contents(const struct der *element)
{
	struct der rest = *element, inner;
	unsigned int tag;

	if (!der_take(&rest, &tag, &inner) || tag != DER_SEQUENCE ||
	    rest.p != rest.end)
		return (struct der){ element->p, element->p };
	return inner;
}

bool
constraints_are_sound(const struct der *constraints)
{
	struct der rest = contents(constraints), list;
	struct general_name base;

	if (rest.p == rest.end)
		return false;
	list = take_list(&rest, TAG_PERMITTED);
	while (list.p < list.end)
		if (!take_subtree(&list, &base))
			return false;
	list = take_list(&rest, TAG_EXCLUDED);
	while (list.p < list.end)
		if (!take_subtree(&list, &base))
			return false;
	return rest.p == rest.end;
}

/* Labels may be added in front; ".x" requires at least one. */
static enum place
place_of_dns(const struct der *base, const struct der *name)
{
	size_t len = length(base), extra;

	if (len == 0)
		return INSIDE;
	/* No name here ends with a dot, so it would never match. */
	if (base->end[-1] == '.')
		return UNSURE;
	if (length(name) < len)
		return OUTSIDE;
	extra = length(name) - len;
	if (extra > 0 && *base->p != '.' && name->p[extra - 1] != '.')
		return OUTSIDE;
	return strncasecmp((const char *)base->p, (const char *)name->p + extra,
		   len) == 0
	    ? INSIDE
	    : OUTSIDE;
}

/* The base consists of an address and its mask. */
static enum place
place_of_ip(const struct der *base, const struct der *name)
{
	size_t len = length(name), i;

	if (length(base) != 8 && length(base) != 32)
		return UNSURE;
	if (length(base) != 2 * len)
		return OUTSIDE;
	for (i = 0; i < len; i++)
		if ((base->p[i] ^ name->p[i]) & base->p[len + i])
			return OUTSIDE;
	return INSIDE;
}

static bool
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns the next character in lower case, with runs of white space folded to
 * one space and none at the end; -1 at the end. */
static int
next_character(struct der *d)
{
	unsigned char c;

	if (d->p == d->end)
		return -1;
	c = *d->p++;
	if (!is_space(c))
		return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
	while (d->p < d->end && is_space(*d->p))
		d->p++;
	return d->p < d->end ? ' ' : -1;
}

static void
skip_spaces(struct der *d)
{
	while (d->p < d->end && is_space(*d->p))
		d->p++;
}

/* RFC 5280, 7.1, as OpenSSL does it: case and amount of white space do not
 * matter. */
static bool
same_text(struct der a, struct der b)
{
	int c;

	skip_spaces(&a);
	skip_spaces(&b);
	do
		if ((c = next_character(&a)) != next_character(&b))
			return false;
	while (c != -1);
	return true;
}

static bool
is_plain(unsigned int tag)
{
	return tag == TAG_UTF8 || tag == TAG_PRINTABLE || tag == TAG_IA5 ||
	    tag == TAG_VISIBLE;
}

/* Takes an AttributeTypeAndValue. */
static bool
take_attribute(
    struct der *list, struct der *type, unsigned int *tag, struct der *value)
{
	struct der attribute;

	return der_take(list, tag, &attribute) && *tag == DER_SEQUENCE &&
	    der_take(&attribute, tag, type) && *tag == DER_OID &&
	    der_take(&attribute, tag, value);
}

/* Compares RDNs, which are SETs.  Strings of types that need conversion (such
 * as UTF-16) are equal only if all their bytes are. */
static enum place
compare_rdn(const struct der *base, const struct der *name)
{
	struct der a = *base, b = *name, type, other, text, wanted;
	unsigned int tag, wanted_tag;

	if (der_same(&a, &b))
		return INSIDE;
	if (!take_attribute(&a, &type, &wanted_tag, &wanted) ||
	    !take_attribute(&b, &other, &tag, &text) || a.p != a.end ||
	    b.p != b.end)
		return UNSURE;
	if (!der_same(&type, &other))
		return OUTSIDE;
	if (!is_plain(tag) || !is_plain(wanted_tag))
		return UNSURE;
	return same_text(wanted, text) ? INSIDE : OUTSIDE;
}

/* A name is inside if it begins with all RDNs of the base. */
static enum place
place_of_directory(const struct der *base, const struct der *name)
{
	struct der rest = *base, left = *name, wanted, rdn;
	enum place place = INSIDE, next;
	unsigned int tag;

	while (rest.p < rest.end) {
		if (!der_take(&rest, &tag, &wanted))
			return UNSURE;
		if (!der_take(&left, &tag, &rdn))
			return OUTSIDE;
		if ((next = compare_rdn(&wanted, &rdn)) == OUTSIDE)
			return OUTSIDE;
		if (next == UNSURE)
			place = UNSURE;
	}
	return place;
}

static enum place
place_in(const struct general_name *base, const struct general_name *name)
{
	switch (base->tag) {
	case NAME_DNS:
		return place_of_dns(&base->value, &name->value);
	case NAME_IP:
		return place_of_ip(&base->value, &name->value);
	case NAME_DIRECTORY:
		return place_of_directory(&base->value, &name->value);
	}
	return UNSURE;
}

enum constraint
constraints_judge(
    const struct der *constraints, const struct general_name *name)
{
	struct der rest = contents(constraints), list;
	bool limited = false, inside = false, unsure = false;
	struct general_name base;
	enum place place;

	list = take_list(&rest, TAG_PERMITTED);
	while (take_subtree(&list, &base)) {
		if (base.tag != name->tag)
			continue;
		limited = true;
		place = place_in(&base, name);
		inside = inside || place == INSIDE;
		unsure = unsure || place == UNSURE;
	}
	if (limited && !inside)
		return unsure ? CONSTRAINT_UNKNOWN : CONSTRAINT_BROKEN;
	unsure = false;
	list = take_list(&rest, TAG_EXCLUDED);
	while (take_subtree(&list, &base)) {
		if (base.tag != name->tag)
			continue;
		if ((place = place_in(&base, name)) == INSIDE)
			return CONSTRAINT_BROKEN;
		unsure = unsure || place == UNSURE;
	}
	return unsure ? CONSTRAINT_UNKNOWN : CONSTRAINT_KEPT;
}

/* Whether it has at least two labels, made of the usual characters. */
static bool
looks_like_dns(const struct der *text)
{
	const unsigned char *p;
	bool dot = false;

	for (p = text->p; p < text->end; p++) {
		dot = dot || *p == '.';
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && memchr("-_.", *p, 3) == NULL)
			return false;
	}
	return dot;
}

/* Checks the e-mail addresses in a subject, and its CNs if they count. */
static enum constraint
check_attributes(const struct der *constraints, const struct der *subject,
    bool cn_counts, struct general_name *name)
{
	static const unsigned char cn[] = { 0x55, 0x04, 0x03 };
	static const unsigned char email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x09, 0x01 };
	static const struct der cn_id = { cn, cn + sizeof cn };
	static const struct der email_id = { email, email + sizeof email };
	struct der rdns = contents(subject), rdn, type;
	enum constraint result;
	unsigned int tag;

	while (der_take(&rdns, &tag, &rdn))
		while (take_attribute(&rdn, &type, &tag, &name->value)) {
			if (der_same(&type, &email_id))
				name->tag = NAME_EMAIL;
			else if (cn_counts && der_same(&type, &cn_id) &&
			    (!is_plain(tag) || looks_like_dns(&name->value)))
				name->tag = NAME_DNS;
			else
				continue;
			result = constraints_judge(constraints, name);
			if (result != CONSTRAINT_KEPT)
				return result;
		}
	return CONSTRAINT_KEPT;
}

enum constraint
constraints_check(const struct der *constraints,
    const struct certificate_names *c, struct general_name *culprit)
{
	struct der list = contents(&c->alt_names), rest;
	enum constraint result;
	bool has_dns = false;
	unsigned int tag;

	culprit->tag = NAME_DIRECTORY;
	culprit->value = contents(&c->subject);
	if (culprit->value.p < culprit->value.end &&
	    (result = constraints_judge(constraints, culprit)) !=
		CONSTRAINT_KEPT)
		return result;
	while (der_take(&list, &culprit->tag, &culprit->value)) {
		has_dns = has_dns || culprit->tag == NAME_DNS;
		rest = culprit->value;
		if (culprit->tag == NAME_DIRECTORY &&
		    !der_take(&rest, &tag, &culprit->value))
			return CONSTRAINT_UNKNOWN;
		result = constraints_judge(constraints, culprit);
		if (result != CONSTRAINT_KEPT)
			return result;
	}
	return check_attributes(
	    constraints, &c->subject, c->is_server && !has_dns, culprit);
}
