/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

/* Called through a volatile pointer, memset can't be taken for a dead store. */
static void *(*const volatile wipe)(void *, int, size_t) = memset;

void
explicit_bzero(void *p, size_t size)
{
	wipe(p, 0, size);
}
