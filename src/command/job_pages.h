/* SPDX-License-Identifier: ISC */
/*
 * The jobs of a run, page by page, as they are read again and again.
 */
#ifndef COMMAND_JOB_PAGES_H
#define COMMAND_JOB_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "github/github.h"

/* Zeroed at first. */
struct job_pages {
	struct job_page *pages;
	size_t count;
};

/*
 * Reads page n, which follows those read before, conditionally.  *more: another
 * one follows; at most 50 do, which is 5,000 jobs.
 */
enum status job_pages_read_one(struct job_pages *, struct github *,
    uint64_t run_id, enum github_attempts, size_t n, int64_t deadline_ms,
    bool *more, struct fault *);

/*
 * Reads all pages.  On failure, the pages read so far are new, and those behind
 * them as they were.
 */
enum status job_pages_read(struct job_pages *, struct github *, uint64_t run_id,
    enum github_attempts, int64_t deadline_ms, struct fault *);

/* The n-th job of all pages; NULL behind the last. */
const struct job *job_pages_nth(const struct job_pages *, size_t n);

void job_pages_wipe(struct job_pages *);

#endif
