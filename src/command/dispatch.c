/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "command/baseline.h"
#include "command/dispatch.h"
#include "command/journal.h"
#include "command/pace.h"
#include "command/retry.h"
#include "command/unproved.h"
#include "command/wait.h"
#include "json/emit.h"

#define ANSWER_MS     30000 /* for the answer, or half of what is left */
#define UNSENT_MS     30000 /* while nothing has left this machine */
#define LEAST_MS      1000  /* for an answer, or it would be lost, */
#define LEAST_SHARE   4     /* at most that part of the time */
#define NO_HOST_TRIES 3     /* the answers of a resolver may differ */

struct dispatch {
	struct github *gh;
	const struct clock *clock;
	const struct dispatch_order *order;
	int64_t deadline_ms;
	struct throttle *throttle; /* NULL: it is the only dispatch */
	int64_t began_ms;          /* the latest POST */
	const char *distinct_id;   /* lent */
	bool is_unique;            /* it was drawn at random */
	bool with_id;
	bool refuses_id; /* the workflow does */
	bool old_version;
	/* It was sent by an earlier start, at this time of the server's. */
	bool is_resumed;
	int64_t sent_at_ms; /* 0: not known */
	struct baseline baseline;
	struct pace limit_pace;
	struct retry retry; /* of refusals */
	bool is_renewed;    /* the token was, after one */
	/* Attempts in a row that have not left this machine; the pace's
	 * deadline is that of the last connection. */
	bool in_row;
	struct pace unsent_pace;
	struct fault unsent; /* the latest reason */
	unsigned int no_host;
	/* Once nothing more will be sent. */
	bool is_over, accepted;
	struct found_run run; /* if that is proved */
	struct find_query query;
	struct find *find; /* NULL unless the run is searched for */
	struct fault fault;
};

static bool
is_event(const struct dispatch *s)
{
	return s->order->event == EVENT_REPOSITORY_DISPATCH;
}

/* A baseline and a POST, unless the server is not reached. */
static void
begin_attempt(struct dispatch *s)
{
	int64_t left_ms = clock_left(s->clock, s->deadline_ms);

	s->began_ms = clock_now(s->clock);
	if (s->in_row)
		return;
	s->in_row = true;
	s->no_host = 0;
	pace_init(&s->unsent_pace, s->clock, PACE_ADAPTIVE,
	    least(clock_after(s->clock, UNSENT_MS),
		s->deadline_ms - least(LEAST_MS, left_ms / LEAST_SHARE)));
}

/* An older server has refused: from now on, its version and our ID. */
static void
step_down(struct dispatch *s)
{
	if (!is_event(s))
		log_info(
		    "%s is an older server, which does not say which run a "
		    "dispatch creates; sending distinct ID %s to find it by",
		    github_who(s->gh), s->distinct_id);
	github_use_old_version(s->gh);
	s->old_version = true;
	s->with_id = true;
}

/* A GitHub App may be refused its token. */
static enum dispatch_outcome
not_connected(const struct fault *f)
{
	if (f->status == STATUS_LIMITED)
		return DISPATCH_LIMITED;
	return f->status == STATUS_UNAUTHORIZED ? DISPATCH_NOT_STARTED
						: DISPATCH_NOT_SENT;
}

/*
 * Takes the baseline, and learns what kind of server this is.  Right before
 * each dispatch: while a rate limit was waited for, others may have started
 * runs.  False if the dispatch must not follow, but what the outcome says.
 */
static bool
take_baseline(
    struct dispatch *s, enum dispatch_outcome *outcome, struct fault *f)
{
	struct baseline *b = &s->baseline;
	enum status status;

	b->connect_by_ms = s->unsent_pace.deadline_ms;
	status = baseline_take(b, f);
	s->unsent_pace.deadline_ms = b->connect_by_ms;
	if (status == STATUS_OK)
		return true;
	if (status_is_signal(status)) {
		*outcome = DISPATCH_NOT_STARTED;
	} else if (status == STATUS_LIMITED) {
		*outcome = DISPATCH_LIMITED;
	} else if (!b->was_sent) {
		*outcome = not_connected(f);
	} else if (baseline_is_needed(b, f)) {
		/* The server was reached: another repository may fare better. */
		if (status == STATUS_TIMEOUT || status == STATUS_CLOSED)
			f->status = STATUS_SERVER;
		*outcome = DISPATCH_NOT_STARTED;
	} else {
		log_debug("dispatching without a baseline: %s", f->text);
		return true;
	}
	return false;
}

/*
 * Everything before the POST: a server that is not GitHub's own may be an
 * older one, and a later start may have to find the run by the baseline.  False
 * as in take_baseline.
 */
