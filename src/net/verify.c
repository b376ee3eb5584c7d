/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <arpa/inet.h>
#include <string.h>

#include <mbedtls/oid.h>

#include "net/anchors.h"
#include "net/certificate.h"
#include "net/constraints.h"
#include "net/reasons.h"
#include "net/verify.h"

#define NAME_TEXT_MAX   256  /* of a name in a message */
#define NETSCAPE_SERVER 0x40 /* of the bits of a Netscape certificate type */

/* The verification whose certificates are being parsed; the library's call does
 * not say. */
static struct verification *receiver;

void
verify_init(struct verification *c, const struct trust *trust, const char *host,
    struct fault *f)
{
	memset(c, 0, sizeof *c);
	c->host = host;
	c->anchors.trust = trust;
	c->anchors.fault = f;
	buf_init(&c->server, BUF_TEXT_MAX);
	buf_init(&c->top, BUF_TEXT_MAX);
	buf_init(&c->reasons, BUF_TEXT_MAX);
	buf_init(&c->passed_over, BUF_TEXT_MAX);
	receiver = c;
}

void
verify_free(struct verification *c)
{
	buf_free(&c->server);
	buf_free(&c->top);
	buf_free(&c->reasons);
	buf_free(&c->passed_over);
	if (receiver == c)
		receiver = NULL;
}

int
__wrap_mbedtls_x509_crt_parse_der(
    mbedtls_x509_crt *list, const unsigned char *der, size_t len)
{
	bool first = list->version == 0;
	struct buf what;
	int rc;

	rc = certificate_parse(list, der, len, false);
	if (rc == 0 || receiver == NULL)
		return rc;
	buf_init(&what, BUF_TEXT_MAX);
	if (certificate_add_unsupported(&what, rc, der, len)) {
		if (!first) {
			buf_add(&receiver->passed_over, der, len);
			rc = 0;
		} else {
			buf_addf(&receiver->reasons,
			    "the server's certificate has %s", buf_str(&what));
			/* The library ignores some errors, but not this one. */
			rc = MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
		}
	}
	buf_free(&what);
	return rc;
}

static void
add_general_name(struct buf *b, const struct general_name *name)
{
	size_t len = (size_t)(name->value.end - name->value.p);
	char ip[INET6_ADDRSTRLEN];

	if (name->tag == NAME_IP && (len == 4 || len == 16) &&
	    inet_ntop(len == 4 ? AF_INET : AF_INET6, name->value.p, ip,
		sizeof ip) != NULL)
		buf_adds(b, ip);
	else if (name->tag == NAME_DNS || name->tag == NAME_EMAIL)
		buf_add(b, name->value.p,
		    len < NAME_TEXT_MAX ? len : NAME_TEXT_MAX);
	else
		buf_adds(b,
		    name->tag == NAME_DIRECTORY
			? "the subject of a certificate below it"
			: "a name in a certificate below it");
}

/* Judges the host itself, which a wildcard may hide. */
static enum constraint
judge_host(const struct verification *c, const struct der *constraints,
    struct general_name *name)
{
	const unsigned char *host = (const unsigned char *)c->host;
	size_t len = strlen(c->host);
	struct in6_addr ip;

	/* An address equals one in the certificate, which has been judged. */
	if (inet_pton(AF_INET, c->host, &ip) == 1 ||
	    inet_pton(AF_INET6, c->host, &ip) == 1)
		return CONSTRAINT_KEPT;
	if (len > 0 && host[len - 1] == '.')
		len--;
	name->tag = NAME_DNS;
	name->value = (struct der){ host, host + len };
	return constraints_judge(constraints, name);
}

/*
 * RFC 5280, 6.1.3 (b) and (c), except that the constraints of an anchor count
 * like any others: whoever limits their own root means it.
 */
