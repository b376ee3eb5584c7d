/* SPDX-License-Identifier: ISC */
/*
 * A request as bytes (RFC 9112, 3); all of them are known before anything is
 * sent.  Pure.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum request_method {
	REQUEST_GET,
	REQUEST_POST,
	REQUEST_DELETE,
	REQUEST_CONNECT
};

#define REQUEST_FIELDS_MAX 12

struct request_field {
	const char *name;
	const char *value; /* NULL: left out */
};

/* All texts are lent. */
struct request {
	enum request_method method;
	const char *target;    /* origin form, encoded */
	const char *authority; /* for Host */
	struct request_field fields[REQUEST_FIELDS_MAX];
	size_t field_count;
	const char *body; /* NULL: none */
	size_t body_len;
};

const char *request_method_name(enum request_method);

/* A GET or DELETE may be repeated (RFC 9110, 9.2.2); a POST must never be. */
bool request_is_idempotent(enum request_method);

/* Adds a field; a NULL value adds nothing. */
void request_add(struct request *, const char *name, const char *value);

/*
 * Appends the whole message.  Returns false and appends nothing if the target
 * or a field contains a byte that would change the framing (a control
 * character), or if the target contains a space.
 */
bool request_write(struct buf *, const struct request *);

#endif
