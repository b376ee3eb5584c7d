/* SPDX-License-Identifier: ISC */
/*
 * A TCP connection.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdint.h>

#include "net/conn.h"

/*
 * Opens a connection to the address of the host that answers first.  `who`
 * begins every message about it.  Fails as race does.
 */
enum status tcp_open(struct conn **, const char *who, const char *host,
    uint16_t port, int64_t deadline_ms, struct fault *);

#endif
