/* SPDX-License-Identifier: ISC */
/*
 * Name constraints (RFC 5280, 4.2.1.10): which names the certificates below an
 * authority's may be for.  The TLS library does not look at them.  Pure.
 *
 * DNS names, addresses and directory names (the subjects) are compared; of any
 * other type a name and a constraint do not go together.
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

/* A name: its tag, and what it contains; of a directory name, the RDNs.
 * Lent. */
struct general_name {
	unsigned int tag;
	struct der value;
};

enum constraint {
	CONSTRAINT_KEPT,
	CONSTRAINT_BROKEN,
	CONSTRAINT_UNKNOWN /* cannot be told: must be refused */
};

/* The names that a certificate is for; all lent. */
struct certificate_names {
	struct der subject;   /* a Name, with its tag */
	struct der alt_names; /* GeneralNames, with tag; or empty */
	bool is_server;       /* the last of its chain */
};

/* Whether the NameConstraints (with tag) can be read. */
bool constraints_are_sound(const struct der *constraints);

/* Whether one name keeps to sound constraints. */
enum constraint constraints_judge(
    const struct der *constraints, const struct general_name *);

/*
 * Whether all names of a certificate do: subject, e-mail addresses in it,
 * alternative names, and of a server without a DNS name whatever looks like
 * one in its CN, as OpenSSL has it.  If not, `culprit` is the first that does
 * not.
 */
enum constraint constraints_check(const struct der *constraints,
    const struct certificate_names *, struct general_name *culprit);

#endif
