#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "command/match.h"
#include "command/pace.h"
#include "command/retry.h"

#define ANSWER_MS	30000	/* for the answer, or half of what is left */
#define RETRY_MS	30000	/* while nothing has left this machine */
#define LEAST_MS	1000	/* for an answer, or it would be lost, */
#define LEAST_SHARE	4	/* at most that part of the time */
#define NO_HOST_TRIES	3	/* the answers of a resolver may differ */
#define BASELINE_MS	10000	/* for a server that may need none, */
#define BASELINE_SHARE	4	/* at most that part of the time */

struct state {
	struct github			*gh;
	const struct clock		*clock;
	const struct dispatch_order	*order;
	int64_t				 deadline_ms;
	int64_t				 began_ms;	/* the latest POST */
	bool				 with_id;
	bool				 refuses_id;	/* the workflow does */
	bool				 old_version;
	bool				 has_baseline;
	uint64_t			 baseline;
	struct pace			 limit_pace;
	struct retry			 retry;		/* of refusals */
	/* Attempts that have not left this machine. */
	struct pace			 retry_pace;	/* until they must
							 * be connected */
	struct fault			 reason;	/* of the one before */
	bool				 retrying;
	unsigned int			 no_host;
};

/* A baseline and a POST, or what comes of it if the server is not reached. */
static void
begin_try(struct state *s)
{
	int64_t left_ms;

	s->began_ms = clock_now(s->clock);
	if (s->retrying)
		return;
	s->retrying = true;
	s->no_host = 0;
	left_ms = clock_left(s->clock, s->deadline_ms);
	pace_init(&s->retry_pace, s->clock, PACE_ADAPTIVE,
	    least(clock_after(s->clock, RETRY_MS), s->deadline_ms -
	    least(LEAST_MS, left_ms / LEAST_SHARE)));
}

/* For the answer to a POST that is sent now: a search must still fit. */
static int64_t
answer_deadline(const struct state *s)
{
	return least(clock_after(s->clock, ANSWER_MS), s->deadline_ms -
	    clock_left(s->clock, s->deadline_ms) / 2);
}

static enum dispatch_outcome
post(struct state *s, struct found_run *run, struct fault *f)
{
	struct dispatch_call call = {
		.workflow = s->order->workflow,
		.body = s->with_id ? s->order->body_with_id : s->order->body,
		.ref = s->order->ref,
	};
	enum dispatch_outcome outcome;

	s->began_ms = clock_now(s->clock);
	if (github_connect(s->gh, s->retry_pace.deadline_ms, f) != STATUS_OK)
		return DISPATCH_NOT_SENT;
	call.deadline_ms = answer_deadline(s);
	status_if_exhausted(STATUS_UNKNOWN, "the dispatch may have been sent");
	outcome = github_dispatch(s->gh, &call, run, f);
	switch (outcome) {
	case DISPATCH_IDENTIFIED:
	case DISPATCH_ACCEPTED:
		status_if_exhausted(STATUS_UNIDENTIFIED,
		    "the workflow was dispatched, its run is not known");
		break;
	case DISPATCH_UNKNOWN:
		break;
	case DISPATCH_NOT_SENT:
	case DISPATCH_NOT_STARTED:
	case DISPATCH_OLD_SERVER:
	case DISPATCH_WANTS_ID:
	case DISPATCH_REFUSES_ID:
	case DISPATCH_LIMITED:
		status_if_exhausted(STATUS_CONNECT, "nothing was dispatched");
		break;
	}
	return outcome;
}

/* Nothing has left this machine: true if another try makes sense. */
static bool
may_retry(struct state *s, struct fault *f)
{
	/* The end of our time is no reason, where there was one. */
	if (s->retry_pace.failures > 0 && !f->lasting &&
	    clock_left(s->clock, s->retry_pace.deadline_ms) == 0 &&
	    s->retry_pace.deadline_ms - s->began_ms < LEAST_MS)
		*f = s->reason;
	s->reason = *f;
	if (f->lasting || status_is_signal(f->status))
		return false;
	s->no_host = f->status == STATUS_NO_HOST ? s->no_host + 1 : 0;
	if (s->no_host == NO_HOST_TRIES)
		return false;
	if (s->retry_pace.failures == 0 && pace_goes_on(&s->retry_pace,
	    NULL)) {
		fault_end_sentence(f);
		log_info("%s Nothing was sent; trying again.", f->text);
	}
	pace_failed(&s->retry_pace, f);
	return pace_wait(&s->retry_pace, NULL) && !interrupt_pending();
}

