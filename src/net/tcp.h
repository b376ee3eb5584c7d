/* SPDX-License-Identifier: ISC */
/*
 * A TCP connection.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdint.h>

#include "net/conn.h"

/*
 * Opens a connection, the first that stands of a race over all addresses of
 * the host.  `who` begins every message about it.  Fails as race does.
 */
enum status tcp_open(struct conn **, const char *who, const char *host,
    uint16_t port, int64_t deadline_ms, struct fault *);

#endif
