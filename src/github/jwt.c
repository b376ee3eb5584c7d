/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "github/jwt.h"
#include "json/emit.h"
#include "net/private_key.h"
#include "net/rsa.h"

/* For clocks that differ; GitHub takes no more than 10 minutes ahead. */
#define BACK_S  60
#define AHEAD_S 540

/* Appends the signature of what is there so far, in base64url; or fails with
 * the status `failed`, saying what is wrong with the key. */
static enum status
sign(struct buf *jwt, const char *from, const char *text, size_t len,
    enum status failed, struct fault *f)
{
	unsigned char signature[RSA_SIGNATURE_MAX];
	const char *wrong;
	struct buf key;
	size_t n;

	buf_init(&key, BUF_TEXT_MAX);
	wrong = private_key_read(text, len, &key);
	if (wrong == NULL &&
	    !rsa_sign(key.data, key.len, buf_str(jwt), jwt->len, signature, &n))
		wrong = "cannot sign: it is broken, or is not an RSA key of "
			"2,048 to 4,096 bits";
	buf_wipe(&key);
	if (wrong != NULL)
		return fault_set_lasting(
		    f, failed, "%s: the private key %s", from, wrong);
	buf_addc(jwt, '.');
	base64_add_url(jwt, signature, n);
	return STATUS_OK;
}

enum status
jwt_check_key(const char *from, const char *text, size_t len, struct fault *f)
{
	enum status status;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "is this a key?");
	status = sign(&b, from, text, len, STATUS_USAGE, f);
	buf_wipe(&b);
	return status;
}

/* What is signed: a header and the claims. */
static void
add_claims(struct buf *jwt, const char *issuer, int64_t now_s)
{
	static const char header[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
	struct buf claims;

	buf_init(&claims, BUF_TEXT_MAX);
	buf_addf(&claims,
	    "{\"iat\":%lld,\"exp\":%lld,\"iss\":", (long long)(now_s - BACK_S),
	    (long long)(now_s + AHEAD_S));
	emit_string(&claims, issuer);
	buf_addc(&claims, '}');
	base64_add_url(jwt, header, sizeof header - 1);
	buf_addc(jwt, '.');
	base64_add_url(jwt, claims.data, claims.len);
	buf_free(&claims);
}

enum status
jwt_add(struct buf *jwt, const struct github_app *app, int64_t now_s,
    struct fault *f)
{
	enum status status;
	struct buf file;
	int error;

	add_claims(jwt, app->id, now_s);
	if (app->key != NULL)
		return sign(jwt, "the App's key", app->key, strlen(app->key),
		    STATUS_REFUSED, f);
	buf_init(&file, JWT_KEY_MAX);
	error = file_read_regular(app->key_file, &file);
	if (error != 0)
		status = fault_set_lasting(f, STATUS_REFUSED,
		    "cannot read %s, the App's private key, again: %s",
		    app->key_file, strerror(error));
	else
		status = sign(jwt, app->key_file, buf_str(&file), file.len,
		    STATUS_REFUSED, f);
	buf_wipe(&file);
	return status;
}
