/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "command/verdict.h"

enum verdict
verdict_of(const char *status, const char *conclusion)
{
	if (strcmp(status, "completed") != 0)
		return VERDICT_OPEN;
	if (*conclusion == '\0')
		return VERDICT_UNTOLD;
	return strcmp(conclusion, "success") == 0 ? VERDICT_SUCCESS
						  : VERDICT_FAILURE;
}

bool
verdict_is_known(const char *conclusion)
{
	static const char *known[] = { "success", "failure", "neutral",
		"cancelled", "skipped", "timed_out", "action_required", "stale",
		"startup_failure" };
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(conclusion, known[i]) == 0)
			return true;
	return false;
}

const char *
verdict_verb(const char *conclusion)
{
	return *conclusion != '\0' ? "concluded with "
				   : "completed without a conclusion";
}

const char *
verdict_state(const char *status, const char *conclusion)
{
	return *conclusion != '\0' ? conclusion : status;
}

bool
verdict_is_harmless(const char *conclusion)
{
	return strcmp(conclusion, "success") == 0 ||
	    strcmp(conclusion, "skipped") == 0 ||
	    strcmp(conclusion, "neutral") == 0;
}

bool
verdict_has_failed(const char *status, const char *conclusion)
{
	return strcmp(status, "completed") == 0 &&
	    !verdict_is_harmless(conclusion);
}

/* The latest attempt among these jobs that has one of that name. */
static bool
find_attempt(const struct job_pages *jobs, const char *name, uint64_t *attempt)
{
	const struct job *job;
	bool is_there = false;
	size_t n;

	*attempt = 0;
	for (n = 0; (job = job_pages_nth(jobs, n)) != NULL; n++)
		if (strcmp(job->name, name) == 0) {
			is_there = true;
			if (job->attempt > *attempt)
				*attempt = job->attempt;
		}
	return is_there;
}

static void
weigh(struct verdict_jobs *v, enum verdict verdict, const struct job *job)
{
	if (verdict > v->verdict) {
		v->verdict = verdict;
		v->job = job;
	}
}

struct verdict_jobs
verdict_of_jobs(const struct job_pages *latest, const struct job_pages *all,
    const char **names, size_t count)
{
	struct verdict_jobs v = { .verdict = VERDICT_SUCCESS };
	const struct job_pages *jobs;
	const struct job *job;
	uint64_t attempt;
	size_t i, n;

	for (i = 0; i < count; i++) {
		jobs = latest;
		if (!find_attempt(jobs, names[i], &attempt) &&
		    ((jobs = all) == NULL ||
			!find_attempt(jobs, names[i], &attempt))) {
			if (v.missing == NULL)
				v.missing = names[i];
			weigh(&v, VERDICT_OPEN, NULL);
			continue;
		}
		for (n = 0; (job = job_pages_nth(jobs, n)) != NULL; n++)
			if (strcmp(job->name, names[i]) == 0 &&
			    job->attempt == attempt)
				weigh(&v,
				    verdict_of(job->status, job->conclusion),
				    job);
	}
	return v;
}

bool
verdict_begin_grace(struct verdict_grace *g, uint64_t attempt, int64_t ends_ms)
{
	if (g->ends_ms != 0 && g->attempt == attempt)
		return false;
	g->attempt = attempt;
	g->ends_ms = ends_ms;
	return true;
}
