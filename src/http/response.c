/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/response.h"

#define CHUNK_DIGITS_MAX 16 /* hex digits of 64 bits */

void
response_init(struct response *r, enum request_method method)
{
	memset(r, 0, sizeof *r);
	r->method = method;
	buf_init(&r->body, RESPONSE_BODY_MAX);
	buf_init(&r->line, RESPONSE_HEAD_MAX);
}

void
response_stream(struct response *r, response_sink sink, void *ctx)
{
	r->sink = sink;
	r->sink_ctx = ctx;
}

static bool
streams(const struct response *r)
{
	return r->sink != NULL && r->status >= 200 && r->status < 300;
}

/* The most that may still come. */
static uint64_t
body_room(const struct response *r)
{
	return streams(r) ? UINT64_MAX : RESPONSE_BODY_MAX - r->body.len;
}

static void
add_body(struct response *r, const char *data, size_t n)
{
	if (streams(r))
		r->sink(r->sink_ctx, data, n);
	else
		buf_add(&r->body, data, n);
}

static void
forget_fields(struct response *r)
{
	size_t i;

	for (i = 0; i < r->field_count; i++) {
		explicit_bzero(r->fields[i].value, strlen(r->fields[i].value));
		free(r->fields[i].name);
	}
	free(r->fields);
	r->fields = NULL;
	r->field_count = 0;
}

void
response_wipe(struct response *r)
{
	/* Any part may repeat what the server was sent. */
	forget_fields(r);
	secret_free(r->reason);
	buf_wipe(&r->body);
	buf_wipe(&r->line);
	memset(r, 0, sizeof *r);
}

const char *
response_error(const struct response *r)
{
	return r->error;
}

const char *
response_field_n(const struct response *r, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < r->field_count; i++)
		if (text_equal_nocase(r->fields[i].name, name) && n-- == 0)
			return r->fields[i].value;
	return NULL;
}

const char *
response_field(const struct response *r, const char *name)
{
	return response_field_n(r, name, 0);
}

static enum response_progress
bad(struct response *r, const char *why)
{
	r->state = RESPONSE_BROKEN;
	r->error = why;
	return RESPONSE_BAD;
}

static enum response_progress
done(struct response *r)
{
	r->state = RESPONSE_COMPLETE;
	return RESPONSE_DONE;
}

