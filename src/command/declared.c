/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/declared.h"
#include "github/event.h"
#include "json/json.h"

#define INPUTS_MAX     25    /* docs.github.com, "Workflow syntax" */
#define CHARACTERS_MAX 65535 /* of all inputs, as JSON */
#define DISPATCH       "workflow_dispatch"
#define DISTINCT_ID    "distinct_id"

static enum finding
from_kind(enum yaml_kind kind)
{
	return kind == YAML_ABSENT ? FINDING_FAIL
	    : kind == YAML_UNSURE  ? FINDING_UNSURE
				   : FINDING_OK;
}

/* TEXT, or [TEXT, ...] */
static enum finding
find_text(const struct yaml *on, const struct yaml_node *list, const char *text)
{
	enum finding finding = list->kind == YAML_UNSURE ? FINDING_UNSURE
							 : FINDING_FAIL;
	const struct yaml_node *n = NULL;

	if (yaml_is(list, text))
		return FINDING_OK;
	while ((n = yaml_next(on, list, n)) != NULL)
		if (yaml_is(n, text))
			return FINDING_OK;
		else if (n->kind != YAML_TEXT)
			finding = FINDING_UNSURE;
	return finding;
}

/* on: EVENT, on: [EVENT, ...], or on: { EVENT: ..., ... } */
enum finding
declared_event(const struct yaml *on, const char *event)
{
	const struct yaml_node *root = yaml_root(on);

	if (root->kind == YAML_MAP)
		return from_kind(yaml_member(on, root, event)->kind);
	return find_text(on, root, event);
}

enum finding
declared_type(const struct yaml *on, const char *body)
{
	const char *event = event_name(EVENT_REPOSITORY_DISPATCH);
	enum finding finding = declared_event(on, event);
	const struct yaml_node *trigger = yaml_member(on, yaml_root(on), event);
	const struct yaml_node *types = yaml_member(on, trigger, "types");
	struct json_error e;
	struct json_doc *doc;
	char *type;

	if (finding != FINDING_OK || types->kind == YAML_ABSENT ||
	    types->kind == YAML_NULL)
		return finding;
	doc = json_parse(body, strlen(body), JSON_LENIENT_TEXT, &e);
	type = json_strdup(json_member(json_root(doc), "event_type"));
	finding = find_text(on, types, type);
	free(type);
	json_free(doc);
	return finding;
}

static const struct yaml_node *
inputs_of(const struct yaml *on)
{
	const struct yaml_node *trigger = yaml_member(
	    on, yaml_root(on), DISPATCH);

	return yaml_member(on, trigger, "inputs");
}

/* The declaration of that name, case aside; as yaml_member. */
static const struct yaml_node *
find_input(const struct yaml *on, const char *name)
{
	const struct yaml_node *inputs = inputs_of(on), *n = NULL;

	while ((n = yaml_next(on, inputs, n)) != NULL)
		if (n->name != NULL && text_equal_nocase(n->name, name))
			return n;
	return yaml_member(on, inputs, name);
}

enum finding
declared_input(const struct yaml *on, const char *name)
{
	return from_kind(find_input(on, name)->kind);
}

/* What is found to be wrong, and what is unsure, as it is found. */
struct findings {
	struct buf wrong, unsure;
};

static void
separate(struct buf *b)
{
	if (b->len > 0)
		buf_adds(b, "; ");
}

static void
note(struct buf *b, const char *name, const char *what)
{
	separate(b);
	buf_addf(b, "\"%s\" %s", name, what);
}

static void
note_excess(struct buf *b, size_t count, const char *what)
{
	if (count <= INPUTS_MAX)
		return;
	separate(b);
	buf_addf(b, "more than %d inputs are %s", INPUTS_MAX, what);
}

/* A value of the type "choice", or of "boolean", which is such a choice. */
static void
judge_choice(struct findings *f, const struct yaml *on,
    const struct yaml_node *input, const char *value)
{
	const struct yaml_node *options = yaml_member(on, input, "options");
	const struct yaml_node *n = NULL;
	bool is_number = text_is_digit(*value);
	bool near = options->kind != YAML_LIST;

	while ((n = yaml_next(on, options, n)) != NULL) {
		if (yaml_is(n, value))
			return;
		/* Numbers may be written in several ways. */
		if (n->kind != YAML_TEXT || text_equal_nocase(n->text, value) ||
		    (is_number && n->is_plain && text_is_digit(*n->text)))
			near = true;
	}
	note(near ? &f->unsure : &f->wrong, input->name,
	    near ? "may not be one of its options"
		 : "has a value that is not one of its options");
}

