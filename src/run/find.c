#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/find.h"
#include "run/listing.h"
#include "run/match.h"
#include "run/pace.h"

#define CROSS_CHECK	3	/* every third look is repository-wide */
#define PAGES_MAX	50	/* of a run's jobs: 5,000 */
#define FLOOR_MARGIN_MS	5000	/* clocks within GitHub differ, a little */
#define NOT_FOUND_LAST	5	/* a 404 that often in a row is one to stay */
#define BASELINE_NOT_FOUND	2	/* before a dispatch nothing is new */
#define LISTED_MS	3000	/* by then a new run is in the list */
#define LISTING_MS	10000	/* for candidates, with no ID to look for */

struct job_seen {
	struct job_page	 page;		/* its list is dropped once read */
	bool		 has_steps;	/* all of its jobs */
};

/* A run that may be ours. */
struct candidate {
	uint64_t	 id;
	char		*url;
	bool		 carries;	/* the ID */
	enum found_by	 by;
	bool		 settled;	/* all names known, the ID not in them */
	struct job_seen	*seen;		/* pages of its jobs */
	size_t		 seen_count;
};

struct search {
	struct github		*gh;
	const struct clock	*clock;
	const struct find_query	*q;
	struct listing		 by_workflow, by_repository;
	uint64_t		 workflow_id;	/* told by the server */
	struct candidate	*candidates;	/* newest first */
	size_t			 count;
	bool			 has_floor;
	int64_t			 floor_ms;	/* server's clock */
	bool			 is_partial;	/* the latest list: a page failed */
};

const char *
found_by_text(enum found_by by)
{
	static const char *texts[] = {
		[FOUND_BY_RESPONSE] = "response",
		[FOUND_BY_RUN_NAME] = "run-name",
		[FOUND_BY_JOB_NAME] = "job-name",
		[FOUND_BY_STEP_NAME] = "step-name",
	};

	return texts[by];
}

static void
search_wipe(struct search *s)
{
	size_t i, n;

	listing_wipe(&s->by_workflow);
	listing_wipe(&s->by_repository);
	for (i = 0; i < s->count; i++) {
		for (n = 0; n < s->candidates[i].seen_count; n++)
			job_page_wipe(&s->candidates[i].seen[n].page);
		free(s->candidates[i].seen);
		free(s->candidates[i].url);
	}
	free(s->candidates);
}

/* The server's now, less the time since the dispatch began. */
static void
find_floor(struct search *s)
{
	int64_t server_ms;

	if (s->has_floor || s->q->has_baseline ||
	    !github_server_now(s->gh, &server_ms))
		return;
	s->has_floor = true;
	s->floor_ms = server_ms - (clock_now(s->clock) - s->q->began_ms) -
	    FLOOR_MARGIN_MS;
}

/* Created before the dispatch, as far as can be told; of a page just read, so
 * that the server's clock is known. */
