/* SPDX-License-Identifier: ISC */
/*
 * The only writer of stderr, but for the last words of base/mem.h.
 *
 * Every message is one line, written with one write unless it is longer than
 * a pipe is sure to take.  Here, once, all text is made safe: secrets are
 * redacted, control characters and broken UTF-8 are escaped, and nothing in a
 * message can be read as a workflow command ("::x::" at a line's start, "##[x]"
 * anywhere).  Under GitHub Actions errors, warnings, notices and debug lines
 * are workflow commands themselves, escaped as the runner expects
 * (docs.github.com, "Workflow commands for GitHub Actions").
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/buf.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE, /* worth an annotation */
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Messages above `level` are dropped; `actions`: use workflow commands. */
void log_open(enum log_level level, bool actions);
/* From now on messages begin with "SUBJECT: " (lent until the next call; NULL
 * for none). */
void log_about(const char *subject);

/* Info is shown, and not as a runner's commands. */
bool log_is_plain(void);

void log_error(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));

/* A title over the info lines that follow, foldable in the Actions log. */
void log_group(const char *, ...) __attribute__((format(printf, 1, 2)));
void log_group_end(void);

/*
 * Lines that somebody asked for at a terminal, each safe as a message is, but
 * without the program's name before it.
 */
void log_lines(const char *);

/*
 * Shows these lines (each ended by LF, safe for a terminal, and narrower than
 * it) below all messages, in the place of those shown before; NULL takes them
 * away.  For a stderr that is a terminal.
 */
void log_area(const struct buf *lines);
/* Leaves them where they are, above all that follows. */
void log_area_keep(void);

/* Appends the text, escaped as the log's is (see above). */
void log_escape(struct buf *, const char *, size_t len);

/*
 * Appends text of a peer as the log would show it, without secrets; for other
 * places where people read it.
 */
void log_add_safe(struct buf *, const char *);

#endif
