#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/answer.h"
#include "github/explain.h"
#include "github/github.h"
#include "http/client.h"

/* Versions of the REST API (docs.github.com, "API Versions"). */
#define VERSION_NEW	"2026-03-10"	/* a dispatch answers with the run */
#define VERSION_OLD	"2022-11-28"	/* GHES 3.9 to 3.20 */

#define ANSWER_MS	60000	/* 1.3 MiB at 22 KiB/s */
#define HEAD_MS		30000	/* GitHub itself gives up after 10 s of work */
#define MESSAGE_MAX	600	/* of a server's message in one of ours */
#define PER_PAGE_MAX	100	/* GitHub's own limit */

struct github {
	const struct github_options	*options;
	struct client			*client;
	char				*authorization;
	struct buf			 prefix;	/* .../repos/o/r/actions */
	bool				 old_version;
	bool				 has_server_time;
	int64_t				 server_time_ms;
	int64_t				 server_time_at_ms;	/* our clock */
};

struct github *
github_open(const struct github_options *o)
{
	struct github *gh = xcalloc(1, sizeof *gh);
	struct buf b;

	gh->options = o;
	gh->client = client_new(o->api, o->trust);
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "Bearer %s", o->token);
	gh->authorization = xstrdup(buf_str(&b));
	buf_wipe(&b);
	buf_init(&gh->prefix, BUF_TEXT_MAX);
	buf_addf(&gh->prefix, "%s/repos/", o->api->path);
	url_add_encoded(&gh->prefix, o->owner);
	buf_addc(&gh->prefix, '/');
	url_add_encoded(&gh->prefix, o->repo);
	buf_adds(&gh->prefix, "/actions");
	return gh;
}

void
github_close(struct github *gh)
{
	if (gh == NULL)
		return;
	client_free(gh->client);
	explicit_bzero(gh->authorization, strlen(gh->authorization));
	free(gh->authorization);
	buf_free(&gh->prefix);
	free(gh);
}

const char *
github_who(const struct github *gh)
{
	return client_who(gh->client);
}

void
github_use_old_version(struct github *gh)
{
	gh->old_version = true;
}

bool
github_server_now(const struct github *gh, int64_t *now_ms)
{
	if (!gh->has_server_time)
		return false;
	*now_ms = gh->server_time_ms + clock_now(&clock_system) -
	    gh->server_time_at_ms;
	return true;
}

/* api.github.com and api.NAME.ghe.com serve the pages of the host without
 * "api."; GHES has both on one host, the API below /api/v3. */
void
github_add_run_url(const struct github *gh, struct buf *out, uint64_t run_id)
{
	static const char ghes_path[] = "/api/v3", ghe_com[] = ".ghe.com";
	const struct github_options *o = gh->options;
	const char *host = o->api->host, *path = o->api->path;
	size_t host_len = strlen(host), path_len = strlen(path);
	struct url page = *o->api;

	if (strcmp(host, "api.github.com") == 0 ||
	    (strncmp(host, "api.", 4) == 0 && host_len > sizeof ghe_com &&
	    strcmp(host + host_len - (sizeof ghe_com - 1), ghe_com) == 0))
		page.host += 4;
	if (path_len >= sizeof ghes_path - 1 && strcmp(path + path_len -
	    (sizeof ghes_path - 1), ghes_path) == 0)
		path_len -= sizeof ghes_path - 1;
	url_add_origin(out, &page);
	buf_add(out, path, path_len);
	buf_addf(out, "/%s/%s/actions/runs/%llu", o->owner, o->repo,
	    (unsigned long long)run_id);
}

