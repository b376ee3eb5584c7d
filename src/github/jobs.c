/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "github/authorize.h"
#include "github/fetch.h"

#define PER_PAGE    100   /* GitHub's own limit */
#define LOG_HEAD_MS 10000 /* a log is not worth more waiting */
#define LOG_AWAY_MS 20000 /* that, and a connection to its server */

static bool
into_job_list(
    const char *body, size_t len, size_t most, void *list, struct buf *why)
{
	return decode_job_list(body, len, most, list, why);
}

enum status
github_list_jobs(struct github *gh, uint64_t run_id,
    enum github_attempts attempts, unsigned int page, int64_t deadline_ms,
    struct job_page *p, struct fault *f)
{
	struct job_list list;
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.etag = &p->etag,
		.changed = &p->changed,
		.has_next = &p->has_next,
		.decode = into_job_list,
		.into = &list,
		.most = PER_PAGE,
		.page = page,
		.count = &list.count,
		.total = &list.total,
	};
	enum status status;
	struct buf path;

	buf_init(&path, BUF_TEXT_MAX);
	buf_addf(&path, "/actions/runs/%llu/jobs?filter=%s&per_page=%d",
	    (unsigned long long)run_id,
	    attempts == GITHUB_ALL_ATTEMPTS ? "all" : "latest", PER_PAGE);
	if (page > 1)
		buf_addf(&path, "&page=%u", page);
	x.path = buf_str(&path);
	status = fetch(gh, &x, f);
	buf_free(&path);
	if (status == STATUS_OK && p->changed) {
		job_list_wipe(&p->list);
		p->list = list;
	}
	return status;
}

/* GitHub keeps logs on another host, to which this answer redirects. */
static enum status
follow_to_log(const struct call *c, const char *location,
    struct client_options *options, int64_t deadline_ms, struct fault *f)
{
	struct call_times times = { LOG_AWAY_MS, CLOCK_NEVER, 0, deadline_ms };
	struct client *client = c->session->client;
	struct response log;
	enum status status;

	options->limits = call_limits(&times);
	status = client_get_elsewhere(
	    client, location, c->request.target, &log, options, f);
	if (status == STATUS_OK && (log.status < 200 || log.status > 299))
		status = fault_set(f, STATUS_SERVER,
		    "%s: the log's server answered %u", client_who(client),
		    log.status);
	response_wipe(&log);
	return status;
}

enum status
github_job_log(struct github *gh, uint64_t job_id, int64_t deadline_ms,
    response_sink sink, void *ctx, struct fault *f)
{
	struct client_options options = {
		.redirects = CLIENT_REPORT_OTHERS,
		.sink = sink,
		.sink_ctx = ctx,
	};
	struct call_times times = { LOG_HEAD_MS, CLOCK_NEVER, 0, deadline_ms };
	const char *location;
	enum status status;
	struct call c;

	call_begin(&c, gh, REQUEST_GET);
	buf_addf(
	    &c.target, "/actions/jobs/%llu/logs", (unsigned long long)job_id);
	status = authorize_do(gh, &c, &times, &options, f);
	if (status == STATUS_OK && c.class != ANSWER_OK) {
		location = response_field(&c.response, "Location");
		if (c.response.status >= 300 && c.response.status < 400 &&
		    location != NULL)
			status = follow_to_log(
			    &c, location, &options, deadline_ms, f);
		else
			status = call_fault(&c, NULL, f);
	}
	call_wipe(&c);
	return status;
}

void
job_page_wipe(struct job_page *p)
{
	job_list_wipe(&p->list);
	free(p->etag);
	memset(p, 0, sizeof *p);
}
