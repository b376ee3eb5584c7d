/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/load.h"

#define INPUTS_MAX ((size_t)1 << 20) /* GitHub takes 65,535 */

/* The text is not JSON, but looks like the name of a file. */
static void
hint_at_file(struct loader *l, const char *value)
{
	if (strpbrk(value, "{[\"\n ") == NULL &&
	    (strpbrk(value, "./") != NULL || access(value, F_OK) == 0))
		fault_add(l->fault,
		    ". To read a file, put an \"@\" before "
		    "its name: --inputs @FILE");
}

/*
 * In gh, "-F key=@file" reads the file.  Here a value is sent as written, since
 * it may well begin with "@"; if such a file exists, a warning says so.
 */
static void
hint_at_text(const char *pair)
{
	const char *equals = strchr(pair, '=');

	if (equals[1] == '@' && access(equals + 2, F_OK) == 0)
		log_warning(
		    "--field %.*s: the value is sent as written, "
		    "including the \"@\"; no file is read. To send the "
		    "contents of a file, use --field %.*s=\"$(cat FILE)\"",
		    (int)(equals - pair), pair, (int)(equals - pair), pair);
}

/* The JSON object of --inputs or its variable. */
static void
load_json(struct loader *l)
{
	bool given = l->o->given[OPTION_INPUTS];
	const char *from, *text;
	char *value = load_value(l, OPTION_INPUTS, &from);
	struct buf file, what;
	size_t len;

	if (value == NULL)
		return;
	buf_init(&what, BUF_TEXT_MAX);
	buf_init(&file, INPUTS_MAX);
	buf_adds(&what, from);
	text = value;
	len = strlen(value);
	if (given && (*value == '@' || strcmp(value, "-") == 0)) {
		load_file(l, from, *value == '@' ? value + 1 : value,
		    INPUTS_MAX, &file);
		text = buf_str(&file);
		len = file.len;
		buf_addf(&what, " %s", value);
	}
	if (l->status == STATUS_OK) {
		l->status = inputs_add_json(
		    &l->c->inputs, buf_str(&what), text, len, l->fault);
		if (l->status != STATUS_OK && text == value && given)
			hint_at_file(l, value);
	}
	buf_wipe(&file);
	buf_free(&what);
	secret_free(value);
}

void
load_inputs(struct loader *l)
{
	const struct option_list *given = &l->o->fields;
	size_t i;

	load_json(l);
	for (i = 0; l->status == STATUS_OK && i < given->count; i++) {
		l->status = inputs_add_field(
		    &l->c->inputs, given->values[i], l->fault);
		if (l->status == STATUS_OK)
			hint_at_text(given->values[i]);
	}
}

static void
check_distinct_id(struct loader *l, const char *from, const char *id)
{
	if (strspn(id, " ") == strlen(id))
		load_fail(l,
		    "%s: the ID is empty; leave out the \"=\" to get "
		    "a random one",
		    from);
	else if (!text_is_utf8(id, strlen(id)) || text_has_control(id))
		load_fail(l,
		    "%s: the ID contains a control character or is "
		    "not valid UTF-8",
		    from);
}

void
load_distinct_id(struct loader *l)
{
	const struct input *input = inputs_find(&l->c->inputs, "distinct_id");
	const char *from = "--distinct-id";
	bool given = l->o->given[OPTION_DISTINCT_ID];
	char *id = NULL;

	if (!given)
		id = load_first_variable(
		    l, option_specs[OPTION_DISTINCT_ID].variables, &from);
	else if (l->o->value[OPTION_DISTINCT_ID] != NULL)
		id = xstrdup(l->o->value[OPTION_DISTINCT_ID]);
	if (input != NULL && !input->is_plain)
		load_fail(l,
		    "the distinct_id of the payload is not a string or a "
		    "number");
	/* An empty one is the default that workflows declare. */
	if (input != NULL && *input->text == '\0')
		input = NULL;
	if (id != NULL && input != NULL && strcmp(id, input->text) != 0) {
		if (input->is_field)
			load_fail(l,
			    "--field distinct_id and %s give "
			    "different IDs; keep only one",
			    from);
		else
			log_warning("the input distinct_id is replaced by the "
				    "ID from %s",
			    from);
	}
	if (id == NULL && input != NULL) {
		from = "the input distinct_id";
		id = xstrdup(input->text);
	}
	if (id != NULL)
		check_distinct_id(l, from, id);
	l->c->distinct_id = id;
	l->c->random_id = given && id == NULL;
}
