/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/options.h"
#include "cli/suggest.h"

#define TOKEN_MIN    32        /* GitHub's have 40 characters and more */
#define TOKEN_OPTION "--token" /* which many other tools have */

#define VARIABLES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NO_VARIABLE    ((const char *const[]){ NULL })

const struct option_spec option_specs[OPTION_COUNT] = {
#define OPTION(id, name, letter, argument, command, variables, loaded, help) \
	{ name, letter, argument, command, variables },
#include "cli/options.def"
};

enum option_takes
options_takes(enum option o)
{
	const char *argument = option_specs[o].argument;

	if (*argument == '\0')
		return TAKES_NOTHING;
	return strncmp(argument, "[=", 2) == 0 ? MAY_TAKE_VALUE : TAKES_VALUE;
}

void
options_wipe(struct options *o)
{
	free(o->repos.values);
	free(o->fields.values);
	free(o->jobs.values);
	free(o->runs.values);
	memset(o, 0, sizeof *o);
}

static enum option
find_name(const char *arg, size_t len)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (strlen(option_specs[o].name) == len &&
		    memcmp(option_specs[o].name, arg, len) == 0)
			break;
	return o;
}

static enum option
find_letter(char letter)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (option_specs[o].letter == letter)
			break;
	return o;
}

/* A long word may be a token in the wrong place, and one with an "@" may be a
 * URL with a password: neither is shown. */
static bool
may_be_shown(const char *arg, size_t len)
{
	return len < TOKEN_MIN && memchr(arg, '@', len) == NULL;
}

static enum status
unknown(const char *arg, size_t len, struct fault *f)
{
	bool shown = may_be_shown(arg, len);
	const char *meant = suggest_option(arg, len);

	if (strlen(TOKEN_OPTION) == len && memcmp(arg, TOKEN_OPTION, len) == 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "there is no option " TOKEN_OPTION
		    ": every user of this machine could read the "
		    "token in the process list. Set the variable "
		    "GH_TOKEN, or use --token-file FILE (\"-\" for standard "
		    "input). If that was a real token, revoke it");
	return fault_set_lasting(f, STATUS_USAGE,
	    "unknown option%s%.*s%s%s%s%s; see return-dispatch --help",
	    shown ? " \"" : "", shown ? (int)len : 0, arg, shown ? "\"" : "",
	    meant != NULL ? " (did you mean " : "", meant != NULL ? meant : "",
	    meant != NULL ? "?)" : "");
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The values are left out: --inputs may hold secrets. */
static enum status
twice(enum option which, struct fault *f)
{
	return fault_set_lasting(f, STATUS_USAGE,
	    "%s is given twice, with different values; keep only one",
	    option_specs[which].name);
}

static void
append(struct option_list *list, const char *value)
{
	list->values = xreallocarray(
	    list->values, list->count + 1, sizeof *list->values);
	list->values[list->count++] = value;
}

static enum status
take(struct options *o, enum option which, const char *value, struct fault *f)
{
	if (which == OPTION_FIELD)
		append(&o->fields, value);
	else if (which == OPTION_JOB)
		append(&o->jobs, value);
	else if (which == OPTION_REPO)
		append(&o->repos, value);
	else if (o->given[which] && !same(o->value[which], value))
		return twice(which, f);
	o->given[which] = true;
	o->value[which] = value;
	return STATUS_OK;
}

/* "--name", "--name=value", "--name value"; moves *argv on. */
static enum status
take_long(struct options *o, char ***argv, struct fault *f)
{
	const char *arg = **argv, *value = NULL;
	size_t len = strcspn(arg, "=");
	enum option which = find_name(arg, len);

	if (which == OPTION_COUNT)
		return unknown(arg, len, f);
	if (arg[len] == '=')
		value = arg + len + 1;
	else if (options_takes(which) == TAKES_VALUE && *++*argv != NULL)
		value = **argv;
	if (options_takes(which) == TAKES_VALUE && value == NULL)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s needs a value; see return-dispatch --help",
		    option_specs[which].name);
	if (options_takes(which) == TAKES_NOTHING && value != NULL)
		return fault_set_lasting(f, STATUS_USAGE, "%s takes no value",
		    option_specs[which].name);
	return take(o, which, value, f);
}

/* "-abc", "-Rvalue", "-R value"; moves *argv on. */
static enum status
take_short(struct options *o, char ***argv, struct fault *f)
{
	const char *p = **argv + 1, *value;
	enum status status = STATUS_OK;
	enum option which;
	char shown[3] = "-?";

	for (; status == STATUS_OK && *p != '\0'; p++) {
		shown[1] = *p;
		if ((which = find_letter(*p)) == OPTION_COUNT)
			return unknown(shown, 2, f);
		if (options_takes(which) == TAKES_NOTHING) {
			status = take(o, which, NULL, f);
			continue;
		}
		value = p[1] != '\0' ? p + 1 : *++*argv;
		if (value == NULL)
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s (%s) needs a value; see return-dispatch --help",
			    shown, option_specs[which].name);
		return take(o, which, value, f);
	}
	return status;
}

