/* SPDX-License-Identifier: ISC */
/* One request and its response over a conn, whose name begins every message. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"
#include "net/conn.h"

struct exchange_limits {
	int64_t head_deadline_ms; /* for the head of the answer */
	int64_t deadline_ms;      /* for all of it */
};

/*
 * Sends the request.  *sent tells whether a byte of it may have left this
 * machine; it is set in every case.  STATUS_PROTOCOL if the request cannot be
 * written, else what the conn reports.
 */
enum status exchange_send(struct conn *, const struct request *,
    int64_t deadline_ms, bool *sent, struct fault *);

/*
 * Reads once.  Of the *got bytes (0: the stream has ended), the first *used
 * belong to the answer and have been fed to `r`, which is complete or needs
 * more.  STATUS_PROTOCOL for a bad answer, STATUS_CLOSED for one that was cut
 * short, or what the conn reports.
 */
enum status exchange_read(struct conn *, struct response *r, size_t *got,
    size_t *used, int64_t deadline_ms, struct fault *);

/*
 * Sends the request and reads the whole answer into `r` (initialised by the
 * caller, who also wipes it).  A body must bring 1 KiB every 10 s, or
 * STATUS_TIMEOUT comes before the deadline.  *sent tells whether a byte of the
 * request may have reached a peer that would accept it; it is set in every
 * case.  On failure r->status may tell more: the final status line may have
 * arrived before the failure.
 */
enum status exchange(struct conn *, const struct request *, struct response *r,
    const struct exchange_limits *, bool *sent, struct fault *);

#endif
