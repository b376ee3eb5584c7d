/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/candidates.h"
#include "command/match.h"

#define FLOOR_MARGIN_MS 5000 /* clocks within GitHub differ, a little */
#define KEPT_MAX \
	((size_t)64 << 20) /* a hundred times what 5,000
						 * runs take */
#define PAUSE_MIN_MS 1000  /* between two looks at a run's jobs */
#define PAUSE_MAX_MS 10000 /* doubled while nothing changes, up to that */
#define LISTED_MS    3000  /* by then a new run is in the list */
#define SHARE_MS \
	200 /* or that for each run: five looks a second at
				 * those that show all steps of the jobs they
				 * have, as many at those that do not */

/* The server's now, less the time since the dispatch began; or its clock when
 * that began, if that was noted. */
static void
find_floor(struct candidates *s)
{
	int64_t server_ms;

	if (s->has_floor)
		return;
	if (s->q->is_resumed && s->q->sent_at_ms == 0)
		return;
	if (s->q->is_resumed)
		server_ms = s->q->sent_at_ms;
	else if (github_server_now(s->gh, &server_ms))
		server_ms -= clock_now(s->clock) - s->q->began_ms;
	else
		return;
	s->has_floor = true;
	s->knows_more = s->knows_more || s->judged_without_floor;
	s->floor_ms = server_ms - FLOOR_MARGIN_MS;
}

/*
 * An ID that was given may have been used a moment ago, by a run that was not
 * listed yet when the baseline was taken: then both count.
 */
bool
candidates_is_old(struct candidates *s, uint64_t run_id, int64_t created_at)
{
	find_floor(s);
	if (s->q->has_baseline && (s->q->is_unique || run_id <= s->q->baseline))
		return run_id <= s->q->baseline;
	if (s->has_floor)
		return created_at * 1000 < s->floor_ms;
	s->judged_without_floor = true;
	/* There is nothing to compare with, and no need to if nobody can have
	 * used the ID before. */
	return !s->q->has_baseline && !s->q->is_unique;
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
	uint64_t id = s->q->workflow_id != 0 ? s->q->workflow_id
					     : s->workflow_id;
	size_t len = strcspn(run->path, "@");

	if (id != 0 && run->workflow_id != 0)
		return run->workflow_id == id;
	return s->q->workflow_path != NULL &&
	    (path_is(run->path, len, "", s->q->workflow_path) ||
		path_is(run->path, len, s->q->repository, s->q->workflow_path));
}

/* Bytes that the search keeps for good. */
static enum status
keep(struct candidates *s, size_t bytes, struct fault *f)
{
	s->kept += bytes;
	if (s->kept <= KEPT_MAX)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_PROTOCOL,
	    "%s lists more new runs and jobs than fit in %zu MiB of memory",
	    github_who(s->gh), KEPT_MAX >> 20);
}

static int
newest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->run.id < y->run.id ? 1 : x->run.id > y->run.id ? -1 : 0;
}

static struct candidate *
known(const struct candidates *s, uint64_t id)
{
	const struct candidate key = { .run.id = id };

	return s->sorted == 0
	    ? NULL
	    : bsearch(&key, s->list, s->sorted, sizeof *s->list, newest_first);
}

/* What its row says; a change makes its jobs worth a look at once. */
static void
note_row(struct candidate *c, const struct run *run)
{
	bool completed = strcmp(run->status, "completed") == 0;

	if (completed == c->completed && run->updated_at == c->updated_at &&
	    run->attempt == c->attempt)
		return;
	c->completed = completed;
	/* What did not begin may have no jobs to show. */
	c->never_ran = completed &&
	    (strcmp(run->conclusion, "startup_failure") == 0 ||
		strcmp(run->conclusion, "cancelled") == 0 ||
		strcmp(run->conclusion, "skipped") == 0 ||
		strcmp(run->conclusion, "action_required") == 0);
	c->updated_at = run->updated_at;
	c->attempt = run->attempt;
	c->next_ms = 0;
	c->pause_ms = PAUSE_MIN_MS;
}

static bool
is_eligible(struct candidates *s, const struct run *run, bool of_workflow)
{
	if (run->id == 0 || strcmp(run->event, event_name(s->q->event)) != 0 ||
	    candidates_is_old(s, run->id, run->created_at))
		return false;
	return of_workflow || s->q->workflow == NULL || is_of_workflow(s, run);
}

/* The last part of "OWNER/REPO/.github/workflows/FILE@REF"; NULL: not told. */
static char *
file_of(const char *path)
{
	size_t len = strcspn(path, "@"), from = len;

	while (from > 0 && path[from - 1] != '/')
		from--;
	return len > from ? xstrndup(path + from, len - from) : NULL;
}

/* A new candidate. */
static enum status
add(struct candidates *s, const struct run *run, struct fault *f)
{
	struct candidate *c;
	size_t bytes = sizeof *c + strlen(run->html_url) + 1;

	s->list = xappend(s->list, &s->count, sizeof *s->list);
	c = &s->list[s->count - 1];
	c->run.id = run->id;
	c->run.url = xstrdup(run->html_url);
	c->updated_at = -2;
	if (s->q->workflow == NULL) {
		c->run.file = file_of(run->path);
		if (*run->head_branch != '\0')
			c->run.branch = xstrdup(run->head_branch);
		bytes += strlen(run->path) + strlen(run->head_branch) + 2;
	}
	return keep(s, bytes, f);
}

enum status
candidates_take(struct candidates *s, const struct run *run, bool of_workflow,
    struct fault *f)
{
	struct candidate *c;

