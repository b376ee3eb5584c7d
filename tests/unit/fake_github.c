/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/interrupt.h"
#include "base/least.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_github.h"

#define JOBS_PER_PAGE 100

static struct github *
repository(const char *name)
{
	struct github *gh = xcalloc(1, sizeof *gh);

	gh->name = name;
	gh->epoch_ms = FAKE_EPOCH;
	gh->call_ms = 100;
	return gh;
}

struct github *
fake_github_new(void)
{
	fake_clock_reset();
	return repository("octo-org/octo-repo");
}

struct github *
fake_add_sibling(struct github *gh, const char *name)
{
	assert_true(gh->sibling_count < COUNT(gh->siblings));
	return gh->siblings[gh->sibling_count++] = repository(name);
}

void
fake_github_free(struct github *gh)
{
	size_t i;

	for (i = 0; i < gh->sibling_count; i++)
		fake_github_free(gh->siblings[i]);
	for (i = 0; i < gh->call_count; i++)
		free(gh->calls[i].body);
	free(gh->calls);
	free(gh);
}

void
fake_add_run(struct github *gh, struct fake_run run)
{
	assert_true(gh->run_count < COUNT(gh->runs));
	if (run.workflow_id == 0)
		run.workflow_id = FAKE_WORKFLOW_ID;
	if (run.repository_at == 0)
		run.repository_at = run.listed_at;
	if (run.name == NULL)
		run.name = "Deploy";
	if (run.title == NULL)
		run.title = "Deploy";
	if (run.event == NULL)
		run.event = "workflow_dispatch";
	if (run.path == NULL)
		run.path = FAKE_PATH;
	if (run.branch == NULL)
		run.branch = "main";
	gh->runs[gh->run_count++] = run;
}

void
fake_add_post(struct github *gh, struct fake_post post)
{
	assert_true(gh->post_count < COUNT(gh->posts));
	gh->posts[gh->post_count++] = post;
}

void
fake_add_failure(struct github *gh, struct fake_failure failure)
{
	assert_true(gh->failure_count < COUNT(gh->failures));
	if (failure.last == 0)
		failure.last = failure.first;
	gh->failures[gh->failure_count++] = failure;
}

void
fake_fail(struct github *gh, enum fake_kind kind, unsigned int first,
    unsigned int last, enum status status)
{
	fake_add_failure(gh,
	    (struct fake_failure){
		.kind = kind,
		.first = first,
		.last = last,
		.status = status,
	    });
}

void
fake_fail_lasting(struct github *gh, enum fake_kind kind, unsigned int first,
    unsigned int last, enum status status)
{
	fake_fail(gh, kind, first, last, status);
	gh->failures[gh->failure_count - 1].lasting = true;
}

size_t
fake_count(const struct github *gh, enum fake_kind kind, uint64_t run_id)
{
	size_t i, n = 0;

	for (i = 0; i < gh->call_count; i++)
		n += gh->calls[i].kind == kind &&
		    (run_id == 0 || gh->calls[i].run_id == run_id);
	return n;
}

const struct fake_call *
fake_nth(const struct github *gh, enum fake_kind kind, size_t n)
{
	size_t i;

	for (i = 0; i < gh->call_count; i++)
		if (gh->calls[i].kind == kind && n-- == 0)
			return &gh->calls[i];
	fail_msg("no such call");
	return NULL;
}

const char *
fake_url(uint64_t run_id)
{
	static char url[128];

	snprintf(url, sizeof url,
	    "https://github.com/octo-org/octo-repo/actions/runs/%" PRIu64,
	    run_id);
	return url;
}

uint64_t
fake_job_id(uint64_t run_id, size_t n)
{
	return run_id * 10000 + n + 1;
}

static struct fake_call *
begin(struct github *gh, struct fake_call call)
{
	check(gh->total++ < 50000, "a loop that does not end");
	if (gh->forgets && gh->call_count > 0)
		gh->call_count--;
	gh->calls = xreallocarray(
	    gh->calls, gh->call_count + 1, sizeof *gh->calls);
	call.at = fake_now();
	call.old_version = gh->old_version;
	gh->calls[gh->call_count] = call;
	return &gh->calls[gh->call_count++];
}

