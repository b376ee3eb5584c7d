/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/route.h"
#include "http/tunnel.h"
#include "net/tcp.h"
#include "net/tls.h"

#define HANDSHAKE_MS 10000 /* a peer that stalls is worth another try */

void
route_init(struct route *r, const struct url *to, const struct proxy *proxy,
    const struct trust *trust)
{
	struct buf who;

	memset(r, 0, sizeof *r);
	r->to = to;
	r->trust = trust;
	buf_init(&who, BUF_TEXT_MAX);
	url_add_authority(&who, to);
	r->who = buf_take(&who);
	if (!proxy_is_set(proxy))
		return;
	if (proxy_serves(proxy, to)) {
		r->proxy = proxy;
		log_debug("%s: through the proxy %s (%s)", r->who, proxy->name,
		    proxy->from);
	} else {
		log_debug(
		    "%s: connecting directly: %s excludes it from the proxy of "
		    "%s",
		    r->who, proxy->except_from, proxy->from);
	}
}

void
route_wipe(struct route *r)
{
	free(r->who);
	memset(r, 0, sizeof *r);
}

/* Wraps the conn in TLS, for https; it is gone on failure. */
static enum status
shake_hands(const struct route *r, struct conn **c, const struct url *peer,
    const char *who, int64_t deadline_ms, struct fault *f)
{
	struct tls_peer p = {
		.who = who,
		.host = peer->host,
		.via = peer == r->to && r->proxy != NULL ? r->proxy->name
							 : NULL,
	};

	if (!peer->tls)
		return STATUS_OK;
	return tls_open(c, *c, &p, r->trust,
	    least(clock_after(&clock_system, HANDSHAKE_MS), deadline_ms), f);
}

static enum status
connect_to_proxy(const struct route *r, struct conn **c, const char *who,
    int64_t deadline_ms, struct fault *f)
{
	const struct url *to = &r->proxy->url;
	enum status status;

	status = tcp_open(c, who, to->host, to->port, deadline_ms, f);
	if (status == STATUS_OK)
		return shake_hands(r, c, to, who, deadline_ms, f);
	if (!status_is_signal(status))
		fault_add(f, " (the proxy of %s)", r->proxy->from);
	return status;
}

/* Until the tunnel is open, messages name the proxy alone; then both, because
 * either may be at fault. */
static enum status
open_tunnel(const struct route *r, struct conn **c, int64_t deadline_ms,
    struct fault *f)
{
	enum status status;
	struct buf who;

	buf_init(&who, BUF_TEXT_MAX);
	buf_addf(&who, "proxy %s", r->proxy->name);
	status = connect_to_proxy(r, c, buf_str(&who), deadline_ms, f);
	if (status == STATUS_OK) {
		status = tunnel_open(*c, r->proxy, r->to, deadline_ms, f);
		if (status != STATUS_OK)
			conn_close(*c);
	}
	if (status == STATUS_OK) {
		buf_clear(&who);
		buf_addf(
		    &who, "%s (through the proxy %s)", r->who, r->proxy->name);
		conn_rename(*c, buf_str(&who));
	}
	buf_free(&who);
	return status;
}

enum status
route_connect(const struct route *r, struct conn **c, int64_t deadline_ms,
    enum route_stage *reached, struct fault *f)
{
	enum status status;

	*reached = ROUTE_START;
	if (r->proxy != NULL)
		status = open_tunnel(r, c, deadline_ms, f);
	else
		status = tcp_open(
		    c, r->who, r->to->host, r->to->port, deadline_ms, f);
	if (status == STATUS_OK) {
		*reached = ROUTE_TUNNEL;
		status = shake_hands(r, c, r->to, r->who, deadline_ms, f);
	}
	if (status == STATUS_OK)
		*reached = ROUTE_CONNECTED;
	else
		*c = NULL;
	return status;
}