	if (of_workflow && run->workflow_id != 0 && s->workflow_id == 0) {
		s->workflow_id = run->workflow_id;
		s->knows_more = s->knows_more || s->judged_without_workflow;
	}
	s->judged_without_workflow = s->judged_without_workflow ||
	    (!of_workflow && s->workflow_id == 0);
	if (!is_eligible(s, run, of_workflow))
		return STATUS_OK;
	if ((c = known(s, run->id)) == NULL) {
		if (add(s, run, f) != STATUS_OK)
			return f->status;
		c = &s->list[s->count - 1];
	}
	note_row(c, run);
	if (!c->carries && s->q->distinct_id != NULL &&
	    (match_carries(run->display_title, s->q->distinct_id) ||
		match_carries(run->name, s->q->distinct_id))) {
		c->carries = true;
		c->run.by = FOUND_BY_RUN_NAME;
	}
	return STATUS_OK;
}

static void
wipe(struct candidate *c)
{
	names_wipe(&c->names);
	found_run_wipe(&c->run);
}

void
candidates_sort(struct candidates *s)
{
	size_t i, n = 0;

	if (s->sorted == s->count)
		return;
	qsort(s->list, s->count, sizeof *s->list, newest_first);
	/* A run may be on two pages, when it moved on between the two. */
	for (i = 1; i < s->count; i++) {
		if (s->list[i].run.id != s->list[n].run.id) {
			s->list[++n] = s->list[i];
			continue;
		}
		if (s->list[i].carries && !s->list[n].carries) {
			s->list[n].carries = true;
			s->list[n].run.by = s->list[i].run.by;
		}
		wipe(&s->list[i]);
	}
	s->sorted = s->count = n + 1;
}

/*
 * What the names in its jobs settle.  Jobs behind "needs:" are listed only when
 * they may begin: until a run is over, not all names are known.
 */
static void
conclude(struct candidate *c)
{
	if (c->names.found) {
		c->carries = true;
		c->run.by = c->names.by;
		return;
	}
	c->shown = c->names.shown && (c->names.count > 0 || c->never_ran);
	c->settled = c->shown && c->completed;
	if (c->settled)
		log_debug("run %llu is ruled out: it is completed, and no "
			  "job or step of it shows the distinct ID",
		    (unsigned long long)c->run.id);
}

/* When to look at its jobs again, unless its row changes before. */
static void
put_off(const struct candidates *s, struct candidate *c)
{
	c->pause_ms = least(c->pause_ms,
	    most(PAUSE_MIN_MS, (int64_t)s->open[c->shown] * SHARE_MS));
	c->next_ms = clock_after(s->clock, c->pause_ms);
	c->pause_ms = least(2 * c->pause_ms, PAUSE_MAX_MS);
}

/* Reads the names in a run's jobs: the ID is among them, or all are known
 * without it, or neither yet. */
static enum status
read_jobs(struct candidates *s, struct candidate *c, struct fault *f)
{
	size_t before = names_bytes(&c->names);
	enum status status;

	status = names_read(&c->names, s->gh, s->clock, s->q, c->run.id, f);
	if (c->names.grew)
		c->pause_ms = PAUSE_MIN_MS;
	if (status == STATUS_OK)
		conclude(c);
	put_off(s, c);
	if (status == STATUS_OK && !c->carries)
		status = keep(s, names_bytes(&c->names) - before, f);
	return status;
}

bool
candidates_are_unique(const struct candidates *s)
{
	return s->q->is_unique && s->q->workflow != NULL;
}

size_t
candidates_carriers(const struct candidates *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->list[i].carries;
	return n;
}

int64_t
candidates_listed_ms(const struct candidates *s)
{
	return s->q->began_ms + LISTED_MS;
}

bool
candidates_are_listed(const struct candidates *s)
{
	return s->read_ms >= candidates_listed_ms(s);
}

bool
candidates_are_decided(const struct candidates *s)
{
	return candidates_carriers(s) > 0 &&
	    (candidates_are_unique(s) ||
		(match_is_distinctive(s->q->distinct_id) &&
		    candidates_are_listed(s)));
}

bool
candidates_others_are_shown(const struct candidates *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!s->list[i].carries && !s->list[i].shown)
			return false;
	return true;
}

enum status
candidates_read_jobs(struct candidates *s, struct fault *f)
{
	enum status status, worst = STATUS_OK;
	struct candidate *c;
	struct fault now;
	size_t i;

	s->open[false] = s->open[true] = 0;
	for (i = 0; i < s->count; i++)
		if (!s->list[i].settled && !s->list[i].carries)
			s->open[s->list[i].shown]++;
	if (candidates_are_unique(s) && candidates_carriers(s) > 0)
		return STATUS_OK;
	for (i = 0; i < s->count; i++) {
		c = &s->list[i];
		if (c->settled || c->carries ||
		    c->next_ms > clock_now(s->clock))
			continue;
		status = read_jobs(s, c, &now);
		if (c->carries && candidates_are_unique(s))
			return STATUS_OK;
		if (status == STATUS_OK)
			continue;
		log_debug("jobs of run %llu: %s", (unsigned long long)c->run.id,
		    now.text);
		if (status_is_signal(status) || !status_is_bad_answer(status)) {
			*f = now;
			return candidates_are_decided(s) &&
				!status_is_signal(status)
			    ? STATUS_OK
			    : status;
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
	size_t i;

	for (i = 0; i < s->count; i++)
		wipe(&s->list[i]);
	free(s->list);
}
