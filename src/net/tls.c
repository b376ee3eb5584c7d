#include "compat.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#else
#define MBEDTLS_ERR_NET_RECV_FAILED	-0x004C
#define MBEDTLS_ERR_NET_SEND_FAILED	-0x004E
#endif

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "net/tls.h"

#define INPUT_SIZE	16384	/* one record: two reads instead of twenty */
#define GOODBYE_MS	100	/* a close_notify is a courtesy */
#define NAME_MAX_TEXT	256	/* of a subject or issuer in a message */

struct tls {
	struct conn		 conn;
	struct conn		*below;
	const char		*who;
	const char		*via;	/* during the handshake only */
	const struct trust	*trust;
	mbedtls_ssl_context	 ssl;
	mbedtls_ssl_config	 config;

	/* A write has failed.  A record may be left in the library's buffer,
	 * which its next write would send: a dispatch that was given up must
	 * not leave after all. */
	bool			 broken;

	/* The call under way: what mbedTLS's callbacks need and leave. */
	int64_t			 deadline_ms;
	struct fault		*fault;
	enum status		 below_status;

	unsigned char		 input[INPUT_SIZE];
	size_t			 input_at, input_len;

	struct buf		 verdict;	/* why the chain was refused */
};

#if defined(MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG)
/* Called by the library instead of a generator of its own. */
psa_status_t
mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
    uint8_t *output, size_t size, size_t *length)
{
	(void)context;
	if (!random_bytes(output, size))
		return PSA_ERROR_INSUFFICIENT_ENTROPY;
	*length = size;
	return PSA_SUCCESS;
}
#endif

const char *
tls_library(void)
{
	return "mbed TLS " MBEDTLS_VERSION_STRING;
}

static int
bio_receive(void *ctx, unsigned char *data, size_t size)
{
	struct tls *t = ctx;
	bool clean;

	if (t->input_at == t->input_len) {
		t->input_at = t->input_len = 0;
		t->below_status = conn_read(t->below, (char *)t->input,
		    sizeof t->input, &t->input_len, &clean, t->deadline_ms,
		    t->fault);
		if (t->below_status != STATUS_OK)
			return MBEDTLS_ERR_NET_RECV_FAILED;
	}
	if (size > t->input_len - t->input_at)
		size = t->input_len - t->input_at;
	memcpy(data, t->input + t->input_at, size);
	t->input_at += size;
	return (int)size;
}

static int
bio_send(void *ctx, const unsigned char *data, size_t len)
{
	struct tls *t = ctx;

	t->below_status = conn_write(t->below, (const char *)data, len,
	    t->deadline_ms, t->fault);
	return t->below_status == STATUS_OK ? (int)len :
	    MBEDTLS_ERR_NET_SEND_FAILED;
}

/* What the callbacks need for the call that begins. */
static void
tls_begin(struct tls *t, int64_t deadline_ms, struct fault *f)
{
	t->deadline_ms = deadline_ms;
	t->fault = f;
	t->below_status = STATUS_OK;
}

/* Results that only ask for the same call again. */
static bool
is_transient(int rc)
{
	return rc == MBEDTLS_ERR_SSL_WANT_READ ||
	    rc == MBEDTLS_ERR_SSL_WANT_WRITE ||
	    rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
}

static enum status
tls_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct tls *t = (struct tls *)c;
	int rc;

	tls_begin(t, deadline_ms, f);
	do
		rc = mbedtls_ssl_read(&t->ssl, (unsigned char *)data, size);
	while (is_transient(rc));
	*got = rc > 0 ? (size_t)rc : 0;
	*clean = rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
	if (rc >= 0 || *clean || rc == MBEDTLS_ERR_SSL_CONN_EOF)
		return STATUS_OK;
	if (t->below_status != STATUS_OK)
		return t->below_status;
	return fault_set(f, STATUS_CLOSED, "%s: TLS read failed (-0x%04x)",
	    t->who, (unsigned int)-rc);
}

static enum status
tls_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct tls *t = (struct tls *)c;
	int rc;

	tls_begin(t, deadline_ms, f);
	while (len > 0) {
		rc = mbedtls_ssl_write(&t->ssl, (const unsigned char *)data,
		    len);
		if (rc > 0) {
			data += rc;
			len -= (size_t)rc;
		} else if (t->below_status != STATUS_OK) {
			t->broken = true;
			return t->below_status;
		} else if (!is_transient(rc)) {
			t->broken = true;
			return fault_set(f, STATUS_CLOSED,
			    "%s: TLS write failed (-0x%04x)", t->who,
			    (unsigned int)-rc);
		}
	}
	return STATUS_OK;
}

