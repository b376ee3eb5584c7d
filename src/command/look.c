#include "compat.h"

#include <stdio.h>
#include <string.h>

#include "base/least.h"
#include "base/log.h"
#include "command/cancel.h"
#include "command/look.h"
#include "command/pace.h"
#include "command/joblog.h"
#include "command/report.h"
#include "command/verdict.h"

#define UNSEEN_LOOKS	2	/* jobs may be listed later than the run ends */
#define JOBS_MS		10000	/* to list what failed, which is a courtesy */
#define LOGS_MS		300000	/* for all logs of a run, */
#define LOGS_SHARE_MS	10000	/* but that while other runs wait */
#define COURTESY_MS	10000	/* all of these beyond the timeout */
#define UNTOLD_MS	10000	/* for a conclusion that is not told yet */

void
look_end(struct look *l, struct watched *a, enum status status)
{
	a->ended = true;
	a->status = status;
	if (l->hooks->ended != NULL)
		l->hooks->ended(l->hooks->ctx, a);
}

int64_t
look_courtesy_end(const struct look *l, int64_t most_ms)
{
	int64_t end_ms = clock_after(l->clock, most_ms);

	return l->deadline_ms > CLOCK_NEVER - COURTESY_MS ? end_ms :
	    least(end_ms, l->deadline_ms + COURTESY_MS);
}

/* Ends a run that did not succeed: the report, and the fault in one line. */
static void
end_failed(struct look *l, struct watched *a)
{
	int64_t began_ms = clock_now(l->clock);
	struct fault ignored;

	if (watched_read_jobs(a, look_courtesy_end(l, JOBS_MS), &ignored) ==
	    STATUS_OK) {
		report_failures(a);
		if (l->order->log_lines > 0)
			joblog_print_failed(l->clock, a, l->order->log_lines,
			    look_courtesy_end(l, l->has_others ?
			    LOGS_SHARE_MS : LOGS_MS));
	} else if (!status_is_signal(ignored.status)) {
		log_warning("the jobs of run %llu cannot be listed: %s",
		    (unsigned long long)a->id, ignored.text);
	}
	l->reported_ms += clock_now(l->clock) - began_ms;
	look_end(l, a, STATUS_FAILED);
}

static bool
is_over(const struct watched *a)
{
	return verdict_of(a->state.run.status, a->state.run.conclusion) !=
	    VERDICT_GOING_ON;
}

/* More than one, as far as is told. */
static bool
has_attempts(const struct watched *a)
{
	return a->state.run.attempt != 1;
}

static const char *
conclusion_text(const char *conclusion)
{
	return *conclusion != '\0' ? conclusion : "no conclusion";
}

static void
conclude_failed(struct look *l, struct watched *a)
{
	const struct run *run = &a->state.run;

	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s%s: %s", (unsigned long long)a->id,
	    conclusion_text(run->conclusion),
	    *run->conclusion == '\0' || verdict_is_known(run->conclusion) ?
	    "" : ", which is not known here and counts as no success",
	    run->html_url);
	end_failed(l, a);
}

/* Over, without a conclusion: may it still come? */
static bool
is_awaiting_conclusion(struct look *l, struct watched *a)
{
	if (a->untold_ends_ms == 0)
		a->untold_ends_ms = clock_after(l->clock, UNTOLD_MS);
	return clock_left(l->clock, a->untold_ends_ms) > 0;
}

/* There was a failure: is it still time to wait for a new attempt? */
static bool
is_in_grace(struct look *l, struct watched *a)
{
	const struct run *run = &a->state.run;
	int64_t now_ms = clock_now(l->clock);

	if (l->order->rerun_grace_ms == 0 || l->is_last)
		return false;
	/* Nobody runs again what we have cancelled. */
	if (a->cancel == CANCEL_ASKED || a->cancel == CANCEL_OVER)
		return false;
	if (a->grace_ends_ms == 0 || a->grace_attempt != run->attempt) {
		a->grace_attempt = run->attempt;
		a->grace_ends_ms = now_ms + l->order->rerun_grace_ms;
		log_info("run %llu failed; waiting for a new attempt",
		    (unsigned long long)a->id);
	}
	return now_ms < a->grace_ends_ms;
}

void
look_add_job_names(const struct watched *a, struct fault *f)
{
	const struct job *job;
	size_t n;

	if (watched_job(a, 0) == NULL)
		fault_add(f, "none");
	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (strlen(f->text) > FAULT_TEXT_MAX / 2) {
			fault_add(f, ", ...");
			break;
		}
		fault_add(f, "%s\"%s\"", n > 0 ? ", " : "", job->name);
	}
}

typedef const struct job *nth_job(const struct watched *, size_t n);

/* The latest attempt among these jobs that has one of that name. */
static bool
find_attempt(const struct watched *a, nth_job *nth, const char *name,
    uint64_t *attempt)
{
	const struct job *job;
	bool there = false;
	size_t n;

	*attempt = 0;
	for (n = 0; (job = nth(a, n)) != NULL; n++)
		if (strcmp(job->name, name) == 0) {
			there = true;
			if (job->attempt > *attempt)
				*attempt = job->attempt;
		}
	return there;
}