/* A request with what all of them carry. */
static void
begin(const struct github *gh, struct request *q, enum request_method method,
    const struct buf *target)
{
	memset(q, 0, sizeof *q);
	q->method = method;
	q->target = buf_str(target);
	q->authority = client_who(gh->client);
	/* GitHub answers 403 to requests without a User-Agent. */
	request_add(q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(q, "Accept", "application/vnd.github+json");
	request_add(q, "Authorization", gh->authorization);
	request_add(q, "X-GitHub-Api-Version",
	    gh->old_version ? VERSION_OLD : VERSION_NEW);
}

static void
note_server_time(struct github *gh, const struct response *r)
{
	const char *date = response_field(r, "Date");
	int64_t seconds;

	if (date == NULL || !date_from_http(date, &seconds))
		return;
	gh->has_server_time = true;
	gh->server_time_ms = seconds * 1000;
	gh->server_time_at_ms = clock_now(&clock_system);
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

/* What an answer says, and what it means. */
struct reading {
	enum answer_class	 class;
	int64_t			 wait_ms;
	struct buf		 message;	/* GitHub's, redacted, clipped */
	bool			 is_json;
};

static void
read_answer(struct github *gh, const struct request *q,
    const struct response *r, struct reading *out)
{
	const char *type = response_field(r, "Content-Type");
	struct answer a = { .status = r->status };
	struct buf raw;

	memset(out, 0, sizeof *out);
	out->is_json = type != NULL && text_find_nocase(type, "json") != NULL;
	buf_init(&raw, BUF_TEXT_MAX);
	buf_init(&out->message, BUF_TEXT_MAX);
	if (r->status >= 300)
		decode_error(buf_str(&r->body), r->body.len, &raw);
	/* Redact before clipping: half a secret would not be recognised. */
	secret_redact(&raw);
	buf_add(&out->message, buf_str(&raw),
	    raw.len < MESSAGE_MAX ? raw.len : MESSAGE_MAX);
	if (raw.len > MESSAGE_MAX)
		buf_adds(&out->message, "...");
	buf_free(&raw);

	a.message = buf_str(&out->message);
	a.retry_after = response_field(r, "Retry-After");
	a.remaining = response_field(r, "X-RateLimit-Remaining");
	a.reset = response_field(r, "X-RateLimit-Reset");
	a.date = response_field(r, "Date");
	out->class = answer_classify(&a, &out->wait_ms);
	note_server_time(gh, r);
	log_debug("%s %s: %u %s (%zu bytes, request ID %s, API version %s, "
	    "quota left %s)", request_method_name(q->method), q->target,
	    r->status, r->reason, r->body.len,
	    or_dash(response_field(r, "X-GitHub-Request-Id")),
	    or_dash(response_field(r, "X-GitHub-Api-Version-Selected")),
	    or_dash(a.remaining));
}

static void
reading_wipe(struct reading *reading)
{
	buf_free(&reading->message);
}

/* When a limit ends, as the server's clock will show it. */
static void
add_reset_time(const struct github *gh, struct buf *b, int64_t wait_ms)
{
	int64_t now_ms;

	if (wait_ms == 0)
		return;
	buf_addf(b, " It asks to wait %lld s", (long long)(wait_ms / 1000));
	if (github_server_now(gh, &now_ms)) {
		buf_adds(b, ", until ");
		date_add(b, (now_ms + wait_ms) / 1000);
	}
	buf_addc(b, '.');
}

/* Text of the server that should be short; redacted before it is clipped. */
static void
add_clipped(struct buf *out, const char *intro, const char *s)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, s);
	secret_redact(&text);
	buf_addf(out, "%s%.80s", intro, buf_str(&text));
	buf_free(&text);
}

/* The fault of an answer that is not the hoped-for one. */
static enum status
answer_fault(const struct github *gh, const struct response *r,
    const struct reading *reading, const char *ref, struct fault *f)
{
	static const struct {
		enum status	status;
		bool		lasting;
	} outcomes[] = {
		[ANSWER_OK] =		{ STATUS_PROTOCOL, false },
		[ANSWER_NOT_MODIFIED] =	{ STATUS_PROTOCOL, false },
		[ANSWER_VERSION] =	{ STATUS_REFUSED, true },
		[ANSWER_LIMITED] =	{ STATUS_LIMITED, false },
		[ANSWER_UNAUTHORIZED] =	{ STATUS_REFUSED, true },
		[ANSWER_FORBIDDEN] =	{ STATUS_REFUSED, true },
		[ANSWER_NOT_FOUND] =	{ STATUS_NOT_FOUND, false },
		[ANSWER_INVALID] =	{ STATUS_REFUSED, true },
		[ANSWER_FAILED] =	{ STATUS_SERVER, false },
		[ANSWER_ODD] =		{ STATUS_PROTOCOL, false },
	};
	struct refusal refusal = {
		.status = r->status,
		.message = buf_str(&reading->message),
		.sso = response_field(r, "X-GitHub-SSO"),
		.permissions = response_field(r,
		    "X-Accepted-GitHub-Permissions"),
		.scopes = response_field(r, "X-Accepted-OAuth-Scopes"),
		.expiry = response_field(r,
		    "GitHub-Authentication-Token-Expiration"),
		.ref = ref,
		.is_json = reading->is_json,
	};
	const char *request_id = response_field(r, "X-GitHub-Request-Id");
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_addf(&text, "%s answered %u", github_who(gh), r->status);
	if (*r->reason != '\0')
		add_clipped(&text, " ", r->reason);
	if (reading->message.len > 0)
		buf_addf(&text, ": \"%s\"", buf_str(&reading->message));
	if (request_id != NULL)
		add_clipped(&text, " (request ID ", request_id);
	buf_adds(&text, request_id != NULL ? ")." : ".");
	if (reading->class == ANSWER_LIMITED)
		add_reset_time(gh, &text, reading->wait_ms);
	else if (r->status >= 400 && r->status < 500)
		explain_refusal(&text, &refusal);
	fault_set(f, outcomes[reading->class].status, "%s", buf_str(&text));
	f->lasting = outcomes[reading->class].lasting;
	f->wait_ms = reading->wait_ms;
	buf_free(&text);
	return f->status;
}

