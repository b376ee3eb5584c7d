/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static void
add(struct buf *out, const unsigned char *p, size_t len, const char *last_two,
    bool pads)
{
	uint32_t bits, value;
	size_t i, n;

	for (; len > 0; p += n, len -= n) {
		n = len < 3 ? len : 3;
		for (bits = 0, i = 0; i < n; i++)
			bits |= (uint32_t)p[i] << (16 - 8 * i);
		for (i = 0; i <= n; i++, bits <<= 6) {
			value = bits >> 18 & 63;
			buf_addc(out,
			    value < 62 ? digits[value] : last_two[value - 62]);
		}
		for (; pads && i < 4; i++)
			buf_addc(out, '=');
	}
}

void
base64_add(struct buf *out, const void *bytes, size_t len)
{
	add(out, bytes, len, "+/", true);
}

void
base64_add_url(struct buf *out, const void *bytes, size_t len)
{
	add(out, bytes, len, "-_", false);
}

bool
base64_add_decoded(struct buf *out, const char *s)
{
	unsigned int bits = 0, count = 0;
	const char *digit;

	for (; *s != '\0' && *s != '='; s++) {
		if (*s == '\n')
			continue;
		if ((digit = strchr(digits, *s)) == NULL)
			return false;
		bits = bits << 6 | (unsigned int)(digit - digits);
		if (++count % 4 != 1)
			buf_addc(out, (char)(bits >> (4 - count % 4) % 4 * 2));
	}
	return true;
}
