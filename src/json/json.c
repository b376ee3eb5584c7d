/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "json/json.h"

/*
 * Without parent links jsmn takes quadratic time on long arrays of containers,
 * which is a gift to a hostile server.
 */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <jsmn.h>
#pragma GCC diagnostic pop

/*
 * A page of 100 runs has 41,000 tokens, one of 100 jobs with 60 steps 82,000;
 * this many is 800 steps in each of 100 jobs, and takes 36 MiB.
 */
#define TOKENS_MAX ((size_t)1 << 20)

struct json_doc {
	const char *text;
	jsmntok_t *tokens;
	size_t *next; /* sibling; 0, the root: none */
	size_t count;
};

static const struct json absent;

/*
 * jsmn wants a container around a lone scalar in strict mode, and counts it
 * only at its end; a scalar has one token, which is made here.
 */
static void
tokenize_scalar(struct json_doc *doc, const char *text, size_t len)
{
	size_t start = 0, end = len;

	while (strchr(" \t\r\n", text[start]) != NULL)
		start++;
	while (strchr(" \t\r\n", text[end - 1]) != NULL)
		end--;
	doc->count = 1;
	doc->tokens = xcalloc(1, sizeof *doc->tokens);
	doc->tokens[0].type = JSMN_PRIMITIVE;
	if (text[start] == '"') {
		doc->tokens[0].type = JSMN_STRING;
		start++;
		end--;
	}
	doc->tokens[0].start = (int)start;
	doc->tokens[0].end = (int)end;
	doc->tokens[0].parent = -1;
}

/* False if there are too many. */
static bool
tokenize(struct json_doc *doc, const char *text, size_t len)
{
	jsmn_parser parser;
	int n;

	jsmn_init(&parser);
	n = jsmn_parse(&parser, text, len, NULL, 0);
	if (n <= 0) {
		tokenize_scalar(doc, text, len);
		return true;
	}
	if ((size_t)n > TOKENS_MAX)
		return false;
	doc->count = (size_t)n;
	doc->tokens = xreallocarray(NULL, doc->count, sizeof *doc->tokens);
	jsmn_init(&parser);
	jsmn_parse(&parser, text, len, doc->tokens, (unsigned int)n);
	return true;
}

/* One backward pass: the sibling seen last under each parent is the next. */
static void
link_siblings(struct json_doc *doc)
{
	size_t *head, i, up;

	doc->next = xcalloc(doc->count, sizeof *doc->next);
	head = xcalloc(doc->count, sizeof *head);
	for (i = doc->count; i-- > 1;) {
		up = (size_t)doc->tokens[i].parent;
		doc->next[i] = head[up];
		head[up] = i;
	}
	free(head);
}

struct json_doc *
json_parse(const char *text, size_t len, enum json_strictness strictness,
    struct json_error *e)
{
	struct json_doc *doc;

	if (!json_validate(text, len, strictness, e))
		return NULL;
	doc = xcalloc(1, sizeof *doc);
	doc->text = text;
	if (!tokenize(doc, text, len)) {
		free(doc);
		memset(e, 0, sizeof *e);
		e->line = e->column = 1;
		e->expected = "at most 1,048,576 names and values";
		strlcpy(e->found, "more", sizeof e->found);
		return NULL;
	}
	link_siblings(doc);
	return doc;
}

void
json_free(struct json_doc *doc)
{
	if (doc == NULL)
		return;
	free(doc->tokens);
	free(doc->next);
	free(doc);
}

static struct json
cursor(const struct json_doc *doc, size_t token)
{
	struct json j = { doc, token };

	return j;
}

static const jsmntok_t *
token_of(struct json j)
{
	return &j.doc->tokens[j.token];
}

struct json
json_root(const struct json_doc *doc)
{
	return cursor(doc, 0);
}

enum json_type
json_type(struct json j)
{
	if (j.doc == NULL)
		return JSON_ABSENT;
	switch (token_of(j)->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	case JSMN_PRIMITIVE:
	case JSMN_UNDEFINED:
		break;
	}
	switch (j.doc->text[token_of(j)->start]) {
	case 'n':
		return JSON_NULL;
	case 't':
	case 'f':
		return JSON_BOOLEAN;
	default:
		return JSON_NUMBER;
	}
}

