/* SPDX-License-Identifier: ISC */
/*
 * Reads one section of a YAML text: that of a key at the left margin, in the
 * forms that workflow files have (YAML 1.2: block and flow collections, plain,
 * quoted and block scalars, comments).
 *
 * It is certain or says that it is not: what it does not know (aliases, tags,
 * several documents, complex keys, and whatever is not YAML) is never taken for
 * something else.  Pure.
 */
#ifndef GITHUB_YAML_H
#define GITHUB_YAML_H

#include <stdbool.h>
#include <stddef.h>

enum yaml_kind {
	YAML_ABSENT,
	YAML_NULL, /* nothing is written there */
	YAML_TEXT,
	YAML_LIST,
	YAML_MAP,
	YAML_UNSURE /* it is there, but not understood */
};

struct yaml_node {
	enum yaml_kind kind;
	size_t parent;
	char *name;    /* in a map; else NULL; owned */
	char *text;    /* of YAML_TEXT; else NULL; owned */
	bool is_plain; /* without quotation marks */
};

struct yaml {
	struct yaml_node *nodes; /* the first is the section; owned */
	size_t count;
};

/* Reads the section of that key.  Its root is YAML_ABSENT if there is no such
 * key, and YAML_UNSURE if the text is not understood.  The caller wipes. */
void yaml_read(struct yaml *, const char *text, size_t len, const char *key);
void yaml_wipe(struct yaml *);

const struct yaml_node *yaml_root(const struct yaml *);

/* The member of that name.  YAML_ABSENT if there is certainly none, YAML_UNSURE
 * if there are several, or nobody knows. */
const struct yaml_node *yaml_member(
    const struct yaml *, const struct yaml_node *map, const char *name);

/* The elements of a list or a map, in order: the one behind `previous` (NULL:
 * the first), or NULL. */
const struct yaml_node *yaml_next(const struct yaml *,
    const struct yaml_node *collection, const struct yaml_node *previous);

/* A plain or quoted scalar of this text. */
bool yaml_is(const struct yaml_node *, const char *);

#endif
