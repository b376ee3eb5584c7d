/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "command/ending.h"
#include "command/look.h"
#include "command/pace.h"
#include "command/wait.h"

#define NEW_MS         60000 /* a run just dispatched may not be there yet */
#define NEW_LOOKS      5     /* any other */
#define UNTOLD_LOOK_MS 1000  /* between looks without a conclusion */
#define LAST_LOOK_MS   3000  /* that a look at the deadline may take */
#define SHARE_MIN_MS   1000  /* for a look at one of several runs, */
#define SHARE_MAX_MS   10000 /* so that one that hangs stops no other */
#define GROWTH         240   /* a pause is that part of the time gone by, */
#define GROWN_MS       30000 /* at most; from 20 min on, of 5 s */
#define QUOTA_LOW      200   /* requests left that are spread out */
#define CANCEL_MS      5000  /* that asking to cancel may take */
#define CANCELLED_MS   1000  /* between looks, once cancelling */
#define SUMMARY_MS     5000  /* that the jobs of one run may take */

/* --- time --- */

static int64_t
after(int64_t instant_ms, int64_t duration_ms)
{
	return duration_ms == WAIT_NEVER ? CLOCK_NEVER
					 : plus(instant_ms, duration_ms);
}

/* The instant at which a look at one of several runs ends. */
static int64_t
share_ends(const struct wait *w)
{
	int64_t share_ms;

	if (w->count == 1)
		return CLOCK_NEVER;
	share_ms = clock_left(w->clock, w->deadline_ms) /
	    (2 * (int64_t)w->count);
	return clock_after(
	    w->clock, most(SHARE_MIN_MS, least(share_ms, SHARE_MAX_MS)));
}

/* It was refused, and is to be asked again later; but not too late. */
static bool
is_too_soon(const struct wait *w, const struct vigil *v)
{
	return v->again_ms > clock_now(w->clock) &&
	    clock_left(w->clock, w->deadline_ms) > 0;
}

/* One look at each run that has not ended; false if a signal came. */
static bool
look_at_all(struct wait *w)
{
	int64_t deadline_ms = most(
	    w->deadline_ms, clock_after(w->clock, LAST_LOOK_MS));
	enum status status;
	bool failed = false;
	size_t i;

	w->hint_ms = w->reported_ms = 0;
	for (i = 0; i < w->count; i++) {
		if (w->runs[i].ended || is_too_soon(w, &w->vigils[i]))
			continue;
		/* What was reported of one run takes no time of the others. */
		status = look_at(w, &w->vigils[i],
		    least(plus(deadline_ms, w->reported_ms), share_ends(w)));
		if (status_is_signal(status) || interrupt_pending())
			return false;
		failed = failed || status != STATUS_OK;
	}
	w->failures = failed ? w->failures + 1 : 0;
	return true;
}

/* --- cancelling --- */

/* Asks GitHub to cancel what has not ended; what is refused for now is asked
 * again after the next look. */
static void
cancel(struct wait *w, bool force)
{
	int64_t share_ms;
	struct cancel *c;
	size_t i;

	/* One that hangs must not take the time of the others, each time. */
	share_ms = most(
	    SHARE_MIN_MS, CANCEL_MS / most(1, (int64_t)look_count_open(w)));
	for (i = 0; i < w->count; i++) {
		c = &w->cancels[i];
		if (w->runs[i].ended ||
		    (force ? c->force : c->state) != CANCEL_OPEN)
			continue;
		if (cancel_ask(c, w->clock, force,
			look_courtesy_ends(w, share_ms)) != STATUS_OK)
			look_take_hint(w, &c->why);
	}
}

/* Cancels what is due; the instant at which something will be. */
static int64_t
cancel_if_due(struct wait *w)
{
	int64_t due_ms = after(w->began_ms, w->order->cancel_after_ms);
	int64_t now_ms = clock_now(w->clock);

	if (now_ms < due_ms)
		return due_ms;
	if (w->cancelled_ms == 0)
		w->cancelled_ms = now_ms;
	cancel(w, false);
	due_ms = after(w->cancelled_ms, w->order->force_cancel_after_ms);
	if (now_ms < due_ms)
		return due_ms;
	cancel(w, true);
	return CLOCK_NEVER;
}

/* --- pauses --- */