/* A rate limit: true when it has been waited for. */
static bool
wait_for_limit(struct state *s, struct fault *f)
{
	bool beyond;

	pace_failed(&s->limit_pace, f);
	if (pace_goes_on(&s->limit_pace, NULL))
		log_info("%s Waiting.", f->text);
	if (pace_wait(&s->limit_pace, &beyond))
		return !interrupt_pending();
	fault_add(f, beyond ? " That is longer than the timeout allows." :
	    " The timeout is over.");
	return false;
}

/* A refusal, of the dispatch or of the baseline before it, that a token just
 * made may meet: true when another try makes sense. */
static bool
may_be_early(struct state *s, struct fault *f)
{
	struct retry_advice advice = retry_failed(&s->retry, f,
	    clock_now(s->clock));

	if (advice.when != RETRY_AFTER || advice.pause_ms >
	    clock_left(s->clock, s->deadline_ms) - LEAST_MS)
		return false;
	fault_end_sentence(f);
	log_info("%s Nothing was started; retrying.", f->text);
	clock_sleep_until(s->clock, clock_after(s->clock, advice.pause_ms));
	return !interrupt_pending();
}

/* "; runs that might be it: URL, URL" */
static void
add_runs(struct fault *f, const char *intro, const struct find_result *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		fault_add(f, "%s%s", i == 0 ? intro : ", ", r->runs[i].url);
	if (r->more > 0)
		fault_add(f, " and %zu more", r->more);
	if (r->count > 0)
		fault_add(f, ".");
}

/* How to be found next time. */
static void
add_advice(const struct state *s, struct fault *f)
{
	if (s->with_id)
		fault_add(f, " Does the workflow show its input distinct_id, "
		    "best in run-name: ${{ inputs.distinct_id }}? A step's "
		    "name is only visible once a runner has begun the job.");
	else
		fault_add(f, " With --distinct-id, and an input distinct_id "
		    "that the workflow shows in its run-name, the run could "
		    "be told.");
}

/* One run carries the ID, and that is no proof. */
static void
add_unproved(const struct state *s, struct fault *f)
{
	const char *id = s->order->distinct_id;

	fault_add(f, "a run shows the distinct ID %.100s, but ", id);
	if (match_is_distinctive(id))
		fault_add(f, "the timeout came before it was certain that no "
		    "other run does.");
	else
		fault_add(f, "other new runs do not show all their names yet, "
		    "and an ID of under %d characters and under %d digits may "
		    "stand in any of them. A longer one is distinctive "
		    "(--distinct-id draws one).", MATCH_CHARACTERS_MIN,
		    MATCH_DIGITS_MIN);
}

/* The search is over without a proved run: the story, for accepted and for
 * unknown dispatches. */
static enum status
not_found(const struct state *s, bool accepted, enum find_outcome outcome,
    const struct find_result *r, const struct fault *search, struct fault *f)
{
	struct fault story;

	if (!accepted)
		fault_end_sentence(f);
	if (accepted)
		fault_set_lasting(&story, STATUS_UNIDENTIFIED, "%s: the "
		    "workflow was dispatched, but its run is not identified: ",
		    github_who(s->gh));
	else
		fault_set_lasting(&story, STATUS_UNKNOWN, "%s So it is "
		    "unknown whether the workflow was dispatched, and ",
		    f->text);
	switch (outcome) {
	case FIND_SEVERAL:
		fault_add(&story, "more than one new run carries the distinct "
		    "ID %.100s, so none is proved.", s->order->distinct_id);
		add_runs(&story, " They are: ", r);
		*f = story;
		return f->status;
	case FIND_UNPROVED:
		add_unproved(s, &story);
		add_runs(&story, " The runs: ", r);
		*f = story;
		return f->status;
	case FIND_STOPPED:
		fault_add(&story, "the search for it failed: %s",
		    search->text);
		if (search->status == STATUS_UNAUTHORIZED)
			fault_add(&story, " It was accepted before, so it may "
			    "have expired.");
		break;
	case FIND_NONE:
	case FIND_ONE:
		if (!s->with_id)
			fault_add(&story, "no distinct ID was sent to find its "
			    "run by.");
		else if (search->status != STATUS_OK)
			fault_add(&story, "the search for it failed: %s",
			    search->text);
		else
			fault_add(&story, "no new run showed the distinct ID "
			    "%.100s before the timeout.",
			    s->order->distinct_id);
		break;
	}
	fault_end_sentence(&story);
	add_runs(&story, " Runs that might be it: ", r);
	if (!s->with_id || search->status == STATUS_OK)
		add_advice(s, &story);
	if (!accepted)
		fault_add(&story, " Look before dispatching again: it may "
		    "have been started.");
	if (status_is_signal(search->status))
		story.status = search->status;
	*f = story;
	return f->status;
}

