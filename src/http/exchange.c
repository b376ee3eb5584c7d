/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/clock.h"
#include "base/least.h"
#include "http/exchange.h"

#define READ_SIZE 16384 /* a TLS record */

/*
 * A body must bring so many bytes in that time; one that stops or drips is
 * worth another try.  A link of 2 kbit/s brings twice as much, but a TLS record
 * counts only when it is complete: with the largest records, the slowest link
 * is one of 13 kbit/s.
 */
#define FLOOR_BYTES 1024
#define FLOOR_MS    10000

enum status
exchange_send(struct conn *c, const struct request *q, int64_t deadline_ms,
    bool *sent, struct fault *f)
{
	uint64_t before = conn_sent(c);
	enum status status;
	struct buf bytes;

	buf_init(&bytes, BUF_TEXT_MAX);
	if (!request_write(&bytes, q))
		status = fault_set_lasting(f, STATUS_PROTOCOL,
		    "%s: the request was not sent: its target or a header "
		    "contains a control character",
		    c->who);
	else
		status = conn_write(c, bytes.data, bytes.len, deadline_ms, f);
	/* The bytes contain the token. */
	buf_wipe(&bytes);
	*sent = status == STATUS_OK || conn_sent(c) != before;
	return status;
}

enum status
exchange_read(struct conn *c, struct response *r, size_t *got, size_t *used,
    int64_t deadline_ms, struct fault *f)
{
	enum response_progress progress;
	char data[READ_SIZE];
	enum status status;
	bool clean;

	*used = 0;
	status = conn_read(c, data, sizeof data, got, &clean, deadline_ms, f);
	if (status != STATUS_OK)
		return status;
	progress = *got == 0 ? response_end(r, clean)
			     : response_feed(r, data, *got, used);
	if (progress != RESPONSE_BAD)
		return STATUS_OK;
	if (*got == 0)
		return fault_set(
		    f, STATUS_CLOSED, "%s: %s", c->who, response_error(r));
	return fault_set(f, STATUS_PROTOCOL, "%s: bad answer: %s", c->who,
	    response_error(r));
}

static bool
in_head(const struct response *r)
{
	return r->state == RESPONSE_STATUS_LINE || r->state == RESPONSE_FIELDS;
}

static enum status
read_response(struct conn *c, struct response *r,
    const struct exchange_limits *limits, struct fault *f)
{
	int64_t deadline_ms, floor_until_ms = 0;
	size_t got, used, floor_got = 0;
	enum status status;
	bool head;

	while (r->state != RESPONSE_COMPLETE) {
		head = in_head(r);
		deadline_ms = head ? limits->head_deadline_ms
				   : least(limits->deadline_ms, floor_until_ms);
		status = exchange_read(c, r, &got, &used, deadline_ms, f);
		if (status == STATUS_TIMEOUT && !head &&
		    deadline_ms == floor_until_ms)
			fault_set(f, status,
			    "%s: the answer stalled (less than %d bytes in %d "
			    "s)",
			    c->who, FLOOR_BYTES, FLOOR_MS / 1000);
		if (status != STATUS_OK)
			return status;
		/* Unrequested bytes behind an answer are not part of the next
		 * one. */
		if (used < got)
			r->keep_alive = false;
		floor_got += got;
		if (head || floor_got >= FLOOR_BYTES) {
			floor_got = 0;
			floor_until_ms = clock_after(&clock_system, FLOOR_MS);
		}
	}
	return STATUS_OK;
}

enum status
exchange(struct conn *c, const struct request *q, struct response *r,
    const struct exchange_limits *limits, bool *sent, struct fault *f)
{
	enum status status;

	status = exchange_send(c, q, limits->head_deadline_ms, sent, f);
	if (status == STATUS_OK)
		status = read_response(c, r, limits, f);
	if (status == STATUS_TLS)
		*sent = false;
	return status;
}
