/* SPDX-License-Identifier: ISC */
/*
 * Judges chains of certificates as a TLS handshake would, without one: for each
 * line "HOST ANCHORS CHAIN" of stdin (two files in PEM; the server's own
 * certificate is the first of the chain) it prints "good", or "bad" and why;
 * before all, whose library it is.
 */
#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psa/crypto.h>

#include "base/log.h"
#include "net/pem.h"
#include "net/reasons.h"
#include "net/tls.h"
#include "net/verify.h"

#define LINE_MAX_LEN 4096
#define CHUNK        4096

struct sent {
	mbedtls_x509_crt certificates;
	int rc; /* of the first that was refused */
};

/* As the library does with each certificate of the server's message. */
static void
add_sent(void *ctx, const struct pem_block *block)
{
	struct sent *s = ctx;
	int rc = mbedtls_x509_crt_parse_der(
	    &s->certificates, block->der, block->len);

	if (s->rc == 0)
		s->rc = rc;
}

static void
read_sent(struct sent *s, const char *path)
{
	FILE *file = fopen(path, "r");
	char chunk[CHUNK];
	struct pem pem;
	size_t n;

	mbedtls_x509_crt_init(&s->certificates);
	s->rc = 0;
	if (file == NULL) {
		perror(path);
		exit(2);
	}
	pem_init(&pem, "CERTIFICATE", add_sent, s);
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		pem_feed(&pem, chunk, n);
	pem_finish(&pem);
	fclose(file);
}

static void
judge(const char *host, const char *anchors, const char *path)
{
	struct trust_sources sources = { .cacert = anchors,
		.cacert_from = "anchors" };
	struct trust *trust = NULL;
	struct verification chain;
	struct sent sent;
	struct fault f;
	uint32_t flags = 0;
	int rc;

	if (trust_load(&trust, &sources, &f) != STATUS_OK) {
		printf("bad %s\n", f.text);
		return;
	}
	verify_init(&chain, trust, host, &f);
	read_sent(&sent, path);
	rc = sent.rc != 0
	    ? sent.rc
	    : mbedtls_x509_crt_verify_with_ca_cb(&sent.certificates,
		  anchors_find, &chain.anchors,
		  &mbedtls_x509_crt_profile_default, host, &flags,
		  verify_inspect, &chain);
	if (rc == 0)
		printf("good\n");
	else if ((rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED ||
		     chain.reasons.len > 0) &&
	    reasons_fault(&chain, host, NULL, flags, &f) != STATUS_OK)
		printf("bad %s\n", f.text);
	else
		printf("bad -%#x\n", (unsigned int)-rc);
	verify_free(&chain);
	mbedtls_x509_crt_free(&sent.certificates);
	trust_free(trust);
}

int
main(void)
{
	char line[LINE_MAX_LEN], *host, *anchors, *path;

	log_open(LOG_LEVEL_ERROR, false);
	if (psa_crypto_init() != PSA_SUCCESS)
		return 2;
	printf("%s\n", tls_library());
	while (fgets(line, sizeof line, stdin) != NULL) {
		host = strtok(line, " \n");
		anchors = strtok(NULL, " \n");
		path = strtok(NULL, " \n");
		if (path == NULL)
			return 2;
		judge(host, anchors, path);
	}
	return 0;
}
