/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/least.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/advice.h"
#include "github/call.h"
#include "github/decode.h"
#include "github/token.h"

#define MESSAGE_MAX 600 /* of a server's message in one of ours, */
#define PHRASE_MAX  80  /* and of a reason phrase or request ID */

void
call_begin_bare(struct call *c, struct session *s, char *const *authorization,
    enum request_method method)
{
	memset(c, 0, sizeof *c);
	c->session = s;
	c->authorization = authorization;
	buf_init(&c->target, BUF_TEXT_MAX);
	buf_adds(&c->target, s->api->path);
	buf_init(&c->message, BUF_TEXT_MAX);
	response_init(&c->response, method);
	c->request.method = method;
	c->request.authority = client_who(s->client);
	c->authorization_field = session_add_fields(s, &c->request);
}

void
call_begin(struct call *c, const struct github *gh, enum request_method method)
{
	call_begin_bare(c, gh->session, &gh->credential->authorization, method);
	buf_clear(&c->target);
	buf_add(&c->target, gh->prefix.data, gh->prefix.len);
}

void
call_wipe(struct call *c)
{
	buf_free(&c->target);
	/* It may quote the inputs. */
	buf_wipe(&c->message);
	response_wipe(&c->response);
}

struct exchange_limits
call_limits(const struct call_times *t)
{
	return (struct exchange_limits){
		least(clock_after(&clock_system, t->head_ms), t->deadline_ms),
		least(clock_after(&clock_system, t->answer_ms), t->deadline_ms)
	};
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void
read_answer(struct call *c)
{
	const struct response *r = &c->response;
	struct answer a = {
		.status = r->status,
		.content_type = response_field(r, "Content-Type"),
		.body = buf_str(&r->body),
		.body_len = r->body.len,
	};
	struct buf documentation;

	c->is_json = answer_is_json(&a);
	buf_init(&documentation, BUF_TEXT_MAX);
	if (r->status >= 300)
		decode_error(buf_str(&r->body), r->body.len, &c->message,
		    &documentation);
	a.message = buf_str(&c->message);
	a.documentation_url = buf_str(&documentation);
	a.retry_after = response_field(r, "Retry-After");
	a.remaining = response_field(r, "X-RateLimit-Remaining");
	a.reset = response_field(r, "X-RateLimit-Reset");
	a.date = response_field(r, "Date");
	c->class = answer_classify(&a, &c->wait_ms);
	buf_free(&documentation);
	session_note(c->session, r, c->class == ANSWER_VERSION);
	log_debug(
	    "%s %s: %u %s (%zu bytes, request ID %s, API version %s, quota "
	    "left %s)",
	    request_method_name(c->request.method), c->request.target,
	    r->status, r->reason, r->body.len,
	    or_dash(response_field(r, "X-GitHub-Request-Id")),
	    or_dash(response_field(r, "X-GitHub-Api-Version-Selected")),
	    or_dash(a.remaining));
}

enum status
call_ask(struct call *c, const struct client_options *o, struct fault *f)
{
	enum status status;

	c->request.target = buf_str(&c->target);
	c->authorization_field->value = *c->authorization;
	status = client_do(
	    c->session->client, &c->request, &c->response, o, &c->sent, f);
	if (status == STATUS_OK)
		read_answer(c);
	return status;
}

enum status
call_do(struct call *c, const struct call_times *t, struct client_options *o,
    struct fault *f)
{
	int64_t connect_by_ms = t->connect_by_ms > 0
	    ? least(t->connect_by_ms, t->deadline_ms)
	    : t->deadline_ms;
	enum status status = client_connect(
	    c->session->client, c->request.method, connect_by_ms, f);

	if (status != STATUS_OK)
		return status;
	o->limits = call_limits(t);
	return call_ask(c, o, f);
}

/* Tells when a limit ends, by the server's clock. */
static void
add_reset_time(const struct session *s, struct buf *b, int64_t wait_ms)
{
	int64_t now_ms;

	if (wait_ms == 0) {
		buf_adds(b,
		    " It does not say how long to wait; GitHub's rule is at "
		    "least a minute, and longer each time.");
		return;
	}
	buf_addf(b, " It says to wait %lld s", (long long)(wait_ms / 1000));
	if (session_now(s, &now_ms)) {
		buf_adds(b, ", until ");
		date_add(b, (now_ms + wait_ms) / 1000);
	}
	buf_addc(b, '.');
}

/*
 * Quotes text of the server's that should be short.  It is redacted before it
 * is clipped, because half a secret would not be recognised.
 */
static void
add_quote(struct buf *out, const char *intro, const char *s, size_t max)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, s);
	secret_redact_quote(&text);
	buf_adds(out, intro);
	buf_add_clipped(out, buf_str(&text), text.len, max);
	buf_wipe(&text);
}

