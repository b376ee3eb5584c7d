/* SPDX-License-Identifier: ISC */
/*
 * Connections over loopback: reading, writing, ends, and the race between
 * addresses, which a resolver of this file's own hands out.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/resolve.h"
#include "net/tcp.h"

#define SOON_MS 20000 /* that long would be a failure */

/* --- a stand-in for net/resolve --- */

/* What it hands out, in this order. */
static struct resolve_address script[RESOLVE_MAX];
static size_t script_count, script_at;
static int script_fd = -1;     /* pending, after the last */
static unsigned int resolvers; /* open */

enum status
resolve_open(
    struct resolver **r, const char *host, uint16_t port, struct fault *f)
{
	(void)port;
	if (strcmp(host, "unopened") == 0)
		return fault_set(f, STATUS_RESOLVE, "not opened");
	*r = (struct resolver *)&resolvers;
	resolvers++;
	script_at = 0;
	return STATUS_OK;
}

void
resolve_close(struct resolver *r)
{
	assert_ptr_equal(r, &resolvers);
	resolvers--;
}

enum resolve_progress
resolve_next(struct resolver *r, struct resolve_address *a, int64_t *due_ms)
{
	char c;

	(void)r;
	*due_ms = CLOCK_NEVER;
	if (script_fd != -1 && script_at == 0) {
		if (read(script_fd, &c, 1) != 1)
			return RESOLVE_PENDING;
		script_fd = -1;
	}
	if (script_at == script_count)
		return script_fd != -1 ? RESOLVE_PENDING : RESOLVE_OVER;
	*a = script[script_at++];
	return RESOLVE_ADDRESS;
}

int
resolve_fd(const struct resolver *r)
{
	(void)r;
	return script_fd;
}

enum status
resolve_fault(const struct resolver *r, struct fault *f)
{
	(void)r;
	return fault_set(f, STATUS_NO_HOST, "nobody: no such host");
}

void
resolve_text(const struct resolve_address *a, char text[RESOLVE_TEXT_MAX])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->addr;

	snprintf(text, RESOLVE_TEXT_MAX, "%s",
	    a->addr.ss_family == AF_INET ? inet_ntoa(in->sin_addr) : "?");
}

/* --- peers --- */

static void
add_peer(const char *ip, uint16_t port)
{
	struct resolve_address *a = &script[script_count++];
	struct sockaddr_in *in = (struct sockaddr_in *)&a->addr;

	memset(a, 0, sizeof *a);
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, ip, &in->sin_addr), 1);
	a->len = sizeof *in;
}