/* The server has answered, with a Date in whole seconds. */
static void
tell_time(struct github *gh)
{
	gh->has_answered = true;
	if (gh->no_date)
		return;
	gh->has_time = true;
	gh->time_ms = (gh->epoch_ms + fake_now()) / 1000 * 1000;
	gh->time_at = fake_now();
}

static const struct fake_failure *
failure_of(const struct github *gh, const struct fake_call *call)
{
	const struct fake_failure *f;
	const struct fake_call *c;
	unsigned int number;
	size_t i;

	for (i = 0; i < gh->failure_count; i++) {
		f = &gh->failures[i];
		number = 0;
		for (c = gh->calls; f->until == 0 && c <= call; c++)
			number += c->kind == f->kind &&
			    (f->run_id == 0 || c->run_id == f->run_id) &&
			    (f->page == 0 || c->page == f->page);
		if (call->kind == f->kind &&
		    (f->run_id == 0 || call->run_id == f->run_id) &&
		    (f->page == 0 || call->page == f->page) &&
		    (f->until > 0
			    ? fake_now() >= f->from && fake_now() < f->until
			    : number >= f->first && number <= f->last))
			return f;
	}
	return NULL;
}

/* The token's hour, and the quota's. */
static enum status
check_limits(struct github *gh, struct fault *f)
{
	if (gh->token_ends_at > 0 && fake_now() >= gh->token_ends_at)
		return fault_set_lasting(
		    f, STATUS_UNAUTHORIZED, "fake: bad credentials");
	if (!gh->has_quota)
		return STATUS_OK;
	while (fake_now() >= gh->quota_reset_at) {
		gh->quota_reset_at += 3600000;
		gh->quota = FAKE_QUOTA;
	}
	if (gh->quota > 0)
		return STATUS_OK;
	fault_set(f, STATUS_LIMITED, "fake: rate limit exceeded");
	f->wait_ms = gh->quota_reset_at - fake_now();
	return f->status;
}

/* A request to cancel that hangs. */
static bool
is_unheard(const struct github *gh, const struct fake_call *call)
{
	if (call->kind != FAKE_CANCEL && call->kind != FAKE_FORCE_CANCEL)
		return false;
	return gh->deaf || (gh->deaf_run != 0 && call->run_id == gh->deaf_run);
}

/* Time and failures of a call other than a dispatch. */
static enum status
carry_out(struct github *gh, struct fake_call *call, struct fault *f)
{
	int64_t left = call->deadline_ms == CLOCK_NEVER
	    ? FAKE_NEVER
	    : call->deadline_ms - FAKE_START - fake_now();
	int64_t takes = call->kind == FAKE_JOBS && gh->jobs_ms > 0 ? gh->jobs_ms
	    : is_unheard(gh, call)                                 ? FAKE_NEVER
				   : gh->call_ms;
	const struct fake_failure *failure;

	if (!interrupt_pending())
		fake_pass(takes < left ? takes : left > 0 ? left : 0);
	call->ended_at = fake_now();
	if (interrupt_pending())
		return call->status = interrupt_fault(f);
	if (takes > left)
		return call->status = fault_set(
			   f, STATUS_TIMEOUT, "fake: no answer in time");
	if ((failure = failure_of(gh, call)) != NULL) {
		fault_set(f, failure->status, "api.fake.example: call failed.");
		f->lasting = failure->lasting;
		f->early = failure->early;
		f->wait_ms = failure->wait_ms;
		if (f->status == STATUS_REFUSED ||
		    f->status == STATUS_FORBIDDEN ||
		    f->status == STATUS_NOT_FOUND ||
		    f->status == STATUS_LIMITED || f->status == STATUS_SERVER)
			tell_time(gh);
		return call->status = f->status;
	}
	tell_time(gh);
	return call->status = check_limits(gh, f);
}

/*
 * The answer as text, to tell whether it has changed.  A tag belongs to one
 * question; giving it with another is the caller's mistake.
 */
