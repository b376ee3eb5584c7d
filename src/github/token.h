/* SPDX-License-Identifier: ISC */
/*
 * The token that calls are authorized with: what may be one, and re-reading it
 * from the file that it came from.
 */
#ifndef GITHUB_TOKEN_H
#define GITHUB_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

#define TOKEN_FILE_MAX ((size_t)64 << 10) /* of a file with a token */

/*
 * STATUS_USAGE if a header cannot carry these bytes (RFC 6750, 2.1: visible
 * ASCII).  `from` names the option or variable; the message never shows the
 * value.
 */
enum status token_check(const char *from, const char *, size_t, struct fault *);

/*
 * The token that a file holds, white space around it aside; owned by the
 * caller, who wipes it.  STATUS_USAGE, naming `from` and the path, if it holds
 * none.
 */
enum status token_from_file(const char *from, const char *path,
    const struct buf *contents, char **token, struct fault *);

/*
 * Reads the regular file once more and registers what it holds as a secret.
 * NULL if it holds no token, or is `current` still.  Owned by the caller.
 */
char *token_reread(const char *path, const char *current);

/* It is an App's, as the runner's GITHUB_TOKEN is, too (docs.github.com, "About
 * authentication to GitHub"). */
bool token_is_installation(const char *);

/* Wipes and frees; NULL is fine. */
void token_free(char *);

#endif
