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

#define CROSS_CHECK  3     /* every third look is repository-wide */
#define LAST_LOOK_MS 3000  /* that a look has which came late */
#define LISTING_MS   10000 /* for candidates, with no ID to look for */

struct find {
	struct candidates found;
	const struct clock *clock;
	struct find_query q;
	struct listing by_workflow, by_repository;
	struct retry retry;
	struct pace pace;
	unsigned int looks;
	int64_t due_ms;  /* instant of the next one */
	bool looked;     /* one went well */
	bool is_partial; /* the list lacks a page */
	enum find_outcome outcome;
	struct fault fault; /* of the latest look; or STATUS_OK */
};

/* The look takes the repository's list, which is not the one that counts. */
static bool
is_cross_check(const struct find *s)
{
	return s->q.workflow != NULL && s->looks % CROSS_CHECK == 0;
}

static enum status
look(struct find *s, struct fault *f)
{
	struct listing *l = is_cross_check(s) ? &s->by_repository
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
	log_debug("search %u: %zu new runs", s->looks, s->found.count);
	if (s->q.distinct_id != NULL)
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
	found_run_move(&r->runs[r->count++], &c->run);
}

/* The carriers of the ID first, then perhaps all other candidates. */
static void
collect(struct find *s, bool others, struct find_result *r)
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

/* All runs that our dispatch has created. */
static bool
are_all_listed(const struct find *s)
{
	return !s->is_partial && candidates_are_listed(&s->found);
}

/*
 * One run carries the ID.  One that was given may stand in runs that the list
 * did not tell, and in one that it was given to a moment ago, while ours is not
 * listed yet; a short one may well stand in somebody else's names too ("shard
 * 1"), while ours does not show its own.
 */
static bool
is_proof(const struct find *s)
{
	if (candidates_are_unique(&s->found))
		return true;
	if (!are_all_listed(s))
		return false;
	return match_is_distinctive(s->q.distinct_id) ||
	    candidates_others_are_shown(&s->found);
}

/* When carriers may become proof by time alone; else CLOCK_NEVER. */
static int64_t
proof_ms(const struct find *s)
{
	return candidates_carriers(&s->found) > 0 &&
		!candidates_are_listed(&s->found)
	    ? candidates_listed_ms(&s->found)
	    : CLOCK_NEVER;
}

/* Whether another look may help; a refusal may pass, for a while. */
static bool
may_pass(struct find *s, struct fault *f)
{
	struct retry_advice advice = retry_renewed(
	    &s->retry, s->found.gh, f, clock_now(s->clock));

	if (advice.when != RETRY_AFTER)
		return advice.when != RETRY_NEVER;
	/* Ours, not the server's: it leaves time for another look. */
	f->wait_ms = most(f->wait_ms,
	    least(advice.pause_ms, clock_left(s->clock, s->q.deadline_ms) / 2));
	return true;
}

/* What came of a look: its failure is in the fault, or that is STATUS_OK.
 * False if another look is of no use. */
static bool
take_look(struct find *s, enum status status)
{
	/* Our own deadline has cut the last of several good looks. */
	if (status == STATUS_TIMEOUT && s->looked &&
	    clock_left(s->clock, s->q.deadline_ms) == 0)
		status = STATUS_OK;
	if (status != STATUS_OK) {
		if (!may_pass(s, &s->fault))
			return false;
		look_failed(&s->pace, &s->fault);
		return true;
	}
	s->fault.status = STATUS_OK;
	s->looked = true;
	pace_succeeded(&s->pace);
	/* The other list tells nothing of the workflow's. */
	if (!is_cross_check(s))
		retry_succeeded(&s->retry);
	return true;
}

static bool
end(struct find *s, enum find_outcome outcome)
{
	s->outcome = outcome;
	return false;
}

/* The only run that shows an ID drawn at random is ours, even if an event may
 * have started others, too. */
static bool
has_ours(const struct find *s)
{
	return s->q.is_unique && candidates_carriers(&s->found) == 1;
}

/* What is known then. */
static enum find_outcome
at_deadline(const struct find *s)
{
	size_t carriers = candidates_carriers(&s->found);

	if (carriers != 1)
		return carriers > 1 ? FIND_SEVERAL : FIND_NONE;
	return has_ours(s) ? FIND_ONE : FIND_UNPROVED;
}

/* What is known where no further look is of use. */
static enum find_outcome
at_refusal(const struct find *s)
{
	return has_ours(s) && !status_is_signal(s->fault.status) ? FIND_ONE
								 : FIND_STOPPED;
}

bool
find_look(struct find *s, int64_t *due_ms)
{
	size_t carriers;

	s->looks++;
	/* Others were served meanwhile: the run may have been listed for long. */
	if (s->looks > 1 && s->due_ms < s->q.deadline_ms &&
	    clock_left(s->clock, s->q.deadline_ms) == 0)
		s->q.deadline_ms = clock_after(s->clock, LAST_LOOK_MS);
	if (!take_look(s, look(s, &s->fault)))
		return end(s, at_refusal(s));
	carriers = candidates_carriers(&s->found);
	if (carriers > 1 && (s->q.workflow != NULL || are_all_listed(s)))
		return end(s, FIND_SEVERAL);
	if (carriers == 1 && is_proof(s))
		return end(s, FIND_ONE);
	if (s->q.distinct_id == NULL && s->found.count > 0 &&
	    candidates_are_listed(&s->found))
		return end(s, FIND_NONE);
	s->pace.look_by_ms = proof_ms(s);
	if (!pace_next(&s->pace, NULL, due_ms))
		return end(s, at_deadline(s));
	s->due_ms = *due_ms;
	return true;
}

bool
find_is_limited(const struct find *s)
{
	return s->fault.status == STATUS_LIMITED;
}

struct find *
find_open(
    struct github *gh, const struct clock *clock, const struct find_query *q)
{
	struct find *s = xcalloc(1, sizeof *s);

	s->clock = clock;
	s->q = *q;
	if (q->distinct_id == NULL)
		s->q.deadline_ms = least(
		    q->deadline_ms, clock_after(clock, LISTING_MS));
	s->found.gh = gh;
	s->found.clock = clock;
	s->found.q = &s->q;
	s->by_workflow.workflow = q->workflow;
	/* The dispatch was one, or may have been. */
	retry_succeeded(&s->retry);
	pace_init(&s->pace, clock, q->step_ms, s->q.deadline_ms);
	return s;
}

enum find_outcome
find_close(struct find *s, struct find_result *r)
{
	memset(r, 0, sizeof *r);
	r->outcome = s->outcome;
	r->fault = s->fault;
	collect(s, r->outcome != FIND_ONE && r->outcome != FIND_SEVERAL, r);
	candidates_wipe(&s->found);
	listing_wipe(&s->by_workflow);
	listing_wipe(&s->by_repository);
	free(s);
	return r->outcome;
}
