/* SPDX-License-Identifier: ISC */
/*
 * Resolves host names to addresses, which are handed out one by one as they
 * become known, in the order in which to try them (RFC 8305, 3 and 4): the
 * families alternate, IPv6 first.
 *
 * Both families are looked up at the same time, each by itself, because musl's
 * resolver fails a lookup of both if one is dropped, refused or answered badly.
 * If neither has an address, the name is looked up once more with a final dot,
 * so that no search domain of /etc/resolv.conf is appended.  Address literals,
 * "localhost" and names in /etc/hosts need no nameserver.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"

/* The most addresses of a family that are tried. */
#define RESOLVE_FAMILY_MAX 8
#define RESOLVE_MAX        (2 * RESOLVE_FAMILY_MAX)

struct resolver;

struct resolve_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* Size of an address as text, with port and brackets. */
#define RESOLVE_TEXT_MAX 64

enum resolve_progress {
	RESOLVE_ADDRESS, /* the next one to try */
	RESOLVE_PENDING, /* none yet, but one may come */
	RESOLVE_OVER     /* there are no more */
};

/*
 * Begins a lookup.  STATUS_RESOLVE if it cannot even begin, which is worth
 * another try.
 */
enum status resolve_open(
    struct resolver **, const char *host, uint16_t port, struct fault *);

/* May be called at any time; pending questions are abandoned.  Accepts NULL. */
void resolve_close(struct resolver *);

/*
 * Fills in the next address, if there is one.  After PENDING, call it again
 * when resolve_fd is readable, or at *due_ms of clock_system.  At most
 * RESOLVE_MAX addresses are handed out.
 */
enum resolve_progress resolve_next(
    struct resolver *, struct resolve_address *, int64_t *due_ms);

/* The descriptor to poll before the next call of resolve_next; -1 if nothing is
 * pending. */
int resolve_fd(const struct resolver *);

/*
 * Tells why there was no address: STATUS_NO_HOST if all answers said that there
 * is no such name, else STATUS_RESOLVE, even before any answer.
 */
enum status resolve_fault(const struct resolver *, struct fault *);

/* "192.0.2.1:443", "[2001:db8::1]:443". */
void resolve_text(const struct resolve_address *, char text[RESOLVE_TEXT_MAX]);

#endif
