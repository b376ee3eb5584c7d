#include "compat.h"

#include "base/clock.h"
#include "base/least.h"
#include "http/exchange.h"

#define READ_SIZE	16384	/* a TLS record */
#define IDLE_MS		10000	/* a body that stops is worth another try */

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
	enum status status;
	size_t got, used;
	int64_t deadline_ms;
	bool clean;

	while (progress == RESPONSE_MORE) {
		deadline_ms = in_head(r) ? limits->head_deadline_ms :
		    least(limits->deadline_ms, clock_after(&clock_system,
		    IDLE_MS));
		status = conn_read(c, data, sizeof data, &got, &clean,
		    deadline_ms, f);
		if (status != STATUS_OK)
			return status;
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
	if (status != STATUS_OK)
		return status;
	return read_response(c, who, r, limits, f);
}
