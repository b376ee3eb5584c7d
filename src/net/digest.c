/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>

#include <psa/crypto.h>

#include "net/crypto.h"
#include "net/digest.h"

bool
digest_hex(char hex[DIGEST_HEX_SIZE], const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[DIGEST_HEX_SIZE / 2];
	size_t i, n;

	if (!crypto_start() ||
	    psa_hash_compute(PSA_ALG_SHA_256, data, len, digest, sizeof digest,
		&n) != PSA_SUCCESS ||
	    n != sizeof digest)
		return false;
	for (i = 0; i < n; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * n] = '\0';
	return true;
}
