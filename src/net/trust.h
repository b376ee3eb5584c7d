/*
 * The certificates that are trusted to sign for servers, and where they are on
 * this machine: a static binary has no distribution's default.
 *
 * Certificates are kept as DER, found by subject and not decoded further: of
 * some 150 in a bundle a connection needs one.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stddef.h>

#include "base/fault.h"

struct trust;

/* What the user names; NULL: not named.  Lent. */
struct trust_sources {
	const char	*cacert;	/* --cacert: instead of all below but extra */
	const char	*cert_file;	/* SSL_CERT_FILE */
	const char	*cert_dir;	/* SSL_CERT_DIR, list with colons */
	const char	*extra;		/* NODE_EXTRA_CA_CERTS: in addition */
};

/*
 * Loads from cacert, else cert_file and cert_dir, else the first system bundle
 * that has certificates, and extra on top.  STATUS_USAGE if something named is
 * missing, unreadable or without any certificate.  A machine without a system
 * bundle gives an empty set, not a fault.  The caller frees.
 */
enum status trust_load(struct trust **, const struct trust_sources *,
	    struct fault *);
void	 trust_free(struct trust *);

size_t	 trust_count(const struct trust *);

/* Broken certificates that were left out. */
size_t	 trust_skipped(const struct trust *);

/* Where they came from, for messages; valid as long as the trust. */
const char *trust_origin(const struct trust *);

/* The n-th certificate as DER; lent. */
const unsigned char *trust_der(const struct trust *, size_t n, size_t *len);

/* The n-th certificate's subject: a DER Name. */
const unsigned char *trust_subject(const struct trust *, size_t n,
	    size_t *len);

#endif
