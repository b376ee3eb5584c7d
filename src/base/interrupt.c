#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"

static volatile sig_atomic_t	last_signal;
static volatile sig_atomic_t	arrived;
static sig_atomic_t		acknowledged;
static int			pipe_fds[2] = { -1, -1 };

static void
on_signal(int sig)
{
	int saved = errno;
	ssize_t n;

	last_signal = sig;
	arrived++;
	/* The pipe wakes a poll that was entered just before the signal. */
	n = write(pipe_fds[1], "", 1);
	(void)n;
	errno = saved;
}

void
interrupt_install(void)
{
	struct sigaction sa;

	/* Without a pipe, signals still end a poll with EINTR. */
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) == -1)
		pipe_fds[0] = pipe_fds[1] = -1;
	memset(&sa, 0, sizeof sa);
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

bool
interrupt_pending(void)
{
	return arrived != acknowledged;
}

void
interrupt_acknowledge(void)
{
	char c;

	acknowledged = arrived;
	while (read(pipe_fds[0], &c, 1) == 1)
		;
}

int
interrupt_fd(void)
{
	return pipe_fds[0];
}

enum status
interrupt_fault(struct fault *f)
{
	if (last_signal == SIGTERM)
		return fault_set_lasting(f, STATUS_TERMINATED,
		    "terminated by SIGTERM");
	return fault_set_lasting(f, STATUS_INTERRUPTED,
	    "interrupted by SIGINT");
}
