/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stddef.h>

#include <mbedtls/ssl.h>

#include "net/certificate.h"
#include "net/tls_text.h"

#define TOO_OLD "the server speaks neither TLS 1.2 nor TLS 1.3"
#define UNKNOWN_KIND                                          \
	"a certificate of the server has a key or signature " \
	"of a type that is not supported (" CERTIFICATE_KEYS ")"

const char *
tls_text_alert(unsigned int number)
{
	static const struct {
		unsigned int number;
		const char *text;
	} alerts[] = {
		{ MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE,
		    "the server found nothing in common with this program (TLS "
		    "1.2 or 1.3, ECDHE with AES-GCM or ChaCha20, an RSA key or "
		    "an ECDSA key on P-256, P-384 or P-521; RSASSA-PSS and "
		    "Ed25519 keys are not supported), or it requires a client "
		    "certificate, which this program cannot send" },
		{ MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY,
		    "the server requires ciphers that this program lacks" },
		{ MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION, TOO_OLD },
		{ MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME,
		    "the server does not know the name that was requested" },
		{ TLS_ALERT_CERTIFICATE_REQUIRED,
		    "the server requires a client certificate, which this "
		    "program cannot send" },
		{ MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED,
		    "the server refused access" },
		{ MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR,
		    "the server had an internal error" },
	};
	size_t i;

	for (i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
		if (alerts[i].number == number)
			return alerts[i].text;
	return "the server refused TLS";
}

static const struct {
	int code;
	bool lasting;
	const char *text;
} errors[] = {
	{ MBEDTLS_ERR_SSL_CONN_EOF, false,
	    "closed by the peer during the TLS handshake" },
	{ MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, false,
	    "closed by the peer during the TLS handshake" },
	/* The library's buffer is full; in a handshake, this error means
	 * nothing else. */
	{ MBEDTLS_ERR_SSL_BAD_INPUT_DATA, true,
	    "a message of the server's handshake has more than 16 KiB, which "
	    "is too long: most likely its certificates; a chain of fewer "
	    "certificates, or with fewer names in them, would work" },
	{ MBEDTLS_ERR_SSL_INVALID_RECORD, true,
	    "this port does not speak TLS; is it for plain http, or for "
	    "something else?" },
	{ MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, true, TOO_OLD },
	{ MBEDTLS_ERR_X509_INVALID_EXTENSIONS, true,
	    "a certificate of the server's chain has a critical extension that "
	    "is not supported (constraints on policies, perhaps) or a broken "
	    "one, so that it must be refused; only another chain can fix that "
	    "(perhaps the same one without its root)" },
	{ MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG, true, UNKNOWN_KIND },
	{ MBEDTLS_ERR_PK_UNKNOWN_PK_ALG, true, UNKNOWN_KIND },
	{ MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE, true, UNKNOWN_KIND },
	{ MBEDTLS_ERR_X509_INVALID_FORMAT, true,
	    "a certificate of the server's chain is broken" },
	{ MBEDTLS_ERR_X509_FATAL_ERROR, true,
	    "the server's chain of certificates is too long" },
};

const char *
tls_text_error(int rc, bool *lasting)
{
	size_t i;

	*lasting = true;
	for (i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (certificate_is_error(rc, errors[i].code)) {
			*lasting = errors[i].lasting;
			return errors[i].text;
		}
	return NULL;
}