static bool
is_changed(struct github *gh, char **etag, const char *question,
    const struct buf *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	struct buf tag;
	bool same;
	size_t i;

	for (i = 0; i < text->len; i++)
		hash = (hash ^ (unsigned char)text->data[i]) *
		    UINT64_C(1099511628211);
	if (*etag != NULL)
		check(strncmp(*etag, question, strlen(question)) == 0,
		    "the tag %s was used to ask %s", *etag, question);
	buf_init(&tag, BUF_TEXT_MAX);
	buf_addf(&tag, "%s %016" PRIx64, question, hash);
	same = *etag != NULL && strcmp(*etag, buf_str(&tag)) == 0;
	if (!same && gh->quota > 0)
		gh->quota--;
	free(*etag);
	*etag = gh->no_etag ? NULL : xstrdup(buf_str(&tag));
	buf_free(&tag);
	return !same;
}

static int
newest_first(const void *a, const void *b)
{
	const struct fake_run *x = *(const struct fake_run *const *)a,
			      *y = *(const struct fake_run *const *)b;

	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static struct fake_run *
run_of(struct github *gh, uint64_t id)
{
	size_t i;

	for (i = 0; i < gh->run_count; i++)
		if (gh->runs[i].id == id)
			return &gh->runs[i];
	return NULL;
}

/* What the script says of now; its status is NULL if there is no run yet. */
static struct fake_state
state_of(const struct fake_run *r)
{
	struct fake_state state = { .status = "queued" };
	size_t i;

	if (r->state_count > 0)
		state.status = NULL;
	for (i = 0; i < r->state_count && r->states[i].at <= fake_now(); i++)
		state = r->states[i];
	if (r->over_at > 0 && fake_now() >= r->over_at) {
		state.status = "completed";
		state.conclusion = "cancelled";
	}
	if (state.attempt == 0)
		state.attempt = 1;
	if (state.conclusion == NULL)
		state.conclusion = "";
	return state;
}

/* So often its row has changed. */
static int64_t
updates_of(const struct fake_run *r)
{
	size_t n = 0;

	while (n < r->update_count && r->updates[n] <= fake_now())
		n++;
	return (int64_t)n;
}

static void
fill_run(const struct github *gh, struct run *run, const struct fake_run *r)
{
	struct fake_state state = state_of(r);

	run->id = r->id;
	run->workflow_id = r->no_workflow_id ? 0 : r->workflow_id;
	run->created_at = r->no_created_at
	    ? -1
	    : (gh->epoch_ms + r->created_at) / 1000;
	run->updated_at = run->created_at + updates_of(r);
	run->name = xstrdup(fake_now() >= r->titled_at ? r->name : "Deploy");
	run->display_title = xstrdup(
	    fake_now() >= r->titled_at ? r->title : "Deploy");
	run->event = xstrdup(r->event);
	run->status = xstrdup(state.status != NULL ? state.status : "queued");
	run->conclusion = xstrdup(state.conclusion);
	run->attempt = state.attempt;
	run->head_branch = xstrdup(r->branch);
	run->path = xstrdup(r->path);
	run->html_url = xstrdup(fake_url(r->id));
}

enum status
github_list_runs(struct github *gh, const char *workflow, unsigned int per_page,
    unsigned int page, int64_t deadline_ms, struct run_page *p, struct fault *f)
{
	const struct fake_run *seen[COUNT(gh->runs)], *r;
	struct fake_call *call;
	struct run_list list;
	struct buf text;
	char question[64];
	enum status status;
	size_t i, n = 0, from = (size_t)per_page * (page - 1);

	check(deadline_ms != CLOCK_NEVER, "a call without deadline");
	assert_in_range(per_page, 1, 100);
	assert_in_range(page, 1, UINT_MAX);
	call = begin(gh,
	    (struct fake_call){
		.kind = workflow != NULL ? FAKE_RUNS : FAKE_ALL_RUNS,
		.workflow = workflow,
		.per_page = per_page,
		.page = page,
		.deadline_ms = deadline_ms,
		.conditional = p->etag != NULL });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	for (i = 0; i < gh->run_count; i++) {
		r = &gh->runs[i];
		if (fake_now() >=
			(workflow != NULL ? r->listed_at : r->repository_at) &&
		    (workflow == NULL || r->workflow_id == FAKE_WORKFLOW_ID))
			seen[n++] = r;
	}
	qsort(seen, n, sizeof *seen, newest_first);
	memset(&list, 0, sizeof list);
	list.total = n;
	list.runs = xcalloc(per_page, sizeof *list.runs);
	buf_init(&text, BUF_TEXT_MAX);
	for (i = from; i < n && i < from + per_page; i++) {
		fill_run(gh, &list.runs[list.count], seen[i]);
		buf_addf(&text, "%" PRIu64 "|%s|%s|%s|%" PRId64 "\n",
		    seen[i]->id, list.runs[list.count].name,
		    list.runs[list.count].display_title,
		    list.runs[list.count].status,
		    list.runs[list.count].updated_at);
		list.count++;
	}
	buf_addf(&text, "%zu", n);
	snprintf(question, sizeof question, "%s %u %u",
	    workflow != NULL ? workflow : "*", per_page, page);
	p->changed = call->changed = is_changed(gh, &p->etag, question, &text);
	if (p->changed) {
		run_list_wipe(&p->list);
		p->list = list;
		p->has_next = n > from + per_page;
	} else {
		run_list_wipe(&list);
	}
	buf_free(&text);
	return STATUS_OK;
}

static void
add_step(struct job *job, const struct fake_job *j, const char *name, bool done)
{
	struct step *step = &job->steps[job->step_count];
	const char *last = job->step_count > 0 ? step[-1].conclusion : "";

	step->name = xstrdup(name);
	if (!done)
		step->conclusion = xstrdup("");
	else if (j->failed_step != NULL && strcmp(name, j->failed_step) == 0)
		step->conclusion = xstrdup("failure");
	else if (strcmp(last, "failure") == 0 || strcmp(last, "skipped") == 0)
		step->conclusion = xstrdup("skipped");
	else
		step->conclusion = xstrdup("success");
	job->step_count++;
}

static int64_t
seconds_at(const struct github *gh, int64_t ms)
{
	return (gh->epoch_ms + ms) / 1000;
}

static void
fill_job(const struct github *gh, struct job *job, const struct fake_run *r,
    const struct fake_job *j)
{
	bool over = r->over_at > 0 && fake_now() >= r->over_at;
	bool done = j->skipped || (j->done_at > 0 && fake_now() >= j->done_at);
	char url[160];
	size_t n;

	job->id = j->id != 0 ? j->id
			     : fake_job_id(r->id, (size_t)(j - r->jobs));
	job->attempt = j->attempt > 0 ? j->attempt : 1;
	job->name = xstrdup(j->name != NULL ? j->name : "job");
	job->status = xstrdup(done || over   ? "completed"
		: fake_now() >= j->set_up_at ? "in_progress"
					     : "queued");
	job->conclusion = xstrdup(j->skipped ? "skipped"
		: done ? (j->conclusion != NULL ? j->conclusion : "success")
		: over ? "cancelled"
		       : "");
	snprintf(url, sizeof url, "%s/job/%" PRIu64, fake_url(r->id), job->id);
	job->html_url = xstrdup(j->no_url ? "" : url);
	job->started_at = fake_now() >= j->set_up_at
	    ? seconds_at(gh, j->set_up_at)
	    : -1;
	job->completed_at = done ? seconds_at(gh, j->done_at) : -1;
	job->steps = xcalloc(1 + COUNT(j->steps), sizeof *job->steps);
	if (j->skipped || (fake_now() < j->set_up_at && !done))
		return;
	if (!j->no_set_up)
		add_step(job, j, "Set up job", done);
	if (fake_now() < j->steps_at && !done)
		return;
	for (n = 0; n < COUNT(j->steps) && j->steps[n] != NULL; n++)
		add_step(job, j, j->steps[n], done);
}

/* All that changes in a job. */
static void
add_job_text(struct buf *text, const struct job *job)
{
	size_t i;

	buf_addf(
	    text, "%" PRIu64 "|%s|%s", job->id, job->status, job->conclusion);
	for (i = 0; i < job->step_count; i++)
		buf_addf(text, "|%s", job->steps[i].name);
	buf_addc(text, '\n');
}

enum status
github_newest_run(struct github *gh, const char *workflow, const char *ref,
    int64_t connect_by_ms, int64_t deadline_ms, uint64_t *run_id, bool *sent,
    struct fault *f)
{
	struct run_page page;
	enum status status;

	(void)ref;
	check(connect_by_ms > 0 && connect_by_ms != CLOCK_NEVER,
	    "a connection without an end");
	memset(&page, 0, sizeof page);
	status = github_list_runs(gh, workflow, 1, 1, deadline_ms, &page, f);
	*run_id = page.list.count > 0 ? page.list.runs[0].id : 0;
	*sent = status != STATUS_CONNECT && status != STATUS_RESOLVE &&
	    status != STATUS_NO_HOST && status != STATUS_TLS;
	run_page_wipe(&page);
	return status;
}

enum status
github_list_jobs(struct github *gh, uint64_t run_id,
    enum github_attempts attempts, unsigned int page, int64_t deadline_ms,
    struct job_page *p, struct fault *f)
{
	size_t i, n = 0, from = (size_t)JOBS_PER_PAGE * (page - 1);
	const struct fake_run *run = run_of(gh, run_id);
	const struct fake_job *j;
	struct fake_call *call;
	struct job_list list;
	enum status status;
	struct buf text;
	char question[64];

	assert_in_range(page, 1, UINT_MAX);
	call = begin(gh,
	    (struct fake_call){
		.kind = FAKE_JOBS,
		.run_id = run_id,
		.page = page,
		.deadline_ms = deadline_ms,
		.attempts = attempts,
		.conditional = p->etag != NULL,
	    });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	check(run != NULL, "jobs of a run that there is not");
	memset(&list, 0, sizeof list);
	list.jobs = xcalloc(JOBS_PER_PAGE, sizeof *list.jobs);
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < run->job_count; i++) {
		j = &run->jobs[i];
		if (fake_now() < j->listed_at ||
		    (attempts == GITHUB_LATEST_ATTEMPT &&
			state_of(run).attempt !=
			    (j->attempt > 0 ? j->attempt : 1)))
			continue;
		if (n >= from && n < from + JOBS_PER_PAGE) {
			fill_job(gh, &list.jobs[list.count], run, j);
			add_job_text(&text, &list.jobs[list.count]);
			list.count++;
		}
		n++;
	}
	list.total = n;
	buf_addf(&text, "%zu", n);
	snprintf(question, sizeof question, "jobs %" PRIu64 " %d %u", run_id,
	    attempts, page);
	p->changed = call->changed = is_changed(gh, &p->etag, question, &text);
	if (p->changed) {
		job_list_wipe(&p->list);
		p->list = list;
		p->has_next = n > from + JOBS_PER_PAGE;
	} else {
		job_list_wipe(&list);
	}
	buf_free(&text);
	return STATUS_OK;
}

