/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include <mbedtls/platform.h>

#include "net/anchors.h"
#include "net/certificate.h"

/* Reads the n-th trusted certificate; a failure ends the handshake. */
static bool
read_trusted(struct anchors *a, size_t n, struct buf *der)
{
	buf_init(der, BUF_TEXT_MAX);
	a->status = trust_read(a->trust, n, der, a->fault);
	if (a->status != STATUS_OK)
		buf_free(der);
	return a->status == STATUS_OK;
}

/* Whether a trusted certificate may be the child's issuer.  Nothing makes one
 * of version 1 or 2 an authority, unless it is a root. */
static bool
fits(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *child)
{
	return !certificate_names_another_key(child, crt) &&
	    (crt->version == 3 ||
		certificate_same(&crt->issuer_raw, &crt->subject_raw));
}

/* Adds the n-th trusted certificate to the list; *list is the first. */
static int
add_anchor(struct anchors *a, size_t n, const mbedtls_x509_crt *child,
    mbedtls_x509_crt **list)
{
	mbedtls_x509_crt *crt;
	struct buf der;
	int rc;

	if (!read_trusted(a, n, &der))
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	/* The library's allocator is used because the library frees the
	 * list. */
	if ((crt = mbedtls_calloc(1, sizeof *crt)) == NULL) {
		buf_free(&der);
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	}
	mbedtls_x509_crt_init(crt);
	rc = certificate_parse(crt, (unsigned char *)der.data, der.len, true);
	buf_free(&der);
	if (rc == 0 && fits(crt, child)) {
		crt->next = *list;
		*list = crt;
		return 0;
	}
	mbedtls_x509_crt_free(crt);
	mbedtls_free(crt);
	/* An anchor that is not supported is as good as none. */
	a->unfit = a->unfit || rc != 0;
	return rc == MBEDTLS_ERR_X509_ALLOC_FAILED ? rc : 0;
}

/* Moves the child's issuers from the list to behind *end; `with_key`: only
 * those with the key that the child names.  Returns the new end. */
static mbedtls_x509_crt *
move_issuers(const mbedtls_x509_crt *child, mbedtls_x509_crt **list,
    mbedtls_x509_crt *end, bool with_key)
{
	mbedtls_x509_crt *crt;

	while ((crt = *list) != NULL)
		if (certificate_same(&crt->subject_raw, &child->issuer_raw) &&
		    (!with_key || !certificate_names_another_key(child, crt))) {
			*list = crt->next;
			end->next = crt;
			end = crt;
		} else {
			list = &crt->next;
		}
	return end;
}

/*
 * Puts what the server sent behind its own certificate in order: the library
 * looks for an issuer only behind the certificate, and RFC 8446, 4.4.2 asks
 * clients to be prepared for any order.
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

int
anchors_find(
    void *ctx, const mbedtls_x509_crt *child, mbedtls_x509_crt **candidates)
{
	struct anchors *a = ctx;
	struct der issuer = certificate_der(&child->issuer_raw);
	size_t n;
	int rc = 0;

	*candidates = NULL;
	/* The first is the server's own.  The library lends its list as const
	 * here, but searches it further. */
	if (!a->sorted)
		sort((mbedtls_x509_crt *)child);
	a->sorted = true;
	for (n = trust_find(a->trust, 0, &issuer);
	     rc == 0 && n < trust_count(a->trust);
	     n = trust_find(a->trust, n + 1, &issuer))
		rc = add_anchor(a, n, child, candidates);
	return rc;
}

bool
anchors_have(struct anchors *a, const mbedtls_x509_crt *crt)
{
	struct der subject = certificate_der(&crt->subject_raw);
	bool is = false;
	struct buf der;
	size_t n;

	if (!certificate_same(&crt->issuer_raw, &crt->subject_raw))
		return false;
	for (n = trust_find(a->trust, 0, &subject);
	     !is && n < trust_count(a->trust);
	     n = trust_find(a->trust, n + 1, &subject)) {
		if (!read_trusted(a, n, &der))
			return false;
		is = der.len == crt->raw.len &&
		    memcmp(der.data, crt->raw.p, der.len) == 0;
		buf_free(&der);
	}
	return is;
}
