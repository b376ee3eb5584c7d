/* SPDX-License-Identifier: ISC */
/*
 * Writing JSON: appends to a buf.  Pure.
 *
 * What is written can be shown anywhere: characters that control a terminal,
 * hide or reorder text are \u escapes, and so is the '[' of "##[", which a
 * runner takes for a command anywhere in a line (github.com/actions/runner,
 * ActionCommand.cs).  A reader of JSON gets the same text back.
 */
#ifndef JSON_EMIT_H
#define JSON_EMIT_H

#include <stddef.h>

#include "base/buf.h"

/* A string in quotes; bytes that are no UTF-8 become U+FFFD. */
void emit_string(struct buf *, const char *);
void emit_string_n(struct buf *, const char *, size_t);

/* JSON that is written already, its characters escaped as above. */
void emit_text(struct buf *, const char *json, size_t len);

/* "name": and the comma before it, unless the object has just been opened. */
void emit_name(struct buf *, const char *);

#endif
