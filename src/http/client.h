/*
 * Requests to one server over a connection that is kept and replaced as need
 * be.  Never repeats a request that may have acted.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "net/trust.h"

struct client;

struct client_limits {
	int64_t	head_ms;	/* most time from sending to the head's end */
	int64_t	answer_ms;	/* to the answer's end; CLOCK_NEVER: no limit */
	int64_t	deadline_ms;	/* instant for everything */
};

/* The server's url and the trust are lent. */
struct client *client_new(const struct url *, const struct trust *);
void	 client_free(struct client *);

/* "api.github.com", "ghe.example:8443": how messages name the server. */
const char *client_who(const struct client *);

/*
 * Carries out the request (its authority is filled in here).  `r` is
 * initialised here and wiped by the caller, in every case.
 *
 * A request that acts (a POST) goes on a new connection, or on one that was
 * idle for under a second and shows no sign of being closed; a GET may also
 * use an older one, and is repeated once if that one proves dead.  Redirects
 * are followed to the same scheme, host and port, at most five, with method
 * and body kept; any other is a lasting STATUS_PROTOCOL (nothing has acted).
 *
 * *sent: a byte of the request may have reached the server, and the fault (if
 * any) leaves open what it did.  False for every failure before that.
 */
enum status client_do(struct client *, struct request *, struct response *r,
	    const struct client_limits *, bool *sent, struct fault *);

#endif
