#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "run/await.h"
#include "run/pace.h"
#include "run/report.h"

#define PAGES_MAX	50	/* 5,000 jobs */
#define NOT_FOUND_MS	60000	/* a run just dispatched may not be there yet */
#define NOT_FOUND_LOOKS	5	/* any other */
#define LAST_LOOK_MS	3000	/* what a look at the deadline may take */
#define TICK_MS		200	/* of the live table */
#define GROWTH		240	/* a pause is that part of the time gone by, */
#define GROWN_MS	30000	/* at most; from 20 min on, of 5 s */
#define QUOTA_LOW	200	/* requests left that are spread out */
#define CANCEL_MS	5000	/* after a signal; the runner kills after 10 s */
#define UNSEEN_LOOKS	2	/* jobs may be listed later than the run ends */
#define LOGS_MS		300000	/* for all logs of a run */
#define CANCELLED_MS	1000	/* between looks, once cancelling */
#define SHARE_MIN_MS	1000	/* for a look at one of several runs, */
#define SHARE_MAX_MS	10000	/* so that one that hangs stops no other */

struct wait {
	const struct clock		*clock;
	const struct await_order	*o;
	const struct await_hooks	*hooks;
	struct awaited			*runs;
	size_t				 count;
	int64_t				 began_ms;
	int64_t				 deadline_ms;
	bool				 renewed;	/* the token, once */
	int64_t				 cancelled_ms;	/* instant; 0: not yet */
	unsigned int			 failures;	/* rounds in a row */
	int64_t				 hint_ms;
	unsigned int			 frame;
	int64_t				 drawn_ms;
	bool				 is_last;	/* no look comes after */
};

const struct job *
await_job(const struct await_jobs *jobs, size_t n)
{
	size_t page;

	for (page = 0; page < jobs->count; page++) {
		if (n < jobs->pages[page].list.count)
			return &jobs->pages[page].list.jobs[n];
		n -= jobs->pages[page].list.count;
	}
	return NULL;
}

void
awaited_wipe(struct awaited *a)
{
	size_t i;

	run_state_wipe(&a->state);
	for (i = 0; i < a->jobs.count; i++)
		job_page_wipe(&a->jobs.pages[i]);
	free(a->jobs.pages);
	memset(&a->jobs, 0, sizeof a->jobs);
}

/* All pages of the jobs of the latest attempt, conditionally. */
static enum status
read_jobs(struct awaited *a, int64_t deadline_ms, struct fault *f)
{
	struct await_jobs *jobs = &a->jobs;
	enum status status;
	size_t n = 0;

	do {
		if (n == jobs->count)
			jobs->pages = xappend(jobs->pages, &jobs->count,
			    sizeof *jobs->pages);
		status = github_list_jobs(a->gh, a->id, GITHUB_LATEST_ATTEMPT,
		    (unsigned int)n + 1, deadline_ms, &jobs->pages[n], f);
		if (status != STATUS_OK)
			return status;
	} while (jobs->pages[n++].has_next && n < PAGES_MAX);
	while (jobs->count > n)
		job_page_wipe(&jobs->pages[--jobs->count]);
	return STATUS_OK;
}

static void
end_run(struct wait *w, struct awaited *a, enum status status)
{
	a->ended = true;
	a->status = status;
	/* What the table showed is gone with it. */
	if (w->o->live && a->seen)
		report_change(a);
	if (w->hooks->ended != NULL)
		w->hooks->ended(w->hooks->ctx, a);
}

/* Ends a run that did not succeed: the report, and the fault in one line. */
static void
end_failed(struct wait *w, struct awaited *a)
{
	int64_t until_ms = clock_after(w->clock, LOGS_MS);
	struct fault ignored;

	if (read_jobs(a, until_ms, &ignored) == STATUS_OK) {
		report_failures(a);
		if (w->o->log_lines > 0)
			report_logs(a, w->o->log_lines, until_ms);
	} else if (!status_is_signal(ignored.status)) {
		log_warning("the jobs of run %llu cannot be listed: %s",
		    (unsigned long long)a->id, ignored.text);
	}
	end_run(w, a, STATUS_FAILED);
}

static void
conclude_failed(struct wait *w, struct awaited *a)
{
	const struct run *run = &a->state.run;

	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s%s: %s", (unsigned long long)a->id,
	    *run->conclusion != '\0' ? run->conclusion : "no conclusion",
	    verdict_is_known(run->conclusion) ? "" : ", which is not known "
	    "here and counts as no success", run->html_url);
	end_failed(w, a);
}

