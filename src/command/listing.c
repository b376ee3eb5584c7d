/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "command/listing.h"

#define PAGES_MAX 50 /* 5,000 runs: no dispatch is behind */

/* Runs per page: most searches need the newest few (13 KB each), and some all
 * that is new. */
static const unsigned int page_sizes[] = { 10, 30, 100 };
#define PAGE_SIZES (sizeof page_sizes / sizeof page_sizes[0])

void
listing_wipe(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->page_count; i++)
		run_page_wipe(&l->pages[i].page);
	free(l->pages);
	l->pages = NULL;
	l->page_count = 0;
}

/* Some run beyond this page may be new; an ID that one run alone can carry is
 * told at once. */
static bool
goes_on(const struct listing_page *p, struct candidates *c)
{
	return p->count > 0 && p->page.has_next &&
	    !(candidates_are_unique(c) && candidates_carriers(c) > 0) &&
	    !candidates_is_old(c, p->last_id, p->last_created_at);
}

/* Hands the rows of a page over, and drops them. */
static enum status
take_page(const struct listing *l, struct listing_page *p, struct candidates *c,
    struct fault *f)
{
	struct run_list *list = &p->page.list;
	enum status status = STATUS_OK;
	size_t i;

	p->count = list->count;
	if (p->count > 0) {
		p->last_id = list->runs[p->count - 1].id;
		p->last_created_at = list->runs[p->count - 1].created_at;
	}
	for (i = 0; i < list->count && status == STATUS_OK; i++)
		status = candidates_take(
		    c, &list->runs[i], l->workflow != NULL, f);
	run_list_wipe(list);
	return status;
}

static enum status
read_page(struct listing *l, size_t n, struct candidates *c, struct fault *f)
{
	struct listing_page *p = &l->pages[n];
	enum status status;

	/* Between two requests: an answer of any length may have come. */
	if (interrupt_pending())
		return interrupt_fault(f);
	status = github_list_runs(c->gh, l->workflow, page_sizes[l->size],
	    (unsigned int)n + 1, c->q->deadline_ms, &p->page, f);
	if (status == STATUS_OK && p->page.changed)
		status = take_page(l, p, c, f);
	return status;
}

/*
 * Reads pages until they reach runs from before the dispatch; *too_small if
 * the first of a size that could be larger does not.
 */
static enum status
read_pages(
    struct listing *l, struct candidates *c, bool *too_small, struct fault *f)
{
	enum status status;
	size_t n = 0;

	*too_small = false;
	do {
		if (n == l->page_count)
			l->pages = xappend(
			    l->pages, &l->page_count, sizeof *l->pages);
		status = read_page(l, n, c, f);
		if (status != STATUS_OK)
			return status;
		if (!goes_on(&l->pages[n++], c))
			break;
		*too_small = l->size + 1 < PAGE_SIZES;
	} while (n < PAGES_MAX && !*too_small);
	/* Pages that fewer new runs no longer reach. */
	while (l->page_count > n)
		run_page_wipe(&l->pages[--l->page_count].page);
	return STATUS_OK;
}

enum status
listing_read(struct listing *l, struct candidates *c, struct fault *f)
{
	enum status status;
	bool too_small;

	for (;;) {
		status = read_pages(l, c, &too_small, f);
		if (status != STATUS_OK || !too_small)
			break;
		listing_wipe(l);
		l->size++;
	}
	candidates_sort(c);
	return status;
}
