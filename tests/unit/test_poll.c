/* SPDX-License-Identifier: ISC */
/*
 * Polling descriptors, and what ends it.
 */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/poll.h"

#define SOON_MS 20000 /* that long would be a failure */

static int64_t
soon(void)
{
	return clock_after(&clock_system, SOON_MS);
}

static void
test_one(void **state)
{
	struct fault f;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(poll_one(fds[1], POLLOUT, soon(), &f), STATUS_OK);
	assert_int_equal(
	    poll_one(fds[0], POLLIN, clock_after(&clock_system, 10), &f),
	    STATUS_TIMEOUT);
	assert_int_equal(f.status, STATUS_TIMEOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(poll_one(fds[0], POLLIN, soon(), &f), STATUS_OK);
	assert_int_equal(poll_one(fds[0], POLLIN, CLOCK_NEVER, &f), STATUS_OK);
	close(fds[1]);
	/* The end of a stream is something to read, too. */
	assert_int_equal(poll_one(fds[0], POLLIN, soon(), &f), STATUS_OK);
	close(fds[0]);
}

/* A deadline that has passed counts, even where nothing would block: what
 * always has something to read must not stretch it. */
static void
test_passed_deadline(void **state)
{
	struct fault f;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(
	    poll_one(fds[1], POLLOUT, clock_now(&clock_system), &f),
	    STATUS_TIMEOUT);
	assert_int_equal(poll_one(fds[1], POLLOUT, 0, &f), STATUS_TIMEOUT);
	close(fds[0]);
	close(fds[1]);
}

static void
test_several(void **state)
{
	struct pollfd fds[POLL_FDS_MAX];
	int pipes[POLL_FDS_MAX][2];
	struct fault f;
	size_t i, ready = POLL_FDS_MAX - 2;

	(void)state;
	for (i = 0; i < POLL_FDS_MAX; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		fds[i].fd = pipes[i][0];
		fds[i].events = POLLIN;
		fds[i].revents = POLLNVAL;
	}
	/* A negative one is left out. */
	fds[0].fd = -1;
	assert_int_equal(write(pipes[0][1], "x", 1), 1);
	assert_int_equal(write(pipes[ready][1], "x", 1), 1);
	assert_int_equal(poll_until(fds, POLL_FDS_MAX, soon(), &f), STATUS_OK);
	for (i = 0; i < POLL_FDS_MAX; i++)
		check(fds[i].revents == (i == ready ? POLLIN : 0), "%zu: %d", i,
		    fds[i].revents);
	for (i = 0; i < POLL_FDS_MAX; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	/* None at all: only time passes. */
	assert_int_equal(poll_until(fds, 0, clock_after(&clock_system, 10), &f),
	    STATUS_TIMEOUT);
}

/* In a child, as signals stay pending: 0, or the step that went wrong. */
static int
with_signals(void)
{
	struct fault f;
	int fds[2];

	interrupt_install();
	if (pipe(fds) != 0)
		return 1;
	/* One that arrives while waiting ends it. */
	if (fork() == 0) {
		poll(NULL, 0, 50);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	if (poll_one(fds[0], POLLIN, soon(), &f) != STATUS_TERMINATED)
		return 2;
	/* One that came before ends it at once, ready or not. */
	if (poll_one(fds[1], POLLOUT, soon(), &f) != STATUS_TERMINATED)
		return 3;
	interrupt_acknowledge();
	if (poll_one(fds[1], POLLOUT, soon(), &f) != STATUS_OK)
		return 4;
	raise(SIGINT);
	if (poll_one(fds[1], POLLOUT, soon(), &f) != STATUS_INTERRUPTED)
		return 5;
	return f.lasting ? 0 : 6;
}

static void
test_signals(void **state)
{
	int code;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		_exit(with_signals());
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_passed_deadline),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
