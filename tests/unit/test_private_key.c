/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/base64.h"
#include "keys.h"
#include "net/private_key.h"

/* What the text has, read with sanitizers right behind it. */
static const char *
read_text(const char *text, size_t len, struct buf *der)
{
	char *copy = exact_copy(text, len);
	const char *wrong;

	buf_init(der, BUF_TEXT_MAX);
	wrong = private_key_read(copy, len, der);
	free(copy);
	return wrong;
}

/* The key itself, by the plainest way. */
static void
wanted_key(struct buf *der)
{
	assert_null(read_text(LIT(KEY_PKCS1), der));
	/* SEQUENCE of a two-byte length, version 0, a modulus. */
	assert_true(der->len > 1100 && der->len < 1300);
	assert_memory_equal(der->data, "\x30\x82", 2);
	assert_memory_equal(der->data + 4, "\x02\x01\x00\x02\x82\x01\x01", 7);
}

static void
expect_key(const char *name, const struct buf *text)
{
	struct buf der, wanted;
	const char *wrong = read_text(text->data, text->len, &der);

	wanted_key(&wanted);
	check(wrong == NULL, "%s: %s", name, wrong);
	check(der.len == wanted.len &&
		memcmp(der.data, wanted.data, der.len) == 0,
	    "%s is another key", name);
	buf_free(&der);
	buf_free(&wanted);
}

/* Appends the text with another end to its lines. */
static void
add_with_ends(struct buf *out, const char *text, const char *end)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			buf_adds(out, end);
		else
			buf_addc(out, *text);
}

/* Every form in which a key arrives is the same key. */
static void
test_forms(void **state)
{
	static const char *const texts[] = { KEY_PKCS1, KEY_PKCS8 };
	static const char *const ends[] = { "\n", "\r\n", "\r", "\\n", "\\r\\n",
		" ", "\n\n" };
	struct buf text, plain;
	size_t i, k;

	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	buf_init(&plain, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(texts); i++)
		for (k = 0; k < COUNT(ends); k++) {
			add_with_ends(&text, texts[i], ends[k]);
			expect_key(ends[k], &text);
			buf_add(&plain, text.data, text.len);
			buf_clear(&text);
			base64_add(&text, plain.data, plain.len);
			expect_key("base64", &text);
			/* As base64(1) breaks its lines; and only a piece. */
			buf_clear(&plain);
			buf_add(&plain, text.data, 76);
			buf_addf(&plain, "\n%s\n", buf_str(&text) + 76);
			expect_key("lines of base64", &plain);
			buf_clear(&plain);
			buf_clear(&text);
		}
	buf_adds(&text, "\"" KEY_PKCS1 "\"\n");
	expect_key("in quotation marks", &text);
	buf_clear(&text);
	buf_adds(&text, "Bag Attributes\n  name: x\n" KEY_PKCS8 KEY_PKCS1);
	expect_key("with text before, and another behind", &text);
	buf_free(&text);
	buf_free(&plain);
}

/* Every other key is refused by name. */
static void
test_refused(void **state)
{
	static const struct {
		const char *text, *wrong;
	} rows[] = {
		{ KEY_ENCRYPTED_PKCS1, "is encrypted" },
		{ KEY_ENCRYPTED_PKCS8, "is encrypted" },
		{ KEY_EC, "is an EC key" },
		{ KEY_EC_PKCS8, "is an EC key" },
		{ KEY_ED25519, "is not an RSA key" },
		{ "", "is not one" },
		{ "app.pem", "is not one" },
		{ "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
		    "is not one" },
		{ "-----BEGIN RSA PRIVATE KEY", "is not one" },
		{ "-----BEGIN RSA PRIVATE KEY-----", "is broken" },
		{ "-----BEGIN RSA PRIVATE KEY-----\n"
		  "-----END RSA PRIVATE KEY-----",
		    "is broken" },
		{ "-----BEGIN RSA PRIVATE KEY-----\nMI*B\n"
		  "-----END RSA PRIVATE KEY-----",
		    "is broken" },
		{ "-----BEGIN PRIVATE KEY-----\nMIIB\n"
		  "-----END PRIVATE KEY-----",
		    "is broken" },
	};
	struct buf text;
	struct buf der;
	const char *wrong;
	size_t i;

	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(rows); i++) {
		wrong = read_text(rows[i].text, strlen(rows[i].text), &der);
		check(wrong != NULL &&
			strncmp(wrong, rows[i].wrong, strlen(rows[i].wrong)) ==
			    0,
		    "row %zu: %s", i, wrong != NULL ? wrong : "a key");
		assert_int_equal(der.len, 0);
		base64_add(&text, rows[i].text, strlen(rows[i].text));
		wrong = read_text(text.data, text.len, &der);
		check(wrong != NULL, "row %zu, in base64", i);
		buf_clear(&text);
	}
	buf_free(&text);
}

/* Wherever it is cut, PKCS #8 is refused. */
static void
test_cut(void **state)
{
	const char *body = strstr(KEY_PKCS8, "\nMII") + 1;
	struct buf text, der;
	size_t n;

	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	for (n = 4; n < 48; n += 4) {
		buf_addf(&text,
		    "-----BEGIN PRIVATE KEY-----\n%.*s\n"
		    "-----END PRIVATE KEY-----\n",
		    (int)n, body);
		check(read_text(text.data, text.len, &der) != NULL,
		    "%zu characters", n);
		buf_free(&der);
		buf_clear(&text);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