/* Adds to the run how it was asked for. */
static enum status
proved(const struct state *s, struct found_run *run)
{
	run->repository = s->order->repository;
	run->workflow = s->order->workflow;
	run->ref = s->order->ref;
	run->distinct_id = s->with_id ? s->order->distinct_id : NULL;
	return STATUS_OK;
}

static enum status
search(struct state *s, bool accepted, struct found_run *run,
    struct fault *f)
{
	struct find_query q = {
		.workflow = s->order->workflow,
		.workflow_id = s->order->workflow_id,
		.workflow_path = s->order->workflow_path,
		.repository = s->order->repository,
		.distinct_id = s->with_id ? s->order->distinct_id : NULL,
		.is_unique = s->order->is_unique,
		.has_baseline = s->has_baseline,
		.baseline = s->baseline,
		.began_ms = s->began_ms,
		.step_ms = s->order->step_ms,
		.deadline_ms = s->deadline_ms,
	};
	struct find_result found;
	struct fault why;
	enum find_outcome outcome;
	enum status status;

	if (s->with_id)
		log_info("%s; looking for the run that shows distinct ID "
		    "%.100s", accepted ? "dispatched" : "it is unknown "
		    "whether that was dispatched", s->order->distinct_id);
	why.status = STATUS_OK;
	outcome = find(s->gh, s->clock, &q, &found, &why);
	if (outcome == FIND_ONE) {
		*run = found.runs[0];
		found.runs[0].url = NULL;
		status = proved(s, run);
	} else {
		status = not_found(s, accepted, outcome, &found, &why, f);
	}
	find_result_wipe(&found);
	return status;
}

/* An older server has refused: from now on, its version and our ID. */
static void
step_down(struct state *s)
{
	log_info("%s is an older server, which does not tell the run; using "
	    "distinct ID %s to find it", github_who(s->gh),
	    s->order->distinct_id);
	github_use_old_version(s->gh);
	s->old_version = true;
	s->with_id = true;
}

/* The next answer may well be good; where none is needed, it is asked for only
 * once more. */
static bool
may_pass(const struct state *s, const struct fault *f, bool sent,
    int64_t failures)
{
	bool is_needed = github_tells(s->gh) == GITHUB_TELLS_NO_RUN;

	return sent && !f->lasting && (is_needed || failures == 0) &&
	    (f->status == STATUS_SERVER || f->status == STATUS_CLOSED ||
	    f->status == STATUS_TIMEOUT || (is_needed && f->status ==
	    STATUS_PROTOCOL));
}

/* An older server's run is found by the baseline: it gets all the time. */
static int64_t
baseline_deadline(const struct state *s, int64_t window_ms)
{
	return github_tells(s->gh) == GITHUB_TELLS_NO_RUN ?
	    s->deadline_ms : least(window_ms, s->deadline_ms);
}

/* What has been sent took no time of those that have not left this machine. */
static void
extend_retries(struct state *s, int64_t since_ms)
{
	s->retry_pace.deadline_ms = least(s->retry_pace.deadline_ms +
	    clock_now(s->clock) - since_ms, s->deadline_ms);
}

/* The newest run; *sent as in github_newest_run. */
static enum status
ask_newest_run(struct state *s, bool *sent, struct fault *f)
{
	int64_t window_ms = clock_after(s->clock, least(BASELINE_MS,
	    clock_left(s->clock, s->deadline_ms) / BASELINE_SHARE));
	struct fault reason;
	enum status status;
	struct pace pace;
	int64_t began_ms;

	pace_init(&pace, s->clock, PACE_ADAPTIVE, s->deadline_ms);
	for (;;) {
		began_ms = clock_now(s->clock);
		status = github_newest_run(s->gh, s->order->workflow,
		    s->order->ref, s->retry_pace.deadline_ms,
		    baseline_deadline(s, window_ms), &s->baseline, sent, f);
		if (*sent)
			extend_retries(s, began_ms);
		if (status == STATUS_OK || !may_pass(s, f, *sent,
		    pace.failures))
			return status;
		/* The end of our time is no reason, where there was one. */
		if (pace.failures > 0 && status == STATUS_TIMEOUT &&
		    clock_left(s->clock, baseline_deadline(s, window_ms)) == 0)
			*f = reason;
		reason = *f;
		pace_failed(&pace, f);
		pace.deadline_ms = baseline_deadline(s, window_ms);
		if (pace.failures == 1 && pace_goes_on(&pace, NULL)) {
			fault_end_sentence(f);
			log_info("looking for the newest run: %s Retrying.",
			    f->text);
		}
		began_ms = clock_now(s->clock);
		if (!pace_wait(&pace, NULL))
			return f->status;
		extend_retries(s, began_ms);
	}
}

