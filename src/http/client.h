/* SPDX-License-Identifier: ISC */
/*
 * Requests to one server, over a connection that is kept and replaced as
 * needed.  A request that may have acted is never repeated.  Requests go out at
 * a bounded rate: some hundred at once, then one at a time as its turn comes.
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
	CLIENT_SAME_ORIGIN,  /* others are faults */
	CLIENT_REPORT_OTHERS /* others are returned as a 3xx */
};

struct client_options {
	struct exchange_limits limits; /* for all hops */
	enum client_redirects redirects;
	response_sink sink; /* response_stream; or NULL */
	void *sink_ctx;
};

/* The server's URL, the proxy (which may be unset) and the trust are lent. */
struct client *client_new(
    const struct url *, const struct proxy *, const struct trust *);
void client_free(struct client *);

/* "api.github.com", "ghe.example:8443": how messages name the server. */
const char *client_who(const struct client *);

/*
 * Appends who the server is, by which proxy it is reached, and what is known of
 * the connection that client_connect has made.
 */
void client_describe(const struct client *, struct buf *);

/*
 * Waits for the turn of a request with this method, and makes a connection for
 * it.  A request that acts (a POST) gets a new connection, so that it is never
 * lost because a kept one was closed; a GET may use a kept one, or one that was
 * made for a GET and not used yet.  If this fails, the request has not been
 * sent.
 *
 * What went well before (the proxy's tunnel, the server's TLS) may do so again,
 * so its failure is not lasting.
 */
enum status client_connect(
    struct client *, enum request_method, int64_t deadline_ms, struct fault *);

/*
 * Carries out the request for which client_connect has just been called; its
 * authority is filled in here.  `r` is initialised here, and the caller wipes
 * it in every case.
 *
 * A GET is repeated once, on a new connection, if the kept one proves dead.  At
 * most five redirects are followed, with the same method and body, and only to
 * the same scheme, host and port; any other is a lasting STATUS_PROTOCOL
 * (nothing has acted), unless the options leave it to the caller.
 *
 * *sent: a byte of the request may have reached the server, and the fault (if
 * any) leaves open what it did.  False for every failure before that.
 */
enum status client_do(struct client *, struct request *, struct response *r,
    const struct client_options *, bool *sent, struct fault *);

/*
 * Follows a redirect to another server with a GET.  `location` comes from an
 * answer to `target` of this client's server.  Only the request line and a
 * User-Agent are sent there: no token.  Whether the proxy is used is decided
 * for each server.  Up to five more redirects are followed, but never from
 * https to http, nor the other way (for http, no roots are loaded).  `r` is as
 * in client_do; connecting counts towards the time for the head of the answer.
 */
enum status client_get_elsewhere(struct client *, const char *location,
    const char *target, struct response *r, const struct client_options *,
    struct fault *);

#endif
