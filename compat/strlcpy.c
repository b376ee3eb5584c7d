/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

/*
 * Copies src to dst, which has room for size bytes, and always terminates it
 * unless size is 0. Gives the length of src: size or more means it was cut.
 */
size_t
strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src), n;

	if (size != 0) {
		n = len < size ? len : size - 1;
		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}
