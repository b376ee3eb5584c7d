#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/dial.h"
#include "http/tunnel.h"
#include "net/tcp.h"
#include "net/tls.h"

#define HANDSHAKE_MS	10000	/* a peer that stalls is worth another try */

void
dial_route_init(struct dial_route *r, const struct url *to,
    const struct proxy *proxy, const struct trust *trust)
{
	struct buf who;

	memset(r, 0, sizeof *r);
	r->to = to;
	r->trust = trust;
	buf_init(&who, BUF_TEXT_MAX);
	url_add_authority(&who, to);
	r->who = xstrdup(buf_str(&who));
	buf_free(&who);
	if (!proxy_is_set(proxy))
		return;
	if (proxy_serves(proxy, to)) {
		r->proxy = proxy;
		log_debug("%s: through the proxy %s (%s)", r->who, proxy->name,
		    proxy->from);
	} else {
		log_debug("%s: connecting directly: %s excludes it from the "
		    "proxy of %s", r->who, proxy->except_from, proxy->from);
	}
}

void
dial_route_wipe(struct dial_route *r)
{
	free(r->who);
	memset(r, 0, sizeof *r);
}

static enum status
handshake(struct conn **c, const struct tls_peer *peer,
    const struct trust *trust, int64_t deadline_ms, struct fault *f)
{
	return tls_open(c, *c, peer, trust,
	    least(clock_after(&clock_system, HANDSHAKE_MS), deadline_ms), f);
}

static enum status
connect_to_proxy(struct conn **c, const struct dial_route *r, const char *who,
    int64_t deadline_ms, struct fault *f)
{
	const struct url *to = &r->proxy->url;
	struct tls_peer peer = { .who = who, .host = to->host,
	    .stood = r->let_through };
	enum status status;

	status = tcp_open(c, who, to->host, to->port, deadline_ms, f);
	if (status != STATUS_OK && !status_is_signal(status))
		fault_add(f, " (the proxy of %s)", r->proxy->from);
	if (status != STATUS_OK || !to->tls)
		return status;
	return handshake(c, &peer, r->trust, deadline_ms, f);
}

/* What fails is the proxy's failing until the tunnel stands; then it may be
 * either's. */
static enum status
dial_through_proxy(struct conn **c, struct dial_route *r, int64_t deadline_ms,
    struct fault *f)
{
	enum status status;
	struct buf who;

	buf_init(&who, BUF_TEXT_MAX);
	buf_addf(&who, "proxy %s", r->proxy->name);
	status = connect_to_proxy(c, r, buf_str(&who), deadline_ms, f);
	if (status == STATUS_OK) {
		status = tunnel_open(*c, r->proxy, r->to, deadline_ms, f);
		if (status != STATUS_OK) {
			conn_close(*c);
			/* What was right before is refused for want of a
			 * directory or the like, which must not end a wait. */
			f->lasting = f->lasting && !r->let_through;
		}
	}
	if (status == STATUS_OK) {
		r->let_through = true;
		buf_clear(&who);
		buf_addf(&who, "%s (through the proxy %s)", r->who,
		    r->proxy->name);
		conn_rename(*c, buf_str(&who));
	}
	buf_free(&who);
	return status;
}

enum status
dial(struct conn **c, struct dial_route *r, int64_t deadline_ms,
    struct fault *f)
{
	struct tls_peer peer = { .who = r->who, .host = r->to->host,
	    .stood = r->stood };
	enum status status;

	if (r->proxy != NULL) {
		peer.via = r->proxy->name;
		status = dial_through_proxy(c, r, deadline_ms, f);
	} else {
		status = tcp_open(c, r->who, r->to->host, r->to->port,
		    deadline_ms, f);
	}
	if (status != STATUS_OK || !r->to->tls)
		return status;
	status = handshake(c, &peer, r->trust, deadline_ms, f);
	r->stood = r->stood || status == STATUS_OK;
	return status;
}
