#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_github.h"

#define JOBS_PER_PAGE	100

struct github *
fake_github_new(void)
{
	struct github *gh = xcalloc(1, sizeof *gh);

	fake_clock_reset();
	gh->epoch_ms = FAKE_EPOCH;
	gh->call_ms = 100;
	return gh;
}

void
fake_github_free(struct github *gh)
{
	size_t i;

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

	snprintf(url, sizeof url, "https://github.com/octo-org/octo-repo/"
	    "actions/runs/%" PRIu64, run_id);
	return url;
}

static struct fake_call *
begin(struct github *gh, struct fake_call call)
{
	check(gh->call_count < 20000, "a loop that does not end");
	gh->calls = xreallocarray(gh->calls, gh->call_count + 1,
	    sizeof *gh->calls);
	call.at = fake_now();
	call.old_version = gh->old_version;
	gh->calls[gh->call_count] = call;
	return &gh->calls[gh->call_count++];
}

/* The server has answered, with a Date in whole seconds. */
static void
tell_time(struct github *gh)
{
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
		for (c = gh->calls; c <= call; c++)
			number += c->kind == f->kind &&
			    (f->run_id == 0 || c->run_id == f->run_id) &&
			    (f->page == 0 || c->page == f->page);
		if (call->kind == f->kind &&
		    (f->run_id == 0 || call->run_id == f->run_id) &&
		    (f->page == 0 || call->page == f->page) &&
		    number >= f->first && number <= f->last)
			return f;
	}
	return NULL;
}

/* Time and failures of a GET. */
static enum status
carry_out(struct github *gh, struct fake_call *call, struct fault *f)
{
	int64_t left = call->deadline_ms - FAKE_START - fake_now();
	const struct fake_failure *failure;

	check(call->deadline_ms != CLOCK_NEVER, "a call without deadline");
	if (!interrupt_pending())
		fake_pass(gh->call_ms < left ? gh->call_ms :
		    left > 0 ? left : 0);
	call->ended_at = fake_now();
	if (interrupt_pending())
		return call->status = interrupt_fault(f);
	if (gh->call_ms > left)
		return call->status = fault_set(f, STATUS_TIMEOUT,
		    "fake: no answer in time");
	if ((failure = failure_of(gh, call)) != NULL) {
		fault_set(f, failure->status, "fake: call failed.");
		f->lasting = failure->lasting;
		f->wait_ms = failure->wait_ms;
		if (f->status == STATUS_REFUSED ||
		    f->status == STATUS_NOT_FOUND ||
		    f->status == STATUS_LIMITED || f->status == STATUS_SERVER)
			tell_time(gh);
		return call->status = f->status;
	}
	tell_time(gh);
	return call->status = STATUS_OK;
}

/*
 * The answer as text, to tell whether it has changed.  A tag belongs to one
 * question; giving it with another is the caller's mistake.
 */
