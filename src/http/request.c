/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <assert.h>
#include <string.h>

#include "http/request.h"

const char *
request_method_name(enum request_method method)
{
	static const char *names[] = {
		[REQUEST_GET] = "GET",
		[REQUEST_POST] = "POST",
		[REQUEST_DELETE] = "DELETE",
		[REQUEST_CONNECT] = "CONNECT",
	};

	return names[method];
}

bool
request_is_idempotent(enum request_method method)
{
	return method == REQUEST_GET || method == REQUEST_DELETE;
}

void
request_add(struct request *r, const char *name, const char *value)
{
	if (value == NULL)
		return;
	assert(r->field_count < REQUEST_FIELDS_MAX);
	r->fields[r->field_count].name = name;
	r->fields[r->field_count++].value = value;
}

static bool
is_field_text(const char *s, bool space_allowed)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f ||
		    (*s == ' ' && !space_allowed))
			return false;
	return true;
}

bool
request_write(struct buf *out, const struct request *r)
{
	size_t i;

	if (*r->target == '\0' || !is_field_text(r->target, false) ||
	    !is_field_text(r->authority, false))
		return false;
	for (i = 0; i < r->field_count; i++)
		if (!is_field_text(r->fields[i].value, true))
			return false;
	buf_addf(out, "%s %s HTTP/1.1\r\nHost: %s\r\n",
	    request_method_name(r->method), r->target, r->authority);
	for (i = 0; i < r->field_count; i++)
		buf_addf(
		    out, "%s: %s\r\n", r->fields[i].name, r->fields[i].value);
	/* A POST without a body says so too (RFC 9110, 8.6). */
	if (r->body != NULL || r->method == REQUEST_POST)
		buf_addf(out, "Content-Length: %zu\r\n", r->body_len);
	buf_adds(out, "\r\n");
	if (r->body != NULL)
		buf_add(out, r->body, r->body_len);
	return true;
}
