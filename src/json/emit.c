/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/text.h"
#include "json/emit.h"

#define REPLACEMENT 0xfffd /* for bytes that are not a character */

/* RFC 8259, 7: beyond U+FFFF as a pair of surrogates. */
static void
add_escape(struct buf *out, uint32_t cp)
{
	if (cp > 0xffff) {
		cp -= 0x10000;
		buf_addf(out, "\\u%04x", 0xd800 + (unsigned int)(cp >> 10));
		cp = 0xdc00 + (cp & 0x3ff);
	}
	buf_addf(out, "\\u%04x", (unsigned int)cp);
}

/*
 * The next character of the inside of a string, or of any JSON text; its
 * length.  A character that is not merely displayed is escaped, and so is the
 * '[' of "##[": a runner takes that for a command, wherever it stands in a
 * line.
 */
static size_t
add_character(struct buf *out, const char *s, size_t len, bool follows_hashes)
{
	uint32_t cp;
	size_t n;

	n = text_utf8(s, len, &cp);
	if (n == 0) {
		add_escape(out, REPLACEMENT);
		return 1;
	}
	if (text_is_unprintable(cp) || (cp == '[' && follows_hashes))
		add_escape(out, cp);
	else
		buf_add(out, s, n);
	return n;
}

static bool
follows_hashes(const char *s, size_t i)
{
	return i >= 2 && s[i - 1] == '#' && s[i - 2] == '#';
}

void
emit_string_n(struct buf *out, const char *s, size_t len)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *hit;
	size_t i, n;

	buf_addc(out, '"');
	for (i = 0; i < len; i += n) {
		n = 1;
		hit = memchr(values, s[i], sizeof values - 1);
		if (s[i] == '"' || s[i] == '\\')
			buf_addf(out, "\\%c", s[i]);
		else if (hit != NULL)
			buf_addf(out, "\\%c", names[hit - values]);
		else
			n = add_character(
			    out, s + i, len - i, follows_hashes(s, i));
	}
	buf_addc(out, '"');
}

void
emit_string(struct buf *out, const char *s)
{
	emit_string_n(out, s, strlen(s));
}

void
emit_text(struct buf *out, const char *json, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = 1;
		if (strchr("\t\n\r", json[i]) != NULL && json[i] != '\0')
			buf_addc(out, json[i]);
		else
			n = add_character(
			    out, json + i, len - i, follows_hashes(json, i));
	}
}

void
emit_name(struct buf *out, const char *name)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		buf_addc(out, ',');
	emit_string(out, name);
	buf_addc(out, ':');
}
