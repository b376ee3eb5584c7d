/*
 * One request and its response over a conn.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"
#include "net/conn.h"

struct exchange_limits {
	int64_t	head_deadline_ms;	/* for the head of the answer */
	int64_t	deadline_ms;		/* for all of it */
};

/*
 * Sends the request and reads the whole answer into `r` (initialised by the
 * caller, who also wipes it).  A body has to bring 1 KiB every 10 s, or the
 * answer is STATUS_TIMEOUT before its deadline.  *sent tells whether a byte of
 * the request may have left this machine, to a peer that would take it; it is
 * set in every case.  On failure r->status may tell more: a final status line
 * may have arrived before things went wrong.
 */
enum status exchange(struct conn *, const char *who, const struct request *,
	    struct response *r, const struct exchange_limits *, bool *sent,
	    struct fault *);

#endif
