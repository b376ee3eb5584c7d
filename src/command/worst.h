/* SPDX-License-Identifier: ISC */
/*
 * What counts for all of several runs or repositories, each of which has an
 * outcome of its own.
 */
#ifndef COMMAND_WORST_H
#define COMMAND_WORST_H

#include <stddef.h>

#include "base/fault.h"

/*
 * Returns the status that counts for all, with its fault, and logs the others:
 * STATUS_OK only if all are; else the first of these that there is, as exit
 * codes: 130 and 143, 8, 4, 5, 1, 2, 3, 6, 7.
 */
enum status worst_sum_up(
    const struct fault *const *, size_t count, struct fault *);

#endif
