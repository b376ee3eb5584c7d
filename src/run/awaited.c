#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/awaited.h"

#define PAGES_MAX	50	/* 5,000 jobs */

const struct job *
awaited_job(const struct awaited *a, size_t n)
{
	const struct awaited_jobs *jobs = &a->jobs;
	size_t page;

	for (page = 0; page < jobs->count; page++) {
		if (n < jobs->pages[page].list.count)
			return &jobs->pages[page].list.jobs[n];
		n -= jobs->pages[page].list.count;
	}
	return NULL;
}

enum status
awaited_read_jobs(struct awaited *a, int64_t deadline_ms, struct fault *f)
{
	struct awaited_jobs *jobs = &a->jobs;
	enum status status;
	size_t n = 0;

	do {
		if (n == jobs->count)
			jobs->pages = xappend(jobs->pages, &jobs->count,
			    sizeof *jobs->pages);
		status = github_list_jobs(a->gh, a->id, GITHUB_LATEST_ATTEMPT,
		    (unsigned int)n + 1, deadline_ms, &jobs->pages[n], f);
		if (status != STATUS_OK)
			return status;
	} while (jobs->pages[n++].has_next && n < PAGES_MAX);
	while (jobs->count > n)
		job_page_wipe(&jobs->pages[--jobs->count]);
	return STATUS_OK;
}

void
awaited_wipe(struct awaited *a)
{
	size_t i;

	run_state_wipe(&a->state);
	for (i = 0; i < a->jobs.count; i++)
		job_page_wipe(&a->jobs.pages[i]);
	free(a->jobs.pages);
	memset(&a->jobs, 0, sizeof a->jobs);
}
