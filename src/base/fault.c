/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/secret.h"

/* The one place where exit codes are written down. */
static const int exit_codes[STATUS_COUNT] = {
	[STATUS_OK] = 0,
	[STATUS_FAILED] = 1,
	[STATUS_USAGE] = 2,
	[STATUS_REFUSED] = 3,
	[STATUS_UNAUTHORIZED] = 3,
	[STATUS_FORBIDDEN] = 3,
	[STATUS_NOT_FOUND] = 3,
	[STATUS_LIMITED] = 3,
	[STATUS_UNKNOWN] = 4,
	[STATUS_UNIDENTIFIED] = 5,
	[STATUS_WAIT_TIMEOUT] = 6,
	[STATUS_RESOLVE] = 7,
	[STATUS_NO_HOST] = 7,
	[STATUS_CONNECT] = 7,
	[STATUS_TLS] = 7,
	[STATUS_TRUST] = 7,
	[STATUS_CLOSED] = 7,
	[STATUS_TIMEOUT] = 7,
	[STATUS_PROTOCOL] = 7,
	[STATUS_SERVER] = 7,
	[STATUS_OUTPUT] = 8,
	[STATUS_INTERRUPTED] = 130,
	[STATUS_TERMINATED] = 143,
};

int
status_exit_code(enum status status)
{
	return exit_codes[status];
}

void
status_if_exhausted(enum status status, const char *story)
{
	mem_set_exit(status_exit_code(status), story);
}

bool
status_is_signal(enum status status)
{
	return status == STATUS_INTERRUPTED || status == STATUS_TERMINATED;
}

bool
status_is_bad_answer(enum status status)
{
	return status == STATUS_SERVER || status == STATUS_NOT_FOUND ||
	    status == STATUS_PROTOCOL;
}

static enum status fault_fill(struct fault *, enum status, bool, const char *,
    va_list) __attribute__((format(printf, 4, 0)));

/*
 * Text may be a peer's and hold a secret: redacted before it is clipped, or
 * half a secret could remain that nobody recognises.
 */
static void
set_text(struct fault *f, struct buf *text)
{
	secret_redact(text);
	strlcpy(f->text, buf_str(text), sizeof f->text);
	buf_wipe(text);
}

static enum status
fault_fill(struct fault *f, enum status status, bool lasting, const char *fmt,
    va_list ap)
{
	struct buf text;

	/* Built aside: the arguments may point into the old text. */
	buf_init(&text, BUF_TEXT_MAX);
	buf_addv(&text, fmt, ap);
	set_text(f, &text);
	f->status = status;
	f->lasting = lasting;
	f->early = false;
	f->wait_ms = 0;
	return status;
}

enum status
fault_set(struct fault *f, enum status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fault_fill(f, status, false, fmt, ap);
	va_end(ap);
	return status;
}

enum status
fault_set_lasting(struct fault *f, enum status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fault_fill(f, status, true, fmt, ap);
	va_end(ap);
	return status;
}

void
fault_add(struct fault *f, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, f->text);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	set_text(f, &text);
}

void
fault_end_sentence(struct fault *f)
{
	size_t len = strlen(f->text);

	if (len == 0 || strchr(".?!", f->text[len - 1]) == NULL)
		fault_add(f, ".");
}
