/* SPDX-License-Identifier: ISC */
/*
 * One request and its answer, on a clock that only moves while the peer makes
 * it: this file stands in for base/clock_system.
 */
#include "unit.h"

#include "base/clock.h"
#include "http/exchange.h"

#define START_MS  INT64_C(5000000)
#define HEAD_MS   30000
#define ANSWER_MS 60000

static int64_t now_ms;

static int64_t
read_clock(void *ctx)
{
	(void)ctx;
	return now_ms;
}

static void
pass(void *ctx, int64_t instant_ms)
{
	(void)ctx;
	now_ms = instant_ms;
}

const struct clock clock_system = { read_clock, pass, NULL };

/* Bytes that arrive after that long, so many times. */
struct arrival {
	int64_t after_ms;
	const char *bytes;  /* NULL: the end of the stream */
	unsigned int times; /* 0 stands for once */
};

/* A peer that sends by a script and then falls silent. */
struct peer {
	struct conn conn;
	const struct arrival *script;
	size_t count, at;
	unsigned int repeated;
	enum status read_status; /* in the end */
	enum status write_status;
	size_t written; /* before that */
	uint64_t sent;
	char request[1024];
};

static enum status
peer_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	struct peer *p = (struct peer *)c;
	const struct arrival *a = &p->script[p->at];

	if (p->at == p->count && p->read_status != STATUS_OK)
		return fault_set(f, p->read_status, "peer: gone");
	if (p->at == p->count || now_ms + a->after_ms > deadline_ms) {
		check(deadline_ms < CLOCK_NEVER / 2, "waits for ever");
		now_ms = deadline_ms;
		return fault_set(f, STATUS_TIMEOUT, "peer: no answer in time");
	}
	now_ms += a->after_ms;
	*clean = true;
	*got = a->bytes == NULL ? 0 : strlen(a->bytes);
	check(*got <= size, "too long an arrival");
	if (a->bytes != NULL)
		memcpy(data, a->bytes, *got);
	if (++p->repeated >= a->times) {
		p->repeated = 0;
		p->at++;
	}
	return STATUS_OK;
}

static enum status
peer_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	struct peer *p = (struct peer *)c;

	assert_int_equal(deadline_ms, START_MS + HEAD_MS);
	if (p->write_status != STATUS_OK) {
		p->sent += p->written;
		return fault_set(f, p->write_status, "peer: gone");
	}
	assert_true(p->sent + len < sizeof p->request);
	memcpy(p->request + p->sent, data, len);
	p->sent += len;
	return STATUS_OK;
}

static void
peer_close(struct conn *c)
{
	(void)c;
}

static uint64_t
peer_sent(const struct conn *c)
{
	return ((const struct peer *)c)->sent;
}

static bool
peer_quiet(struct conn *c)
{
	(void)c;
	return true;
}

static char who[] = "host:1";

static const struct conn_ops peer_ops = { peer_read, peer_write, peer_close,
	peer_sent, peer_quiet, NULL };

/* What came of one exchange. */
struct outcome {
	enum status status;
	bool sent;
	int64_t took_ms;
	bool keep_alive;
	struct fault fault;
	char request[1024];
};

static size_t sunk;

static void
sink(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	sunk += len;
}

static void
run_peer(struct outcome *o, struct peer *p, int64_t answer_ms, bool streams)
{
	struct exchange_limits limits;
	struct response response;
	struct request q = {
		.method = REQUEST_GET, .target = "/x", .authority = "host"
	};

	now_ms = START_MS;
	limits.head_deadline_ms = START_MS + HEAD_MS;
	limits.deadline_ms = clock_after(&clock_system, answer_ms);
	p->conn.ops = &peer_ops;
	p->conn.who = who;
	memset(o, 0, sizeof *o);
	response_init(&response, REQUEST_GET);
	sunk = 0;
	if (streams)
		response_stream(&response, sink, NULL);
	o->sent = p->write_status != STATUS_OK;
	o->status = exchange(
	    &p->conn, &q, &response, &limits, &o->sent, &o->fault);
	o->took_ms = now_ms - START_MS;
	memcpy(o->request, p->request, sizeof o->request);
	o->keep_alive = response.keep_alive;
	response_wipe(&response);
}