/* RFC 9110, 5.6.2: tchar */
static bool
is_token_char(char c)
{
	return text_is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* RFC 9112, 4: "HTTP/" DIGIT "." DIGIT SP 3DIGIT [ SP reason ] */
static enum response_progress
take_status_line(struct response *r)
{
	const char *s = buf_str(&r->line);
	size_t len = r->line.len;

	if (len < 12 || memcmp(s, "HTTP/1.", 7) != 0 || !text_is_digit(s[7]) ||
	    s[8] != ' ' || s[9] < '1' || s[9] > '9' || !text_is_digit(s[10]) ||
	    !text_is_digit(s[11]) || (len > 12 && s[12] != ' '))
		return bad(r, "the answer is not HTTP/1.x");
	r->status = (unsigned int)((s[9] - '0') * 100 + (s[10] - '0') * 10 +
	    s[11] - '0');
	r->http_1_0 = s[7] == '0';
	secret_free(r->reason);
	r->reason = xstrdup(len > 13 ? s + 13 : "");
	r->state = RESPONSE_FIELDS;
	return RESPONSE_MORE;
}

/* Takes optional white space (RFC 9110, 5.6.3) off both ends. */
static const char *
trim(const char *s, size_t *len)
{
	while (*len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		--*len;
	}
	while (*len > 0 && (s[*len - 1] == ' ' || s[*len - 1] == '\t'))
		--*len;
	return s;
}

/* RFC 9112, 5: field-name ":" OWS field-value OWS */
static enum response_progress
take_field(struct response *r)
{
	const char *s = buf_str(&r->line), *value;
	size_t len = r->line.len, name_len, value_len;
	struct response_field *f;

	if (*s == ' ' || *s == '\t')
		return bad(r, "a folded header field");
	for (name_len = 0; is_token_char(s[name_len]); name_len++)
		;
	if (name_len == 0 || s[name_len] != ':')
		return bad(r, "a malformed header field");
	value_len = len - name_len - 1;
	value = trim(s + name_len + 1, &value_len);
	/* Room doubles at each power of two, because 64 KiB can hold 20,000
	 * fields. */
	if ((r->field_count & (r->field_count - 1)) == 0)
		r->fields = xreallocarray(r->fields,
		    r->field_count > 0 ? 2 * r->field_count : 1,
		    sizeof *r->fields);
	f = &r->fields[r->field_count++];
	/* One block: name, NUL, value, NUL. */
	f->name = xmalloc(name_len + value_len + 2);
	memcpy(f->name, s, name_len);
	f->name[name_len] = '\0';
	f->value = f->name + name_len + 1;
	memcpy(f->value, value, value_len);
	f->value[value_len] = '\0';
	return RESPONSE_MORE;
}

/* Calls `check` for each element of a comma-separated field, in all its lines,
 * until it returns false. */
static bool
each_element(struct response *r, const char *name,
    bool (*check)(struct response *, const char *, size_t))
{
	const char *p, *end;
	size_t i, n;

	for (i = 0; i < r->field_count; i++) {
		if (!text_equal_nocase(r->fields[i].name, name))
			continue;
		for (p = r->fields[i].value;; p = end + 1) {
			/* A field that is there has a value. */
			/* NOLINTNEXTLINE(*-core.NonNullParamChecker) */
			end = p + strcspn(p, ",");
			n = (size_t)(end - p);
			p = trim(p, &n);
			if (!check(r, p, n))
				return false;
			if (*end == '\0')
				break;
		}
	}
	return true;
}

/* RFC 9112, 6.3, 5: repeated lengths must agree. */
static bool
check_length(struct response *r, const char *s, size_t len)
{
	uint64_t length;

	/* UINT64_MAX stands for none so far. */
	if (!text_u64(s, len, &length) || length == UINT64_MAX ||
	    (r->left != UINT64_MAX && r->left != length))
		return false;
	r->left = length;
	return true;
}

/* RFC 9112, 6.1: "chunked", once; the lines of the field are one list. */
static bool
check_chunked(struct response *r, const char *s, size_t len)
{
	return text_equal_nocase_n(s, len, "chunked") && r->left++ == 0;
}

/* RFC 9112, 9.3: "close" wins, wherever it stands. */
static bool
check_connection(struct response *r, const char *s, size_t len)
{
	if (r->http_1_0 && text_equal_nocase_n(s, len, "keep-alive"))
		r->keep_alive = true;
	return !text_equal_nocase_n(s, len, "close");
}

static bool
check_coding(struct response *r, const char *s, size_t len)
{
	(void)r;
	return len == 0 || text_equal_nocase_n(s, len, "identity");
}

/* The blank line settles how long the body is (RFC 9112, 6.3). */
static enum response_progress
take_head_end(struct response *r)
{
	if (r->status == 101)
		return bad(r, "an unrequested switch of protocols");
	if (r->status < 200) {
		forget_fields(r);
		r->status = 0;
		r->state = RESPONSE_STATUS_LINE;
		return RESPONSE_MORE;
	}
	r->keep_alive = !r->http_1_0;
	if (!each_element(r, "Connection", check_connection))
		r->keep_alive = false;

	if (r->status == 204 || r->status == 304)
		return done(r);
	if (r->method == REQUEST_CONNECT && r->status < 300)
		return done(r);

	if (!each_element(r, "Content-Encoding", check_coding))
		return bad(r, "a content encoding that was not requested");
	if (response_field(r, "Transfer-Encoding") != NULL) {
		if (response_field(r, "Content-Length") != NULL)
			return bad(
			    r, "both Content-Length and Transfer-Encoding");
		if (r->http_1_0)
			return bad(r, "Transfer-Encoding in HTTP/1.0");
		r->left = 0;
		if (!each_element(r, "Transfer-Encoding", check_chunked))
			return bad(
			    r, "a transfer coding that was not requested");
		r->state = RESPONSE_CHUNK_SIZE;
		return RESPONSE_MORE;
	}
	if (response_field(r, "Content-Length") == NULL) {
		r->keep_alive = false;
		r->state = RESPONSE_BODY_CLOSE;
		return RESPONSE_MORE;
	}
	r->left = UINT64_MAX;
	if (!each_element(r, "Content-Length", check_length))
		return bad(r, "a bad or contradictory Content-Length");
	if (r->left > body_room(r))
		return bad(r, "the body is over 32 MiB");
	if (r->left == 0)
		return done(r);
	r->state = RESPONSE_BODY_LENGTH;
	return RESPONSE_MORE;
}

/* RFC 9112, 7.1: chunk-size [ chunk-ext ] */
static enum response_progress
take_chunk_size(struct response *r)
{
	const char *s = buf_str(&r->line);
	size_t i, digits;
	char c;

	r->left = 0;
	for (i = 0;; i++) {
		c = text_lower(s[i]);
		if (text_is_digit(c))
			c = (char)(c - '0');
		else if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 10);
		else
			break;
		if (i == CHUNK_DIGITS_MAX)
			return bad(r, "the chunk size overflows");
		r->left = r->left << 4 | (unsigned char)c;
	}
	if (i == 0)
		return bad(r, "a bad chunk size");
	digits = i;
	i += strspn(s + i, " \t");
	if (s[i] != '\0' && s[i] != ';')
		return bad(r, "a bad chunk size");
	if (r->left > body_room(r))
		return bad(r, "the body is over 32 MiB");
	/* A server may flush every few bytes, so of a chunk's framing only
	 * extensions count as head. */
	r->head_bytes -= digits + 2;
	r->state = r->left > 0 ? RESPONSE_CHUNK_DATA : RESPONSE_TRAILERS;
	return RESPONSE_MORE;
}

