/* SPDX-License-Identifier: ISC */
/*
 * What all unit tests share: cmocka with what it needs before it, a check that
 * names the case of a table, and texts placed so that reading beyond them is
 * caught.
 */
#ifndef UNIT_H
#define UNIT_H

#include "compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A string literal and its length; it may have NULs inside. */
#define LIT(s) s, sizeof s - 1

/* Fails the test if the condition does not hold; the rest says where. */
#define check(condition, ...)                                    \
	do {                                                     \
		if (!(condition)) {                              \
			print_error("not so: %s\n", #condition); \
			print_error(__VA_ARGS__);                \
			print_error("\n");                       \
			fail();                                  \
		}                                                \
	} while (0)

/*
 * A copy of exactly n bytes, without a NUL behind them: sanitizers and
 * valgrind see every byte read beyond.  The caller frees.
 */
static inline char *
exact_copy(const char *s, size_t n)
{
	char *p = malloc(n);

	if (n > 0)
		memcpy(p, s, n);
	return p;
}

#endif
