/* SPDX-License-Identifier: ISC */
/*
 * A tunnel through an HTTP proxy: CONNECT (RFC 9110, 9.3.6).
 */
#ifndef HTTP_TUNNEL_H
#define HTTP_TUNNEL_H

#include <stdint.h>

#include "http/proxy.h"
#include "net/conn.h"

/*
 * Asks the proxy at the other end of the conn for a tunnel to the server.
 * After STATUS_OK, all bytes on the conn come from the server.  The conn stays
 * open in every case.
 *
 * A refusal is STATUS_CONNECT with what the proxy said, and lasting for any 4xx
 * except 408 and 429.  Otherwise it is STATUS_PROTOCOL for anything that is not
 * an answer to CONNECT, or what the conn reports.
 */
enum status tunnel_open(struct conn *, const struct proxy *,
    const struct url *server, int64_t deadline_ms, struct fault *);

#endif
