/* SPDX-License-Identifier: ISC */
/*
 * The certificates that are trusted to sign for servers, and where they are on
 * this machine: a static binary has no distribution's defaults.
 *
 * A connection needs one of the 150 or so in a bundle, so only an index is
 * kept: what a chain needs is read again from its file, which stays open for
 * that.  What cannot be read twice (a pipe, the files of a directory) is kept
 * whole.  Certificates are decoded here only as far as their subject.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/der.h"

struct trust;

/* The sources that the user names; NULL: not named.  Lent. */
struct trust_sources {
	const char *cacert;      /* instead of the next two */
	const char *cacert_from; /* what named it, for messages */
	const char *cert_file;   /* SSL_CERT_FILE */
	const char *cert_dir;    /* SSL_CERT_DIR, list with colons */
	const char *extra;       /* NODE_EXTRA_CA_CERTS: in addition, */
				 /* as far as it can be read */
};

/*
 * Loads from cacert, else cert_file and cert_dir, else the first system bundle
 * that has certificates, else the roots compiled in; extra is added to any of
 * these.  STATUS_USAGE if something named is missing, unreadable, too large or
 * without any certificate, except that for extra there is only a warning, as
 * with Node.  Pipes get 10 s; a signal meanwhile gives its status.  With no
 * system bundle and nothing compiled in, the set is empty, which is not a
 * fault.  The caller frees the result.
 */
enum status trust_load(
    struct trust **, const struct trust_sources *, struct fault *);
void trust_free(struct trust *);

size_t trust_count(const struct trust *);

/* The number of broken certificates that were left out. */
size_t trust_skipped(const struct trust *);

/* Why the extra file was left out, or ""; valid as long as the trust. */
const char *trust_left_out(const struct trust *);

/* Where the certificates came from, for messages; valid as long as the
 * trust. */
const char *trust_origin(const struct trust *);

/*
 * The first certificate, from number n on, whose subject (a DER Name) has the
 * hash of this one: the caller must compare the bytes. trust_count() if there
 * is none.
 */
size_t trust_find(const struct trust *, size_t n, const struct der *subject);

/*
 * Adds the n-th certificate's DER to the buffer.  STATUS_TRUST if it cannot
 * be read again, or its file has changed in the meantime.
 */
enum status trust_read(
    const struct trust *, size_t n, struct buf *, struct fault *);

#endif