enum status
github_get_run(struct github *gh, uint64_t run_id, int64_t deadline_ms,
    struct run_state *s, struct fault *f)
{
	const struct fake_run *r = run_of(gh, run_id);
	struct fake_call *call;
	struct fake_state now;
	enum status status;
	struct buf text;
	char question[64];

	call = begin(gh,
	    (struct fake_call){
		.kind = FAKE_RUN,
		.run_id = run_id,
		.deadline_ms = deadline_ms,
		.conditional = s->etag != NULL,
	    });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	if (r == NULL || (now = state_of(r)).status == NULL)
		return call->status = fault_set(
			   f, STATUS_NOT_FOUND, "fake: not found");
	buf_init(&text, BUF_TEXT_MAX);
	buf_addf(
	    &text, "%s|%s|%" PRIu64, now.status, now.conclusion, now.attempt);
	snprintf(question, sizeof question, "run %" PRIu64, run_id);
	s->changed = call->changed = is_changed(gh, &s->etag, question, &text);
	if (s->changed) {
		run_wipe(&s->run);
		fill_run(gh, &s->run, r);
	}
	buf_free(&text);
	return STATUS_OK;
}

enum status
github_cancel_run(struct github *gh, uint64_t run_id, bool force,
    int64_t deadline_ms, bool *was_over, struct fault *f)
{
	struct fake_run *r = run_of(gh, run_id);
	struct fake_call *call;
	enum status status;
	int64_t over_at;

	check(deadline_ms != CLOCK_NEVER, "a call without deadline");
	*was_over = false;
	call = begin(gh,
	    (struct fake_call){
		.kind = force ? FAKE_FORCE_CANCEL : FAKE_CANCEL,
		.run_id = run_id,
		.deadline_ms = deadline_ms,
	    });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	if (r == NULL || state_of(r).status == NULL)
		return call->status = fault_set(
			   f, STATUS_NOT_FOUND, "fake: not found");
	*was_over = strcmp(state_of(r).status, "completed") == 0;
	over_at = fake_now() + (force ? r->force_ms : r->cancel_ms);
	if (!*was_over && (r->over_at == 0 || over_at < r->over_at))
		r->over_at = over_at;
	return STATUS_OK;
}

