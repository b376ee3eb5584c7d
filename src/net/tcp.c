/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/poll.h"
#include "net/race.h"
#include "net/tcp.h"

struct tcp {
	struct conn conn;
	int fd;
	uint64_t sent;
};

static enum status
tcp_fault(const struct tcp *t, enum status status, struct fault *f)
{
	if (status == STATUS_TIMEOUT)
		return fault_set(
		    f, STATUS_TIMEOUT, "%s: no answer in time", t->conn.who);
	return status;
}

static enum status
tcp_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct tcp *t = (void *)c;
	enum status status;
	ssize_t n;

	for (;;) {
		/* The deadline is checked first, so that a peer that drips
		 * cannot outlast it. */
		status = poll_one(t->fd, POLLIN, deadline_ms, f);
		if (status != STATUS_OK)
			return tcp_fault(t, status, f);
		n = recv(t->fd, data, size, 0);
		if (n >= 0) {
			*got = (size_t)n;
			*clean = true;
			return STATUS_OK;
		}
		if (errno != EINTR && errno != EAGAIN)
			return fault_set(f, STATUS_CLOSED, "%s: %s",
			    t->conn.who, strerror(errno));
	}
}

static enum status
tcp_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct tcp *t = (void *)c;
	enum status status;
	ssize_t n;

	while (len > 0) {
		status = poll_one(t->fd, POLLOUT, deadline_ms, f);
		if (status != STATUS_OK)
			return tcp_fault(t, status, f);
		n = send(t->fd, data, len, MSG_NOSIGNAL);
		if (n >= 0) {
			data += n;
			len -= (size_t)n;
			t->sent += (uint64_t)n;
		} else if (errno != EINTR && errno != EAGAIN) {
			return fault_set(f, STATUS_CLOSED, "%s: %s",
			    t->conn.who, strerror(errno));
		}
	}
	return STATUS_OK;
}

static void
tcp_close(struct conn *c)
{
	struct tcp *t = (void *)c;

	close(t->fd);
	free(t->conn.who);
	free(t);
}

static uint64_t
tcp_sent(const struct conn *c)
{
	const struct tcp *t = (const void *)c;

	return t->sent;
}

static bool
tcp_quiet(struct conn *c)
{
	struct tcp *t = (void *)c;
	struct pollfd pfd = { .fd = t->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

static void
tcp_describe(const struct conn *c, struct buf *out)
{
	const struct tcp *t = (const void *)c;
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	char address[INET6_ADDRSTRLEN];

	memset(&peer, 0, sizeof peer);
	if (getpeername(t->fd, (struct sockaddr *)&peer, &len) == 0 &&
	    inet_ntop(peer.ss_family,
		peer.ss_family == AF_INET6
		    ? (void *)&((struct sockaddr_in6 *)&peer)->sin6_addr
		    : (void *)&((struct sockaddr_in *)&peer)->sin_addr,
		address, sizeof address) != NULL)
		buf_addf(out, " at %s", address);
}

static const struct conn_ops tcp_ops = { tcp_read, tcp_write, tcp_close,
	tcp_sent, tcp_quiet, tcp_describe };

enum status
tcp_open(struct conn **out, const char *who, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *f)
{
	enum status status;
	struct tcp *t;
	int fd, on = 1;

	status = race(&fd, who, host, port, deadline_ms, f);
	if (status != STATUS_OK)
		return status;
	/* A request leaves in one piece, so waiting for more gains nothing. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	t = xcalloc(1, sizeof *t);
	t->conn.ops = &tcp_ops;
	t->fd = fd;
	t->conn.who = xstrdup(who);
	*out = &t->conn;
	return STATUS_OK;
}
