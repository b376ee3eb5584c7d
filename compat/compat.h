/* SPDX-License-Identifier: ISC */
/*
 * What a supported libc may lack. Every source file includes this first,
 * because config.h decides what the system's headers declare. One function a
 * file; nothing here knows anything of src/.
 */

#ifndef RD_COMPAT_H
#define RD_COMPAT_H

#include "config.h"

#include <stddef.h>

#ifndef HAVE_EXPLICIT_BZERO
/* explicit_bzero.c */
void explicit_bzero(void *, size_t);
#endif

#ifndef HAVE_STRLCPY
/* strlcpy.c */
size_t strlcpy(char *, const char *, size_t);
#endif

#endif /* RD_COMPAT_H */
