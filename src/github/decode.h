/* SPDX-License-Identifier: ISC */
/*
 * GitHub's answers to structs.  Pure and lenient: members that are missing or
 * of another type are left empty, since specification and servers differ; only
 * what we cannot do without makes an answer unusable.  A member that occurs twice
 * counts as missing, wherever it is: no ID, no verdict is chosen between two.
 */
#ifndef GITHUB_DECODE_H
#define GITHUB_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "github/found.h"

/* A run; strings are owned and never NULL. */
struct run {
	uint64_t id;
	uint64_t workflow_id; /* 0: not told */
	int64_t created_at;   /* seconds since 1970; -1: not told */
	int64_t updated_at;
	char *name;
	char *display_title;
	char *event;
	char *status;     /* "" if null or missing */
	char *conclusion; /* "" until there is one */
	char *head_branch;
	uint64_t attempt; /* from 1; 0: not told */
	char *path;       /* of the workflow; maybe "...@ref" */
	char *html_url;   /* "" if not decode_is_fit_url */
};

struct run_list {
	struct run *runs; /* newest first, as sent */
	size_t count;
	uint64_t total; /* as told, 0 if not */
};

struct step {
	char *name;
	char *conclusion;
};

struct job {
	uint64_t id;
	uint64_t attempt; /* of its run; 0: not told */
	char *name;
	char *status;
	char *conclusion;
	char *html_url;     /* "" likewise */
	int64_t started_at; /* as created_at above */
	int64_t completed_at;
	struct step *steps;
	size_t step_count;
};

struct job_list {
	struct job *jobs;
	size_t count;
	uint64_t total;
};

/* All: false if the body is not the expected JSON; then nothing is filled and
 * `why` gets the reason.  The caller wipes what was filled.  A list of more
 * than `most`, which were asked for, is not one. */
bool decode_run_list(
    const char *, size_t, size_t most, struct run_list *, struct buf *why);
bool decode_run(const char *, size_t, struct run *, struct buf *why);
bool decode_job_list(
    const char *, size_t, size_t most, struct job_list *, struct buf *why);
/* The run that the answer to a dispatch names.  Fails for a member that occurs
 * twice, too. */
bool decode_dispatch(const char *, size_t, struct found_run *, struct buf *why);

/*
 * Appends the message of an error answer, with its "errors" in brackets, and
 * its documentation_url; nothing for a body that has none.
 */
void decode_error(
    const char *, size_t, struct buf *message, struct buf *documentation_url);

void run_wipe(struct run *);
void run_list_wipe(struct run_list *);
void job_list_wipe(struct job_list *);

/*
 * An absolute http(s) URL made only of characters that mean nothing to a
 * shell, a terminal or an output file.
 */
bool decode_is_fit_url(const char *);

#endif
