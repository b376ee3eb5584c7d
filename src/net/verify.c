#include "compat.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <mbedtls/oid.h>
#include <mbedtls/platform.h>

#include "base/text.h"
#include "net/verify.h"
#include "net/constraints.h"
#include "net/der.h"

#define NAME_MAX_TEXT	256	/* of a subject or issuer in a message */
#define SHOWN_NAMES_MAX	5
#define NETSCAPE_SERVER	0x40	/* of the bits of a Netscape certificate type */
#define RSA_BITS_MIN	2048	/* as the library's default profile has it */

/* Whose certificates are being parsed; the library's call does not say. */
static struct verification *receiver;

void
verify_init(struct verification *c, const struct trust *trust, const char *host,
    struct fault *f)
{
	memset(c, 0, sizeof *c);
	c->trust = trust;
	c->host = host;
	c->fault = f;
	buf_init(&c->server, BUF_TEXT_MAX);
	buf_init(&c->reasons, BUF_TEXT_MAX);
	buf_init(&c->passed_over, BUF_TEXT_MAX);
	receiver = c;
}

void
verify_free(struct verification *c)
{
	buf_free(&c->server);
	buf_free(&c->reasons);
	buf_free(&c->passed_over);
	if (receiver == c)
		receiver = NULL;
}

/* Extensions by what their OBJECT IDENTIFIERs contain. */
static const unsigned char oid_name_constraints[] = { 0x55, 0x1d, 0x1e };
static const unsigned char oid_policy_constraints[] = { 0x55, 0x1d, 0x24 };
static const unsigned char oid_alt_names[] = { 0x55, 0x1d, 0x11 };
static const unsigned char oid_netscape_type[] = { 0x60, 0x86, 0x48, 0x01,
    0x86, 0xf8, 0x42, 0x01, 0x01 };

#define DER_OF(array)	((struct der){ (array), (array) + sizeof (array) })

static struct der
as_der(const mbedtls_x509_buf *b)
{
	return (struct der){ b->p, b->p + b->len };
}

static bool
same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool
is_id(const mbedtls_x509_buf *oid, struct der id)
{
	struct der other = as_der(oid);

	return der_same(&other, &id);
}

/* Called for extensions that the library does not know: constraints on names
 * are judged in verify_inspect(). */
static int
accept_extension(void *ctx, const mbedtls_x509_crt *crt,
    const mbedtls_x509_buf *oid, int critical, const unsigned char *p,
    const unsigned char *end)
{
	(void)ctx;
	(void)crt;
	(void)critical;
	(void)p;
	(void)end;
	return is_id(oid, DER_OF(oid_name_constraints)) ? 0 :
	    MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

/* RFC 5280, 6.1.1: policies are no business of a trust anchor's. */
static int
accept_anchor_extension(void *ctx, const mbedtls_x509_crt *crt,
    const mbedtls_x509_buf *oid, int critical, const unsigned char *p,
    const unsigned char *end)
{
	return is_id(oid, DER_OF(oid_policy_constraints)) ? 0 :
	    accept_extension(ctx, crt, oid, critical, p, end);
}

/* Kinds of keys that servers have and the library has not, by what is in the
 * OBJECT IDENTIFIER of the algorithm. */
static const struct {
	const char	*id;
	const char	*text;
} unsupported_keys[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a",
	    "an RSASSA-PSS key (one that may sign with RSASSA-PSS only)" },
	{ "\x2b\x65\x70", "an Ed25519 key" },
	{ "\x2b\x65\x71", "an Ed448 key" },
	{ "\x2a\x86\x48\xce\x38\x04\x01", "a DSA key" },
};

/* "an Ed25519 key" */
static void
add_key_kind(struct buf *b, struct der key)
{
	struct der info, algorithm, id;
	unsigned int tag;
	size_t i;

	if (der_take(&key, &tag, &info) && der_take(&info, &tag, &algorithm) &&
	    der_take(&algorithm, &tag, &id))
		for (i = 0; i < sizeof unsupported_keys /
		    sizeof unsupported_keys[0]; i++)
			if (strlen(unsupported_keys[i].id) ==
			    (size_t)(id.end - id.p) &&
			    memcmp(unsupported_keys[i].id, id.p,
			    (size_t)(id.end - id.p)) == 0) {
				buf_adds(b, unsupported_keys[i].text);
				return;
			}
	buf_adds(b, "a key of a kind or on a curve");
}

