/* SPDX-License-Identifier: ISC */
/*
 * SHA-256 (FIPS 180-4).
 */
#ifndef NET_DIGEST_H
#define NET_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* In hexadecimal, with its NUL. */
#define DIGEST_HEX_SIZE 65

/* Of all the bytes; false if the library has failed. */
bool digest_hex(char[DIGEST_HEX_SIZE], const void *, size_t);

#endif
