/* SPDX-License-Identifier: ISC */
/*
 * Requests to one server over a connection that is kept and replaced as need
 * be.  Never repeats a request that may have acted.  Whatever the reason for
 * them, requests go out at a bounded rate: some hundred at once, then one at a
 * time, which waits for its turn.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "http/exchange.h"
#include "http/proxy.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "net/trust.h"

struct client;

enum client_redirects {
	CLIENT_SAME_ORIGIN,  /* others are a fault */
	CLIENT_REPORT_OTHERS /* others are returned, a 3xx */
};

struct client_options {
	struct exchange_limits limits; /* for all hops */
	enum client_redirects redirects;
	response_sink sink; /* response_stream; or NULL */
	void *sink_ctx;
};

/* The server's url, the proxy (which may be none) and the trust are lent. */
struct client *client_new(
    const struct url *, const struct proxy *, const struct trust *);
void client_free(struct client *);

/* "api.github.com", "ghe.example:8443": how messages name the server. */
const char *client_who(const struct client *);

/*
 * Waits for the turn of a request with this method, and sees to a connection
 * that it may go on.  One that acts (a POST) goes on a new connection, so that
 * its loss is never that of a kept one; a GET may use a kept one.  Whatever
 * fails here, the request has not been sent.
 *
 * What went well before (being let through by the proxy, the server's TLS) may
 * do so again: its failure is not lasting then.
 */
enum status client_connect(
    struct client *, enum request_method, int64_t deadline_ms, struct fault *);

/*
 * Carries out the request that client_connect has just been called for (its
 * authority is filled in here).  `r` is initialised here and wiped by the
 * caller, in every case.
 *
 * A GET is repeated once, on a new connection, if the kept one proves dead.
 * Redirects are followed to the same scheme, host and port, at most five, with
 * method and body kept; any other is a lasting STATUS_PROTOCOL (nothing has
 * acted), unless the options leave it to the caller.
 *
 * *sent: a byte of the request may have reached the server, and the fault (if
 * any) leaves open what it did.  False for every failure before that.
 */
enum status client_do(struct client *, struct request *, struct response *r,
    const struct client_options *, bool *sent, struct fault *);

/*
 * GETs what a redirect to another server leads to: `location` is that of an
 * answer to `target` of this client's server.  Nothing of ours goes there but
 * the request line and a User-Agent: no token.  Whether the proxy is used is
 * decided for each server.  Follows up to five more; never from https to
 * http, nor the other way (no roots are loaded then).  `r` as in client_do;
 * connecting counts as time for the head of the answer.
 */
enum status client_get_elsewhere(struct client *, const char *location,
    const char *target, struct response *r, const struct client_options *,
    struct fault *);

#endif
