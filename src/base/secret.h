/* SPDX-License-Identifier: ISC */
/*
 * Secrets must never be shown.  Texts registered here are replaced by "***", in
 * upper or lower case, wherever foreign or composed text passes secret_redact:
 * at the log's sink, and where text of a peer is clipped (a clipped secret
 * would no longer be recognised).
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Registers a copy.  Texts of under four bytes are ignored: they would blank
 * out ordinary words and protect nothing.
 */
void secret_add(const char *);

/* Clears and frees a text that may hold a secret; NULL is fine. */
void secret_free(char *);

/*
 * Registers a copy of an input's value, which may be a secret too: each of its
 * lines.  Values are hidden only where a server is quoted, for they may also be
 * what our own messages have to name.  Those of under six bytes are ignored:
 * "true" or "main" would blank out the words around them.
 */
void secret_add_value(const char *);

/* Replaces every occurrence of every secret in the buf. */
void secret_redact(struct buf *);

/* Initialises the buf with the text, redacted; to be ended with buf_wipe. */
void secret_copy(struct buf *, const char *, size_t len);

/* Same as secret_redact, and of every value: for what a server says of a
 * request of ours. */
void secret_redact_quote(struct buf *);

/* Some secret occurs in the text. */
bool secret_in(const char *);

/* Clears and forgets all of them. */
void secret_forget(void);

#endif
