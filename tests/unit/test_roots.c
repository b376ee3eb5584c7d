/* SPDX-License-Identifier: ISC */
/*
 * The root certificates compiled in, against those that they were made from:
 * the whole of them is read by the TLS library, and what makes an anchor has
 * to be the same.
 */
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "base/log.h"
#include "net/roots.h"
#include "net/tls.h"
#include "net/trust.h"

/* The n-th root as the library sees it; the caller frees. */
static void
parse_root(size_t n, mbedtls_x509_crt *crt)
{
	struct buf der;

	buf_init(&der, BUF_TEXT_MAX);
	roots_add_certificate(n, &der);
	mbedtls_x509_crt_init(crt);
	check(mbedtls_x509_crt_parse_der(
		  crt, (unsigned char *)der.data, der.len) == 0,
	    "root %zu", n);
	/* All of it, and nothing behind it. */
	assert_int_equal(crt->raw.len, der.len);
	assert_int_equal(crt->version, 1);
	buf_free(&der);
}

static int
compare(const struct der *a, const struct der *b)
{
	size_t a_len = (size_t)(a->end - a->p), b_len = (size_t)(b->end - b->p);
	int order = memcmp(a->p, b->p, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static struct der
as_der(const mbedtls_x509_buf *b)
{
	return (struct der){ b->p, b->p + b->len };
}

static void
test_table(void **state)
{
	struct der subject, before = { NULL, NULL };
	mbedtls_x509_crt crt, last;
	size_t n, first = 0;

	(void)state;
	mbedtls_x509_crt_init(&last);
	for (n = 0; n < roots_count; n++) {
		parse_root(n, &crt);
		subject = as_der(&crt.subject_raw);
		if (n > 0) {
			before = as_der(&last.subject_raw);
			check(
			    compare(&before, &subject) <= 0, "order at %zu", n);
		}
		if (n == 0 || compare(&before, &subject) != 0)
			first = n;
		assert_int_equal(roots_find(0, &subject), first);
		assert_int_equal(roots_find(n, &subject), n);
		mbedtls_x509_crt_free(&last);
		last = crt;
	}
	mbedtls_x509_crt_free(&last);
	assert_int_equal(roots_count > 0, strlen(roots_origin) > 0);
	assert_int_equal(strlen(roots_newest), roots_count > 0 ? 10 : 0);
}

static void
test_strangers(void **state)
{
	static const char *const names[] = { "\x30\0", "\x30\x7f",
		"\x30\x13\x31\x11\x30\x0f\x06\x03\x55\x04\x03\x0c\x08Nobody 1",
		"\xff", "\0" };
	struct der subject;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		for (n = 0; n <= roots_count; n++) {
			subject.p = (const unsigned char *)names[i];
			subject.end = subject.p + 2;
			assert_int_equal(roots_find(n, &subject), roots_count);
		}
}

static bool
has_root(const mbedtls_x509_crt *crt)
{
	struct der subject = as_der(&crt->subject_raw);
	mbedtls_x509_crt root;
	bool same = false;
	size_t n;

	for (n = roots_find(0, &subject); !same && n < roots_count;
	     n = roots_find(n + 1, &subject)) {
		parse_root(n, &root);
		same = root.pk_raw.len == crt->pk_raw.len &&
		    memcmp(root.pk_raw.p, crt->pk_raw.p, root.pk_raw.len) ==
			0 &&
		    memcmp(&root.valid_from, &crt->valid_from,
			sizeof root.valid_from) == 0 &&
		    memcmp(&root.valid_to, &crt->valid_to,
			sizeof root.valid_to) == 0;
		mbedtls_x509_crt_free(&root);
	}
	return same;
}

/* What configure chose: a bundle or a folder, or nothing. */
static void
test_origin(void **state)
{
	struct trust_sources s = { .cacert_from = "--cacert" };
	mbedtls_x509_crt crt;
	struct trust *t;
	struct fault f;
	struct buf der;
	struct stat st;
	size_t n;

	(void)state;
	if (*ROOTS == '\0') {
		assert_int_equal(roots_count, 0);
		return;
	}
	assert_int_equal(stat(ROOTS, &st), 0);
	if (S_ISDIR(st.st_mode))
		s.cert_dir = ROOTS;
	else
		s.cacert = ROOTS;
	check(trust_load(&t, &s, &f) == STATUS_OK, "%s", f.text);
	assert_true(trust_count(t) >= roots_count);
	for (n = 0; n < trust_count(t); n++) {
		buf_init(&der, BUF_TEXT_MAX);
		assert_int_equal(trust_read(t, n, &der, &f), STATUS_OK);
		mbedtls_x509_crt_init(&crt);
		/* The library need not know every kind there is. */
		if (mbedtls_x509_crt_parse_der(
			&crt, (unsigned char *)der.data, der.len) == 0 &&
		    crt.MBEDTLS_PRIVATE(ca_istrue) &&
		    !mbedtls_x509_time_is_past(&crt.valid_to))
			check(has_root(&crt), "certificate %zu", n);
		mbedtls_x509_crt_free(&crt);
		buf_free(&der);
	}
	trust_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_origin),
	};

	log_open(LOG_LEVEL_ERROR, false);
	/* Takes the random numbers along that the library asks for. */
	log_debug("%s", tls_library());
	if (psa_crypto_init() != PSA_SUCCESS)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
