/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "net/poll.h"
#include "net/race.h"
#include "net/resolve.h"

#define HEAD_START_MS 250   /* RFC 8305, 5: Connection Attempt Delay */
#define TRY_MS        10000 /* one address; SYNs go out at 0, 1, 3, 7 s */

/* A connection attempt that is under way. */
struct attempt {
	int fd;
	int64_t until_ms;
	struct resolve_address address;
};

struct race {
	struct resolver *names;
	enum resolve_progress progress; /* of the names */
	int64_t names_due_ms;
	bool has_next;
	struct resolve_address next;
	int64_t next_start_ms;
	struct attempt attempts[RESOLVE_MAX];
	size_t running;
	size_t tried;
	int error; /* of the last failure */
	struct resolve_address error_address;
};

static void
race_lost(struct race *r, const struct resolve_address *address, int error)
{
	char text[RESOLVE_TEXT_MAX];

	resolve_text(address, text);
	log_debug("%s: %s", text, strerror(error));
	r->error = error;
	r->error_address = *address;
}

/* 0 if the attempt has begun, or errno. */
static int
attempt_start(struct attempt *a, const struct resolve_address *address)
{
	int error;

	a->address = *address;
	a->until_ms = clock_after(&clock_system, TRY_MS);
	a->fd = socket(address->addr.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	if (a->fd == -1)
		return errno;
	if (connect(a->fd, (const struct sockaddr *)&address->addr,
		address->len) == 0 ||
	    errno == EINPROGRESS)
		return 0;
	error = errno;
	close(a->fd);
	return error;
}

/* Whether the end of another attempt would make up for what is short. */
static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

/* Starts the next attempt that can be started, if its time has come. */
static void
race_start(struct race *r)
{
	int error;

	while (clock_left(&clock_system, r->next_start_ms) == 0) {
		if (!r->has_next) {
			r->progress = resolve_next(
			    r->names, &r->next, &r->names_due_ms);
			if (r->progress != RESOLVE_ADDRESS)
				return;
			r->has_next = true;
			r->tried++;
		}
		error = attempt_start(&r->attempts[r->running], &r->next);
		if (error == 0)
			r->running++;
		if (error == 0 || (is_shortage(error) && r->running > 0)) {
			r->has_next = error != 0;
			r->next_start_ms = clock_after(
			    &clock_system, HEAD_START_MS);
		} else {
			r->has_next = false;
			race_lost(r, &r->next, error);
		}
	}
}

/* The state of the attempt: -1 if it is under way, 0 if it is connected, or
 * errno. */
static int
attempt_outcome(const struct attempt *a, short revents)
{
	socklen_t len = sizeof(int);
	int error;

	if (revents == 0)
		return clock_left(&clock_system, a->until_ms) > 0 ? -1
								  : ETIMEDOUT;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}

/* Looks at every attempt; returns the winner's descriptor, or -1. */
static int
race_look(struct race *r, const struct pollfd *fds)
{
	struct attempt *a;
	int error, winner = -1;
	size_t i;

	/* It goes backwards, so that what moves into a gap has been seen. */
	for (i = r->running; i-- > 0;) {
		a = &r->attempts[i];
		error = attempt_outcome(a, fds[i].revents);
		if (error == -1)
			continue;
		if (error == 0 && winner == -1) {
			char text[RESOLVE_TEXT_MAX];

			resolve_text(&a->address, text);
			log_debug("connected to %s", text);
			winner = a->fd;
		} else {
			if (error != 0)
				race_lost(r, &a->address, error);
			close(a->fd);
			r->next_start_ms = 0;
		}
		*a = r->attempts[--r->running];
	}
	return winner;
}

/* Waits until something is due: an answer of a peer or a nameserver, the next
 * start, a try's end, the deadline. */
static enum status
race_wait(const struct race *r, struct pollfd *fds, int64_t deadline_ms,
    struct fault *f)
{
	bool names = r->progress == RESOLVE_PENDING && !r->has_next;
	int64_t due_ms = deadline_ms;
	size_t i;

	for (i = 0; i < r->running; i++) {
		fds[i].fd = r->attempts[i].fd;
		fds[i].events = POLLOUT;
		fds[i].revents = 0;
		due_ms = least(due_ms, r->attempts[i].until_ms);
	}
	if (names)
		due_ms = least(due_ms, r->names_due_ms);
	else if (r->has_next || r->progress == RESOLVE_ADDRESS)
		due_ms = least(due_ms, r->next_start_ms);
	fds[i].fd = names ? resolve_fd(r->names) : -1;
	fds[i].events = POLLIN;
	fds[i].revents = 0;
	return poll_until(fds, i + 1, due_ms, f);
}

/* The peer's name ends with its address, perhaps without the port. */
static bool
is_named(const char *who, const char *address)
{
	const char *space = strrchr(who, ' '), *name;
	size_t len;

	name = space != NULL ? space + 1 : who;
	len = strlen(name);
	return strncmp(address, name, len) == 0 &&
	    (address[len] == '\0' || address[len] == ':');
}

static enum status
connect_fault(const struct race *r, const char *who, struct fault *f)
{
	char text[RESOLVE_TEXT_MAX];

	if (r->tried == 0)
		return resolve_fault(r->names, f);
	resolve_text(&r->error_address, text);
	if (is_named(who, text))
		return fault_set(f, STATUS_CONNECT, "%s: cannot connect: %s",
		    who, strerror(r->error));
	fault_set(f, STATUS_CONNECT, "%s: cannot connect to %s: %s", who, text,
	    strerror(r->error));
	if (r->tried > 1)
		fault_add(f, " (the last of %zu addresses)", r->tried);
	return STATUS_CONNECT;
}

static enum status
race_run(struct race *r, const char *who, int *winner, int64_t deadline_ms,
    struct fault *f)
{
	struct pollfd fds[RESOLVE_MAX + 1];
	enum status status;
	size_t i;

	for (;;) {
		race_start(r);
		if (r->running == 0 && !r->has_next &&
		    r->progress == RESOLVE_OVER)
			return connect_fault(r, who, f);
		status = race_wait(r, fds, deadline_ms, f);
		if (status != STATUS_OK && status != STATUS_TIMEOUT)
			return status;
		*winner = race_look(r, fds);
		if (*winner != -1)
			return STATUS_OK;
		if (clock_left(&clock_system, deadline_ms) == 0) {
			for (i = 0; i < r->running; i++)
				race_lost(
				    r, &r->attempts[i].address, ETIMEDOUT);
			return connect_fault(r, who, f);
		}
	}
}

enum status
race(int *winner, const char *who, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *f)
{
	enum status status;
	struct race r;

	memset(&r, 0, sizeof r);
	status = resolve_open(&r.names, host, port, f);
	if (status != STATUS_OK)
		return status;
	status = race_run(&r, who, winner, deadline_ms, f);
	resolve_close(r.names);
	while (r.running > 0)
		close(r.attempts[--r.running].fd);
	return status;
}
