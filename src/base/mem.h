/* SPDX-License-Identifier: ISC */
/*
 * Allocation that does not return NULL.
 *
 * Running out of memory ends the process with the exit code that is true at
 * that moment: mem_set_exit is told as the dispatch goes from "not sent" to
 * "sent" to "accepted", so that even this death says whether a run was started.
 * Nothing else in base/ is needed for it.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * From now on, exhaustion exits with this code and says `story` on stderr
 * (lent: must stay valid until the next call; NULL for none).
 */
void mem_set_exit(int exit_code, const char *story);

/* What that line begins with (lent, for good). */
void mem_set_prefix(const char *);

void *xmalloc(size_t);
void *xcalloc(size_t, size_t);
void *xreallocarray(void *, size_t, size_t);

/* An array, NULL at first, with one more element at its end, zeroed and
 * counted.  It may only have grown here; elements may have been taken off its
 * end. */
void *xappend(void *array, size_t *count, size_t size);

char *xstrdup(const char *);
char *xstrndup(const char *, size_t);

#endif
