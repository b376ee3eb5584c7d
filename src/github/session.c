#include "compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/advice.h"
#include "github/session.h"
#include "github/token.h"

/* Versions of the REST API (docs.github.com, "API Versions"). */
#define VERSION_NEW	"2026-03-10"	/* a dispatch answers with the run */
#define VERSION_OLD	"2022-11-28"	/* GHES 3.9 to 3.20 */
#define GHES_MAJOR	3		/* the first with the new one: 3.21 */
#define GHES_MINOR	21

#define ANSWER_MS	60000	/* 1.3 MiB at 22 KiB/s */
#define HEAD_MS		30000	/* GitHub itself gives up after 10 s of work */
#define CONFLICT	409	/* RFC 9110, 15.5.10 */
#define ETAG_MAX	1024	/* GitHub's have 66 bytes */
#define MESSAGE_MAX	600	/* of a server's message in one of ours, */
#define PHRASE_MAX	80	/* and of a reason phrase or request ID */

void
session_begin(const struct session *s, struct request *q,
    enum request_method method, const char *target)
{
	memset(q, 0, sizeof *q);
	q->method = method;
	q->target = target;
	q->authority = client_who(s->client);
	/* GitHub answers 403 to requests without a User-Agent. */
	request_add(q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(q, "Accept", "application/vnd.github+json");
	request_add(q, "Authorization", s->authorization);
	request_add(q, "X-GitHub-Api-Version",
	    s->old_version ? VERSION_OLD : VERSION_NEW);
}

void
session_note_time(struct session *s, const struct response *r)
{
	const char *date = response_field(r, "Date");
	int64_t seconds;

	if (date == NULL || !date_from_http(date, &seconds))
		return;
	s->has_time = true;
	s->time_ms = seconds * 1000;
	s->time_at_ms = clock_now(&clock_system);
}

static void
note_quota(struct session *s, const struct response *r)
{
	const char *left = response_field(r, "X-RateLimit-Remaining");
	const char *reset = response_field(r, "X-RateLimit-Reset");
	uint64_t seconds, now;
	int64_t now_ms;

	s->has_quota = left != NULL && reset != NULL &&
	    text_u64(left, strlen(left), &s->quota_left) &&
	    text_u64(reset, strlen(reset), &seconds) && session_now(s,
	    &now_ms);
	if (!s->has_quota)
		return;
	now = (uint64_t)now_ms / 1000;
	if (seconds > now + ANSWER_WAIT_MAX_S)
		seconds = now + ANSWER_WAIT_MAX_S;
	s->quota_reset_ms = (int64_t)seconds * 1000;
}

/*
 * Which server this is, from any answer: GHES tells its own version, and
 * servers that know of API versions the one that they answered in, which is an
 * older one where ours was not heeded.
 */
static void
note_server(struct session *s, const struct response *r)
{
	const char *ghes = response_field(r, "X-GitHub-Enterprise-Version");
	const char *api = response_field(r, "X-GitHub-Api-Version-Selected");
	unsigned int major, minor;
	bool is_old;

	if (ghes != NULL && sscanf(ghes, "%3u.%3u", &major, &minor) == 2)
		is_old = major < GHES_MAJOR || (major == GHES_MAJOR && minor <
		    GHES_MINOR) || s->old_version;
	else if (api != NULL && !s->old_version)
		is_old = strcmp(api, VERSION_NEW) < 0;
	else
		return;
	s->tells = is_old ? GITHUB_TELLS_NO_RUN : GITHUB_TELLS_RUN;
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void
read_answer(struct session *s, const struct request *q,
    const struct response *r, struct reading *out)
{
	struct answer a = {
		.status = r->status,
		.content_type = response_field(r, "Content-Type"),
		.body = buf_str(&r->body),
		.body_len = r->body.len,
	};
	struct buf documentation;

	out->is_json = answer_is_json(&a);
	buf_init(&documentation, BUF_TEXT_MAX);
	if (r->status >= 300)
		decode_error(buf_str(&r->body), r->body.len, &out->message,
		    &documentation);
	a.message = buf_str(&out->message);
	a.documentation_url = buf_str(&documentation);
	a.retry_after = response_field(r, "Retry-After");
	a.remaining = response_field(r, "X-RateLimit-Remaining");
	a.reset = response_field(r, "X-RateLimit-Reset");
	a.date = response_field(r, "Date");
	out->class = answer_classify(&a, &out->wait_ms);
	buf_free(&documentation);
	session_note_time(s, r);
	note_quota(s, r);
	if (out->class == ANSWER_VERSION)
		s->tells = GITHUB_TELLS_NO_RUN;
	else
		note_server(s, r);
	log_debug("%s %s: %u %s (%zu bytes, request ID %s, API version %s, "
	    "quota left %s)", request_method_name(q->method), q->target,
	    r->status, r->reason, r->body.len,
	    or_dash(response_field(r, "X-GitHub-Request-Id")),
	    or_dash(response_field(r, "X-GitHub-Api-Version-Selected")),
	    or_dash(a.remaining));
}

enum status
session_ask(struct session *s, struct request *q,
    const struct client_options *o, struct response *r,
    struct reading *reading, bool *sent, struct fault *f)
{
	enum status status;

	memset(reading, 0, sizeof *reading);
	buf_init(&reading->message, BUF_TEXT_MAX);
	status = client_do(s->client, q, r, o, sent, f);
	if (status == STATUS_OK)
		read_answer(s, q, r, reading);
	return status;
}

void
reading_wipe(struct reading *reading)
{
	/* It may quote the inputs. */
	buf_wipe(&reading->message);
}

bool
session_now(const struct session *s, int64_t *now_ms)
{
	if (!s->has_time)
		return false;
	*now_ms = s->time_ms + clock_now(&clock_system) - s->time_at_ms;
	return true;
}

/* When a limit ends, as the server's clock will show it. */
static void
add_reset_time(const struct session *s, struct buf *b, int64_t wait_ms)
{
	int64_t now_ms;

	if (wait_ms == 0) {
		buf_adds(b, " It names no time; the rule is to wait for a "
		    "minute, and for longer each time.");
		return;
	}
	buf_addf(b, " It asks to wait %lld s", (long long)(wait_ms / 1000));
	if (session_now(s, &now_ms)) {
		buf_adds(b, ", until ");
		date_add(b, (now_ms + wait_ms) / 1000);
	}
	buf_addc(b, '.');
}

/*
 * Text of the server that should be short.  Redacted before it is clipped: half
 * a secret would not be recognised.
 */
static void
add_quote(struct buf *out, const char *intro, const char *s, size_t max)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, s);
	secret_redact_quote(&text);
	buf_addf(out, "%s%.*s%s", intro, (int)max, buf_str(&text),
	    text.len > max ? "..." : "");
	buf_wipe(&text);
}

