/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "net/certificate.h"
#include "net/constraints.h"

#define NAME_TEXT_MAX   256 /* of a subject or issuer in a message */
#define SHOWN_NAMES_MAX 5
#define HIGH_PART       0xff80 /* of an error code without its sign */

struct der
certificate_der(const mbedtls_x509_buf *b)
{
	return (struct der){ b->p, b->p + b->len };
}

bool
certificate_same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

#define DER_OF(array) ((struct der){ (array), (array) + sizeof(array) })

static struct der
extension_id(enum certificate_extension extension)
{
	static const unsigned char name_constraints[] = { 0x55, 0x1d, 0x1e };
	static const unsigned char policy_constraints[] = { 0x55, 0x1d, 0x24 };
	static const unsigned char alt_names[] = { 0x55, 0x1d, 0x11 };
	static const unsigned char netscape_type[] = { 0x60, 0x86, 0x48, 0x01,
		0x86, 0xf8, 0x42, 0x01, 0x01 };
	static const struct der ids[] = {
		[CERTIFICATE_NAME_CONSTRAINTS] = DER_OF(name_constraints),
		[CERTIFICATE_POLICY_CONSTRAINTS] = DER_OF(policy_constraints),
		[CERTIFICATE_ALT_NAMES] = DER_OF(alt_names),
		[CERTIFICATE_NETSCAPE_TYPE] = DER_OF(netscape_type),
	};

	return ids[extension];
}

bool
certificate_find_extension(const mbedtls_x509_crt *crt,
    enum certificate_extension extension, struct der *value)
{
	struct der extensions = certificate_der(&crt->v3_ext);
	struct der id = extension_id(extension);

	return der_find_extension(&extensions, &id, value);
}

/* Called for extensions that the library does not know. */
static int
accept_extension(void *is_anchor, const mbedtls_x509_crt *crt,
    const mbedtls_x509_buf *oid, int critical, const unsigned char *p,
    const unsigned char *end)
{
	struct der names = extension_id(CERTIFICATE_NAME_CONSTRAINTS);
	struct der policies = extension_id(CERTIFICATE_POLICY_CONSTRAINTS);
	struct der id = certificate_der(oid);

	(void)crt;
	(void)critical;
	(void)p;
	(void)end;
	return der_same(&id, &names) ||
		(is_anchor != NULL && der_same(&id, &policies))
	    ? 0
	    : MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

int
certificate_parse(mbedtls_x509_crt *list, const unsigned char *der, size_t len,
    bool is_anchor)
{
	return mbedtls_x509_crt_parse_der_with_ext_cb(
	    list, der, len, 1, accept_extension, is_anchor ? list : NULL);
}

bool
certificate_names_another_key(
    const mbedtls_x509_crt *child, const mbedtls_x509_crt *issuer)
{
	const mbedtls_x509_buf *named = &child->authority_key_id.keyIdentifier;

	return named->len > 0 && issuer->subject_key_id.len > 0 &&
	    !certificate_same(named, &issuer->subject_key_id);
}

/* Whether a wildcard may stand for this label, as with OpenSSL. */
static bool
is_plain_label(const char *p, size_t len)
{
	for (; len > 0; p++, len--)
		if (!text_is_alnum(*p) && *p != '-')
			return false;
	return true;
}

/*
 * RFC 9525, 6.3: a wildcard stands for the whole first label.  Two more must
 * follow, because nobody can speak for a whole top-level domain.
 */
static bool
is_dns_name_of(const mbedtls_x509_buf *name, const char *host, size_t len)
{
	const char *p = (const char *)name->p, *dot = memchr(host, '.', len);
	size_t rest;

	if (name->len == len && strncasecmp(p, host, len) == 0)
		return true;
	if (name->len < 2 || memcmp(p, "*.", 2) != 0 || dot == NULL)
		return false;
	rest = len - (size_t)(dot - host);
	return rest < len && name->len - 1 == rest &&
	    memchr(dot + 1, '.', rest - 1) != NULL &&
	    is_plain_label(host, len - rest) &&
	    strncasecmp(p + 1, dot, rest) == 0;
}

bool
certificate_is_for(const mbedtls_x509_crt *crt, const char *host)
{
	const mbedtls_x509_sequence *san = &crt->subject_alt_names;
	size_t len = strlen(host), ip_len = 0;
	struct in6_addr ip;

	if (inet_pton(AF_INET, host, &ip) == 1)
		ip_len = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, host, &ip) == 1)
		ip_len = sizeof ip;
	else if (len > 0 && host[len - 1] == '.')
		len--;
	for (; san != NULL; san = san->next)
		if (ip_len > 0
			? san->buf.tag == NAME_IP && san->buf.len == ip_len &&
			    memcmp(san->buf.p, &ip, ip_len) == 0
			: san->buf.tag == NAME_DNS &&
			    is_dns_name_of(&san->buf, host, len))
			return true;
	return false;
}