static bool
prepare(struct dispatch *s, enum dispatch_outcome *outcome, struct fault *f)
{
	if (github_is_cloud(s->gh) && !s->old_version &&
	    github_tells(s->gh) != GITHUB_TELLS_NO_RUN &&
	    !s->baseline.is_needed)
		return true;
	if (!take_baseline(s, outcome, f))
		return false;
	if (github_tells(s->gh) == GITHUB_TELLS_NO_RUN && !s->old_version)
		step_down(s);
	else if (github_tells(s->gh) == GITHUB_TELLS_UNKNOWN && !s->refuses_id)
		s->with_id = true;
	return true;
}

/* For the answer to a POST that is sent now: a search must still fit. */
static int64_t
answer_deadline(const struct dispatch *s)
{
	return least(clock_after(s->clock, ANSWER_MS),
	    s->deadline_ms - clock_left(s->clock, s->deadline_ms) / 2);
}

/* For a later start: what is about to be sent. */
static enum status
record_sending(const struct dispatch *s, struct fault *f)
{
	struct record r = {
		.repository = github_repository(s->gh),
		.state = RECORD_SENDING,
		.distinct_id = s->with_id ? s->distinct_id : NULL,
		.is_unique = s->is_unique,
		.is_old_server = s->old_version,
		.baseline = s->baseline.run_id,
	};

	if (!github_server_now(s->gh, &r.server_ms))
		r.server_ms = 0;
	return journal_add(s->order->journal, &r, f);
}

/* Whether it is certain that the POST has started nothing. */
static bool
has_started_nothing(enum dispatch_outcome outcome)
{
	switch (outcome) {
	case DISPATCH_IDENTIFIED:
	case DISPATCH_ACCEPTED:
	case DISPATCH_UNKNOWN:
		return false;
	case DISPATCH_NOT_SENT:
	case DISPATCH_NOT_STARTED:
	case DISPATCH_OLD_SERVER:
	case DISPATCH_WANTS_ID:
	case DISPATCH_REFUSES_ID:
	case DISPATCH_LIMITED:
		return true;
	}
	return false;
}

/* And what came of it, if that is known. */
static void
record_outcome(const struct dispatch *s, enum dispatch_outcome outcome,
    const struct found_run *run)
{
	struct journal *j = s->order->journal;
	const char *repository = github_repository(s->gh);

	if (outcome == DISPATCH_IDENTIFIED)
		journal_note_run(j, repository, run);
	else if (outcome == DISPATCH_ACCEPTED)
		journal_note(j, repository, RECORD_ACCEPTED);
	else if (has_started_nothing(outcome))
		journal_note(j, repository, RECORD_NOT_STARTED);
}

/* What is true if memory runs out.  One of several does not tell for all. */
static void
if_exhausted(const struct dispatch *s, enum status status, const char *story)
{
	if (s->throttle == NULL)
		status_if_exhausted(status, story);
}

static enum dispatch_outcome
post(struct dispatch *s, struct found_run *run, struct fault *f)
{
	struct dispatch_call call = {
		.event = s->order->event,
		.workflow = s->order->workflow,
		.body = s->with_id ? s->order->body_with_id : s->order->body,
		.ref = s->order->ref,
	};
	enum dispatch_outcome outcome;

	if (s->throttle != NULL)
		throttle_wait(s->throttle, s->clock);
	s->began_ms = clock_now(s->clock);
	if (github_connect(s->gh, s->unsent_pace.deadline_ms, f) != STATUS_OK)
		return not_connected(f);
	if (record_sending(s, f) != STATUS_OK)
		return DISPATCH_NOT_STARTED;
	if (s->throttle != NULL)
		throttle_take(s->throttle, s->clock);
	call.deadline_ms = answer_deadline(s);
	if_exhausted(s, STATUS_UNKNOWN, "the dispatch may have been sent");
	outcome = github_dispatch(s->gh, &call, run, f);
	if (has_started_nothing(outcome))
		if_exhausted(s, STATUS_CONNECT, "nothing was dispatched");
	else if (outcome != DISPATCH_UNKNOWN)
		if_exhausted(s, STATUS_UNIDENTIFIED,
		    "it was dispatched, but its run was not identified");
	record_outcome(s, outcome, run);
	return outcome;
}

static enum dispatch_outcome
attempt(struct dispatch *s, struct found_run *run, struct fault *f)
{
	enum dispatch_outcome outcome;

	begin_attempt(s);
	if (prepare(s, &outcome, f))
		outcome = post(s, run, f);
	if (outcome != DISPATCH_NOT_SENT)
		s->in_row = false;
	return outcome;
}

