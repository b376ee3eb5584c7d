/* SPDX-License-Identifier: ISC */
/*
 * Turns GitHub's answers into structs.  Pure and lenient: members that are
 * missing or have another type are left empty, because the specification and
 * the servers differ; an answer is unusable only without what is indispensable.
 * A member that occurs twice counts as missing, so that no ID or verdict is
 * ever chosen between two.
 */
#ifndef GITHUB_DECODE_H
#define GITHUB_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "github/found.h"
#include "json/json.h"

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
	uint64_t total; /* as the server tells it; 0: not told */
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

/* An answer to a question that not all servers answer. */
enum told { TOLD_NOTHING, TOLD_NO, TOLD_YES };

struct repo {
	char *default_branch; /* "" if not told */
	enum told is_private;
	enum told is_archived;
	enum told is_disabled;
	enum told may_push; /* whoever owns the token */
};

struct workflow {
	uint64_t id;
	char *path;
	char *state; /* "active", "disabled_manually", ... */
};

/* All of these return false if the body is not the expected JSON; then nothing
 * is filled, and `why` gets the reason.  The caller wipes what was filled.  A
 * list with more than the `most` elements that were requested is refused. */
bool decode_run_list(
    const char *, size_t, size_t most, struct run_list *, struct buf *why);
bool decode_run(const char *, size_t, struct run *, struct buf *why);
bool decode_job_list(
    const char *, size_t, size_t most, struct job_list *, struct buf *why);
/* The run that the answer to a dispatch names.  It also fails if a member
 * occurs twice. */
bool decode_dispatch(const char *, size_t, struct found_run *, struct buf *why);

bool decode_repo(const char *, size_t, struct repo *, struct buf *why);
bool decode_workflow(const char *, size_t, struct workflow *, struct buf *why);

/* Whether the member "enabled" is true. */
bool decode_enabled(const char *, size_t, bool *, struct buf *why);

/* Appends the contents of a file, which the answer has in Base64. */
bool decode_file(const char *, size_t, struct buf *contents, struct buf *why);

/*
 * Appends the message of an error answer, with its "errors" in parentheses, and
 * its documentation_url; nothing if the body has none.
 */
void decode_error(
    const char *, size_t, struct buf *message, struct buf *documentation_url);

void repo_wipe(struct repo *);
void workflow_wipe(struct workflow *);
void run_wipe(struct run *);
void run_list_wipe(struct run_list *);
void job_list_wipe(struct job_list *);

/*
 * Whether it is an absolute http or https URL without any character that has a
 * meaning to a shell, a terminal or an output file.
 */
bool decode_is_fit_url(const char *);

/* A member as a string of its own, "" if it is none; as a URL, "" unless it is
 * fit to be shown; as a time, in seconds since 1970, -1 if it is none. */
char *decode_string(struct json object, const char *name);
char *decode_url(struct json object, const char *name);
int64_t decode_time(struct json object, const char *name);

#endif