static void
judge_value(struct findings *f, const struct yaml *on,
    const struct yaml_node *input, const char *value)
{
	const struct yaml_node *type = yaml_member(on, input, "type");

	if (yaml_is(type, "choice")) {
		judge_choice(f, on, input, value);
	} else if (yaml_is(type, "boolean")) {
		if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
			return;
		if (text_equal_nocase(value, "true") ||
		    text_equal_nocase(value, "false"))
			note(&f->unsure, input->name,
			    "should be true or false, in lower case");
		else
			note(&f->wrong, input->name, "must be true or false");
	} else if (yaml_is(type, "number")) {
		if (*value == '\0' ||
		    value[strspn(value, "0123456789+-.eE")] != '\0')
			note(&f->unsure, input->name, "should be a number");
	} else if (type->kind == YAML_UNSURE) {
		note(&f->unsure, input->name, "is of an unknown type");
	}
}

/* An input that is not given. */
static void
judge_absence(
    struct findings *f, const struct yaml *on, const struct yaml_node *input)
{
	const struct yaml_node *required = yaml_member(on, input, "required");
	const struct yaml_node *value = yaml_member(on, input, "default");
	const struct yaml_node *type = yaml_member(on, input, "type");

	if (text_equal_nocase(input->name, DISTINCT_ID) ||
	    (input->kind != YAML_UNSURE && value->kind != YAML_ABSENT &&
		value->kind != YAML_NULL))
		return;
	if (required->kind == YAML_UNSURE)
		note(&f->unsure, input->name,
		    "may be required, and is not given");
	else if (required->kind != YAML_TEXT ||
	    !text_equal_nocase(required->text, "true"))
		return;
	else if (value->kind == YAML_ABSENT &&
	    (type->kind == YAML_ABSENT || yaml_is(type, "string")))
		note(&f->wrong, input->name, "is required, and not given");
	else
		note(&f->unsure, input->name,
		    "may be required, and is not given");
}

/* The value as GitHub takes it, which is text. */
static char *
text_of(struct json value)
{
	char *text = json_strdup(value);
	const char *written;
	size_t len;

	if (text != NULL)
		return text;
	written = json_text(value, &len);
	return xstrndup(written, len);
}

/* Judges what is given.  The names are marked in `about`. */
static void
judge_given(struct findings *f, const struct yaml *on, struct json given,
    struct buf *about)
{
	const struct yaml_node *input;
	struct json j;
	char *name, *value;
	size_t count = 0;

	for (j = json_first(given); json_type(j) != JSON_ABSENT;
	     j = json_next(j)) {
		name = text_of(j);
		value = text_of(json_value(j));
		input = find_input(on, name);
		buf_addf(about, "%s%s", count++ > 0 ? ", " : "", name);
		if (strcmp(name, DISTINCT_ID) == 0)
			;
		else if (input->kind == YAML_ABSENT)
			note(&f->wrong, name, "is not declared");
		else if (input->kind == YAML_UNSURE)
			note(&f->unsure, name, "may not be declared");
		else
			judge_value(f, on, input, value);
		free(name);
		free(value);
	}
	note_excess(&f->wrong, count, "given");
}

static bool
is_given(struct json given, const char *name)
{
	struct json j;
	char *other;
	bool same = false;

	for (j = json_first(given); !same && json_type(j) != JSON_ABSENT;
	     j = json_next(j)) {
		other = text_of(j);
		same = text_equal_nocase(other, name);
		free(other);
	}
	return same;
}

static void
judge_declared(struct findings *f, const struct yaml *on, struct json given)
{
	const struct yaml_node *inputs = inputs_of(on), *n = NULL;
	size_t count = 0;

	while ((n = yaml_next(on, inputs, n)) != NULL) {
		count++;
		if (!is_given(given, n->name))
			judge_absence(f, on, n);
	}
	if (inputs->kind == YAML_UNSURE) {
		separate(&f->unsure);
		buf_adds(&f->unsure, "the declared inputs are not understood");
	}
	note_excess(&f->wrong, count, "declared");
}

enum finding
declared_inputs(const struct yaml *on, const char *body, struct buf *about)
{
	enum finding finding = FINDING_OK;
	struct json_error e;
	struct json_doc *doc;
	struct findings f;
	struct buf names;
	struct json given;
	const char *written;
	size_t len;

	buf_init(&names, BUF_TEXT_MAX);
	buf_init(&f.wrong, BUF_TEXT_MAX);
	buf_init(&f.unsure, BUF_TEXT_MAX);
	doc = json_parse(body, strlen(body), JSON_LENIENT_TEXT, &e);
	given = json_member(json_root(doc), "inputs");
	judge_given(&f, on, given, &names);
	judge_declared(&f, on, given);
	written = json_text(given, &len);
	if (json_type(given) != JSON_ABSENT &&
	    text_characters(written, len) > CHARACTERS_MAX)
		note(&f.wrong, "inputs", "have more than 65,535 characters");
	json_free(doc);
	if (f.wrong.len > 0)
		finding = FINDING_FAIL;
	else if (f.unsure.len > 0)
		finding = FINDING_UNSURE;
	buf_adds(about,
	    f.wrong.len > 0        ? buf_str(&f.wrong)
		: f.unsure.len > 0 ? buf_str(&f.unsure)
		: names.len > 0    ? buf_str(&names)
				   : "none are given, and none is required");
	buf_free(&names);
	buf_free(&f.wrong);
	buf_free(&f.unsure);
	return finding;
}