/* Nothing has left this machine: true when it is time for another attempt. */
static bool
wait_unsent(struct dispatch *s, struct fault *f)
{
	struct pace *pace = &s->unsent_pace;

	/* A try that our own deadline cut short does not hide the reason. */
	if (pace->failures > 0 && !f->lasting &&
	    clock_left(s->clock, pace->deadline_ms) == 0 &&
	    pace->deadline_ms - s->began_ms < LEAST_MS)
		*f = s->unsent;
	s->unsent = *f;
	if (f->lasting || status_is_signal(f->status))
		return false;
	s->no_host = f->status == STATUS_NO_HOST ? s->no_host + 1 : 0;
	if (s->no_host == NO_HOST_TRIES)
		return false;
	if (pace->failures == 0 && pace_goes_on(pace, NULL)) {
		fault_end_sentence(f);
		log_info("%s Nothing was sent; retrying.", f->text);
	}
	pace_failed(pace, f);
	return pace_wait(pace, NULL) && !interrupt_pending();
}

/* A rate limit: true when it has been waited for. */
static bool
wait_for_limit(struct dispatch *s, struct fault *f)
{
	bool beyond;

	pace_failed(&s->limit_pace, f);
	if (pace_goes_on(&s->limit_pace, NULL))
		log_info(
		    "%s Nothing was started; retrying after that.", f->text);
	if (pace_wait(&s->limit_pace, &beyond))
		return !interrupt_pending();
	fault_add(f,
	    beyond ? " That is longer than the timeout allows."
		   : " The timeout has expired.");
	return false;
}

/*
 * A refusal, of the dispatch or of the baseline before it: a token just made may
 * meet it, and an old one may have a successor.  True when it is time for
 * another attempt.
 */
static bool
wait_for_token(struct dispatch *s, struct fault *f)
{
	struct retry_advice advice = retry_failed(
	    &s->retry, f, clock_now(s->clock));

	if (f->status == STATUS_UNAUTHORIZED && !s->is_renewed) {
		s->is_renewed = true;
		if (github_renew_token(s->gh)) {
			log_info(
			    "the token was refused; retrying with a new one");
			return !interrupt_pending();
		}
	}
	if (advice.when != RETRY_AFTER ||
	    advice.pause_ms > clock_left(s->clock, s->deadline_ms) - LEAST_MS)
		return false;
	fault_end_sentence(f);
	log_info("%s Nothing was started; retrying.", f->text);
	clock_sleep_until(s->clock, clock_after(s->clock, advice.pause_ms));
	return !interrupt_pending();
}

/* The workflow requires the input distinct_id. */
static bool
send_id(struct dispatch *s)
{
	if (s->with_id || s->refuses_id)
		return false;
	log_info("the workflow requires the input distinct_id; sending a "
		 "random one");
	s->with_id = true;
	return true;
}

/* The workflow does not declare that input. */
static bool
omit_id(struct dispatch *s)
{
	if (s->order->sends_id || s->old_version || s->refuses_id)
		return false;
	log_info("the workflow has no input distinct_id; sending none%s",
	    s->order->journal == NULL
		? ""
		: ", so that no later start could find the run after a crash");
	s->with_id = false;
	s->refuses_id = true;
	return true;
}

/*
 * The one place that lets a POST be repeated: the one before has proved to have
 * started nothing, and something has changed since, if only the time.
 */
