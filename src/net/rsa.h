/* SPDX-License-Identifier: ISC */
/* Signing with an RSA private key. */
#ifndef NET_RSA_H
#define NET_RSA_H

#include <stdbool.h>
#include <stddef.h>

#define RSA_SIGNATURE_MAX 512 /* bytes, of a key of 4,096 bits */

/*
 * RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2), which JWTs call RS256.  `key`
 * is an RSAPrivateKey in DER, of which nothing is left behind.  False if it is
 * not one that fits together, is larger than the above, or is too small.
 */
bool rsa_sign(const void *key, size_t key_len, const void *message, size_t len,
    unsigned char signature[RSA_SIGNATURE_MAX], size_t *signature_len);

#endif
