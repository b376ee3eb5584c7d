/* SPDX-License-Identifier: ISC */
/*
 * A GitHub App in the place of a token: its ID, its key, and what excludes
 * what.
 */
#include "loading.h"

#include <stdio.h>

#include "base/secret.h"
#include "keys.h"

#define KEY_VARIABLE "INPUT_APP_PRIVATE_KEY="

/* path_of has room for one name. */
static char key_path[256];

static void
put_key(const char *text)
{
	put_file("app.pem", text, strlen(text));
	snprintf(key_path, sizeof key_path, "%s", path_of("app.pem"));
}

static void
test_options(void **state)
{
	(void)state;
	put_key(KEY_PKCS1);
	GOOD_ARGS("--app-id", "4711", "--app-key", key_path);
	same(config.app_id, "4711");
	same(config.app_key_file, key_path);
	/* It is not kept. */
	same(config.app_key, NULL);
	same(config.token, NULL);
	good(LIST("--app-key", key_path), LIST("INPUT_APP_ID= Iv23.ab_c-d "));
	same(config.app_id, "Iv23.ab_c-d");
	/* General variables are no wish of this command's. */
	good(LIST("--app-id", "1", "--app-key", key_path),
	    LIST("GH_TOKEN=other", "GITHUB_TOKEN=another"));
	same(config.token, NULL);
}

/* From a variable, or a pipe, the key can be had only once. */
static void
test_kept_key(void **state)
{
	(void)state;
	GOOD_ENV("INPUT_APP_ID=4711", KEY_VARIABLE KEY_PKCS8);
	assert_non_null(strstr(config.app_key, "BEGIN PRIVATE KEY"));
	same(config.app_key_file, NULL);
	/* Each line of it is a secret, but for the ones that all keys have. */
	assert_true(secret_in(config.app_key));
	assert_false(secret_in("-----BEGIN PRIVATE KEY-----"));
	put_stdin(KEY_PKCS1);
	GOOD_ARGS("--app-id", "4711", "--app-key", "-");
	assert_non_null(strstr(config.app_key, "BEGIN RSA PRIVATE KEY"));
	same(config.app_key_file, NULL);
}

static void
test_refused(void **state)
{
	(void)state;
	put_key(KEY_PKCS1);
	bad(LIST("--app-id", "4711"), NULL,
	    LIST("missing", "--app-key or INPUT_APP_PRIVATE_KEY"));
	bad(LIST("--app-key", key_path), NULL,
	    LIST("missing", "--app-id or INPUT_APP_ID"));
	bad(LIST("--app-id", "my app", "--app-key", key_path), NULL,
	    LIST("--app-id", "\"my app\"", "client ID"));
	bad(LIST("--app-id", "1", "--app-key", path_of("none.pem")), NULL,
	    LIST("--app-key", "none.pem"));
	bad(NULL, LIST("INPUT_APP_ID=1", KEY_VARIABLE KEY_EC),
	    LIST("INPUT_APP_PRIVATE_KEY", "is an EC key"));
	put_key(KEY_ENCRYPTED_PKCS1);
	bad(LIST("--app-id", "1", "--app-key", key_path), NULL,
	    LIST("--app-key", "is encrypted"));
}

/* What names a token is not silently left out. */
static void
test_both(void **state)
{
	(void)state;
	put_key(KEY_PKCS1);
	put_file("token", LIT("a-token"));
	bad(LIST("--app-id", "1", "--app-key", key_path, "--token-file",
		path_of("token")),
	    NULL, LIST("--token-file", "--app-id", "not both"));
	bad(LIST("--app-id", "1", "--app-key", key_path), LIST("INPUT_TOKEN=x"),
	    LIST("INPUT_TOKEN", "--app-id", "not both"));
	bad(LIST("--token-file", path_of("token")),
	    LIST("INPUT_APP_ID=1", KEY_VARIABLE KEY_PKCS1),
	    LIST("--token-file", "INPUT_APP_ID", "not both"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_options),
		LOADING_TEST(test_kept_key),
		LOADING_TEST(test_refused),
		LOADING_TEST(test_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
