#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/listing.h"

#define PAGES_MAX	50	/* 5,000 runs: no dispatch is behind */

/* Runs per page: most searches need the newest few (13 KB each), and some all
 * that is new. */
static const unsigned int page_sizes[] = { 10, 30, 100 };
#define PAGE_SIZES	(sizeof page_sizes / sizeof page_sizes[0])

void
listing_wipe(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->page_count; i++)
		run_page_wipe(&l->pages[i]);
	free(l->pages);
	l->pages = NULL;
	l->page_count = 0;
}

/* Some run beyond this page may be new. */
static bool
goes_on(const struct run_page *p, bool (*is_old)(void *, const struct run *),
    void *ctx)
{
	const struct run_list *list = &p->list;

	return list->count > 0 && p->has_next &&
	    !is_old(ctx, &list->runs[list->count - 1]);
}

/*
 * Reads pages until they reach runs from before the dispatch; *too_small if
 * the first of a size that could be larger does not.
 */
static enum status
read_pages(struct listing *l, struct github *gh, int64_t deadline_ms,
    bool (*is_old)(void *, const struct run *), void *ctx, bool *too_small,
    struct fault *f)
{
	const unsigned int size = page_sizes[l->size];
	struct run_page *p;
	enum status status;
	size_t n = 0;

	*too_small = false;
	do {
		if (n == l->page_count)
			l->pages = xappend(l->pages, &l->page_count,
			    sizeof *l->pages);
		p = &l->pages[n++];
		status = github_list_runs(gh, l->workflow, size,
		    (unsigned int)n, deadline_ms, p, f);
		if (status != STATUS_OK)
			return status;
		if (!goes_on(p, is_old, ctx))
			break;
		*too_small = l->size + 1 < PAGE_SIZES;
	} while (n < PAGES_MAX && !*too_small);
	/* Pages that fewer new runs no longer reach. */
	while (l->page_count > n)
		run_page_wipe(&l->pages[--l->page_count]);
	return STATUS_OK;
}

enum status
listing_read(struct listing *l, struct github *gh, int64_t deadline_ms,
    bool (*is_old)(void *, const struct run *), void *ctx, struct fault *f)
{
	enum status status;
	bool too_small;

	for (;;) {
		status = read_pages(l, gh, deadline_ms, is_old, ctx,
		    &too_small, f);
		if (status != STATUS_OK || !too_small)
			return status;
		listing_wipe(l);
		l->size++;
	}
}
