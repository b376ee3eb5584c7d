/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#else
#define MBEDTLS_ERR_NET_RECV_FAILED -0x004C
#define MBEDTLS_ERR_NET_SEND_FAILED -0x004E
#endif

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/crypto.h"
#include "net/reasons.h"
#include "net/tls.h"
#include "net/tls_text.h"
#include "net/verify.h"

#define INPUT_SIZE 16384 /* one record takes two reads instead of twenty */
#define GOODBYE_MS 100   /* a close_notify is a courtesy */

struct tls {
	struct conn conn;
	struct verification verification; /* during the handshake */
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;

	/* A write has failed.  The library may still hold a record that its
	 * next write would send, and a dispatch that was given up must not be
	 * sent after all. */
	bool broken;
	bool heard; /* a byte of the peer's data has come */

	/* The certificates that proved who the peer is. */
	char *server, *top;

	/* What mbedTLS's callbacks need and leave during a call. */
	int64_t deadline_ms;
	struct fault *fault;
	enum status below_status;

	unsigned char input[INPUT_SIZE];
	size_t input_at, input_len;
};

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
		t->below_status = conn_read(t->conn.below, (char *)t->input,
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

	if (t->broken)
		return MBEDTLS_ERR_NET_SEND_FAILED;
	t->below_status = conn_write(
	    t->conn.below, (const char *)data, len, t->deadline_ms, t->fault);
	return t->below_status == STATUS_OK ? (int)len
					    : MBEDTLS_ERR_NET_SEND_FAILED;
}

/* Sets what the callbacks need for the call that begins. */
static void
tls_begin(struct tls *t, int64_t deadline_ms, struct fault *f)
{
	t->deadline_ms = deadline_ms;
	t->fault = f;
	t->below_status = STATUS_OK;
}

/* After these results, the same call is to be made again. */
static bool
is_transient(int rc)
{
	return rc == MBEDTLS_ERR_SSL_WANT_READ ||
	    rc == MBEDTLS_ERR_SSL_WANT_WRITE ||
	    rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
}

/* The number of the alert that has just been received; only the record itself
 * has it. */
static unsigned int
alert_number(const struct tls *t)
{
	return t->ssl.MBEDTLS_PRIVATE(in_msg)[1];
}

static void
add_alert(unsigned int number, struct fault *f)
{
	fault_add(f, "%s (TLS alert %u)", tls_text_alert(number), number);
}

/* An alert has come where there should be data. */
static enum status
refused(const struct tls *t, struct fault *f)
{
	/* RFC 8446, 4.4.2.4: this comes instead of the end of the server's
	 * handshake, before which it processes nothing.  Other alerts may come
	 * at any time. */
	if (!t->heard && alert_number(t) == TLS_ALERT_CERTIFICATE_REQUIRED &&
	    mbedtls_ssl_get_version_number(&t->ssl) ==
		MBEDTLS_SSL_VERSION_TLS1_3)
		fault_set_lasting(f, STATUS_TLS, "%s: ", t->conn.who);
	else
		fault_set(f, STATUS_CLOSED, "%s: ", t->conn.who);
	add_alert(alert_number(t), f);
	return f->status;
}

static enum status
tls_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct tls *t = (void *)c;
	int rc;

	tls_begin(t, deadline_ms, f);
	do
		rc = mbedtls_ssl_read(&t->ssl, (unsigned char *)data, size);
	while (is_transient(rc));
	*got = rc > 0 ? (size_t)rc : 0;
	t->heard = t->heard || rc > 0;
	*clean = rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
	if (rc >= 0 || *clean || rc == MBEDTLS_ERR_SSL_CONN_EOF)
		return STATUS_OK;
	if (t->below_status != STATUS_OK)
		return t->below_status;
	if (rc != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		return fault_set(f, STATUS_CLOSED,
		    "%s: TLS read failed (-0x%04x)", t->conn.who,
		    (unsigned int)-rc);
	return refused(t, f);
}

/* Sending has failed.  A peer that refuses may have said why before it
 * closed. */
static enum status
write_failed(struct tls *t, struct fault *f)
{
	enum status status = t->below_status;
	struct fault ignored;
	unsigned char byte;
	int rc;

	t->broken = true;
	if (status != STATUS_CLOSED || t->heard)
		return status;
	tls_begin(t, clock_after(&clock_system, GOODBYE_MS), &ignored);
	do
		rc = mbedtls_ssl_read(&t->ssl, &byte, sizeof byte);
	while (is_transient(rc));
	return rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? refused(t, f)
							 : status;
}

static enum status
tls_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct tls *t = (void *)c;
	int rc;

	tls_begin(t, deadline_ms, f);
	while (len > 0) {
		rc = mbedtls_ssl_write(
		    &t->ssl, (const unsigned char *)data, len);
		if (rc > 0) {
			data += rc;
			len -= (size_t)rc;
		} else if (t->below_status != STATUS_OK) {
			return write_failed(t, f);
		} else if (!is_transient(rc)) {
			t->broken = true;
			return fault_set(f, STATUS_CLOSED,
			    "%s: TLS write failed (-0x%04x)", t->conn.who,
			    (unsigned int)-rc);
		}
	}
	return STATUS_OK;
}

