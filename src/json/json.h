/* SPDX-License-Identifier: ISC */
/*
 * Reading JSON: a validated text, tokenized once, walked with cursors.  The
 * only includer of jsmn.
 *
 * A cursor is passed by value.  Looking for something that is not there gives
 * the absent cursor, on which every question answers "no" or "absent", so that
 * a path is one expression with one check at its end:
 *
 *	if (!json_u64(json_member(json_member(root, "run"), "id"), &id))
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/validate.h"

struct json_doc;

struct json {
	const struct json_doc *doc; /* lent; NULL: the absent cursor */
	size_t token;
};

enum json_type {
	JSON_ABSENT,
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/*
 * Validates and tokenizes.  The text is lent and must outlive the doc, which
 * the caller frees.  NULL if the text is not JSON, or has more than a million
 * names and values; the error says why.
 */
struct json_doc *json_parse(
    const char *text, size_t len, enum json_strictness, struct json_error *);
void json_free(struct json_doc *);

struct json json_root(const struct json_doc *);
enum json_type json_type(struct json);

/* "an object", "a number", ... for messages. */
const char *json_type_name(enum json_type);

/*
 * The member of that name.  One that occurs twice counts as absent: readers
 * differ in which they take (RFC 8259, 4), so that neither proves anything.
 */
struct json json_member(struct json object, const char *name);

/* The name occurs more than once. */
bool json_is_ambiguous(struct json object, const char *name);

/*
 * Iteration: the first element of an array or the name of the first member of
 * an object; then the next.  json_value takes a name to its value.
 */
struct json json_first(struct json container);
struct json json_next(struct json);
struct json json_value(struct json name);

/* A number without sign, fraction or exponent that fits. */
bool json_u64(struct json, uint64_t *);

/* Appends the string, unescaped, as UTF-8; halves of surrogates and stray
 * bytes become U+FFFD.  False for anything but a string. */
bool json_string(struct json, struct buf *);

/* The same as a new C string (a NUL becomes "?"), owned by the caller;
 * NULL for anything but a string. */
char *json_strdup(struct json);

/* A string equal to this text, after unescaping. */
bool json_is(struct json, const char *);

/* The value's own text, as written (strings with their quotes); lent. */
const char *json_text(struct json, size_t *len);

#endif
