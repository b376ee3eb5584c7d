#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/resolve.h"
#include "net/tcp.h"
#include "net/wait.h"

#define HEAD_START_MS	250	/* RFC 8305, 5: Connection Attempt Delay */
#define TRY_MS		10000	/* one address; SYNs go out at 0, 1, 3, 7 s */

struct tcp {
	struct conn	 conn;
	int		 fd;
	const char	*who;
	uint64_t	 sent;
};

static enum status
tcp_fault(const struct tcp *t, enum status status, struct fault *f)
{
	if (status == STATUS_TIMEOUT)
		return fault_set(f, STATUS_TIMEOUT, "%s: no answer in time",
		    t->who);
	return status;
}

static enum status
tcp_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct tcp *t = (struct tcp *)c;
	enum status status;
	ssize_t n;

	for (;;) {
		/* First the deadline: a peer that drips must not pass it. */
		status = wait_for_one(t->fd, POLLIN, deadline_ms, f);
		if (status != STATUS_OK)
			return tcp_fault(t, status, f);
		n = recv(t->fd, data, size, 0);
		if (n >= 0) {
			*got = (size_t)n;
			*clean = true;
			return STATUS_OK;
		}
		if (errno != EINTR && errno != EAGAIN)
			return fault_set(f, STATUS_CLOSED, "%s: %s", t->who,
			    strerror(errno));
	}
}

static enum status
tcp_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct tcp *t = (struct tcp *)c;
	enum status status;
	ssize_t n;

	while (len > 0) {
		status = wait_for_one(t->fd, POLLOUT, deadline_ms, f);
		if (status != STATUS_OK)
			return tcp_fault(t, status, f);
		n = send(t->fd, data, len, MSG_NOSIGNAL);
		if (n >= 0) {
			data += n;
			len -= (size_t)n;
			t->sent += (uint64_t)n;
		} else if (errno != EINTR && errno != EAGAIN) {
			return fault_set(f, STATUS_CLOSED, "%s: %s", t->who,
			    strerror(errno));
		}
	}
	return STATUS_OK;
}

static void
tcp_close(struct conn *c)
{
	struct tcp *t = (struct tcp *)c;

	close(t->fd);
	free(t);
}

static uint64_t
tcp_sent(const struct conn *c)
{
	return ((const struct tcp *)c)->sent;
}

static bool
tcp_quiet(struct conn *c)
{
	struct pollfd pfd = { .fd = ((struct tcp *)c)->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

static const struct conn_ops tcp_ops = {
	tcp_read, tcp_write, tcp_close, tcp_sent, tcp_quiet
};

/* A race: attempts that are under way, and the addresses still to try. */
struct race {
	const struct resolve_list	*list;
	size_t				 next;
	struct pollfd			 fds[RESOLVE_MAX];
	int64_t				 until_ms[RESOLVE_MAX];
	size_t				 index[RESOLVE_MAX];
	size_t				 running;
	int				 error;		/* of the last failure */
	size_t				 error_index;
};

static void
race_lost(struct race *r, size_t address, int error)
{
	char text[RESOLVE_TEXT_MAX];

	resolve_text(&r->list->addresses[address], text);
	log_debug("%s: %s", text, strerror(error));
	r->error = error;
	r->error_index = address;
}

/* Starts the next attempt that can be started. */
static void
race_start(struct race *r)
{
	const struct resolve_address *a;
	size_t n;
	int fd;

	while (r->next < r->list->count) {
		n = r->next++;
		a = &r->list->addresses[n];
		fd = socket(a->addr.ss_family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
		if (fd == -1) {
			race_lost(r, n, errno);
			continue;
		}
		if (connect(fd, (const struct sockaddr *)&a->addr, a->len) ==
		    -1 && errno != EINPROGRESS) {
			race_lost(r, n, errno);
			close(fd);
			continue;
		}
		r->fds[r->running].fd = fd;
		r->fds[r->running].events = POLLOUT;
		r->fds[r->running].revents = 0;
		r->until_ms[r->running] = clock_after(&clock_system, TRY_MS);
		r->index[r->running++] = n;
		return;
	}
}

static void
race_drop(struct race *r, size_t i)
{
	r->running--;
	r->fds[i] = r->fds[r->running];
	r->until_ms[i] = r->until_ms[r->running];
	r->index[i] = r->index[r->running];
}

/* Looks at every attempt: the winner's descriptor, or -1. */
static int
race_look(struct race *r, bool *lost_one)
{
	int64_t now = clock_now(&clock_system);
	socklen_t len = sizeof(int);
	int error, fd;
	size_t i;

	for (i = 0; i < r->running;) {
		fd = r->fds[i].fd;
		if (r->fds[i].revents != 0) {
			if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len)
			    == -1)
				error = errno;
			if (error == 0) {
				race_drop(r, i);
				return fd;
			}
		} else if (now >= r->until_ms[i]) {
			error = ETIMEDOUT;
		} else {
			i++;
			continue;
		}
		race_lost(r, r->index[i], error);
		close(fd);
		race_drop(r, i);
		*lost_one = true;
	}
	return -1;
}

/* When something is due: the next start, a try's end, the deadline. */
static int64_t
race_due(const struct race *r, int64_t next_start_ms, int64_t deadline_ms)
{
	int64_t due = deadline_ms;
	size_t i;

	if (r->next < r->list->count && next_start_ms < due)
		due = next_start_ms;
	for (i = 0; i < r->running; i++)
		if (r->until_ms[i] < due)
			due = r->until_ms[i];
	return due;
}

static enum status
race_run(struct race *r, int *winner, int64_t deadline_ms, struct fault *f)
{
	int64_t next_start_ms = 0;
	enum status status;
	bool start = true;
	size_t i;

	*winner = -1;
	for (;;) {
		if (start || clock_now(&clock_system) >= next_start_ms) {
			race_start(r);
			next_start_ms = clock_after(&clock_system,
			    HEAD_START_MS);
			start = false;
		}
		if (r->running == 0) {
			status = STATUS_CONNECT;
			break;
		}
		for (i = 0; i < r->running; i++)
			r->fds[i].revents = 0;
		status = wait_for(r->fds, r->running,
		    race_due(r, next_start_ms, deadline_ms), f);
		if (status_is_signal(status))
			break;
		*winner = race_look(r, &start);
		if (*winner != -1)
			return STATUS_OK;
		if (clock_left(&clock_system, deadline_ms) == 0) {
			r->error = ETIMEDOUT;
			status = STATUS_CONNECT;
			break;
		}
	}
	return status;
}

enum status
tcp_open(struct conn **out, const char *who, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *f)
{
	char text[RESOLVE_TEXT_MAX];
	struct resolve_list list;
	enum status status;
	struct race race;
	struct tcp *t;
	int fd, on = 1;

	status = resolve_host(&list, host, port, deadline_ms, f);
	if (status != STATUS_OK)
		return status;
	memset(&race, 0, sizeof race);
	race.list = &list;
	status = race_run(&race, &fd, deadline_ms, f);
	while (race.running > 0)
		close(race.fds[--race.running].fd);
	if (status == STATUS_CONNECT) {
		resolve_text(&list.addresses[race.error_index], text);
		return fault_set(f, STATUS_CONNECT,
		    "%s: cannot connect to %s: %s", who, text,
		    strerror(race.error));
	}
	if (status != STATUS_OK)
		return status;
	/* Heads and bodies leave in one piece; waiting gains nothing. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	t = xcalloc(1, sizeof *t);
	t->conn.ops = &tcp_ops;
	t->fd = fd;
	t->who = who;
	*out = &t->conn;
	return STATUS_OK;
}
