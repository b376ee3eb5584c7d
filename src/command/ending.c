/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "command/ending.h"
#include "command/verdict.h"
#include "command/worst.h"

/* The command that waits for it, for that purpose. */
static void
add_command(struct watched *w, const char *purpose)
{
	struct buf url;

	buf_init(&url, BUF_TEXT_MAX);
	if (w->seen)
		buf_adds(&url, w->state.run.html_url);
	else
		github_add_run_url(w->gh, &url, w->found.id);
	fault_add(
	    &w->fault, " %s: return-dispatch await %s", purpose, buf_str(&url));
	buf_free(&url);
}

/* How it was when it was last seen, and how to go on. */
static void
add_whereabouts(struct watched *w)
{
	if (w->seen)
		fault_add(&w->fault,
		    " The run was %s when last seen, and is "
		    "no longer being watched.",
		    watched_state(w));
	else
		fault_add(&w->fault,
		    " The run was not seen, so it is not "
		    "known whether it is running.");
	add_command(w, "To resume the wait");
}

/* "a, b, c", cut where it would get too long. */
static void
add_job_names(struct watched *w)
{
	struct fault *f = &w->fault;
	const struct job *job;
	size_t n;

	if (watched_job(w, 0) == NULL)
		fault_add(f, "none");
	for (n = 0; (job = watched_job(w, n)) != NULL; n++) {
		if (strlen(f->text) > FAULT_TEXT_MAX / 2) {
			fault_add(f, ", ...");
			break;
		}
		fault_add(f, "%s\"%s\"", n > 0 ? ", " : "", job->name);
	}
}

void
ending_run_failed(struct watched *w)
{
	const struct run *run = &w->state.run;

	fault_set_lasting(&w->fault, STATUS_FAILED, "run %llu %s%s%s: %s",
	    watched_id(w), verdict_verb(run->conclusion), run->conclusion,
	    *run->conclusion == '\0' || verdict_is_known(run->conclusion)
		? ""
		: ", which is not a known conclusion and counts as a failure",
	    run->html_url);
}

void
ending_job_failed(struct watched *w, const struct job *job)
{
	fault_set_lasting(&w->fault, STATUS_FAILED,
	    "job \"%s\" of run %llu %s%s: %s", job->name, watched_id(w),
	    verdict_verb(job->conclusion), job->conclusion,
	    watched_job_url(w, job));
}

void
ending_job_missing(struct watched *w, const char *name)
{
	const char *conclusion = w->state.run.conclusion;

	fault_set_lasting(&w->fault, STATUS_FAILED,
	    "run %llu %s%s and has no job \"%s\"; its jobs are: ",
	    watched_id(w), verdict_verb(conclusion), conclusion, name);
	add_job_names(w);
}

void
ending_look_failed(
    struct watched *w, const struct fault *look, bool was_accepted)
{
	struct fault *f = &w->fault;

	fault_set_lasting(
	    f, look->status, "run %llu: %s", watched_id(w), look->text);
	fault_end_sentence(f);
	if (look->status == STATUS_UNAUTHORIZED && was_accepted)
		fault_add(f,
		    " The token was accepted before, so it may have "
		    "expired. A token given with --token-file is re-read, so "
		    "it can be replaced during the wait.");
	if (look->status == STATUS_NOT_FOUND && w->seen)
		fault_add(f,
		    " The run is gone: it was deleted, or the token "
		    "has lost access to it. It was %s when last seen: %s",
		    watched_state(w), w->state.run.html_url);
	else if (w->seen)
		add_whereabouts(w);
}

void
ending_interrupted(
    struct watched *w, const struct cancel *c, bool was_to_cancel)
{
	interrupt_fault(&w->fault);
	fault_end_sentence(&w->fault);
	/* Why a request before was refused was told then. */
	if (was_to_cancel || c->state == CANCEL_ASKED ||
	    c->state == CANCEL_OVER)
		cancel_add_outcome(c, &w->fault);
	else
		fault_add(
		    &w->fault, " Run %llu was not cancelled.", watched_id(w));
	if (c->state == CANCEL_OVER)
		add_command(w, "To see how it ended");
	else
		add_whereabouts(w);
}

/* The run may be well, but the last look was not. */
static void
add_last_look(struct watched *w, const struct ending_timeout *t)
{
	fault_set(&w->fault,
	    t->look->status == STATUS_NOT_FOUND ? STATUS_TIMEOUT
						: t->look->status,
	    "run %llu: %s", watched_id(w), t->look->text);
	fault_end_sentence(&w->fault);
	if (t->look->status == STATUS_LIMITED || t->look->wait_ms > t->left_ms)
		fault_add(
		    &w->fault, " That is longer than the timeout allows.");
}

static void
add_not_concluded(struct watched *w, const struct ending_timeout *t)
{
	struct fault *f = &w->fault;
	bool failed = t->look->status != STATUS_OK;

	fault_set_lasting(f, STATUS_WAIT_TIMEOUT,
	    "%s %llu had not concluded %s.%s%s",
	    t->has_names ? "the named jobs of run" : "run", watched_id(w),
	    t->left_ms == 0
		? "before the timeout"
		: "yet, and the server asks for a longer pause than the "
		  "timeout allows",
	    failed ? " The last look failed: " : "",
	    failed ? t->look->text : "");
	if (t->is_untold)
		fault_add(f, " GitHub has reported no conclusion yet.");
	if (t->missing != NULL) {
		fault_add(
		    f, " No job \"%s\" was seen; its jobs are: ", t->missing);
		add_job_names(w);
		fault_end_sentence(f);
	}
}

void
ending_timed_out(struct watched *w, const struct ending_timeout *t)
{
	if (t->look->status == STATUS_OK ||
	    (w->seen && t->look->status != STATUS_LIMITED))
		add_not_concluded(w, t);
	else
		add_last_look(w, t);
	add_whereabouts(w);
}

enum status
ending_sum_up(const struct watched *runs, size_t count, struct fault *f)
{
	const struct fault **faults = xcalloc(count, sizeof *faults);
	enum status status;
	size_t i;

	for (i = 0; i < count; i++)
		faults[i] = &runs[i].fault;
	status = worst_sum_up(faults, count, f);
	free(faults);
	return status;
}
