/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <psa/crypto.h>

#include "base/random.h"
#include "net/crypto.h"

#if defined(MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG)
/* Called by the library instead of a generator of its own. */
psa_status_t
mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
    uint8_t *output, size_t size, size_t *length)
{
	(void)context;
	if (!random_bytes(output, size))
		return PSA_ERROR_INSUFFICIENT_ENTROPY;
	*length = size;
	return PSA_SUCCESS;
}
#endif

bool
crypto_start(void)
{
	return psa_crypto_init() == PSA_SUCCESS;
}
