/* SPDX-License-Identifier: ISC */
/*
 * Name constraints (RFC 5280, 4.2.1.10): an authority's certificate may limit
 * the names of the certificates below it.  The TLS library ignores them.  Pure.
 *
 * DNS names, addresses and directory names (the subjects) are compared.  A name
 * of any other type is refused if there is a constraint of that type.
 */
#ifndef NET_CONSTRAINTS_H
#define NET_CONSTRAINTS_H

#include <stdbool.h>

#include "net/der.h"

/* Tags of GeneralName (RFC 5280, 4.2.1.6). */
#define NAME_EMAIL     0x81
#define NAME_DNS       0x82
#define NAME_DIRECTORY 0xa4
#define NAME_IP        0x87

/* A name: its tag and contents (of a directory name, the RDNs); lent. */
struct general_name {
	unsigned int tag;
	struct der value;
};

enum constraint {
	CONSTRAINT_KEPT,
	CONSTRAINT_BROKEN,
	CONSTRAINT_UNKNOWN /* undecidable, so it must be refused */
};

/* The names that a certificate is for; all lent. */
struct certificate_names {
	struct der subject;   /* a Name, with its tag */
	struct der alt_names; /* GeneralNames, with tag; or empty */
	bool is_server;       /* the last of its chain */
};

/* Whether the NameConstraints (with tag) can be read. */
bool constraints_are_sound(const struct der *constraints);

/* Whether a name keeps to constraints that are sound. */
enum constraint constraints_judge(
    const struct der *constraints, const struct general_name *);

/*
 * Whether all names of a certificate do: its subject, e-mail addresses in it,
 * its alternative names, and for a server without a DNS name anything that
 * looks like one in its CN, as with OpenSSL.  If not, `culprit` is the first
 * that does not.
 */
enum constraint constraints_check(const struct der *constraints,
    const struct certificate_names *, struct general_name *culprit);

#endif