static bool
may_post_again(
    struct dispatch *s, enum dispatch_outcome outcome, struct fault *f)
{
	switch (outcome) {
	case DISPATCH_IDENTIFIED:
	case DISPATCH_ACCEPTED:
	case DISPATCH_UNKNOWN:
		return false;
	case DISPATCH_NOT_SENT:
		return wait_unsent(s, f);
	case DISPATCH_NOT_STARTED:
		return wait_for_token(s, f);
	case DISPATCH_LIMITED:
		return wait_for_limit(s, f);
	case DISPATCH_WANTS_ID:
		return send_id(s);
	case DISPATCH_REFUSES_ID:
		return omit_id(s);
	case DISPATCH_OLD_SERVER:
		if (s->old_version)
			return false;
		step_down(s);
		return true;
	}
	return false;
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

/* Adds to the run how it was asked for. */
static enum status
proved(struct dispatch *s)
{
	struct found_run *run = &s->run;

	run->repository = github_repository(s->gh);
	run->workflow = s->order->workflow != NULL ? s->order->workflow
						   : run->file;
	run->ref = s->order->ref != NULL ? s->order->ref : run->branch;
	run->distinct_id = s->with_id ? s->distinct_id : NULL;
	s->fault.status = STATUS_OK;
	return STATUS_OK;
}

static void
log_search(const struct dispatch *s)
{
	if (s->with_id && s->accepted)
		log_info("dispatched; looking for the run that shows distinct "
			 "ID %.100s",
		    s->distinct_id);
	else if (s->with_id)
		log_info("%s So it is unknown whether the %s was dispatched; "
			 "looking for the run that shows distinct ID %.100s",
		    s->fault.text, is_event(s) ? "event" : "workflow",
		    s->distinct_id);
}

/* The dispatch was accepted, or may have been. */
static void
begin_search(struct dispatch *s)
{
	s->query = (struct find_query){
		.event = s->order->event,
		.workflow = s->order->workflow,
		.workflow_id = s->order->workflow_id,
		.workflow_path = s->order->workflow_path,
		.repository = github_repository(s->gh),
		.distinct_id = s->with_id ? s->distinct_id : NULL,
		.is_unique = s->is_unique,
		.has_baseline = s->baseline.is_known,
		.baseline = s->baseline.run_id,
		.began_ms = s->began_ms,
		.is_resumed = s->is_resumed,
		.sent_at_ms = s->sent_at_ms,
		.step_ms = s->order->step_ms,
		.deadline_ms = s->deadline_ms,
	};
	if (!s->accepted)
		fault_end_sentence(&s->fault);
	log_search(s);
	s->find = find_open(s->gh, s->clock, &s->query);
}

static void
add_next_start(struct dispatch *s)
{
	if (s->order->journal != NULL && !status_is_signal(s->fault.status))
		fault_add(&s->fault,
		    " Another start with this journal only looks for the run "
		    "again; to dispatch again, use a new journal.");
}

/* The search has ended: takes the run from it, or the story. */
static void
end_search(struct dispatch *s)
{
	struct find_result found;

	if (find_close(s->find, &found) == FIND_ONE) {
		found_run_move(&s->run, &found.runs[0]);
		proved(s);
		journal_note_run(
		    s->order->journal, s->query.repository, &s->run);
	} else {
		unproved(&s->query, &found, github_who(s->gh), s->accepted,
		    &s->fault);
		add_next_start(s);
	}
	s->find = NULL;
	find_result_wipe(&found);
}

/* Everything up to the last POST.  True if its run must be searched for. */
static bool
send(struct dispatch *s)
{
	enum dispatch_outcome outcome;

	do
		outcome = attempt(s, &s->run, &s->fault);
	while (may_post_again(s, outcome, &s->fault));
	s->is_over = true;
	if (has_started_nothing(outcome)) {
		nothing_started(&s->fault);
		return false;
	}
	s->accepted = outcome == DISPATCH_ACCEPTED;
	if (outcome == DISPATCH_IDENTIFIED)
		proved(s);
	return outcome != DISPATCH_IDENTIFIED;
}

/*
 * Takes over from an earlier start that has sent the dispatch, or may have.
 * False if there was none.
 */
static bool
recall(struct dispatch *s)
{
	const char *repository = github_repository(s->gh);
	const struct record *r = journal_find(s->order->journal, repository);

	if (r == NULL || r->state == RECORD_NOT_STARTED)
		return false;
	if_exhausted(s, STATUS_UNKNOWN, "the dispatch may have been sent");
	s->is_over = s->is_resumed = true;
	s->began_ms = clock_now(s->clock);
	s->with_id = r->distinct_id != NULL;
	s->distinct_id = r->distinct_id;
	s->is_unique = r->is_unique;
	s->baseline.is_known = true;
	s->baseline.run_id = r->baseline;
	s->sent_at_ms = r->server_ms;
	if (r->is_old_server)
		github_use_old_version(s->gh);
	s->accepted = r->state == RECORD_ACCEPTED;
	if (r->state == RECORD_IDENTIFIED) {
		log_info("the journal knows the run in %s; nothing is sent",
		    repository);
		s->run.id = r->run_id;
		s->run.url = xstrdup(r->run_url);
		s->run.by = r->by;
		proved(s);
	} else if (!s->accepted) {
		fault_set(&s->fault, STATUS_UNKNOWN,
		    "the journal says that a dispatch to %s was about to be "
		    "sent when an earlier start ended, and not what came of it",
		    repository);
	}
	return true;
}

struct dispatch *
dispatch_open(struct github *gh, const struct clock *clock,
    const struct dispatch_order *order, struct throttle *throttle)
{
	struct dispatch *s = xcalloc(1, sizeof *s);

	s->gh = gh;
	s->clock = clock;
	s->order = order;
	s->throttle = throttle;
	s->deadline_ms = clock_after(clock, order->timeout_ms);
	s->distinct_id = order->distinct_id;
	s->is_unique = order->is_unique;
	/* After a crash, only an ID finds the run. */
	s->with_id = order->sends_id || order->journal != NULL;
	s->baseline = (struct baseline){
		.gh = gh,
		.clock = clock,
		.workflow = order->workflow,
		.ref = order->ref,
		.deadline_ms = s->deadline_ms,
		.is_needed = order->journal != NULL || is_event(s),
	};
	/* No pause, nor its random share, may use up the answer's time. */
	pace_init(
	    &s->limit_pace, clock, PACE_ADAPTIVE, s->deadline_ms - LEAST_MS);
	return s;
}

bool
dispatch_step(struct dispatch *s, int64_t *due_ms)
{
	if (!s->is_over) {
		if (recall(s) ? s->run.id != 0 : !send(s))
			return false;
		begin_search(s);
	}
	if (find_look(s->find, due_ms)) {
		if (s->throttle != NULL && find_is_limited(s->find))
			throttle_hold(s->throttle, *due_ms);
		return true;
	}
	end_search(s);
	return false;
}

enum status
dispatch_close(struct dispatch *s, struct found_run *run, struct fault *f)
{
	enum status status = s->fault.status;

	*run = s->run;
	if (status != STATUS_OK)
		*f = s->fault;
	free(s);
	return status;
}

enum status
dispatch_prove(struct github *gh, const struct clock *clock,
    const struct dispatch_order *order, struct found_run *run, struct fault *f)
{
	struct dispatch *s = dispatch_open(gh, clock, order, NULL);
	int64_t due_ms;

	while (dispatch_step(s, &due_ms))
		clock_sleep_until(clock, due_ms);
	return dispatch_close(s, run, f);
}

/* How the run was identified, in words for the log. */
static const char *
proof_text(enum found_by by)
{
	switch (by) {
	case FOUND_BY_RESPONSE:
		return "from the dispatch response";
	case FOUND_BY_RUN_NAME:
		return "by the distinct ID in its name";
	case FOUND_BY_JOB_NAME:
		return "by the distinct ID in the name of a job";
	case FOUND_BY_STEP_NAME:
		return "by the distinct ID in the name of a step";
	case FOUND_GIVEN:
		break;
	}
	return "by its ID";
}

void
dispatch_log_found(const struct found_run *run)
{
	log_notice("run %llu identified %s: %s", (unsigned long long)run->id,
	    proof_text(run->by), run->url);
}

/* The run is proved: writes it, and waits for it if asked to. */
static enum status
finish(struct github *gh, const struct clock *clock,
    const struct dispatch_order *order, const struct found_run *run,
    struct result *result, struct fault *f)
{
	enum status status;
	struct buf known;

