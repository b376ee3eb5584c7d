/*
 * Host names to addresses, under a deadline.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"

/* More addresses than anyone should try. */
#define RESOLVE_MAX	12

struct resolve_address {
	struct sockaddr_storage	addr;
	socklen_t		len;
};

struct resolve_list {
	struct resolve_address	addresses[RESOLVE_MAX];
	size_t			count;
};

/* Longest text of an address, with port and brackets. */
#define RESOLVE_TEXT_MAX	64

/*
 * Fills the list, families interleaved and IPv6 first (RFC 8305, 4).  An
 * address literal needs no lookup.  A lookup that outlives the deadline is
 * abandoned.  STATUS_RESOLVE, or STATUS_NO_HOST if the answer was that there is
 * no such name.
 */
enum status resolve_host(struct resolve_list *, const char *host,
	    uint16_t port, int64_t deadline_ms, struct fault *);

/* "192.0.2.1:443", "[2001:db8::1]:443". */
void	 resolve_text(const struct resolve_address *,
	    char text[RESOLVE_TEXT_MAX]);

#endif
