/* SPDX-License-Identifier: ISC */
/*
 * Growable bytes with a hard cap.
 *
 * An addition that would exceed the cap is dropped and sets a sticky flag, so
 * that a sequence of additions needs one check at its end.  The bytes are
 * always followed by a NUL that does not count, so text can be used as a C
 * string.
 *
 * Any buf may come to hold a secret: it leaves no copy behind as it grows, and
 * a caller who knows that it holds one ends it with buf_wipe.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* owned; NULL while empty */
	size_t len;
	size_t size;     /* allocated */
	size_t max;      /* most bytes it may hold */
	bool overflowed; /* an addition did not fit */
};

/* For text of our own making, which has no natural limit. */
#define BUF_TEXT_MAX ((size_t)64 << 20)

void buf_init(struct buf *, size_t max);
void buf_free(struct buf *);  /* leaves it empty, of the same cap */
void buf_wipe(struct buf *);  /* same, clearing the bytes first */
void buf_clear(struct buf *); /* keeps the memory */

void buf_add(struct buf *, const void *, size_t);
void buf_addc(struct buf *, char);
/* At most `max` bytes; "..." follows them if that is not all. */
void buf_add_clipped(struct buf *, const char *, size_t len, size_t max);
void buf_adds(struct buf *, const char *);
void buf_addv(struct buf *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));
void buf_addf(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes as a C string; valid until the next change. Never NULL. */
const char *buf_str(const struct buf *);

/* A copy of that for the caller to free; wipes the buf, which keeps its cap. */
char *buf_take(struct buf *);

#endif
