/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "command/journal.h"
#include "command/targets.h"
#include "command/throttle.h"
#include "command/wait.h"
#include "command/watched.h"
#include "command/worst.h"

/* One of the repositories. */
struct place {
	struct github *gh;
	const struct dispatch_order *order;
	struct dispatch *dispatch; /* while it goes on */
	int64_t due_ms;            /* instant of its next step */
	struct found_run run;      /* without an ID: none is known */
	struct watched *watched;   /* NULL: not waited for */
	struct fault fault;        /* what became of it */
};

struct targets {
	const struct clock *clock;
	struct result *result;
	struct place *places;
	size_t count;
	size_t begun; /* of them, the first */
	struct throttle throttle;
	const char *stopped_by; /* no more are begun; or NULL */
	struct fault stop;      /* then */
	struct watched *runs;   /* that are waited for */
	size_t run_count;
	struct fault lost; /* a result; or STATUS_OK */
};

static const char *
name_of(const struct place *p)
{
	return github_repository(p->gh);
}

/* Its fault, which names the repository from here on. */
static void
set_fault(struct place *p, const struct fault *f)
{
	fault_set_lasting(&p->fault, f->status, "%s: %s", name_of(p), f->text);
}

/* --- dispatching --- */

/* It would fail in all other repositories as well: nothing was started, and the
 * reason is the token, its quota or the way to the server. */
static bool
is_common(enum status status)
{
	switch (status) {
	case STATUS_USAGE:
	case STATUS_UNAUTHORIZED:
	case STATUS_LIMITED:
	case STATUS_RESOLVE:
	case STATUS_NO_HOST:
	case STATUS_CONNECT:
	case STATUS_TLS:
	case STATUS_TRUST:
	case STATUS_CLOSED:
	case STATUS_TIMEOUT:
		return true;
	default:
		return false;
	}
}

static void
stop(struct targets *t, const struct place *p, const struct fault *f)
{
	if (t->stopped_by != NULL)
		return;
	t->stopped_by = name_of(p);
	t->stop = *f;
	/* A wait may come before the end, where it is told again. */
	if (!status_is_signal(f->status) && t->begun < t->count)
		log_warning(
		    "%s No other repositories are dispatched to.", f->text);
}

/* Its run is known, or will not be. */
static void
end(struct targets *t, struct place *p)
{
	struct fault f;
	enum status status = dispatch_close(p->dispatch, &p->run, &f);

	p->dispatch = NULL;
	if (status == STATUS_OK) {
		dispatch_log_found(&p->run);
		status = result_found(t->result, &p->run, &f);
		if (status == STATUS_OK)
			status = journal_check(p->order->journal, &p->run, &f);
	} else if (is_common(status) || status_is_signal(status)) {
		fault_end_sentence(&f);
		stop(t, p, &f);
	} else {
		log_info("no run is known here; the reason follows at the "
			 "end%s",
		    t->begun < t->count && t->stopped_by == NULL
			? ", and the other repositories are dispatched to"
			: "");
	}
	if (status != STATUS_OK)
		set_fault(p, &f);
}

static void
step(struct targets *t, struct place *p)
{
	log_about(name_of(p));
	if (p == &t->places[t->begun]) {
		t->begun++;
		p->dispatch = dispatch_open(
		    p->gh, t->clock, p->order, &t->throttle);
	}
	if (!dispatch_step(p->dispatch, &p->due_ms))
		end(t, p);
	log_about(NULL);
}

/* The one whose step is due first, even if that was long ago: neither dispatches
 * nor looks hold up the others.  NULL if nothing is left to do. */
static struct place *
next(const struct targets *t, int64_t *due_ms)
{
	struct place *p = NULL;
	int64_t at_ms;
	size_t i;

	*due_ms = CLOCK_NEVER;
	if (t->begun < t->count && t->stopped_by == NULL) {
		p = &t->places[t->begun];
		*due_ms = t->throttle.next_ms;
	}
	for (i = 0; i < t->begun; i++) {
		if (t->places[i].dispatch == NULL)
			continue;
		at_ms = most(t->places[i].due_ms, t->throttle.held_ms);
		if (p == NULL || at_ms < *due_ms) {
			p = &t->places[i];
			*due_ms = at_ms;
		}
	}
	return p;
}

static void
dispatch_all(struct targets *t)
{
	struct place *p;
	struct fault f;
	int64_t due_ms;

	while ((p = next(t, &due_ms)) != NULL) {
		clock_sleep_until(t->clock, due_ms);
		if (interrupt_pending() && t->stopped_by == NULL) {
			interrupt_fault(&f);
			stop(t, p, &f);
			continue;
		}
		step(t, p);
	}
}

/* Those that were not begun, since something has stopped all. */
static void
end_unsent(struct targets *t)
{
	struct place *p;
	size_t i;

	for (i = t->begun; i < t->count; i++) {
		p = &t->places[i];
		if (status_is_signal(t->stop.status))
			fault_set_lasting(&p->fault, t->stop.status,
			    "%s: nothing was sent before the signal",
			    name_of(p));
		else
			fault_set_lasting(&p->fault, t->stop.status,
			    "%s: nothing was sent, because it would fail as it "
			    "did in %s",
			    name_of(p), t->stopped_by);
	}
}