static void
dispatch_target(const struct github *gh, const struct dispatch_call *call,
    struct buf *target)
{
	buf_init(target, BUF_TEXT_MAX);
	buf_add(target, gh->prefix.data, gh->prefix.len);
	buf_adds(target, "/workflows/");
	url_add_encoded(target, call->workflow);
	buf_adds(target, "/dispatches");
}

static void
begin_dispatch(const struct github *gh, struct request *q,
    const struct dispatch_call *call, const struct buf *target)
{
	begin(gh, q, REQUEST_POST, target);
	request_add(q, "Content-Type", "application/json");
	q->body = call->body;
	q->body_len = strlen(call->body);
}

/* The run that an accepted dispatch names, if it does. */
static enum dispatch_outcome
read_details(const struct github *gh, const struct response *r,
    struct dispatch_details *run)
{
	struct buf why, url;

	buf_init(&why, BUF_TEXT_MAX);
	if (r->body.len == 0 || !decode_dispatch(r->body.data, r->body.len,
	    run, &why) || run->run_id == 0) {
		if (r->body.len > 0)
			log_debug("the answer names no run: %s",
			    why.len > 0 ? buf_str(&why) :
			    "no fit workflow_run_id");
		dispatch_details_wipe(run);
		buf_free(&why);
		return DISPATCH_ACCEPTED;
	}
	/* A URL that repeats the token is as unfit as one that is none. */
	if (*run->html_url == '\0' || secret_in(run->html_url)) {
		buf_init(&url, BUF_TEXT_MAX);
		github_add_run_url(gh, &url, run->run_id);
		free(run->html_url);
		run->html_url = xstrdup(buf_str(&url));
		buf_free(&url);
	}
	buf_free(&why);
	return DISPATCH_IDENTIFIED;
}

static bool
wants_distinct_id(const struct response *r, const char *message)
{
	return r->status == 422 &&
	    text_find_nocase(message, "required input") != NULL &&
	    strstr(message, "'distinct_id'") != NULL;
}

/* A whole answer, not a redirect. */
static enum dispatch_outcome
read_dispatch(struct github *gh, const struct request *q,
    const struct response *r, const struct dispatch_call *call,
    struct dispatch_details *run, struct fault *f)
{
	enum dispatch_outcome outcome;
	struct reading reading;

	read_answer(gh, q, r, &reading);
	switch (reading.class) {
	case ANSWER_OK:
		outcome = read_details(gh, r, run);
		break;
	case ANSWER_VERSION:
		outcome = DISPATCH_OLD_SERVER;
		break;
	case ANSWER_LIMITED:
		outcome = DISPATCH_LIMITED;
		break;
	case ANSWER_UNAUTHORIZED:
	case ANSWER_FORBIDDEN:
	case ANSWER_NOT_FOUND:
	case ANSWER_INVALID:
		outcome = wants_distinct_id(r, buf_str(&reading.message)) ?
		    DISPATCH_WANTS_ID : DISPATCH_NOT_STARTED;
		break;
	case ANSWER_NOT_MODIFIED:
	case ANSWER_FAILED:
	case ANSWER_ODD:
	default:
		outcome = DISPATCH_UNKNOWN;
		break;
	}
	if (outcome != DISPATCH_IDENTIFIED && outcome != DISPATCH_ACCEPTED)
		answer_fault(gh, r, &reading, call->ref, f);
	reading_wipe(&reading);
	return outcome;
}