/* Takes the name of a command, if it is one. */
static bool
take_command(struct options *o, const char *arg)
{
	if (strcmp(arg, "await") == 0)
		o->command = COMMAND_AWAIT;
	else if (strcmp(arg, "check") == 0)
		o->command = COMMAND_CHECK;
	return o->command != COMMAND_DISPATCH;
}

/* An argument that is not an option: the command, and then its runs. */
static enum status
take_argument(struct options *o, const char *arg, struct fault *f)
{
	bool shown = may_be_shown(arg, strlen(arg));
	const char *meant = NULL;

	if (o->command == COMMAND_AWAIT) {
		append(&o->runs, arg);
		return STATUS_OK;
	}
	if (o->command == COMMAND_DISPATCH && take_command(o, arg))
		return STATUS_OK;
	if (strcmp(arg, "wait") == 0 ||
	    suggest_is_near(arg, strlen(arg), "await"))
		meant = " (did you mean \"await\"?)";
	else if (suggest_is_near(arg, strlen(arg), "check"))
		meant = " (did you mean \"check\"?)";
	return fault_set_lasting(f, STATUS_USAGE,
	    "unexpected argument%s%s%s%s"
	    ": options begin with \"-\", and the only commands are \"await\" and "
	    "\"check\"; see return-dispatch --help",
	    shown ? " \"" : "", shown ? arg : "", shown ? "\"" : "",
	    meant != NULL ? meant : "");
}

/* Options that cannot be used together. */
static enum status
check_company(const struct options *o, struct fault *f)
{
	size_t i;

	if (o->given[OPTION_QUIET] && o->given[OPTION_VERBOSE])
		return fault_set_lasting(f, STATUS_USAGE,
		    "--quiet and --verbose cannot be used together");
	if (o->given[OPTION_PROXY] && o->given[OPTION_NO_PROXY])
		return fault_set_lasting(f, STATUS_USAGE,
		    "--proxy and --no-proxy cannot be used together");
	for (i = 1; o->command == COMMAND_AWAIT && i < o->repos.count; i++)
		if (!same(o->repos.values[0], o->repos.values[i]))
			return twice(OPTION_REPO, f);
	for (i = 0; o->command == COMMAND_AWAIT && i < OPTION_COUNT; i++)
		if (o->given[i] && option_specs[i].command == FOR_DISPATCH)
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s cannot be used with await",
			    option_specs[i].name);
	if (o->command == COMMAND_CHECK && o->given[OPTION_DRY_RUN])
		return fault_set_lasting(
		    f, STATUS_USAGE, "--dry-run cannot be used with check");
	return STATUS_OK;
}

bool
options_are_none(const struct options *o)
{
	enum option i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (o->given[i])
			return false;
	return o->command == COMMAND_DISPATCH;
}

const char *
options_waiting(const struct options *o)
{
	enum option i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (o->given[i] && option_specs[i].command == FOR_WAITING)
			return option_specs[i].name;
	return NULL;
}

/* After --version only --verbose matters, after --help only the command. */
static void
look_further(struct options *o, char **argv)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (o->given[OPTION_HELP] && o->command == COMMAND_DISPATCH)
			take_command(o, *argv);
		else if (strcmp(*argv, "-v") == 0 ||
		    strcmp(*argv, "--verbose") == 0)
			o->given[OPTION_VERBOSE] = true;
}

enum status
options_parse(struct options *o, int argc, char **argv, struct fault *f)
{
	enum status status = STATUS_OK;
	bool ended = false;
	const char *arg;

	memset(o, 0, sizeof *o);
	if (argc > 0)
		argv++;
	for (; status == STATUS_OK && *argv != NULL; argv += *argv != NULL) {
		arg = *argv;
		if (!ended && strcmp(arg, "--") == 0)
			ended = true;
		else if (!ended && strncmp(arg, "--", 2) == 0)
			status = take_long(o, &argv, f);
		else if (!ended && arg[0] == '-' && arg[1] != '\0')
			status = take_short(o, &argv, f);
		else
			status = take_argument(o, arg, f);
		if (o->given[OPTION_HELP] || o->given[OPTION_VERSION]) {
			look_further(o, argv);
			return status;
		}
	}
	return status == STATUS_OK ? check_company(o, f) : status;
}