static void
check_names(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    const mbedtls_x509_crt *above, uint32_t *flags)
{
	struct certificate_names names = { certificate_der(&crt->subject_raw),
		{ NULL, NULL }, depth == 0 };
	enum constraint result = CONSTRAINT_UNKNOWN;
	struct general_name culprit = { 0, { NULL, NULL } };
	struct der constraints;
	struct buf *b;

	if (!certificate_find_extension(
		above, CERTIFICATE_NAME_CONSTRAINTS, &constraints))
		return;
	certificate_find_extension(
	    crt, CERTIFICATE_ALT_NAMES, &names.alt_names);
	if (constraints_are_sound(&constraints))
		result = constraints_check(&constraints, &names, &culprit);
	if (result == CONSTRAINT_KEPT && depth == 0)
		result = judge_host(c, &constraints, &culprit);
	if (result == CONSTRAINT_KEPT)
		return;
	*flags |= MBEDTLS_X509_BADCERT_OTHER;
	b = reasons_begin(c, above, 1);
	if (result == CONSTRAINT_BROKEN) {
		buf_adds(b, " may not sign for ");
		add_general_name(b, &culprit);
		buf_adds(b, ": its name constraints forbid that");
	} else {
		buf_adds(b,
		    " limits the names that it may sign for in a way that "
		    "cannot be checked here");
	}
}

/*
 * Extended key usage counts at every depth, as with OpenSSL and browsers: an
 * authority for e-mail or code must not vouch for servers (RFC 5280, 4.2.1.12
 * speaks of the certificate itself only).
 */
static bool
is_for_servers(const mbedtls_x509_crt *crt, int depth)
{
	struct der type, bits;
	unsigned int tag;

	if (mbedtls_x509_crt_check_extended_key_usage(crt,
		MBEDTLS_OID_SERVER_AUTH,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
		return false;
	if (depth > 0 ||
	    !certificate_find_extension(crt, CERTIFICATE_NETSCAPE_TYPE, &type))
		return true;
	return der_take(&type, &tag, &bits) && tag == DER_BIT_STRING &&
	    bits.end - bits.p > 1 && (bits.p[1] & NETSCAPE_SERVER);
}

static void
check_usage(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    uint32_t *flags)
{
	if (!is_for_servers(crt, depth)) {
		*flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
		buf_adds(reasons_begin(c, crt, depth),
		    depth == 0
			? " may not be used for a server: its extended key "
			  "usage does not include that"
			: " may not sign for servers: its extended key usage "
			  "is for something else");
	}
	/* TLS 1.3 and ECDHE require this. */
	if (depth == 0 &&
	    mbedtls_x509_crt_check_key_usage(
		crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0) {
		*flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
		buf_adds(reasons_begin(c, crt, depth),
		    " may not be used for a server: its key usage does not "
		    "include digital signatures");
	}
}

static void
check_extensions(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    uint32_t *flags)
{
	struct der extensions = certificate_der(&crt->v3_ext);
	size_t i;

	if (der_repeats_extension(&extensions)) {
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
		buf_adds(
		    reasons_begin(c, crt, depth), " has an extension twice");
	}
	check_usage(c, crt, depth, flags);
	if (c->seen_count > 1 &&
	    certificate_names_another_key(crt, c->seen[c->seen_count - 2])) {
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
		buf_adds(reasons_begin(c, crt, depth),
		    " names another key as its issuer's than the certificate "
		    "above it has");
	}
	/* RFC 5280, 6.1.3 (b): an authority may issue a certificate to
	 * itself. */
	if (depth > 0 && certificate_same(&crt->issuer_raw, &crt->subject_raw))
		return;
	for (i = 0; i + 1 < c->seen_count; i++)
		check_names(c, crt, depth, c->seen[i], flags);
}

/* Judges the server's own certificate. */
static int
inspect_server(
    struct verification *c, const mbedtls_x509_crt *crt, uint32_t *flags)
{
	certificate_add(&c->server, crt);
	if (!certificate_is_for(crt, c->host))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) &&
	    anchors_have(&c->anchors, crt))
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	return c->anchors.status == STATUS_OK ? 0
					      : MBEDTLS_ERR_X509_FATAL_ERROR;
}

/* It sees every certificate of the chain, from the root down to the
 * server's. */
int
verify_inspect(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct verification *c = ctx;
	int rc;

	if (c->seen_count == VERIFY_CHAIN_MAX)
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	if (c->seen_count == 0) {
		c->anchored = depth > 0 &&
		    !(*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
		certificate_add(&c->top, crt);
	}
	c->seen[c->seen_count++] = crt;
	if (depth == 0 && (rc = inspect_server(c, crt, flags)) != 0)
		return rc;
	if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		c->untrusted = crt;
	reasons_add(c, crt, depth, *flags);
	check_extensions(c, crt, depth, flags);
	if (depth == 0 && c->untrusted != NULL)
		reasons_add_missing(c, crt);
	return 0;
}
