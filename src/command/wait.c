#include "compat.h"

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/terminal.h"
#include "command/cancel.h"
#include "command/look.h"
#include "command/pace.h"
#include "command/table.h"
#include "command/wait.h"

#define NEW_MS		60000	/* a run just dispatched may not be there yet */
#define NEW_LOOKS	5	/* any other */
#define LAST_LOOK_MS	3000	/* what a look at the deadline may take */
#define TICK_MS		200	/* of the live table */
#define GROWTH		240	/* a pause is that part of the time gone by, */
#define GROWN_MS	30000	/* at most; from 20 min on, of 5 s */
#define QUOTA_LOW	200	/* requests left that are spread out */
#define CANCEL_MS	5000	/* that asking to cancel may take */
#define SUMMARY_MS	5000	/* that the jobs of one run may take */
#define UNTOLD_LOOK_MS	1000	/* between looks, once only a word misses */
#define CANCELLED_MS	1000	/* between looks, once cancelling */
#define SHARE_MIN_MS	1000	/* for a look at one of several runs, */
#define SHARE_MAX_MS	10000	/* so that one that hangs stops no other */

struct wait {
	struct look			 look;
	const struct clock		*clock;
	const struct wait_order	*order;
	struct watched			*runs;
	size_t				 count;
	int64_t				 deadline_ms;
	int64_t				 cancelled_ms;	/* 0: not yet */
	unsigned int			 frame;
	int64_t				 drawn_ms;
};

static int64_t
after(int64_t instant_ms, int64_t duration_ms)
{
	return duration_ms == WAIT_NEVER || duration_ms > INT64_MAX -
	    instant_ms ? CLOCK_NEVER : instant_ms + duration_ms;
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

static size_t
going_on(const struct wait *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->count; i++)
		n += !w->runs[i].ended;
	return n;
}

/* It was refused, and is to be asked again later; but not too late. */
static bool
is_too_soon(const struct wait *w, const struct watched *a)
{
	return a->again_ms > clock_now(w->clock) &&
	    clock_left(w->clock, w->deadline_ms) > 0;
}

/* One look at each run that has not ended. */
static enum status
look_at_all(struct wait *w, int64_t deadline_ms)
{
	enum status status;
	bool failed = false;
	size_t i;

	w->look.hint_ms = w->look.reported_ms = 0;
	for (i = 0; i < w->count; i++) {
		if (w->runs[i].ended || is_too_soon(w, &w->runs[i]))
			continue;
		w->look.has_others = going_on(w) > 1;
		/* What was told of one run is no time of the others'. */
		status = look_at(&w->look, &w->runs[i], least(
		    after(deadline_ms, w->look.reported_ms), share_ends(w)));
		if (status_is_signal(status) || interrupt_pending())
			return STATUS_INTERRUPTED;
		failed = failed || status != STATUS_OK;
	}
	w->look.failures = failed ? w->look.failures + 1 : 0;
	return STATUS_OK;
}

/* Asks GitHub to cancel what goes on; asked again at the next look if that
 * is refused for now. */
static void
cancel(struct wait *w, bool force)
{
	int64_t share_ms;
	struct watched *a;
	struct fault f;
	size_t i;

	/* One that hangs must not take the time of the others, each time. */
	share_ms = most(SHARE_MIN_MS, CANCEL_MS / most(1,
	    (int64_t)going_on(w)));
	for (i = 0; i < w->count; i++) {
		a = &w->runs[i];
		if (a->ended || (force ? a->force : a->cancel) != CANCEL_OPEN)
			continue;
		f.status = STATUS_OK;
		cancel_ask(w->clock, a, force, look_courtesy_end(&w->look,
		    share_ms), &f);
		if (f.status != STATUS_OK)
			look_take_hint(&w->look, &f);
	}
}

