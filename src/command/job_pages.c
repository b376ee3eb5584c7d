/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/job_pages.h"

#define PAGES_MAX 50

enum status
job_pages_read_one(struct job_pages *p, struct github *gh, uint64_t run_id,
    enum github_attempts attempts, size_t n, int64_t deadline_ms, bool *more,
    struct fault *f)
{
	enum status status;

	if (n == p->count)
		p->pages = xappend(p->pages, &p->count, sizeof *p->pages);
	status = github_list_jobs(gh, run_id, attempts, (unsigned int)n + 1,
	    deadline_ms, &p->pages[n], f);
	*more = status == STATUS_OK && p->pages[n].has_next &&
	    n + 1 < PAGES_MAX;
	return status;
}

enum status
job_pages_read(struct job_pages *p, struct github *gh, uint64_t run_id,
    enum github_attempts attempts, int64_t deadline_ms, struct fault *f)
{
	enum status status;
	bool more = true;
	size_t n;

	for (n = 0; more; n++)
		if ((status = job_pages_read_one(p, gh, run_id, attempts, n,
			 deadline_ms, &more, f)) != STATUS_OK)
			return status;
	while (p->count > n)
		job_page_wipe(&p->pages[--p->count]);
	return STATUS_OK;
}

const struct job *
job_pages_nth(const struct job_pages *p, size_t n)
{
	size_t page;

	for (page = 0; page < p->count; page++) {
		if (n < p->pages[page].list.count)
			return &p->pages[page].list.jobs[n];
		n -= p->pages[page].list.count;
	}
	return NULL;
}

void
job_pages_wipe(struct job_pages *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		job_page_wipe(&p->pages[i]);
	free(p->pages);
	memset(p, 0, sizeof *p);
}
