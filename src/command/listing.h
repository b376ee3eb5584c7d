/* SPDX-License-Identifier: ISC */
/*
 * The newest runs, read page by page as far back as they matter.  A listing is
 * read again and again, each page conditionally, and with pages as large as the
 * number of new runs needs.  Of a page that was taken in, only what leads to
 * the next one is kept.
 */
#ifndef COMMAND_LISTING_H
#define COMMAND_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "github/github.h"
#include "command/candidates.h"

struct listing_page {
	struct run_page page; /* without its list */
	size_t count;         /* of its rows */
	uint64_t last_id;     /* the last row's */
	int64_t last_created_at;
};

/* Zeroed at first but for the workflow; wiped last. */
struct listing {
	const char *workflow; /* lent; NULL: repository-wide */
	size_t size;          /* of its pages, as an index */
	struct listing_page *pages;
	size_t page_count;
};

/*
 * Reads until a page ends with a run that is old, or there are no more, and
 * has the candidates take in what has changed.  On failure they have taken what
 * was read so far.
 */
enum status listing_read(struct listing *, struct candidates *, struct fault *);
void listing_wipe(struct listing *);

#endif
