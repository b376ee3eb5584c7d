/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <signal.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/mem.h"
#include "fake_clock.h"
#include "fake_conn.h"
#include "http/route.h"

#define BYTES_MAX ((size_t)1 << 20)

struct fake_conn {
	struct conn conn;
	unsigned int number;
	struct fake_request *request; /* the latest; NULL: none */
	struct buf in;                /* answers */
	size_t delivered;
	uint64_t sent;
	bool ends; /* behind what is in `in` */
};

struct fake_net fake_net;

void
fake_net_reset(void)
{
	size_t i;

	for (i = 0; i < fake_net.request_count; i++)
		buf_free(&fake_net.requests[i].bytes);
	memset(&fake_net, 0, sizeof fake_net);
}

static bool
is_cut(unsigned int connection, enum fake_where where)
{
	return fake_net.cut.connection == connection &&
	    fake_net.cut.where == where;
}

/* What the cut looks like to a write, or to a read that does not end. */
static enum status
fail_as(enum fake_how how, int64_t deadline_ms, struct fault *f)
{
	switch (how) {
	case FAKE_SIGNAL:
		fake_signal_at(fake_now(), SIGTERM);
		return interrupt_fault(f);
	case FAKE_SILENCE:
		check(deadline_ms != CLOCK_NEVER, "silence without an end");
		fake_pass(clock_left(&fake_clock, deadline_ms));
		if (interrupt_pending())
			return interrupt_fault(f);
		return fault_set(f, STATUS_TIMEOUT, "fake: no answer in time");
	case FAKE_UNTRUSTED:
		return fault_set_lasting(
		    f, STATUS_TLS, "fake: bad certificate");
	case FAKE_RESET:
	case FAKE_END:
	case FAKE_GOODBYE:
	case FAKE_HOWS:
		break;
	}
	return fault_set(f, STATUS_CLOSED, "fake: connection reset");
}

/* The request begun by the bytes behind the ones before, if it is whole. */
static bool
is_whole(const struct buf *b)
{
	const char *body = strstr(buf_str(b), "\r\n\r\n"), *length;

	if (body == NULL)
		return false;
	length = strstr(buf_str(b), "\r\nContent-Length: ");
	return length == NULL || length > body ||
	    b->len ==
	    (size_t)(body + 4 - b->data) + strtoul(length + 18, NULL, 10);
}

static void
receive(struct fake_conn *c, const char *data, size_t len)
{
	struct fake_request *q = c->request;
	size_t before = c->in.len;

	if (q == NULL || q->complete) {
		check(fake_net.request_count < FAKE_REQUESTS_MAX,
		    "a loop that does not end");
		q = c->request = &fake_net.requests[fake_net.request_count++];
		q->connection = c->number;
		buf_init(&q->bytes, BYTES_MAX);
	}
	buf_add(&q->bytes, data, len);
	c->sent += len;
	if (!is_whole(&q->bytes))
		return;
	q->complete = true;
	c->ends = fake_net.serve(fake_net.ctx, buf_str(&q->bytes), &c->in);
	q->answered = c->in.len - before;
}

static enum status
fake_write(struct conn *conn, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	size_t at = fake_net.cut.at;

	if (interrupt_pending())
		return interrupt_fault(f);
	if (!is_cut(c->number, FAKE_IN_WRITE) || at > c->sent + len) {
		receive(c, data, len);
		return STATUS_OK;
	}
	if (at > c->sent)
		receive(c, data, at - c->sent);
	return fail_as(fake_net.cut.how, deadline_ms, f);
}

static enum status
fake_read(struct conn *conn, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct fake_conn *c = (struct fake_conn *)conn;
	size_t n = c->in.len - c->delivered;
	enum fake_how how = FAKE_SILENCE;

	if (fake_net.piece > 0 && n > fake_net.piece)
		n = fake_net.piece;
	if (n > size)
		n = size;
	*got = 0;
	*clean = false;
	if (interrupt_pending())
		return interrupt_fault(f);
	if (is_cut(c->number, FAKE_IN_READ)) {
		if (n > fake_net.cut.at - c->delivered)
			n = fake_net.cut.at - c->delivered;
		how = fake_net.cut.how;
	} else if (c->ends) {
		how = FAKE_GOODBYE;
	}
	if (n > 0) {
		fake_pass(c->delivered == 0 ? FAKE_SERVE_MS : 0);
		memcpy(data, c->in.data + c->delivered, n);
		c->delivered += n;
		c->request->delivered += n;
		*got = n;
		return STATUS_OK;
	}
	*clean = how == FAKE_GOODBYE;
	return how == FAKE_GOODBYE || how == FAKE_END
	    ? STATUS_OK
	    : fail_as(how, deadline_ms, f);
}

static void
fake_close(struct conn *conn)
{
	struct fake_conn *c = (struct fake_conn *)conn;

	buf_free(&c->in);
	free(c->conn.who);
	free(c);
	fake_net.open--;
}

static uint64_t
fake_sent(const struct conn *conn)
{
	return ((const struct fake_conn *)conn)->sent;
}

static bool
fake_quiet(struct conn *conn)
{
	const struct fake_conn *c = (struct fake_conn *)conn;

	return !c->ends && c->delivered == c->in.len;
}

static void
fake_describe(const struct conn *conn, struct buf *out)
{
	buf_addf(out, " at fake %u", ((const struct fake_conn *)conn)->number);
}

void
route_init(struct route *r, const struct url *to, const struct proxy *proxy,
    const struct trust *trust)
{
	struct buf who;

	(void)proxy;
	(void)trust;
	memset(r, 0, sizeof *r);
	buf_init(&who, BUF_TEXT_MAX);
	url_add_authority(&who, to);
	r->who = xstrdup(buf_str(&who));
	buf_free(&who);
}

void
route_wipe(struct route *r)
{
	free(r->who);
}

enum status
route_connect(const struct route *r, struct conn **conn, int64_t deadline_ms,
    enum route_stage *reached, struct fault *f)
{
	static const struct conn_ops ops = { fake_read, fake_write, fake_close,
		fake_sent, fake_quiet, fake_describe };
	struct fake_conn *c;

	*conn = NULL;
	*reached = ROUTE_START;
	fake_net.connections++;
	if (interrupt_pending())
		return interrupt_fault(f);
	if (is_cut(fake_net.connections, FAKE_IN_DIAL))
		return fail_as(fake_net.cut.how, deadline_ms, f);
	fake_pass(least(FAKE_DIAL_MS, clock_left(&fake_clock, deadline_ms)));
	if (clock_left(&fake_clock, deadline_ms) == 0)
		return fault_set(f, STATUS_TIMEOUT, "fake: connect timed out");
	c = xcalloc(1, sizeof *c);
	c->conn.ops = &ops;
	c->conn.who = xstrdup(r->who);
	c->number = fake_net.connections;
	buf_init(&c->in, BYTES_MAX);
	fake_net.open++;
	*conn = &c->conn;
	*reached = ROUTE_CONNECTED;
	return STATUS_OK;
}
