/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>
#include <time.h>

#include <mbedtls/oid.h>

#include "net/certificate.h"
#include "net/reasons.h"

#define RSA_BITS_MIN 2048 /* as the library's default profile has it */

static void
add_clock(struct buf *b)
{
	time_t now = time(NULL);
	struct tm tm;

	buf_adds(b, "the clock here says ");
	if (gmtime_r(&now, &tm) != NULL)
		buf_addf(b, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/* The flags mean a weak key only for the server's own certificate. */
static void
add_weakness(struct buf *b, const mbedtls_x509_crt *crt, int depth)
{
	size_t bits = mbedtls_pk_get_bitlen(&crt->pk);

	if (depth == 0 && mbedtls_pk_get_type(&crt->pk) == MBEDTLS_PK_RSA &&
	    bits < RSA_BITS_MIN)
		buf_addf(b,
		    " has an RSA key of %zu bits, which is too weak (the "
		    "minimum is %d)",
		    bits, RSA_BITS_MIN);
	else
		buf_adds(b,
		    " has, or is signed with, a key that is too weak or of a "
		    "type that is not supported");
}

static bool
is_sha1(const mbedtls_x509_crt *crt)
{
	return MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS1_SHA1, &crt->sig_oid) == 0 ||
	    MBEDTLS_OID_CMP(MBEDTLS_OID_ECDSA_SHA1, &crt->sig_oid) == 0;
}

struct buf *
reasons_begin(struct verification *c, const mbedtls_x509_crt *crt, int depth)
{
	struct buf *b = &c->reasons;

	if (b->len > 0)
		buf_adds(b, "; ");
	buf_adds(b,
	    depth == 0 ? "the server's certificate "
		: c->anchored && crt == c->seen[0]
		? "a certificate that is trusted here "
		: "a certificate of the server's chain ");
	certificate_add(b, crt);
	return b;
}

void
reasons_add(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    uint32_t flags)
{
	struct buf *b;

	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		b = reasons_begin(c, crt, depth);
		buf_adds(b, " has expired: ");
		add_clock(b);
	}
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		b = reasons_begin(c, crt, depth);
		buf_adds(b, " is not yet valid: ");
		add_clock(b);
		buf_adds(b, "; check that first");
	}
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
		b = reasons_begin(c, crt, depth);
		buf_addf(b, " is not for the name %s", c->host);
		certificate_add_names(b, crt);
	}
	if (flags & MBEDTLS_X509_BADCERT_BAD_MD) {
		b = reasons_begin(c, crt, depth);
		buf_addf(b, " is signed with %s, which is too weak",
		    is_sha1(crt) ? "SHA-1" : "a hash");
	}
	if (flags &
	    (MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY))
		add_weakness(reasons_begin(c, crt, depth), crt, depth);
}

/* Whether a certificate with this subject was sent but is not supported. */
static bool
was_passed_over(const struct verification *c, const struct der *subject)
{
	const unsigned char *data = (const unsigned char *)c->passed_over.data;
	struct der rest = { data, data + c->passed_over.len }, one, contents;
	unsigned int tag;

	for (one.p = rest.p; der_take(&rest, &tag, &contents); one.p = rest.p)
		if (der_find_subject(one.p, (size_t)(rest.p - one.p), &one) &&
		    der_same(&one, subject))
			return true;
	return false;
}

void
reasons_add_missing(struct verification *c, const mbedtls_x509_crt *sent)
{
	const struct trust *trust = c->anchors.trust;
	const mbedtls_x509_crt *last = c->untrusted;
	struct buf *b = reasons_begin(c, last, last != sent);
	struct der issuer = certificate_der(&last->issuer_raw);

	if (certificate_same(&last->issuer_raw, &last->subject_raw)) {
		buf_adds(b, " is not trusted here");
		return;
	}
	if (c->anchors.unfit) {
		buf_adds(b,
		    " has an issuer that is trusted here, but whose key, "
		    "signature or extension is of a type that is not supported "
		    "(" CERTIFICATE_KEYS ")");
		return;
	}
	if (trust_find(trust, 0, &issuer) < trust_count(trust)) {
		buf_adds(b,
		    ": a certificate that is trusted here has its issuer's "
		    "name, but did not sign it (with another key, perhaps an "
		    "older one), or may not (it is not a CA, or for a shorter "
		    "chain)");
		return;
	}
	for (; sent != NULL; sent = sent->next)
		if (sent != last &&
		    certificate_same(&sent->subject_raw, &last->issuer_raw))
			break;
	buf_adds(b,
	    " has an issuer that is not trusted here, and whose certificate "
	    "the server ");
	if (was_passed_over(c, &issuer))
		buf_adds(b,
		    "sent, but whose key, signature or critical extension is "
		    "of a type that is not supported");
	else
		buf_adds(b,
		    sent != NULL
			? "sent, but which did not sign this one, or may not"
			: "did not send (as it must for an intermediate)");
}

static void
add_advice(const struct verification *c, const char *via, struct fault *f)
{
	const struct trust *t = c->anchors.trust;

	if (trust_count(t) == 0)
		fault_add(f,
		    ". No CA certificates were found on this machine; give a "
		    "PEM file with --cacert or SSL_CERT_FILE");
	else
		fault_add(f,
		    ". Trusted here: %zu certificate%s from %s; to trust a "
		    "private CA, give its PEM file in NODE_EXTRA_CA_CERTS or "
		    "with --cacert",
		    trust_count(t), trust_count(t) == 1 ? "" : "s",
		    trust_origin(t));
	if (trust_skipped(t) > 0)
		fault_add(f, " (%zu broken one%s skipped)", trust_skipped(t),
		    trust_skipped(t) == 1 ? " was" : "s were");
	if (*trust_left_out(t) != '\0')
		fault_add(f, ". %s", trust_left_out(t));
	if (via != NULL)
		fault_add(f,
		    ". The connection goes through the proxy %s, which may "
		    "inspect TLS and sign with a CA of its own: ask whoever "
		    "runs it for that CA's certificate",
		    via);
}

enum status
reasons_fault(struct verification *c, const char *who, const char *via,
    uint32_t flags, struct fault *f)
{
	if (c->anchors.status != STATUS_OK)
		return c->anchors.status;
	fault_set_lasting(f, STATUS_TLS, "%s: ", who);
	if (c->reasons.len > 0)
		fault_add(f, "%s", buf_str(&c->reasons));
	else
		fault_add(f,
		    "the server's certificate %s was refused (flags %#x)",
		    buf_str(&c->server), (unsigned int)flags);
	if (c->untrusted != NULL)
		add_advice(c, via, f);
	return STATUS_TLS;
}
