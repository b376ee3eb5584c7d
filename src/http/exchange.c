#include "compat.h"

#include "base/clock.h"
#include "base/least.h"
#include "http/exchange.h"

#define READ_SIZE	16384	/* a TLS record */

/*
 * What a body must bring in that time: one that stops, or drips, is worth
 * another try.  Modems of 2 kbit/s bring twice as much, but a TLS record counts
 * only when it is whole: with the largest ones the slowest link is one of
 * 13 kbit/s.
 */
#define FLOOR_BYTES	1024
#define FLOOR_MS	10000

static enum status
send_request(struct conn *c, const char *who, const struct request *q,
    int64_t deadline_ms, bool *sent, struct fault *f)
{
	uint64_t before = conn_sent(c);
	enum status status;
	struct buf bytes;

	buf_init(&bytes, BUF_TEXT_MAX);
	if (!request_write(&bytes, q))
		status = fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: not sent: a header or the target has a control "
		    "character", who);
	else
		status = conn_write(c, bytes.data, bytes.len, deadline_ms, f);
	/* The bytes hold the token. */
	buf_wipe(&bytes);
	*sent = status == STATUS_OK || conn_sent(c) != before;
	return status;
}

static bool
in_head(const struct response *r)
{
	return r->state == RESPONSE_STATUS_LINE ||
	    r->state == RESPONSE_FIELDS;
}

static enum status
read_response(struct conn *c, const char *who, struct response *r,
    const struct exchange_limits *limits, struct fault *f)
{
	enum response_progress progress = RESPONSE_MORE;
	char data[READ_SIZE];
	int64_t deadline_ms, floor_until_ms = 0;
	size_t got, used, floor_got = 0;
	enum status status;
	bool clean, head;

	while (progress == RESPONSE_MORE) {
		head = in_head(r);
		deadline_ms = head ? limits->head_deadline_ms :
		    least(limits->deadline_ms, floor_until_ms);
		status = conn_read(c, data, sizeof data, &got, &clean,
		    deadline_ms, f);
		if (status == STATUS_TIMEOUT && !head &&
		    deadline_ms == floor_until_ms)
			fault_set(f, status, "%s: the answer came to a "
			    "standstill (less than %d bytes in %d s)", who,
			    FLOOR_BYTES, FLOOR_MS / 1000);
		if (status != STATUS_OK)
			return status;
		floor_got += got;
		if (head || floor_got >= FLOOR_BYTES) {
			floor_got = 0;
			floor_until_ms = clock_after(&clock_system, FLOOR_MS);
		}
		if (got == 0) {
			progress = response_end(r, clean);
			if (progress == RESPONSE_BAD)
				return fault_set(f, STATUS_CLOSED, "%s: %s",
				    who, response_error(r));
			break;
		}
		progress = response_feed(r, data, got, &used);
		/* What follows an answer that nobody asked for is not the
		 * next one's. */
		if (used < got)
			r->keep_alive = false;
	}
	if (progress == RESPONSE_BAD)
		return fault_set(f, STATUS_PROTOCOL, "%s: bad answer: %s", who,
		    response_error(r));
	return STATUS_OK;
}

enum status
exchange(struct conn *c, const char *who, const struct request *q,
    struct response *r, const struct exchange_limits *limits, bool *sent,
    struct fault *f)
{
	enum status status;

	status = send_request(c, who, q, limits->head_deadline_ms, sent, f);
	if (status == STATUS_OK)
		status = read_response(c, who, r, limits, f);
	if (status == STATUS_TLS)
		*sent = false;
	return status;
}