static const struct fake_job *
job_of(const struct github *gh, uint64_t job_id)
{
	const struct fake_run *r;
	size_t i, k;

	for (i = 0; i < gh->run_count; i++)
		for (r = &gh->runs[i], k = 0; k < r->job_count; k++)
			if (job_id ==
			    (r->jobs[k].id != 0 ? r->jobs[k].id
						: fake_job_id(r->id, k)))
				return &r->jobs[k];
	return NULL;
}

enum status
github_job_log(struct github *gh, uint64_t job_id, int64_t deadline_ms,
    response_sink sink, void *ctx, struct fault *f)
{
	const struct fake_job *j = job_of(gh, job_id);
	struct fake_call *call;
	enum status status;
	const char *text;
	size_t i;

	check(deadline_ms != CLOCK_NEVER, "a call without deadline");
	call = begin(gh,
	    (struct fake_call){
		.kind = FAKE_LOG,
		.run_id = job_id,
		.deadline_ms = deadline_ms,
	    });
	check(j != NULL, "the log of a job that there is not");
	status = carry_out(gh, call, f);
	if (status != STATUS_OK && status != STATUS_CLOSED)
		return status;
	text = j->log != NULL ? j->log : "a line\n";
	for (i = 0; i <= (j->log_repeats > 0 ? j->log_repeats - 1 : 0); i++)
		sink(ctx, text, strlen(text));
	return status;
}

