/*
 * A server's certificates, from its own up to one that is trusted: what the TLS
 * library asks while it verifies them, and why it refused them.
 *
 * Only tls.c includes this: it brings mbedTLS's headers with it.
 */
#ifndef NET_VERIFY_H
#define NET_VERIFY_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/trust.h"

/* Of keys; for messages. */
#define CHAIN_SUPPORTED	"RSA and ECDSA on P-256, P-384 and P-521 are"

/* With the server's own and an anchor; the library goes no further. */
#define CHAIN_MAX	(MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)

struct verification {
	const struct trust	*trust;		/* lent */
	const char		*host;		/* lent: must be proved */

	/* Those seen so far, from the top down; the first may be an anchor. */
	const mbedtls_x509_crt	*seen[CHAIN_MAX];
	size_t			 seen_count;
	bool			 anchored;

	const mbedtls_x509_crt	*untrusted;	/* nobody trusted signed it */
	bool			 unfit;		/* an anchor is of no use */
	bool			 sorted;	/* what the server sent */
	struct buf		 passed_over;	/* certificates of no use */
	struct buf		 server;	/* whose certificate it is */
	struct buf		 reasons;	/* why it was refused */

	/* Of the trust, if that failed; the fault is lent. */
	enum status		 status;
	struct fault		*fault;
};

/* Until it is freed it is the one that the server's certificates are for;
 * there is one at a time. */
void	 verify_init(struct verification *, const struct trust *,
	    const char *host, struct fault *);
void	 verify_free(struct verification *);

/*
 * What the library parses a server's certificates with: the linker makes its
 * calls of mbedtls_x509_crt_parse_der() end here (-Wl,--wrap).  Of extensions
 * that it does not know, those pass that verify_inspect() judges.  Certificates
 * behind the server's own that are of a kind that is not supported are passed
 * over: there may be a chain without them.  They belong to the chain that was
 * initialised last.
 */
int	 __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *,
	    const unsigned char *, size_t);

/* Whether the library's error has this one as its high part: of certificates
 * they are sums. */
bool	 verify_is_code(int rc, int code);

/* For mbedtls_ssl_conf_ca_cb; the context is the chain. */
int	 verify_find_anchors(void *, const mbedtls_x509_crt *child,
	    mbedtls_x509_crt **candidates);

/* For mbedtls_ssl_conf_verify; the context is the chain. */
int	 verify_inspect(void *, mbedtls_x509_crt *, int depth, uint32_t *flags);

/*
 * Why the chain was refused; `flags` are the library's own verdict, some of
 * which no callback sees.  `via`: the proxy in between, or NULL.  STATUS_TLS,
 * lasting.
 */
enum status verify_fault(struct verification *, const char *who,
	    const char *via, uint32_t flags, struct fault *);

#endif
