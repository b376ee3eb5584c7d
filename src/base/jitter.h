/* SPDX-License-Identifier: ISC */
/*
 * A random part of a pause, so that many jobs that failed at one moment do not
 * all come back at another.
 */
#ifndef BASE_JITTER_H
#define BASE_JITTER_H

#include <stdint.h>

/* From 0 to most_ms; 0 if the kernel has no random bytes to give. */
int64_t jitter_ms(int64_t most_ms);

#endif
