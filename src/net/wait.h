/*
 * Waiting for a descriptor: the only poll on sockets.
 */
#ifndef NET_WAIT_H
#define NET_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* Descriptors that can be waited for at once. */
#define WAIT_MAX	20

/*
 * Waits until one of them is ready (revents are filled as by poll), the
 * deadline has passed (STATUS_TIMEOUT) or a signal has arrived (its status).
 * The fault says only that; the caller knows what was waited for.
 */
enum status wait_for(struct pollfd *, size_t count, int64_t deadline_ms,
	    struct fault *);

/* The same for one descriptor and one event. */
enum status wait_for_one(int fd, short events, int64_t deadline_ms,
	    struct fault *);

#endif
