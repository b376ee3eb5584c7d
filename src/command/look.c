/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdio.h>
#include <string.h>

#include "base/least.h"
#include "base/log.h"
#include "command/ending.h"
#include "command/joblog.h"
#include "command/look.h"
#include "command/pace.h"
#include "command/report.h"

#define UNTOLD_MS     10000  /* for a conclusion that is not told yet */
#define MISSING_LOOKS 2      /* jobs may be listed later than the run ends */
#define JOBS_MS       10000  /* to list what failed, which is a courtesy */
#define LOGS_MS       300000 /* for all logs of a run, */
#define LOGS_SHARE_MS 10000  /* but that while other runs wait */
#define COURTESY_MS   10000  /* all of these beyond the timeout */

int64_t
look_courtesy_ends(const struct wait *w, int64_t most_ms)
{
	return least(
	    clock_after(w->clock, most_ms), plus(w->deadline_ms, COURTESY_MS));
}

void
look_take_hint(struct wait *w, const struct fault *f)
{
	w->hint_ms = most(w->hint_ms, pace_hint(f, w->failures));
}

size_t
look_count_open(const struct wait *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->count; i++)
		n += !w->runs[i].ended;
	return n;
}

/* Writes what is new about a run: that it was found, or has ended. */
static void
write_result(struct wait *w, const struct watched *run)
{
	struct found_run found = watched_found(run);
	enum status status;
	struct fault f;

	/* Of a given run that was never seen there is nothing to tell. */
	if (!run->seen && watched_is_given(run))
		return;
	/* Stdout may be the same terminal; the table comes back by itself. */
	log_area(NULL);
	status = run->ended ? result_ended(w->result, &found, run, &f)
			    : result_found(w->result, &found, &f);
	if (status != STATUS_OK && w->lost.status == STATUS_OK)
		w->lost = f;
}

/* --- the end of a run's wait --- */

void
look_end(struct wait *w, struct vigil *v, enum status status)
{
	v->run->ended = true;
	v->run->status = status;
	write_result(w, v->run);
}

/* What failed, and its logs: for people. */
static void
report(struct wait *w, struct watched *run)
{
	int64_t began_ms = clock_now(w->clock);
	struct fault ignored;

	if (watched_read_jobs(run, look_courtesy_ends(w, JOBS_MS), &ignored) ==
	    STATUS_OK) {
		report_failures(run);
		if (w->order->log_lines > 0)
			joblog_print_failed(w->clock, run, w->order->log_lines,
			    look_courtesy_ends(w,
				look_count_open(w) > 1 ? LOGS_SHARE_MS
						       : LOGS_MS));
	} else if (!status_is_signal(ignored.status)) {
		log_warning("the jobs of run %llu cannot be listed: %s",
		    watched_id(run), ignored.text);
	}
	w->reported_ms += clock_now(w->clock) - began_ms;
}

/* As await-remote-run does if it was given a cancel timeout: a named job that
 * fails cancels what is left of the run. */
static void
cancel_rest(struct wait *w, struct vigil *v)
{
	if (w->order->cancel_after_ms == WAIT_NEVER ||
	    watched_is_over(v->run) || v->cancel->state == CANCEL_ASKED)
		return;
	v->cancel->state = CANCEL_OPEN;
	cancel_insist(v->cancel, 1, w->clock);
	fault_add(&v->run->fault, ".");
	cancel_add_outcome(v->cancel, &v->run->fault);
}

/* The run, or that job of it, did not succeed. */
static void
end_failed(struct wait *w, struct vigil *v, const struct job *job)
{
	if (job != NULL) {
		ending_job_failed(v->run, job);
		cancel_rest(w, v);
	} else {
		ending_run_failed(v->run);
	}
	report(w, v->run);
	look_end(w, v, STATUS_FAILED);
}

/* --- the verdict --- */

struct verdict_jobs
look_judge_jobs(const struct wait *w, const struct watched *run,
    const struct job_pages *all)
{
	return verdict_of_jobs(
	    &run->jobs, all, w->order->jobs, w->order->job_count);
}

/* Over, without a conclusion: may it still come? */
static bool
is_awaiting_conclusion(const struct wait *w, struct vigil *v)
{
	if (v->untold_ends_ms == 0)
		v->untold_ends_ms = clock_after(w->clock, UNTOLD_MS);
	return clock_left(w->clock, v->untold_ends_ms) > 0;
}

/* There was a failure: is it still time to wait for a new attempt? */
static bool
is_in_grace(const struct wait *w, struct vigil *v)
{
	int64_t now_ms = clock_now(w->clock);

	if (w->order->rerun_grace_ms == 0 || w->is_last)
		return false;
	/* Nobody runs again what we have cancelled. */
	if (v->cancel->state == CANCEL_ASKED || v->cancel->state == CANCEL_OVER)
		return false;
	if (verdict_begin_grace(&v->grace, v->run->state.run.attempt,
		plus(now_ms, w->order->rerun_grace_ms)))
		log_info("run %llu failed; waiting for a new attempt",
		    watched_id(v->run));
	return now_ms < v->grace.ends_ms;
}

/* More than one, as far as is told. */
static bool
has_attempts(const struct watched *run)
{
	return run->state.run.attempt != 1;
}

