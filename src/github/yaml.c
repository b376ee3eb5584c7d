/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "github/yaml.h"

#define DEPTH_MAX 32
#define NODES_MAX 10000 /* many times what a workflow can declare */
#define MERGE     "<<"  /* a key that stands for members from elsewhere */

struct reader {
	const char *p, *end;
	const char *line; /* begin of the line that p is in */
	struct yaml *y;
	unsigned int depth;
	bool unsure;
};

static void read_value(
    struct reader *, size_t node, size_t column, bool in_map);

static size_t
add_node(struct reader *r, size_t parent, char *name)
{
	struct yaml *y = r->y;

	if (y->count >= NODES_MAX)
		r->unsure = true;
	y->nodes = xappend(y->nodes, &y->count, sizeof *y->nodes);
	y->nodes[y->count - 1] = (struct yaml_node){
		.kind = YAML_NULL,
		.parent = parent,
		.name = name,
	};
	return y->count - 1;
}

/* The character at p, or some way behind it; NUL at the end. */
static char
peek(const struct reader *r, size_t ahead)
{
	return (size_t)(r->end - r->p) > ahead ? r->p[ahead] : '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static size_t
column_of(const struct reader *r)
{
	return (size_t)(r->p - r->line);
}

/* Moves to the next token, which may be on a later line. */
static void
skip_blank(struct reader *r)
{
	bool may_comment = r->p == r->line || is_blank(r->p[-1]);

	for (;;) {
		while (r->p < r->end && is_blank(*r->p) && *r->p != '\n') {
			may_comment = true;
			r->p++;
		}
		if (peek(r, 0) == '#' && may_comment)
			while (r->p < r->end && *r->p != '\n')
				r->p++;
		if (peek(r, 0) != '\n')
			break;
		r->line = ++r->p;
		may_comment = true;
	}
	/* Tabs do not indent, and their width is anybody's guess. */
	if (r->p < r->end && memchr(r->line, '\t', column_of(r)) != NULL)
		r->unsure = true;
}

/* A dash that begins an element of a list. */
static bool
at_dash(const struct reader *r)
{
	return peek(r, 0) == '-' && is_blank(peek(r, 1));
}

static bool
at_colon(const struct reader *r)
{
	return peek(r, 0) == ':' && is_blank(peek(r, 1));
}

/* Reads a quoted scalar.  What it stands for is not certain if it has several
 * lines, or an escape that would have to be looked up. */
static char *
read_quoted(struct reader *r, bool *certain)
{
	const char quote = *r->p++;
	struct buf b;
	char c;

	buf_init(&b, BUF_TEXT_MAX);
	for (*certain = true; r->p < r->end; buf_addc(&b, c)) {
		c = *r->p++;
		if (c == quote && (quote == '"' || peek(r, 0) != quote))
			return buf_take(&b);
		if (c == '\n') {
			r->line = r->p;
			*certain = false;
		} else if (c == quote) {
			r->p++;
		} else if (c == '\\' && quote == '"') {
			c = peek(r, 0);
			r->p += c == '"' || c == '\\';
			*certain = *certain && (c == '"' || c == '\\');
		}
	}
	r->unsure = true;
	return buf_take(&b);
}

/* Moves over what a plain scalar has on this line: up to a comment, a colon
 * that makes it a key, or one of these characters. */
static void
skip_plain(struct reader *r, const char *stops)
{
	while (r->p < r->end && *r->p != '\n' && !at_colon(r) &&
	    strchr(stops, *r->p) == NULL &&
	    !(*r->p == '#' && is_blank(r->p[-1])))
		r->p++;
}

static void
skip_word(struct reader *r)
{
	while (!is_blank(peek(r, 0)))
		r->p++;
}

static void
skip_line(struct reader *r)
{
	while (r->p < r->end && *r->p++ != '\n')
		;
	r->line = r->p;
}

/* The text up to p, without the blanks at its end. */
static char *
take_plain(const struct reader *r, const char *begin)
{
	const char *end = r->p;

	while (end > begin && is_blank(end[-1]))
		end--;
	return xstrndup(begin, (size_t)(end - begin));
}

/* Reads a key and its colon, if there is one on this line: else NULL, and p
 * stays. */
static char *
read_key(struct reader *r)
{
	const struct reader was = *r;
	bool certain = true;
	char *name;

	if (peek(r, 0) == '"' || peek(r, 0) == '\'') {
		name = read_quoted(r, &certain);
		while (peek(r, 0) == ' ')
			r->p++;
	} else {
		skip_plain(r, "\"'[]{}&*!|>%@`?,");
		name = take_plain(r, was.p);
	}
	if (certain && r->p > was.p && at_colon(r)) {
		r->p++;
		return name;
	}
	free(name);
	*r = was;
	return NULL;
}

static bool
at_key(const struct reader *r)
{
	struct reader copy = *r;
	char *name = read_key(&copy);

	free(name);
	return name != NULL;
}

static void
set_text(struct reader *r, size_t node, char *text, bool is_plain)
{
	struct yaml_node *n = &r->y->nodes[node];
	bool is_null = is_plain &&
	    (*text == '\0' || strcmp(text, "~") == 0 ||
		strcmp(text, "null") == 0);

	n->kind = is_null ? YAML_NULL : YAML_TEXT;
	n->text = text;
	n->is_plain = is_plain;
}

/* Reads an element of a list in brackets, or a value in braces. */
static void read_flow(struct reader *, size_t node);

static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it. */
read_flow_value(struct reader *r, size_t node)
{
	const char *begin = r->p;
	bool certain = true;
	char *text;

	if (*begin == '[' || *begin == '{') {
		read_flow(r, node);
	} else if (*begin == '"' || *begin == '\'') {
		text = read_quoted(r, &certain);
		set_text(r, node, text, false);
	} else if (strchr("&!|>%@`?-:#", *begin) != NULL) {
		r->unsure = true;
	} else {
		skip_plain(r, ",[]{}");
		/* Before one of these, a colon ends a key. */
		r->unsure = r->unsure || (r->p > begin && r->p[-1] == ':');
		set_text(r, node, take_plain(r, begin), true);
		if (*begin == '*')
			r->y->nodes[node].kind = YAML_UNSURE;
	}
	r->unsure = r->unsure || !certain;
}

/* Reads a list in brackets or a map in braces. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it. */
read_flow(struct reader *r, size_t node)
{
	const char close = *r->p++ == '{' ? '}' : ']';
	struct yaml_node *n;
	size_t child;

	r->unsure = r->unsure || ++r->depth > DEPTH_MAX;
	r->y->nodes[node].kind = close == '}' ? YAML_MAP : YAML_LIST;
	for (skip_blank(r); !r->unsure && peek(r, 0) != close; skip_blank(r)) {
		child = add_node(r, node, NULL);
		if (r->p < r->end)
			read_flow_value(r, child);
		skip_blank(r);
		if (close == '}') {
			n = &r->y->nodes[child];
			r->unsure = r->unsure || n->kind != YAML_TEXT;
			n->name = n->text;
			n->text = NULL;
			n->kind = YAML_NULL;
			if (peek(r, 0) == ':') {
				r->p++;
				skip_blank(r);
				if (strchr(",}", peek(r, 0)) == NULL)
					read_flow_value(r, child);
				skip_blank(r);
			}
		}
		if (peek(r, 0) == ',')
			r->p++;
		else if (peek(r, 0) != close)
			r->unsure = true;
	}
	r->depth--;
	r->p += r->p < r->end;
}

/* Moves over a block scalar, whose lines are indented more than this. */
static void
skip_block_scalar(struct reader *r, size_t column)
{
	size_t spaces;

	for (skip_line(r); r->p < r->end; skip_line(r)) {
		for (spaces = 0; peek(r, spaces) == ' '; spaces++)
			;
		if (spaces <= column && !is_blank(peek(r, spaces)))
			break;
	}
}

/* Reads a plain scalar; of one with several lines, nobody asks for more. */
static void
read_plain(struct reader *r, size_t node, size_t column)
{
	const char *begin = r->p, *line = r->line;

	skip_plain(r, "");
	r->unsure = r->unsure || at_colon(r);
	set_text(r, node, take_plain(r, begin), true);
	for (skip_blank(r);
	     r->p < r->end && r->line != line && column_of(r) > column;
	     skip_blank(r)) {
		r->y->nodes[node].kind = YAML_UNSURE;
		skip_plain(r, "");
		r->unsure = r->unsure || at_colon(r);
		if (r->unsure)
			break;
	}
}

static void
read_scalar(struct reader *r, size_t node, size_t column)
{
	bool certain;
	char *text;

	switch (*r->p) {
	case '"':
	case '\'':
		text = read_quoted(r, &certain);
		set_text(r, node, text, false);
		if (!certain)
			r->y->nodes[node].kind = YAML_UNSURE;
		break;
	case '[':
	case '{':
		read_flow(r, node);
		break;
	case '|':
	case '>':
		r->y->nodes[node].kind = YAML_UNSURE;
		skip_block_scalar(r, column);
		break;
	case '*':
		r->y->nodes[node].kind = YAML_UNSURE;
		skip_word(r);
		break;
	default:
		r->unsure = r->unsure || strchr("!%@`?,]}-:", *r->p) != NULL;
		read_plain(r, node, column);
	}
}

/* Reads a list whose dashes, or a map whose keys, stand in this column. */
static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it. */
read_block(struct reader *r, size_t node, bool is_map)
{
	const size_t column = column_of(r);
	char *name = NULL;

	r->y->nodes[node].kind = is_map ? YAML_MAP : YAML_LIST;
	while (!r->unsure && r->p < r->end && column_of(r) == column &&
	    (is_map ? (name = read_key(r)) != NULL : at_dash(r))) {
		r->p += !is_map;
		read_value(r, add_node(r, node, name), column, is_map);
		skip_blank(r);
	}
	/* What follows belongs to a collection around this one. */
	if (r->p < r->end && column_of(r) + !is_map > column)
		r->unsure = r->unsure || is_map || column_of(r) > column;
}

/*
 * Reads the value behind a colon or a dash; `column` is that of its key or
 * dash.  It may be on later lines, indented more; only a list in a map need
 * not be.
 */
static void
/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it. */
read_value(struct reader *r, size_t node, size_t column, bool in_map)
{
	const char *line = r->line;
	bool same_line, dash;

	skip_blank(r);
	while (peek(r, 0) == '&') {
		skip_word(r);
		skip_blank(r);
	}
	if (r->unsure || r->p == r->end)
		return;
	same_line = r->line == line;
	dash = at_dash(r);
	if (!same_line && column_of(r) <= column &&
	    !(in_map && dash && column_of(r) == column))
		return;
	if (++r->depth > DEPTH_MAX ||
	    (same_line && in_map && (dash || at_key(r))))
		r->unsure = true;
	else if (dash || at_key(r))
		read_block(r, node, !dash);
	else
		read_scalar(r, node, column);
	r->depth--;
}

/* Moves to the next key at the margin.  Only quotation marks, brackets and
 * braces may hide what looks like one. */
static void
skip_section(struct reader *r)
{
	while (peek(r, 0) == ' ')
		r->p++;
	if (r->p < r->end && strchr("\"'[{", *r->p) != NULL)
		read_value(r, add_node(r, SIZE_MAX, NULL), 0, true);
	else
		skip_line(r);
	while (r->p == r->line && r->p < r->end &&
	    (is_blank(*r->p) || *r->p == '#' || at_dash(r)))
		skip_line(r);
	skip_blank(r);
}

static void
read_sections(struct reader *r, const char *key)
{
	char *name;

	skip_blank(r);
	if (r->end - r->p >= 4 && memcmp(r->p, "---", 3) == 0 &&
	    is_blank(r->p[3])) {
		r->p += 3;
		skip_blank(r);
	}
	while (!r->unsure && r->p < r->end) {
		name = column_of(r) == 0 ? read_key(r) : NULL;
		if (name == NULL) {
			r->unsure = true;
		} else if (strcmp(name, key) != 0) {
			skip_section(r);
		} else if (r->y->nodes[0].kind != YAML_ABSENT) {
			r->unsure = true;
		} else {
			r->y->nodes[0].kind = YAML_NULL;
			read_value(r, 0, 0, true);
			skip_blank(r);
		}
		free(name);
	}
}

void
yaml_read(struct yaml *y, const char *text, size_t len, const char *key)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of the byte order */
	struct reader r = { .p = text, .end = text + len, .line = text };

	memset(y, 0, sizeof *y);
	r.y = y;
	add_node(&r, SIZE_MAX, NULL);
	y->nodes[0].kind = YAML_ABSENT;
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		r.line = r.p = text + 3;
	if (len > 0 && memchr(text, '\0', len) != NULL)
		r.unsure = true;
	else
		read_sections(&r, key);
	if (r.unsure)
		y->nodes[0].kind = YAML_UNSURE;
}

