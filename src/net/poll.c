/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/poll.h"

enum status
poll_until(
    struct pollfd *fds, size_t count, int64_t deadline_ms, struct fault *f)
{
	struct pollfd all[POLL_FDS_MAX + 1];
	int64_t left;
	size_t i;
	int n;

	assert(count <= POLL_FDS_MAX);
	memcpy(all, fds, count * sizeof *fds);
	all[count].fd = interrupt_fd();
	all[count].events = POLLIN;
	for (;;) {
		if (interrupt_pending())
			return interrupt_fault(f);
		left = clock_left(&clock_system, deadline_ms);
		if (left == 0)
			return fault_set(f, STATUS_TIMEOUT, "timed out");
		n = poll(all, (nfds_t)count + 1,
		    left > INT_MAX ? INT_MAX : (int)left);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return fault_set(
			    f, STATUS_CLOSED, "poll: %s", strerror(errno));
		if (n <= 0 || interrupt_pending())
			continue;
		for (i = 0; i < count; i++)
			fds[i].revents = all[i].revents;
		return STATUS_OK;
	}
}

enum status
poll_one(int fd, short events, int64_t deadline_ms, struct fault *f)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll_until(&pfd, 1, deadline_ms, f);
}
