/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "command/verdict.h"
#include "command/watched.h"

bool
watched_is_given(const struct watched *w)
{
	return w->found.by == FOUND_GIVEN;
}

unsigned long long
watched_id(const struct watched *w)
{
	return w->found.id;
}

struct found_run
watched_found(const struct watched *w)
{
	const struct run *run = &w->state.run;
	struct found_run found = w->found;

	if (watched_is_given(w) && w->seen) {
		found.url = run->html_url;
		found.ref = *run->head_branch != '\0' ? run->head_branch : NULL;
	}
	return found;
}

bool
watched_is_over(const struct watched *w)
{
	return verdict_of(w->state.run.status, w->state.run.conclusion) !=
	    VERDICT_OPEN;
}

const char *
watched_state(const struct watched *w)
{
	return *w->state.run.status != '\0' ? w->state.run.status
					    : "without a status";
}

const char *
watched_conclusion(const struct watched *w)
{
	return w->seen ? w->state.run.conclusion : "";
}

uint64_t
watched_attempt(const struct watched *w)
{
	return w->seen ? w->state.run.attempt : 0;
}

enum status
watched_read_jobs(struct watched *w, int64_t deadline_ms, struct fault *f)
{
	return job_pages_read(&w->jobs, w->gh, w->found.id,
	    GITHUB_LATEST_ATTEMPT, deadline_ms, f);
}

enum status
watched_read_all_jobs(struct watched *w, int64_t deadline_ms, struct fault *f)
{
	enum status status = job_pages_read(&w->all_jobs, w->gh, w->found.id,
	    GITHUB_ALL_ATTEMPTS, deadline_ms, f);

	if (status == STATUS_OK)
		w->all_jobs_attempt = w->state.run.attempt;
	return status;
}

const struct job *
watched_job(const struct watched *w, size_t n)
{
	return job_pages_nth(&w->jobs, n);
}

const char *
watched_job_url(const struct watched *w, const struct job *job)
{
	return *job->html_url != '\0' ? job->html_url : w->state.run.html_url;
}

const struct job_pages *
watched_all_jobs(const struct watched *w)
{
	return w->all_jobs_attempt == w->state.run.attempt ? &w->all_jobs
							   : NULL;
}

void
watched_wipe(struct watched *w)
{
	run_state_wipe(&w->state);
	job_pages_wipe(&w->jobs);
	job_pages_wipe(&w->all_jobs);
}
