/* SPDX-License-Identifier: ISC */
/*
 * The last lines of a stream of any length, in a fixed amount of memory.  Pure.
 */
#ifndef COMMAND_TAIL_H
#define COMMAND_TAIL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that are kept; older ones, also of one long line, are dropped. */
#define TAIL_BYTES ((size_t)1 << 20)

struct tail {
	char *bytes;    /* a ring; owned */
	uint64_t total; /* bytes seen */
};

void tail_init(struct tail *);
void tail_wipe(struct tail *);
void tail_add(struct tail *, const char *, size_t);

/*
 * Calls for each of the last `lines` lines, oldest first, without its line
 * end; the text is valid during the call.
 */
void tail_each(const struct tail *, size_t lines,
    void (*line)(void *ctx, const char *, size_t), void *ctx);

#endif
