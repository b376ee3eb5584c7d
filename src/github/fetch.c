/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "github/authorize.h"
#include "github/fetch.h"
#include "github/token.h"

#define ANSWER_MS 60000 /* 1.3 MiB at 22 KiB/s */
#define HEAD_MS   30000 /* GitHub itself gives up after 10 s of work */
#define CONFLICT  409   /* RFC 9110, 15.5.10 */
#define ETAG_MAX  1024  /* GitHub's have 66 bytes */

/* Whether one link has the parameter rel="next" (RFC 8288, 3). */
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

/* A link says so, or the total implies it. */
static bool
has_next_page(const struct fetch *x, const struct response *r)
{
	const char *link;
	size_t n;

	for (n = 0; (link = response_field_n(r, "Link", n)) != NULL; n++)
		if (links_next(link))
			return true;
	return *x->count > 0 &&
	    *x->total > (uint64_t)(x->page - 1) * x->most + *x->count;
}

static enum status
ask(struct call *c, const struct fetch *x, struct fault *f)
{
	struct client_options options = { .redirects = CLIENT_SAME_ORIGIN };
	struct call_times times = { HEAD_MS, ANSWER_MS, x->connect_by_ms,
		x->deadline_ms };

	buf_adds(&c->target, x->path);
	request_add(&c->request, "If-None-Match", *x->etag);
	return call_do(c, &times, &options, f);
}

static void
keep_etag(char **etag, const struct response *r)
{
	const char *tag = response_field(r, "ETag");

	free(*etag);
	*etag = tag != NULL && strlen(tag) <= ETAG_MAX && !text_has_control(tag)
	    ? xstrdup(tag)
	    : NULL;
}

/* Takes the body of a 200. */
static enum status
take_body(const struct call *c, const struct fetch *x, struct fault *f)
{
	const struct buf *body = &c->response.body;
	enum status status = STATUS_OK;
	struct buf why;

	*x->changed = true;
	buf_init(&why, BUF_TEXT_MAX);
	if (x->decode(buf_str(body), body->len, x->most, x->into, &why)) {
		keep_etag(x->etag, &c->response);
		if (x->has_next != NULL)
			*x->has_next = has_next_page(x, &c->response);
	} else {
		/* The next request must be unconditional. */
		free(*x->etag);
		*x->etag = NULL;
		status = fault_set(f, STATUS_PROTOCOL,
		    "%s answered 200, but its body is %s. If this goes on, "
		    "a proxy or gateway in between is at fault, or the API URL "
		    "is wrong.",
		    client_who(c->session->client), buf_str(&why));
	}
	buf_free(&why);
	return status;
}

static char *
take_field(const struct response *r, const char *name)
{
	const char *value = response_field(r, name);

	return value != NULL ? xstrdup(value) : NULL;
}

static void
take_info(
    struct server_info *info, const struct github *gh, const struct response *r)
{
	const char *token = session_token(gh->credential->authorization);

	server_info_wipe(info);
	info->ghes = take_field(r, "X-GitHub-Enterprise-Version");
	info->scopes = take_field(r, "X-OAuth-Scopes");
	/* An empty list tells nothing of a token that cannot have any. */
	if (info->scopes != NULL && *info->scopes == '\0' &&
	    !token_has_scopes(token)) {
		free(info->scopes);
		info->scopes = NULL;
	}
	info->expiry = take_field(r, "GitHub-Authentication-Token-Expiration");
}

enum status
fetch(struct github *gh, const struct fetch *x, struct fault *f)
{
	struct session *s = gh->session;
	enum status status;
	struct call c;

	for (;;) {
		/* This may tell the version that the server needs. */
		status = authorize(gh,
		    x->connect_by_ms > 0 ? x->connect_by_ms : x->deadline_ms,
		    f);
		call_begin(&c, gh, REQUEST_GET);
		if (status == STATUS_OK)
			status = ask(&c, x, f);
		if (c.class != ANSWER_VERSION || s->old_version)
			break;
		log_debug(
		    "%s does not serve API version %s, using the older one",
		    client_who(s->client), session_version(s));
		s->old_version = true;
		call_wipe(&c);
	}
	if (x->sent != NULL)
		*x->sent = c.sent;
	if (x->info != NULL && status == STATUS_OK)
		take_info(x->info, gh, &c.response);
	if (status == STATUS_OK) {
		if (c.class == ANSWER_NOT_MODIFIED && *x->etag != NULL) {
			*x->changed = false;
		} else if (c.class == ANSWER_OK) {
			status = take_body(&c, x, f);
		} else {
			/* For a GET, this is a passing state and not a
			 * refusal. */
			if (c.response.status == CONFLICT)
				c.class = ANSWER_FAILED;
			status = call_fault(&c, x->ref, f);
		}
	}
	call_wipe(&c);
	return status;
}

enum status
fetch_once(struct github *gh, const struct fetch *x, struct fault *f)
{
	struct fetch once = *x;
	enum status status;
	char *etag = NULL;
	bool changed;

	once.etag = &etag;
	once.changed = &changed;
	status = fetch(gh, &once, f);
	free(etag);
	return status;
}
