#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/advice.h"
#include "github/session.h"

static void
dispatch_target(const struct github *gh, const struct dispatch_call *call,
    struct buf *target)
{
	github_target(gh, target, "/workflows/");
	url_add_encoded(target, call->workflow);
	buf_adds(target, "/dispatches");
}

static void
begin_dispatch(const struct github *gh, struct request *q,
    const struct dispatch_call *call, const struct buf *target)
{
	session_begin(gh->session, q, REQUEST_POST, buf_str(target));
	request_add(q, "Content-Type", "application/json");
	q->body = call->body;
	q->body_len = strlen(call->body);
}

/* The run that an accepted dispatch names, if it does. */
static enum dispatch_outcome
read_details(const struct github *gh, const struct response *r,
    struct found_run *run)
{
	struct buf why, url;

	buf_init(&why, BUF_TEXT_MAX);
	if (r->body.len == 0 || !decode_dispatch(r->body.data, r->body.len,
	    run, &why) || run->id == 0) {
		if (r->body.len > 0)
			log_info("the answer to the dispatch names no run: "
			    "its body is %s", why.len > 0 ? buf_str(&why) :
			    "JSON without a fit \"workflow_run_id\"");
		found_run_wipe(run);
		buf_free(&why);
		return DISPATCH_ACCEPTED;
	}
	/* A URL that repeats the token is as unfit as one that is none. */
	if (*run->url == '\0' || secret_in(run->url)) {
		buf_init(&url, BUF_TEXT_MAX);
		github_add_run_url(gh, &url, run->id);
		free(run->url);
		run->url = xstrdup(buf_str(&url));
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

/* Perhaps beside others, of which it is better said without ours. */
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

/* A whole answer, not a redirect. */
static enum dispatch_outcome
take_answer(const struct github *gh, const struct response *r,
    const struct reading *reading, const struct dispatch_call *call,
    struct found_run *run, struct fault *f)
{
	enum dispatch_outcome outcome = DISPATCH_UNKNOWN;

	switch (reading->class) {
	case ANSWER_OK:
		return read_details(gh, r, run);
	case ANSWER_FOREIGN:
		/* Who knows what a page that says 200 stands for; nothing is
		 * started where nothing is found. */
		if (r->status == 404)
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
		outcome = wants_distinct_id(r, buf_str(&reading->message)) ?
		    DISPATCH_WANTS_ID : refuses_distinct_id(r,
		    buf_str(&reading->message)) ? DISPATCH_REFUSES_ID :
		    DISPATCH_NOT_STARTED;
		break;
	case ANSWER_NOT_MODIFIED:
	case ANSWER_FAILED:
	case ANSWER_ODD:
		break;
	}
	session_fault(gh->session, r, reading, call->ref, f);
	if (reading->class == ANSWER_NOT_FOUND && reading->is_json)
		add_workflow_advice(call->workflow, f);
	if (r->status == 404)
		f->status = STATUS_NOT_FOUND;
	return outcome;
}

/* A status that proves that nothing was started, even without the rest. */
static bool
is_refusal(unsigned int status)
{
	return (status >= 400 && status < 500 && status != 408) ||
	    status == 301 || status == 302 || status == 307 || status == 308;
}

enum dispatch_outcome
github_dispatch(struct github *gh, const struct dispatch_call *call,
    struct found_run *run, struct fault *f)
{
	struct client_options options = {
		.head_ms = call->answer_ms,
		.answer_ms = call->answer_ms,
		.leaves_half = true,
		.connect_by_ms = call->connect_by_ms,
		.deadline_ms = call->deadline_ms,
	};
	enum dispatch_outcome outcome;
	struct reading reading;
	enum status status;
	struct response r;
	struct request q;
	struct buf target;
	bool sent;

	memset(run, 0, sizeof *run);
	dispatch_target(gh, call, &target);
	begin_dispatch(gh, &q, call, &target);
	status = session_ask(gh->session, &q, &options, &r, &reading, &sent,
	    f);
	if (status == STATUS_OK) {
		outcome = take_answer(gh, &r, &reading, call, run, f);
	} else if (r.status >= 200 && r.status < 300) {
		/* The status line proves it; the rest would have told which
		 * run it is, and perhaps has: an object has its own end. */
		session_note_time(gh->session, &r);
		outcome = read_details(gh, &r, run);
		if (outcome == DISPATCH_ACCEPTED)
			log_warning("the dispatch was accepted (%u), but the "
			    "rest of the answer was lost: %s", r.status,
			    f->text);
	} else if (is_refusal(r.status)) {
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
	reading_wipe(&reading);
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
	url_add_origin(out, gh->session->api);
	buf_addf(out, "%s HTTP/1.1\nHost: %s\n", q.target, q.authority);
	for (i = 0; i < q.field_count; i++)
		buf_addf(out, "%s: %s\n", q.fields[i].name,
		    strcmp(q.fields[i].name, "Authorization") == 0 ?
		    "Bearer ***" : q.fields[i].value);
	buf_addf(out, "Content-Length: %zu\n\n%s\n", q.body_len, q.body);
	buf_free(&target);
}
