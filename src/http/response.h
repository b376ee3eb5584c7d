/* SPDX-License-Identifier: ISC */
/*
 * Reads a response (RFC 9112): a state machine that is fed bytes as they
 * arrive, in pieces of any size.  Pure.
 *
 * Interim answers (1xx) are skipped.  Where the RFC lets a client be lenient or
 * strict, this one is strict wherever two readers could disagree about where an
 * answer ends.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/request.h"

/* GitHub's heads have about 2 KiB; all heads of an answer share this limit,
 * with those of interim answers and trailers. */
#define RESPONSE_HEAD_MAX ((size_t)64 << 10)

/* A page of 100 runs has about 1.3 MiB. */
#define RESPONSE_BODY_MAX ((size_t)32 << 20)

enum response_progress {
	RESPONSE_MORE, /* feed more */
	RESPONSE_DONE, /* complete */
	RESPONSE_BAD   /* response_error says why; sticky */
};

enum response_state {
	RESPONSE_STATUS_LINE,
	RESPONSE_FIELDS,
	RESPONSE_BODY_LENGTH,
	RESPONSE_BODY_CLOSE,
	RESPONSE_CHUNK_SIZE,
	RESPONSE_CHUNK_DATA,
	RESPONSE_CHUNK_END,
	RESPONSE_TRAILERS,
	RESPONSE_COMPLETE,
	RESPONSE_BROKEN
};

struct response_field {
	char *name; /* both point into owned memory */
	char *value;
};

/* Takes bytes of a body as they arrive. */
typedef void (*response_sink)(void *ctx, const char *, size_t);

struct response {
	/* For the caller. */
	unsigned int status; /* below 200: not final */
	char *reason;        /* the phrase, perhaps ""; owned */
	struct buf body;
	bool keep_alive; /* the peer accepts another request */

	/* The machine. */
	enum request_method method;
	enum response_state state;
	const char *error;
	struct buf line;
	struct response_field *fields;
	size_t field_count;
	size_t head_bytes;
	bool http_1_0;
	uint64_t left; /* of the body or the chunk */
	response_sink sink;
	void *sink_ctx;
};

/* The method decides whether some answers have a body. */
void response_init(struct response *, enum request_method);
void response_wipe(struct response *);

/*
 * The body of a 2xx goes to the sink instead of into `body`, and may be of any
 * size.
 */
void response_stream(struct response *, response_sink, void *ctx);

/* Takes up to n bytes; *used says how many belong to this answer. */
enum response_progress response_feed(
    struct response *, const char *, size_t n, size_t *used);

/*
 * To be called at the end of the stream.  `clean`: the peer ended it on purpose
 * (a TLS close_notify, or the end of a plain connection).  Returns DONE if this
 * completes the answer.
 */
enum response_progress response_end(struct response *, bool clean);

/* What was wrong, after BAD; static text. */
const char *response_error(const struct response *);

/*
 * The value of the first field with this name, in any case; NULL if absent.
 * Valid until response_wipe.
 */
const char *response_field(const struct response *, const char *name);

/* The same for the n-th of that name, from 0. */
const char *response_field_n(
    const struct response *, const char *name, size_t n);

#endif