static void
tls_free(struct tls *t)
{
	conn_close(t->below);
	mbedtls_ssl_free(&t->ssl);
	mbedtls_ssl_config_free(&t->config);
	buf_free(&t->verdict);
	free(t);
}

static void
tls_close(struct conn *c)
{
	struct tls *t = (struct tls *)c;
	struct fault ignored;

	if (!t->broken) {
		tls_begin(t, clock_after(&clock_system, GOODBYE_MS),
		    &ignored);
		mbedtls_ssl_close_notify(&t->ssl);
	}
	tls_free(t);
}

static uint64_t
tls_sent(const struct conn *c)
{
	return conn_sent(((const struct tls *)c)->below);
}

static bool
tls_quiet(struct conn *c)
{
	struct tls *t = (struct tls *)c;

	return t->input_at == t->input_len &&
	    mbedtls_ssl_get_bytes_avail(&t->ssl) == 0 &&
	    conn_is_quiet(t->below);
}

static const struct conn_ops tls_ops = {
	tls_read, tls_write, tls_close, tls_sent, tls_quiet
};

/*
 * RFC 5280, 6.1.1 (d): of a trust anchor only name and key count.  mbedTLS
 * refuses critical extensions that it does not implement; in a root that
 * somebody configured, constraints on names and policies must not.
 */
static int
accept_anchor_extension(void *ctx, const mbedtls_x509_crt *crt,
    const mbedtls_x509_buf *oid, int critical, const unsigned char *p,
    const unsigned char *end)
{
	static const unsigned char name_constraints[] = { 0x55, 0x1d, 0x1e };
	static const unsigned char policy_constraints[] = { 0x55, 0x1d, 0x24 };

	(void)ctx;
	(void)crt;
	(void)critical;
	(void)p;
	(void)end;
	if (oid->len == 3 && (memcmp(oid->p, name_constraints, 3) == 0 ||
	    memcmp(oid->p, policy_constraints, 3) == 0))
		return 0;
	return MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

/* Adds the n-th trusted certificate to the list; *list is the first. */
static int
add_anchor(const struct trust *trust, size_t n, mbedtls_x509_crt **list)
{
	const unsigned char *der;
	mbedtls_x509_crt *crt;
	size_t len;
	int rc;

	/* With the library's allocator: the library frees the list. */
	if ((crt = mbedtls_calloc(1, sizeof *crt)) == NULL)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	mbedtls_x509_crt_init(crt);
	der = trust_der(trust, n, &len);
	rc = mbedtls_x509_crt_parse_der_with_ext_cb(crt, der, len, 0,
	    accept_anchor_extension, NULL);
	if (rc != 0) {
		mbedtls_x509_crt_free(crt);
		mbedtls_free(crt);
		/* An anchor of an unknown kind is as good as none. */
		return rc == MBEDTLS_ERR_X509_ALLOC_FAILED ? rc : 0;
	}
	crt->next = *list;
	*list = crt;
	return 0;
}

static bool
bytes_equal(const unsigned char *a, size_t a_len, const mbedtls_x509_buf *b)
{
	return a_len == b->len && memcmp(a, b->p, a_len) == 0;
}

/* The anchors that may have signed the child; called once a certificate. */
static int
find_anchors(void *ctx, const mbedtls_x509_crt *child,
    mbedtls_x509_crt **candidates)
{
	const struct trust *trust = ctx;
	const unsigned char *subject;
	size_t i, len;
	int rc;

	*candidates = NULL;
	for (i = 0; i < trust_count(trust); i++) {
		subject = trust_subject(trust, i, &len);
		if (bytes_equal(subject, len, &child->issuer_raw) &&
		    (rc = add_anchor(trust, i, candidates)) != 0)
			return rc;
	}
	return 0;
}

/* A self-issued certificate that is itself among the trusted ones. */
static bool
is_anchor(const struct trust *trust, const mbedtls_x509_crt *crt)
{
	const unsigned char *der;
	size_t i, len;

	if (!bytes_equal(crt->issuer_raw.p, crt->issuer_raw.len,
	    &crt->subject_raw))
		return false;
	for (i = 0; i < trust_count(trust); i++) {
		der = trust_der(trust, i, &len);
		if (bytes_equal(der, len, &crt->raw))
			return true;
	}
	return false;
}

static void
add_time(struct buf *b, const mbedtls_x509_time *t)
{
	buf_addf(b, "%04d-%02d-%02d %02d:%02d UTC", t->year, t->mon, t->day,
	    t->hour, t->min);
}

static void
add_local_time(struct buf *b)
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		buf_addf(b, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static void
add_name(struct buf *b, const mbedtls_x509_name *name)
{
	char text[NAME_MAX_TEXT];

	if (mbedtls_x509_dn_gets(text, sizeof text, name) > 0)
		buf_adds(b, text);
	else
		buf_adds(b, "(a name too long to show)");
}

#define SHOWN_NAMES_MAX	5

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
		if (san->buf.tag == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2)) {
			buf_adds(b, n++ > 0 ? ", " : "");
			buf_add(b, san->buf.p, san->buf.len);
		} else if (san->buf.tag == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)
		    && (san->buf.len == 4 || san->buf.len == 16) &&
		    inet_ntop(san->buf.len == 4 ? AF_INET : AF_INET6,
		    san->buf.p, ip, sizeof ip) != NULL) {
			buf_adds(b, n++ > 0 ? ", " : "");
			buf_adds(b, ip);
		}
	}
	if (n == 0)
		buf_adds(b, "none that counts; a name in CN does not");
	else if (san != NULL)
		buf_adds(b, ", ...");
}

