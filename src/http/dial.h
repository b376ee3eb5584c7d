/*
 * A URL to a conn that is ready for a request: directly, or by a tunnel through
 * a proxy.
 */
#ifndef HTTP_DIAL_H
#define HTTP_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "http/proxy.h"
#include "http/url.h"
#include "net/conn.h"
#include "net/trust.h"

/* The way to a server. */
struct dial_route {
	const struct url	*to;		/* lent, as are the next two */
	const struct trust	*trust;		/* NULL if no hop has TLS */
	const struct proxy	*proxy;		/* NULL: none in between */
	char			*who;		/* begins messages */
	bool			 let_through;	/* by the proxy, once */
	bool			 stood;		/* the server's TLS, once */
};

/* Decides whether the proxy serves this URL.  All is lent. */
void	 dial_route_init(struct dial_route *, const struct url *,
	    const struct proxy *, const struct trust *);
void	 dial_route_wipe(struct dial_route *);

/*
 * Connects, asks the proxy for a tunnel if there is one, and for https shakes
 * hands.  Names are resolved only as far as
 * this machine connects itself: behind a proxy the server's is not.  A refusal
 * by the proxy is never lasting once it has let us through, nor is a bad
 * certificate where there was a good one.
 */
enum status dial(struct conn **, struct dial_route *, int64_t deadline_ms,
	    struct fault *);

#endif
