#include "compat.h"

#include <string.h>

#include "base/text.h"

bool
text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
text_is_alnum(char c)
{
	return text_is_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_equal_nocase_n(const char *a, size_t len, const char *b)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (b[i] == '\0' || text_lower(a[i]) != text_lower(b[i]))
			return false;
	return b[len] == '\0';
}

bool
text_equal_nocase(const char *a, const char *b)
{
	return text_equal_nocase_n(a, strlen(a), b);
}

const char *
text_find_nocase_n(const char *hay, size_t len, const char *needle)
{
	size_t n = strlen(needle), i;

	for (; len >= n; hay++, len--) {
		for (i = 0; i < n; i++)
			if (text_lower(hay[i]) != text_lower(needle[i]))
				break;
		if (i == n)
			return hay;
	}
	return NULL;
}

const char *
text_find_nocase(const char *hay, const char *needle)
{
	return text_find_nocase_n(hay, strlen(hay), needle);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *
text_trim(const char *s, size_t *len)
{
	size_t n = strlen(s);

	while (n > 0 && is_space(s[n - 1]))
		n--;
	while (n > 0 && is_space(*s)) {
		s++;
		n--;
	}
	*len = n;
	return s;
}

bool
text_u64(const char *s, size_t len, uint64_t *value)
{
	uint64_t v = 0;
	unsigned int digit;
	size_t i;

	if (len == 0 || len > 20)
		return false;
	for (i = 0; i < len; i++) {
		if (!text_is_digit(s[i]))
			return false;
		digit = (unsigned int)(s[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

size_t
text_utf8(const char *s, size_t len, uint32_t *code_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c;
	uint32_t cp;
	size_t n, i;

	if (len == 0)
		return 0;
	c = (unsigned char)s[0];
	if (c < 0x80) {
		*code_point = c;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	cp = c & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		c = (unsigned char)s[i];
		if ((c & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (c & 0x3fu);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*code_point = cp;
	return n;
}

size_t
text_utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool
text_is_utf8(const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = text_utf8(s, len, &cp)) == 0)
			return false;
	return true;
}

bool
text_has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

size_t
text_characters(const char *s, size_t len)
{
	uint32_t cp;
	size_t n, count = 0;

	for (; len > 0; s += n, len -= n, count++)
		if ((n = text_utf8(s, len, &cp)) == 0)
			n = 1;
	return count;
}