	buf_init(&known, BUF_TEXT_MAX);
	found_run_add(&known, run);
	status_if_exhausted(STATUS_OUTPUT, buf_str(&known));
	status = result_found(result, run, f);
	dispatch_log_found(run);
	if (status == STATUS_OK)
		status = journal_check(order->journal, run, f);
	if (status == STATUS_OK && order->waiting != NULL)
		status = wait_for_dispatched(
		    gh, clock, order->waiting, run, result, f);
	else
		summary_write(&result->summary, run, NULL);
	status_if_exhausted(STATUS_OUTPUT, NULL);
	buf_free(&known);
	return status;
}

enum status
dispatch(struct github *gh, const struct clock *clock,
    const struct dispatch_order *order, struct result *result, struct fault *f)
{
	struct found_run run;
	enum status status;

	status = dispatch_prove(gh, clock, order, &run, f);
	if (status == STATUS_OK)
		status = finish(gh, clock, order, &run, result, f);
	found_run_wipe(&run);
	return status;
}

enum status
dispatch_print(
    struct github *gh, const struct dispatch_order *order, struct fault *f)
{
	struct dispatch_call call = {
		.event = order->event,
		.workflow = order->workflow,
		.body = order->body,
	};
	enum status status;
	struct buf b, safe;

	buf_init(&b, BUF_TEXT_MAX);
	buf_init(&safe, BUF_TEXT_MAX);
	github_dispatch_preview(gh, &call, &b);
	secret_redact(&b);
	/* The body means the same; nothing else of it could need this. */
	emit_text(&safe, buf_str(&b), b.len);
	status = result_text(buf_str(&safe), f);
	buf_wipe(&b);
	buf_wipe(&safe);
	return status;
}