static void
add_day(struct buf *b, const mbedtls_x509_time *t)
{
	buf_addf(b, "%04d-%02d-%02d", t->year, t->mon, t->day);
}

static void
add_name(struct buf *b, const mbedtls_x509_name *name)
{
	char text[NAME_TEXT_MAX];
	int n = mbedtls_x509_dn_gets(text, sizeof text, name);

	if (n > 0)
		buf_adds(b, text);
	else
		buf_adds(b, n == 0 ? "(no name)" : "(a name too long to show)");
}

void
certificate_add(struct buf *b, const mbedtls_x509_crt *crt)
{
	buf_addc(b, '(');
	add_name(b, &crt->subject);
	if (certificate_same(&crt->issuer_raw, &crt->subject_raw)) {
		buf_adds(b, ", issued by itself");
	} else {
		buf_adds(b, ", issued by ");
		add_name(b, &crt->issuer);
	}
	buf_adds(b, ", valid from ");
	add_day(b, &crt->valid_from);
	buf_adds(b, " to ");
	add_day(b, &crt->valid_to);
	buf_addc(b, ')');
}

void
certificate_add_names(struct buf *b, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *san;
	char ip[INET6_ADDRSTRLEN];
	size_t n = 0;

	for (san = &crt->subject_alt_names; san != NULL; san = san->next) {
		if (n == SHOWN_NAMES_MAX)
			break;
		if (san->buf.tag == NAME_DNS) {
			buf_adds(b, n++ > 0 ? ", " : " but for ");
			buf_add(b, san->buf.p, san->buf.len);
		} else if (san->buf.tag == NAME_IP &&
		    (san->buf.len == 4 || san->buf.len == 16) &&
		    inet_ntop(san->buf.len == 4 ? AF_INET : AF_INET6,
			san->buf.p, ip, sizeof ip) != NULL) {
			buf_adds(b, n++ > 0 ? ", " : " but for ");
			buf_adds(b, ip);
		}
	}
	if (n == 0)
		buf_adds(
		    b, ", nor for any other (a name in CN does not count)");
	else if (san != NULL)
		buf_adds(b, ", ...");
}

/* Types of keys that servers use but the library does not support, by the
 * contents of the algorithm's OBJECT IDENTIFIER. */
static const struct {
	const char *id;
	const char *text;
} unsupported_keys[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a",
	    "an RSASSA-PSS key (one that may sign with RSASSA-PSS only)" },
	{ "\x2b\x65\x70", "an Ed25519 key" },
	{ "\x2b\x65\x71", "an Ed448 key" },
	{ "\x2a\x86\x48\xce\x38\x04\x01", "a DSA key" },
};

/* Appends "an Ed25519 key" or the like. */
static void
add_key_kind(struct buf *b, struct der key)
{
	struct der info, algorithm, id;
	unsigned int tag;
	size_t i;

	if (der_take(&key, &tag, &info) && der_take(&info, &tag, &algorithm) &&
	    der_take(&algorithm, &tag, &id))
		for (i = 0;
		     i < sizeof unsupported_keys / sizeof unsupported_keys[0];
		     i++)
			if (strlen(unsupported_keys[i].id) ==
				(size_t)(id.end - id.p) &&
			    memcmp(unsupported_keys[i].id, id.p,
				(size_t)(id.end - id.p)) == 0) {
				buf_adds(b, unsupported_keys[i].text);
				return;
			}
	buf_adds(b, "a key of a type, or on a curve,");
}

bool
certificate_is_error(int rc, int code)
{
	return rc == code || (-rc & HIGH_PART) == -code;
}

bool
certificate_add_unsupported(
    struct buf *b, int rc, const unsigned char *der, size_t len)
{
	struct der_certificate c;

	if ((certificate_is_error(rc, MBEDTLS_ERR_PK_UNKNOWN_PK_ALG) ||
		certificate_is_error(rc, MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE)) &&
	    der_read_certificate(der, len, &c)) {
		add_key_kind(b, c.key);
		buf_adds(b, " that is not supported (" CERTIFICATE_KEYS ")");
	} else if (certificate_is_error(rc, MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG)) {
		buf_adds(b,
		    "a signature of a type that is not supported "
		    "(" CERTIFICATE_KEYS ", with SHA-256 or better)");
	} else if (certificate_is_error(
		       rc, MBEDTLS_ERR_X509_INVALID_EXTENSIONS) ||
	    certificate_is_error(rc, MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE)) {
		buf_adds(b,
		    "a critical extension that is not supported, or a broken "
		    "one");
	} else {
		return false;
	}
	return true;
}
