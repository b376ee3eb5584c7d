#include "compat.h"

#include <string.h>

#include "json/emit.h"

void
emit_string_n(struct buf *out, const char *s, size_t len)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *hit;
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < len; i++) {
		hit = memchr(values, s[i], sizeof values - 1);
		if (s[i] == '"' || s[i] == '\\')
			buf_addf(out, "\\%c", s[i]);
		else if (hit != NULL)
			buf_addf(out, "\\%c", names[hit - values]);
		else if ((unsigned char)s[i] < 0x20)
			buf_addf(out, "\\u%04x", (unsigned int)s[i]);
		else
			buf_addc(out, s[i]);
	}
	buf_addc(out, '"');
}

void
emit_string(struct buf *out, const char *s)
{
	emit_string_n(out, s, strlen(s));
}

void
emit_name(struct buf *out, const char *name)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		buf_addc(out, ',');
	emit_string(out, name);
	buf_addc(out, ':');
}