/* Appends one sentence about what is wrong with this certificate. */
static void
add_verdict(struct tls *t, const mbedtls_x509_crt *crt, uint32_t flags)
{
	struct buf *b = &t->verdict;

	if (b->len > 0)
		buf_adds(b, "; ");
	buf_adds(b, "certificate ");
	add_name(b, &crt->subject);
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		buf_adds(b, " expired on ");
		add_time(b, &crt->valid_to);
		buf_adds(b, " (the clock here says ");
		add_local_time(b);
		buf_addc(b, ')');
	}
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		buf_adds(b, " is not yet valid, only from ");
		add_time(b, &crt->valid_from);
		buf_adds(b, " (the clock here says ");
		add_local_time(b);
		buf_addc(b, ')');
	}
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
		buf_adds(b, " is for other names (");
		add_alt_names(b, crt);
		buf_addc(b, ')');
	}
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
		buf_adds(b, " is signed by ");
		add_name(b, &crt->issuer);
		buf_adds(b, ", which is not trusted");
	}
	if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
	    MBEDTLS_X509_BADCERT_BAD_KEY))
		buf_adds(b, " has a signature or key too weak or of a kind "
		    "not accepted");
	if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE |
	    MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
	    MBEDTLS_X509_BADCERT_NS_CERT_TYPE))
		buf_adds(b, " may not be used for a server");
	buf_addf(b, " (flags 0x%x)", (unsigned int)flags);
}

/* Sees every certificate of the chain, from the root down to the server's. */
static int
inspect(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls *t = ctx;

	if (depth == 0) {
		/* mbedTLS falls back to CN; RFC 9110, 4.3.4 does not. */
		if (!mbedtls_x509_crt_has_ext_type(crt,
		    MBEDTLS_X509_EXT_SUBJECT_ALT_NAME))
			*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
		/* Found by anchors' subjects only if it is a CA. */
		if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) &&
		    is_anchor(t->trust, crt))
			*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	}
	if (*flags != 0)
		add_verdict(t, crt, *flags);
	return 0;
}

static enum status
certificate_fault(struct tls *t, struct fault *f)
{
	fault_set_lasting(f, STATUS_TLS, "%s: %s", t->who,
	    t->verdict.len > 0 ? buf_str(&t->verdict) :
	    "the certificate was refused");
	if (strstr(f->text, "not trusted") == NULL)
		return STATUS_TLS;
	if (trust_count(t->trust) == 0)
		fault_add(f, ". No CA certificates were found on this "
		    "machine; name a PEM file with --cacert or SSL_CERT_FILE");
	else
		fault_add(f, ". Trusted are the %zu certificates of %s; a "
		    "private CA is added with NODE_EXTRA_CA_CERTS or named "
		    "with --cacert", trust_count(t->trust),
		    trust_origin(t->trust));
	if (trust_skipped(t->trust) > 0)
		fault_add(f, " (%zu broken ones were skipped)",
		    trust_skipped(t->trust));
	if (t->via != NULL)
		fault_add(f, ". The connection goes through the proxy %s, "
		    "which may inspect TLS and sign with a CA of its own: ask "
		    "whoever runs it for that CA's certificate", t->via);
	return STATUS_TLS;
}

