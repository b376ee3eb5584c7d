/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/least.h"

/*
 * POSIX: a pipe that polls as writable takes this much without blocking; one
 * piece at a time keeps a blocking descriptor from blocking.
 */
#define PIECE ((size_t)PIPE_BUF)

/* Waits until the descriptor is ready (a regular file always is).  0, or
 * errno. */
static int
wait_ready(int fd, short events, int64_t deadline_ms)
{
	struct pollfd fds[2];
	int64_t left;
	int n;

	for (;;) {
		fds[0].fd = fd;
		fds[0].events = events;
		fds[1].fd = interrupt_fd();
		fds[1].events = POLLIN;
		left = clock_left(&clock_system, deadline_ms);
		n = poll(fds, 2, left > INT_MAX ? -1 : (int)left);
		if (n == -1 && errno != EINTR)
			return errno;
		/* What is ready goes first: after a signal a result still has
		 * to be written. */
		if (n > 0 && fds[0].revents != 0)
			return 0;
		if (interrupt_pending())
			return EINTR;
		if (left == 0)
			return ETIMEDOUT;
	}
}

int
io_write_all(int fd, const char *data, size_t len, int64_t patience_ms)
{
	int64_t deadline_ms = clock_after(&clock_system, patience_ms);
	ssize_t n;
	int error;

	while (len > 0) {
		error = wait_ready(fd, POLLOUT, deadline_ms);
		if (error != 0)
			return error;
		n = write(fd, data, len < PIECE ? len : PIECE);
		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n == -1)
			return errno;
		if (n == 0)
			return EIO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
io_write_within(int fd, const char *data, size_t len, int64_t *left_ms)
{
	int64_t began_ms = clock_now(&clock_system);
	int error = io_write_all(fd, data, len, *left_ms);

	*left_ms = most(0, *left_ms - (clock_now(&clock_system) - began_ms));
	return error;
}

int
io_open_append(const char *path)
{
	int fd = open(
	    path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);

	if (fd != -1)
		fcntl(fd, F_SETFL, O_APPEND);
	return fd;
}

int
io_wait_readable(int fd, int64_t patience_ms)
{
	return wait_ready(fd, POLLIN, clock_after(&clock_system, patience_ms));
}

ssize_t
io_read(int fd, void *data, size_t size, int64_t deadline_ms)
{
	ssize_t n;
	int error;

	do {
		error = wait_ready(fd, POLLIN, deadline_ms);
		if (error != 0) {
			errno = error;
			return -1;
		}
		n = read(fd, data, size);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	return n;
}
