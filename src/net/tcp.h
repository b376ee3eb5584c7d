/*
 * TCP connections, raced over all addresses of a host (RFC 8305).
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdint.h>

#include "net/conn.h"

/*
 * Opens a connection; `who` begins every message about it.  At most 10 s per
 * address, and the deadline.
 * STATUS_RESOLVE, STATUS_CONNECT, what poll_until reports, or a signal's.
 */
enum status tcp_open(struct conn **, const char *who, const char *host,
	    uint16_t port, int64_t deadline_ms, struct fault *);

#endif