static enum status
handshake_fault(struct tls *t, int rc, struct fault *f)
{
	static const struct {
		int		 code;
		bool		 lasting;
		const char	*text;
	} known[] = {
		{ MBEDTLS_ERR_SSL_CONN_EOF, false,
		    "closed by the peer during the TLS handshake" },
		{ MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, false,
		    "closed by the peer during the TLS handshake" },
		{ MBEDTLS_ERR_SSL_INVALID_RECORD, true,
		    "no TLS is spoken there" },
		{ MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, true,
		    "the server speaks neither TLS 1.2 nor TLS 1.3" },
		{ MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, true,
		    "the server refused the TLS handshake with an alert" },
	};
	size_t i;

	if (t->below_status != STATUS_OK) {
		/* Said by the stream below, except where in time it was. */
		if (!status_is_signal(t->below_status))
			fault_add(f, " (during the TLS handshake)");
		return t->below_status;
	}
	if (rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
		return certificate_fault(t, f);
	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (rc == known[i].code) {
			fault_set(f, STATUS_TLS, "%s: %s", t->who,
			    known[i].text);
			f->lasting = known[i].lasting;
			return STATUS_TLS;
		}
	return fault_set_lasting(f, STATUS_TLS,
	    "%s: TLS handshake failed (mbed TLS error -0x%04x)", t->who,
	    (unsigned int)-rc);
}

/* AES-GCM first: the library would prefer ChaCha20, five times the work where
 * the processor has AES instructions. */
static const int cipher_suites[] = {
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	0
};

static int
configure(struct tls *t, const char *host)
{
	mbedtls_ssl_config *c = &t->config;
	int rc;

	rc = mbedtls_ssl_config_defaults(c, MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (rc != 0)
		return rc;
#if MBEDTLS_VERSION_NUMBER < 0x04000000
	mbedtls_ssl_conf_rng(c, mbedtls_psa_get_random,
	    MBEDTLS_PSA_RANDOM_STATE);
#endif
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_ciphersuites(c, cipher_suites);
	mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_cb(c, find_anchors,
	    (void *)(uintptr_t)t->trust);
	mbedtls_ssl_conf_verify(c, inspect, t);
	if ((rc = mbedtls_ssl_setup(&t->ssl, c)) != 0 ||
	    (rc = mbedtls_ssl_set_hostname(&t->ssl, host)) != 0)
		return rc;
	mbedtls_ssl_set_bio(&t->ssl, t, bio_send, bio_receive, NULL);
	return 0;
}

enum status
tls_open(struct conn **out, struct conn *below, const struct tls_peer *peer,
    const struct trust *trust, int64_t deadline_ms, struct fault *f)
{
	enum status status;
	struct tls *t;
	char *name;
	int rc;

	t = xcalloc(1, sizeof *t);
	t->conn.ops = &tls_ops;
	t->below = below;
	t->who = peer->who;
	t->via = peer->via;
	t->trust = trust;
	buf_init(&t->verdict, BUF_TEXT_MAX);
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	if (psa_crypto_init() != PSA_SUCCESS) {
		tls_free(t);
		return fault_set_lasting(f, STATUS_TLS,
		    "%s: cryptography failed to start", peer->who);
	}

	/* A final dot belongs to DNS, not to certificates. */
	name = xstrdup(peer->host);
	if (*name != '\0' && name[strlen(name) - 1] == '.')
		name[strlen(name) - 1] = '\0';
	rc = configure(t, name);
	free(name);
	tls_begin(t, deadline_ms, f);
	if (rc == 0)
		do
			rc = mbedtls_ssl_handshake(&t->ssl);
		while (is_transient(rc));
	if (rc != 0) {
		status = handshake_fault(t, rc, f);
		tls_free(t);
		return status;
	}
	t->via = NULL;
	log_debug("%s: %s, %s", peer->who, mbedtls_ssl_get_version(&t->ssl),
	    mbedtls_ssl_get_ciphersuite(&t->ssl));
	*out = &t->conn;
	return STATUS_OK;
}
