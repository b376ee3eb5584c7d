/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/client.h"
#include "http/route.h"

#define REDIRECTS_MAX 5
#define CONNECT_MS    30000 /* for name, addresses, tunnel and handshake */
#define IDLE_MS       30000 /* keys of a TLS connection are not renewed */

/*
 * Whatever a server answers, it gets no more requests than this: in the long
 * run the 900 a minute that GitHub allows (docs.github.com, "Rate limits for
 * the REST API": points per minute).  A search among many new runs may read
 * some hundred lists at once.
 */
#define TURN_MS INT64_C(67) /* between two requests, in the long run */
#define BURST   500         /* requests that need not wait for that */

struct client {
	const struct url *url;
	const struct proxy *proxy;
	struct route route;
	enum route_stage best; /* stage reached so far */
	struct conn *conn;     /* NULL: none */
	bool is_kept;          /* it has served a request */
	int64_t booked_ms;     /* turns are taken until then */
	int64_t idle_since_ms;
};

struct client *
client_new(
    const struct url *url, const struct proxy *proxy, const struct trust *trust)
{
	struct client *c = xcalloc(1, sizeof *c);

	c->url = url;
	c->proxy = proxy;
	route_init(&c->route, url, proxy, trust);
	return c;
}

static void
hang_up(struct client *c)
{
	conn_close(c->conn);
	c->conn = NULL;
	c->is_kept = false;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	hang_up(c);
	route_wipe(&c->route);
	free(c);
}

const char *
client_who(const struct client *c)
{
	return c->route.who;
}

void
client_describe(const struct client *c, struct buf *out)
{
	const struct proxy *proxy = c->route.proxy;

	buf_adds(out, client_who(c));
	if (proxy != NULL)
		buf_addf(out, " through the proxy %s (%s)", proxy->name,
		    proxy->from);
	if (c->conn != NULL)
		conn_describe(c->conn, out);
}

/*
 * Whether this request may use the kept connection.  The server may be closing
 * it, however short it was idle: a GET would be repeated, but nobody could tell
 * what became of a POST.
 */
static bool
may_reuse(struct client *c, enum request_method method)
{
	int64_t idle_ms = clock_now(&clock_system) - c->idle_since_ms;

	return c->conn != NULL && request_is_idempotent(method) &&
	    idle_ms < IDLE_MS && conn_is_quiet(c->conn);
}

/* Waits until the rate allows one more request. */
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
			return fault_set(f, STATUS_TIMEOUT,
			    "%s: the request was not sent in time, because "
			    "this program limits how many it sends a minute",
			    client_who(c));
		clock_sleep_until(&clock_system, least(turn_ms, deadline_ms));
	}
	c->booked_ms = most(c->booked_ms, now_ms) + TURN_MS;
	return STATUS_OK;
}

/*
 * Notes how far a connection came, or where it failed.  What went well before
 * may do so again, so its failure is not lasting: one of several servers behind
 * a name, a login page of the network, or a proxy that has lost its directory
 * must not end a wait.
 */
static void
note_stage(struct client *c, enum route_stage reached, enum status status,
    struct fault *f)
{
	if (status != STATUS_OK && status != STATUS_TRUST &&
	    !status_is_signal(status) && reached < c->best)
		f->lasting = false;
	if (reached > c->best)
		c->best = reached;
}

enum status
client_connect(struct client *c, enum request_method method,
    int64_t deadline_ms, struct fault *f)
{
	enum route_stage reached;
	enum status status;

	status = take_turn(c, deadline_ms, f);
	if (status != STATUS_OK || may_reuse(c, method))
		return status;
	hang_up(c);
	status = route_connect(&c->route, &c->conn,
	    least(deadline_ms, clock_after(&clock_system, CONNECT_MS)),
	    &reached, f);
	note_stage(c, reached, status, f);
	c->idle_since_ms = clock_now(&clock_system);
	return status;
}

/* Sends one request over the open connection and reads one answer. */
static enum status
do_once(struct client *c, const struct request *q, struct response *r,
    const struct client_options *o, bool *sent, struct fault *f)
{
	enum status status;

	assert(c->conn != NULL);
	assert(!c->is_kept || request_is_idempotent(q->method));
	status = exchange(c->conn, q, r, &o->limits, sent, f);
	if (status == STATUS_OK)
		note_stage(c, ROUTE_ANSWERED, status, f);
	/* A POST that is refused this late is not repeated. */
	else if (status == STATUS_TLS && request_is_idempotent(q->method))
		note_stage(c, ROUTE_CONNECTED, status, f);
	if (status == STATUS_OK && r->keep_alive) {
		c->is_kept = true;
		c->idle_since_ms = clock_now(&clock_system);
	} else {
		hang_up(c);
	}
	return status;
}

static void
begin_response(
    struct response *r, const struct request *q, const struct client_options *o)
{
	response_init(r, q->method);
	if (o->sink != NULL)
		response_stream(r, o->sink, o->sink_ctx);
}

/*
 * The server may have closed a kept connection before it saw this GET, which
 * then goes on a new one.  A POST never uses a kept one.
 */
