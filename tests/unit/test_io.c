/* SPDX-License-Identifier: ISC */
/*
 * Reading and writing of pipes: all of it or a reason, and no waiting without
 * an end.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/clock.h"
#include "base/io.h"

#define LONG_MS 60000 /* never waited for in full */

static int fds[2];

static int
set_up(void **state)
{
	(void)state;
	return pipe(fds);
}

static int
tear_down(void **state)
{
	(void)state;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

/* Fills the pipe, so that not one more byte fits. */
static void
fill(void)
{
	static char zeros[4096];
	int flags = fcntl(fds[1], F_GETFL);

	fcntl(fds[1], F_SETFL, flags | O_NONBLOCK);
	while (write(fds[1], zeros, sizeof zeros) > 0 ||
	    write(fds[1], zeros, 1) > 0)
		;
	fcntl(fds[1], F_SETFL, flags);
}

static void
test_small(void **state)
{
	char data[16];

	(void)state;
	assert_int_equal(io_write_all(fds[1], "", 0, 0), 0);
	assert_int_equal(io_write_all(fds[1], "hello", 5, LONG_MS), 0);
	assert_int_equal(io_read(fds[0], data, sizeof data, CLOCK_NEVER), 5);
	assert_memory_equal(data, "hello", 5);
	/* Patience is for a pipe that is full. */
	assert_int_equal(io_write_all(fds[1], "x", 1, 0), 0);
	assert_int_equal(io_read(fds[0], data, sizeof data, CLOCK_NEVER), 1);
	close(fds[1]);
	assert_int_equal(io_read(fds[0], data, sizeof data, CLOCK_NEVER), 0);
}

/* Writes that share a time. */
static void
test_within(void **state)
{
	int64_t left_ms = LONG_MS;

	(void)state;
	assert_int_equal(io_write_within(fds[1], "x", 1, &left_ms), 0);
	assert_in_range(left_ms, LONG_MS / 2, LONG_MS);
	fill();
	left_ms = 20;
	assert_int_equal(io_write_within(fds[1], "x", 1, &left_ms), ETIMEDOUT);
	assert_int_equal(left_ms, 0);
	assert_int_equal(io_write_within(fds[1], "x", 1, &left_ms), ETIMEDOUT);
	assert_int_equal(left_ms, 0);
}

/* Ten times what a pipe holds, with a reader who takes it in small bites. */
static void
test_large(void **state)
{
	static char sent[700000], got[701];
	size_t len = 0, i;
	ssize_t n;
	int code;
	pid_t pid;

	(void)state;
	for (i = 0; i < sizeof sent; i++)
		sent[i] = (char)(i * 31 + i / 256);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		close(fds[0]);
		_exit(io_write_all(fds[1], sent, sizeof sent, LONG_MS));
	}
	close(fds[1]);
	while ((n = io_read(fds[0], got, sizeof got, CLOCK_NEVER)) > 0) {
		assert_memory_equal(got, sent + len, n);
		len += (size_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(len, sizeof sent);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_int_equal(code, 0);
}

static void
test_full(void **state)
{
	(void)state;
	fill();
	assert_int_equal(io_write_all(fds[1], "x", 1, 0), ETIMEDOUT);
	assert_int_equal(io_write_all(fds[1], "x", 1, 5), ETIMEDOUT);
}

/* A reader who takes a little now and then stretches nothing. */
static void
test_drip(void **state)
{
	static char zeros[1 << 20];
	char page[4096];
	struct pollfd none;
	pid_t pid;

	(void)state;
	fill();
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		close(fds[1]);
		while (io_read(fds[0], page, sizeof page, CLOCK_NEVER) > 0)
			poll(&none, 0, 10);
		_exit(0);
	}
	/* It would take more than two seconds. */
	assert_int_equal(
	    io_write_all(fds[1], zeros, sizeof zeros, 200), ETIMEDOUT);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_errors(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), closed;
	char c;

	(void)state;
	assert_int_equal(io_write_all(full, "x", 1, LONG_MS), ENOSPC);
	close(full);
	closed = full;
	assert_int_equal(io_write_all(closed, "x", 1, LONG_MS), EBADF);
	errno = 0;
	assert_int_equal(io_read(closed, &c, 1, CLOCK_NEVER), -1);
	assert_int_equal(errno, EBADF);
	signal(SIGPIPE, SIG_IGN);
	close(fds[0]);
	assert_int_equal(io_write_all(fds[1], "x", 1, LONG_MS), EPIPE);
	signal(SIGPIPE, SIG_DFL);
}

static void
test_wait_readable(void **state)
{
	char c;

	(void)state;
	assert_int_equal(io_wait_readable(fds[0], 0), ETIMEDOUT);
	assert_int_equal(io_wait_readable(fds[0], 20), ETIMEDOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(io_wait_readable(fds[0], 0), 0);
	assert_int_equal(io_wait_readable(fds[0], LONG_MS), 0);
	/* It is only looked at. */
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(io_wait_readable(fds[0], 0), ETIMEDOUT);
	/* The end is something to read, too. */
	close(fds[1]);
	fds[1] = -1;
	assert_int_equal(io_wait_readable(fds[0], LONG_MS), 0);
	assert_int_equal(io_read(fds[0], &c, 1, CLOCK_NEVER), 0);
}

/* Ends the child's wait with a signal: 0 if both ended as they should. */
static int
interrupted(void)
{
	char c;

	interrupt_install();
	fill();
	raise(SIGTERM);
	if (io_write_all(fds[1], "x", 1, LONG_MS) != EINTR)
		return 1;
	while (read(fds[0], &c, 1) == 1 && c == '\0')
		if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == -1)
			return 2;
	errno = 0;
	if (io_read(fds[0], &c, 1, CLOCK_NEVER) != -1 || errno != EINTR)
		return 3;
	if (io_wait_readable(fds[0], LONG_MS) != EINTR)
		return 6;
	/* What can be written at once still is. */
	if (io_write_all(fds[1], "x", 1, LONG_MS) != 0)
		return 4;
	return io_read(fds[0], &c, 1, CLOCK_NEVER) == 1 && c == 'x' ? 0 : 5;
}

static void
test_signal(void **state)
{
	int code;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		_exit(interrupted());
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

#define PIPE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PIPE_TEST(test_small),
		PIPE_TEST(test_within),
		PIPE_TEST(test_large),
		PIPE_TEST(test_full),
		PIPE_TEST(test_drip),
		PIPE_TEST(test_errors),
		PIPE_TEST(test_wait_readable),
		PIPE_TEST(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
