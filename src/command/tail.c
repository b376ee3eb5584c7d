/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/tail.h"

void
tail_init(struct tail *t)
{
	t->bytes = xmalloc(TAIL_BYTES);
	t->total = 0;
}

void
tail_wipe(struct tail *t)
{
	free(t->bytes);
	t->bytes = NULL;
	t->total = 0;
}

void
tail_add(struct tail *t, const char *data, size_t n)
{
	size_t at, part;

	if (n > TAIL_BYTES) {
		t->total += n - TAIL_BYTES;
		data += n - TAIL_BYTES;
		n = TAIL_BYTES;
	}
	while (n > 0) {
		at = (size_t)(t->total % TAIL_BYTES);
		part = n < TAIL_BYTES - at ? n : TAIL_BYTES - at;
		memcpy(t->bytes + at, data, part);
		t->total += part;
		data += part;
		n -= part;
	}
}

static char
byte_at(const struct tail *t, uint64_t position)
{
	return t->bytes[position % TAIL_BYTES];
}

void
tail_each(const struct tail *t, size_t lines,
    void (*line)(void *, const char *, size_t), void *ctx)
{
	uint64_t oldest = t->total > TAIL_BYTES ? t->total - TAIL_BYTES : 0;
	uint64_t end = t->total, start, p;
	size_t len;
	char *copy;

	if (t->total == 0)
		return;
	/* A line end at the very end ends a line, and begins none. */
	if (end > oldest && byte_at(t, end - 1) == '\n')
		end--;
	for (start = end; start > oldest; start--)
		if (byte_at(t, start - 1) == '\n' && --lines == 0)
			break;
	copy = xmalloc((size_t)(end - start) + 1);
	for (p = start, len = 0; p <= end; p++) {
		if (p < end && byte_at(t, p) != '\n') {
			copy[len++] = byte_at(t, p);
			continue;
		}
		if (len > 0 && copy[len - 1] == '\r')
			len--;
		line(ctx, copy, len);
		len = 0;
	}
	free(copy);
}
