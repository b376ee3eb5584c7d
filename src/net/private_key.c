/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "net/der.h"
#include "net/pem.h"
#include "net/private_key.h"

#define BEGIN    "-----BEGIN "
#define GENERATE "; generate a private key in the App's settings"

#define ENCRYPTED                                                               \
	"is encrypted, and there is no way to give its passphrase: decrypt it " \
	"with \"openssl rsa -in KEY.pem -out PLAIN.pem\""
#define EC_KEY  "is an EC key, but GitHub Apps sign with RSA" GENERATE
#define NOT_RSA "is not an RSA key, but GitHub Apps sign with RSA" GENERATE
#define BROKEN                                                                   \
	"is broken: characters are missing or wrong; give the file that GitHub " \
	"gave, as it is"
#define NO_KEY                                                                       \
	"is not one: expected the file that GitHub gave, which begins with \"" BEGIN \
	"RSA PRIVATE KEY-----\", or the base64 of that file"

/* NULL: to be decoded. */
static const struct {
	const char *label;
	const char *wrong;
} kinds[] = {
	{ "RSA PRIVATE KEY", NULL },
	{ "PRIVATE KEY", NULL },
	{ "ENCRYPTED PRIVATE KEY", ENCRYPTED },
	{ "EC PRIVATE KEY", EC_KEY },
	{ "EC PARAMETERS", EC_KEY },
	{ "DSA PRIVATE KEY", NOT_RSA },
};

static const unsigned char rsa_encryption[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x01, 0x01 };
static const unsigned char ec_public_key[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01 };

static void
take_block(void *ctx, const struct pem_block *block)
{
	struct buf *bytes = ctx;

	if (bytes->len == 0)
		buf_add(bytes, block->der, block->len);
}

/* Appends what the first block of that label decodes to; nothing if there is
 * none, or if it is broken. */
static void
decode(const char *text, size_t len, const char *label, struct buf *bytes)
{
	struct pem pem;

	pem_init(&pem, label, take_block, bytes);
	pem_feed(&pem, text, len);
	pem_finish(&pem);
}

/* Appends the text, with line ends in the place of those written out. */
static void
add_lines(struct buf *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '\\' && i + 1 < len &&
		    (text[i + 1] == 'n' || text[i + 1] == 'r')) {
			buf_addc(out, '\n');
			i++;
		} else if (text[i] != '\0') {
			buf_addc(out, text[i]);
		}
}

/* The PEM in the text, or in what the text is the base64 of. */
static void
add_pem(struct buf *out, const char *text, size_t len)
{
	struct buf wrapped, inner;

	add_lines(out, text, len);
	if (strstr(buf_str(out), BEGIN) != NULL)
		return;
	buf_init(&wrapped, BUF_TEXT_MAX);
	buf_init(&inner, PEM_DER_MAX);
	buf_addf(&wrapped, BEGIN "BASE64-----\n%s\n-----END BASE64-----\n",
	    buf_str(out));
	decode(wrapped.data, wrapped.len, "BASE64", &inner);
	buf_clear(out);
	add_lines(out, inner.data, inner.len);
	buf_wipe(&wrapped);
	buf_wipe(&inner);
}

static bool
is_oid(const struct der *oid, const unsigned char *id, size_t len)
{
	const struct der wanted = { id, id + len };

	return der_same(oid, &wanted);
}

/*
 * PrivateKeyInfo ::= { version, { algorithm, parameters }, privateKey, ... }
 */
static const char *
unwrap(const struct buf *bytes, struct buf *der)
{
	const unsigned char *p = (const unsigned char *)bytes->data;
	struct der rest = { p, p + bytes->len }, info, part, oid;
	unsigned int tag;

	if (!der_take(&rest, &tag, &info) || tag != DER_SEQUENCE ||
	    !der_take(&info, &tag, &part) || tag != DER_INTEGER ||
	    !der_take(&info, &tag, &part) || tag != DER_SEQUENCE ||
	    !der_take(&part, &tag, &oid) || tag != DER_OID)
		return BROKEN;
	if (is_oid(&oid, ec_public_key, sizeof ec_public_key))
		return EC_KEY;
	if (!is_oid(&oid, rsa_encryption, sizeof rsa_encryption))
		return NOT_RSA;
	if (!der_take(&info, &tag, &part) || tag != DER_OCTET_STRING)
		return BROKEN;
	buf_add(der, part.p, (size_t)(part.end - part.p));
	return NULL;
}

/* The key of a block whose label is PKCS #1's or PKCS #8's. */
static const char *
read_block(const struct buf *pem, const char *label, struct buf *der)
{
	const char *wrong = NULL;
	struct buf bytes;

	/* RFC 1421, 4.6.1.1. */
	if (strstr(buf_str(pem), "Proc-Type: 4,ENCRYPTED") != NULL)
		return ENCRYPTED;
	buf_init(&bytes, PEM_DER_MAX);
	decode(buf_str(pem), pem->len, label, &bytes);
	if (bytes.len == 0)
		wrong = BROKEN;
	else if (*label == 'P')
		wrong = unwrap(&bytes, der);
	else
		buf_add(der, bytes.data, bytes.len);
	buf_wipe(&bytes);
	return wrong;
}

/* Reads the first block in the PEM. */
static const char *
read_pem(const struct buf *pem, struct buf *der)
{
	const char *label = strstr(buf_str(pem), BEGIN);
	size_t i, len;

	if (label == NULL)
		return NO_KEY;
	label += sizeof BEGIN - 1;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		len = strlen(kinds[i].label);
		if (strncmp(label, kinds[i].label, len) == 0 &&
		    label[len] == '-')
			return kinds[i].wrong != NULL
			    ? kinds[i].wrong
			    : read_block(pem, kinds[i].label, der);
	}
	return NO_KEY;
}

const char *
private_key_read(const char *text, size_t len, struct buf *der)
{
	const char *wrong;
	struct buf pem;

	buf_init(&pem, BUF_TEXT_MAX);
	add_pem(&pem, text, len);
	wrong = read_pem(&pem, der);
	buf_wipe(&pem);
	return wrong;
}