static void
run_script(struct outcome *o, const struct arrival *script, size_t count,
    int64_t answer_ms, bool streams)
{
	struct peer p = { .script = script, .count = count };

	run_peer(o, &p, answer_ms, streams);
}

#define HEAD    "HTTP/1.1 200 OK\r\n"
#define LONG    HEAD "Content-Length: 1000000\r\n\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define X16     "xxxxxxxxxxxxxxxx"
#define X256    X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16
#define X1023                                                                  \
	X256 X256 X256 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 \
	    X16 "xxxxxxxxxxxxxxx"

/*
 * Peers that stop, drip or flood: when each is given up.  Nothing here is ever
 * complete.
 */
static const struct {
	const char *name;
	struct arrival script[4];
	int64_t took_ms;
	const char *text;
} stalls[] = {
	{ "a head that does not come", { { 40000, "x", 0 } }, 30000,
	    "no answer in time" },
	{ "a head that stops in its status line", { { 5, "HTTP/1.1 2", 0 } },
	    30000, "no answer in time" },
	{ "a head that stops between its fields", { { 5, HEAD "A: b\r\n", 0 } },
	    30000, "no answer in time" },
	{ "a head that drips",
	    { { 900, "HTTP/1.1 200 O", 0 }, { 900, "K", 5000 } }, 30000,
	    "no answer in time" },
	{ "interim answers without end",
	    { { 500, "HTTP/1.1 100 Continue\r\n\r\n", 5000 } }, 30000,
	    "no answer in time" },
	{ "a body that does not begin", { { 1000, LONG, 0 } }, 11000,
	    "stalled" },
	{ "a body that stops", { { 0, LONG, 0 }, { 3000, X1023 "x", 0 } },
	    13000, "stalled" },
	{ "a body that stops short of the floor",
	    { { 0, LONG, 0 }, { 3000, X256, 0 } }, 10000, "stalled" },
	{ "a drip every nine seconds", { { 0, LONG, 0 }, { 9000, "x", 99 } },
	    10000, "stalled" },
	{ "a drip every millisecond", { { 0, LONG, 0 }, { 11, "x", 99999 } },
	    10000, "stalled" },
	{ "one byte less than the floor",
	    { { 0, LONG, 0 }, { 9999, X1023, 99 } }, 10000, "stalled" },
	{ "the floor, until the deadline",
	    { { 0, LONG, 0 }, { 9999, X1023 "x", 99 } }, 60000,
	    "no answer in time" },
	{ "interim answers, then a drip",
	    { { 20000, "HTTP/1.1 103 Early Hints\r\n\r\n", 0 }, { 0, LONG, 0 },
		{ 5000, "x", 99 } },
	    30000, "stalled" },
	{ "a chunk size that stops", { { 0, CHUNKED "40", 0 } }, 10000,
	    "stalled" },
	{ "a chunk size that drips", { { 0, CHUNKED, 0 }, { 9000, "0", 99 } },
	    10000, "stalled" },
	{ "a chunk that stops", { { 0, CHUNKED "40\r\n" X16, 0 } }, 10000,
	    "stalled" },
	{ "a chunk without its end", { { 0, CHUNKED "10\r\n" X16, 0 } }, 10000,
	    "stalled" },
	{ "trailers that stop", { { 0, CHUNKED "0\r\nA: b\r\n", 0 } }, 10000,
	    "stalled" },
	{ "trailers that drip",
	    { { 0, CHUNKED "0\r\n", 0 }, { 8000, "A: b\r\n", 99 } }, 10000,
	    "stalled" },
	{ "a whole body without an end", { { 0, HEAD "\r\n" X1023, 0 } }, 10000,
	    "stalled" },
};

static void
test_stalls(void **state)
{
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(stalls); i++) {
		size_t count = 0;

		while (count < COUNT(stalls[i].script) &&
		    stalls[i].script[count].bytes != NULL)
			count++;
		run_script(&o, stalls[i].script, count, ANSWER_MS, false);
		check(o.status == STATUS_TIMEOUT, "%s: %d %s", stalls[i].name,
		    o.status, o.fault.text);
		check(o.sent, "%s", stalls[i].name);
		check(o.took_ms == stalls[i].took_ms, "%s: %lld ms",
		    stalls[i].name, (long long)o.took_ms);
		check(strstr(o.fault.text, stalls[i].text) != NULL, "%s: %s",
		    stalls[i].name, o.fault.text);
	}
}

