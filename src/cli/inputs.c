/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/inputs.h"
#include "json/emit.h"
#include "json/json.h"

static struct input *
find(const struct inputs *in, const char *name)
{
	size_t i;

	for (i = 0; i < in->count; i++)
		if (strcmp(in->list[i].name, name) == 0)
			return &in->list[i];
	return NULL;
}

const struct input *
inputs_find(const struct inputs *in, const char *name)
{
	return find(in, name);
}

static struct input *
add(struct inputs *in)
{
	in->list = xreallocarray(in->list, in->count + 1, sizeof *in->list);
	memset(&in->list[in->count], 0, sizeof *in->list);
	return &in->list[in->count++];
}

static void
input_wipe(struct input *input)
{
	free(input->name);
	/* A value may be a secret. */
	secret_free(input->text);
	secret_free(input->json);
}

void
inputs_wipe(struct inputs *in)
{
	size_t i;

	for (i = 0; i < in->count; i++)
		input_wipe(&in->list[i]);
	free(in->list);
	memset(in, 0, sizeof *in);
}

static void
add_raw(struct buf *out, struct json j)
{
	const char *text;
	size_t len;

	text = json_text(j, &len);
	buf_add(out, text, len);
}

static enum status
add_member(
    struct inputs *in, const char *what, struct json name, struct fault *f)
{
	struct json value = json_value(name);
	enum json_type type = json_type(value);
	bool is_plain = type == JSON_STRING || type == JSON_NUMBER ||
	    type == JSON_BOOLEAN;
	char *key = json_strdup(name);
	struct input *input;
	struct buf b;

	if (find(in, key) != NULL) {
		fault_set_lasting(f, STATUS_USAGE,
		    "%s: the input \"%s\" occurs twice; keep only one", what,
		    key);
		free(key);
		return STATUS_USAGE;
	}
	if (!is_plain && !in->is_payload) {
		fault_set_lasting(f, STATUS_USAGE,
		    "%s: the value of \"%s\" "
		    "is %s; an input is a string, a number or a boolean%s",
		    what, key, json_type_name(type),
		    type == JSON_NULL
			? ". In a workflow, an expression gives null for what does "
			  "not exist: use ${{ toJSON(NAME || '') }} to get \"\", or "
			  "leave the input out"
			: " (for anything structured, put "
			  "JSON text into a string)");
		free(key);
		return STATUS_USAGE;
	}
	input = add(in);
	input->name = key;
	input->is_plain = is_plain;
	buf_init(&b, BUF_TEXT_MAX);
	input->text = json_strdup(value);
	if (input->text == NULL) {
		add_raw(&b, value);
		input->text = buf_take(&b);
	}
	add_raw(&b, name);
	buf_addc(&b, ':');
	add_raw(&b, value);
	input->json = buf_take(&b);
	return STATUS_OK;
}

/* The error is a raw line break, as in text pasted into a string. */
static bool
is_line_break(const char *text, size_t len, size_t offset)
{
	return offset < len && (text[offset] == '\n' || text[offset] == '\r');
}

static enum status
not_json(const char *what, const char *text, size_t len,
    const struct json_error *e, struct fault *f)
{
	fault_set_lasting(f, STATUS_USAGE,
	    "%s: not JSON: line %zu, column %zu: expected %s, found %s", what,
	    e->line, e->column, e->expected, e->found);
	if (is_line_break(text, len, e->offset))
		fault_add(f,
		    ". A line break inside a string must be written as "
		    "\\n; in a workflow, ${{ toJSON(VALUE) }} writes the "
		    "whole string, with its quotation marks");
	return STATUS_USAGE;
}

