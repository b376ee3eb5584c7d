/*
 * The newest runs, read page by page as far back as they matter.  A listing is
 * read again and again, each page conditionally, on pages as large as the
 * number of new runs takes.
 */
#ifndef RUN_LISTING_H
#define RUN_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "github/github.h"

/* Zeroed at first but for the workflow; wiped last. */
struct listing {
	const char	*workflow;	/* lent; NULL: repository-wide */
	size_t		 size;		/* of its pages, as an index */
	struct run_page	*pages;
	size_t		 page_count;
};

/*
 * Reads until a page ends with a run that is old, or there are no more.  On
 * failure the pages read so far are there, together with those of the time
 * before.
 */
enum status listing_read(struct listing *, struct github *,
	    int64_t deadline_ms, bool (*is_old)(void *ctx, const struct run *),
	    void *ctx, struct fault *);
void	 listing_wipe(struct listing *);

#endif
