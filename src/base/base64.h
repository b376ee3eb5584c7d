/* SPDX-License-Identifier: ISC */
/*
 * Bytes as text (RFC 4648).  Pure.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the bytes as base64 (section 4), with padding. */
void base64_add(struct buf *, const void *, size_t);

/* Appends them as base64url (section 5), without padding, as in a JWT. */
void base64_add_url(struct buf *, const void *, size_t);

/* Appends what base64 (section 4) in lines stands for; false if it is none. */
bool base64_add_decoded(struct buf *, const char *);

#endif