enum status
inputs_add_json(struct inputs *in, const char *what, const char *text,
    size_t len, struct fault *f)
{
	enum status status = STATUS_OK;
	struct json_error e;
	struct json_doc *doc;
	struct json root, j;

	doc = json_parse(text, len, JSON_STRICT_TEXT, &e);
	if (doc == NULL)
		return not_json(what, text, len, &e, f);
	root = json_root(doc);
	if (json_type(root) != JSON_OBJECT)
		status = fault_set_lasting(f, STATUS_USAGE,
		    "%s: expected a "
		    "JSON object such as {\"name\": \"value\"}, found %s%s",
		    what, json_type_name(json_type(root)),
		    json_type(root) != JSON_NULL
			? ""
			: ". In a workflow, an "
			  "expression gives null for what does not exist, such as "
			  "${{ toJSON(github.event.inputs) }} in a run that was not "
			  "dispatched; leave it out, or use {}");
	for (j = json_first(root);
	     status == STATUS_OK && json_type(j) != JSON_ABSENT;
	     j = json_next(j))
		status = add_member(in, what, j, f);
	json_free(doc);
	return status;
}

enum status
inputs_add_field(struct inputs *in, const char *pair, struct fault *f)
{
	const char *equals = strchr(pair, '=');
	struct input *input;
	struct buf json;
	char *name;

	/* The value may be a secret: messages name the input alone. */
	if (equals == NULL || equals == pair)
		return fault_set_lasting(f, STATUS_USAGE,
		    "--field: expected KEY=VALUE, but there is no %s",
		    equals == NULL ? "\"=\"" : "KEY before the \"=\"");
	name = xstrndup(pair, (size_t)(equals - pair));
	if (!text_is_utf8(pair, strlen(pair))) {
		fault_set_lasting(f, STATUS_USAGE,
		    "--field: the input \"%s\" is not valid UTF-8", name);
		free(name);
		return STATUS_USAGE;
	}
	input = find(in, name);
	if (input != NULL && input->is_field &&
	    strcmp(input->text, equals + 1) != 0) {
		fault_set_lasting(f, STATUS_USAGE,
		    "--field: the input \"%s\" "
		    "is given twice, with different values; keep only one",
		    name);
		free(name);
		return STATUS_USAGE;
	}
	if (input == NULL)
		input = add(in);
	else
		input_wipe(input);
	input->name = name;
	input->text = xstrdup(equals + 1);
	buf_init(&json, BUF_TEXT_MAX);
	emit_name(&json, name);
	emit_string(&json, input->text);
	input->json = buf_take(&json);
	input->is_field = input->is_plain = true;
	return STATUS_OK;
}

void
inputs_write(struct buf *out, const struct inputs *in, const char *name,
    const char *value)
{
	const struct input *input;
	bool done = value == NULL;
	size_t i;

	buf_addc(out, '{');
	for (i = 0; i < in->count; i++) {
		input = &in->list[i];
		if (!done && strcmp(input->name, name) == 0) {
			done = true;
			if (strcmp(input->text, value) != 0) {
				emit_name(out, name);
				emit_string(out, value);
				continue;
			}
		}
		buf_addf(out, "%s%s", i > 0 ? "," : "", input->json);
	}
	if (!done) {
		emit_name(out, name);
		emit_string(out, value);
	}
	buf_addc(out, '}');
}

static void
/* NOLINTNEXTLINE(misc-no-recursion): validated JSON is only so deep. */
visit_strings(struct json j, void (*visit)(void *ctx, const char *), void *ctx)
{
	bool is_object = json_type(j) == JSON_OBJECT;
	char *text = json_strdup(j);
	struct json child;

	if (text != NULL)
		visit(ctx, text);
	secret_free(text);
	for (child = json_first(j); json_type(child) != JSON_ABSENT;
	     child = json_next(child))
		visit_strings(
		    is_object ? json_value(child) : child, visit, ctx);
}

void
inputs_visit(const struct input *input, void (*visit)(void *ctx, const char *),
    void *ctx)
{
	struct json_doc *doc;
	struct json_error e;

	if (input->is_plain) {
		visit(ctx, input->text);
		return;
	}
	doc = json_parse(
	    input->text, strlen(input->text), JSON_STRICT_TEXT, &e);
	visit_strings(json_root(doc), visit, ctx);
	json_free(doc);
}

void
inputs_add_names(struct buf *out, const struct inputs *in)
{
	size_t i;

	for (i = 0; i < in->count; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", in->list[i].name);
}