#define HIGH_PART	0xff80	/* of an error code without its sign */

bool
verify_is_code(int rc, int code)
{
	return rc == code || (-rc & HIGH_PART) == -code;
}

/* What is not supported in a certificate; false if it is not that. */
static bool
add_unsupported(struct buf *b, int rc, const unsigned char *der, size_t len)
{
	struct der_certificate c;

	if ((verify_is_code(rc, MBEDTLS_ERR_PK_UNKNOWN_PK_ALG) ||
	    verify_is_code(rc, MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE)) &&
	    der_read_certificate(der, len, &c)) {
		add_key_kind(b, c.key);
		buf_adds(b, " that is not supported (" CHAIN_SUPPORTED ")");
	} else if (verify_is_code(rc, MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG)) {
		buf_adds(b, "a signature of a kind that is not supported ("
		    CHAIN_SUPPORTED ", with SHA-256 or better)");
	} else if (verify_is_code(rc, MBEDTLS_ERR_X509_INVALID_EXTENSIONS) ||
	    verify_is_code(rc, MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE)) {
		buf_adds(b, "an extension that is critical and not supported, "
		    "or broken");
	} else {
		return false;
	}
	return true;
}

int
__wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *list,
    const unsigned char *der, size_t len)
{
	bool first = list->version == 0;
	struct buf what;
	int rc;

	rc = mbedtls_x509_crt_parse_der_with_ext_cb(list, der, len, 1,
	    accept_extension, NULL);
	if (rc == 0 || receiver == NULL)
		return rc;
	buf_init(&what, BUF_TEXT_MAX);
	if (add_unsupported(&what, rc, der, len)) {
		if (!first) {
			buf_add(&receiver->passed_over, der, len);
			rc = 0;
		} else {
			buf_addf(&receiver->reasons, "the server's certificate "
			    "has %s", buf_str(&what));
			/* The library would pass over some. */
			rc = MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
		}
	}
	buf_free(&what);
	return rc;
}

/*
 * Whether the child names another key as its issuer's than this one has
 * (RFC 5280, 4.2.1.1), which OpenSSL refuses.
 */
static bool
names_another_key(const mbedtls_x509_crt *child, const mbedtls_x509_crt *issuer)
{
	const mbedtls_x509_buf *named = &child->authority_key_id.keyIdentifier;

	return named->len > 0 && issuer->subject_key_id.len > 0 &&
	    !same(named, &issuer->subject_key_id);
}

/* Reads the n-th trusted certificate; what goes wrong ends the handshake. */
static bool
read_trusted(struct verification *c, size_t n, struct buf *der)
{
	buf_init(der, BUF_TEXT_MAX);
	c->status = trust_read(c->trust, n, der, c->fault);
	if (c->status != STATUS_OK)
		buf_free(der);
	return c->status == STATUS_OK;
}

/* Whether a trusted certificate may be the child's issuer.  One of version 1 or
 * 2 has nothing that makes it an authority, but if it is a root. */
static bool
fits(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *child)
{
	return !names_another_key(child, crt) && (crt->version == 3 ||
	    same(&crt->issuer_raw, &crt->subject_raw));
}

/* Adds the n-th trusted certificate to the list; *list is the first. */
static int
add_anchor(struct verification *c, size_t n, const mbedtls_x509_crt *child,
    mbedtls_x509_crt **list)
{
	mbedtls_x509_crt *crt;
	struct buf der;
	int rc;

	if (!read_trusted(c, n, &der))
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	/* With the library's allocator: the library frees the list. */
	if ((crt = mbedtls_calloc(1, sizeof *crt)) == NULL) {
		buf_free(&der);
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	}
	mbedtls_x509_crt_init(crt);
	rc = mbedtls_x509_crt_parse_der_with_ext_cb(crt,
	    (unsigned char *)der.data, der.len, 1, accept_anchor_extension,
	    NULL);
	buf_free(&der);
	if (rc == 0 && fits(crt, child)) {
		crt->next = *list;
		*list = crt;
		return 0;
	}
	mbedtls_x509_crt_free(crt);
	mbedtls_free(crt);
	/* An anchor of an unknown kind is as good as none. */
	c->unfit = c->unfit || rc != 0;
	return rc == MBEDTLS_ERR_X509_ALLOC_FAILED ? rc : 0;
}

