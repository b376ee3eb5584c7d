/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/interrupt.h"

/*
 * What the kernel sends when the parent dies.  Not SIGTERM itself: it comes for
 * each thread that has had children, too, and a parent with other threads left
 * goes on; one that really sends SIGTERM must not be taken for that.
 */
#define PARENT_DIED SIGUSR2

static volatile sig_atomic_t last_signal;
static volatile sig_atomic_t arrived;
static sig_atomic_t acknowledged;
static int event_fd = -1;
static pid_t parent;

static void
on_signal(int sig)
{
	const uint64_t one = 1;
	int saved = errno;
	ssize_t n;

	last_signal = sig;
	arrived++;
	/* Wakes a poll that was entered just before the signal. */
	n = write(event_fd, &one, sizeof one);
	(void)n;
	errno = saved;
}

static void
on_parent_died(int sig)
{
	(void)sig;
	/* PID 1 of a container sees 0 before and after. */
	if (getppid() != parent)
		on_signal(SIGTERM);
}

void
interrupt_follow_parent(pid_t pid)
{
	struct sigaction sa;

	parent = pid;
	memset(&sa, 0, sizeof sa);
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_parent_died;
	sigaction(PARENT_DIED, &sa, NULL);
	/* An old kernel that refuses leaves things as they were. */
	prctl(PR_SET_PDEATHSIG, (unsigned long)PARENT_DIED, 0L, 0L, 0L);
	/* It may have died before we asked. */
	on_parent_died(PARENT_DIED);
}

void
interrupt_install(void)
{
	struct sigaction sa;

	/* Without it, signals still end a poll with EINTR. */
	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	memset(&sa, 0, sizeof sa);
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
}

bool
interrupt_pending(void)
{
	return arrived != acknowledged;
}

void
interrupt_acknowledge(void)
{
	uint64_t count;
	ssize_t n;

	acknowledged = arrived;
	n = read(event_fd, &count, sizeof count);
	(void)n;
}

int
interrupt_fd(void)
{
	return event_fd;
}

enum status
interrupt_fault(struct fault *f)
{
	if (last_signal == SIGTERM)
		return fault_set_lasting(
		    f, STATUS_TERMINATED, "terminated by SIGTERM");
	return fault_set_lasting(
	    f, STATUS_INTERRUPTED, "interrupted by SIGINT");
}
