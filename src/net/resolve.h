/* SPDX-License-Identifier: ISC */
/*
 * Host names to addresses, handed out one by one as they become known and as
 * they should be tried (RFC 8305, 3 and 4): families in turn, IPv6 first.
 *
 * Each family is asked for by itself, both at the same time, because musl's
 * resolver lets a lookup of both fail when one is dropped, refused or answered
 * badly.  Only if neither has an address, the name is asked for with a final
 * dot, which no domain of /etc/resolv.conf's search line is appended to.
 * Address literals, "localhost" and names in /etc/hosts need no nameserver.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/fault.h"

/* More addresses of a family than anyone should try. */
#define RESOLVE_FAMILY_MAX 8
#define RESOLVE_MAX        (2 * RESOLVE_FAMILY_MAX)

struct resolver;

struct resolve_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* Longest text of an address, with port and brackets. */
#define RESOLVE_TEXT_MAX 64

enum resolve_progress {
	RESOLVE_ADDRESS, /* the next one to try */
	RESOLVE_PENDING, /* none yet, but there may be */
	RESOLVE_OVER     /* there are no more */
};

/*
 * Begins a lookup.  STATUS_RESOLVE if not even that can be done; it is worth
 * another try.
 */
enum status resolve_open(
    struct resolver **, const char *host, uint16_t port, struct fault *);

/* At any time; what is still asked is abandoned.  Accepts NULL. */
void resolve_close(struct resolver *);

/*
 * Fills in the next address, if there is one.  PENDING: call again when
 * resolve_fd can be read from, or at *due_ms of clock_system.  At most
 * RESOLVE_MAX addresses are given out.
 */
enum resolve_progress resolve_next(
    struct resolver *, struct resolve_address *, int64_t *due_ms);

/* To poll, until the next call of resolve_next; -1 if nothing is awaited. */
int resolve_fd(const struct resolver *);

/*
 * Why there was no address: STATUS_NO_HOST if all answers said that there is
 * no such name, else STATUS_RESOLVE, also while no answer has come.
 */
enum status resolve_fault(const struct resolver *, struct fault *);

/* "192.0.2.1:443", "[2001:db8::1]:443". */
void resolve_text(const struct resolve_address *, char text[RESOLVE_TEXT_MAX]);

#endif
