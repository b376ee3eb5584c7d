#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/candidates.h"
#include "run/match.h"

#define PAGES_MAX	50	/* of a run's jobs: 5,000 */
#define FLOOR_MARGIN_MS	5000	/* clocks within GitHub differ, a little */

/* The server's now, less the time since the dispatch began. */
static void
find_floor(struct candidates *s)
{
	int64_t server_ms;

	if (s->has_floor || s->q->has_baseline ||
	    !github_server_now(s->gh, &server_ms))
		return;
	s->has_floor = true;
	s->floor_ms = server_ms - (clock_now(s->clock) - s->q->began_ms) -
	    FLOOR_MARGIN_MS;
}

bool
candidates_is_old(void *ctx, const struct run *run)
{
	struct candidates *s = ctx;

	find_floor(s);
	if (s->q->has_baseline)
		return run->id <= s->q->baseline;
	if (s->has_floor)
		return run->created_at * 1000 < s->floor_ms;
	/* Nothing to tell by: an ID that nobody can have used before will do
	 * without. */
	return !s->q->is_unique;
}

static bool
path_is(const char *path, size_t len, const char *prefix, const char *file)
{
	size_t n = strlen(prefix);

	if (len < n || !text_equal_nocase_n(path, n, prefix))
		return false;
	path += n;
	len -= n;
	if (n > 0) {
		if (len == 0 || *path != '/')
			return false;
		path++;
		len--;
	}
	return strlen(file) == len && memcmp(path, file, len) == 0;
}

/* For rows of the repository-wide list. */
static bool
is_of_workflow(const struct candidates *s, const struct run *run)
{
	uint64_t id = s->q->workflow_id != 0 ? s->q->workflow_id :
	    s->workflow_id;
	size_t len = strcspn(run->path, "@");

	if (id != 0 && run->workflow_id != 0)
		return run->workflow_id == id;
	return s->q->workflow_path != NULL &&
	    (path_is(run->path, len, "", s->q->workflow_path) ||
	    path_is(run->path, len, s->q->repository, s->q->workflow_path));
}

/* The run's entry, made if need be; the list stays newest first. */
static struct candidate *
candidate_for(struct candidates *s, const struct run *run)
{
	struct candidate *c;
	size_t i;

	for (i = 0; i < s->count && s->list[i].id > run->id; i++)
		;
	if (i < s->count && s->list[i].id == run->id)
		return &s->list[i];
	s->list = xappend(s->list, &s->count, sizeof *s->list);
	memmove(&s->list[i + 1], &s->list[i],
	    (s->count - 1 - i) * sizeof *s->list);
	c = &s->list[i];
	memset(c, 0, sizeof *c);
	c->id = run->id;
	c->url = xstrdup(run->html_url);
	return c;
}

void
candidates_take(struct candidates *s, const struct listing *l)
{
	const struct run *run;
	struct candidate *c;
	size_t page, i;

	for (page = 0; page < l->page_count; page++)
		for (i = 0; i < l->pages[page].list.count; i++) {
			run = &l->pages[page].list.runs[i];
			if (l->workflow != NULL && run->workflow_id != 0)
				s->workflow_id = run->workflow_id;
			if (run->id == 0 || candidates_is_old(s, run) ||
			    strcmp(run->event, "workflow_dispatch") != 0)
				continue;
			if (l->workflow == NULL && !is_of_workflow(s, run))
				continue;
			c = candidate_for(s, run);
			if (!c->carries && s->q->distinct_id != NULL &&
			    (match_carries(run->display_title,
			    s->q->distinct_id) ||
			    match_carries(run->name, s->q->distinct_id))) {
				c->carries = true;
				c->by = FOUND_BY_RUN_NAME;
			}
		}
}

/* Some name in the job carries the ID. */
static bool
job_carries(const struct job *job, const char *id, enum found_by *by)
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
 * All steps of a job are listed at once, after its set-up: before, there are
 * none, then "Set up job" alone.
 */
static bool
job_has_steps(const struct job *job)
{
	return job->step_count > 1 || strcmp(job->status, "completed") == 0 ||
	    (job->step_count == 1 && strcmp(job->steps[0].name, "Set up job") !=
	    0);
}

/* Reads the names in a run's jobs: the ID is in them, or maybe all are known
 * without it. */
static enum status
read_jobs(struct candidates *s, struct candidate *c, struct fault *f)
{
	struct job_seen *seen;
	struct job_list *list;
	enum status status;
	bool settled = true;
	size_t n, i;

	for (n = 0; n < PAGES_MAX; n++) {
		if (n == c->seen_count)
			c->seen = xappend(c->seen, &c->seen_count,
			    sizeof *c->seen);
		seen = &c->seen[n];
		status = github_list_jobs(s->gh, c->id, GITHUB_ALL_ATTEMPTS,
		    (unsigned int)n + 1, s->q->deadline_ms, &seen->page, f);
		if (status != STATUS_OK)
			return status;
		if (seen->page.changed) {
			list = &seen->page.list;
			/* A page behind the last one is empty. */
			seen->has_steps = list->count > 0 || n > 0;
			for (i = 0; i < list->count; i++) {
				if (job_carries(&list->jobs[i],
				    s->q->distinct_id, &c->by)) {
					c->carries = true;
					return STATUS_OK;
				}
				if (!job_has_steps(&list->jobs[i]))
					seen->has_steps = false;
			}
			job_list_wipe(list);
		}
		settled = settled && seen->has_steps;
		if (!seen->page.has_next)
			break;
	}
	c->settled = settled;
	if (settled)
		log_debug("run %llu is not ours: all its jobs and steps are "
		    "known", (unsigned long long)c->id);
	return STATUS_OK;
}

size_t
candidates_carriers(const struct candidates *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->list[i].carries;
	return n;
}

bool
candidates_are_decided(const struct candidates *s)
{
	return candidates_carriers(s) > 0 && (s->q->is_unique ||
	    match_is_long(s->q->distinct_id));
}

enum status
candidates_read_jobs(struct candidates *s, struct fault *f)
{
	enum status status, worst = STATUS_OK;
	struct fault now;
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (candidates_carriers(s) > 0 && s->q->is_unique)
			return STATUS_OK;
		if (s->list[i].settled || s->list[i].carries)
			continue;
		status = read_jobs(s, &s->list[i], &now);
		if (status == STATUS_OK)
			continue;
		log_debug("jobs of run %llu: %s",
		    (unsigned long long)s->list[i].id, now.text);
		if (status_is_signal(status) || !status_is_mishap(status)) {
			*f = now;
			return candidates_are_decided(s) &&
			    !status_is_signal(status) ? STATUS_OK : status;
		}
		/* One run's trouble must not slow the search for another,
		 * unless the server asks for a pause. */
		if (now.wait_ms > 0) {
			*f = now;
			worst = status;
		}
	}
	return candidates_are_decided(s) ? STATUS_OK : worst;
}

void
candidates_wipe(struct candidates *s)
{
	size_t i, n;

	for (i = 0; i < s->count; i++) {
		for (n = 0; n < s->list[i].seen_count; n++)
			job_page_wipe(&s->list[i].seen[n].page);
		free(s->list[i].seen);
		free(s->list[i].url);
	}
	free(s->list);
}
