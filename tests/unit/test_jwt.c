/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/base64.h"
#include "github/jwt.h"
#include "keys.h"
#include "net/private_key.h"
#include "net/rsa.h"

#define NOW INT64_C(1700000000)

static struct fault fault;

/* Appends what the token must be: the claims, and their signature. */
static void
add_wanted(struct buf *out, const char *claims)
{
	static const char header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct buf key;
	size_t len;

	buf_init(&key, BUF_TEXT_MAX);
	assert_null(private_key_read(LIT(KEY_PKCS1), &key));
	base64_add_url(out, LIT(header));
	buf_addc(out, '.');
	base64_add_url(out, claims, strlen(claims));
	assert_true(
	    rsa_sign(key.data, key.len, out->data, out->len, signature, &len));
	buf_addc(out, '.');
	base64_add_url(out, signature, len);
	buf_free(&key);
}

static void
expect_token(const struct github_app *app, const char *claims)
{
	struct buf jwt, wanted;

	buf_init(&jwt, BUF_TEXT_MAX);
	buf_init(&wanted, BUF_TEXT_MAX);
	assert_int_equal(jwt_add(&jwt, app, NOW, &fault), STATUS_OK);
	add_wanted(&wanted, claims);
	assert_string_equal(buf_str(&jwt), buf_str(&wanted));
	buf_wipe(&jwt);
	buf_wipe(&wanted);
}

static void
test_token(void **state)
{
	(void)state;
	expect_token(&(struct github_app){ "4711", KEY_PKCS8, NULL },
	    "{\"iat\":1699999940,\"exp\":1700000540,\"iss\":\"4711\"}");
	expect_token(&(struct github_app){ "Iv1.ab-c", KEY_PKCS1, NULL },
	    "{\"iat\":1699999940,\"exp\":1700000540,\"iss\":\"Iv1.ab-c\"}");
}

/* The file is read each time, and may have another form then. */
static void
test_file(void **state)
{
	struct github_app app = { "4711", NULL, NULL };
	struct buf jwt;
	char path[64];
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(path);
	assert_true(fd > 2);
	app.key_file = path;
	assert_int_equal(write(fd, LIT(KEY_PKCS1)), sizeof KEY_PKCS1 - 1);
	expect_token(
	    &app, "{\"iat\":1699999940,\"exp\":1700000540,\"iss\":\"4711\"}");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, LIT(KEY_EC), 0), sizeof KEY_EC - 1);
	buf_init(&jwt, BUF_TEXT_MAX);
	assert_int_equal(jwt_add(&jwt, &app, NOW, &fault), STATUS_REFUSED);
	assert_true(fault.lasting);
	assert_non_null(strstr(fault.text, path));
	assert_non_null(strstr(fault.text, "is an EC key"));
	unlink(path);
	close(fd);
	assert_int_equal(jwt_add(&jwt, &app, NOW, &fault), STATUS_REFUSED);
	assert_true(fault.lasting);
	assert_non_null(strstr(fault.text, "cannot read"));
	buf_wipe(&jwt);
}

static void
test_check(void **state)
{
	(void)state;
	assert_int_equal(
	    jwt_check_key("--app-key", LIT(KEY_PKCS8), &fault), STATUS_OK);
	assert_int_equal(
	    jwt_check_key("--app-key", LIT(KEY_ENCRYPTED_PKCS8), &fault),
	    STATUS_USAGE);
	assert_non_null(
	    strstr(fault.text, "--app-key: the private key is encrypted"));
	/* A key by its form, but no numbers that belong together. */
	assert_int_equal(jwt_check_key("K",
			     LIT("-----BEGIN RSA PRIVATE KEY-----\nMAMCAQA=\n"
				 "-----END RSA PRIVATE KEY-----\n"),
			     &fault),
	    STATUS_USAGE);
	assert_non_null(strstr(fault.text, "K: the private key cannot sign"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