void
github_add_run_url(const struct github *gh, struct buf *out, uint64_t run_id)
{
	(void)gh;
	buf_adds(out, fake_url(run_id));
}

bool
github_renew_token(struct github *gh)
{
	gh->renewals++;
	if (gh->fresh_tokens == 0)
		return false;
	gh->fresh_tokens--;
	gh->tokens++;
	gh->token_ends_at = gh->token_life_ms > 0
	    ? fake_now() + gh->token_life_ms
	    : 0;
	return true;
}

bool
github_quota(const struct github *gh, uint64_t *left, int64_t *reset_in_ms)
{
	*left = gh->quota;
	*reset_in_ms = gh->quota_reset_at > fake_now()
	    ? gh->quota_reset_at - fake_now()
	    : 0;
	return gh->has_quota && gh->has_time;
}

static bool
may_have_started(enum dispatch_outcome outcome)
{
	return outcome == DISPATCH_IDENTIFIED || outcome == DISPATCH_ACCEPTED ||
	    outcome == DISPATCH_UNKNOWN;
}

/* What a POST that is not sent takes is all taken in github_dispatch. */
enum status
github_connect(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	(void)f;
	check(deadline_ms > FAKE_START + fake_now(),
	    "a POST without time to connect");
	gh->connect_by_ms = deadline_ms;
	return STATUS_OK;
}

enum dispatch_outcome
github_dispatch(struct github *gh, const struct dispatch_call *c,
    struct found_run *run, struct fault *f)
{
	int64_t answer_ms = c->deadline_ms - FAKE_START - fake_now();
	struct fake_post *post = &gh->posts[gh->posted];
	struct fake_call *call;

