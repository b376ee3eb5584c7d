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
	OPTION_REPO,
	OPTION_WORKFLOW,
	OPTION_REF,
	OPTION_INPUTS,
	OPTION_DISTINCT_ID,
	OPTION_TIMEOUT,
	OPTION_RETRY_INTERVAL,
	OPTION_TOKEN_FILE,
	OPTION_API_URL,
	OPTION_CACERT,
	OPTION_FORMAT,
	OPTION_FIELD,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_DRY_RUN,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT
};

struct options {
	bool		 given[OPTION_COUNT];
	/* Lent from argv; NULL for flags and for --distinct-id without ID. */
	const char	*value[OPTION_COUNT];
	const char	**fields;	/* values of --field, in order; owned */
	size_t		 field_count;
};

/*
 * STATUS_USAGE for an unknown option, a missing or superfluous value, a value
 * given twice with different texts, flags that contradict each other, and for
 * arguments that are no options.  --help and --version end the reading at
 * once.  The caller wipes in every case.
 */
enum status options_parse(struct options *, int argc, char **argv,
	    struct fault *);
void	 options_wipe(struct options *);

/* "--repo", for messages. */
const char *option_name(enum option);

#endif
