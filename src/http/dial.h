/*
 * A URL to a conn that is ready for a request.
 */
#ifndef HTTP_DIAL_H
#define HTTP_DIAL_H

#include <stdint.h>

#include "http/url.h"
#include "net/conn.h"
#include "net/trust.h"

/* Connects and, for https, shakes hands.  All but the conn is lent, `who` and
 * `trust` for its life. */
enum status dial(struct conn **, const struct url *, const char *who,
	    const struct trust *, int64_t deadline_ms, struct fault *);

#endif