static bool
is_changed(const struct github *gh, char **etag, const char *question,
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

static void
fill_run(const struct github *gh, struct run *run, const struct fake_run *r)
{
	run->id = r->id;
	run->workflow_id = r->no_workflow_id ? 0 : r->workflow_id;
	run->created_at = r->no_created_at ? -1 :
	    (gh->epoch_ms + r->created_at) / 1000;
	run->name = xstrdup(fake_now() >= r->titled_at ? r->name : "Deploy");
	run->display_title = xstrdup(fake_now() >= r->titled_at ? r->title :
	    "Deploy");
	run->event = xstrdup(r->event);
	run->status = xstrdup("queued");
	run->path = xstrdup(r->path);
	run->html_url = xstrdup(fake_url(r->id));
}

enum status
github_list_runs(struct github *gh, const char *workflow,
    unsigned int per_page, unsigned int page, int64_t deadline_ms,
    struct run_page *p, struct fault *f)
{
	const struct fake_run *seen[COUNT(gh->runs)], *r;
	struct fake_call *call;
	struct run_list list;
	struct buf text;
	char question[64];
	enum status status;
	size_t i, n = 0, from = (size_t)per_page * (page - 1);

	assert_in_range(per_page, 1, 100);
	assert_in_range(page, 1, UINT_MAX);
	call = begin(gh, (struct fake_call){
	    .kind = workflow != NULL ? FAKE_RUNS : FAKE_ALL_RUNS,
	    .workflow = workflow, .per_page = per_page, .page = page,
	    .deadline_ms = deadline_ms, .conditional = p->etag != NULL });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	for (i = 0; i < gh->run_count; i++) {
		r = &gh->runs[i];
		if (fake_now() >= (workflow != NULL ? r->listed_at :
		    r->repository_at) && (workflow == NULL ||
		    r->workflow_id == FAKE_WORKFLOW_ID))
			seen[n++] = r;
	}
	qsort(seen, n, sizeof *seen, newest_first);
	memset(&list, 0, sizeof list);
	list.total = n;
	list.runs = xcalloc(per_page, sizeof *list.runs);
	buf_init(&text, BUF_TEXT_MAX);
	for (i = from; i < n && i < from + per_page; i++) {
		fill_run(gh, &list.runs[list.count], seen[i]);
		buf_addf(&text, "%" PRIu64 "|%s|%s\n", seen[i]->id,
		    list.runs[list.count].name,
		    list.runs[list.count].display_title);
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
fill_job(struct job *job, const struct fake_job *j)
{
	bool done = j->skipped || (j->done_at > 0 && fake_now() >= j->done_at);
	size_t n;

	job->name = xstrdup(j->name != NULL ? j->name : "job");
	job->status = xstrdup(done ? "completed" :
	    fake_now() >= j->set_up_at ? "in_progress" : "queued");
	job->steps = xcalloc(1 + COUNT(j->steps), sizeof *job->steps);
	if (j->skipped || (fake_now() < j->set_up_at && !done))
		return;
	if (!j->no_set_up)
		job->steps[job->step_count++] = xstrdup("Set up job");
	if (fake_now() < j->steps_at && !done)
		return;
	for (n = 0; n < COUNT(j->steps) && j->steps[n] != NULL; n++)
		job->steps[job->step_count++] = xstrdup(j->steps[n]);
}

enum status
github_list_jobs(struct github *gh, uint64_t run_id, unsigned int page,
    int64_t deadline_ms, struct job_page *p, struct fault *f)
{
	const struct fake_run *run = NULL;
	struct fake_call *call;
	struct job_list list;
	enum status status;
	struct buf text;
	char question[64];
	size_t i, k, n = 0, from = (size_t)JOBS_PER_PAGE * (page - 1);

	assert_in_range(page, 1, UINT_MAX);
	call = begin(gh, (struct fake_call){ .kind = FAKE_JOBS,
	    .run_id = run_id, .page = page, .deadline_ms = deadline_ms,
	    .conditional = p->etag != NULL });
	if ((status = carry_out(gh, call, f)) != STATUS_OK)
		return status;
	for (i = 0; i < gh->run_count; i++)
		if (gh->runs[i].id == run_id)
			run = &gh->runs[i];
	check(run != NULL, "jobs of a run that there is not");
	memset(&list, 0, sizeof list);
	list.jobs = xcalloc(JOBS_PER_PAGE, sizeof *list.jobs);
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < run->job_count; i++) {
		if (fake_now() < run->jobs[i].listed_at)
			continue;
		if (n >= from && n < from + JOBS_PER_PAGE) {
			fill_job(&list.jobs[list.count], &run->jobs[i]);
			buf_addf(&text, "%s", list.jobs[list.count].status);
			for (k = 0; k < list.jobs[list.count].step_count; k++)
				buf_addf(&text, "|%s",
				    list.jobs[list.count].steps[k]);
			list.count++;
		}
		n++;
	}
	list.total = n;
	buf_addf(&text, "%zu", n);
	snprintf(question, sizeof question, "jobs %" PRIu64 " %u", run_id,
	    page);
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

static bool
may_have_started(enum dispatch_outcome outcome)
{
	return outcome == DISPATCH_IDENTIFIED || outcome == DISPATCH_ACCEPTED ||
	    outcome == DISPATCH_UNKNOWN;
}

enum dispatch_outcome
github_dispatch(struct github *gh, const struct dispatch_call *c,
    struct dispatch_details *run, struct fault *f)
{
	struct fake_post *post = &gh->posts[gh->posted];
	struct fake_call *call;

	memset(run, 0, sizeof *run);
	call = begin(gh, (struct fake_call){ .kind = FAKE_POST,
	    .workflow = c->workflow, .deadline_ms = c->deadline_ms,
	    .answer_ms = c->answer_ms, .body = xstrdup(c->body) });
	check(gh->posted < gh->post_count, "a POST more than there should be");
	check(gh->posted == 0 || !may_have_started(post[-1].outcome),
	    "a second dispatch, after one that may have started a run");
	gh->posted++;
	if (post->took_ms > c->answer_ms) {
		fake_pass(c->answer_ms);
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
		run->run_id = post->run_id;
		run->html_url = xstrdup(fake_url(post->run_id));
	} else if (post->outcome != DISPATCH_ACCEPTED) {
		fault_set(f, post->status, "fake: dispatch failed");
		f->lasting = post->lasting;
		f->wait_ms = post->wait_ms;
	}
	if (post->outcome != DISPATCH_NOT_SENT && (post->outcome !=
	    DISPATCH_UNKNOWN || post->status == STATUS_SERVER))
		tell_time(gh);
	return post->outcome;
}

const char *
github_who(const struct github *gh)
{
	(void)gh;
	return "api.fake.example";
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
