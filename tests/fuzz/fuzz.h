/* SPDX-License-Identifier: ISC */
/*
 * What all fuzz targets share.  Each is linked with libFuzzer, or with
 * replay.c to run its corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "compat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What must hold whatever the input; NDEBUG does not take it away. */
#define must(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#endif
