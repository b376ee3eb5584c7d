/* SPDX-License-Identifier: ISC */
/*
 * The way to a server: turns a URL into a conn that is ready for a request,
 * directly or by a tunnel through a proxy.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdint.h>

#include "http/proxy.h"
#include "http/url.h"
#include "net/conn.h"
#include "net/trust.h"

struct route {
	const struct url *to;      /* lent, as are the next two */
	const struct trust *trust; /* NULL if no hop has TLS */
	const struct proxy *proxy; /* NULL: none in between */
	char *who;                 /* begins messages */
};

/* How far a connection has come. */
enum route_stage {
	ROUTE_START,
	ROUTE_TUNNEL,    /* the proxy has let it through */
	ROUTE_CONNECTED, /* ready for a request */
	ROUTE_ANSWERED   /* the server has answered one */
};

/* Decides whether the proxy is used for this URL.  All arguments are lent. */
void route_init(struct route *, const struct url *, const struct proxy *,
    const struct trust *);
void route_wipe(struct route *);

/*
 * Connects, asks the proxy for a tunnel if there is one, and for https does the
 * TLS handshake.  Only names that this machine connects to itself are resolved:
 * not the server's behind a proxy.  *reached is ROUTE_CONNECTED, or the last
 * stage before a failure, after which the conn is NULL.
 */
enum status route_connect(const struct route *, struct conn **,
    int64_t deadline_ms, enum route_stage *reached, struct fault *);

#endif