/* The slowest link of use, 250 bytes a second, with pauses. */
static void
test_slow_is_fine(void **state)
{
	static const struct arrival script[] = {
		{ 29000, HEAD "Content-Length: 5120\r\n\r\n", 0 },
		{ 1000, X256, 10 },
		{ 6000, X256, 0 },
		{ 1000, X256, 3 },
		{ 5000, X256, 0 },
		{ 2000, X256, 1 },
		{ 500, X256, 4 },
	};
	struct outcome o;

	(void)state;
	run_script(&o, script, COUNT(script), ANSWER_MS, false);
	check(o.status == STATUS_OK, "%s", o.fault.text);
	assert_int_equal(o.took_ms, 57000);
}

/* A log has no deadline of its own: hours are fine, a drip is not. */
static void
test_stream_without_a_deadline(void **state)
{
	static const struct arrival steady[] = {
		{ 0, HEAD "Content-Length: 10230000\r\n\r\n", 0 },
		{ 4000, X1023, 10000 },
	}, dripping[] = {
		{ 0, HEAD "Content-Length: 10230000\r\n\r\n", 0 },
		{ 4000, X1023, 500 },
		{ 900, "x", 10000 },
	};
	struct outcome o;

	(void)state;
	run_script(&o, steady, COUNT(steady), CLOCK_NEVER, true);
	check(o.status == STATUS_OK, "%s", o.fault.text);
	assert_int_equal(o.took_ms, 40000000);
	assert_int_equal(sunk, 10230000);

	run_script(&o, dripping, COUNT(dripping), CLOCK_NEVER, true);
	assert_int_equal(o.status, STATUS_TIMEOUT);
	check(strstr(o.fault.text, "stalled") != NULL, "%s", o.fault.text);
	check(o.took_ms > 2000000 && o.took_ms <= 2010000, "%lld",
	    (long long)o.took_ms);
}

/* What ends an answer other than time. */
static const struct {
	const char *name;
	struct arrival script[3];
	size_t count;
	enum status status;
	bool keep_alive;
	const char *text;
} ends[] = {
	{ "whole", { { 0, HEAD "Content-Length: 2\r\n\r\n{}", 0 } }, 1,
	    STATUS_OK, true, "" },
	{ "whole, with more behind it",
	    { { 0, HEAD "Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK", 0 } }, 1,
	    STATUS_OK, false, "" },
	{ "closed before a byte", { { 0, NULL, 0 } }, 1, STATUS_CLOSED, false,
	    "host:1: " },
	{ "closed in the head", { { 0, HEAD, 0 }, { 0, NULL, 0 } }, 2,
	    STATUS_CLOSED, false, "host:1: " },
	{ "closed in the body", { { 0, LONG X16, 0 }, { 0, NULL, 0 } }, 2,
	    STATUS_CLOSED, false, "host:1: " },
	{ "garbage", { { 0, "SSH-2.0-x\r\n", 0 } }, 1, STATUS_PROTOCOL, false,
	    "host:1: bad answer" },
	{ "trailers without end",
	    { { 0, CHUNKED "0\r\n", 0 }, { 0, "A: " X256 "\r\n", 99999 } }, 2,
	    STATUS_PROTOCOL, false, "host:1: bad answer" },
	{ "fields without end",
	    { { 0, HEAD, 0 }, { 0, "A: " X256 "\r\n", 99999 } }, 2,
	    STATUS_PROTOCOL, false, "host:1: bad answer" },
	{ "a field without end", { { 0, HEAD "A: ", 0 }, { 0, X256, 99999 } },
	    2, STATUS_PROTOCOL, false, "host:1: bad answer" },
	{ "a chunk size without end",
	    { { 0, CHUNKED, 0 }, { 0, "1;" X256, 99999 } }, 2, STATUS_PROTOCOL,
	    false, "host:1: bad answer" },
	{ "interim answers without end",
	    { { 0, "HTTP/1.1 100 Continue\r\n\r\n", 99999 } }, 1,
	    STATUS_PROTOCOL, false, "host:1: bad answer" },
	{ "a body without end", { { 0, HEAD "\r\n", 0 }, { 0, X1023, 99999 } },
	    2, STATUS_PROTOCOL, false, "host:1: bad answer" },
	{ "chunks without end",
	    { { 0, CHUNKED, 0 }, { 0, "10\r\n" X16 "\r\n", 9999999 } }, 2,
	    STATUS_PROTOCOL, false, "host:1: bad answer" },
};

