/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "command/sink.h"
#include "json/emit.h"

#define WORD_MAX 64  /* GitHub's longest has 15 letters */
#define CODE_MAX 200 /* bytes; names of jobs have 100 characters */

void
sink_json(struct buf *out, const char *s)
{
	struct buf text;

	if (s == NULL) {
		buf_adds(out, "null");
		return;
	}
	secret_copy(&text, s, strlen(s));
	emit_string_n(out, buf_str(&text), text.len);
	buf_wipe(&text);
}

void
sink_word(struct buf *out, const char *s)
{
	size_t len = 0;

	while (text_is_alnum(s[len]) || s[len] == '_')
		len++;
	buf_adds(out,
	    s[len] != '\0' || len > WORD_MAX || secret_in(s) ? "unknown" : s);
}

void
sink_url(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (text_is_alnum(*s) || strchr("-._/:%@+=,[]", *s) != NULL)
			buf_addc(out, *s);
		else
			buf_addf(
			    out, "%%%02X", (unsigned int)(unsigned char)*s);
}

/* Cuts the text between two characters, and shows that it was cut. */
static void
clip(struct buf *text)
{
	size_t len = CODE_MAX;

	if (text->len <= len)
		return;
	while (((unsigned char)text->data[len] & 0xc0) == 0x80)
		len--;
	text->data[len] = '\0';
	text->len = len;
	buf_adds(text, "...");
}

static size_t
longest_run_of_backticks(const char *s)
{
	size_t longest = 0, n;

	for (; *s != '\0'; s += n + (s[n] != '\0')) {
		n = strspn(s, "`");
		if (n > longest)
			longest = n;
	}
	return longest;
}

static bool
is_at_odds_with_fence(char c)
{
	return c == '`' || c == ' ';
}

/*
 * The fence is longer than any run of backticks inside.  Blanks keep those at
 * the ends apart from it; a reader takes one off at each side.  A bar is
 * escaped even here, for the table is cut into cells first; a blank keeps it
 * apart from a backslash of the text, which would escape the escape.
 */
void
sink_code(struct buf *out, const char *s)
{
	const char *pad;
	struct buf text;
	size_t fence, i;

	if (*s == '\0') {
		buf_addc(out, '-');
		return;
	}
	buf_init(&text, BUF_TEXT_MAX);
	log_add_safe(&text, s);
	clip(&text);
	fence = longest_run_of_backticks(text.data) + 1;
	pad = is_at_odds_with_fence(text.data[0]) ||
		is_at_odds_with_fence(text.data[text.len - 1])
	    ? " "
	    : "";
	for (i = 0; i < fence; i++)
		buf_addc(out, '`');
	buf_adds(out, pad);
	for (i = 0; i < text.len; i++) {
		if (text.data[i] == '|' && i > 0 && text.data[i - 1] == '\\')
			buf_addc(out, ' ');
		if (text.data[i] == '|')
			buf_addc(out, '\\');
		buf_addc(out, text.data[i]);
	}
	buf_adds(out, pad);
	for (i = 0; i < fence; i++)
		buf_addc(out, '`');
	buf_free(&text);
}