static void
tls_free(struct tls *t)
{
	conn_close(t->conn.below);
	mbedtls_ssl_free(&t->ssl);
	mbedtls_ssl_config_free(&t->config);
	verify_free(&t->verification);
	free(t->conn.who);
	free(t->server);
	free(t->top);
	free(t);
}

static void
tls_close(struct conn *c)
{
	struct tls *t = (void *)c;
	struct fault ignored;

	if (!t->broken) {
		tls_begin(t, clock_after(&clock_system, GOODBYE_MS), &ignored);
		mbedtls_ssl_close_notify(&t->ssl);
	}
	tls_free(t);
}

static uint64_t
tls_sent(const struct conn *c)
{
	return conn_sent(c->below);
}

static bool
tls_quiet(struct conn *c)
{
	struct tls *t = (void *)c;

	return t->input_at == t->input_len &&
	    mbedtls_ssl_get_bytes_avail(&t->ssl) == 0 &&
	    conn_is_quiet(t->conn.below);
}

static void
tls_describe(const struct conn *c, struct buf *out)
{
	const struct tls *t = (const void *)c;

	conn_describe(t->conn.below, out);
	buf_addf(out, ", %s, certificate %s, trusted because of %s",
	    mbedtls_ssl_get_version(&t->ssl), t->server, t->top);
}

static const struct conn_ops tls_ops = { tls_read, tls_write, tls_close,
	tls_sent, tls_quiet, tls_describe };

/*
 * A server may refuse and close before it has been sent everything: then
 * sending fails, but its alert has come.  It has a level and a number (RFC
 * 5246, 7.2), and is not encrypted until keys are in use.
 */
static bool
take_alert(struct tls *t, unsigned int *number)
{
	unsigned char record[7];
	struct fault ignored;
	size_t len;
	int n;

	tls_begin(t, clock_after(&clock_system, GOODBYE_MS), &ignored);
	for (len = 0; len < sizeof record; len += (size_t)n)
		if ((n = bio_receive(t, record + len, sizeof record - len)) <=
		    0)
			return false;
	*number = record[6];
	return record[0] == MBEDTLS_SSL_MSG_ALERT && record[3] == 0 &&
	    record[4] == 2 && record[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
}

static enum status
handshake_fault(struct tls *t, int rc, const char *via, struct fault *f)
{
	enum status below_status = t->below_status;
	unsigned int number;
	const char *text;
	bool lasting;

	if (t->verification.anchors.status != STATUS_OK)
		return t->verification.anchors.status;
	if (rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ||
	    (rc == MBEDTLS_ERR_NET_SEND_FAILED &&
		below_status == STATUS_CLOSED && take_alert(t, &number))) {
		if (rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
			number = alert_number(t);
		fault_set_lasting(f, STATUS_TLS, "%s: ", t->conn.who);
		add_alert(number, f);
		return STATUS_TLS;
	}
	if (below_status != STATUS_OK) {
		/* The stream below has said what happened, but not when. */
		if (!status_is_signal(below_status))
			fault_add(f, " (during the TLS handshake)");
		return below_status;
	}
	if (rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED ||
	    rc == MBEDTLS_ERR_SSL_BAD_CERTIFICATE ||
	    t->verification.reasons.len > 0)
		return reasons_fault(&t->verification, t->conn.who, via,
		    mbedtls_ssl_get_verify_result(&t->ssl), f);
	text = tls_text_error(rc, &lasting);
	if (text != NULL)
		fault_set(f, STATUS_TLS, "%s: %s", t->conn.who, text);
	else
		fault_set(f, STATUS_TLS,
		    "%s: TLS handshake failed (mbed TLS error -0x%04x)",
		    t->conn.who, (unsigned int)-rc);
	f->lasting = lasting;
	return STATUS_TLS;
}

/* AES-GCM comes first.  The library prefers ChaCha20, which is five times the
 * work on a processor with AES instructions. */
static const int cipher_suites[] = { MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0 };

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
	mbedtls_ssl_conf_rng(
	    c, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
#endif
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_ciphersuites(c, cipher_suites);
	mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_cb(c, anchors_find, &t->verification.anchors);
	mbedtls_ssl_conf_verify(c, verify_inspect, &t->verification);
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
	t->conn.below = below;
	t->conn.who = xstrdup(peer->who);
	verify_init(&t->verification, trust, peer->host, f);
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	if (!crypto_start()) {
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
		status = handshake_fault(t, rc, peer->via, f);
		tls_free(t);
		return status;
	}
	t->server = buf_take(&t->verification.server);
	t->top = buf_take(&t->verification.top);
	verify_free(&t->verification);
	log_debug("%s: %s, %s", peer->who, mbedtls_ssl_get_version(&t->ssl),
	    mbedtls_ssl_get_ciphersuite(&t->ssl));
	*out = &t->conn;
	return STATUS_OK;
}
