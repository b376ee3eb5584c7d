/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "github/authorize.h"
#include "github/fetch.h"

#define POST_MS 10000 /* for the answer to a request to cancel */

static bool
into_run_list(
    const char *body, size_t len, size_t most, void *list, struct buf *why)
{
	return decode_run_list(body, len, most, list, why);
}

static bool
into_run(const char *body, size_t len, size_t most, void *run, struct buf *why)
{
	(void)most;
	return decode_run(body, len, run, why);
}

/* Fetches a page of the workflow's runs, or of the repository's. */
static enum status
fetch_runs(struct github *gh, const char *workflow, struct fetch *x,
    struct run_list *list, struct fault *f)
{
	enum status status;
	struct buf path;

	buf_init(&path, BUF_TEXT_MAX);
	buf_adds(&path, "/actions");
	if (workflow != NULL) {
		buf_adds(&path, "/workflows/");
		url_add_encoded(&path, workflow);
	}
	buf_addf(&path, "/runs?per_page=%zu", x->most);
	if (x->page > 1)
		buf_addf(&path, "&page=%u", x->page);
	x->path = buf_str(&path);
	x->decode = into_run_list;
	x->into = list;
	x->count = &list->count;
	x->total = &list->total;
	status = fetch(gh, x, f);
	buf_free(&path);
	return status;
}

enum status
github_newest_run(struct github *gh, const char *workflow, const char *ref,
    int64_t connect_by_ms, int64_t deadline_ms, uint64_t *run_id, bool *sent,
    struct fault *f)
{
	struct run_list list;
	char *etag = NULL;
	bool changed;
	struct fetch x = {
		.ref = ref,
		.connect_by_ms = connect_by_ms,
		.deadline_ms = deadline_ms,
		.etag = &etag,
		.changed = &changed,
		.sent = sent,
		.most = 1,
		.page = 1,
	};
	enum status status;

	status = fetch_runs(gh, workflow, &x, &list, f);
	free(etag);
	if (status != STATUS_OK)
		return status;
	*run_id = list.count > 0 ? list.runs[0].id : 0;
	run_list_wipe(&list);
	return STATUS_OK;
}

enum status
github_list_runs(struct github *gh, const char *workflow, unsigned int per_page,
    unsigned int page, int64_t deadline_ms, struct run_page *p, struct fault *f)
{
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.etag = &p->etag,
		.changed = &p->changed,
		.has_next = &p->has_next,
		.most = per_page,
		.page = page,
	};
	struct run_list list;
	enum status status;
	size_t i;

	status = fetch_runs(gh, workflow, &x, &list, f);
	if (status != STATUS_OK || !p->changed)
		return status;
	run_list_wipe(&p->list);
	p->list = list;
	for (i = 0; i < list.count; i++)
		github_fix_run_url(gh, &list.runs[i].html_url, list.runs[i].id);
	return STATUS_OK;
}

enum status
github_get_run(struct github *gh, uint64_t run_id, int64_t deadline_ms,
    struct run_state *p, struct fault *f)
{
	struct run run;
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.etag = &p->etag,
		.changed = &p->changed,
		.decode = into_run,
		.into = &run,
	};
	enum status status;
	struct buf path;

	buf_init(&path, BUF_TEXT_MAX);
	buf_addf(&path, "/actions/runs/%llu?exclude_pull_requests=true",
	    (unsigned long long)run_id);
	x.path = buf_str(&path);
	status = fetch(gh, &x, f);
	buf_free(&path);
	if (status != STATUS_OK || !p->changed)
		return status;
	if (run.id != run_id) {
		run_wipe(&run);
		free(p->etag);
		p->etag = NULL;
		return fault_set(f, STATUS_PROTOCOL,
		    "%s answered with a run other than %llu", github_who(gh),
		    (unsigned long long)run_id);
	}
	run_wipe(&p->run);
	p->run = run;
	github_fix_run_url(gh, &p->run.html_url, run_id);
	return STATUS_OK;
}

enum status
github_cancel_run(struct github *gh, uint64_t run_id, bool force,
    int64_t deadline_ms, bool *was_over, struct fault *f)
{
	struct client_options options = { .redirects = CLIENT_SAME_ORIGIN };
	struct call_times times = { POST_MS, POST_MS, 0, deadline_ms };
	enum status status;
	struct call c;

	*was_over = false;
	call_begin(&c, gh, REQUEST_POST);
	buf_addf(&c.target, "/actions/runs/%llu/%s", (unsigned long long)run_id,
	    force ? "force-cancel" : "cancel");
	status = authorize_do(gh, &c, &times, &options, f);
	if (status == STATUS_OK)
		*was_over = c.response.status == 409 &&
		    text_find_nocase(buf_str(&c.message), "completed") != NULL;
	/* GitHub accepts with 202 alone; a gateway's 200 has cancelled nothing. */
	if (status == STATUS_OK && c.class == ANSWER_OK &&
	    c.response.status != 202)
		c.class = ANSWER_ODD;
	if (status == STATUS_OK && !*was_over && c.class != ANSWER_OK) {
		status = call_fault(&c, NULL, f);
		f->lasting = f->lasting && c.response.status != 409;
	}
	call_wipe(&c);
	return status;
}

void
run_page_wipe(struct run_page *p)
{
	run_list_wipe(&p->list);
	free(p->etag);
	memset(p, 0, sizeof *p);
}

void
run_state_wipe(struct run_state *p)
{
	run_wipe(&p->run);
	free(p->etag);
	memset(p, 0, sizeof *p);
}
