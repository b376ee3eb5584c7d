/* SPDX-License-Identifier: ISC */
/*
 * Connections to all addresses of a host, raced (RFC 8305).
 */
#ifndef NET_RACE_H
#define NET_RACE_H

#include <stdint.h>

#include "base/fault.h"

/*
 * The first connection that stands, a non-blocking socket that the caller
 * closes.  `who` begins messages.  At most 10 s per address, and the deadline.
 * STATUS_RESOLVE, STATUS_CONNECT, what poll_until reports, or a signal's.
 */
enum status race(int *fd, const char *who, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *);

#endif
