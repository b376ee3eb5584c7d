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
 * After STATUS_OK all bytes on the conn are the server's.  The conn stays open
 * in every case.
 *
 * A refusal is a STATUS_CONNECT with what the proxy said: lasting for a 4xx but
 * 408 and 429.  Else STATUS_PROTOCOL for what is no answer to a CONNECT, or
 * what the conn reports.
 */
enum status tunnel_open(struct conn *, const struct proxy *,
    const struct url *server, int64_t deadline_ms, struct fault *);

#endif
