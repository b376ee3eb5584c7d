#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/session.h"

#define PER_PAGE_MAX	100	/* GitHub's own limit */
#define POST_MS		10000	/* for the answer to a request to cancel */
#define LOG_HEAD_MS	10000	/* a log is not worth more waiting */

/* rel="next" among the parameters of one link (RFC 8288, 3). */
static bool
link_is_next(const char *link, size_t len)
{
	const char *p;
	char *copy;
	bool next;

	/* Parameters come after the '>'; a URL may hold anything. */
	if ((p = memchr(link, '>', len)) == NULL)
		return false;
	copy = xstrndup(p, len - (size_t)(p - link));
	next = text_find_nocase(copy, "rel=\"next\"") != NULL ||
	    text_find_nocase(copy, "rel=next") != NULL;
	free(copy);
	return next;
}

static bool
links_next(const char *p)
{
	size_t len;

	for (; p != NULL && *p != '\0'; p += len + (p[len] != '\0')) {
		/* Commas also stand inside the URL's brackets. */
		p += strspn(p, " \t,");
		len = *p == '<' ? strcspn(p, ">") : 0;
		len += strcspn(p + len, ",");
		if (link_is_next(p, len))
			return true;
	}
	return false;
}

static bool
has_next_page(const struct response *r)
{
	const char *link;
	size_t n;

	for (n = 0; (link = response_field_n(r, "Link", n)) != NULL; n++)
		if (links_next(link))
			return true;
	return false;
}

/* No link to a next page, but the total tells that there must be one. */
static bool
is_short_of(uint64_t total, unsigned int page, unsigned int per_page,
    size_t count)
{
	return count > 0 && total > (uint64_t)(page - 1) * per_page + count;
}

/* What a conditional answer is kept with, and how its body is read. */
struct fetch {
	char	**etag;
	bool	 *changed;
	bool	 *has_next;	/* NULL: not a list */
	bool	(*decode)(const char *, size_t, size_t, void *, struct buf *);
	size_t	  most;		/* elements that are asked for */
	void	 *into;		/* filled by decode, if changed */
};

static enum status
fetch(struct github *gh, const struct session_question *ask,
    const struct fetch *x, struct fault *f)
{
	enum status status;
	struct response r;
	struct buf why;

	buf_init(&why, BUF_TEXT_MAX);
	status = session_get(gh->session, ask, x->etag, x->changed, &r, f);
	if (status == STATUS_OK && *x->changed) {
		if (x->decode(buf_str(&r.body), r.body.len, x->most,
		    x->into, &why)) {
			if (x->has_next != NULL)
				*x->has_next = has_next_page(&r);
		} else {
			/* To be asked for anew. */
			free(*x->etag);
			*x->etag = NULL;
			status = fault_set(f, STATUS_PROTOCOL,
			    "%s answered 200, but its body is %s. If that "
			    "goes on, a proxy or gateway in between is at "
			    "fault, or the API URL.", github_who(gh),
			    buf_str(&why));
		}
	}
	response_wipe(&r);
	buf_free(&why);
	return status;
}

static bool
into_run_list(const char *body, size_t len, size_t most, void *list,
    struct buf *why)
{
	return decode_run_list(body, len, most, list, why);
}

static bool
into_job_list(const char *body, size_t len, size_t most, void *list,
    struct buf *why)
{
	return decode_job_list(body, len, most, list, why);
}

static bool
into_run(const char *body, size_t len, size_t most, void *run,
    struct buf *why)
{
	(void)most;
	return decode_run(body, len, run, why);
}

/* A missing or unfit URL is replaced by our own; one that repeats the token
 * is as unfit as one that is none. */
static void
mend_url(const struct github *gh, struct run *run)
{
	struct buf url;

	if (*run->html_url != '\0' && !secret_in(run->html_url))
		return;
	buf_init(&url, BUF_TEXT_MAX);
	github_add_run_url(gh, &url, run->id);
	free(run->html_url);
	run->html_url = xstrdup(buf_str(&url));
	buf_free(&url);
}