enum dispatch_outcome
github_dispatch(struct github *gh, const struct dispatch_call *call,
    struct dispatch_details *run, struct fault *f)
{
	struct client_limits limits = {
		.head_ms = call->answer_ms,
		.answer_ms = call->answer_ms,
		.deadline_ms = call->deadline_ms,
	};
	enum dispatch_outcome outcome;
	enum status status;
	struct response r;
	struct request q;
	struct buf target;
	bool sent;

	memset(run, 0, sizeof *run);
	dispatch_target(gh, call, &target);
	begin_dispatch(gh, &q, call, &target);
	status = client_do(gh->client, &q, &r, &limits, &sent, f);
	if (status == STATUS_OK) {
		outcome = read_dispatch(gh, &q, &r, call, run, f);
	} else if (r.status >= 200 && r.status < 300) {
		/* The status line proves it; the rest would have told which
		 * run it is, and perhaps has: an object has its own end. */
		note_server_time(gh, &r);
		outcome = read_details(gh, &r, run);
		if (outcome == DISPATCH_ACCEPTED)
			log_warning("the dispatch was accepted (%u), but the "
			    "rest of the answer was lost: %s", r.status,
			    f->text);
	} else if (r.status >= 300 && r.status < 500 && r.status != 408) {
		/* A refusal or redirect, even cut short, has not acted. */
		if (sent)
			fault_set_lasting(f, r.status >= 400 ?
			    STATUS_REFUSED : STATUS_PROTOCOL,
			    "%s answered %u %s, and the rest of the answer "
			    "was lost", github_who(gh), r.status, r.reason);
		outcome = DISPATCH_NOT_STARTED;
	} else {
		outcome = sent ? DISPATCH_UNKNOWN : DISPATCH_NOT_SENT;
	}
	response_wipe(&r);
	buf_free(&target);
	return outcome;
}

void
github_dispatch_preview(struct github *gh, const struct dispatch_call *call,
    struct buf *out)
{
	struct request q;
	struct buf target;
	size_t i;

	dispatch_target(gh, call, &target);
	begin_dispatch(gh, &q, call, &target);
	buf_addf(out, "%s ", request_method_name(q.method));
	url_add_origin(out, gh->options->api);
	buf_addf(out, "%s HTTP/1.1\nHost: %s\n", q.target, q.authority);
	for (i = 0; i < q.field_count; i++)
		buf_addf(out, "%s: %s\n", q.fields[i].name,
		    strcmp(q.fields[i].name, "Authorization") == 0 ?
		    "Bearer ***" : q.fields[i].value);
	buf_addf(out, "Content-Length: %zu\n\n%s\n", q.body_len, q.body);
	buf_free(&target);
}

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

/* A link to a next page; else `total` tells that there must be one. */
static bool
has_next_page(const struct response *r, unsigned int page,
    unsigned int per_page, size_t count, uint64_t total)
{
	const char *link;
	size_t n;

	for (n = 0; (link = response_field_n(r, "Link", n)) != NULL; n++)
		if (links_next(link))
			return true;
	return count > 0 && total > (uint64_t)(page - 1) * per_page + count;
}

/*
 * A conditional GET.  On STATUS_OK either *changed is false, or `r` (wiped by
 * the caller in every case) has a 200's body and *etag its new tag.
 */