/*
 * The named job: its verdict, and whether it was seen at all.  One that the
 * latest attempt did not have to run again is an earlier attempt's.
 */
static enum verdict
judge_job(const struct watched *a, const char *name, bool *there,
    const struct job **decides)
{
	nth_job *nth = watched_job;
	enum verdict verdict = VERDICT_SUCCESS, one;
	const struct job *job;
	uint64_t attempt;
	size_t n;

	*there = find_attempt(a, nth, name, &attempt);
	if (!*there)
		*there = find_attempt(a, nth = watched_job_of_all, name,
		    &attempt);
	if (!*there)
		return VERDICT_GOING_ON;
	for (n = 0; (job = nth(a, n)) != NULL; n++) {
		if (strcmp(job->name, name) != 0 || job->attempt != attempt)
			continue;
		one = verdict_of(job->status, job->conclusion);
		if (one == VERDICT_FAILURE || verdict == VERDICT_SUCCESS) {
			verdict = one;
			*decides = job;
		}
		if (one == VERDICT_FAILURE)
			break;
	}
	return verdict;
}

/* As await-remote-run does if it was given a cancel timeout: a named job that
 * fails cancels what is left of the run. */
static void
cancel_rest(struct look *l, struct watched *a)
{
	struct fault story = a->fault, why;

	if (l->order->cancel_after_ms == WAIT_NEVER ||
	    is_over(a) || a->cancel == CANCEL_ASKED)
		return;
	a->cancel = CANCEL_OPEN;
	cancel_insist(l->clock, a, 1);
	why = a->fault;
	a->fault = story;
	fault_add(&a->fault, ".");
	cancel_add_outcome(a, &why, &a->fault);
}

static void
fail_job(struct look *l, struct watched *a, const struct job *job)
{
	fault_set_lasting(&a->fault, STATUS_FAILED,
	    "job \"%s\" of run %llu concluded with %s: %s", job->name,
	    (unsigned long long)a->id, conclusion_text(job->conclusion),
	    *job->html_url != '\0' ? job->html_url :
	    a->state.run.html_url);
	cancel_rest(l, a);
	end_failed(l, a);
}

/* The run is over, and a job that was named is not among its jobs. */
static void
judge_without(struct look *l, struct watched *a, const char *unseen)
{
	a->unseen_jobs = unseen != NULL && is_over(a) ? a->unseen_jobs + 1 : 0;
	if (a->unseen_jobs < (l->is_last ? 1 : UNSEEN_LOOKS))
		return;
	/* Not before all attempts have been read. */
	if (has_attempts(a) && a->all_jobs_attempt != a->state.run.attempt)
		return;
	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s without a job \"%s\"; its jobs are: ",
	    (unsigned long long)a->id,
	    conclusion_text(a->state.run.conclusion), unseen);
	look_add_job_names(a, &a->fault);
	look_end(l, a, STATUS_FAILED);
}

/* With --job: the named jobs decide. */
static void
judge_jobs(struct look *l, struct watched *a)
{
	bool there, all = true, untold = false;
	const struct job *job = NULL;
	const char *unseen = NULL;
	enum verdict verdict;
	size_t i;

	for (i = 0; i < l->order->job_count; i++) {
		verdict = judge_job(a, l->order->jobs[i], &there, &job);
		if (verdict == VERDICT_UNTOLD) {
			untold = true;
			if (!is_awaiting_conclusion(l, a))
				verdict = VERDICT_FAILURE;
		}
		if (verdict == VERDICT_FAILURE) {
			if (!is_in_grace(l, a))
				fail_job(l, a, job);
			return;
		}
		if (!there)
			unseen = l->order->jobs[i];
		all = all && verdict == VERDICT_SUCCESS;
	}
	a->grace_ends_ms = 0;
	if (!untold)
		a->untold_ends_ms = 0;
	if (all)
		look_end(l, a, STATUS_OK);
	else
		judge_without(l, a, unseen);
}

static void
judge_run(struct look *l, struct watched *a)
{
	enum verdict verdict = verdict_of(a->state.run.status,
	    a->state.run.conclusion);

	if (verdict != VERDICT_UNTOLD)
		a->untold_ends_ms = 0;
	switch (verdict) {
	case VERDICT_GOING_ON:
		a->grace_ends_ms = 0;
		break;
	case VERDICT_UNTOLD:
		if (!is_awaiting_conclusion(l, a) && !is_in_grace(l, a))
			conclude_failed(l, a);
		break;
	case VERDICT_SUCCESS:
		look_end(l, a, STATUS_OK);
		break;
	case VERDICT_FAILURE:
		if (!is_in_grace(l, a))
			conclude_failed(l, a);
		break;
	}
}

