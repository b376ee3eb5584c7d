/*
 * The only writer of stdout, of $GITHUB_OUTPUT and of the step summary.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/config.h"
#include "cli/plan.h"

struct output {
	int		 fd;		/* of $GITHUB_OUTPUT; -1: none */
	const char	*path;		/* lent */
	const char	*summary_path;
};

/*
 * Opens $GITHUB_OUTPUT (creating it if need be), so that a path that cannot be
 * written is found before anything is sent: STATUS_USAGE.
 */
enum status output_open(struct output *, const struct config *,
	    struct fault *);
void	 output_close(struct output *);

/*
 * Writes the result to all places, each tried whatever happens to the others.
 * STATUS_OUTPUT, with the run in the message, if stdout or the output file did
 * not take it; a summary that fails is a warning.
 */
enum status output_result(struct output *, const struct config *,
	    const struct plan *, const struct dispatch_result *,
	    struct fault *);

/* Writes text to stdout (help, version, a dry run's request). */
enum status output_text(const char *, struct fault *);

#endif
