/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/validate.h"

struct scan {
	const char *start, *p, *end;
	bool strict;
	const char *expected; /* set by the check that failed */
};

static bool
fail(struct scan *s, const char *expected)
{
	s->expected = expected;
	return false;
}

static bool
at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static bool
at_digit(const struct scan *s)
{
	return s->p < s->end && text_is_digit(*s->p);
}

/* RFC 8259, 2: ws */
static void
skip_space(struct scan *s)
{
	while (at(s, ' ') || at(s, '\t') || at(s, '\n') || at(s, '\r'))
		s->p++;
}

static bool
scan_literal(struct scan *s, const char *word, const char *expected)
{
	for (; *word != '\0'; word++, s->p++)
		if (!at(s, *word))
			return fail(s, expected);
	return true;
}

static bool
scan_digits(struct scan *s)
{
	if (!at_digit(s))
		return fail(s, "a digit");
	while (at_digit(s))
		s->p++;
	return true;
}

/* RFC 8259, 6: [ minus ] int [ frac ] [ exp ] */
static bool
scan_number(struct scan *s)
{
	if (at(s, '-'))
		s->p++;
	if (at(s, '0')) {
		s->p++;
		if (at_digit(s))
			return fail(s, "no digit after a leading 0");
	} else if (!scan_digits(s)) {
		return false;
	}
	if (at(s, '.')) {
		s->p++;
		if (!scan_digits(s))
			return false;
	}
	if (at(s, 'e') || at(s, 'E')) {
		s->p++;
		if (at(s, '+') || at(s, '-'))
			s->p++;
		if (!scan_digits(s))
			return false;
	}
	return true;
}

/* The four digits after "\u"; leaves p at the first that is not one. */
static bool
scan_hex4(struct scan *s, unsigned int *value)
{
	unsigned int i;
	char c;

	for (i = 0, *value = 0; i < 4; i++, s->p++) {
		c = s->p < s->end ? text_lower(*s->p) : '\0';
		if (text_is_digit(c))
			*value = *value << 4 | (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (unsigned int)(c - 'a' + 10);
		else
			return fail(s, "four hexadecimal digits after \\u");
	}
	return true;
}

/* After the backslash. */
static bool
scan_escape(struct scan *s)
{
	const char *start = s->p - 1;
	unsigned int unit, low;

	if (s->p == s->end || *s->p == '\0' ||
	    strchr("\"\\/bfnrtu", *s->p) == NULL)
		return fail(s, "one of \" \\ / b f n r t u after a backslash");
	if (*s->p++ != 'u')
		return true;
	if (!scan_hex4(s, &unit))
		return false;
	if (!s->strict || unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit <= 0xdbff && at(s, '\\') && s->end - s->p > 1 &&
	    s->p[1] == 'u') {
		s->p += 2;
		if (!scan_hex4(s, &low))
			return false;
		if (low >= 0xdc00 && low <= 0xdfff)
			return true;
	}
	s->p = start;
	return fail(s, "a surrogate pair (half of one is no character)");
}

/* RFC 8259, 7; at the opening quote. */
static bool
scan_string(struct scan *s)
{
	uint32_t cp;
	size_t n;

	s->p++;
	while (s->p < s->end && *s->p != '"') {
		if ((unsigned char)*s->p < 0x20)
			return fail(s, "no raw control character in a string");
		if (*s->p == '\\') {
			s->p++;
			if (!scan_escape(s))
				return false;
			continue;
		}
		n = text_utf8(s->p, (size_t)(s->end - s->p), &cp);
		if (n == 0 && s->strict)
			return fail(s, "UTF-8");
		s->p += n > 0 ? n : 1;
	}
	if (s->p == s->end)
		return fail(s, "'\"' at the end of the string");
	s->p++;
	return true;
}

/* A value that is not a container. */
static bool
scan_scalar(struct scan *s, const char *expected)
{
	if (at(s, '"'))
		return scan_string(s);
	if (at(s, '-') || at_digit(s))
		return scan_number(s);
	if (at(s, 't'))
		return scan_literal(s, "true", "true");
	if (at(s, 'f'))
		return scan_literal(s, "false", "false");
	if (at(s, 'n'))
		return scan_literal(s, "null", "null");
	return fail(s, expected);
}

/* A member's name, its colon and the space around. */
static bool
scan_name(struct scan *s, const char *expected)
{
	if (!at(s, '"'))
		return fail(s, expected);
	if (!scan_string(s))
		return false;
	skip_space(s);
	if (!at(s, ':'))
		return fail(s, "':' after the member's name");
	s->p++;
	skip_space(s);
	return true;
}

static bool
scan_text(struct scan *s)
{
	bool in_object[JSON_DEPTH_MAX];
	size_t depth = 0;
	const char *value = "a value";

	skip_space(s);
	for (;;) {
		/* At a value: open a container or take a scalar. */
		if (at(s, '{') || at(s, '[')) {
			if (depth == JSON_DEPTH_MAX)
				return fail(s, "less nesting");
			in_object[depth] = at(s, '{');
			s->p++;
			skip_space(s);
			if (!at(s, in_object[depth] ? '}' : ']')) {
				if (in_object[depth++]) {
					if (!scan_name(s,
						"a member's name "
						"in double quotes, or '}'"))
						return false;
					value = "a value";
				} else {
					value = "a value or ']'";
				}
				continue;
			}
			s->p++;
		} else if (!scan_scalar(s, value)) {
			return false;
		}
		value = "a value";

		/* After a value: close containers up to the next one. */
		for (;;) {
			skip_space(s);
			if (depth == 0)
				return s->p == s->end
				    ? true
				    : fail(s, "nothing after the value");
			if (at(s, ','))
				break;
			if (!at(s, in_object[depth - 1] ? '}' : ']'))
				return fail(s,
				    in_object[depth - 1] ? "',' or '}'"
							 : "',' or ']'");
			s->p++;
			depth--;
		}
		s->p++;
		skip_space(s);
		if (in_object[depth - 1] &&
		    !scan_name(s, "a member's name in double quotes"))
			return false;
	}
}

static void
describe(const struct scan *s, struct json_error *e)
{
	const char *p, *line = s->start;
	unsigned char c;
	uint32_t cp;
	size_t n;

	e->offset = (size_t)(s->p - s->start);
	e->expected = s->expected;
	e->line = 1;
	for (p = s->start; p < s->p; p++)
		if (*p == '\n') {
			e->line++;
			line = p + 1;
		}
	e->column = text_characters(line, (size_t)(s->p - line)) + 1;
	if (s->p == s->end) {
		(void)snprintf(
		    e->found, sizeof e->found, "the end of the text");
		return;
	}
	c = (unsigned char)*s->p;
	n = text_utf8(s->p, (size_t)(s->end - s->p), &cp);
	if (n == 0 || c < 0x20 || c == 0x7f)
		(void)snprintf(e->found, sizeof e->found, "byte 0x%02x", c);
	else if (cp == 0xfeff)
		(void)snprintf(e->found, sizeof e->found, "a byte order mark");
	else
		(void)snprintf(
		    e->found, sizeof e->found, "'%.*s'", (int)n, s->p);
}

bool
json_validate(const char *text, size_t len, enum json_strictness strictness,
    struct json_error *e)
{
	struct scan s = {
		.start = text,
		.p = text,
		.end = text + len,
		.strict = strictness == JSON_STRICT_TEXT,
	};

	if (scan_text(&s))
		return true;
	describe(&s, e);
	return false;
}
