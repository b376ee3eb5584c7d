/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "command/candidates.h"
#include "command/find.h"
#include "command/listing.h"
#include "command/match.h"
#include "command/pace.h"
#include "command/retry.h"

#define CROSS_CHECK 3     /* every third look is repository-wide */
#define LISTING_MS  10000 /* for candidates, with no ID to look for */

struct search {
	struct candidates found;
	const struct clock *clock;
	const struct find_query *q;
	struct listing by_workflow, by_repository;
	struct retry retry;
	bool is_partial; /* the list lacks a page */
};

static enum status
look(struct search *s, unsigned int number, struct fault *f)
{
	struct listing *l = number % CROSS_CHECK == 0 ? &s->by_repository
						      : &s->by_workflow;
	enum status status, jobs = STATUS_OK;
	struct fault why;
	int64_t began_ms;

	if (s->found.knows_more) {
		/* Rows that did not count may count now: they are read again. */
		s->found.knows_more = false;
		listing_wipe(&s->by_workflow);
		listing_wipe(&s->by_repository);
	}
	began_ms = clock_now(s->clock);
	status = listing_read(l, &s->found, f);
	if (status == STATUS_OK)
		s->found.read_ms = began_ms;
	/* A page that failed does not make the others worthless. */
	s->is_partial = status != STATUS_OK;
	if (status != STATUS_OK && !status_is_bad_answer(status))
		return status;
	log_debug("search %u: %zu new runs", number, s->found.count);
	if (s->q->distinct_id != NULL)
		jobs = candidates_read_jobs(&s->found, &why);
	if (jobs != STATUS_OK &&
	    (status == STATUS_OK || !status_is_bad_answer(jobs))) {
		*f = why;
		return jobs;
	}
	return candidates_are_decided(&s->found) ? STATUS_OK : status;
}

/* Takes the run from the candidate. */
static void
add_result(struct find_result *r, struct candidate *c)
{
	if (r->count == FIND_SHOWN_MAX) {
		r->more++;
		return;
	}
	r->runs[r->count++] = c->run;
	c->run.url = NULL;
}

/* The carriers of the ID first, then perhaps all other candidates. */
static void
collect(struct search *s, bool others, struct find_result *r)
{
	size_t i;

	for (i = 0; i < s->found.count; i++)
		if (s->found.list[i].carries)
			add_result(r, &s->found.list[i]);
	for (i = 0; others && i < s->found.count; i++)
		if (!s->found.list[i].carries)
			add_result(r, &s->found.list[i]);
}

void
find_result_wipe(struct find_result *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		found_run_wipe(&r->runs[i]);
	memset(r, 0, sizeof *r);
}

/* The first of several failures is news, the others are not. */
static void
look_failed(struct pace *pace, struct fault *f)
{
	bool first = pace->failures == 0, beyond;

	pace_failed(pace, f);
	fault_end_sentence(f);
	if (!pace_goes_on(pace, &beyond)) {
		if (beyond)
			fault_add(
			    f, " That is longer than the timeout allows.");
	} else if (first) {
		log_info("looking for the run: %s Retrying.", f->text);
	} else {
		log_debug("looking for the run: %s", f->text);
	}
}

/*
 * One run carries the ID.  One that was given may stand in runs that the list
 * did not tell, and in one that it was given to a moment ago, while ours is not
 * listed yet; a short one may well stand in somebody else's names too ("shard
 * 1"), while ours does not show its own.
 */
static bool
is_proof(const struct search *s)
{
	if (s->q->is_unique)
		return true;
	if (s->is_partial || !candidates_are_listed(&s->found))
		return false;
	return match_is_distinctive(s->q->distinct_id) ||
	    candidates_others_are_shown(&s->found);
}

/* When the only carrier may become proof by time alone; else CLOCK_NEVER. */
static int64_t
proof_ms(const struct search *s)
{
	return candidates_carriers(&s->found) == 1 &&
		!candidates_are_listed(&s->found)
	    ? candidates_listed_ms(&s->found)
	    : CLOCK_NEVER;
}

/* Whether another look may help; a refusal may pass, for a while. */
static bool
may_pass(struct search *s, struct fault *f)
{
	struct retry_advice advice = retry_renewed(
	    &s->retry, s->found.gh, f, clock_now(s->clock));

	if (advice.when != RETRY_AFTER)
		return advice.when != RETRY_NEVER;
	/* Ours, not the server's: it leaves time for another look. */
	f->wait_ms = most(f->wait_ms,
	    least(
		advice.pause_ms, clock_left(s->clock, s->q->deadline_ms) / 2));
	return true;
}

static enum find_outcome
run_search(struct search *s, struct fault *f)
{
	unsigned int number;
	bool looked = false;
	enum status status;
	struct pace pace;

	pace_init(&pace, s->clock, s->q->step_ms, s->q->deadline_ms);
	for (number = 1;; number++) {
		status = look(s, number, f);
		/* Our own deadline has cut the last of several good looks. */
		if (status == STATUS_TIMEOUT && looked &&
		    clock_left(s->clock, s->q->deadline_ms) == 0)
			status = STATUS_OK;
		if (status == STATUS_OK) {
			f->status = STATUS_OK;
			looked = true;
			pace_succeeded(&pace);
			/* The other list tells nothing of the workflow's. */
			if (number % CROSS_CHECK != 0)
				retry_succeeded(&s->retry);
		} else if (!may_pass(s, f)) {
			return FIND_STOPPED;
		} else {
			look_failed(&pace, f);
		}
		if (candidates_carriers(&s->found) > 1)
			return FIND_SEVERAL;
		if (candidates_carriers(&s->found) == 1 && is_proof(s))
			return FIND_ONE;
		if (s->q->distinct_id == NULL && s->found.count > 0 &&
		    candidates_are_listed(&s->found))
			return FIND_NONE;
		pace.look_by_ms = proof_ms(s);
		if (!pace_wait(&pace, NULL))
			return candidates_carriers(&s->found) == 1
			    ? FIND_UNPROVED
			    : FIND_NONE;
	}
}

enum find_outcome
find(struct github *gh, const struct clock *clock, const struct find_query *q,
    struct find_result *r)
{
	struct find_query listing_only;
	struct search s;

	memset(r, 0, sizeof *r);
	memset(&s, 0, sizeof s);
	s.clock = clock;
	s.q = q;
	if (q->distinct_id == NULL) {
		listing_only = *q;
		if (clock_after(clock, LISTING_MS) < q->deadline_ms)
			listing_only.deadline_ms = clock_after(
			    clock, LISTING_MS);
		s.q = &listing_only;
	}
	s.found.gh = gh;
	s.found.clock = clock;
	s.found.q = s.q;
	s.by_workflow.workflow = q->workflow;
	/* The dispatch was one, or may have been. */
	retry_succeeded(&s.retry);
	r->outcome = run_search(&s, &r->fault);
	collect(&s, r->outcome != FIND_ONE && r->outcome != FIND_SEVERAL, r);
	candidates_wipe(&s.found);
	listing_wipe(&s.by_workflow);
	listing_wipe(&s.by_repository);
	return r->outcome;
}
