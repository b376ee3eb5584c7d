/* SPDX-License-Identifier: ISC */
/*
 * Is a text JSON?  All of RFC 8259's grammar and UTF-8, checked before any
 * other code looks at the text.  Pure: no allocation, no recursion.
 */
#ifndef JSON_VALIDATE_H
#define JSON_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

/* Containers inside containers; a deeper text is refused (RFC 8259, 9). */
#define JSON_DEPTH_MAX 512

enum json_strictness {
	/*
	 * For text of a user: strings must be UTF-8 and escapes must name
	 * characters (no lone surrogates).
	 */
	JSON_STRICT_TEXT,
	/*
	 * For text of a server: the grammar in full, but a name cut in the
	 * middle of a character must not cost us the run's ID.
	 */
	JSON_LENIENT_TEXT
};

/* Where and why a text is not JSON. */
struct json_error {
	size_t offset;        /* in bytes, from 0 */
	size_t line;          /* from 1 */
	size_t column;        /* in characters, from 1 */
	const char *expected; /* static text */
	char found[48];       /* printable */
};

/* True if text[0..len) is one JSON value; else fills the error. */
bool json_validate(
    const char *text, size_t len, enum json_strictness, struct json_error *);

#endif