	memset(run, 0, sizeof *run);
	call = begin(gh,
	    (struct fake_call){
		.kind = FAKE_POST,
		.workflow = c->workflow,
		.deadline_ms = c->deadline_ms,
		.answer_ms = answer_ms,
		.body = xstrdup(c->body),
	    });
	check(gh->posted < gh->post_count, "a POST more than there should be");
	check(gh->posted == 0 || !may_have_started(post[-1].outcome),
	    "a second dispatch, after one that may have started a run");
	gh->posted++;
	check(answer_ms > 0, "a POST without time for the answer");
	if (post->outcome == DISPATCH_NOT_SENT) {
		fake_pass(least(post->took_ms,
		    gh->connect_by_ms - FAKE_START - fake_now()));
	} else if (post->took_ms > answer_ms) {
		fake_pass(answer_ms);
		post->outcome = DISPATCH_UNKNOWN;
		post->status = STATUS_TIMEOUT;
	} else {
		fake_pass(post->took_ms);
	}
	call->ended_at = fake_now();
	if (interrupt_pending() && post->outcome == DISPATCH_UNKNOWN) {
		interrupt_fault(f);
		return post->outcome;
	}
	if (post->outcome == DISPATCH_IDENTIFIED) {
		run->id = post->run_id;
		run->url = xstrdup(fake_url(post->run_id));
	} else if (post->outcome != DISPATCH_ACCEPTED) {
		fault_set(f, post->status, "fake: dispatch failed");
		f->lasting = post->lasting;
		f->wait_ms = post->wait_ms;
	}
	if (post->outcome != DISPATCH_NOT_SENT &&
	    (post->outcome != DISPATCH_UNKNOWN ||
		post->status == STATUS_SERVER))
		tell_time(gh);
	return post->outcome;
}

const char *
github_repository(const struct github *gh)
{
	return gh->name;
}

void
github_dispatch_preview(
    struct github *gh, const struct dispatch_call *c, struct buf *out)
{
	(void)gh;
	buf_addf(out, "POST %s\n\n%s\n", c->workflow, c->body);
}

static bool
is_named(const struct github *gh, const char *owner, const char *repo)
{
	size_t len = strlen(owner);

	return strncmp(gh->name, owner, len) == 0 && gh->name[len] == '/' &&
	    strcmp(gh->name + len + 1, repo) == 0;
}

/* The same one under its own name: each call is recorded in one place. */
struct github *
github_sibling(const struct github *gh, const char *owner, const char *repo)
{
	size_t i;

	for (i = 0; i < gh->sibling_count; i++)
		if (is_named(gh->siblings[i], owner, repo))
			return gh->siblings[i];
	assert_true(is_named(gh, owner, repo));
	return (struct github *)gh;
}

void
github_close(struct github *gh)
{
	(void)gh;
}

const char *
github_who(const struct github *gh)
{
	(void)gh;
	return "api.fake.example";
}

bool
github_is_cloud(const struct github *gh)
{
	return !gh->is_ghes;
}

enum github_tells
github_tells(const struct github *gh)
{
	/* Every answer tells, also the one that is a failure. */
	return gh->has_answered ? gh->tells : GITHUB_TELLS_UNKNOWN;
}

void
github_use_old_version(struct github *gh)
{
	gh->old_version = true;
}

bool
github_server_now(const struct github *gh, int64_t *now_ms)
{
	*now_ms = gh->time_ms + fake_now() - gh->time_at;
	return gh->has_time;
}

void
run_page_wipe(struct run_page *p)
{
	run_list_wipe(&p->list);
	free(p->etag);
	memset(p, 0, sizeof *p);
}

void
job_page_wipe(struct job_page *p)
{
	job_list_wipe(&p->list);
	free(p->etag);
	memset(p, 0, sizeof *p);
}

void
run_state_wipe(struct run_state *s)
{
	run_wipe(&s->run);
	free(s->etag);
	memset(s, 0, sizeof *s);
}
