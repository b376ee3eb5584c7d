/* SPDX-License-Identifier: ISC */
/*
 * The command line, split into options and their values as given: nothing is
 * interpreted here.  Pure.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum option {
#define OPTION(id, name, letter, argument, command, variables, loaded, help) \
	OPTION_##id,
#include "cli/options.def"
	OPTION_COUNT
};

/* What the program is to do; the first is it without a command's name. */
enum command { COMMAND_DISPATCH, COMMAND_AWAIT, COMMAND_CHECK };

/* Which command an option belongs to. */
enum option_command {
	FOR_ALL,
	FOR_DISPATCH, /* dispatch, and check */
	FOR_WAITING   /* await, and a dispatch with --wait */
};

/* What may follow an option. */
enum option_takes {
	TAKES_NOTHING,
	TAKES_VALUE,
	MAY_TAKE_VALUE /* only with "=" */
};

/* A row of options.def, as far as the command line goes. */
struct option_spec {
	const char *name;     /* "--repo" */
	char letter;          /* 0: none */
	const char *argument; /* "": a flag */
	enum option_command command;
	const char *const *variables; /* their names; NULL ends */
};

extern const struct option_spec option_specs[OPTION_COUNT];

enum option_takes options_takes(enum option);

/* Values in order; the array is owned, the texts are lent from argv. */
struct option_list {
	const char **values;
	size_t count;
};

struct options {
	enum command command;
	bool given[OPTION_COUNT];
	/* Lent from argv; NULL for flags and for --distinct-id without ID. */
	const char *value[OPTION_COUNT];
	struct option_list repos;  /* of --repo */
	struct option_list fields; /* of --field */
	struct option_list jobs;   /* of --job */
	struct option_list runs;   /* arguments of await */
};

/*
 * STATUS_USAGE for an unknown option, a missing or superfluous value, a value
 * given twice with different texts, flags that cannot be used together, options
 * that belong to the other command, and arguments where there are none.  --help
 * and --version end parsing at once, except that --verbose (-v by itself)
 * may follow --version, and a command --help.  The caller wipes in every case.
 */
enum status options_parse(
    struct options *, int argc, char **argv, struct fault *);
void options_wipe(struct options *);

/* Whether there is neither a command nor an option. */
bool options_are_none(const struct options *);

/* The first given option that makes sense only while waiting; or NULL. */
const char *options_waiting(const struct options *);

#endif
