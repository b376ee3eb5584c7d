/* SPDX-License-Identifier: ISC */
/*
 * Private keys as people hand them over: PEM (RFC 7468) with any line ends,
 * with "\n" written out or all in one line, or the base64 of such a file.
 * Pure.
 */
#ifndef NET_PRIVATE_KEY_H
#define NET_PRIVATE_KEY_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the RSAPrivateKey (RFC 8017, A.1.2; DER) that the text has as such or
 * in a PrivateKeyInfo (RFC 5208, 5) to `der`, which the caller wipes.  Returns
 * NULL, or what is wrong and what to do, to stand behind "the private key ".
 */
const char *private_key_read(const char *text, size_t len, struct buf *der);

#endif