/* --- waiting --- */

static bool
has_run(const struct place *p)
{
	return p->run.id != 0;
}

static void
wait_for_all(struct targets *t)
{
	const struct wait_order *waiting = t->places[0].order->waiting;
	struct watched *w;
	struct place *p;
	size_t i;

	t->runs = xcalloc(t->count, sizeof *t->runs);
	for (i = 0; i < t->count; i++) {
		p = &t->places[i];
		if (!has_run(p))
			continue;
		w = p->watched = &t->runs[t->run_count++];
		w->gh = p->gh;
		w->found = p->run;
	}
	if (t->run_count == 0)
		return;
	status_if_exhausted(STATUS_CONNECT,
	    "the runs that are told above are no longer being watched");
	wait_for_runs(
	    t->runs, t->run_count, t->clock, waiting, t->result, &t->lost);
	for (i = 0; i < t->count; i++) {
		p = &t->places[i];
		if (p->watched != NULL && p->watched->status != STATUS_OK &&
		    p->fault.status == STATUS_OK)
			set_fault(p, &p->watched->fault);
	}
}

/* --- telling --- */

/* All of them, as far as they are known, as one value. */
static void
write_targets(struct targets *t, bool is_open)
{
	struct result_target *list = xcalloc(t->count, sizeof *list);
	const struct place *p;
	struct fault f;
	size_t i;

	for (i = 0; i < t->count; i++) {
		p = &t->places[i];
		list[i] = (struct result_target){
			.repository = name_of(p),
			.run = has_run(p) ? &p->run : NULL,
			.watched = p->watched,
			.is_open = is_open && has_run(p),
			.status = p->fault.status,
		};
	}
	if (result_targets(t->result, list, t->count, &f) != STATUS_OK &&
	    t->lost.status == STATUS_OK)
		t->lost = f;
	free(list);
}

/* What a wait has not told yet: in the summary all that it did not see, in the
 * log, after a signal, also what is well. */
static void
tell_rest(struct targets *t)
{
	const struct place *p;
	size_t i;

	for (i = 0; i < t->count; i++) {
		p = &t->places[i];
		if (!has_run(p))
			summary_note(
			    &t->result->summary, name_of(p), p->fault.text);
		else if (p->watched == NULL)
			summary_write(&t->result->summary, &p->run, NULL);
		if (status_is_signal(t->stop.status) && has_run(p) &&
		    p->fault.status == STATUS_OK)
			log_info("%s: run %llu was dispatched: %s", name_of(p),
			    (unsigned long long)p->run.id, p->run.url);
	}
}

static enum status
sum_up(struct targets *t, struct fault *f)
{
	const struct fault **faults = xcalloc(t->count + 1, sizeof *faults);
	enum status status;
	size_t i;

	for (i = 0; i < t->count; i++)
		faults[i] = &t->places[i].fault;
	faults[t->count] = &t->lost;
	status = worst_sum_up(faults, t->count + 1, f);
	free(faults);
	return status;
}

/* --- all of it --- */

static void
open_places(
    struct targets *t, const struct github *gh, const struct target *targets)
{
	size_t i;

	t->places = xcalloc(t->count, sizeof *t->places);
	for (i = 0; i < t->count; i++) {
		t->places[i].order = &targets[i].order;
		t->places[i].gh = github_sibling(
		    gh, targets[i].owner, targets[i].repo);
	}
}

static void
close_places(struct targets *t)
{
	size_t i;

	for (i = 0; i < t->run_count; i++)
		watched_wipe(&t->runs[i]);
	free(t->runs);
	for (i = 0; i < t->count; i++) {
		found_run_wipe(&t->places[i].run);
		github_close(t->places[i].gh);
	}
	free(t->places);
}

enum status
targets_dispatch(struct github *gh, const struct clock *clock,
    const struct target *targets, size_t count, struct result *result,
    struct fault *f)
{
	struct targets t = {
		.clock = clock,
		.result = result,
		.count = count,
	};
	bool waits = targets[0].order.waiting != NULL;
	enum status status;

	status_if_exhausted(STATUS_UNKNOWN,
	    "what was dispatched is told above, except for the latest "
	    "dispatch");
	open_places(&t, gh, targets);
	dispatch_all(&t);
	end_unsent(&t);
	if (waits) {
		write_targets(&t, true);
		wait_for_all(&t);
	}
	write_targets(&t, false);
	tell_rest(&t);
	status = sum_up(&t, f);
	status_if_exhausted(STATUS_OUTPUT, NULL);
	close_places(&t);
	return status;
}

enum status
targets_print(struct github *gh, const struct target *targets, size_t count,
    struct fault *f)
{
	enum status status = STATUS_OK;
	struct github *place;
	size_t i;

	for (i = 0; i < count && status == STATUS_OK; i++) {
		place = github_sibling(gh, targets[i].owner, targets[i].repo);
		status = dispatch_print(place, &targets[i].order, f);
		github_close(place);
	}
	return status;
}