static void
test_ends(void **state)
{
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ends); i++) {
		run_script(&o, ends[i].script, ends[i].count, ANSWER_MS, false);
		check(o.status == ends[i].status, "%s: %d %s", ends[i].name,
		    o.status, o.fault.text);
		check(o.sent, "%s", ends[i].name);
		if (o.status == STATUS_OK)
			check(o.keep_alive == ends[i].keep_alive, "%s",
			    ends[i].name);
		else
			check(strncmp(o.fault.text, ends[i].text,
				  strlen(ends[i].text)) == 0,
			    "%s: %s", ends[i].name, o.fault.text);
	}
}

static const struct {
	const char *name;
	enum status write_status;
	size_t written;
	bool sent;
} writes[] = {
	{ "gone before a byte", STATUS_CLOSED, 0, false },
	{ "gone after a byte", STATUS_CLOSED, 1, true },
	{ "stuck before a byte", STATUS_TIMEOUT, 0, false },
	{ "stuck after some", STATUS_TIMEOUT, 20, true },
	{ "a signal before a byte", STATUS_TERMINATED, 0, false },
};

static void
test_sent(void **state)
{
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(writes); i++) {
		struct peer p = {
			.write_status = writes[i].write_status,
			.written = writes[i].written,
			.sent = 77,
		};

		run_peer(&o, &p, ANSWER_MS, false);
		check(o.status == writes[i].write_status, "%s", writes[i].name);
		check(o.sent == writes[i].sent, "%s", writes[i].name);
	}
}

/* All of it has left, to a peer that takes nothing. */
static void
test_refused_handshake(void **state)
{
	struct peer p = { .read_status = STATUS_TLS };
	struct outcome o;

	(void)state;
	run_peer(&o, &p, ANSWER_MS, false);
	assert_int_equal(o.status, STATUS_TLS);
	assert_true(p.sent > 0);
	assert_false(o.sent);
	p = (struct peer){ .read_status = STATUS_CLOSED };
	run_peer(&o, &p, ANSWER_MS, false);
	assert_int_equal(o.status, STATUS_CLOSED);
	assert_true(o.sent);
}

static void
test_request(void **state)
{
	static const struct arrival script[] = { { 0,
	    "HTTP/1.1 204 No Content\r\n\r\n", 0 } };
	struct outcome o;

	(void)state;
	run_script(&o, script, COUNT(script), ANSWER_MS, false);
	assert_int_equal(o.status, STATUS_OK);
	check(strncmp(o.request, "GET /x HTTP/1.1\r\nHost: host\r\n", 29) == 0,
	    "%s", o.request);
}

/* A header that would end the head early never leaves. */
static void
test_unfit_request(void **state)
{
	struct exchange_limits limits = { START_MS + HEAD_MS, START_MS };
	struct request q = {
		.method = REQUEST_GET, .target = "/x", .authority = "host"
	};
	struct peer p = { .conn = { .ops = &peer_ops, .who = who } };
	struct response r;
	bool sent = true;
	struct fault f;

	(void)state;
	request_add(&q, "A", "b\r\nC: d");
	response_init(&r, REQUEST_GET);
	assert_int_equal(
	    exchange(&p.conn, &q, &r, &limits, &sent, &f), STATUS_PROTOCOL);
	assert_true(f.lasting);
	assert_false(sent);
	assert_int_equal(p.sent, 0);
	response_wipe(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_slow_is_fine),
		cmocka_unit_test(test_stream_without_a_deadline),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_refused_handshake),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_unfit_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