/* The run is over, and a job that was named is not among its jobs. */
static void
judge_without(struct wait *w, struct vigil *v, const char *missing)
{
	struct watched *run = v->run;

	v->missing_looks = missing != NULL && watched_is_over(run)
	    ? v->missing_looks + 1
	    : 0;
	if (v->missing_looks < (w->is_last ? 1 : MISSING_LOOKS))
		return;
	/* Not before all attempts have been read. */
	if (has_attempts(run) && watched_all_jobs(run) == NULL)
		return;
	ending_job_missing(run, missing);
	look_end(w, v, STATUS_FAILED);
}

void
look_judge(struct wait *w, struct vigil *v)
{
	const struct run *run = &v->run->state.run;
	struct verdict_jobs jobs = { .verdict = VERDICT_SUCCESS };

	if (w->order->job_count > 0)
		jobs = look_judge_jobs(w, v->run, watched_all_jobs(v->run));
	else
		jobs.verdict = verdict_of(run->status, run->conclusion);
	if (jobs.verdict != VERDICT_UNTOLD)
		v->untold_ends_ms = 0;
	else if (!is_awaiting_conclusion(w, v))
		jobs.verdict = VERDICT_FAILURE;
	switch (jobs.verdict) {
	case VERDICT_SUCCESS:
		look_end(w, v, STATUS_OK);
		break;
	case VERDICT_OPEN:
		v->grace.ends_ms = 0;
		judge_without(w, v, jobs.missing);
		break;
	case VERDICT_UNTOLD:
		judge_without(w, v, jobs.missing);
		break;
	case VERDICT_FAILURE:
		if (!is_in_grace(w, v))
			end_failed(w, v, jobs.job);
		break;
	}
}

/* --- a look --- */

/* The named jobs that the latest attempt does not list, and will not: it is
 * over, and had the time to. */
static bool
wants_all_attempts(const struct wait *w, const struct vigil *v)
{
	return watched_is_over(v->run) && has_attempts(v->run) &&
	    v->missing_looks + 1 >= MISSING_LOOKS &&
	    look_judge_jobs(w, v->run, NULL).missing != NULL;
}

/* The requests of one look. */
static enum status
ask(const struct wait *w, struct vigil *v, int64_t deadline_ms, struct fault *f)
{
	struct watched *run = v->run;
	enum status status;

	status = github_get_run(
	    run->gh, run->found.id, deadline_ms, &run->state, f);
	if (status != STATUS_OK)
		return status;
	v->retry.accepted = true;
	if (w->order->job_count > 0 || w->order->live)
		status = watched_read_jobs(run, deadline_ms, f);
	if (status == STATUS_OK && wants_all_attempts(w, v))
		status = watched_read_all_jobs(run, deadline_ms, f);
	return status;
}

/* Of several repositories, lines about a run name its own. */
static void
begin_lines(const struct wait *w, const struct vigil *v)
{
	if (w->result->order.has_targets)
		log_about(github_repository(v->run->gh));
}

static void
end_lines(void)
{
	log_about(NULL);
}

/* A look failed: true if another may help, and not before again_ms. */
static bool
may_pass(const struct wait *w, struct vigil *v, const struct fault *f)
{
	int64_t now_ms = clock_now(w->clock);
	struct retry_advice advice = retry_renewed(
	    &v->retry, v->run->gh, f, now_ms);

	v->again_ms = 0;
	if (advice.when != RETRY_AFTER)
		return advice.when != RETRY_NEVER;
	v->again_ms = now_ms + advice.pause_ms;
	return true;
}

static void
look_failed(struct wait *w, struct vigil *v, const struct fault *f)
{
	bool is_news = w->failures == 0 && v->look.status != f->status;

	v->look = *f;
	if (!may_pass(w, v, f)) {
		ending_look_failed(v->run, f, v->retry.accepted);
		look_end(w, v, f->status);
		return;
	}
	begin_lines(w, v);
	if (is_news)
		log_info("run %llu: %s Retrying.", watched_id(v->run), f->text);
	else
		log_debug("run %llu: %s", watched_id(v->run), f->text);
	end_lines();
	look_take_hint(w, f);
}

/* A line if the state is another than the one told last: an answer is also new
 * for reasons that nobody wants to read about. */
static void
show_change(const struct wait *w, struct vigil *v)
{
	const struct run *run = &v->run->state.run;
	char state[sizeof v->shown];

	(void)snprintf(state, sizeof state, "%s/%s/%llu", run->status,
	    run->conclusion, (unsigned long long)run->attempt);
	if (strcmp(state, v->shown) == 0)
		return;
	strlcpy(v->shown, state, sizeof v->shown);
	begin_lines(w, v);
	report_change(v->run);
	end_lines();
}

static void
look_succeeded(struct wait *w, struct vigil *v)
{
	retry_succeeded(&v->retry);
	v->again_ms = 0;
	v->look.status = STATUS_OK;
	if (!v->run->seen) {
		v->run->seen = true;
		if (watched_is_given(v->run))
			write_result(w, v->run);
	}
	if (v->run->state.changed && !w->order->live)
		show_change(w, v);
	look_judge(w, v);
}

enum status
look_at(struct wait *w, struct vigil *v, int64_t deadline_ms)
{
	enum status status;
	struct fault f;

	status = ask(w, v, deadline_ms, &f);
	if (status_is_signal(status))
		return status;
	if (status == STATUS_OK) {
		look_succeeded(w, v);
		return status;
	}
	fault_end_sentence(&f);
	look_failed(w, v, &f);
	/* What has a pause of its own, and a run that is not there yet, are no
	 * failure of the server. */
	return v->run->ended || v->again_ms > 0 || status == STATUS_NOT_FOUND
	    ? STATUS_OK
	    : status;
}
