/* SPDX-License-Identifier: ISC */
/*
 * The names in one run's jobs, as far as they tell whether the run carries the
 * distinct ID: each is compared when it is read, and dropped.
 */
#ifndef COMMAND_NAMES_H
#define COMMAND_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "command/find.h"
#include "command/job_pages.h"
#include "github/github.h"

struct names_page {
	size_t count; /* of its jobs and their steps */
	bool shown;   /* every job shows its steps */
};

/* Zeroed at first, wiped last. */
struct names {
	struct job_pages jobs;    /* without their lists */
	struct names_page *pages; /* what those were */
	size_t page_count;
	size_t count;
	bool shown;
	bool grew;        /* when they were read last */
	bool found;       /* the ID is among them */
	enum found_by by; /* and there */
};

/*
 * Reads the names in the run's jobs of all attempts, page by page and
 * conditionally, until one carries the ID.
 */
enum status names_read(struct names *, struct github *, const struct clock *,
    const struct find_query *, uint64_t run_id, struct fault *);

/* Bytes that are kept. */
size_t names_bytes(const struct names *);

void names_wipe(struct names *);

#endif