static enum response_progress
take_line(struct response *r)
{
	switch (r->state) {
	case RESPONSE_STATUS_LINE:
		return take_status_line(r);
	case RESPONSE_FIELDS:
		return r->line.len > 0 ? take_field(r) : take_head_end(r);
	case RESPONSE_CHUNK_SIZE:
		return take_chunk_size(r);
	case RESPONSE_CHUNK_END:
		if (r->line.len > 0)
			return bad(r, "a chunk is longer than its size");
		r->head_bytes -= 2;
		r->state = RESPONSE_CHUNK_SIZE;
		return RESPONSE_MORE;
	case RESPONSE_TRAILERS:
		/* Trailers carry nothing we use; only their end matters. */
		return r->line.len > 0 ? RESPONSE_MORE : done(r);
	case RESPONSE_BODY_LENGTH:
	case RESPONSE_BODY_CLOSE:
	case RESPONSE_CHUNK_DATA:
	case RESPONSE_COMPLETE:
	case RESPONSE_BROKEN:
		break;
	}
	return bad(r, "internal error");
}

/* Takes bytes up to and including the end of the line. */
static enum response_progress
feed_line(struct response *r, const char *data, size_t n, size_t *used)
{
	const char *lf = memchr(data, '\n', n);
	enum response_progress progress;
	bool strict;

	*used = lf != NULL ? (size_t)(lf - data) + 1 : n;
	r->head_bytes += *used;
	if (r->head_bytes > RESPONSE_HEAD_MAX)
		return bad(r, "the head is over 64 KiB");
	buf_add(&r->line, data, *used);
	/* Another protocol shows in the first bytes, and its line may never
	 * end. */
	if (r->state == RESPONSE_STATUS_LINE &&
	    strncmp(buf_str(&r->line), "HTTP/1.",
		r->line.len < 7 ? r->line.len : 7) != 0)
		return bad(r, "the answer is not HTTP/1.x");
	if (lf == NULL)
		return RESPONSE_MORE;
	r->line.data[--r->line.len] = '\0';
	/* A bare LF may end a line of the head (RFC 9112, 2.2), but not of a
	 * chunk, where readers are known to differ. */
	strict = r->state != RESPONSE_STATUS_LINE &&
	    r->state != RESPONSE_FIELDS;
	if (r->line.len > 0 && r->line.data[r->line.len - 1] == '\r')
		r->line.data[--r->line.len] = '\0';
	else if (strict)
		return bad(r, "a chunk line ends without CR");
	if (memchr(buf_str(&r->line), '\0', r->line.len) != NULL ||
	    memchr(buf_str(&r->line), '\r', r->line.len) != NULL)
		return bad(r, "a NUL or bare CR in the head");
	progress = take_line(r);
	buf_clear(&r->line);
	return progress;
}

/* Takes bytes of a body or chunk of known length. */
static enum response_progress
feed_counted(struct response *r, const char *data, size_t n, size_t *used)
{
	*used = n < r->left ? n : (size_t)r->left;
	add_body(r, data, *used);
	r->left -= *used;
	if (r->left > 0)
		return RESPONSE_MORE;
	if (r->state == RESPONSE_BODY_LENGTH)
		return done(r);
	r->state = RESPONSE_CHUNK_END;
	return RESPONSE_MORE;
}

enum response_progress
response_feed(struct response *r, const char *data, size_t n, size_t *used)
{
	enum response_progress progress = RESPONSE_MORE;
	size_t taken = 0;

	*used = 0;
	do {
		switch (r->state) {
		case RESPONSE_STATUS_LINE:
		case RESPONSE_FIELDS:
		case RESPONSE_CHUNK_SIZE:
		case RESPONSE_CHUNK_END:
		case RESPONSE_TRAILERS:
			progress = feed_line(
			    r, data + *used, n - *used, &taken);
			break;
		case RESPONSE_BODY_LENGTH:
		case RESPONSE_CHUNK_DATA:
			progress = feed_counted(
			    r, data + *used, n - *used, &taken);
			break;
		case RESPONSE_BODY_CLOSE:
			taken = n - *used;
			add_body(r, data + *used, taken);
			if (r->body.overflowed)
				progress = bad(r, "the body is over 32 MiB");
			break;
		case RESPONSE_COMPLETE:
			return RESPONSE_DONE;
		case RESPONSE_BROKEN:
			return RESPONSE_BAD;
		}
		*used += taken;
	} while (progress == RESPONSE_MORE && *used < n);
	return progress;
}

enum response_progress
response_end(struct response *r, bool clean)
{
	if (r->state == RESPONSE_COMPLETE)
		return RESPONSE_DONE;
	if (r->state == RESPONSE_BROKEN)
		return RESPONSE_BAD;
	if (r->state == RESPONSE_BODY_CLOSE && clean)
		return done(r);
	if (r->state == RESPONSE_STATUS_LINE && r->line.len == 0)
		return bad(r, "the connection was closed before an answer");
	return bad(r, "the answer was cut short");
}