static int64_t
next_pause(const struct wait *w)
{
	int64_t pause_ms = w->order->interval_ms, reset_ms;
	uint64_t left;

	if (w->cancelled_ms > 0)
		pause_ms = least(pause_ms, CANCELLED_MS);
	else if (w->order->interval_grows)
		pause_ms = most(pause_ms,
		    least((clock_now(w->clock) - w->began_ms) / GROWTH,
			GROWN_MS));
	/* A quota that runs out: what is left has to last. */
	if (github_quota(w->runs[0].gh, &left, &reset_ms) && left < QUOTA_LOW)
		pause_ms = most(pause_ms, reset_ms / (int64_t)(left + 1));
	return pace_backoff(pause_ms, w->failures);
}

/* When this run wants to be looked at, whatever the interval. */
static int64_t
own_instant(const struct wait *w, const struct vigil *v)
{
	int64_t now_ms = clock_now(w->clock), at_ms = CLOCK_NEVER;

	if (v->run->ended)
		return at_ms;
	/* The look at the end of the grace has been taken, and failed. */
	if (v->grace.ends_ms > now_ms)
		at_ms = v->grace.ends_ms;
	if (v->untold_ends_ms > now_ms)
		at_ms = least(
		    at_ms, least(v->untold_ends_ms, now_ms + UNTOLD_LOOK_MS));
	if (v->again_ms > 0)
		at_ms = least(at_ms, v->again_ms);
	if (v->cancel->again_ms > now_ms)
		at_ms = least(at_ms, v->cancel->again_ms);
	return at_ms;
}

/* Pauses until the next look, at due_ms at the latest; false if the deadline is
 * over, or a server's hint leads beyond it. */
static bool
pause_wait(struct wait *w, int64_t due_ms)
{
	int64_t left_ms = clock_left(w->clock, w->deadline_ms), next_ms;
	size_t i;

	if (left_ms == 0 || (w->hint_ms > 0 && w->hint_ms >= left_ms))
		return false;
	next_ms = least(clock_after(w->clock, next_pause(w)), due_ms);
	for (i = 0; i < w->count; i++)
		next_ms = least(next_ms, own_instant(w, &w->vigils[i]));
	/* A pause that the server asks for comes before all of these. */
	if (w->hint_ms > 0)
		next_ms = most(next_ms,
		    clock_after(
			w->clock, w->hint_ms + pace_spread(w->hint_ms)));
	next_ms = least(next_ms, w->deadline_ms);
	if (w->order->live)
		live_sleep_until(&w->live, next_ms);
	else
		clock_sleep_until(w->clock, next_ms);
	return true;
}

/* --- the end of the wait --- */

/* A signal: cancel if that was asked for, and say what becomes of the runs. */
static void
end_interrupted(struct wait *w)
{
	bool cancels = w->order->cancel_on_interrupt;
	size_t i;

	if (cancels) {
		interrupt_acknowledge();
		for (i = 0; i < w->count; i++)
			w->cancels[i].state = CANCEL_OPEN;
		cancel_insist(w->cancels, w->count, w->clock);
	}
	for (i = 0; i < w->count; i++) {
		if (w->runs[i].ended)
			continue;
		ending_interrupted(&w->runs[i], &w->cancels[i], cancels);
		look_end(w, &w->vigils[i], w->runs[i].fault.status);
	}
}

/* No look can follow, and nothing is known that decides. */
static void
end_undecided(struct wait *w, struct vigil *v)
{
	const struct ending_timeout t = {
		.look = &v->look,
		.left_ms = clock_left(w->clock, w->deadline_ms),
		.is_untold = v->untold_ends_ms > 0,
		.has_names = w->order->job_count > 0,
		.missing = look_judge_jobs(w, v->run, NULL).missing,
	};

	ending_timed_out(v->run, &t);
	look_end(w, v, v->run->fault.status);
}

static void
end_timed_out(struct wait *w)
{
	size_t i;

	/* Some runs were only waiting for a second look, or a new attempt. */
	w->is_last = true;
	for (i = 0; i < w->count; i++) {
		if (!w->runs[i].ended && w->runs[i].seen)
			look_judge(w, &w->vigils[i]);
		if (!w->runs[i].ended)
			end_undecided(w, &w->vigils[i]);
	}
}

