#include "compat.h"

#include <string.h>

void *
memmem(const void *hay, size_t haylen, const void *needle, size_t needlelen)
{
	const char *p = hay, *end;

	if (needlelen == 0)
		return (void *)p;
	if (haylen < needlelen)
		return NULL;
	end = p + (haylen - needlelen) + 1;
	while ((p = memchr(p, *(const char *)needle, (size_t)(end - p)))) {
		if (memcmp(p, needle, needlelen) == 0)
			return (void *)p;
		if (++p == end)
			break;
	}
	return NULL;
}
