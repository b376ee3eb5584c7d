#include "compat.h"

#include <stdio.h>
#include <string.h>

#include "base/least.h"
#include "base/log.h"
#include "run/look.h"
#include "run/pace.h"
#include "run/report.h"
#include "run/verdict.h"

#define NOT_FOUND_MS	60000	/* a run just dispatched may not be there yet */
#define NOT_FOUND_LOOKS	5	/* any other */
#define UNSEEN_LOOKS	2	/* jobs may be listed later than the run ends */
#define JOBS_MS		10000	/* to list what failed, which is a courtesy */
#define LOGS_MS		300000	/* for all logs of a run, */
#define LOGS_LATE_MS	30000	/* but that much beyond the timeout, */
#define LOGS_SHARE_MS	10000	/* and that while other runs wait */

void
look_end(struct look *l, struct awaited *a, enum status status)
{
	a->ended = true;
	a->status = status;
	/* What the table showed is gone with it. */
	if (l->order->live && a->seen)
		report_change(a);
	if (l->hooks->ended != NULL)
		l->hooks->ended(l->hooks->ctx, a);
}

/* Until when its logs may be read. */
static int64_t
logs_end(const struct look *l)
{
	int64_t left_ms = clock_left(l->clock, l->deadline_ms);

	return clock_after(l->clock, l->has_others ? LOGS_SHARE_MS :
	    least(LOGS_MS, most(left_ms, LOGS_LATE_MS)));
}

/* Ends a run that did not succeed: the report, and the fault in one line. */
static void
end_failed(struct look *l, struct awaited *a)
{
	int64_t began_ms = clock_now(l->clock);
	struct fault ignored;

	if (awaited_read_jobs(a, clock_after(l->clock, JOBS_MS), &ignored) ==
	    STATUS_OK) {
		report_failures(a);
		if (l->order->log_lines > 0)
			report_logs(l->clock, a, l->order->log_lines,
			    logs_end(l));
	} else if (!status_is_signal(ignored.status)) {
		log_warning("the jobs of run %llu cannot be listed: %s",
		    (unsigned long long)a->id, ignored.text);
	}
	l->reported_ms += clock_now(l->clock) - began_ms;
	look_end(l, a, STATUS_FAILED);
}

static void
conclude_failed(struct look *l, struct awaited *a)
{
	const struct run *run = &a->state.run;

	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s%s: %s", (unsigned long long)a->id,
	    *run->conclusion != '\0' ? run->conclusion : "no conclusion",
	    verdict_is_known(run->conclusion) ? "" : ", which is not known "
	    "here and counts as no success", run->html_url);
	end_failed(l, a);
}

/* There was a failure: is it still time to wait for a new attempt? */
static bool
is_in_grace(struct look *l, struct awaited *a)
{
	const struct run *run = &a->state.run;
	int64_t now_ms = clock_now(l->clock);

	if (l->order->rerun_grace_ms == 0 || l->is_last)
		return false;
	/* Nobody runs again what we have cancelled. */
	if (a->cancelled && !a->refused)
		return false;
	if (a->grace_ends_ms == 0 || a->grace_attempt != run->attempt) {
		a->grace_attempt = run->attempt;
		a->grace_ends_ms = now_ms + l->order->rerun_grace_ms;
		log_info("run %llu failed; waiting for a new attempt",
		    (unsigned long long)a->id);
	}
	return now_ms < a->grace_ends_ms;
}

/* "a, b, c", cut where it would get too long. */
static void
add_job_names(const struct awaited *a, struct fault *f)
{
	const struct job *job;
	size_t n;

	if (awaited_job(a, 0) == NULL)
		fault_add(f, "none");
	for (n = 0; (job = awaited_job(a, n)) != NULL; n++) {
		if (strlen(f->text) > FAULT_TEXT_MAX / 2) {
			fault_add(f, ", ...");
			break;
		}
		fault_add(f, "%s\"%s\"", n > 0 ? ", " : "", job->name);
	}
}

/* The named job among those there are; its verdict, and whether it was seen
 * at all. */
static enum verdict
judge_job(const struct awaited *a, const char *name, bool *there,
    const struct job **failed)
{
	enum verdict verdict = VERDICT_SUCCESS, one;
	const struct job *job;
	size_t n;

	*there = false;
	for (n = 0; (job = awaited_job(a, n)) != NULL; n++) {
		if (strcmp(job->name, name) != 0)
			continue;
		*there = true;
		one = verdict_of(job->status, job->conclusion);
		if (one == VERDICT_FAILURE) {
			*failed = job;
			return one;
		}
		if (one == VERDICT_GOING_ON)
			verdict = one;
	}
	return *there ? verdict : VERDICT_GOING_ON;
}

