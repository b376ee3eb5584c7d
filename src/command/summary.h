/* SPDX-License-Identifier: ISC */
/*
 * The step summary, $GITHUB_STEP_SUMMARY: a run and its jobs as Markdown, for
 * people.  One that cannot be written is no more than a warning.
 */
#ifndef COMMAND_SUMMARY_H
#define COMMAND_SUMMARY_H

#include <stdint.h>

#include "command/watched.h"
#include "github/found.h"

struct summary {
	const char *path; /* lent; NULL: none is wanted */
	int fd;           /* or -1 */
	int error;        /* errno of its opening, or 0 */
	int64_t *left_ms; /* lent: for its readers and others */
};

/*
 * Opens it, since nothing can be opened for writing in the sandbox.  An error
 * is kept until there is something to write.
 */
void summary_open(struct summary *, const char *path, int64_t *left_ms);

/* Appends the run; after a wait for it with its conclusion and jobs, else the
 * watched run is NULL. */
void summary_write(
    struct summary *, const struct found_run *, const struct watched *);

/* Appends what became of a repository in which no run is known. */
void summary_note(struct summary *, const char *repository, const char *story);

void summary_close(struct summary *);

#endif
