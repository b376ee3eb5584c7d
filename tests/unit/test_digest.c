/* SPDX-License-Identifier: ISC */
/*
 * SHA-256, by the examples of FIPS 180-4.
 */
#include "unit.h"

#include "net/digest.h"

static void
test_examples(void **state)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{ "",
		    "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc",
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};
	char hex[DIGEST_HEX_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_true(
		    digest_hex(hex, rows[i].text, strlen(rows[i].text)));
		assert_string_equal(hex, rows[i].hex);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
