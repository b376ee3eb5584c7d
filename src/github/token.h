/* SPDX-License-Identifier: ISC */
/*
 * The token that authorizes calls: what is a valid one, and re-reading it from
 * its file.
 */
#ifndef GITHUB_TOKEN_H
#define GITHUB_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

#define TOKEN_FILE_MAX ((size_t)64 << 10) /* size of a token file */

/*
 * STATUS_USAGE if a header cannot carry these bytes (RFC 6750, 2.1: visible
 * ASCII).  `from` is the option or variable, for the message, which never shows
 * the value.
 */
enum status token_check(const char *from, const char *, size_t, struct fault *);

/*
 * The token that a file holds, without the white space around it.  The caller
 * owns and wipes it.  STATUS_USAGE, naming `from` and the path, if there is
 * none.
 */
enum status token_from_file(const char *from, const char *path,
    const struct buf *contents, char **token, struct fault *);

/*
 * Reads the regular file again and registers its token as a secret.  NULL if it
 * holds no token, or still the `current` one.  The caller owns the result.
 */
char *token_reread(const char *path, const char *current);

/* Whether an App's installation owns it, as it does the runner's GITHUB_TOKEN
 * (docs.github.com, "About authentication to GitHub"). */
bool token_is_installation(const char *);

/* Whether it may have scopes: a classic token or one of an OAuth app, also in
 * their old form (github.blog, "Behind GitHub's new authentication token
 * formats").  Others have none, whatever they may do. */
bool token_has_scopes(const char *);

/* Whom it belongs to, as its prefix tells (docs.github.com, "About
 * authentication to GitHub"); for messages. */
const char *token_kind(const char *);

/* Wipes and frees; NULL is fine. */
void token_free(char *);

#endif
