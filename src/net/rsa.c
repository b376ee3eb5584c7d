/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <psa/crypto.h>

#include "net/crypto.h"
#include "net/rsa.h"

#define ALGORITHM PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256)

bool
rsa_sign(const void *key, size_t key_len, const void *message, size_t len,
    unsigned char signature[RSA_SIGNATURE_MAX], size_t *signature_len)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id;
	bool signs;

	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_KEY_PAIR);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
	psa_set_key_algorithm(&attributes, ALGORITHM);
	if (!crypto_start() ||
	    psa_import_key(&attributes, key, key_len, &id) != PSA_SUCCESS)
		return false;
	signs = psa_sign_message(id, ALGORITHM, message, len, signature,
		    RSA_SIGNATURE_MAX, signature_len) == PSA_SUCCESS;
	psa_destroy_key(id);
	return signs;
}