void
look_judge(struct look *l, struct watched *a)
{
	if (l->order->job_count > 0)
		judge_jobs(l, a);
	else
		judge_run(l, a);
}

/* A look failed: true if looking on may help, and not before again_ms. */
static bool
may_pass(struct look *l, struct watched *a, struct fault *f)
{
	int64_t now_ms = clock_now(l->clock);
	struct retry_advice advice = retry_failed(&a->retry, f, now_ms);

	a->again_ms = 0;
	if (advice.when != RETRY_AFTER)
		return advice.when != RETRY_NEVER;
	a->again_ms = now_ms + advice.pause_ms;
	if (advice.renew && github_renew_token(a->gh)) {
		log_info("the token was refused; it was re-read");
		a->again_ms = now_ms;
	}
	return true;
}

void
look_take_hint(struct look *l, const struct fault *f)
{
	l->hint_ms = most(l->hint_ms, pace_hint(f, l->failures));
}

/* It was there, and has not been for a while. */
static void
add_vanished(struct watched *a)
{
	fault_add(&a->fault, " The run is gone: it was deleted, or the token "
	    "has lost access to it. It was %s when last seen: %s",
	    watched_state(a), a->state.run.html_url);
}

static void
look_failed(struct look *l, struct watched *a, struct fault *f)
{
	if (may_pass(l, a, f)) {
		if (l->failures == 0 && a->fault.status != f->status)
			log_info("run %llu: %s Retrying.",
			    (unsigned long long)a->id, f->text);
		else
			log_debug("run %llu: %s", (unsigned long long)a->id,
			    f->text);
		a->fault = *f;
		look_take_hint(l, f);
		return;
	}
	a->fault = *f;
	fault_set_lasting(&a->fault, f->status, "run %llu: %s",
	    (unsigned long long)a->id, f->text);
	fault_end_sentence(&a->fault);
	if (f->status == STATUS_UNAUTHORIZED && a->retry.accepted)
		fault_add(&a->fault, " It was accepted before, so it may have "
		    "expired. With --token-file, it is read anew.");
	if (f->status == STATUS_NOT_FOUND && a->seen)
		add_vanished(a);
	else if (a->seen)
		watched_add_whereabouts(a, &a->fault);
	look_end(l, a, f->status);
}

/* A line if the state is another than the one told last: an answer is also new
 * for reasons that nobody wants to read about. */
static void
show_change(struct watched *a)
{
	const struct run *run = &a->state.run;
	char state[sizeof a->shown];

	snprintf(state, sizeof state, "%s/%s/%llu", run->status,
	    run->conclusion, (unsigned long long)run->attempt);
	if (strcmp(state, a->shown) == 0)
		return;
	strlcpy(a->shown, state, sizeof a->shown);
	report_change(a);
}

const char *
look_unlisted(const struct look *l, const struct watched *a)
{
	uint64_t attempt;
	size_t i;

	for (i = 0; i < l->order->job_count; i++)
		if (!find_attempt(a, watched_job, l->order->jobs[i], &attempt))
			return l->order->jobs[i];
	return NULL;
}

/* The named jobs that the latest attempt does not list, and will not: it is
 * over, and had the time to. */
static bool
wants_all_attempts(const struct look *l, const struct watched *a)
{
	return is_over(a) && has_attempts(a) &&
	    a->unseen_jobs + 1 >= UNSEEN_LOOKS && look_unlisted(l, a) != NULL;
}

/* The requests of one look. */
static enum status
ask(const struct look *l, struct watched *a, int64_t deadline_ms,
    struct fault *f)
{
	enum status status;

	status = github_get_run(a->gh, a->id, deadline_ms, &a->state, f);
	if (status != STATUS_OK)
		return status;
	a->retry.accepted = true;
	if (l->order->job_count > 0 || l->order->live)
		status = watched_read_jobs(a, deadline_ms, f);
	if (status == STATUS_OK && wants_all_attempts(l, a))
		status = watched_read_all_jobs(a, deadline_ms, f);
	return status;
}

enum status
look_at(struct look *l, struct watched *a, int64_t deadline_ms)
{
	enum status status;
	struct fault f;

	status = ask(l, a, deadline_ms, &f);
	if (status_is_signal(status))
		return status;
	if (status != STATUS_OK) {
		fault_end_sentence(&f);
		look_failed(l, a, &f);
		/* What has a pause of its own, and a run that is not there yet,
		 * are no failure of the server. */
		return a->ended || a->again_ms > 0 || status ==
		    STATUS_NOT_FOUND ? STATUS_OK : status;
	}
	retry_succeeded(&a->retry);
	a->again_ms = 0;
	a->fault.status = STATUS_OK;
	if (!a->seen) {
		a->seen = true;
		if (l->hooks->seen != NULL)
			l->hooks->seen(l->hooks->ctx, a);
	}
	if (a->state.changed && !l->order->live)
		show_change(a);
	look_judge(l, a);
	return STATUS_OK;
}
