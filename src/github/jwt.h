/* SPDX-License-Identifier: ISC */
/*
 * What a GitHub App proves itself with: a JSON Web Token (RFC 7519) that its
 * private key has signed (docs.github.com, "Generating a JSON Web Token (JWT)
 * for a GitHub App").  Internal to github/, but for the check.
 */
#ifndef GITHUB_JWT_H
#define GITHUB_JWT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "github/github.h"

#define JWT_KEY_MAX ((size_t)64 << 10) /* size of a key's file */

/*
 * STATUS_USAGE, saying why, if the text is not a private key that an App can
 * sign with.  `from` is the option or variable, for the message.
 */
enum status jwt_check_key(
    const char *from, const char *text, size_t len, struct fault *);

/*
 * Appends a token that is valid from a minute before `now_s`, in seconds since
 * 1970, to nine minutes after it; the caller wipes it.  The key, which
 * jwt_check_key has found good before, is read now and forgotten.  If it cannot
 * be read, or no longer be used, that is a lasting STATUS_REFUSED: by then a
 * run may have been started.
 */
enum status jwt_add(
    struct buf *, const struct github_app *, int64_t now_s, struct fault *);

#endif
