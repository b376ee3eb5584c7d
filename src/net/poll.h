/* SPDX-License-Identifier: ISC */
/*
 * Polling sockets until a deadline or a signal.
 */
#ifndef NET_POLL_H
#define NET_POLL_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* Descriptors that can be waited for at once. */
#define POLL_FDS_MAX 20

/*
 * Waits until one of them is ready (revents are filled as by poll), the
 * deadline has passed (STATUS_TIMEOUT) or a signal has arrived (its status).
 * The fault says only that; the caller knows what was waited for.
 */
enum status poll_until(
    struct pollfd *, size_t count, int64_t deadline_ms, struct fault *);

/* The same for one descriptor and one event. */
enum status poll_one(int fd, short events, int64_t deadline_ms, struct fault *);

#endif
