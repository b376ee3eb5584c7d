/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "command/match.h"
#include "command/names.h"

static bool
is_in_job(const struct job *job, const char *id, enum found_by *by)
{
	size_t i;

	*by = FOUND_BY_JOB_NAME;
	if (match_carries(job->name, id))
		return true;
	*by = FOUND_BY_STEP_NAME;
	for (i = 0; i < job->step_count; i++)
		if (match_carries(job->steps[i].name, id))
			return true;
	return false;
}

/*
 * All steps of a job are listed at once, after its set-up: before that there
 * are none, then "Set up job" alone.  A job that was over before it began has
 * none; those of any other may come late.
 */
static bool
job_shows_steps(const struct job *job)
{
	if (strcmp(job->status, "completed") == 0)
		return job->step_count > 0 ||
		    strcmp(job->conclusion, "skipped") == 0 ||
		    strcmp(job->conclusion, "cancelled") == 0;
	return job->step_count > 1 ||
	    (job->step_count == 1 &&
		strcmp(job->steps[0].name, "Set up job") != 0);
}

/* Compares the names on page n, which has changed, and drops them. */
static void
compare(struct names *x, size_t n, const char *id)
{
	struct job_list *list = &x->jobs.pages[n].list;
	struct names_page *page = &x->pages[n];
	size_t i, count = 0;

	page->shown = true;
	for (i = 0; i < list->count && !x->found; i++) {
		x->found = is_in_job(&list->jobs[i], id, &x->by);
		if (!job_shows_steps(&list->jobs[i]))
			page->shown = false;
		count += 1 + list->jobs[i].step_count;
	}
	x->grew = x->grew || count != page->count;
	page->count = count;
	job_list_wipe(list);
}

/* Before a request, because the answer to the one before may have been of any
 * length. */
static enum status
check_time(const struct clock *clock, int64_t deadline_ms, struct fault *f)
{
	if (interrupt_pending())
		return interrupt_fault(f);
	if (clock_left(clock, deadline_ms) == 0)
		return fault_set(f, STATUS_TIMEOUT, "the timeout has expired");
	return STATUS_OK;
}

enum status
names_read(struct names *x, struct github *gh, const struct clock *clock,
    const struct find_query *q, uint64_t run_id, struct fault *f)
{
	bool more = true, shown = true;
	enum status status;
	size_t n, count = 0;

	x->grew = false;
	for (n = 0; more; n++) {
		if ((status = check_time(clock, q->deadline_ms, f)) !=
			STATUS_OK ||
		    (status = job_pages_read_one(&x->jobs, gh, run_id,
			 GITHUB_ALL_ATTEMPTS, n, q->deadline_ms, &more, f)) !=
			STATUS_OK)
			return status;
		if (n == x->page_count)
			x->pages = xappend(
			    x->pages, &x->page_count, sizeof *x->pages);
		if (x->jobs.pages[n].changed)
			compare(x, n, q->distinct_id);
		if (x->found)
			return STATUS_OK;
		shown = shown && x->pages[n].shown;
		count += x->pages[n].count;
	}
	x->shown = shown;
	x->count = count;
	return STATUS_OK;
}

size_t
names_bytes(const struct names *x)
{
	size_t n, bytes = x->page_count * sizeof *x->pages;

	for (n = 0; n < x->jobs.count; n++)
		bytes += sizeof x->jobs.pages[n] +
		    (x->jobs.pages[n].etag != NULL
			    ? strlen(x->jobs.pages[n].etag) + 1
			    : 0);
	return bytes;
}

void
names_wipe(struct names *x)
{
	job_pages_wipe(&x->jobs);
	free(x->pages);
	memset(x, 0, sizeof *x);
}