static bool
is_old(void *ctx, const struct run *run)
{
	struct search *s = ctx;

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
is_of_workflow(const struct search *s, const struct run *run)
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
candidate_for(struct search *s, const struct run *run)
{
	struct candidate *c;
	size_t i;

	for (i = 0; i < s->count && s->candidates[i].id > run->id; i++)
		;
	if (i < s->count && s->candidates[i].id == run->id)
		return &s->candidates[i];
	s->candidates = xappend(s->candidates, &s->count,
	    sizeof *s->candidates);
	memmove(&s->candidates[i + 1], &s->candidates[i],
	    (s->count - 1 - i) * sizeof *s->candidates);
	c = &s->candidates[i];
	memset(c, 0, sizeof *c);
	c->id = run->id;
	c->url = xstrdup(run->html_url);
	return c;
}

static void
mark(struct candidate *c, enum found_by by)
{
	c->carries = true;
	c->by = by;
}

static void
take_runs(struct search *s, const struct listing *l)
{
	const struct run *run;
	struct candidate *c;
	size_t page, i;

	for (page = 0; page < l->page_count; page++)
		for (i = 0; i < l->pages[page].list.count; i++) {
			run = &l->pages[page].list.runs[i];
			if (l->workflow != NULL && run->workflow_id != 0)
				s->workflow_id = run->workflow_id;
			if (run->id == 0 || is_old(s, run) ||
			    strcmp(run->event, "workflow_dispatch") != 0)
				continue;
			if (l->workflow == NULL && !is_of_workflow(s, run))
				continue;
			c = candidate_for(s, run);
			if (!c->carries && s->q->distinct_id != NULL &&
			    (match_carries(run->display_title,
			    s->q->distinct_id) ||
			    match_carries(run->name, s->q->distinct_id)))
				mark(c, FOUND_BY_RUN_NAME);
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
read_jobs(struct search *s, struct candidate *c, struct fault *f)
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

static size_t
count_carriers(const struct search *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->candidates[i].carries;
	return n;
}

/* The server has answered; another of its answers may well be good. */
static bool
is_answered(enum status status)
{
	return status == STATUS_SERVER || status == STATUS_NOT_FOUND ||
	    status == STATUS_PROTOCOL;
}

/* A carrier of the ID is known, and what other runs show cannot change that. */
static bool
is_settled(const struct search *s)
{
	return count_carriers(s) > 0 && (s->q->is_unique ||
	    match_is_long(s->q->distinct_id));
}

/*
 * Looks into the jobs of every run that may be ours, newest first.  Once one
 * carries a long ID, the others are only asked whether they do too, and a
 * failure to tell does not take the answer away.
 */
static enum status
look_into_jobs(struct search *s, struct fault *f)
{
	enum status status, worst = STATUS_OK;
	struct fault now;
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (count_carriers(s) > 0 && s->q->is_unique)
			return STATUS_OK;
		if (s->candidates[i].settled || s->candidates[i].carries)
			continue;
		status = read_jobs(s, &s->candidates[i], &now);
		if (status == STATUS_OK)
			continue;
		log_debug("jobs of run %llu: %s",
		    (unsigned long long)s->candidates[i].id, now.text);
		if (status_is_signal(status) || !is_answered(status)) {
			*f = now;
			return is_settled(s) && !status_is_signal(status) ?
			    STATUS_OK : status;
		}
		/* One run's trouble must not slow the search for another,
		 * unless the server asks for a pause. */
		if (now.wait_ms > 0) {
			*f = now;
			worst = status;
		}
	}
	return is_settled(s) ? STATUS_OK : worst;
}

static enum status
look(struct search *s, unsigned int number, struct fault *f)
{
	struct listing *l = number % CROSS_CHECK == 0 ? &s->by_repository :
	    &s->by_workflow;
	enum status status, jobs = STATUS_OK;
	struct fault why;

	status = listing_read(l, s->gh, s->q->deadline_ms, is_old, s, f);
	if (status != STATUS_OK && !is_answered(status))
		return status;
	/* A page that failed does not make the others worthless. */
	s->is_partial = status != STATUS_OK;
	take_runs(s, l);
	log_debug("look %u: %zu runs might be it", number, s->count);
	if (s->q->distinct_id != NULL)
		jobs = look_into_jobs(s, &why);
	if (jobs != STATUS_OK && (status == STATUS_OK ||
	    !is_answered(jobs))) {
		*f = why;
		return jobs;
	}
	return is_settled(s) ? STATUS_OK : status;
}

static void
add_result(struct find_result *r, const struct candidate *c)
{
	if (r->count == FIND_SHOWN_MAX) {
		r->more++;
		return;
	}
	r->runs[r->count].id = c->id;
	r->runs[r->count].url = xstrdup(c->url);
	r->runs[r->count++].by = c->by;
}

/* The carriers of the ID first, then perhaps all other candidates. */
static void
collect(const struct search *s, bool others, struct find_result *r)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->candidates[i].carries)
			add_result(r, &s->candidates[i]);
	for (i = 0; others && i < s->count; i++)
		if (!s->candidates[i].carries)
			add_result(r, &s->candidates[i]);
}

void
find_result_wipe(struct find_result *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		free(r->runs[i].url);
	memset(r, 0, sizeof *r);
}

/* A failed look: may looking on help? */
static bool
is_final(const struct fault *f, unsigned int not_found, unsigned int most)
{
	return status_is_signal(f->status) || f->lasting || not_found >= most;
}

/* The first of several failures is news, the others are not. */
static void
log_failure(const struct pace *pace, const char *doing, struct fault *f)
{
	fault_end_sentence(f);
	if (pace->failures == 0)
		log_info("%s: %s Trying on.", doing, f->text);
	else
		log_debug("%s: %s", doing, f->text);
}

