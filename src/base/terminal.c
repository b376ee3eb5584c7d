/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/text.h"

#define ESCAPE '\033'

bool
terminal_is_there(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL && *term != '\0' &&
	    strcmp(term, "dumb") != 0;
}

void
terminal_size(size_t *width, size_t *height)
{
	struct winsize ws;

	*width = 80;
	*height = 24;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == -1)
		return;
	if (ws.ws_col > 0)
		*width = ws.ws_col;
	if (ws.ws_row > 0)
		*height = ws.ws_row;
}

/* Unicode Standard Annex 11, the wide blocks in use; and marks that combine. */
static size_t
width_of(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
		size_t width;
	} ranges[] = {
		{ 0x0300, 0x036f, 0 },
		{ 0x0483, 0x0489, 0 },
		{ 0x0591, 0x05bd, 0 },
		{ 0x064b, 0x065f, 0 },
		{ 0x1100, 0x115f, 2 },
		{ 0x1ab0, 0x1aff, 0 },
		{ 0x1dc0, 0x1dff, 0 },
		{ 0x200b, 0x200f, 0 },
		{ 0x20d0, 0x20ff, 0 },
		{ 0x231a, 0x231b, 2 },
		{ 0x23e9, 0x23f3, 2 },
		{ 0x25fd, 0x25fe, 2 },
		{ 0x2614, 0x2615, 2 },
		{ 0x2648, 0x2653, 2 },
		{ 0x267f, 0x267f, 2 },
		{ 0x2693, 0x2693, 2 },
		{ 0x26a1, 0x26a1, 2 },
		{ 0x26aa, 0x26ab, 2 },
		{ 0x26bd, 0x26be, 2 },
		{ 0x26c4, 0x26c5, 2 },
		{ 0x26ce, 0x26ce, 2 },
		{ 0x26d4, 0x26d4, 2 },
		{ 0x26ea, 0x26ea, 2 },
		{ 0x26f2, 0x26f5, 2 },
		{ 0x26fa, 0x26fd, 2 },
		{ 0x2705, 0x2705, 2 },
		{ 0x270a, 0x270b, 2 },
		{ 0x2728, 0x2728, 2 },
		{ 0x274c, 0x274e, 2 },
		{ 0x2753, 0x2757, 2 },
		{ 0x2795, 0x2797, 2 },
		{ 0x27b0, 0x27bf, 2 },
		{ 0x2b1b, 0x2b1c, 2 },
		{ 0x2b50, 0x2b55, 2 },
		{ 0x2e80, 0x303e, 2 },
		{ 0x3041, 0x33ff, 2 },
		{ 0x3400, 0x4dbf, 2 },
		{ 0x4e00, 0x9fff, 2 },
		{ 0xa000, 0xa4cf, 2 },
		{ 0xac00, 0xd7a3, 2 },
		{ 0xf900, 0xfaff, 2 },
		{ 0xfe00, 0xfe0f, 0 },
		{ 0xfe20, 0xfe2f, 0 },
		{ 0xfe30, 0xfe6f, 2 },
		{ 0xff00, 0xff60, 2 },
		{ 0xffe0, 0xffe6, 2 },
		{ 0x1f004, 0x1f004, 2 },
		{ 0x1f0cf, 0x1f0cf, 2 },
		{ 0x1f18e, 0x1f18e, 2 },
		{ 0x1f191, 0x1f19a, 2 },
		{ 0x1f200, 0x1f265, 2 },
		{ 0x1f300, 0x1f64f, 2 },
		{ 0x1f680, 0x1f6ff, 2 },
		{ 0x1f7e0, 0x1f7eb, 2 },
		{ 0x1f900, 0x1f9ff, 2 },
		{ 0x1fa70, 0x1faff, 2 },
		{ 0x20000, 0x3fffd, 2 },
		{ 0xe0100, 0xe01ef, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return ranges[i].width;
	return 1;
}

/* Takes one character or colour sequence: its bytes, and its columns. */
static size_t
take_one(const char *s, size_t len, size_t *columns)
{
	uint32_t cp;
	size_t n;

	if (len >= 2 && s[0] == ESCAPE && s[1] == '[') {
		*columns = 0;
		for (n = 2; n < len && s[n] != 'm'; n++)
			;
		return n < len ? n + 1 : len;
	}
	n = text_utf8(s, len, &cp);
	*columns = n > 0 ? width_of(cp) : 1;
	return n > 0 ? n : 1;
}

size_t
terminal_columns(const char *s, size_t len)
{
	size_t total = 0, columns, n;

	for (; len > 0; s += n, len -= n) {
		n = take_one(s, len, &columns);
		total += columns;
	}
	return total;
}

size_t
terminal_rows(const char *s, size_t len, size_t width)
{
	size_t rows = 1, used = 0, columns, n;

	for (; len > 0; s += n, len -= n) {
		n = take_one(s, len, &columns);
		if (used > 0 && used + columns > width) {
			rows++;
			used = 0;
		}
		used += columns;
	}
	return rows;
}

void
terminal_add_cell(struct buf *out, const char *s, size_t columns)
{
	size_t len = strlen(s), used = 0, room = columns, width, n;
	bool cut = terminal_columns(s, len) > columns;

	if (cut)
		room = columns > 3 ? columns - 3 : 0;
	for (; len > 0; s += n, len -= n) {
		n = take_one(s, len, &width);
		if (used + width > room)
			break;
		buf_add(out, s, n);
		used += width;
	}
	if (cut && columns > 3) {
		buf_adds(out, "...");
		used += 3;
	}
	for (; used < columns; used++)
		buf_addc(out, ' ');
}