/* The answer asks for a pause. */
static bool
says_when(const struct call *c)
{
	return c->class == ANSWER_LIMITED ||
	    (c->class == ANSWER_FAILED && c->wait_ms > 0);
}

/*
 * A token that an App has just created may be refused like this for some
 * seconds (github.com/octokit/auth-app.js/issues/65); any token may get a 401.
 */
static bool
is_early(const struct call *c)
{
	if (c->class == ANSWER_FORBIDDEN)
		return token_is_installation(
			   session_token(*c->authorization)) &&
		    text_find_nocase(buf_str(&c->message),
			"not accessible by integration") != NULL;
	return c->class == ANSWER_UNAUTHORIZED;
}

/* What is wrong, as the server says it. */
static void
add_story(struct buf *text, const struct call *c)
{
	const struct response *r = &c->response;
	const char *type = response_field(r, "Content-Type");
	const char *request_id = response_field(r, "X-GitHub-Request-Id");

	buf_addf(
	    text, "%s answered %u", client_who(c->session->client), r->status);
	if (*r->reason != '\0')
		add_quote(text, " ", r->reason, PHRASE_MAX);
	if (c->class == ANSWER_FOREIGN) {
		add_quote(
		    text, " with ", type != NULL ? type : "a page", PHRASE_MAX);
		buf_adds(text, " instead of JSON");
	}
	if (c->message.len > 0) {
		add_quote(text, ": \"", buf_str(&c->message), MESSAGE_MAX);
		buf_addc(text, '"');
	}
	if (request_id != NULL)
		add_quote(text, " (request ID ", request_id, PHRASE_MAX);
	buf_adds(text, request_id != NULL ? ")." : ".");
	if (says_when(c))
		add_reset_time(c->session, text, c->wait_ms);
}

enum status
call_fault_plain(const struct call *c, struct fault *f)
{
	static const struct {
		enum status status;
		bool lasting;
	} outcomes[] = {
		[ANSWER_OK] = { STATUS_PROTOCOL, false },
		[ANSWER_FOREIGN] = { STATUS_PROTOCOL, false },
		[ANSWER_NOT_MODIFIED] = { STATUS_PROTOCOL, false },
		[ANSWER_VERSION] = { STATUS_REFUSED, true },
		[ANSWER_LIMITED] = { STATUS_LIMITED, false },
		[ANSWER_UNAUTHORIZED] = { STATUS_UNAUTHORIZED, true },
		[ANSWER_FORBIDDEN] = { STATUS_FORBIDDEN, true },
		[ANSWER_NOT_FOUND] = { STATUS_NOT_FOUND, false },
		[ANSWER_INVALID] = { STATUS_REFUSED, true },
		[ANSWER_FAILED] = { STATUS_SERVER, false },
		[ANSWER_ODD] = { STATUS_PROTOCOL, false },
	};
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	add_story(&text, c);
	fault_set(f, outcomes[c->class].status, "%s", buf_str(&text));
	f->lasting = outcomes[c->class].lasting;
	f->early = is_early(c);
	f->wait_ms = c->wait_ms;
	buf_free(&text);
	return f->status;
}

enum status
call_fault(const struct call *c, const char *ref, struct fault *f)
{
	const struct response *r = &c->response;
	struct refusal refusal = {
		.status = r->status,
		.message = buf_str(&c->message),
		.sso = response_field(r, "X-GitHub-SSO"),
		.permissions = response_field(
		    r, "X-Accepted-GitHub-Permissions"),
		.scopes = response_field(r, "X-Accepted-OAuth-Scopes"),
		.expiry = response_field(
		    r, "GitHub-Authentication-Token-Expiration"),
		.ref = ref,
		.is_event = c->is_event,
		.is_json = c->is_json,
		.is_foreign = c->class == ANSWER_FOREIGN,
	};
	struct buf advice;

	call_fault_plain(c, f);
	if (says_when(c) ||
	    ((r->status < 400 || r->status >= 500) && !refusal.is_foreign))
		return f->status;
	buf_init(&advice, BUF_TEXT_MAX);
	advice_refusal(&advice, &refusal);
	fault_add(f, "%s", buf_str(&advice));
	buf_free(&advice);
	return f->status;
}
