/* SPDX-License-Identifier: ISC */
/*
 * Signals, each in a child of its own.
 */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

/* The child returns 0 if all is as it should be, else which step is not. */
static int
after_signal(int sig, enum status want)
{
	int64_t start = clock_now(&clock_system);
	struct pollfd pfd = { .events = POLLIN };
	struct fault f;

	if (interrupt_fd() != -1)
		return 1;
	interrupt_install();
	pfd.fd = interrupt_fd();
	if (pfd.fd == -1 || interrupt_pending() || poll(&pfd, 1, 0) != 0)
		return 2;
	raise(sig);
	if (!interrupt_pending())
		return 3;
	if (poll(&pfd, 1, 0) != 1)
		return 4;
	/* A sleep ends at once, though its instant is an hour away. */
	clock_sleep_until(&clock_system, start + 3600000);
	if (clock_now(&clock_system) > start + 60000)
		return 5;
	if (interrupt_fault(&f) != want || f.status != want || !f.lasting)
		return 6;
	/* Many more don't block the handler. */
	for (start = 0; start < 70000; start++)
		raise(sig);
	if (!interrupt_pending())
		return 7;
	/* Taken note of: as if there had been none, until the next. */
	interrupt_acknowledge();
	if (interrupt_pending() || poll(&pfd, 1, 0) != 0)
		return 8;
	interrupt_acknowledge();
	if (interrupt_pending())
		return 9;
	if (interrupt_fault(&f) != want)
		return 10;
	raise(sig == SIGINT ? SIGTERM : SIGINT);
	if (!interrupt_pending() || poll(&pfd, 1, 0) != 1)
		return 11;
	return interrupt_fault(&f) ==
		(sig == SIGINT ? STATUS_TERMINATED : STATUS_INTERRUPTED)
	    ? 0
	    : 12;
}

/* Nothing is installed, and nothing to take note of. */
static int
without(void)
{
	interrupt_acknowledge();
	return interrupt_pending() ? 1 : 0;
}

static int
after_sigpipe(void)
{
	int fds[2];

	interrupt_install();
	if (pipe(fds) != 0)
		return 1;
	close(fds[0]);
	/* Writing fails instead of killing us. */
	if (write(fds[1], "x", 1) != -1)
		return 2;
	return interrupt_pending() ? 3 : 0;
}

static int
after_sigxfsz(void)
{
	struct rlimit none = { 0, 0 };
	FILE *file = tmpfile();

	interrupt_install();
	if (file == NULL || setrlimit(RLIMIT_FSIZE, &none) != 0)
		return 1;
	if (write(fileno(file), "x", 1) != -1)
		return 2;
	return interrupt_pending() ? 3 : 0;
}

/* Which step is not as it should be, for one whose parent is about to die:
 * `told` becomes readable when it has. */
static int
with_parent(pid_t pid, int told)
{
	struct pollfd pfd = { .fd = told, .events = POLLIN };
	struct fault f;

	interrupt_install();
	interrupt_follow_parent(pid);
	if (interrupt_pending())
		return 1;
	/* As when only a thread of the parent has ended. */
	raise(SIGUSR2);
	if (interrupt_pending())
		return 2;
	kill(pid, SIGKILL);
	if (poll(&pfd, 1, 60000) != 1)
		return 3;
	clock_sleep_until(&clock_system, clock_after(&clock_system, 60000));
	if (!interrupt_pending())
		return 4;
	return interrupt_fault(&f) == STATUS_TERMINATED ? 0 : 5;
}

/* A parent that dies is a SIGTERM, once it is really gone. */
static void
test_parent_dies(void **state)
{
	int life[2], result[2], code = -1;
	pid_t parent;
	char c;

	(void)state;
	assert_return_code(pipe(life), errno);
	assert_return_code(pipe(result), errno);
	parent = fork();
	assert_true(parent != -1);
	if (parent == 0) {
		parent = getpid();
		close(result[0]);
		if (fork() == 0) {
			close(life[1]);
			code = with_parent(parent, life[0]);
			_exit(write(result[1], &code, sizeof code) == -1);
		}
		/* Lives until it is killed. */
		close(result[1]);
		_exit(read(life[0], &c, 1) == 1);
	}
	close(life[0]);
	close(life[1]);
	close(result[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(read(result[0], &code, sizeof code), sizeof code);
	assert_int_equal(code, 0);
	close(result[0]);
}

/* It had died before we could ask. */
static void
test_parent_died(void **state)
{
	struct fault f;
	pid_t pid;
	int code;

	(void)state;
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		interrupt_install();
		interrupt_follow_parent(getpid());
		_exit(!interrupt_pending()                         ? 1
			: interrupt_fault(&f) != STATUS_TERMINATED ? 2
								   : 0);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

static void
expect_child(int sig, enum status want)
{
	int code;
	pid_t pid;

	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		_exit(sig == 0           ? without()
			: sig == SIGPIPE ? after_sigpipe()
			: sig == SIGXFSZ ? after_sigxfsz()
					 : after_signal(sig, want));
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

static void
test_interrupt(void **state)
{
	(void)state;
	expect_child(SIGINT, STATUS_INTERRUPTED);
}

static void
test_terminate(void **state)
{
	(void)state;
	expect_child(SIGTERM, STATUS_TERMINATED);
}

static void
test_pipe(void **state)
{
	(void)state;
	expect_child(SIGPIPE, STATUS_OK);
}

static void
test_file_size(void **state)
{
	(void)state;
	expect_child(SIGXFSZ, STATUS_OK);
}

static void
test_not_installed(void **state)
{
	(void)state;
	expect_child(0, STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_terminate),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_file_size),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_parent_dies),
		cmocka_unit_test(test_parent_died),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