/*
 * A token that an App has just minted may meet this for some seconds
 * (github.com/octokit/auth-app.js/issues/65); a 401 may be any token's.
 */
static bool
is_early(const struct session *s, const struct reading *reading)
{
	if (reading->class == ANSWER_FORBIDDEN)
		return token_is_installation(s->authorization +
		    sizeof SESSION_BEARER - 1) &&
		    text_find_nocase(buf_str(&reading->message),
		    "not accessible by integration") != NULL;
	return reading->class == ANSWER_UNAUTHORIZED;
}

enum status
session_fault(const struct session *s, const struct response *r,
    const struct reading *reading, const char *ref, struct fault *f)
{
	static const struct {
		enum status	status;
		bool		lasting;
	} outcomes[] = {
		[ANSWER_OK] =		{ STATUS_PROTOCOL, false },
		[ANSWER_FOREIGN] =	{ STATUS_PROTOCOL, false },
		[ANSWER_NOT_MODIFIED] =	{ STATUS_PROTOCOL, false },
		[ANSWER_VERSION] =	{ STATUS_REFUSED, true },
		[ANSWER_LIMITED] =	{ STATUS_LIMITED, false },
		[ANSWER_UNAUTHORIZED] =	{ STATUS_UNAUTHORIZED, true },
		[ANSWER_FORBIDDEN] =	{ STATUS_FORBIDDEN, true },
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
		.is_foreign = reading->class == ANSWER_FOREIGN,
	};
	const char *type = response_field(r, "Content-Type");
	const char *request_id = response_field(r, "X-GitHub-Request-Id");
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_addf(&text, "%s answered %u", client_who(s->client), r->status);
	if (*r->reason != '\0')
		add_quote(&text, " ", r->reason, PHRASE_MAX);
	if (refusal.is_foreign) {
		add_quote(&text, " with ", type != NULL ? type : "a page",
		    PHRASE_MAX);
		buf_adds(&text, " in place of JSON");
	}
	if (reading->message.len > 0) {
		add_quote(&text, ": \"", buf_str(&reading->message),
		    MESSAGE_MAX);
		buf_addc(&text, '"');
	}
	if (request_id != NULL)
		add_quote(&text, " (request ID ", request_id, PHRASE_MAX);
	buf_adds(&text, request_id != NULL ? ")." : ".");
	if (reading->class == ANSWER_LIMITED ||
	    (reading->class == ANSWER_FAILED && reading->wait_ms > 0))
		add_reset_time(s, &text, reading->wait_ms);
	else if ((r->status >= 400 && r->status < 500) || refusal.is_foreign)
		advice_refusal(&text, &refusal);
	fault_set(f, outcomes[reading->class].status, "%s", buf_str(&text));
	f->lasting = outcomes[reading->class].lasting;
	f->early = is_early(s, reading);
	f->wait_ms = reading->wait_ms;
	buf_free(&text);
	return f->status;
}

enum status
session_get(struct session *s, const struct session_question *ask,
    char **etag, bool *changed, struct response *r, struct fault *f)
{
	struct client_options options = {
		.head_ms = HEAD_MS,
		.answer_ms = ANSWER_MS,
		.connect_by_ms = ask->connect_by_ms,
		.deadline_ms = ask->deadline_ms,
	};
	struct reading reading;
	enum status status;
	const char *tag;
	struct request q;
	bool sent;

	for (;;) {
		session_begin(s, &q, REQUEST_GET, ask->target);
		request_add(&q, "If-None-Match", *etag);
		status = session_ask(s, &q, &options, r, &reading, &sent, f);
		if (reading.class != ANSWER_VERSION || s->old_version)
			break;
		log_debug("%s does not serve API version %s, using %s",
		    client_who(s->client), VERSION_NEW, VERSION_OLD);
		s->old_version = true;
		reading_wipe(&reading);
		response_wipe(r);
	}
	if (ask->sent != NULL)
		*ask->sent = sent;
	if (status != STATUS_OK) {
		reading_wipe(&reading);
		return status;
	}
	if (reading.class == ANSWER_NOT_MODIFIED && *etag != NULL) {
		*changed = false;
	} else if (reading.class == ANSWER_OK) {
		*changed = true;
		tag = response_field(r, "ETag");
		free(*etag);
		*etag = tag != NULL && strlen(tag) <= ETAG_MAX &&
		    !text_has_control(tag) ? xstrdup(tag) : NULL;
	} else {
		/* To a question it is a state of the moment, no refusal. */
		if (r->status == CONFLICT)
			reading.class = ANSWER_FAILED;
		status = session_fault(s, r, &reading, ask->ref, f);
	}
	reading_wipe(&reading);
	return status;
}