/* With --job: the named jobs decide. */
static void
judge_jobs(struct look *l, struct awaited *a)
{
	const struct job *failed = NULL;
	bool there, all = true, concluded;
	const char *unseen = NULL;
	enum verdict verdict;
	size_t i;

	for (i = 0; i < l->order->job_count; i++) {
		verdict = judge_job(a, l->order->jobs[i], &there, &failed);
		if (verdict == VERDICT_FAILURE && is_in_grace(l, a))
			return;
		if (verdict == VERDICT_FAILURE) {
			fault_set_lasting(&a->fault, STATUS_FAILED,
			    "job \"%s\" of run %llu concluded with %s: %s",
			    failed->name, (unsigned long long)a->id,
			    failed->conclusion, *failed->html_url != '\0' ?
			    failed->html_url : a->state.run.html_url);
			end_failed(l, a);
			return;
		}
		if (!there)
			unseen = l->order->jobs[i];
		all = all && verdict == VERDICT_SUCCESS;
	}
	a->grace_ends_ms = 0;
	if (all) {
		look_end(l, a, STATUS_OK);
		return;
	}
	concluded = verdict_of(a->state.run.status, a->state.run.conclusion) !=
	    VERDICT_GOING_ON;
	a->unseen_jobs = concluded && unseen != NULL ? a->unseen_jobs + 1 : 0;
	if (a->unseen_jobs < (l->is_last ? 1 : UNSEEN_LOOKS))
		return;
	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s without a job \"%s\"; its jobs are: ",
	    (unsigned long long)a->id, a->state.run.conclusion, unseen);
	add_job_names(a, &a->fault);
	look_end(l, a, STATUS_FAILED);
}

static void
judge_run(struct look *l, struct awaited *a)
{
	switch (verdict_of(a->state.run.status, a->state.run.conclusion)) {
	case VERDICT_GOING_ON:
		a->grace_ends_ms = 0;
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
look_judge(struct look *l, struct awaited *a)
{
	if (l->order->job_count > 0)
		judge_jobs(l, a);
	else
		judge_run(l, a);
}

/* 401 after earlier success: the token of an App lives for an hour. */
static bool
renew_token(struct look *l, struct awaited *a)
{
	if ((!a->seen && !l->order->just_dispatched) || l->renewed ||
	    !github_renew_token(a->gh))
		return false;
	l->renewed = true;
	log_info("the token was refused; it was read anew");
	return true;
}

/* A look failed: true if looking on may help. */
static bool
may_pass(struct look *l, struct awaited *a, struct fault *f)
{
	if (f->status == STATUS_NOT_FOUND) {
		a->not_found++;
		if (a->seen || !l->order->just_dispatched)
			return a->not_found < NOT_FOUND_LOOKS;
		return clock_now(l->clock) - l->began_ms < NOT_FOUND_MS;
	}
	a->not_found = 0;
	return !f->lasting;
}

void
look_take_hint(struct look *l, const struct fault *f)
{
	l->hint_ms = most(l->hint_ms, pace_hint(f, l->failures));
}

static void
look_failed(struct look *l, struct awaited *a, struct fault *f)
{
	if (may_pass(l, a, f)) {
		if (l->failures == 0 && a->fault.status != f->status)
			log_info("run %llu: %s Waiting on.",
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
	if (a->seen && f->status == STATUS_UNAUTHORIZED)
		fault_add(&a->fault, " It was good before: the token has "
		    "expired. With --token-file, a fresh one is read once.");
	if (a->seen)
		fault_add(&a->fault, " The run goes on unseen: %s",
		    a->state.run.html_url);
	look_end(l, a, f->status);
}

/* A line if the state is another than the one told last: an answer is also new
 * for reasons that nobody wants to read about. */
static void
show_change(struct awaited *a)
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

enum status
look_at(struct look *l, struct awaited *a, int64_t deadline_ms)
{
	enum status status;
	struct fault f;

	do {
		status = github_get_run(a->gh, a->id, deadline_ms, &a->state,
		    &f);
		if (status == STATUS_OK && (l->order->job_count > 0 ||
		    l->order->live))
			status = awaited_read_jobs(a, deadline_ms, &f);
	} while (status == STATUS_UNAUTHORIZED && renew_token(l, a));
	if (status_is_signal(status))
		return status;
	if (status != STATUS_OK) {
		fault_end_sentence(&f);
		look_failed(l, a, &f);
		/* A run that is not there yet is no failure of the server. */
		return a->ended || status == STATUS_NOT_FOUND ? STATUS_OK :
		    status;
	}
	a->not_found = 0;
	a->fault.status = STATUS_OK;
	l->renewed = false;
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