static int
listen_at(const char *ip, uint16_t *port, int backlog)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd != -1);
	in.sin_port = htons(*port);
	inet_pton(AF_INET, ip, &in.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

#define FILLERS 8

/* A listener whose queue is full: nobody answers new SYNs. */
struct silent {
	int fd;
	int fillers[FILLERS];
};

static void
silence(struct silent *s, const char *ip, uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	size_t i;

	s->fd = listen_at(ip, port, 0);
	in.sin_port = htons(*port);
	inet_pton(AF_INET, ip, &in.sin_addr);
	for (i = 0; i < FILLERS; i++) {
		s->fillers[i] = socket(
		    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(s->fillers[i], (struct sockaddr *)&in, sizeof in);
	}
}

static void
unsilence(struct silent *s)
{
	size_t i;

	for (i = 0; i < FILLERS; i++)
		close(s->fillers[i]);
	close(s->fd);
}

static int
prepare(void **state)
{
	(void)state;
	script_count = 0;
	script_fd = -1;
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	assert_int_equal(resolvers, 0);
	return 0;
}

static int64_t
in_ms(int64_t ms)
{
	return clock_after(&clock_system, ms);
}

static enum status
open_one(struct conn **c, int64_t deadline_ms, struct fault *f)
{
	*c = NULL;
	return tcp_open(c, "host:1", "host", 1, deadline_ms, f);
}

/* A connection and the peer's end of it. */
static struct conn *
connected(int *peer)
{
	struct conn *c;
	struct fault f;
	uint16_t port = 0;
	int fd = listen_at("127.0.0.1", &port, 4);

	prepare(NULL);
	add_peer("127.0.0.1", port);
	check(open_one(&c, in_ms(SOON_MS), &f) == STATUS_OK, "%s", f.text);
	*peer = accept(fd, NULL, NULL);
	assert_true(*peer != -1);
	close(fd);
	return c;
}

static unsigned int
count_descriptors(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* --- the stream --- */

static void
test_stream(void **state)
{
	struct buf about;
	struct conn *c;
	struct fault f;
	char data[16];
	bool clean;
	size_t got;
	int peer;

	(void)state;
	c = connected(&peer);
	buf_init(&about, BUF_TEXT_MAX);
	conn_describe(c, &about);
	assert_string_equal(buf_str(&about), " at 127.0.0.1");
	buf_free(&about);
	assert_true(conn_is_quiet(c));
	assert_int_equal(conn_sent(c), 0);
	assert_int_equal(
	    conn_write(c, "hello", 5, in_ms(SOON_MS), &f), STATUS_OK);
	assert_int_equal(conn_sent(c), 5);
	assert_int_equal(recv(peer, data, sizeof data, 0), 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(send(peer, "abcdef", 6, 0), 6);
	assert_int_equal(
	    conn_read(c, data, 4, &got, &clean, in_ms(SOON_MS), &f), STATUS_OK);
	assert_int_equal(got, 4);
	assert_memory_equal(data, "abcd", 4);
	/* More than was asked for has arrived. */
	assert_false(conn_is_quiet(c));
	assert_int_equal(
	    conn_read(c, data, sizeof data, &got, &clean, in_ms(SOON_MS), &f),
	    STATUS_OK);
	assert_int_equal(got, 2);
	assert_true(conn_is_quiet(c));
	/* Nothing comes. */
	assert_int_equal(
	    conn_read(c, data, sizeof data, &got, &clean, in_ms(20), &f),
	    STATUS_TIMEOUT);
	assert_string_equal(f.text, "host:1: no answer in time");
	/* The peer has said all it will; we may still speak. */
	shutdown(peer, SHUT_WR);
	assert_int_equal(
	    conn_read(c, data, sizeof data, &got, &clean, in_ms(SOON_MS), &f),
	    STATUS_OK);
	assert_int_equal(got, 0);
	assert_true(clean);
	assert_false(conn_is_quiet(c));
	assert_int_equal(conn_write(c, "!", 1, in_ms(SOON_MS), &f), STATUS_OK);
	assert_int_equal(recv(peer, data, sizeof data, 0), 1);
	conn_close(c);
	assert_int_equal(recv(peer, data, sizeof data, 0), 0);
	close(peer);
}

static void
test_reset(void **state)
{
	struct linger hard = { 1, 0 };
	struct conn *c;
	struct fault f;
	char data[16];
	bool clean;
	size_t got;
	int peer;

	(void)state;
	c = connected(&peer);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(peer);
	assert_false(conn_is_quiet(c));
	assert_int_equal(
	    conn_read(c, data, sizeof data, &got, &clean, in_ms(SOON_MS), &f),
	    STATUS_CLOSED);
	check(strncmp(f.text, "host:1: ", 8) == 0, "%s", f.text);
	/* SIGPIPE would end this test. */
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(
	    conn_write(c, "x", 1, in_ms(SOON_MS), &f), STATUS_CLOSED);
	assert_int_equal(conn_sent(c), 0);
	conn_close(c);
}

/* A peer that does not read: what fits the buffers counts as sent. */
static void
test_stuck_writer(void **state)
{
	static char data[16 << 20];
	struct conn *c;
	struct fault f;
	int peer;

	(void)state;
	c = connected(&peer);
	assert_int_equal(
	    conn_write(c, data, sizeof data, in_ms(100), &f), STATUS_TIMEOUT);
	assert_true(conn_sent(c) > 0);
	assert_true(conn_sent(c) < sizeof data);
	conn_close(c);
	close(peer);
}

static void
test_passed_deadline(void **state)
{
	struct conn *c;
	struct fault f;
	char data[4];
	bool clean;
	size_t got;
	int peer;

	(void)state;
	c = connected(&peer);
	assert_int_equal(send(peer, "abc", 3, 0), 3);
	/* There is always something to read from a peer that drips. */
	assert_int_equal(
	    conn_read(c, data, 1, &got, &clean, in_ms(0), &f), STATUS_TIMEOUT);
	assert_int_equal(conn_write(c, "x", 1, in_ms(0), &f), STATUS_TIMEOUT);
	assert_int_equal(conn_sent(c), 0);
	conn_close(c);
	close(peer);
}

/* --- the race --- */

static void
test_refused(void **state)
{
	uint16_t port = 0;
	struct conn *c;
	struct fault f;

	(void)state;
	close(listen_at("127.0.0.1", &port, 1));
	add_peer("127.0.0.1", port);
	assert_int_equal(open_one(&c, in_ms(SOON_MS), &f), STATUS_CONNECT);
	assert_false(f.lasting);
	check(strcmp(f.text,
		  "host:1: cannot connect to 127.0.0.1: "
		  "Connection refused") == 0,
	    "%s", f.text);
	/* A host that is given as its address is named once. */
	assert_int_equal(
	    tcp_open(&c, "127.0.0.1", "127.0.0.1", port, in_ms(SOON_MS), &f),
	    STATUS_CONNECT);
	assert_string_equal(
	    f.text, "127.0.0.1: cannot connect: Connection refused");
	assert_int_equal(tcp_open(&c, "proxy 127.0.0.1", "127.0.0.1", port,
			     in_ms(SOON_MS), &f),
	    STATUS_CONNECT);
	assert_string_equal(
	    f.text, "proxy 127.0.0.1: cannot connect: Connection refused");
	add_peer("127.0.0.2", port);
	add_peer("127.0.0.3", port);
	assert_int_equal(open_one(&c, in_ms(SOON_MS), &f), STATUS_CONNECT);
	check(strstr(f.text, "127.0.0.3") != NULL &&
		strstr(f.text, "(the last of 3 addresses)") != NULL,
	    "%s", f.text);
}

/* What fails at once makes room at once. */
static void
test_refused_then_live(void **state)
{
	uint16_t port = 0;
	struct conn *c;
	struct fault f;
	size_t i;
	int fd;

	(void)state;
	fd = listen_at("127.0.0.9", &port, 4);
	for (i = 1; i < RESOLVE_MAX; i++)
		add_peer("127.0.0.1", port);
	add_peer("127.0.0.9", port);
	/* With head starts it would take 15 times 250 ms. */
	check(open_one(&c, in_ms(3000), &f) == STATUS_OK, "%s", f.text);
	conn_close(c);
	close(fd);
}

static void
test_silent(void **state)
{
	struct silent s;
	uint16_t port = 0;
	struct conn *c;
	struct fault f;

	(void)state;
	silence(&s, "127.0.0.1", &port);
	add_peer("127.0.0.1", port);
	assert_int_equal(open_one(&c, in_ms(100), &f), STATUS_CONNECT);
	check(strstr(f.text, "cannot connect to 127.0.0.1: ") != NULL &&
		strstr(f.text, strerror(ETIMEDOUT)) != NULL,
	    "%s", f.text);
	unsilence(&s);
}

/* The second one answers while the first is still being tried: it wins, and
 * the first one's descriptor is closed. */
static void
test_first_to_connect_wins(void **state)
{
	unsigned int before = count_descriptors();
	uint16_t port = 0;
	struct silent s;
	struct conn *c;
	struct fault f;
	int fd, peer;

	(void)state;
	silence(&s, "127.0.0.1", &port);
	fd = listen_at("127.0.0.2", &port, 4);
	add_peer("127.0.0.1", port);
	add_peer("127.0.0.2", port);
	check(open_one(&c, in_ms(5000), &f) == STATUS_OK, "%s", f.text);
	assert_int_equal(count_descriptors(), before + 1 + FILLERS + 1 + 1);
	peer = accept(fd, NULL, NULL);
	assert_true(peer != -1);
	assert_int_equal(conn_write(c, "x", 1, in_ms(SOON_MS), &f), STATUS_OK);
	conn_close(c);
	close(peer);
	close(fd);
	unsilence(&s);
	assert_int_equal(count_descriptors(), before);
}

static void
test_no_address(void **state)
{
	struct conn *c;
	struct fault f;

	(void)state;
	assert_int_equal(open_one(&c, in_ms(SOON_MS), &f), STATUS_NO_HOST);
	assert_string_equal(f.text, "nobody: no such host");
	assert_int_equal(
	    tcp_open(&c, "host:1", "unopened", 1, in_ms(SOON_MS), &f),
	    STATUS_RESOLVE);
}

/* Answers that come while, or before, something is tried. */
static void
test_late_address(void **state)
{
	uint16_t port = 0;
	struct conn *c;
	struct fault f;
	int fd, fds[2];

	(void)state;
	fd = listen_at("127.0.0.1", &port, 4);
	add_peer("127.0.0.1", port);
	assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	/* Never: the deadline counts, and the resolver knows the reason. */
	script_fd = fds[0];
	assert_int_equal(open_one(&c, in_ms(50), &f), STATUS_NO_HOST);
	assert_int_equal(write(fds[1], "x", 1), 1);
	check(open_one(&c, in_ms(SOON_MS), &f) == STATUS_OK, "%s", f.text);
	conn_close(c);
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

/*
 * With one descriptor left the second address waits for the first to end
 * instead of being lost.
 */
static void
test_few_descriptors(void **state)
{
	struct rlimit limit, few;
	struct silent s;
	uint16_t port = 0;
	struct conn *c;
	struct fault f;
	int fd, last;
	pid_t pid;

	(void)state;
	silence(&s, "127.0.0.1", &port);
	fd = listen_at("127.0.0.2", &port, 4);
	add_peer("127.0.0.1", port);
	add_peer("127.0.0.2", port);
	/* The silent one goes away by and by; the next SYN is refused. */
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		poll(NULL, 0, 300);
		_exit(0);
	}
	unsilence(&s);
	last = dup(fd);
	close(last);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)last + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	check(open_one(&c, in_ms(SOON_MS), &f) == STATUS_OK, "%s", f.text);
	conn_close(c);
	few.rlim_cur = (rlim_t)last;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(open_one(&c, in_ms(SOON_MS), &f), STATUS_CONNECT);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	check(strstr(f.text, strerror(EMFILE)) != NULL, "%s", f.text);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fd);
}

#define RACE_TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RACE_TEST(test_stream),
		RACE_TEST(test_reset),
		RACE_TEST(test_stuck_writer),
		RACE_TEST(test_passed_deadline),
		RACE_TEST(test_refused),
		RACE_TEST(test_refused_then_live),
		RACE_TEST(test_silent),
		RACE_TEST(test_first_to_connect_wins),
		RACE_TEST(test_no_address),
		RACE_TEST(test_late_address),
		RACE_TEST(test_few_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