/* Moves what the list has of the child's issuers behind *end: first those with
 * the key that the child names. */
static mbedtls_x509_crt *
move_issuers(const mbedtls_x509_crt *child, mbedtls_x509_crt **list,
    mbedtls_x509_crt *end, bool with_key)
{
	mbedtls_x509_crt *crt;

	while ((crt = *list) != NULL)
		if (same(&crt->subject_raw, &child->issuer_raw) &&
		    (!with_key || !names_another_key(child, crt))) {
			*list = crt->next;
			end->next = crt;
			end = crt;
		} else {
			list = &crt->next;
		}
	return end;
}

/*
 * Brings what the server sent behind its own certificate in order: the library
 * looks for a certificate's issuer behind it only.  RFC 8446, 4.4.2 asks
 * clients to be prepared.
 */
static void
sort(mbedtls_x509_crt *server)
{
	mbedtls_x509_crt *child, *end = server, *rest = server->next;

	for (child = server; child != NULL; child = child->next) {
		end->next = NULL;
		end = move_issuers(child, &rest, end, true);
		end = move_issuers(child, &rest, end, false);
	}
	end->next = rest;
}

/* The anchors that may have signed the child; called once a certificate. */
int
verify_find_anchors(void *ctx, const mbedtls_x509_crt *child,
    mbedtls_x509_crt **candidates)
{
	struct verification *c = ctx;
	struct der issuer = as_der(&child->issuer_raw);
	size_t n;
	int rc = 0;

	*candidates = NULL;
	/* The first is the server's own.  The list is the library's, which
	 * lends it unchangeable here but goes on to search it. */
	if (!c->sorted)
		sort((mbedtls_x509_crt *)(uintptr_t)child);
	c->sorted = true;
	for (n = trust_find(c->trust, 0, &issuer);
	    rc == 0 && n < trust_count(c->trust);
	    n = trust_find(c->trust, n + 1, &issuer))
		rc = add_anchor(c, n, child, candidates);
	return rc;
}

/* A self-issued certificate that is itself among the trusted ones; they are
 * found above only if they are a CA's. */
static bool
is_trusted(struct verification *c, const mbedtls_x509_crt *crt)
{
	struct der subject = as_der(&crt->subject_raw);
	bool is = false;
	struct buf der;
	size_t n;

	if (!same(&crt->issuer_raw, &crt->subject_raw))
		return false;
	for (n = trust_find(c->trust, 0, &subject);
	    !is && n < trust_count(c->trust);
	    n = trust_find(c->trust, n + 1, &subject)) {
		if (!read_trusted(c, n, &der))
			return false;
		is = der.len == crt->raw.len &&
		    memcmp(der.data, crt->raw.p, der.len) == 0;
		buf_free(&der);
	}
	return is;
}

static void
add_day(struct buf *b, const mbedtls_x509_time *t)
{
	buf_addf(b, "%04d-%02d-%02d", t->year, t->mon, t->day);
}

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

static void
add_name(struct buf *b, const mbedtls_x509_name *name)
{
	char text[NAME_MAX_TEXT];
	int n = mbedtls_x509_dn_gets(text, sizeof text, name);

	if (n > 0)
		buf_adds(b, text);
	else
		buf_adds(b, n == 0 ? "(no name)" :
		    "(a name too long to show)");
}