/* Cancels what is due; the instant at which something will be. */
static int64_t
cancel_if_due(struct wait *w)
{
	int64_t due_ms = after(w->look.began_ms, w->order->cancel_after_ms);
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

static int64_t
next_pause(const struct wait *w)
{
	int64_t pause_ms = w->order->interval_ms, reset_ms;
	uint64_t left;

	if (w->cancelled_ms > 0)
		pause_ms = least(pause_ms, CANCELLED_MS);
	else if (w->order->interval_grows)
		pause_ms = most(pause_ms, least((clock_now(w->clock) -
		    w->look.began_ms) / GROWTH, GROWN_MS));
	/* A quota that runs out: what is left has to last. */
	if (w->count > 0 && github_quota(w->runs[0].gh, &left, &reset_ms) &&
	    left < QUOTA_LOW)
		pause_ms = most(pause_ms, reset_ms / (int64_t)(left + 1));
	return pace_backoff(pause_ms, w->look.failures);
}

static void
draw(struct wait *w, bool is_last)
{
	int64_t now_ms = clock_now(w->clock);
	struct table_view view = {
		.elapsed_ms = now_ms - w->look.began_ms,
		.left_ms = w->order->timeout_ms == WAIT_NEVER ? -1 :
		    clock_left(w->clock, w->deadline_ms),
		.frame = w->frame,
		.colour = w->order->colour,
		.is_last = is_last,
	};
	struct buf lines;

	if (!is_last && now_ms - w->drawn_ms < TICK_MS)
		return;
	w->drawn_ms = now_ms;
	w->frame++;
	terminal_size(&view.width, &view.height);
	buf_init(&lines, BUF_TEXT_MAX);
	table_add(&lines, w->runs, w->count, &view);
	log_area(&lines);
	buf_free(&lines);
}

static void
sleep_until(struct wait *w, int64_t instant_ms)
{
	if (!w->order->live) {
		clock_sleep_until(w->clock, instant_ms);
		return;
	}
	while (clock_now(w->clock) < instant_ms && !interrupt_pending()) {
		draw(w, false);
		clock_sleep_until(w->clock, least(instant_ms,
		    clock_after(w->clock, TICK_MS)));
	}
}

/* When this run wants to be looked at, whatever the interval. */
static int64_t
own_instant(const struct wait *w, const struct watched *a)
{
	int64_t now_ms = clock_now(w->clock), at_ms = CLOCK_NEVER;

	if (a->ended)
		return at_ms;
	/* A grace that is over has had its look, which failed. */
	if (a->grace_ends_ms > now_ms)
		at_ms = a->grace_ends_ms;
	if (a->untold_ends_ms > now_ms)
		at_ms = least(at_ms, least(a->untold_ends_ms, now_ms +
		    UNTOLD_LOOK_MS));
	if (a->again_ms > 0)
		at_ms = least(at_ms, a->again_ms);
	if (a->cancel_again_ms > now_ms)
		at_ms = least(at_ms, a->cancel_again_ms);
	return at_ms;
}

/* Pauses until the next look; false if the deadline is over, or a server's
 * hint leads beyond it. */
static bool
pause_wait(struct wait *w, int64_t due_ms)
{
	int64_t next_ms;
	size_t i;

	if (clock_left(w->clock, w->deadline_ms) == 0)
		return false;
	if (w->look.hint_ms > 0 && w->look.hint_ms >= clock_left(w->clock,
	    w->deadline_ms))
		return false;
	next_ms = least(clock_after(w->clock, next_pause(w)), due_ms);
	for (i = 0; i < w->count; i++)
		next_ms = least(next_ms, own_instant(w, &w->runs[i]));
	/* No plan of ours breaks a limit. */
	if (w->look.hint_ms > 0)
		next_ms = most(next_ms, clock_after(w->clock,
		    w->look.hint_ms + pace_spread(w->look.hint_ms)));
	sleep_until(w, least(next_ms, w->deadline_ms));
	return true;
}

/* What to say of a run that we were told to leave. */
static void
end_by_signal(struct wait *w, struct watched *a)
{
	struct fault why = a->fault;

	interrupt_fault(&a->fault);
	fault_end_sentence(&a->fault);
	/* Why a request before was refused was told then: `why` is a look's. */
	if (w->order->cancel_on_interrupt || a->cancel == CANCEL_ASKED ||
	    a->cancel == CANCEL_OVER)
		cancel_add_outcome(a, &why, &a->fault);
	else
		fault_add(&a->fault, " Run %llu was not cancelled.",
		    (unsigned long long)a->id);
	if (a->cancel == CANCEL_OVER)
		watched_add_command(a, "To learn how", &a->fault);
	else
		watched_add_whereabouts(a, &a->fault);
	look_end(&w->look, a, a->fault.status);
}

/* A signal: cancel if that was asked for, and say what becomes of the runs. */
static void
end_interrupted(struct wait *w)
{
	size_t i;

	if (w->order->cancel_on_interrupt) {
		interrupt_acknowledge();
		for (i = 0; i < w->count; i++)
			w->runs[i].cancel = CANCEL_OPEN;
		cancel_insist(w->clock, w->runs, w->count);
	}
	for (i = 0; i < w->count; i++)
		if (!w->runs[i].ended)
			end_by_signal(w, &w->runs[i]);
}

/* The named jobs that nobody has seen: they may be misspelt. */
static void
add_unlisted(const struct wait *w, struct watched *a)
{
	const char *name = look_unlisted(&w->look, a);

	if (name == NULL)
		return;
	fault_add(&a->fault, " No job \"%s\" was seen; its jobs are: ", name);
	look_add_job_names(a, &a->fault);
	fault_end_sentence(&a->fault);
}

/* Seen, and not concluded by the end of the timeout. */
static void
end_seen(struct wait *w, struct watched *a)
{
	struct fault *f = &a->fault;

	fault_set_lasting(f, STATUS_WAIT_TIMEOUT, "%s %llu had not concluded "
	    "%s.%s%s", w->order->job_count > 0 ? "the named jobs of run" :
	    "run", (unsigned long long)a->id, clock_left(w->clock,
	    w->deadline_ms) == 0 ? "before the timeout" : "yet, and the server "
	    "asks to wait for longer than the timeout allows",
	    f->status != STATUS_OK ? " The last look failed: " : "",
	    f->status != STATUS_OK ? f->text : "");
	if (a->untold_ends_ms > 0)
		fault_add(f, " GitHub has told no conclusion yet.");
	add_unlisted(w, a);
	watched_add_whereabouts(a, f);
	look_end(&w->look, a, f->status);
}

/* The timeout is over, or will be before the server may be asked again; and
 * nothing is known that decides. */
static void
end_undecided(struct wait *w, struct watched *a)
{
	struct fault *f = &a->fault;
	bool asks_too_long;

	if (f->status != STATUS_LIMITED && (a->seen || f->status ==
	    STATUS_OK)) {
		end_seen(w, a);
		return;
	}
	asks_too_long = f->status == STATUS_LIMITED || f->wait_ms >
	    clock_left(w->clock, w->deadline_ms);
	fault_set(f, f->status == STATUS_NOT_FOUND ? STATUS_TIMEOUT :
	    f->status, "run %llu: %s", (unsigned long long)a->id, f->text);
	fault_end_sentence(f);
	if (asks_too_long)
		fault_add(f, " That is longer than the timeout allows.");
	watched_add_whereabouts(a, f);
	look_end(&w->look, a, f->status);
}

static void
end_timed_out(struct wait *w)
{
	size_t i;

	/* What was waited on for a second look, or a new attempt. */
	w->look.is_last = true;
	for (i = 0; i < w->count; i++) {
		if (!w->runs[i].ended && w->runs[i].seen)
			look_judge(&w->look, &w->runs[i]);
		if (!w->runs[i].ended)
			end_undecided(w, &w->runs[i]);
	}
}

/* The status that counts for all: a failure is certain, and so comes first. */
static enum status
sum_up(struct wait *w, struct fault *f)
{
	static const enum status order[] = {
		STATUS_INTERRUPTED, STATUS_TERMINATED, STATUS_FAILED,
		STATUS_UNAUTHORIZED, STATUS_FORBIDDEN, STATUS_REFUSED,
		STATUS_NOT_FOUND, STATUS_LIMITED, STATUS_WAIT_TIMEOUT,
	};
	const struct watched *worst = NULL;
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
		    watched_read_jobs(&w->runs[i], look_courtesy_end(&w->look,
		    SUMMARY_MS), &ignored) != STATUS_OK)
			log_debug("jobs of run %llu: %s",
			    (unsigned long long)w->runs[i].id, ignored.text);
}

