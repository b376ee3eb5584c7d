/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "base/text.h"

#define LOG_NAME     PACKAGE_NAME ": "
#define LOG_LINE_MAX 16384 /* longer messages are cut */
#define STUCK_MS     5000  /* for a reader that does not read; once */

static enum log_level log_level = LOG_LEVEL_INFO;
static bool log_actions;
static const char *log_subject;
static struct buf area = { .max = BUF_TEXT_MAX };

static const struct {
	const char *plain;   /* after the program's name */
	const char *command; /* workflow command; NULL: plain line */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error: ", "error" },
	[LOG_LEVEL_WARNING] = { "warning: ", "warning" },
	[LOG_LEVEL_NOTICE] = { "", "notice" },
	[LOG_LEVEL_INFO] = { "", NULL },
	[LOG_LEVEL_DEBUG] = { "debug: ", "debug" },
};

void
log_open(enum log_level level, bool actions)
{
	log_level = level;
	log_actions = actions;
	mem_set_prefix(actions ? "::error::" : LOG_NAME "error: ");
}

void
log_about(const char *subject)
{
	log_subject = subject;
}

bool
log_is_plain(void)
{
	return log_level >= LOG_LEVEL_INFO && !log_actions;
}

/* A failure has nowhere left to be complained of. */
static void
write_all(const char *p, size_t len)
{
	static bool stuck;

	stuck = io_write_all(STDERR_FILENO, p, len, stuck ? 0 : STUCK_MS) ==
	    ETIMEDOUT;
}

/* The rows that the area takes now: the terminal may have become narrower. */
static size_t
area_rows(void)
{
	const char *p, *end = buf_str(&area) + area.len, *lf;
	size_t width, height, rows = 0;

	terminal_size(&width, &height);
	for (p = buf_str(&area); p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		rows += terminal_rows(p, (size_t)(lf - p), width);
	}
	return rows;
}

/* Moves to the area's first row and clears from there. */
static void
erase_area(struct buf *out)
{
	if (area.len > 0)
		buf_addf(out, "\r\033[%zuA\033[J", area_rows());
}

void
log_area(const struct buf *lines)
{
	struct buf out;

	buf_init(&out, BUF_TEXT_MAX);
	erase_area(&out);
	buf_clear(&area);
	if (lines != NULL) {
		buf_add(&area, lines->data, lines->len);
		buf_add(&out, lines->data, lines->len);
	}
	write_all(buf_str(&out), out.len);
	buf_free(&out);
	if (lines == NULL)
		buf_free(&area);
}

void
log_area_keep(void)
{
	buf_free(&area);
}

void
log_escape(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	/* Nothing after what does not fit: a gap could join "##" and "[". */
	for (; len > 0 && !out->overflowed; s += n, len -= n) {
		n = text_utf8(s, len, &cp);
		if (n == 0) {
			n = 1;
			buf_addf(out, "\\x%02x", (unsigned char)*s);
		} else if (cp == '\n') {
			buf_adds(out, "\\n");
		} else if (text_is_unprintable(cp)) {
			buf_addf(out, cp < 0x100 ? "\\x%02x" : "\\u%04x",
			    (unsigned int)cp);
		} else if (len >= 3 && memcmp(s, "##[", 3) == 0) {
			/* The runner's old command form, alive anywhere. */
			n = 3;
			buf_adds(out, "##\\x5b");
		} else {
			buf_add(out, s, n);
		}
	}
}

static void
add_safe(struct buf *out, const char *s, size_t len)
{
	struct buf text;

	secret_copy(&text, s, len);
	log_escape(out, buf_str(&text), text.len);
	buf_wipe(&text);
}

void
log_add_safe(struct buf *out, const char *s)
{
	add_safe(out, s, strlen(s));
}

/* Writes lines that begin by erasing the area, which then comes back. */
static void
put(struct buf *lines)
{
	buf_add(lines, area.data, area.len);
	write_all(buf_str(lines), lines->len);
	buf_free(lines);
}

void
log_lines(const char *text)
{
	struct buf out;
	size_t len;

	buf_init(&out, BUF_TEXT_MAX);
	erase_area(&out);
	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		add_safe(&out, text, len);
		buf_addc(&out, '\n');
	}
	put(&out);
}

/* Data part of a workflow command: only '%' is left to escape by now. */
static void
add_command_data(struct buf *out, const struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (text->data[i] == '%')
			buf_adds(out, "%25");
		else
			buf_addc(out, text->data[i]);
	}
}

static void
put_line(const char *command, const char *plain, const struct buf *message)
{
	struct buf text, line;

	buf_init(&text, LOG_LINE_MAX);
	buf_init(&line, BUF_TEXT_MAX);
	erase_area(&line);
	log_escape(&text, buf_str(message), message->len);
	if (log_actions && command != NULL) {
		buf_addf(&line, "::%s::", command);
		add_command_data(&line, &text);
	} else {
		buf_addf(&line, LOG_NAME "%s", plain);
		buf_add(&line, text.data, text.len);
	}
	buf_addc(&line, '\n');
	put(&line);
	buf_free(&text);
}

static void log_va(const char *, const char *, const char *, va_list)
    __attribute__((format(printf, 3, 0)));
static void log_at(enum log_level, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
log_va(const char *command, const char *plain, const char *fmt, va_list ap)
{
	char stack[1024];
	struct buf message;
	va_list again;
	char *heap;
	int n;

	buf_init(&message, LOG_LINE_MAX);
	if (log_subject != NULL)
		buf_addf(&message, "%s: ", log_subject);
	va_copy(again, ap);
	n = vsnprintf(stack, sizeof stack, fmt, ap);
	if (n >= 0 && (size_t)n >= sizeof stack) {
		if ((heap = malloc((size_t)n + 1)) != NULL) {
			(void)vsnprintf(heap, (size_t)n + 1, fmt, again);
			message.max = message.len + (size_t)n;
			buf_add(&message, heap, (size_t)n);
			explicit_bzero(heap, (size_t)n);
			free(heap);
		}
	} else if (n > 0) {
		buf_add(&message, stack, (size_t)n);
	}
	explicit_bzero(stack, sizeof stack);
	va_end(again);
	/* Before the line is cut, or half a secret could remain. */
	secret_redact(&message);
	put_line(command, plain, &message);
	buf_wipe(&message);
}

static void
log_at(enum log_level level, const char *fmt, va_list ap)
{
	int saved = errno;

	if (level <= log_level)
		log_va(levels[level].command, levels[level].plain, fmt, ap);
	errno = saved;
}

#define LOG_FUNCTION(name, level)       \
	void name(const char *fmt, ...) \
	{                               \
		va_list ap;             \
                                        \
		va_start(ap, fmt);      \
		log_at(level, fmt, ap); \
		va_end(ap);             \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

void
log_group(const char *fmt, ...)
{
	va_list ap;

	if (log_level < LOG_LEVEL_INFO)
		return;
	va_start(ap, fmt);
	log_va("group", "", fmt, ap);
	va_end(ap);
}

void
log_group_end(void)
{
	static const char end[] = "::endgroup::\n";

	if (log_actions && log_level >= LOG_LEVEL_INFO)
		write_all(end, sizeof end - 1);
}
