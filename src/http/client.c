#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/client.h"
#include "http/dial.h"
#include "http/exchange.h"

#define REDIRECTS_MAX	5
#define CONNECT_MS	30000	/* name, addresses, tunnel and handshake */
#define IDLE_MS		30000	/* keys of a TLS connection are not renewed */

/*
 * However a server's answers are turned and twisted, it gets no more requests
 * than this: in the long run the 900 a minute that GitHub allows
 * (docs.github.com, "Rate limits for the REST API": points per minute).  A
 * search among many new runs reads some hundred lists at once, and may.
 */
#define TURN_MS		67	/* between two requests, in the long run */
#define BURST		500	/* requests that need not wait for that */

struct client {
	const struct url	*url;
	const struct proxy	*proxy;
	struct dial_route	 route;
	const char		*who;		/* the route's */
	struct conn		*conn;		/* NULL: none */
	bool			 answered;	/* by the server, once */
	int64_t			 booked_ms;	/* turns are taken until then */
	int64_t			 idle_since_ms;
};

struct client *
client_new(const struct url *url, const struct proxy *proxy,
    const struct trust *trust)
{
	struct client *c = xcalloc(1, sizeof *c);

	c->url = url;
	c->proxy = proxy;
	dial_route_init(&c->route, url, proxy, trust);
	c->who = c->route.who;
	return c;
}

static void
hang_up(struct client *c)
{
	conn_close(c->conn);
	c->conn = NULL;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	hang_up(c);
	dial_route_wipe(&c->route);
	free(c);
}

const char *
client_who(const struct client *c)
{
	return c->who;
}

/*
 * The kept connection, if this request may go on it.  Its end may be on the
 * way, however short it was idle: a GET would be repeated, but nobody could
 * tell what became of a POST.
 */
static bool
may_reuse(struct client *c, const struct request *q)
{
	int64_t idle_ms = clock_now(&clock_system) - c->idle_since_ms;

	return c->conn != NULL && request_is_idempotent(q) &&
	    idle_ms < IDLE_MS && conn_is_quiet(c->conn);
}

/* The instant after a duration, or the deadline if that comes first. */
static int64_t
until(int64_t duration_ms, int64_t deadline_ms)
{
	return least(clock_after(&clock_system, duration_ms), deadline_ms);
}

static void
begin_response(struct response *r, const struct request *q,
    const struct client_options *o)
{
	response_init(r, q->method);
	if (o->sink != NULL)
		response_stream(r, o->sink, o->sink_ctx);
}

/* Waits until a request more is no more than may be. */
static enum status
take_turn(struct client *c, int64_t deadline_ms, struct fault *f)
{
	int64_t now_ms, turn_ms;

	for (;;) {
		now_ms = clock_now(&clock_system);
		turn_ms = c->booked_ms - (BURST - 1) * TURN_MS;
		if (turn_ms <= now_ms)
			break;
		if (interrupt_pending())
			return interrupt_fault(f);
		if (deadline_ms <= now_ms)
			return fault_set(f, STATUS_TIMEOUT, "%s: not asked "
			    "again: there have been too many requests within "
			    "the last minute", c->who);
		clock_sleep_until(&clock_system, least(turn_ms, deadline_ms));
	}
	c->booked_ms = most(c->booked_ms, now_ms) + TURN_MS;
	return STATUS_OK;
}

