/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/base64.h"

/* RFC 4648, 10, and bytes that make the last two digits. */
static void
test_vectors(void **state)
{
	static const struct {
		const char *bytes, *plain, *url;
	} rows[] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xef\xbe", "++++", "----" },
		{ "\xff\xff\xff\xff", "/////w==", "_____w" },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(rows); i++) {
		base64_add(&b, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(buf_str(&b), rows[i].plain);
		buf_clear(&b);
		base64_add_url(&b, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(buf_str(&b), rows[i].url);
		buf_clear(&b);
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
