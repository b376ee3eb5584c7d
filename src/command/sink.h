/* SPDX-License-Identifier: ISC */
/*
 * Text of servers and files on its way out, one function for each kind of place that it
 * goes to.  Each replaces secrets, and lets through nothing that the reader of
 * that place would take for more than text.  (The log and the table have
 * log_add_safe.)  Pure but for the secrets known.
 */
#ifndef COMMAND_SINK_H
#define COMMAND_SINK_H

#include "base/buf.h"

/* A JSON string; null for NULL. */
void sink_json(struct buf *, const char *);

/*
 * A value on a line of its own, for standard output and $GITHUB_OUTPUT: what a
 * shell may evaluate.  Words are ASCII letters, digits and underscores, as all
 * that GitHub has for a conclusion; "unknown" stands for anything else.
 */
void sink_word(struct buf *, const char *);

/* A URL for any place: what should not stand in one raw is percent-encoded
 * (RFC 3986, 2.1). */
void sink_url(struct buf *, const char *);

/*
 * A Markdown code span (CommonMark 0.31, 6.1) that may stand in a cell of a
 * table (GFM 0.29, 4.10): no link, no mention, no markup.  Long text is cut;
 * "-" for none.
 */
void sink_code(struct buf *, const char *);

#endif
