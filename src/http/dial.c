#include "compat.h"

#include "base/clock.h"
#include "base/least.h"
#include "http/dial.h"
#include "net/tcp.h"
#include "net/tls.h"

#define HANDSHAKE_MS	10000	/* a peer that stalls is worth another try */

enum status
dial(struct conn **c, const struct url *u, const char *who,
    const struct trust *trust, int64_t deadline_ms, struct fault *f)
{
	struct tls_peer peer = { .who = who, .host = u->host };
	enum status status;
	int64_t until_ms;

	status = tcp_open(c, who, u->host, u->port, deadline_ms, f);
	if (status != STATUS_OK || !u->tls)
		return status;
	until_ms = least(clock_after(&clock_system, HANDSHAKE_MS),
	    deadline_ms);
	return tls_open(c, *c, &peer, trust, until_ms, f);
}
