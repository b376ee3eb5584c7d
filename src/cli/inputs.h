/* SPDX-License-Identifier: ISC */
/*
 * The inputs of a workflow, or the payload of an event, as a user gives them:
 * checked, in their order, each name once.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

struct input {
	char *name;
	char *text;    /* the value without quotes and escapes */
	char *json;    /* the member "name":value, spelled as it was
				 * given: numbers digit for digit */
	bool is_field; /* from --field */
	bool is_plain; /* a string, a number or a boolean */
};

struct inputs {
	struct input *list;
	size_t count;
	bool is_payload; /* values may be of any type */
};

/*
 * Adds the members of a JSON object.  STATUS_USAGE, with line and column, for
 * what is not JSON; for another root, names that occur twice and, unless they
 * are for a payload, nested values and null.  `what` (the option or variable)
 * begins the message.
 */
enum status inputs_add_json(struct inputs *, const char *what, const char *text,
    size_t len, struct fault *);

/*
 * Adds NAME=VALUE as a string; replaces one of that name from JSON.
 * STATUS_USAGE if it is not such a pair, not UTF-8, or contradicts an earlier
 * field.
 */
enum status inputs_add_field(struct inputs *, const char *pair, struct fault *);

/* NULL if there is none. */
const struct input *inputs_find(const struct inputs *, const char *name);

/* Appends the JSON object, with `value` (unless NULL) as the input `name`, at
 * its place or at the end.  One that has this value stays as it was spelled. */
void inputs_write(
    struct buf *, const struct inputs *, const char *name, const char *value);

/* Calls `visit` with the text of the value, or with each string inside of it
 * (those of keys left out), which is lent. */
void inputs_visit(
    const struct input *, void (*visit)(void *ctx, const char *), void *ctx);

/* Appends the names, for the log: values may be secrets. */
void inputs_add_names(struct buf *, const struct inputs *);

void inputs_wipe(struct inputs *);

#endif