/*
 * One run carries the ID.  One that was given may stand in runs that the list
 * did not tell; a short one may well stand in somebody else's names too
 * ("shard 1"), while ours is not listed or does not show its own yet.
 */
static bool
is_proof(const struct search *s)
{
	size_t i;

	if (s->q->is_unique)
		return true;
	if (s->is_partial)
		return false;
	if (match_is_long(s->q->distinct_id))
		return true;
	if (clock_now(s->clock) - s->q->began_ms < LISTED_MS)
		return false;
	for (i = 0; i < s->count; i++)
		if (!s->candidates[i].carries && !s->candidates[i].settled)
			return false;
	return true;
}

static enum find_outcome
run_search(struct search *s, struct fault *f)
{
	unsigned int number, not_found = 0;
	bool looked = false;
	enum status status;
	struct pace pace;

	pace_init(&pace, s->clock, s->q->step_ms, s->q->deadline_ms);
	for (number = 1;; number++) {
		status = look(s, number, f);
		/* The other list tells nothing of the workflow's. */
		if (status == STATUS_NOT_FOUND)
			not_found++;
		else if (number % CROSS_CHECK != 0)
			not_found = 0;
		/* Our own deadline has cut the last of several good looks. */
		if (status == STATUS_TIMEOUT && looked &&
		    clock_left(s->clock, s->q->deadline_ms) == 0)
			status = STATUS_OK;
		if (status == STATUS_OK) {
			f->status = STATUS_OK;
			looked = true;
			pace_succeeded(&pace);
		} else if (is_final(f, not_found, NOT_FOUND_LAST)) {
			return FIND_STOPPED;
		} else {
			log_failure(&pace, "looking for the run", f);
			pace_failed(&pace, f);
		}
		if (count_carriers(s) > 1)
			return FIND_SEVERAL;
		if (count_carriers(s) == 1 && is_proof(s))
			return FIND_ONE;
		if (s->q->distinct_id == NULL && s->count > 0 &&
		    clock_now(s->clock) - s->q->began_ms >= LISTED_MS)
			return FIND_NONE;
		if (!pace_wait(&pace, NULL))
			return count_carriers(s) == 1 ? FIND_UNPROVED :
			    FIND_NONE;
	}
}

enum find_outcome
find(struct github *gh, const struct clock *clock, const struct find_query *q,
    struct find_result *r, struct fault *f)
{
	struct find_query listing_only;
	enum find_outcome outcome;
	struct search s;

	memset(r, 0, sizeof *r);
	memset(&s, 0, sizeof s);
	s.gh = gh;
	s.clock = clock;
	s.q = q;
	if (q->distinct_id == NULL) {
		listing_only = *q;
		if (clock_after(clock, LISTING_MS) < q->deadline_ms)
			listing_only.deadline_ms = clock_after(clock,
			    LISTING_MS);
		s.q = &listing_only;
	}
	s.by_workflow.workflow = q->workflow;
	outcome = run_search(&s, f);
	collect(&s, outcome != FIND_ONE && outcome != FIND_SEVERAL, r);
	search_wipe(&s);
	return outcome;
}

enum status
find_baseline(struct github *gh, const struct clock *clock,
    const char *workflow, int64_t deadline_ms, uint64_t *baseline,
    struct fault *f)
{
	unsigned int not_found = 0;
	struct run_page page;
	enum status status;
	struct pace pace;
	size_t i;

	memset(&page, 0, sizeof page);
	pace_init(&pace, clock, PACE_ADAPTIVE, deadline_ms);
	for (;;) {
		status = github_list_runs(gh, workflow, 1, 1, deadline_ms,
		    &page, f);
		if (status == STATUS_OK)
			break;
		not_found += status == STATUS_NOT_FOUND;
		if (is_final(f, not_found, BASELINE_NOT_FOUND))
			break;
		log_failure(&pace, "looking for the newest run", f);
		pace_failed(&pace, f);
		if (!pace_wait(&pace, NULL))
			break;
	}
	*baseline = 0;
	for (i = 0; status == STATUS_OK && i < page.list.count; i++)
		if (page.list.runs[i].id > *baseline)
			*baseline = page.list.runs[i].id;
	run_page_wipe(&page);
	return status;
}