/* "(CN=x, issued by CN=y, valid from 2026-01-01 to 2026-03-31)" */
static void
add_certificate(struct buf *b, const mbedtls_x509_crt *crt)
{
	buf_addc(b, '(');
	add_name(b, &crt->subject);
	if (same(&crt->issuer_raw, &crt->subject_raw)) {
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

/* What a wildcard stands for, as with OpenSSL. */
static bool
is_plain_label(const char *p, size_t len)
{
	for (; len > 0; p++, len--)
		if (!text_is_alnum(*p) && *p != '-')
			return false;
	return true;
}

/*
 * RFC 9525, 6.3: a wildcard stands for the whole first label.  There must be
 * two more: nobody can speak for all of a top-level domain.
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

/*
 * RFC 9110, 4.3.4 and 4.3.5: a dNSName for a name, an iPAddress for an
 * address.  mbedTLS falls back to CN, takes a dNSName for an address, and a
 * uniformResourceIdentifier for a name.
 */
static bool
is_for(const mbedtls_x509_crt *crt, const char *host)
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
		if (ip_len > 0 ? san->buf.tag == NAME_IP &&
		    san->buf.len == ip_len &&
		    memcmp(san->buf.p, &ip, ip_len) == 0 :
		    san->buf.tag == NAME_DNS &&
		    is_dns_name_of(&san->buf, host, len))
			return true;
	return false;
}

/* The names that a certificate is for: its dNSName and iPAddress entries. */
static void
add_alt_names(struct buf *b, const mbedtls_x509_crt *crt)
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
		buf_adds(b, ": it is for none that counts (one in CN does "
		    "not)");
	else if (san != NULL)
		buf_adds(b, ", ...");
}

/* Of the server's own certificate the library tells a weak key, too. */
static void
add_weakness(struct buf *b, const mbedtls_x509_crt *crt, int depth)
{
	size_t bits = mbedtls_pk_get_bitlen(&crt->pk);

	if (depth == 0 && mbedtls_pk_get_type(&crt->pk) == MBEDTLS_PK_RSA &&
	    bits < RSA_BITS_MIN)
		buf_addf(b, " has an RSA key of %zu bits, which is too weak "
		    "(%d are the least)", bits, RSA_BITS_MIN);
	else
		buf_adds(b, " has, or is signed with, a key too weak or of a "
		    "kind that is not supported");
}

static bool
is_sha1(const mbedtls_x509_crt *crt)
{
	return MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS1_SHA1, &crt->sig_oid) == 0 ||
	    MBEDTLS_OID_CMP(MBEDTLS_OID_ECDSA_SHA1, &crt->sig_oid) == 0;
}

/* Begins a reason; what follows is a verb. */
static struct buf *
begin_reason(struct verification *c, const mbedtls_x509_crt *crt, int depth)
{
	struct buf *b = &c->reasons;

	if (b->len > 0)
		buf_adds(b, "; ");
	buf_adds(b, depth == 0 ? "the server's certificate " :
	    c->anchored && crt == c->seen[0] ?
	    "a certificate that is trusted here " :
	    "a certificate of the server's chain ");
	add_certificate(b, crt);
	return b;
}

static void
add_reasons(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    uint32_t flags)
{
	struct buf *b;

	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		b = begin_reason(c, crt, depth);
		buf_adds(b, " has expired: ");
		add_clock(b);
	}
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		b = begin_reason(c, crt, depth);
		buf_adds(b, " is not yet valid: ");
		add_clock(b);
		buf_adds(b, ", which is the first thing to check");
	}
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
		b = begin_reason(c, crt, depth);
		buf_addf(b, " is not for the name %s", c->host);
		add_alt_names(b, crt);
	}
	if (flags & MBEDTLS_X509_BADCERT_BAD_MD) {
		b = begin_reason(c, crt, depth);
		buf_addf(b, " is signed with %s, which is too weak",
		    is_sha1(crt) ? "SHA-1" : "a hash of a kind");
	}
	if (flags & (MBEDTLS_X509_BADCERT_BAD_PK |
	    MBEDTLS_X509_BADCERT_BAD_KEY))
		add_weakness(begin_reason(c, crt, depth), crt, depth);
}

/* Whether a certificate of this subject was sent and is of no use. */
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

/* Who is missing above the last certificate.  `sent` is the server's own and
 * those that it sent along. */