/* One request, one answer; connects if need be. */
static enum status
do_once(struct client *c, const struct request *q, struct response *r,
    const struct client_options *o, int64_t connect_by_ms, int64_t *half_ms,
    bool *sent, struct fault *f)
{
	struct exchange_limits ends;
	enum status status;
	bool reused;

	*sent = false;
	for (;;) {
		status = take_turn(c, connect_by_ms, f);
		if (status != STATUS_OK)
			return status;
		if (!(reused = may_reuse(c, q))) {
			hang_up(c);
			status = dial(&c->conn, &c->route, until(CONNECT_MS,
			    connect_by_ms), f);
			if (status != STATUS_OK) {
				c->conn = NULL;
				return status;
			}
		}
		if (o->leaves_half && *half_ms == CLOCK_NEVER)
			*half_ms = o->deadline_ms - clock_left(&clock_system,
			    o->deadline_ms) / 2;
		ends.head_deadline_ms = until(o->head_ms, least(*half_ms,
		    o->deadline_ms));
		ends.deadline_ms = until(o->answer_ms, least(*half_ms,
		    o->deadline_ms));
		status = exchange(c->conn, q, r, &ends, sent, f);
		/* One of several servers behind the name, maybe. */
		if (status == STATUS_TLS && c->answered &&
		    request_is_idempotent(q))
			f->lasting = false;
		c->answered = c->answered || status == STATUS_OK;
		if (status == STATUS_OK && r->keep_alive)
			c->idle_since_ms = clock_now(&clock_system);
		else
			hang_up(c);
		/* The server closed the kept connection before it saw this
		 * GET; a POST never goes on one that old. */
		if (status != STATUS_CLOSED || !reused ||
		    !request_is_idempotent(q) || r->head_bytes > 0)
			return status;
		log_debug("%s: kept connection was closed, connecting anew",
		    c->who);
		*sent = false;
		response_wipe(r);
		begin_response(r, q, o);
	}
}

/*
 * Who may decide where a request goes, and what it carries?  The token goes to
 * the server that the configuration names, and what comes from elsewhere has
 * these rules:
 *
 *	Location, to the same		followed, five in a row, with method,
 *	  scheme, host and port		  body and token: client_do
 *	Location, to anything else	refused; or of a log followed, without
 *					  the token and never from https to
 *					  http: client_get_elsewhere
 *	Link				asked whether there is a next page;
 *					  its URL is ours: github/runs.c
 *	html_url			shown if it is fit, never asked for
 *	run_url, jobs_url, logs_url	never read
 *	ETag				sent back, in one bounded header without
 *					  control characters: github/session.c
 *	Set-Cookie, Alt-Svc, Refresh	never read
 *	X-GitHub-SSO			its URL is shown, never asked for
 *	3xx to a CONNECT		a refusal: http/tunnel.c
 *	a run's URL from the user	names a run on the server that is
 *					  configured, or none:
 *					  cli/load_server.c
 *	names and IDs in a path		percent-encoded, slashes too: http/url.c
 *	anything in a header, a path	without control characters, or nothing
 *					  is sent: http/request.c
 */
static bool
is_redirect(const struct response *r)
{
	return r->status == 301 || r->status == 302 || r->status == 307 ||
	    r->status == 308;
}

/*
 * Where a redirect leads: *to and the target, owned by the caller; NULL and a
 * fault if it is no URL.
 */
static char *
redirect_target(const struct client *c, const struct response *r,
    const char *from, struct url *to, struct fault *f)
{
	const char *location = response_field(r, "Location"), *wrong;
	char *target = NULL;

	memset(to, 0, sizeof *to);
	if (location == NULL) {
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered %u, a redirect without a Location", c->who,
		    r->status);
		return NULL;
	}
	wrong = url_parse_location(to, &target, location, c->url, from);
	if (wrong != NULL)
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered %u, a redirect to what is no fit URL: %s",
		    c->who, r->status, wrong);
	return target;
}

static enum status
refuse_redirect(const struct client *c, const struct response *r,
    const struct url *to, struct fault *f)
{
	struct buf origin;

	buf_init(&origin, BUF_TEXT_MAX);
	url_add_origin(&origin, to);
	fault_set_lasting(f, STATUS_PROTOCOL,
	    "%s: refused to follow a redirect (%u) to %s: the token must not "
	    "go to another server. If that is the right one, give it as "
	    "--api-url", c->who, r->status, buf_str(&origin));
	buf_free(&origin);
	return STATUS_PROTOCOL;
}

