/* SPDX-License-Identifier: ISC */
/*
 * The terminal on stderr: its size, and how wide text is on it.
 */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Stderr is a terminal that can move its cursor (TERM is not "dumb"). */
bool terminal_is_there(void);

/* Columns and rows; 80 and 24 if it does not say. */
void terminal_size(size_t *width, size_t *height);

/* Columns that the text takes; colour sequences take none. */
size_t terminal_columns(const char *, size_t len);

/* Rows that the text takes on a terminal that wide; a character that does not
 * fit at the end of one begins the next. */
size_t terminal_rows(const char *, size_t len, size_t width);

/* Appends as much of the text as fits, padded with blanks to `columns`; "..."
 * shows that something was left out. */
void terminal_add_cell(struct buf *, const char *, size_t columns);

#endif