static void
add_missing(struct verification *c, const mbedtls_x509_crt *sent)
{
	const mbedtls_x509_crt *last = c->untrusted;
	struct buf *b = begin_reason(c, last, last != sent);
	struct der issuer = as_der(&last->issuer_raw);

	if (same(&last->issuer_raw, &last->subject_raw)) {
		buf_adds(b, " is not trusted here");
		return;
	}
	if (c->unfit) {
		buf_adds(b, " has an issuer that is trusted here, but with a "
		    "key, signature or extension of a kind that is not "
		    "supported (" CHAIN_SUPPORTED ")");
		return;
	}
	if (trust_find(c->trust, 0, &issuer) < trust_count(c->trust)) {
		buf_adds(b, " has an issuer of whose name a certificate is "
		    "trusted here, but that one did not sign it (another key, "
		    "an older one maybe), or may not (no CA, or for fewer "
		    "links)");
		return;
	}
	for (; sent != NULL; sent = sent->next)
		if (sent != last && same(&sent->subject_raw,
		    &last->issuer_raw))
			break;
	buf_adds(b, " has an issuer that is not trusted here, and whose "
	    "certificate the server ");
	if (was_passed_over(c, &issuer))
		buf_adds(b, "sent, but with a key, signature or critical "
		    "extension of a kind that is not supported");
	else
		buf_adds(b, sent != NULL ? "sent, but that one did not sign "
		    "this one, or may not" : "did not send (as it must if "
		    "that is an intermediate)");
}

/* What an extension contains; false if it is not there. */
static bool
find_extension(const mbedtls_x509_crt *crt, struct der id, struct der *value)
{
	struct der extensions = as_der(&crt->v3_ext);

	return der_find_extension(&extensions, &id, value);
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
		buf_add(b, name->value.p, len < NAME_MAX_TEXT ? len :
		    NAME_MAX_TEXT);
	else
		buf_adds(b, name->tag == NAME_DIRECTORY ?
		    "the subject of one below it" :
		    "a name of one below it");
}

/* The host, which a wildcard may hide. */
static enum constraint
judge_host(const struct verification *c, const struct der *constraints,
    struct general_name *name)
{
	const unsigned char *host = (const unsigned char *)c->host;
	size_t len = strlen(c->host);
	struct in6_addr ip;

	/* Addresses are compared with the certificate's, byte by byte. */
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
 * RFC 5280, 6.1.3 (b) and (c), except that constraints of an anchor count like
 * any other's: whoever limits a root of his own means it.
 */
static void
check_names(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    const mbedtls_x509_crt *above, uint32_t *flags)
{
	struct certificate_names names = { as_der(&crt->subject_raw),
	    { NULL, NULL }, depth == 0 };
	enum constraint result = CONSTRAINT_UNKNOWN;
	struct general_name culprit = { 0, { NULL, NULL } };
	struct der constraints;
	struct buf *b;

	if (!find_extension(above, DER_OF(oid_name_constraints), &constraints))
		return;
	find_extension(crt, DER_OF(oid_alt_names), &names.alt_names);
	if (constraints_are_sound(&constraints))
		result = constraints_check(&constraints, &names, &culprit);
	if (result == CONSTRAINT_KEPT && depth == 0)
		result = judge_host(c, &constraints, &culprit);
	if (result == CONSTRAINT_KEPT)
		return;
	*flags |= MBEDTLS_X509_BADCERT_OTHER;
	b = begin_reason(c, above, 1);
	if (result == CONSTRAINT_BROKEN) {
		buf_adds(b, " may not sign for ");
		add_general_name(b, &culprit);
		buf_adds(b, ": its name constraints forbid that");
	} else {
		buf_adds(b, " limits the names that it may sign for in a way "
		    "that cannot be checked here");
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
	    MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH))
	    != 0)
		return false;
	if (depth > 0 || !find_extension(crt, DER_OF(oid_netscape_type), &type))
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
		buf_adds(begin_reason(c, crt, depth), depth == 0 ?
		    " may not be used for a server: its extended key usage "
		    "does not include that" : " may not sign for servers: its "
		    "extended key usage is for something else");
	}
	/* What TLS 1.3 and ECDHE ask for. */
	if (depth == 0 && mbedtls_x509_crt_check_key_usage(crt,
	    MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0) {
		*flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
		buf_adds(begin_reason(c, crt, depth), " may not be used for a "
		    "server: its key usage does not include digital "
		    "signatures");
	}
}

