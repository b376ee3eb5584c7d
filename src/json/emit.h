/*
 * Writing JSON: appends to a buf.  Pure.
 */
#ifndef JSON_EMIT_H
#define JSON_EMIT_H

#include <stddef.h>

#include "base/buf.h"

/* A string in quotes, escaped as far as RFC 8259, 7 demands. */
void	 emit_string(struct buf *, const char *);
void	 emit_string_n(struct buf *, const char *, size_t);

/* "name": and the comma before it, unless the object has just been opened. */
void	 emit_name(struct buf *, const char *);

#endif