/*
 * The baseline cannot be had.  A server that names the run does without, and
 * one that has told nothing may be such a server; the run of an older one would
 * not be found.
 */
static bool
is_needed(const struct state *s, const struct fault *f)
{
	switch (github_tells(s->gh)) {
	case GITHUB_TELLS_RUN:
		return false;
	case GITHUB_TELLS_NO_RUN:
		return true;
	case GITHUB_TELLS_UNKNOWN:
		break;
	}
	/* This token will do for no POST, either. */
	return f->status == STATUS_UNAUTHORIZED;
}

/*
 * Takes the baseline, and learns what kind of server this is.  Right before
 * each dispatch: while a rate limit was waited for, others may have started
 * runs.  False if the dispatch must not follow, but what the outcome says.
 */
static bool
take_baseline(struct state *s, enum dispatch_outcome *outcome, struct fault *f)
{
	enum status status;
	bool sent = false;

	status = ask_newest_run(s, &sent, f);
	s->has_baseline = status == STATUS_OK;
	if (status == STATUS_OK)
		return true;
	if (status_is_signal(status)) {
		*outcome = DISPATCH_NOT_STARTED;
	} else if (status == STATUS_LIMITED) {
		*outcome = DISPATCH_LIMITED;
	} else if (!sent) {
		*outcome = DISPATCH_NOT_SENT;
	} else if (is_needed(s, f)) {
		*outcome = DISPATCH_NOT_STARTED;
	} else {
		log_debug("dispatching without the newest run: %s", f->text);
		return true;
	}
	return false;
}

/*
 * Everything before the POST: a server that is not GitHub's own may be an
 * older one.  False as in take_baseline.
 */
static bool
prepare(struct state *s, enum dispatch_outcome *outcome, struct fault *f)
{
	if (github_is_cloud(s->gh) && !s->old_version)
		return true;
	if (!take_baseline(s, outcome, f))
		return false;
	if (github_tells(s->gh) == GITHUB_TELLS_NO_RUN && !s->old_version)
		step_down(s);
	else if (github_tells(s->gh) == GITHUB_TELLS_UNKNOWN &&
	    !s->refuses_id)
		s->with_id = true;
	return true;
}

/* Ends a story in which nothing was started. */
static enum status
nothing_started(struct fault *f)
{
	if (interrupt_pending())
		interrupt_fault(f);
	fault_end_sentence(f);
	fault_add(f, " Nothing was dispatched.");
	return f->status;
}

enum status
dispatch(struct github *gh, const struct clock *clock,
    const struct dispatch_order *order, struct found_run *run,
    struct fault *f)
{
	enum dispatch_outcome outcome;
	struct state s;

	memset(run, 0, sizeof *run);
	memset(&s, 0, sizeof s);
	s.gh = gh;
	s.clock = clock;
	s.order = order;
	s.deadline_ms = clock_after(clock, order->timeout_ms);
	s.with_id = order->sends_id;
	/* No pause, nor its random share, may use up the answer's time. */
	pace_init(&s.limit_pace, clock, PACE_ADAPTIVE, s.deadline_ms -
	    LEAST_MS);
	for (;;) {
		begin_try(&s);
		if (prepare(&s, &outcome, f))
			outcome = post(&s, run, f);
		if (outcome != DISPATCH_NOT_SENT)
			s.retrying = false;
		switch (outcome) {
		case DISPATCH_IDENTIFIED:
			return proved(&s, run);
		case DISPATCH_ACCEPTED:
			return search(&s, true, run, f);
		case DISPATCH_UNKNOWN:
			return search(&s, false, run, f);
		case DISPATCH_OLD_SERVER:
			if (s.old_version)
				return nothing_started(f);
			step_down(&s);
			break;
		case DISPATCH_WANTS_ID:
			if (s.with_id || s.refuses_id)
				return nothing_started(f);
			log_info("the workflow requires the input distinct_id; "
			    "sending a random one");
			s.with_id = true;
			break;
		case DISPATCH_REFUSES_ID:
			if (order->sends_id || s.old_version || s.refuses_id)
				return nothing_started(f);
			log_info("the workflow does not have the input "
			    "distinct_id; sending none");
			s.refuses_id = true;
			s.with_id = false;
			break;
		case DISPATCH_LIMITED:
			if (!wait_for_limit(&s, f))
				return nothing_started(f);
			break;
		case DISPATCH_NOT_SENT:
			if (!may_retry(&s, f))
				return nothing_started(f);
			break;
		case DISPATCH_NOT_STARTED:
			if (!may_be_early(&s, f))
				return nothing_started(f);
			break;
		}
	}
}