static enum status
do_at_most_twice(struct client *c, const struct request *q, struct response *r,
    const struct client_options *o, bool *sent, struct fault *f)
{
	bool was_kept = c->is_kept;
	enum status status;

	status = do_once(c, q, r, o, sent, f);
	if (status != STATUS_CLOSED || !was_kept || r->head_bytes > 0)
		return status;
	log_debug(
	    "%s: the kept connection was closed, reconnecting", client_who(c));
	*sent = false;
	response_wipe(r);
	begin_response(r, q, o);
	status = client_connect(c, q->method, o->limits.head_deadline_ms, f);
	if (status == STATUS_OK)
		status = do_once(c, q, r, o, sent, f);
	return status;
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
 *					  its URL is ours: github/fetch.c
 *	html_url			shown if it is fit, never asked for
 *	run_url, jobs_url, logs_url	never read
 *	ETag				sent back, in one bounded header without
 *					  control characters: github/fetch.c
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
 * The target of a redirect, owned by the caller, with its server in *to.  NULL
 * and a fault if it is not a URL.
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
		    "%s: answered %u, a redirect without a Location header",
		    client_who(c), r->status);
		return NULL;
	}
	wrong = url_parse_location(to, &target, location, c->url, from);
	if (wrong != NULL)
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered %u, a redirect whose Location is not a "
		    "usable URL: %s",
		    client_who(c), r->status, wrong);
	return target;
}

static enum status
too_many_redirects(const struct client *c, struct fault *f)
{
	return fault_set_lasting(f, STATUS_PROTOCOL,
	    "%s: more than %d redirects in a row", client_who(c),
	    REDIRECTS_MAX);
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
	    "be sent to another server. If that server is the right one, give "
	    "its API URL with --api-url",
	    client_who(c), r->status, buf_str(&origin));
	buf_free(&origin);
	return STATUS_PROTOCOL;
}

/*
 * The target of a redirect, owned by the caller.  NULL if it is not followed,
 * with a fault and its status unless the options leave that to the caller.
 */
static char *
next_target(const struct client *c, const struct request *q,
    const struct response *r, const struct client_options *o,
    enum status *status, struct fault *f)
{
	struct url to;
	char *target;

	target = redirect_target(c, r, q->target, &to, f);
	if (target == NULL) {
		*status = f->status;
	} else if (url_same_origin(&to, c->url)) {
		/* The query is left out: it may be a signature that grants
		 * access. */
		log_debug("%s: %u redirects to %.*s", client_who(c), r->status,
		    (int)strcspn(target, "?"), target);
	} else {
		if (o->redirects == CLIENT_SAME_ORIGIN)
			*status = refuse_redirect(c, r, &to, f);
		free(target);
		target = NULL;
	}
	url_wipe(&to);
	return target;
}

enum status
client_do(struct client *c, struct request *q, struct response *r,
    const struct client_options *o, bool *sent, struct fault *f)
{
	const char *first_target = q->target;
	char *target = NULL, *next;
	enum status status;
	int hops;

	q->authority = client_who(c);
	begin_response(r, q, o);
	status = do_at_most_twice(c, q, r, o, sent, f);
	for (hops = 0; status == STATUS_OK && is_redirect(r); hops++) {
		/* A redirected request has not acted. */
		*sent = false;
		if (hops == REDIRECTS_MAX) {
			status = too_many_redirects(c, f);
			break;
		}
		next = next_target(c, q, r, o, &status, f);
		if (next == NULL)
			break;
		free(target);
		q->target = target = next;
		response_wipe(r);
		begin_response(r, q, o);
		status = client_connect(
		    c, q->method, o->limits.head_deadline_ms, f);
		if (status == STATUS_OK)
			status = do_at_most_twice(c, q, r, o, sent, f);
	}
	q->target = first_target;
	free(target);
	return status;
}

/* Where a redirect to another server leads. */
struct place {
	struct url url;
	char *target;
};

static void
place_wipe(struct place *p)
{
	url_wipe(&p->url);
	free(p->target);
	memset(p, 0, sizeof *p);
}

/* GETs what is there.  A redirect changes the place, and more follows. */
static enum status
get_there(const struct client *c, struct place *p, struct response *r,
    const struct client_options *o, bool *is_end, struct fault *f)
{
	struct request q = { .method = REQUEST_GET, .target = p->target };
	struct place next = { .target = NULL };
	struct client *there;
	enum status status;
	bool sent;

	*is_end = true;
	if (p->url.tls != c->url->tls)
		return fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: refused to follow a redirect from %s to %s",
		    client_who(c), c->url->tls ? "https" : "http",
		    p->url.tls ? "https" : "http");
	request_add(&q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(&q, "Accept", "*/*");
	there = client_new(&p->url, c->proxy, c->route.trust);
	status = client_connect(there, q.method, o->limits.head_deadline_ms, f);
	if (status == STATUS_OK) {
		response_wipe(r);
		status = client_do(there, &q, r, o, &sent, f);
	}
	if (status == STATUS_OK && is_redirect(r)) {
		next.target = redirect_target(
		    there, r, p->target, &next.url, f);
		if (next.target == NULL)
			status = f->status;
		*is_end = next.target == NULL;
	}
	client_free(there);
	if (*is_end) {
		place_wipe(&next);
	} else {
		place_wipe(p);
		*p = next;
	}
	return status;
}

enum status
client_get_elsewhere(struct client *c, const char *location, const char *target,
    struct response *r, const struct client_options *o, struct fault *f)
{
	struct client_options there = *o;
	struct place place;
	enum status status;
	const char *wrong;
	bool is_end = false;
	int hops;

	there.redirects = CLIENT_REPORT_OTHERS;
	response_init(r, REQUEST_GET);
	wrong = url_parse_location(
	    &place.url, &place.target, location, c->url, target);
	if (wrong != NULL)
		status = fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered with a redirect whose Location is not a "
		    "usable URL: %s",
		    client_who(c), wrong);
	else
		status = STATUS_OK;
	for (hops = 0; status == STATUS_OK && !is_end; hops++) {
		if (hops > REDIRECTS_MAX)
			status = too_many_redirects(c, f);
		else
			status = get_there(c, &place, r, &there, &is_end, f);
	}
	place_wipe(&place);
	return status;
}
