/*
 * The only writer of stdout, of $GITHUB_OUTPUT and of the step summary.
 *
 * What is known is written as soon as it is: the run when it is identified,
 * its conclusion after the wait.  A result that cannot be written is a
 * STATUS_OUTPUT with the run in the message; every place is tried whatever
 * happens to the others.  A summary that fails is a warning.  Pipes whose readers
 * do not read are given up after 5 s in all.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/config.h"
#include "command/wait.h"

struct output {
	enum config_format	 format;
	bool			 several;	/* nothing before their end */
	int64_t			 patience_ms;	/* left, with all readers */
	int			 fd;		/* of $GITHUB_OUTPUT; or -1 */
	bool			 is_unfinished;	/* its last line */
	const char		*path;		/* lent */
	char			*known;		/* the run, for messages; or
						 * NULL */
	int			 summary_fd;	/* -1: none */
	int			 summary_error;	/* errno of its opening; or 0 */
	const char		*summary_path;	/* lent */
};

/* A run, as results tell it; all lent, NULL where a thing has no such. */
struct output_run {
	uint64_t		 id;
	const char		*url;
	const char		*repository;
	const char		*workflow;
	const char		*ref;
	const char		*distinct_id;
	const char		*identified_by;
	const struct watched	*awaited;	/* or NULL: no wait yet */
	bool			 is_further;	/* $GITHUB_OUTPUT has another */
};

/*
 * Opens $GITHUB_OUTPUT (creating it if need be), so that a path that cannot be
 * written is found before anything is sent: STATUS_USAGE.  Then the summary,
 * since no file can be opened for writing in the sandbox; what is wrong with
 * it is not told before there is something to write.
 */
enum status output_open(struct output *, const struct config *,
	    struct fault *);

/* The run is known; or, if it has been awaited, the wait is over. */
enum status output_result(struct output *, const struct output_run *,
	    struct fault *);

/* Appends the report to the step summary, if there is one. */
void	 output_summary(struct output *, const struct output_run *);

/*
 * Adds the exit code of `status` to $GITHUB_OUTPUT, since later steps of a
 * workflow cannot see it, and closes the files; full disks may show only here.
 * Returns the status, or STATUS_OUTPUT, with its fault, if a result was lost.
 */
enum status output_close(struct output *, enum status, struct fault *);

/* The same where nothing was opened yet; what cannot be written is left out. */
void	 output_exit_status(const char *path, enum status);

/* Writes text to stdout (help, version, a dry run's request). */
enum status output_text(const char *, struct fault *);

#endif
