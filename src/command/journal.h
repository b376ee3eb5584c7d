/* SPDX-License-Identifier: ISC */
/*
 * The journal: a file that tells a later start what this one has dispatched.
 *
 * What is about to be sent is recorded before a POST, and what came of it after
 * that; each record is on the disk (fsync) before anything else happens.  So at
 * any instant the file is right: where it says that nothing was started, or
 * says nothing, a dispatch may be sent; where a POST may have left this machine,
 * its run is looked for, and nothing is sent again.
 *
 * A journal belongs to one dispatch, to any number of repositories.  The inputs
 * may be secrets: of them, only a salted digest is in the file.  One process
 * at a time has it; the lock ends with the process.
 */
#ifndef COMMAND_JOURNAL_H
#define COMMAND_JOURNAL_H

#include <stdbool.h>

#include "base/fault.h"
#include "command/record.h"
#include "github/found.h"

struct journal;

/* What the journal is of; all lent until it is open. */
struct journal_order {
	const char *server;   /* base URL of its API */
	const char *workflow; /* as the API takes it */
	const char *ref;
	const char *body;
	const char *unique; /* an ID in the body that differs with every
			     * start; or NULL */
};

/*
 * Opens the journal, and creates it if need be; the path is lent for its life.
 * STATUS_USAGE if it cannot be used: then it is as it was, and nothing may be
 * sent.  A last line that is cut short was being written when a process ended,
 * and counts as not written; one that lacks only its line end counts.
 */
enum status journal_open(struct journal **, const char *path,
    const struct journal_order *, struct fault *);

/* This and all below take NULL for a journal that nobody asked for. */
void journal_close(struct journal *);

/*
 * What is known of a repository ("owner/repo"), NULL if nothing was recorded:
 * all records of it as one, with the state of the last.  Lent until a record of
 * another repository is added; those of this one change it.
 */
const struct record *journal_find(
    const struct journal *, const char *repository);

/*
 * Adds a record, whose texts are lent.  If that fails, STATUS_USAGE; what was
 * written of it is removed if possible, and every further one fails too: what a
 * disk did not take once, it may seem to take later.  The path is in the
 * message.
 */
enum status journal_add(
    struct journal *, const struct record *, struct fault *);

/* Same, of a repository whose POST was recorded: for what follows it.  Only the
 * log tells of a failure at once. */
void journal_note(struct journal *, const char *repository, enum record_state);
void journal_note_run(
    struct journal *, const char *repository, const struct found_run *);

/*
 * STATUS_OUTPUT, and its fault, if that run could not be recorded.
 */
enum status journal_check(
    const struct journal *, const struct found_run *, struct fault *);

#endif