const char *
json_type_name(enum json_type type)
{
	static const char *names[] = {
		[JSON_ABSENT] = "nothing",
		[JSON_NULL] = "null",
		[JSON_BOOLEAN] = "a boolean",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

struct json
json_first(struct json container)
{
	enum json_type type = json_type(container);

	/* A container's first child is the token right behind it. */
	if ((type != JSON_ARRAY && type != JSON_OBJECT) ||
	    token_of(container)->size == 0)
		return absent;
	return cursor(container.doc, container.token + 1);
}

struct json
json_next(struct json j)
{
	if (j.doc == NULL || j.doc->next[j.token] == 0)
		return absent;
	return cursor(j.doc, j.doc->next[j.token]);
}

struct json
json_value(struct json name)
{
	if (name.doc == NULL || token_of(name)->type != JSMN_STRING ||
	    token_of(name)->size == 0)
		return absent;
	return cursor(name.doc, name.token + 1);
}

/* How many members have the name; the first one's value. */
static size_t
find_members(struct json object, const char *name, struct json *value)
{
	struct json j;
	size_t n = 0;

	if (json_type(object) != JSON_OBJECT)
		return 0;
	for (j = json_first(object); j.doc != NULL; j = json_next(j))
		if (json_is(j, name) && n++ == 0)
			*value = json_value(j);
	return n;
}

struct json
json_member(struct json object, const char *name)
{
	struct json value;

	return find_members(object, name, &value) == 1 ? value : absent;
}

bool
json_is_ambiguous(struct json object, const char *name)
{
	struct json ignored;

	return find_members(object, name, &ignored) > 1;
}

bool
json_u64(struct json j, uint64_t *value)
{
	const char *text;
	size_t len;

	if (json_type(j) != JSON_NUMBER)
		return false;
	text = json_text(j, &len);
	return text_u64(text, len, value);
}

static uint32_t
hex4(const char *s)
{
	uint32_t v = 0;
	size_t i;
	char c;

	for (i = 0; i < 4; i++) {
		c = text_lower(s[i]);
		v = v << 4 |
		    (uint32_t)(text_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return v;
}

/* Decodes one escape or character of a valid string; returns bytes used. */
static size_t
decode_one(const char *p, size_t left, uint32_t *cp)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *hit;
	uint32_t low;
	size_t n;

	if (*p != '\\') {
		if ((n = text_utf8(p, left, cp)) > 0)
			return n;
		*cp = 0xfffd;
		return 1;
	}
	if (p[1] != 'u') {
		hit = strchr(names, p[1]);
		*cp = (unsigned char)(hit != NULL ? values[hit - names] : p[1]);
		return 2;
	}
	*cp = hex4(p + 2);
	if (*cp < 0xd800 || *cp > 0xdfff)
		return 6;
	if (*cp <= 0xdbff && left >= 12 && p[6] == '\\' && p[7] == 'u') {
		low = hex4(p + 8);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*cp = 0x10000 + ((*cp - 0xd800) << 10) + low - 0xdc00;
			return 12;
		}
	}
	*cp = 0xfffd;
	return 6;
}

bool
json_string(struct json j, struct buf *out)
{
	const char *p, *end;
	char utf8[4];
	uint32_t cp;

	if (json_type(j) != JSON_STRING)
		return false;
	p = j.doc->text + token_of(j)->start;
	end = j.doc->text + token_of(j)->end;
	while (p < end) {
		p += decode_one(p, (size_t)(end - p), &cp);
		buf_add(out, utf8, text_utf8_encode(cp, utf8));
	}
	return true;
}

char *
json_strdup(struct json j)
{
	struct buf b;
	size_t i;

	buf_init(&b, BUF_TEXT_MAX);
	if (!json_string(j, &b))
		return NULL;
	/* A NUL cannot stand in a C string, and must not end one early. */
	for (i = 0; i < b.len; i++)
		if (b.data[i] == '\0')
			b.data[i] = '?';
	return buf_take(&b);
}

bool
json_is(struct json j, const char *text)
{
	const char *p, *end;
	char utf8[4];
	uint32_t cp;
	size_t n;

	if (json_type(j) != JSON_STRING)
		return false;
	p = j.doc->text + token_of(j)->start;
	end = j.doc->text + token_of(j)->end;
	while (p < end) {
		p += decode_one(p, (size_t)(end - p), &cp);
		n = text_utf8_encode(cp, utf8);
		/* strncmp stops at the end of text, memcmp would not. */
		if (cp == 0 || strncmp(utf8, text, n) != 0)
			return false;
		text += n;
	}
	return *text == '\0';
}

const char *
json_text(struct json j, size_t *len)
{
	const jsmntok_t *t;
	size_t quotes;

	if (j.doc == NULL) {
		*len = 0;
		return "";
	}
	t = token_of(j);
	quotes = t->type == JSMN_STRING;
	*len = (size_t)(t->end - t->start) + 2 * quotes;
	return j.doc->text + t->start - quotes;
}
