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
	OPTION_PROXY,
	OPTION_FORMAT,
	OPTION_WAIT_TIMEOUT,
	OPTION_POLL_INTERVAL,
	OPTION_CANCEL_AFTER,
	OPTION_FORCE_CANCEL_AFTER,
	OPTION_RERUN_GRACE,
	OPTION_LOG_LINES,
	OPTION_FIELD,
	OPTION_JOB,
	OPTION_NO_PROXY,
	OPTION_WAIT,
	OPTION_CANCEL_ON_INTERRUPT,
	OPTION_LOG_FAILED,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_DRY_RUN,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT
};

/* Values in order; the array is owned, the texts are lent from argv. */
struct option_list {
	const char	**values;
	size_t		 count;
};

struct options {
	bool			 await;		/* the command was given */
	bool			 given[OPTION_COUNT];
	/* Lent from argv; NULL for flags and for --distinct-id without ID. */
	const char		*value[OPTION_COUNT];
	struct option_list	 fields;	/* of --field */
	struct option_list	 jobs;		/* of --job */
	struct option_list	 runs;		/* arguments of await */
};

/*
 * STATUS_USAGE for an unknown option, a missing or superfluous value, a value
 * given twice with different texts, flags that contradict each other, options
 * that belong to the other command, and arguments where there are none.  --help
 * and --version end the reading at once, except that --verbose (-v by itself)
 * may follow --version, and a command --help.  The caller wipes in every case.
 */
enum status options_parse(struct options *, int argc, char **argv,
	    struct fault *);
void	 options_wipe(struct options *);

/* The first given option that makes sense only while waiting; or NULL. */
const char *options_waiting(const struct options *);

/* "--repo", for messages. */
const char *option_name(enum option);

#endif