static void
check_extensions(struct verification *c, const mbedtls_x509_crt *crt, int depth,
    uint32_t *flags)
{
	struct der extensions = as_der(&crt->v3_ext);
	size_t i;

	if (der_repeats_extension(&extensions)) {
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
		buf_adds(begin_reason(c, crt, depth),
		    " has an extension twice");
	}
	check_usage(c, crt, depth, flags);
	if (c->seen_count > 1 &&
	    names_another_key(crt, c->seen[c->seen_count - 2])) {
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
		buf_adds(begin_reason(c, crt, depth), " names another key as "
		    "its issuer's than the certificate above it has");
	}
	/* RFC 5280, 6.1.3 (b): an authority may issue itself another. */
	if (depth > 0 && same(&crt->issuer_raw, &crt->subject_raw))
		return;
	for (i = 0; i + 1 < c->seen_count; i++)
		check_names(c, crt, depth, c->seen[i], flags);
}

/* The server's own certificate. */
static int
inspect_server(struct verification *c, const mbedtls_x509_crt *crt,
    uint32_t *flags)
{
	add_certificate(&c->server, crt);
	if (!is_for(crt, c->host))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) && is_trusted(c, crt))
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	return c->status == STATUS_OK ? 0 : MBEDTLS_ERR_X509_FATAL_ERROR;
}

/* Sees every certificate of the chain, from the root down to the server's. */
int
verify_inspect(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct verification *c = ctx;
	int rc;

	if (c->seen_count == CHAIN_MAX)
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	if (c->seen_count == 0)
		c->anchored = depth > 0 &&
		    !(*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
	c->seen[c->seen_count++] = crt;
	if (depth == 0 && (rc = inspect_server(c, crt, flags)) != 0)
		return rc;
	if (*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		c->untrusted = crt;
	add_reasons(c, crt, depth, *flags);
	check_extensions(c, crt, depth, flags);
	if (depth == 0 && c->untrusted != NULL)
		add_missing(c, crt);
	return 0;
}

static void
add_advice(const struct verification *c, const char *via, struct fault *f)
{
	const struct trust *t = c->trust;

	if (trust_count(t) == 0)
		fault_add(f, ". No CA certificates were found on this "
		    "machine; name a PEM file with --cacert or SSL_CERT_FILE");
	else
		fault_add(f, ". Trusted here: %zu certificate%s from %s; a "
		    "private CA is added with NODE_EXTRA_CA_CERTS or named "
		    "with --cacert, as a PEM file", trust_count(t),
		    trust_count(t) == 1 ? "" : "s", trust_origin(t));
	if (trust_skipped(t) > 0)
		fault_add(f, " (%zu broken one%s skipped)", trust_skipped(t),
		    trust_skipped(t) == 1 ? " was" : "s were");
	if (*trust_left_out(t) != '\0')
		fault_add(f, ". %s", trust_left_out(t));
	if (via != NULL)
		fault_add(f, ". The connection goes through the proxy %s, "
		    "which may inspect TLS and sign with a CA of its own: ask "
		    "whoever runs it for that CA's certificate", via);
}

enum status
verify_fault(struct verification *c, const char *who, const char *via,
    uint32_t flags, struct fault *f)
{
	if (c->status != STATUS_OK)
		return c->status;
	fault_set_lasting(f, STATUS_TLS, "%s: ", who);
	if (c->reasons.len > 0)
		fault_add(f, "%s", buf_str(&c->reasons));
	else
		fault_add(f, "the server's certificate %s was refused (flags "
		    "%#x)", buf_str(&c->server), (unsigned int)flags);
	if (c->untrusted != NULL)
		add_advice(c, via, f);
	return STATUS_TLS;
}
