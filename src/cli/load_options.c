/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/duration.h"
#include "cli/load.h"

/*
 * Loads the options whose rows say how, without a function of their own.
 */

#define SECONDS      INT64_C(1000)
#define MILLISECONDS INT64_C(1)

#define OPTIONAL 0
#define REQUIRED 1

struct setting {
	/* Loads into the member; NULL: by hand. */
	void (*load)(
	    struct loader *, enum option, const struct setting *, void *member);
	size_t offset;   /* of the member in struct config */
	int64_t unit_ms; /* of a bare number in a variable */
	int64_t least, most;
};

bool
load_truth(struct loader *l, const char *from, const char *text)
{
	static const char *const words[2][3] = {
		{ "false", "False", "FALSE" },
		{ "true", "True", "TRUE" },
	};
	size_t i;

	for (i = 0; i < 6 && strcmp(text, words[i % 2][i / 2]) != 0; i++)
		;
	if (i == 6)
		load_fail_value(l, from, text, "expected true or false");
	return i % 2 == 1;
}

static void
load_flag(
    struct loader *l, enum option option, const struct setting *s, void *member)
{
	const char *from;
	bool *flag = member;
	char *text;

	(void)s;
	if (l->o->given[option])
		*flag = true;
	if (l->o->given[option] ||
	    (text = load_first_variable(
		 l, option_specs[option].variables, &from)) == NULL)
		return;
	*flag = load_truth(l, from, text);
	free(text);
}

static void
load_text(
    struct loader *l, enum option option, const struct setting *s, void *member)
{
	const char *from;
	char **text = member;

	(void)s;
	*text = load_value(l, option, &from);
	if (*text != NULL &&
	    (!text_is_utf8(*text, strlen(*text)) || text_has_control(*text)))
		load_fail_value(l, from, *text,
		    "it contains a control character or is not valid UTF-8");
}

static void
load_duration(
    struct loader *l, enum option option, const struct setting *s, void *member)
{
	const char *from;
	char *text = load_value(l, option, &from);
	int64_t ms;

	if (text == NULL)
		return;
	if (!duration_parse(
		text, l->o->given[option] ? SECONDS : s->unit_ms, &ms))
		load_fail_value(l, from, text,
		    "expected a duration such as " DURATION_FORMS);
	else if (ms < s->least)
		load_fail_value(l, from, text, "must be more than zero");
	else
		*(int64_t *)member = ms;
	free(text);
}

static void
load_number(
    struct loader *l, enum option option, const struct setting *s, void *member)
{
	const char *from;
	char *text = load_value(l, option, &from);
	char why[64];
	uint64_t n;

	if (text == NULL)
		return;
	if (text_u64(text, strlen(text), &n) && n >= (uint64_t)s->least &&
	    n <= (uint64_t)s->most) {
		*(size_t *)member = (size_t)n;
	} else {
		(void)snprintf(why, sizeof why,
		    "expected a number from %lld to %lld", (long long)s->least,
		    (long long)s->most);
		load_fail_value(l, from, text, why);
	}
	free(text);
}

#define BY_HAND                  \
	{                        \
		NULL, 0, 0, 0, 0 \
	}
#define FLAG(member)                                                \
	{                                                           \
		load_flag, offsetof(struct config, member), 0, 0, 0 \
	}
#define TEXT(member, need)                                             \
	{                                                              \
		load_text, offsetof(struct config, member), 0, need, 0 \
	}
#define DURATION(member, unit_ms, least)                                 \
	{                                                                \
		load_duration, offsetof(struct config, member), unit_ms, \
		    least, 0                                             \
	}
#define NUMBER(member, least, most)                                          \
	{                                                                    \
		load_number, offsetof(struct config, member), 0, least, most \
	}

static const struct setting settings[OPTION_COUNT] = {
#define OPTION(id, name, letter, argument, command, variables, loaded, help) \
	loaded,
#include "cli/options.def"
};

void
load_option(struct loader *l, enum option option)
{
	const struct setting *s = &settings[option];

	if (s->load != NULL && l->status == STATUS_OK)
		s->load(l, option, s, (unsigned char *)l->c + s->offset);
}

void
load_options(struct loader *l, enum option_command command)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (option_specs[o].command == command)
			load_option(l, o);
}

/* Given or not; of an option that takes a text. */
static char *
text_of(const struct config *c, enum option o)
{
	const void *member = (const unsigned char *)c + settings[o].offset;

	return *(char *const *)member;
}

void
load_check_required(struct loader *l, enum option_command command)
{
	const struct option_spec *spec;
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++) {
		spec = &option_specs[o];
		if (spec->command == command && settings[o].load == load_text &&
		    settings[o].least == REQUIRED && text_of(l->c, o) == NULL)
			load_add_missing(l, "the %s (%s or %s)",
			    spec->name + strlen("--"), spec->name,
			    spec->variables[0]);
	}
}

void
load_free_texts(struct config *c)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (settings[o].load == load_text)
			free(text_of(c, o));
}
