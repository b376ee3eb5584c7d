/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/base64.h"
#include "keys.h"
#include "net/private_key.h"
#include "net/rsa.h"

/* The key; the caller frees. */
static struct buf
read_key(void)
{
	struct buf der;

	buf_init(&der, BUF_TEXT_MAX);
	assert_null(private_key_read(LIT(KEY_PKCS1), &der));
	return der;
}

/* The same signature as openssl's. */
static void
test_signature(void **state)
{
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct buf key = read_key(), text;
	size_t len;

	(void)state;
	assert_true(rsa_sign(
	    key.data, key.len, LIT("header.payload"), signature, &len));
	assert_int_equal(len, 2048 / 8);
	buf_init(&text, BUF_TEXT_MAX);
	base64_add(&text, signature, len);
	assert_string_equal(buf_str(&text), KEY_SIGNATURE);
	buf_free(&text);
	buf_free(&key);
}

/*
 * A key that was changed anywhere, or cut, signs nothing; or the same as
 * before, if the part is one that can do without (RFC 8017, 5.1.2 leaves the
 * private exponent out).
 */
static void
test_broken(void **state)
{
	unsigned char right[RSA_SIGNATURE_MAX], other[RSA_SIGNATURE_MAX];
	struct buf key = read_key();
	size_t i, len, refused = 0;

	(void)state;
	assert_true(rsa_sign(key.data, key.len, LIT("m"), right, &len));
	for (i = 0; i < key.len; i += 97) {
		key.data[i] ^= 0x40;
		if (!rsa_sign(key.data, key.len, LIT("m"), other, &len))
			refused++;
		else
			assert_memory_equal(other, right, 2048 / 8);
		key.data[i] ^= 0x40;
		check(!rsa_sign(key.data, i, LIT("m"), other, &len),
		    "%zu of %zu bytes", i, key.len);
	}
	assert_true(refused > 8);
	buf_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