enum status
client_do(struct client *c, struct request *q, struct response *r,
    const struct client_options *o, bool *sent, struct fault *f)
{
	const char *first_target = q->target;
	int64_t half_ms = CLOCK_NEVER, connect_by_ms;
	char *target = NULL, *next;
	enum status status;
	struct url to;
	int hops;

	q->authority = c->who;
	for (hops = 0;; hops++) {
		begin_response(r, q, o);
		/* What has been redirected has reached the server. */
		connect_by_ms = hops == 0 && o->connect_by_ms > 0 ?
		    least(o->connect_by_ms, o->deadline_ms) : o->deadline_ms;
		status = do_once(c, q, r, o, connect_by_ms, &half_ms, sent, f);
		if (status != STATUS_OK || !is_redirect(r))
			break;
		*sent = false;
		if (hops == REDIRECTS_MAX) {
			status = fault_set_lasting(f, STATUS_PROTOCOL,
			    "%s: more than %d redirects in a row", c->who,
			    REDIRECTS_MAX);
			break;
		}
		next = redirect_target(c, r, q->target, &to, f);
		if (next == NULL)
			status = f->status;
		/* Not its query, which may be a signature: who has that may
		 * read what it is for. */
		else if (url_same_origin(&to, c->url))
			log_debug("%s: %u redirects to %.*s", c->who,
			    r->status, (int)strcspn(next, "?"), next);
		else if (o->redirects == CLIENT_SAME_ORIGIN)
			status = refuse_redirect(c, r, &to, f);
		if (next == NULL || !url_same_origin(&to, c->url)) {
			url_wipe(&to);
			free(next);
			break;
		}
		url_wipe(&to);
		free(target);
		q->target = target = next;
		response_wipe(r);
	}
	q->target = first_target;
	free(target);
	return status;
}

enum status
client_get_elsewhere(struct client *c, const char *location,
    const char *target, struct response *r, const struct client_options *o,
    struct fault *f)
{
	struct client_options there = *o;
	struct url url, next_url;
	struct client *other;
	enum status status;
	struct request q;
	char *path, *next;
	const char *wrong;
	bool sent;
	int hops;

	there.redirects = CLIENT_REPORT_OTHERS;
	response_init(r, REQUEST_GET);
	wrong = url_parse_location(&url, &path, location, c->url, target);
	if (wrong != NULL) {
		url_wipe(&url);
		return fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: a redirect to what is no fit URL: %s", c->who, wrong);
	}
	for (hops = 0;; hops++) {
		if (url.tls != c->url->tls) {
			status = fault_set_lasting(f, STATUS_PROTOCOL,
			    "%s: refused to follow a redirect from %s to %s",
			    c->who, c->url->tls ? "https" : "http",
			    url.tls ? "https" : "http");
			break;
		}
		response_wipe(r);
		memset(&q, 0, sizeof q);
		q.method = REQUEST_GET;
		q.target = path;
		request_add(&q, "User-Agent", "return-dispatch/"
		    PACKAGE_VERSION);
		request_add(&q, "Accept", "*/*");
		other = client_new(&url, c->proxy, c->route.trust);
		status = client_do(other, &q, r, &there, &sent, f);
		next = NULL;
		if (status == STATUS_OK && is_redirect(r)) {
			next = redirect_target(other, r, path, &next_url, f);
			if (next == NULL || hops == REDIRECTS_MAX)
				status = fault_set_lasting(f, STATUS_PROTOCOL,
				    "%s: redirects that lead nowhere",
				    c->who);
		}
		client_free(other);
		if (next == NULL || status != STATUS_OK) {
			if (next != NULL)
				url_wipe(&next_url);
			free(next);
			break;
		}
		url_wipe(&url);
		url = next_url;
		free(path);
		path = next;
	}
	url_wipe(&url);
	free(path);
	return status;
}