/* For the summary; what cannot be listed is left out. */
static void
read_jobs(const struct wait *w, struct watched *run)
{
	struct fault ignored;

	/* Those of a failed run have been read already. */
	if (run->seen && run->jobs.count == 0 &&
	    !status_is_signal(run->status) &&
	    watched_read_jobs(
		run, look_courtesy_ends(w, SUMMARY_MS), &ignored) != STATUS_OK)
		log_debug(
		    "jobs of run %llu: %s", watched_id(run), ignored.text);
}

static void
summarise(struct wait *w)
{
	struct found_run found;
	struct watched *run;
	size_t i;

	for (i = 0; w->result->summary.path != NULL && i < w->count; i++) {
		run = &w->runs[i];
		if (!run->seen && watched_is_given(run))
			continue;
		read_jobs(w, run);
		found = watched_found(run);
		summary_write(&w->result->summary, &found, run);
	}
}

/* --- all of it --- */

static void
open_vigil(struct wait *w, size_t i)
{
	struct vigil *v = &w->vigils[i];

	v->run = w->cancels[i].run = &w->runs[i];
	v->cancel = &w->cancels[i];
	/* The dispatch has succeeded with this token. */
	v->retry.accepted = !watched_is_given(v->run);
	if (v->retry.accepted)
		v->retry.new_until_ms = w->began_ms + NEW_MS;
	else
		v->retry.new_tries = NEW_LOOKS;
}

enum status
wait_for_runs(struct watched *runs, size_t count, const struct clock *clock,
    const struct wait_order *o, struct result *result, struct fault *f)
{
	struct wait w = {
		.clock = clock,
		.order = o,
		.result = result,
		.runs = runs,
		.count = count,
		.began_ms = clock_now(clock),
		.vigils = xcalloc(count, sizeof *w.vigils),
		.cancels = xcalloc(count, sizeof *w.cancels),
	};
	size_t i;

	w.deadline_ms = after(w.began_ms, o->timeout_ms);
	for (i = 0; i < count; i++)
		open_vigil(&w, i);
	w.live = (struct live){
		.clock = clock,
		.runs = runs,
		.count = count,
		.began_ms = w.began_ms,
		.deadline_ms = w.deadline_ms,
		.colour = o->colour,
	};
	while (look_at_all(&w) && look_count_open(&w) > 0 &&
	    !interrupt_pending() && pause_wait(&w, cancel_if_due(&w)) &&
	    !interrupt_pending())
		;
	if (interrupt_pending())
		end_interrupted(&w);
	else
		end_timed_out(&w);
	if (o->live)
		live_finish(&w.live);
	summarise(&w);
	free(w.vigils);
	free(w.cancels);
	if (w.lost.status != STATUS_OK)
		*f = w.lost;
	return w.lost.status;
}

enum status
wait_for_given(struct github *gh, const struct clock *clock,
    const struct wait_order *o, const struct wait_target *targets, size_t count,
    struct result *result, struct fault *f)
{
	struct watched *runs = xcalloc(count, sizeof *runs);
	enum status status;
	size_t i;

	status_if_exhausted(
	    STATUS_CONNECT, "the run is no longer being watched");
	for (i = 0; i < count; i++) {
		runs[i].gh = github_sibling(
		    gh, targets[i].owner, targets[i].repo);
		runs[i].found = (struct found_run){
			.id = targets[i].id,
			.by = FOUND_GIVEN,
			.repository = github_repository(runs[i].gh),
		};
	}
	status = wait_for_runs(runs, count, clock, o, result, f);
	if (status == STATUS_OK)
		status = ending_sum_up(runs, count, f);
	for (i = 0; i < count; i++) {
		watched_wipe(&runs[i]);
		github_close(runs[i].gh);
	}
	free(runs);
	return status;
}

enum status
wait_for_dispatched(struct github *gh, const struct clock *clock,
    const struct wait_order *o, const struct found_run *found,
    struct result *result, struct fault *f)
{
	struct watched run = { .gh = gh, .found = *found };
	enum status status;

	status = wait_for_runs(&run, 1, clock, o, result, f);
	if (status == STATUS_OK)
		status = ending_sum_up(&run, 1, f);
	watched_wipe(&run);
	return status;
}
