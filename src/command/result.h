/* SPDX-License-Identifier: ISC */
/*
 * The result: the only writer of standard output and of $GITHUB_OUTPUT, and
 * through summary.h of the step summary.
 *
 * What is known is written as soon as it is: the run when it is found, its
 * conclusion when the wait is over.  A result that cannot be written is
 * STATUS_OUTPUT, with the run in the message; every place is tried, whatever
 * happens to the others.  Pipes whose readers do not read are given up after
 * 5 s in all.
 */
#ifndef COMMAND_RESULT_H
#define COMMAND_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "command/watched.h"
#include "command/summary.h"
#include "github/found.h"

enum result_format { RESULT_TEXT, RESULT_JSON, RESULT_ID, RESULT_URL };

/* What goes where. */
struct result_order {
	enum result_format format; /* of standard output */
	const char *output_path;   /* NULL: none; lent */
	const char *summary_path;  /* same */
	/* If there are several runs, whose lines are kept together: the one
	 * that $GITHUB_OUTPUT tells.  Else 0. */
	uint64_t first_id;
	/* They are of dispatches in several repositories: lines name those, and
	 * $GITHUB_OUTPUT gets all of them as one value. */
	bool has_targets;
};

/* One of several dispatches; all lent. */
struct result_target {
	const char *repository;
	const struct found_run *run;   /* NULL: none is known */
	const struct watched *watched; /* NULL: it is not waited for */
	bool is_open;                  /* its status is to come */
	enum status status;
};

struct result {
	struct result_order order;
	int64_t left_ms;    /* for all readers */
	int fd;             /* of $GITHUB_OUTPUT; or -1 */
	bool is_unfinished; /* its last line */
	char *known;        /* the run, for messages; or
						 * NULL; owned */
	struct summary summary;
};

/*
 * Opens $GITHUB_OUTPUT, creating it if need be, so that a path that cannot be
 * written to is found before anything is sent: STATUS_USAGE.  Then the summary.
 */
enum status result_open(
    struct result *, const struct result_order *, struct fault *);

/* The run is known.  STATUS_OK, or STATUS_OUTPUT with its fault. */
enum status result_found(
    struct result *, const struct found_run *, struct fault *);

/* The wait for it is over; same. */
enum status result_ended(struct result *, const struct found_run *,
    const struct watched *, struct fault *);

/* Adds `runs` to $GITHUB_OUTPUT, an array of objects; same.  Of a value that is
 * written again, the last one counts there. */
enum status result_targets(struct result *, const struct result_target *,
    size_t count, struct fault *);

/*
 * Adds the exit code of `status` to $GITHUB_OUTPUT, since later steps of a
 * workflow cannot see it, and closes the files; a full disk may show only here.
 * Returns the status, or STATUS_OUTPUT, with its fault, if a result was lost;
 * then the fault that was there is logged.
 */
enum status result_close(struct result *, enum status, struct fault *);

/* The same where nothing was opened yet; what cannot be written is left out. */
void result_exit_status(const char *path, enum status);

/* Writes text to standard output (help, version, a dry run's request). */
enum status result_text(const char *, struct fault *);

#endif