static void
runs_target(const struct github *gh, const char *workflow,
    unsigned int per_page, unsigned int page, struct buf *target)
{
	github_target(gh, target, "%s", "");
	if (workflow != NULL) {
		buf_adds(target, "/workflows/");
		url_add_encoded(target, workflow);
	}
	buf_addf(target, "/runs?per_page=%u", per_page);
	if (page > 1)
		buf_addf(target, "&page=%u", page);
}

enum status
github_newest_run(struct github *gh, const char *workflow, const char *ref,
    int64_t connect_by_ms, int64_t deadline_ms, uint64_t *run_id, bool *sent,
    struct fault *f)
{
	struct run_list list;
	char *etag = NULL;
	bool changed;
	struct fetch x = { &etag, &changed, NULL, into_run_list, 1, &list };
	struct session_question ask = {
		.ref = ref,
		.connect_by_ms = connect_by_ms,
		.deadline_ms = deadline_ms,
		.sent = sent,
	};
	enum status status;
	struct buf target;

	runs_target(gh, workflow, 1, 1, &target);
	ask.target = buf_str(&target);
	status = fetch(gh, &ask, &x, f);
	buf_free(&target);
	free(etag);
	if (status != STATUS_OK)
		return status;
	*run_id = list.count > 0 ? list.runs[0].id : 0;
	run_list_wipe(&list);
	return STATUS_OK;
}

enum status
github_list_runs(struct github *gh, const char *workflow,
    unsigned int per_page, unsigned int page, int64_t deadline_ms,
    struct run_page *p, struct fault *f)
{
	struct run_list list;
	struct fetch x = { &p->etag, &p->changed, &p->has_next,
	    into_run_list, per_page, &list };
	struct session_question ask = { .deadline_ms = deadline_ms };
	enum status status;
	struct buf target;
	size_t i;

	runs_target(gh, workflow, per_page, page, &target);
	ask.target = buf_str(&target);
	status = fetch(gh, &ask, &x, f);
	if (status == STATUS_OK && p->changed) {
		run_list_wipe(&p->list);
		p->list = list;
		p->has_next = p->has_next || is_short_of(list.total, page,
		    per_page, list.count);
		for (i = 0; i < p->list.count; i++)
			mend_url(gh, &p->list.runs[i]);
	}
	buf_free(&target);
	return status;
}

enum status
github_list_jobs(struct github *gh, uint64_t run_id,
    enum github_attempts attempts, unsigned int page, int64_t deadline_ms,
    struct job_page *p, struct fault *f)
{
	struct job_list list;
	struct fetch x = { &p->etag, &p->changed, &p->has_next,
	    into_job_list, PER_PAGE_MAX, &list };
	struct session_question ask = { .deadline_ms = deadline_ms };
	enum status status;
	struct buf target;

	github_target(gh, &target, "/runs/%llu/jobs?filter=%s&per_page=%d",
	    (unsigned long long)run_id, attempts == GITHUB_ALL_ATTEMPTS ?
	    "all" : "latest", PER_PAGE_MAX);
	if (page > 1)
		buf_addf(&target, "&page=%u", page);
	ask.target = buf_str(&target);
	status = fetch(gh, &ask, &x, f);
	if (status == STATUS_OK && p->changed) {
		job_list_wipe(&p->list);
		p->list = list;
		p->has_next = p->has_next || is_short_of(list.total, page,
		    PER_PAGE_MAX, list.count);
	}
	buf_free(&target);
	return status;
}

enum status
github_get_run(struct github *gh, uint64_t run_id, int64_t deadline_ms,
    struct run_state *p, struct fault *f)
{
	struct run run;
	struct fetch x = { &p->etag, &p->changed, NULL, into_run, 1, &run };
	struct session_question ask = { .deadline_ms = deadline_ms };
	enum status status;
	struct buf target;

