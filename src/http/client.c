#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/client.h"
#include "http/dial.h"
#include "http/exchange.h"

#define REDIRECTS_MAX	5
#define CONNECT_MS	30000	/* name, addresses and handshake */
#define POST_IDLE_MS	1000	/* a server may close an idler one any time */
#define GET_IDLE_MS	30000	/* keys of a TLS connection are not renewed */

struct client {
	const struct url	*url;
	const struct trust	*trust;
	char			*who;
	struct conn		*conn;		/* NULL: none */
	int64_t			 idle_since_ms;
};

struct client *
client_new(const struct url *url, const struct trust *trust)
{
	struct client *c = xcalloc(1, sizeof *c);
	struct buf who;

	c->url = url;
	c->trust = trust;
	buf_init(&who, BUF_TEXT_MAX);
	url_add_authority(&who, url);
	c->who = xstrdup(buf_str(&who));
	buf_free(&who);
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
	free(c->who);
	free(c);
}

const char *
client_who(const struct client *c)
{
	return c->who;
}

/* The kept connection, if this request may go on it. */
static bool
may_reuse(struct client *c, const struct request *q)
{
	int64_t idle_ms = clock_now(&clock_system) - c->idle_since_ms;

	return c->conn != NULL && conn_is_quiet(c->conn) && idle_ms <
	    (request_is_idempotent(q) ? GET_IDLE_MS : POST_IDLE_MS);
}

/* The instant after a duration, or the deadline if that comes first. */
static int64_t
until(int64_t duration_ms, int64_t deadline_ms)
{
	int64_t instant_ms = clock_after(&clock_system, duration_ms);

	return instant_ms < deadline_ms ? instant_ms : deadline_ms;
}

/* One request, one answer; connects if need be. */
static enum status
do_once(struct client *c, const struct request *q, struct response *r,
    const struct client_limits *limits, bool *sent, struct fault *f)
{
	struct exchange_limits ends;
	enum status status;
	bool reused;

	*sent = false;
	for (;;) {
		if (!(reused = may_reuse(c, q))) {
			hang_up(c);
			status = dial(&c->conn, c->url, c->who, c->trust,
			    until(CONNECT_MS, limits->deadline_ms), f);
			if (status != STATUS_OK) {
				c->conn = NULL;
				return status;
			}
		}
		ends.head_deadline_ms = until(limits->head_ms,
		    limits->deadline_ms);
		ends.deadline_ms = until(limits->answer_ms,
		    limits->deadline_ms);
		status = exchange(c->conn, c->who, q, r, &ends, sent, f);
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
		response_wipe(r);
		response_init(r, q->method);
	}
}

static bool
is_redirect(const struct response *r)
{
	return r->status == 301 || r->status == 302 || r->status == 307 ||
	    r->status == 308;
}

/* The target of a redirect, owned by the caller; NULL and a fault if it leads
 * elsewhere. */
static char *
redirect_target(const struct client *c, const struct response *r,
    const char *from, struct fault *f)
{
	const char *location = response_field(r, "Location"), *wrong;
	char *target = NULL;
	struct url to;
	struct buf origin;

	if (location == NULL) {
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered %u, a redirect without a Location", c->who,
		    r->status);
		return NULL;
	}
	wrong = url_parse_location(&to, &target, location, c->url, from);
	if (wrong != NULL) {
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: answered %u, a redirect to what is no fit URL: %s",
		    c->who, r->status, wrong);
	} else if (!url_same_origin(&to, c->url)) {
		buf_init(&origin, BUF_TEXT_MAX);
		url_add_origin(&origin, &to);
		fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: refused to follow a redirect (%u) to %s: the token "
		    "must not go to another server. If that is the right "
		    "one, give it as --api-url", c->who, r->status,
		    buf_str(&origin));
		buf_free(&origin);
		free(target);
		target = NULL;
	}
	url_wipe(&to);
	return target;
}

enum status
client_do(struct client *c, struct request *q, struct response *r,
    const struct client_limits *limits, bool *sent, struct fault *f)
{
	const char *first_target = q->target;
	char *target = NULL, *next;
	enum status status;
	int hops;

	q->authority = c->who;
	for (hops = 0;; hops++) {
		response_init(r, q->method);
		status = do_once(c, q, r, limits, sent, f);
		if (status != STATUS_OK || !is_redirect(r))
			break;
		*sent = false;
		if (hops == REDIRECTS_MAX) {
			status = fault_set_lasting(f, STATUS_PROTOCOL,
			    "%s: more than %d redirects in a row", c->who,
			    REDIRECTS_MAX);
			break;
		}
		next = redirect_target(c, r, q->target, f);
		if (next == NULL) {
			status = f->status;
			break;
		}
		log_debug("%s: %u redirects to %s", c->who, r->status, next);
		free(target);
		q->target = target = next;
		response_wipe(r);
	}
	q->target = first_target;
	free(target);
	return status;
}
