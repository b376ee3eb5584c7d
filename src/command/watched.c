#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/watched.h"

#define PAGES_MAX	50	/* 5,000 jobs */

static const struct job *
nth_job(const struct watched_jobs *jobs, size_t n)
{
	size_t page;

	for (page = 0; page < jobs->count; page++) {
		if (n < jobs->pages[page].list.count)
			return &jobs->pages[page].list.jobs[n];
		n -= jobs->pages[page].list.count;
	}
	return NULL;
}

const struct job *
watched_job(const struct watched *a, size_t n)
{
	return nth_job(&a->jobs, n);
}

const struct job *
watched_job_of_all(const struct watched *a, size_t n)
{
	return a->all_jobs_attempt == a->state.run.attempt ?
	    nth_job(&a->all_jobs, n) : NULL;
}

static enum status
read_pages(const struct watched *a, enum github_attempts attempts,
    struct watched_jobs *jobs, int64_t deadline_ms, struct fault *f)
{
	enum status status;
	size_t n = 0;

	do {
		if (n == jobs->count)
			jobs->pages = xappend(jobs->pages, &jobs->count,
			    sizeof *jobs->pages);
		status = github_list_jobs(a->gh, a->id, attempts,
		    (unsigned int)n + 1, deadline_ms, &jobs->pages[n], f);
		if (status != STATUS_OK)
			return status;
	} while (jobs->pages[n++].has_next && n < PAGES_MAX);
	while (jobs->count > n)
		job_page_wipe(&jobs->pages[--jobs->count]);
	return STATUS_OK;
}

enum status
watched_read_jobs(struct watched *a, int64_t deadline_ms, struct fault *f)
{
	return read_pages(a, GITHUB_LATEST_ATTEMPT, &a->jobs, deadline_ms, f);
}

enum status
watched_read_all_jobs(struct watched *a, int64_t deadline_ms,
    struct fault *f)
{
	enum status status = read_pages(a, GITHUB_ALL_ATTEMPTS, &a->all_jobs,
	    deadline_ms, f);

	if (status == STATUS_OK)
		a->all_jobs_attempt = a->state.run.attempt;
	return status;
}

const char *
watched_state(const struct watched *a)
{
	return *a->state.run.status != '\0' ? a->state.run.status :
	    "without a status";
}

const char *
watched_conclusion(const struct watched *a)
{
	return a->seen ? a->state.run.conclusion : "";
}

uint64_t
watched_attempt(const struct watched *a)
{
	return a->seen ? a->state.run.attempt : 0;
}

void
watched_add_whereabouts(const struct watched *a, struct fault *f)
{
	if (a->seen)
		fault_add(f, " The run was %s when last seen, and is no "
		    "longer being watched.", watched_state(a));
	else
		fault_add(f, " The run was not seen: whether it is running is "
		    "not known.");
	watched_add_command(a, "To resume the wait", f);
}

void
watched_add_command(const struct watched *a, const char *purpose,
    struct fault *f)
{
	struct buf url;

	buf_init(&url, BUF_TEXT_MAX);
	if (a->seen)
		buf_adds(&url, a->state.run.html_url);
	else
		github_add_run_url(a->gh, &url, a->id);
	fault_add(f, " %s: return-dispatch await %s", purpose, buf_str(&url));
	buf_free(&url);
}

static void
wipe_jobs(struct watched_jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->count; i++)
		job_page_wipe(&jobs->pages[i]);
	free(jobs->pages);
	memset(jobs, 0, sizeof *jobs);
}

void
watched_wipe(struct watched *a)
{
	run_state_wipe(&a->state);
	wipe_jobs(&a->jobs);
	wipe_jobs(&a->all_jobs);
}
