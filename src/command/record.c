/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "command/record.h"
#include "github/decode.h"
#include "json/emit.h"
#include "json/json.h"

#define FORMAT     1 /* of all lines; another one is not understood */
#define NO_JOURNAL "it does not begin a journal of return-dispatch"

static const char *const states[] = {
	[RECORD_SENDING] = "sending",
	[RECORD_NOT_STARTED] = "not_started",
	[RECORD_ACCEPTED] = "accepted",
	[RECORD_IDENTIFIED] = "identified",
};

#define STATES (sizeof states / sizeof states[0])

static void
add_text(struct buf *b, const char *name, const char *value)
{
	emit_name(b, name);
	if (value != NULL)
		emit_string(b, value);
	else
		buf_adds(b, "null");
}

static void
add_number(struct buf *b, const char *name, uint64_t value)
{
	emit_name(b, name);
	buf_addf(b, "%llu", (unsigned long long)value);
}

static void
add_flag(struct buf *b, const char *name, bool value)
{
	emit_name(b, name);
	buf_adds(b, value ? "true" : "false");
}

void
record_add_header(struct buf *b, const struct record_header *h)
{
	/* The magic ends with a comma, which emit_name would add. */
	buf_add(b, RECORD_MAGIC, sizeof RECORD_MAGIC - 2);
	add_number(b, "format", FORMAT);
	add_text(b, "server", h->server);
	add_text(b, "workflow", h->workflow);
	add_text(b, "ref", h->ref);
	add_text(b, "salt", h->salt);
	add_text(b, "digest", h->digest);
	buf_adds(b, "}\n");
}

void
record_add(struct buf *b, const struct record *r)
{
	buf_addc(b, '{');
	add_text(b, "repository", r->repository);
	add_text(b, "state", states[r->state]);
	if (r->state == RECORD_SENDING) {
		add_text(b, "distinct_id", r->distinct_id);
		add_flag(b, "is_random", r->is_unique);
		add_flag(b, "is_old_server", r->is_old_server);
		add_number(b, "newest_run", r->baseline);
		add_number(b, "server_time_ms", (uint64_t)r->server_ms);
	} else if (r->state == RECORD_IDENTIFIED) {
		add_number(b, "run_id", r->run_id);
		add_text(b, "run_url", r->run_url);
		add_text(b, "identified_by", found_by_text(r->by));
	}
	buf_adds(b, "}\n");
}

static bool
read_text(struct json object, const char *name, const char **value)
{
	*value = json_strdup(json_member(object, name));
	return *value != NULL && **value != '\0';
}

static bool
read_flag(struct json object, const char *name, bool *value)
{
	struct json member = json_member(object, name);
	size_t len;

	if (json_type(member) != JSON_BOOLEAN)
		return false;
	*value = *json_text(member, &len) == 't';
	return true;
}

static const char *
read_header(struct record_header *h, struct json j)
{
	uint64_t format;

	if (!json_is(json_member(j, "journal"), "return-dispatch"))
		return NO_JOURNAL;
	if (!json_u64(json_member(j, "format"), &format) || format != FORMAT)
		return "another version of return-dispatch wrote it";
	if (!read_text(j, "server", &h->server) ||
	    !read_text(j, "workflow", &h->workflow) ||
	    !read_text(j, "ref", &h->ref) || !read_text(j, "salt", &h->salt) ||
	    strlen(h->salt) != RECORD_SALT_SIZE - 1 ||
	    !read_text(j, "digest", &h->digest) ||
	    strlen(h->digest) != RECORD_DIGEST_SIZE - 1)
		return "a part of it is missing";
	return NULL;
}

static bool
read_state(struct record *r, struct json j)
{
	struct json state = json_member(j, "state");
	size_t i;

	for (i = 0; i < STATES; i++)
		if (json_is(state, states[i])) {
			r->state = (enum record_state)i;
			return true;
		}
	return false;
}

static bool
read_by(struct record *r, struct json j)
{
	struct json by = json_member(j, "identified_by");

	for (r->by = FOUND_BY_RESPONSE; r->by < FOUND_GIVEN; r->by++)
		if (json_is(by, found_by_text(r->by)))
			return true;
	return false;
}

/* What the state comes with. */
static bool
read_details(struct record *r, struct json j)
{
	uint64_t server_ms;
	bool ok;

	switch (r->state) {
	case RECORD_SENDING:
		ok = read_text(j, "distinct_id", &r->distinct_id) ||
		    json_type(json_member(j, "distinct_id")) == JSON_NULL;
		ok = ok && read_flag(j, "is_random", &r->is_unique) &&
		    read_flag(j, "is_old_server", &r->is_old_server) &&
		    json_u64(json_member(j, "newest_run"), &r->baseline) &&
		    json_u64(json_member(j, "server_time_ms"), &server_ms) &&
		    server_ms <= INT64_MAX / 2;
		r->server_ms = ok ? (int64_t)server_ms : 0;
		return ok;
	case RECORD_IDENTIFIED:
		return json_u64(json_member(j, "run_id"), &r->run_id) &&
		    r->run_id != 0 && read_text(j, "run_url", &r->run_url) &&
		    decode_is_fit_url(r->run_url) && read_by(r, j);
	case RECORD_NOT_STARTED:
	case RECORD_ACCEPTED:
		return true;
	}
	return false;
}

static const char *
read_record(struct record *r, struct json j)
{
	const char *slash;

	if (!read_text(j, "repository", &r->repository) ||
	    (slash = strchr(r->repository, '/')) == NULL ||
	    strchr(slash + 1, '/') != NULL)
		return "it names no repository";
	if (!read_state(r, j))
		return "its state is not a known one";
	return read_details(r, j) ? NULL : "a part of it is missing";
}

const char *
record_read_header(struct record_header *h, const char *line, size_t len)
{
	struct json_error error;
	struct json_doc *doc = json_parse(line, len, JSON_STRICT_TEXT, &error);
	const char *why = NO_JOURNAL;

	memset(h, 0, sizeof *h);
	if (doc != NULL)
		why = read_header(h, json_root(doc));
	json_free(doc);
	if (why != NULL)
		record_header_wipe(h);
	return why;
}

const char *
record_read(struct record *r, const char *line, size_t len)
{
	struct json_error error;
	struct json_doc *doc = json_parse(line, len, JSON_STRICT_TEXT, &error);
	const char *why = "it is not JSON";

	memset(r, 0, sizeof *r);
	if (doc != NULL)
		why = read_record(r, json_root(doc));
	json_free(doc);
	if (why != NULL)
		record_wipe(r);
	return why;
}

/* Of what was read, all texts are owned. */
static void
drop(const char *text)
{
	free((char *)text);
}

void
record_header_wipe(struct record_header *h)
{
	drop(h->server);
	drop(h->workflow);
	drop(h->ref);
	drop(h->salt);
	drop(h->digest);
	memset(h, 0, sizeof *h);
}

void
record_wipe(struct record *r)
{
	drop(r->repository);
	drop(r->distinct_id);
	drop(r->run_url);
	memset(r, 0, sizeof *r);
}