void
yaml_wipe(struct yaml *y)
{
	size_t i;

	for (i = 0; i < y->count; i++) {
		free(y->nodes[i].name);
		free(y->nodes[i].text);
	}
	free(y->nodes);
	memset(y, 0, sizeof *y);
}

const struct yaml_node *
yaml_root(const struct yaml *y)
{
	return &y->nodes[0];
}

const struct yaml_node *
yaml_next(const struct yaml *y, const struct yaml_node *collection,
    const struct yaml_node *previous)
{
	const struct yaml_node *n = previous != NULL ? previous : collection;
	const size_t parent = (size_t)(collection - y->nodes);

	if (collection->kind != YAML_LIST && collection->kind != YAML_MAP)
		return NULL;
	while (++n < y->nodes + y->count)
		if (n->parent == parent)
			return n;
	return NULL;
}

const struct yaml_node *
yaml_member(const struct yaml *y, const struct yaml_node *map, const char *name)
{
	static const struct yaml_node absent = { .kind = YAML_ABSENT };
	static const struct yaml_node unsure = { .kind = YAML_UNSURE };
	const struct yaml_node *n, *found = &absent;

	if (map->kind == YAML_UNSURE)
		return &unsure;
	for (n = NULL;
	     map->kind == YAML_MAP && (n = yaml_next(y, map, n)) != NULL;)
		if (strcmp(n->name, MERGE) == 0)
			return &unsure;
		else if (strcmp(n->name, name) == 0)
			found = found == &absent ? n : &unsure;
	return found;
}

bool
yaml_is(const struct yaml_node *n, const char *text)
{
	return n->kind == YAML_TEXT && strcmp(n->text, text) == 0;
}