enum status
wait_for_runs(const struct clock *clock, const struct wait_order *o,
    struct watched *runs, size_t count, const struct wait_hooks *hooks,
    struct fault *f)
{
	struct wait w = {
		.look = { .clock = clock, .order = o, .hooks = hooks,
		    .began_ms = clock_now(clock) },
		.clock = clock, .order = o, .runs = runs, .count = count,
	};
	int64_t due_ms, last_ms;
	bool more = true;
	size_t i;

	w.deadline_ms = after(w.look.began_ms, o->timeout_ms);
	w.look.deadline_ms = w.deadline_ms;
	for (i = 0; i < count; i++) {
		/* The dispatch has succeeded with this token. */
		runs[i].retry.accepted = o->just_dispatched;
		if (o->just_dispatched)
			runs[i].retry.new_until_ms = w.look.began_ms +
			    NEW_MS;
		else
			runs[i].retry.new_tries = NEW_LOOKS;
	}
	while (more) {
		last_ms = after(clock_now(clock), LAST_LOOK_MS);
		if (look_at_all(&w, most(w.deadline_ms, last_ms)) !=
		    STATUS_OK || interrupt_pending())
			break;
		if (going_on(&w) == 0)
			break;
		due_ms = cancel_if_due(&w);
		more = pause_wait(&w, due_ms) && !interrupt_pending();
	}
	if (interrupt_pending())
		end_interrupted(&w);
	else
		end_timed_out(&w);
	if (o->wants_jobs)
		fill_jobs(&w);
	/* What came of them stays on the screen. */
	if (o->live) {
		draw(&w, true);
		log_area_keep();
	}
	return sum_up(&w, f);
}
