#include "compat.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/load.h"

#define INPUTS_MAX	((size_t)1 << 20)	/* GitHub takes 65,535 */

/* No JSON, but what looks like the name of a file. */
static void
hint_at_file(const char *value, struct fault *f)
{
	if (strpbrk(value, "{[\"\n ") == NULL && (strpbrk(value, "./") !=
	    NULL || access(value, F_OK) == 0))
		fault_add(f, ". To read a file, put an \"@\" before its name: "
		    "--inputs @FILE");
}

/*
 * "-F key=@file" reads the file in gh.  Here a field is what is written, since
 * it may well begin with an "@"; but that is said where a file is there.
 */
static void
hint_at_text(const char *pair)
{
	const char *equals = strchr(pair, '=');

	if (equals[1] == '@' && access(equals + 2, F_OK) == 0)
		log_warning("--field %.*s: the value is sent as it is written, "
		    "with the \"@\", and no file is read; to send what the "
		    "file holds, write --field %.*s=\"$(cat FILE)\"",
		    (int)(equals - pair), pair, (int)(equals - pair), pair);
}

enum status
load_inputs(struct loader *l, struct fault *f)
{
	enum status status = STATUS_OK;
	struct buf file;
	const char *from, *text;
	char *value = NULL;
	struct buf what;
	size_t i, len;

	buf_init(&what, BUF_TEXT_MAX);
	buf_init(&file, INPUTS_MAX);
	status = load_pick(l, OPTION_INPUTS, "INPUT_WORKFLOW_INPUTS", &value,
	    &from, f);
	if (value != NULL) {
		text = value;
		len = strlen(value);
		buf_adds(&what, from);
		if (l->o->given[OPTION_INPUTS] &&
		    (*value == '@' || strcmp(value, "-") == 0)) {
			status = load_file(l, from, *value == '@' ? value + 1 :
			    value, INPUTS_MAX, &file, f);
			text = buf_str(&file);
			len = file.len;
			buf_addf(&what, " %s", value);
		}
		if (status == STATUS_OK)
			status = inputs_add_json(&l->c->inputs,
			    buf_str(&what), text, len, f);
		if (status != STATUS_OK && text == value &&
		    l->o->given[OPTION_INPUTS])
			hint_at_file(value, f);
	}
	for (i = 0; status == STATUS_OK && i < l->o->fields.count; i++) {
		status = inputs_add_field(&l->c->inputs,
		    l->o->fields.values[i], f);
		if (status == STATUS_OK)
			hint_at_text(l->o->fields.values[i]);
	}
	buf_wipe(&file);
	buf_free(&what);
	secret_free(value);
	return status;
}

static enum status
check_distinct_id(const char *from, const char *id, struct fault *f)
{
	if (strspn(id, " ") == strlen(id))
		return fault_set_lasting(f, STATUS_USAGE, "%s: the ID is "
		    "empty; without \"=\" a random one is drawn", from);
	if (!text_is_utf8(id, strlen(id)) || text_has_control(id))
		return fault_set_lasting(f, STATUS_USAGE, "%s: the ID has "
		    "control characters or is not UTF-8", from);
	return STATUS_OK;
}

enum status
load_distinct_id(struct loader *l, struct fault *f)
{
	const struct input *input = inputs_find(&l->c->inputs, "distinct_id");
	const char *from = "--distinct-id";
	char *id = NULL;

	if (l->o->given[OPTION_DISTINCT_ID]) {
		if (l->o->value[OPTION_DISTINCT_ID] != NULL)
			id = xstrdup(l->o->value[OPTION_DISTINCT_ID]);
	} else {
		from = "INPUT_DISTINCT_ID";
		id = load_variable(l, from);
	}
	l->c->distinct_id = id;
	if (id != NULL && check_distinct_id(from, id, f) != STATUS_OK)
		return STATUS_USAGE;
	/* Empty: the default that workflows give it. */
	if (input != NULL && *input->text == '\0')
		input = NULL;
	if (id != NULL && input != NULL && strcmp(id, input->text) != 0) {
		if (input->is_field)
			return fault_set_lasting(f, STATUS_USAGE,
			    "--field distinct_id and %s give different IDs; "
			    "keep one", from);
		log_warning("the distinct_id among the inputs is replaced by "
		    "that of %s", from);
	}
	if (id == NULL && input != NULL) {
		if (check_distinct_id("the input distinct_id", input->text,
		    f) != STATUS_OK)
			return STATUS_USAGE;
		l->c->distinct_id = xstrdup(input->text);
	}
	l->c->random_id = l->o->given[OPTION_DISTINCT_ID] &&
	    l->c->distinct_id == NULL;
	return STATUS_OK;
}
