/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "github/advice.h"
#include "github/call.h"

static void
begin_dispatch(
    struct call *c, const struct github *gh, const struct dispatch_call *d)
{
	call_begin(c, gh, REQUEST_POST);
	c->is_event = d->event == EVENT_REPOSITORY_DISPATCH;
	if (!c->is_event) {
		buf_adds(&c->target, "/actions/workflows/");
		url_add_encoded(&c->target, d->workflow);
	}
	buf_adds(&c->target, "/dispatches");
	request_add(&c->request, "Content-Type", "application/json");
	c->request.body = d->body;
	c->request.body_len = strlen(d->body);
}

/* Reads the run from the answer to an accepted dispatch, if it names one. */
static enum dispatch_outcome
read_details(
    const struct github *gh, const struct call *c, struct found_run *run)
{
	const struct response *r = &c->response;
	struct buf why;

	/* It may have started several. */
	if (c->is_event)
		return DISPATCH_ACCEPTED;
	buf_init(&why, BUF_TEXT_MAX);
	if (r->body.len == 0 ||
	    !decode_dispatch(r->body.data, r->body.len, run, &why) ||
	    run->id == 0) {
		if (r->body.len > 0)
			log_info(
			    "the answer to the dispatch names no run: its body "
			    "is %s",
			    why.len > 0
				? buf_str(&why)
				: "JSON without a usable \"workflow_run_id\"");
		found_run_wipe(run);
		buf_free(&why);
		return DISPATCH_ACCEPTED;
	}
	github_fix_run_url(gh, &run->url, run->id);
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

/* Other inputs may be refused with it; they are reported better once ours is
 * gone. */
static bool
refuses_distinct_id(const struct response *r, const char *message)
{
	return r->status == 422 &&
	    text_find_nocase(message, "unexpected inputs") != NULL &&
	    strstr(message, "\"distinct_id\"") != NULL;
}

static void
add_workflow_advice(const char *workflow, struct fault *f)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	advice_workflow(&b, workflow);
	fault_add(f, "%s", buf_str(&b));
	buf_free(&b);
}

/* Judges a complete answer that is not a redirect. */
static enum dispatch_outcome
take_answer(const struct github *gh, const struct call *c,
    const struct dispatch_call *d, struct found_run *run, struct fault *f)
{
	enum dispatch_outcome outcome = DISPATCH_UNKNOWN;
	const char *message = buf_str(&c->message);

	switch (c->class) {
	case ANSWER_OK:
		return read_details(gh, c, run);
	case ANSWER_FOREIGN:
		/* A page with a 200 may mean anything, but a 404 has started
		 * nothing. */
		if (c->response.status == 404)
			outcome = DISPATCH_NOT_STARTED;
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
		outcome = c->is_event ? DISPATCH_NOT_STARTED
		    : wants_distinct_id(&c->response, message)
		    ? DISPATCH_WANTS_ID
		    : refuses_distinct_id(&c->response, message)
		    ? DISPATCH_REFUSES_ID
		    : DISPATCH_NOT_STARTED;
		break;
	case ANSWER_NOT_MODIFIED:
	case ANSWER_FAILED:
	case ANSWER_ODD:
		break;
	}
	call_fault(c, d->ref, f);
	if (c->class == ANSWER_NOT_FOUND && c->is_json && !c->is_event)
		add_workflow_advice(d->workflow, f);
	if (c->response.status == 404)
		f->status = STATUS_NOT_FOUND;
	return outcome;
}

/* This status proves that nothing was started, even if the rest is missing. */
static bool
is_refusal(unsigned int status)
{
	return (status >= 400 && status < 500 && status != 408) ||
	    status == 301 || status == 302 || status == 307 || status == 308;
}

/* Judges an answer that is missing or incomplete; f says why. */
static enum dispatch_outcome
take_loss(const struct github *gh, const struct call *c, struct found_run *run,
    struct fault *f)
{
	const struct response *r = &c->response;
	enum dispatch_outcome outcome;

	if (r->status >= 200 && r->status < 300) {
		/* The status line proves that it was accepted.  What has come
		 * of the body may still name the run: an object is complete
		 * with its closing brace. */
		session_note_time(gh->session, r);
		outcome = read_details(gh, c, run);
		if (outcome == DISPATCH_ACCEPTED)
			log_warning(
			    "the dispatch was accepted (%u), but the rest of "
			    "the answer was lost: %s",
			    r->status, f->text);
		return outcome;
	}
	if (!is_refusal(r->status))
		return c->sent ? DISPATCH_UNKNOWN : DISPATCH_NOT_SENT;
	/* A refusal or redirect has started nothing, even if it was cut
	 * short. */
	if (c->sent)
		fault_set_lasting(f,
		    r->status >= 400 ? STATUS_REFUSED : STATUS_PROTOCOL,
		    "%s answered %u %s, and the rest of the answer was lost",
		    github_who(gh), r->status, r->reason);
	return DISPATCH_NOT_STARTED;
}

enum dispatch_outcome
github_dispatch(struct github *gh, const struct dispatch_call *d,
    struct found_run *run, struct fault *f)
{
	struct client_options options = {
		.limits = { d->deadline_ms, d->deadline_ms },
	};
	enum dispatch_outcome outcome;
	struct call c;

	memset(run, 0, sizeof *run);
	begin_dispatch(&c, gh, d);
	if (call_ask(&c, &options, f) == STATUS_OK)
		outcome = take_answer(gh, &c, d, run, f);
	else
		outcome = take_loss(gh, &c, run, f);
	call_wipe(&c);
	return outcome;
}

void
github_dispatch_preview(
    struct github *gh, const struct dispatch_call *d, struct buf *out)
{
	const struct request *q;
	struct call c;
	size_t i;

	begin_dispatch(&c, gh, d);
	q = &c.request;
	buf_addf(out, "%s ", request_method_name(q->method));
	url_add_origin(out, gh->session->api);
	buf_addf(
	    out, "%s HTTP/1.1\nHost: %s\n", buf_str(&c.target), q->authority);
	for (i = 0; i < q->field_count; i++)
		buf_addf(out, "%s: %s\n", q->fields[i].name,
		    strcmp(q->fields[i].name, "Authorization") == 0
			? "Bearer ***"
			: q->fields[i].value);
	buf_addf(out, "Content-Length: %zu\n\n%s\n", q->body_len, q->body);
	call_wipe(&c);
}