	github_target(gh, &target, "/runs/%llu?exclude_pull_requests=true",
	    (unsigned long long)run_id);
	ask.target = buf_str(&target);
	status = fetch(gh, &ask, &x, f);
	buf_free(&target);
	if (status != STATUS_OK || !p->changed)
		return status;
	if (run.id != run_id) {
		run_wipe(&run);
		free(p->etag);
		p->etag = NULL;
		return fault_set(f, STATUS_PROTOCOL,
		    "%s answered with another run than %llu", github_who(gh),
		    (unsigned long long)run_id);
	}
	run_wipe(&p->run);
	p->run = run;
	mend_url(gh, &p->run);
	return STATUS_OK;
}

enum status
github_cancel_run(struct github *gh, uint64_t run_id, bool force,
    int64_t deadline_ms, bool *was_over, struct fault *f)
{
	struct client_options options = {
		.head_ms = POST_MS,
		.answer_ms = POST_MS,
		.deadline_ms = deadline_ms,
	};
	struct reading reading;
	enum status status;
	struct response r;
	struct request q;
	struct buf target;
	bool sent;

	github_target(gh, &target, "/runs/%llu/%s",
	    (unsigned long long)run_id, force ? "force-cancel" : "cancel");
	session_begin(gh->session, &q, REQUEST_POST, buf_str(&target));
	status = session_ask(gh->session, &q, &options, &r, &reading, &sent,
	    f);
	*was_over = status == STATUS_OK && r.status == 409 &&
	    text_find_nocase(buf_str(&reading.message), "completed") != NULL;
	/* A page of somebody else's under a 200 has cancelled nothing. */
	if (status == STATUS_OK && !*was_over && reading.class != ANSWER_OK) {
		status = session_fault(gh->session, &r, &reading, NULL, f);
		f->lasting = f->lasting && r.status != 409;
	}
	reading_wipe(&reading);
	response_wipe(&r);
	buf_free(&target);
	return status;
}

/* The log is where this answer leads: GitHub keeps it with another host. */
static enum status
follow_to_log(struct github *gh, const char *target, const char *location,
    const struct client_options *options, struct fault *f)
{
	struct response log;
	enum status status;

	status = client_get_elsewhere(gh->session->client, location, target,
	    &log, options, f);
	if (status == STATUS_OK && (log.status < 200 || log.status > 299))
		status = fault_set(f, STATUS_SERVER, "%s: the log's server "
		    "answered %u", github_who(gh), log.status);
	response_wipe(&log);
	return status;
}

enum status
github_job_log(struct github *gh, uint64_t job_id, int64_t deadline_ms,
    response_sink sink, void *ctx, struct fault *f)
{
	struct client_options options = {
		.redirects = CLIENT_REPORT_OTHERS,
		.head_ms = LOG_HEAD_MS,
		.answer_ms = CLOCK_NEVER,
		.deadline_ms = deadline_ms,
		.sink = sink,
		.sink_ctx = ctx,
	};
	struct reading reading;
	const char *location;
	enum status status;
	struct response r;
	struct request q;
	struct buf target;
	bool sent;

	github_target(gh, &target, "/jobs/%llu/logs",
	    (unsigned long long)job_id);
	session_begin(gh->session, &q, REQUEST_GET, buf_str(&target));
	status = session_ask(gh->session, &q, &options, &r, &reading, &sent,
	    f);
	if (status == STATUS_OK && reading.class != ANSWER_OK) {
		location = response_field(&r, "Location");
		if (r.status >= 300 && r.status < 400 && location != NULL)
			status = follow_to_log(gh, q.target, location,
			    &options, f);
		else
			status = session_fault(gh->session, &r, &reading,
			    NULL, f);
	}
	reading_wipe(&reading);
	response_wipe(&r);
	buf_free(&target);
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
job_page_wipe(struct job_page *p)
{
	job_list_wipe(&p->list);
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