/* There was a failure: is it still time to wait for a new attempt? */
static bool
is_in_grace(struct wait *w, struct awaited *a)
{
	const struct run *run = &a->state.run;
	int64_t now_ms = clock_now(w->clock);

	if (w->o->rerun_grace_ms == 0 || w->is_last)
		return false;
	/* Nobody runs again what we have cancelled. */
	if (a->cancelled && !a->refused)
		return false;
	if (a->grace_ends_ms == 0 || a->grace_attempt != run->attempt) {
		a->grace_attempt = run->attempt;
		a->grace_ends_ms = now_ms + w->o->rerun_grace_ms;
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

	if (await_job(&a->jobs, 0) == NULL)
		fault_add(f, "none");
	for (n = 0; (job = await_job(&a->jobs, n)) != NULL; n++) {
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
	for (n = 0; (job = await_job(&a->jobs, n)) != NULL; n++) {
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
judge_jobs(struct wait *w, struct awaited *a)
{
	const struct job *failed = NULL;
	bool there, all = true, concluded;
	const char *unseen = NULL;
	enum verdict verdict;
	size_t i;

	for (i = 0; i < w->o->job_count; i++) {
		verdict = judge_job(a, w->o->jobs[i], &there, &failed);
		if (verdict == VERDICT_FAILURE && is_in_grace(w, a))
			return;
		if (verdict == VERDICT_FAILURE) {
			fault_set_lasting(&a->fault, STATUS_FAILED,
			    "job \"%s\" of run %llu concluded with %s: %s",
			    failed->name, (unsigned long long)a->id,
			    failed->conclusion, *failed->html_url != '\0' ?
			    failed->html_url : a->state.run.html_url);
			end_failed(w, a);
			return;
		}
		if (!there)
			unseen = w->o->jobs[i];
		all = all && verdict == VERDICT_SUCCESS;
	}
	a->grace_ends_ms = 0;
	if (all) {
		end_run(w, a, STATUS_OK);
		return;
	}
	concluded = verdict_of(a->state.run.status, a->state.run.conclusion) !=
	    VERDICT_GOING_ON;
	a->unseen_jobs = concluded && unseen != NULL ? a->unseen_jobs + 1 : 0;
	if (a->unseen_jobs < (w->is_last ? 1 : UNSEEN_LOOKS))
		return;
	fault_set_lasting(&a->fault, STATUS_FAILED, "run %llu concluded with "
	    "%s without a job \"%s\"; its jobs are: ",
	    (unsigned long long)a->id, a->state.run.conclusion, unseen);
	add_job_names(a, &a->fault);
	end_run(w, a, STATUS_FAILED);
}

static void
judge_run(struct wait *w, struct awaited *a)
{
	switch (verdict_of(a->state.run.status, a->state.run.conclusion)) {
	case VERDICT_GOING_ON:
		a->grace_ends_ms = 0;
		break;
	case VERDICT_SUCCESS:
		end_run(w, a, STATUS_OK);
		break;
	case VERDICT_FAILURE:
		if (!is_in_grace(w, a))
			conclude_failed(w, a);
		break;
	}
}

static void
judge(struct wait *w, struct awaited *a)
{
	if (w->o->job_count > 0)
		judge_jobs(w, a);
	else
		judge_run(w, a);
}

/* 401 after earlier success: the token of an App lives for an hour. */
static bool
renew_token(struct wait *w, struct awaited *a)
{
	if ((!a->seen && !w->o->just_dispatched) || w->renewed ||
	    w->hooks->renew_token == NULL ||
	    !w->hooks->renew_token(w->hooks->ctx, a->gh))
		return false;
	w->renewed = true;
	log_info("the token was refused; it was read anew");
	return true;
}

/* A look failed: true if looking on may help. */
static bool
may_pass(struct wait *w, struct awaited *a, struct fault *f)
{
	if (f->status == STATUS_NOT_FOUND) {
		a->not_found++;
		if (a->seen || !w->o->just_dispatched)
			return a->not_found < NOT_FOUND_LOOKS;
		return clock_now(w->clock) - w->began_ms < NOT_FOUND_MS;
	}
	a->not_found = 0;
	return !f->lasting;
}

static void
take_hint(struct wait *w, const struct fault *f)
{
	w->hint_ms = most(w->hint_ms, pace_hint(f, w->failures));
}

static void
look_failed(struct wait *w, struct awaited *a, struct fault *f)
{
	if (may_pass(w, a, f)) {
		if (w->failures == 0 && a->fault.status != f->status)
			log_info("run %llu: %s Waiting on.",
			    (unsigned long long)a->id, f->text);
		else
			log_debug("run %llu: %s", (unsigned long long)a->id,
			    f->text);
		a->fault = *f;
		take_hint(w, f);
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
	end_run(w, a, f->status);
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

/* One look at a run, and at its jobs if they matter. */
static enum status
look(struct wait *w, struct awaited *a, int64_t deadline_ms)
{
	enum status status;
	struct fault f;

	do {
		status = github_get_run(a->gh, a->id, deadline_ms, &a->state,
		    &f);
		if (status == STATUS_OK && (w->o->job_count > 0 ||
		    w->o->live))
			status = read_jobs(a, deadline_ms, &f);
	} while (status == STATUS_UNAUTHORIZED && renew_token(w, a));
	if (status_is_signal(status))
		return status;
	if (status != STATUS_OK) {
		fault_end_sentence(&f);
		look_failed(w, a, &f);
		/* A run that is not there yet is no failure of the server. */
		return a->ended || status == STATUS_NOT_FOUND ? STATUS_OK :
		    status;
	}
	a->not_found = 0;
	a->fault.status = STATUS_OK;
	w->renewed = false;
	if (!a->seen) {
		a->seen = true;
		if (w->hooks->seen != NULL)
			w->hooks->seen(w->hooks->ctx, a);
	}
	if (a->state.changed && !w->o->live)
		show_change(a);
	judge(w, a);
	return STATUS_OK;
}

/* Until when a look at one of several runs may take. */
static int64_t
share_ends(const struct wait *w)
{
	int64_t share_ms;

	if (w->count == 1)
		return CLOCK_NEVER;
	share_ms = clock_left(w->clock, w->deadline_ms) /
	    (2 * (int64_t)w->count);
	return clock_after(w->clock, most(SHARE_MIN_MS, least(share_ms,
	    SHARE_MAX_MS)));
}

/* One look at each run that has not ended. */
static enum status
look_at_all(struct wait *w, int64_t deadline_ms)
{
	enum status status;
	bool failed = false;
	size_t i;

	w->hint_ms = 0;
	for (i = 0; i < w->count; i++) {
		if (w->runs[i].ended)
			continue;
		status = look(w, &w->runs[i], least(deadline_ms,
		    share_ends(w)));
		if (status_is_signal(status) || interrupt_pending())
			return STATUS_INTERRUPTED;
		failed = failed || status != STATUS_OK;
	}
	w->failures = failed ? w->failures + 1 : 0;
	return STATUS_OK;
}

static bool
all_ended(const struct wait *w)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (!w->runs[i].ended)
			return false;
	return true;
}

/* Asks GitHub to cancel what goes on; tried again at the next look if it
 * fails. */
static void
cancel(struct wait *w, bool force, int64_t deadline_ms)
{
	struct awaited *a;
	struct fault f;
	bool was_over;
	size_t i;

	for (i = 0; i < w->count; i++) {
		a = &w->runs[i];
		if (a->ended || (force ? a->forced : a->cancelled))
			continue;
		if (github_cancel_run(a->gh, a->id, force, deadline_ms,
		    &was_over, &f) != STATUS_OK) {
			log_warning("run %llu could not be cancelled: %s",
			    (unsigned long long)a->id, f.text);
			/* What cannot pass is not asked for again. */
			take_hint(w, &f);
			if (!f.lasting && f.status != STATUS_NOT_FOUND)
				continue;
			a->refused = true;
		} else {
			a->was_over = was_over;
			log_info("run %llu: %s", (unsigned long long)a->id,
			    was_over ? "had already concluded before it could "
			    "be cancelled" : force ? "asked GitHub to cancel "
			    "it by force" : "asked GitHub to cancel it");
		}
		a->cancelled = true;
		a->forced = a->forced || force;
	}
}

static int64_t
after(int64_t instant_ms, int64_t duration_ms)
{
	return duration_ms == AWAIT_NEVER || duration_ms > INT64_MAX -
	    instant_ms ? CLOCK_NEVER : instant_ms + duration_ms;
}

/* Cancels what is due; the instant at which something will be. */
static int64_t
cancel_if_due(struct wait *w)
{
	int64_t due_ms = after(w->began_ms, w->o->cancel_after_ms), now_ms;

	now_ms = clock_now(w->clock);
	if (now_ms < due_ms)
		return due_ms;
	if (w->cancelled_ms == 0)
		w->cancelled_ms = now_ms;
	cancel(w, false, clock_after(w->clock, CANCEL_MS));
	due_ms = after(w->cancelled_ms, w->o->force_cancel_after_ms);
	if (now_ms < due_ms)
		return due_ms;
	cancel(w, true, clock_after(w->clock, CANCEL_MS));
	return CLOCK_NEVER;
}

static int64_t
next_pause(const struct wait *w)
{
	int64_t pause_ms = w->o->interval_ms, reset_ms;
	uint64_t left;

	if (w->cancelled_ms > 0)
		pause_ms = least(pause_ms, CANCELLED_MS);
	else if (w->o->interval_grows)
		pause_ms = most(pause_ms, least((clock_now(w->clock) -
		    w->began_ms) / GROWTH, GROWN_MS));
	/* A quota that runs out: what is left has to last. */
	if (w->count > 0 && github_quota(w->runs[0].gh, &left, &reset_ms) &&
	    left < QUOTA_LOW)
		pause_ms = most(pause_ms, reset_ms / (int64_t)(left + 1));
	return pace_backoff(pause_ms, w->failures);
}

static void
draw(struct wait *w)
{
	size_t width, height;
	struct buf lines;

	if (clock_now(w->clock) - w->drawn_ms < TICK_MS)
		return;
	w->drawn_ms = clock_now(w->clock);
	terminal_size(&width, &height);
	buf_init(&lines, BUF_TEXT_MAX);
	report_table(&lines, w->runs, w->count, clock_now(w->clock) -
	    w->began_ms, w->frame++, width, height, w->o->colour);
	log_area(&lines);
	buf_free(&lines);
}

static void
sleep_until(struct wait *w, int64_t instant_ms)
{
	if (!w->o->live) {
		clock_sleep_until(w->clock, instant_ms);
		return;
	}
	while (clock_now(w->clock) < instant_ms && !interrupt_pending()) {
		draw(w);
		clock_sleep_until(w->clock, least(instant_ms,
		    clock_after(w->clock, TICK_MS)));
	}
}

/* Pauses until the next look; false if the deadline is over, or a server's
 * hint leads beyond it. */
static bool
pause_wait(struct wait *w, int64_t due_ms)
{
	int64_t next_ms = clock_after(w->clock, next_pause(w));
	size_t i;

	if (clock_left(w->clock, w->deadline_ms) == 0)
		return false;
	if (w->hint_ms > 0 && w->hint_ms >= clock_left(w->clock,
	    w->deadline_ms))
		return false;
	next_ms = least(next_ms, due_ms);
	for (i = 0; i < w->count; i++)
		if (!w->runs[i].ended && w->runs[i].grace_ends_ms > 0)
			next_ms = least(next_ms, w->runs[i].grace_ends_ms);
	/* No plan of ours breaks a limit. */
	if (w->hint_ms > 0)
		next_ms = most(next_ms, clock_after(w->clock, w->hint_ms +
		    pace_spread(w->hint_ms)));
	sleep_until(w, least(next_ms, w->deadline_ms));
	return true;
}

/* A signal: cancel if that was asked for, and say what becomes of the runs. */
static void
end_interrupted(struct wait *w)
{
	struct awaited *a;
	size_t i;

	if (w->o->cancel_on_interrupt) {
		interrupt_acknowledge();
		for (i = 0; i < w->count; i++)
			w->runs[i].cancelled = w->runs[i].refused = false;
		cancel(w, false, clock_after(w->clock, CANCEL_MS));
	}
	for (i = 0; i < w->count; i++) {
		a = &w->runs[i];
		if (a->ended)
			continue;
		interrupt_fault(&a->fault);
		fault_add(&a->fault, !a->cancelled || a->refused ?
		    "; run %llu goes on" : a->was_over ?
		    "; run %llu had already concluded" :
		    "; GitHub was asked to cancel run %llu",
		    (unsigned long long)a->id);
		end_run(w, a, a->fault.status);
	}
}

/* The timeout is over. */
static void
end_timed_out(struct wait *w)
{
	struct awaited *a;
	size_t i;

	for (i = 0; i < w->count; i++) {
		a = &w->runs[i];
		if (a->ended)
			continue;
		/* What was waited on for a second look, or a new attempt. */
		w->is_last = true;
		if (a->seen)
			judge(w, a);
		if (a->ended)
			continue;
		if (a->fault.status == STATUS_LIMITED) {
			fault_add(&a->fault, " That is longer than the "
			    "timeout allows. Run %llu goes on%s%s",
			    (unsigned long long)a->id, a->seen ? " unseen: " :
			    "; it was not seen.",
			    a->seen ? a->state.run.html_url : "");
			end_run(w, a, STATUS_LIMITED);
			continue;
		}
		if (!a->seen && a->fault.status != STATUS_OK) {
			if (a->fault.status == STATUS_NOT_FOUND)
				a->fault.status = STATUS_TIMEOUT;
			fault_end_sentence(&a->fault);
			fault_add(&a->fault, " Run %llu was not seen before "
			    "the timeout; it goes on.",
			    (unsigned long long)a->id);
			end_run(w, a, a->fault.status);
			continue;
		}
		if (a->fault.status != STATUS_OK)
			log_info("run %llu: %s", (unsigned long long)a->id,
			    a->fault.text);
		fault_set_lasting(&a->fault, STATUS_WAIT_TIMEOUT, "run %llu "
		    "has not concluded before the timeout (its status is %s); "
		    "it goes on: %s", (unsigned long long)a->id,
		    a->state.run.status, a->state.run.html_url);
		end_run(w, a, STATUS_WAIT_TIMEOUT);
	}
}

/* The status that counts for all: a failure is certain, and so comes first. */
static enum status
sum_up(struct wait *w, struct fault *f)
{
	static const enum status order[] = {
		STATUS_INTERRUPTED, STATUS_TERMINATED, STATUS_FAILED,
		STATUS_UNAUTHORIZED, STATUS_REFUSED, STATUS_NOT_FOUND,
		STATUS_LIMITED, STATUS_WAIT_TIMEOUT,
	};
	const struct awaited *worst = NULL;
	size_t rank, i;

	for (rank = 0; rank < sizeof order / sizeof order[0] && worst == NULL;
	    rank++)
		for (i = 0; i < w->count && worst == NULL; i++)
			if (w->runs[i].status == order[rank])
				worst = &w->runs[i];
	for (i = 0; i < w->count && worst == NULL; i++)
		if (w->runs[i].status != STATUS_OK)
			worst = &w->runs[i];
	/* The others' stories; the worst one's is main's to tell. */
	for (i = 0; i < w->count; i++)
		if (w->runs[i].status != STATUS_OK && &w->runs[i] != worst)
			log_error("%s", w->runs[i].fault.text);
	if (worst == NULL)
		return STATUS_OK;
	*f = worst->fault;
	return worst->status;
}

/* For the summary; what cannot be listed is left out. */
static void
fill_jobs(struct wait *w)
{
	struct fault ignored;
	size_t i;

	/* Those of a failed run have been read already. */
	for (i = 0; i < w->count; i++)
		if (w->runs[i].seen && w->runs[i].jobs.count == 0 &&
		    !status_is_signal(w->runs[i].status) &&
		    read_jobs(&w->runs[i], clock_after(w->clock, CANCEL_MS),
		    &ignored) != STATUS_OK)
			log_debug("jobs of run %llu: %s",
			    (unsigned long long)w->runs[i].id, ignored.text);
}

enum status
await_runs(const struct clock *clock, const struct await_order *o,
    struct awaited *runs, size_t count, const struct await_hooks *hooks,
    struct fault *f)
{
	struct wait w = {
		.clock = clock, .o = o, .hooks = hooks, .runs = runs,
		.count = count, .began_ms = clock_now(clock),
	};
	int64_t due_ms, last_ms;
	bool more = true;

	w.deadline_ms = after(w.began_ms, o->timeout_ms);
	while (more) {
		last_ms = after(clock_now(clock), LAST_LOOK_MS);
		if (look_at_all(&w, most(w.deadline_ms, last_ms)) !=
		    STATUS_OK || interrupt_pending())
			break;
		if (all_ended(&w))
			break;
		due_ms = cancel_if_due(&w);
		more = pause_wait(&w, due_ms) && !interrupt_pending();
	}
	if (o->live)
		log_area(NULL);
	if (interrupt_pending())
		end_interrupted(&w);
	else
		end_timed_out(&w);
	if (o->wants_jobs)
		fill_jobs(&w);
	return sum_up(&w, f);
}
