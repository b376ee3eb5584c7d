/* SPDX-License-Identifier: ISC */
/* Races connections to all addresses of a host (RFC 8305). */
#ifndef NET_RACE_H
#define NET_RACE_H

#include <stdint.h>

#include "base/fault.h"

/*
 * The first connection that succeeds, as a non-blocking socket that the caller
 * closes.  `who` begins messages.  An address gets at most 10 s, within the
 * deadline.  Fails with STATUS_RESOLVE, STATUS_CONNECT, what poll_until
 * reports, or a signal's status.
 */
enum status race(int *winner, const char *who, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *);

#endif