static enum status
get(struct github *gh, const struct buf *target, int64_t deadline_ms,
    char **etag, bool *changed, struct response *r, struct fault *f)
{
	struct client_limits limits = {
		.head_ms = HEAD_MS,
		.answer_ms = ANSWER_MS,
		.deadline_ms = deadline_ms,
	};
	struct reading reading;
	enum status status;
	const char *tag;
	struct request q;
	bool sent;

	for (;;) {
		begin(gh, &q, REQUEST_GET, target);
		request_add(&q, "If-None-Match", *etag);
		status = client_do(gh->client, &q, r, &limits, &sent, f);
		if (status != STATUS_OK)
			return status;
		read_answer(gh, &q, r, &reading);
		if (reading.class != ANSWER_VERSION || gh->old_version)
			break;
		log_debug("%s does not serve API version %s, using %s",
		    github_who(gh), VERSION_NEW, VERSION_OLD);
		github_use_old_version(gh);
		reading_wipe(&reading);
		response_wipe(r);
	}
	if (reading.class == ANSWER_NOT_MODIFIED && *etag != NULL) {
		*changed = false;
	} else if (reading.class == ANSWER_OK) {
		*changed = true;
		tag = response_field(r, "ETag");
		free(*etag);
		*etag = tag != NULL ? xstrdup(tag) : NULL;
	} else {
		status = answer_fault(gh, r, &reading, NULL, f);
	}
	reading_wipe(&reading);
	return status;
}

/* A 200 whose body is not what it should be; the page is asked for anew. */
static enum status
unfit(const struct github *gh, char **etag, struct buf *why, struct fault *f)
{
	free(*etag);
	*etag = NULL;
	return fault_set(f, STATUS_PROTOCOL, "%s answered 200, but with %s",
	    github_who(gh), buf_str(why));
}

enum status
github_list_runs(struct github *gh, const char *workflow,
    unsigned int per_page, unsigned int page, int64_t deadline_ms,
    struct run_page *p, struct fault *f)
{
	struct buf target, why, url;
	struct run_list list;
	enum status status;
	struct response r;
	size_t i;

	buf_init(&target, BUF_TEXT_MAX);
	buf_init(&why, BUF_TEXT_MAX);
	buf_add(&target, gh->prefix.data, gh->prefix.len);
	if (workflow != NULL) {
		buf_adds(&target, "/workflows/");
		url_add_encoded(&target, workflow);
	}
	buf_addf(&target, "/runs?per_page=%u", per_page);
	if (page > 1)
		buf_addf(&target, "&page=%u", page);
	status = get(gh, &target, deadline_ms, &p->etag, &p->changed, &r, f);
	if (status == STATUS_OK && p->changed) {
		if (decode_run_list(buf_str(&r.body), r.body.len, &list,
		    &why)) {
			run_list_wipe(&p->list);
			p->list = list;
			p->has_next = has_next_page(&r, page, per_page,
			    list.count, list.total);
		} else {
			status = unfit(gh, &p->etag, &why, f);
		}
	}
	for (i = 0; status == STATUS_OK && i < p->list.count; i++) {
		if (*p->list.runs[i].html_url != '\0' &&
		    !secret_in(p->list.runs[i].html_url))
			continue;
		buf_init(&url, BUF_TEXT_MAX);
		github_add_run_url(gh, &url, p->list.runs[i].id);
		free(p->list.runs[i].html_url);
		p->list.runs[i].html_url = xstrdup(buf_str(&url));
		buf_free(&url);
	}
	response_wipe(&r);
	buf_free(&target);
	buf_free(&why);
	return status;
}

enum status
github_list_jobs(struct github *gh, uint64_t run_id, unsigned int page,
    int64_t deadline_ms, struct job_page *p, struct fault *f)
{
	struct buf target, why;
	struct job_list list;
	enum status status;
	struct response r;

	buf_init(&target, BUF_TEXT_MAX);
	buf_init(&why, BUF_TEXT_MAX);
	buf_add(&target, gh->prefix.data, gh->prefix.len);
	/* All attempts: a re-run lists only its own jobs under "latest". */
	buf_addf(&target, "/runs/%llu/jobs?filter=all&per_page=%d",
	    (unsigned long long)run_id, PER_PAGE_MAX);
	if (page > 1)
		buf_addf(&target, "&page=%u", page);
	status = get(gh, &target, deadline_ms, &p->etag, &p->changed, &r, f);
	if (status == STATUS_OK && p->changed) {
		if (decode_job_list(buf_str(&r.body), r.body.len, &list,
		    &why)) {
			job_list_wipe(&p->list);
			p->list = list;
			p->has_next = has_next_page(&r, page, PER_PAGE_MAX,
			    list.count, list.total);
		} else {
			status = unfit(gh, &p->etag, &why, f);
		}
	}
	response_wipe(&r);
	buf_free(&target);
	buf_free(&why);
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
