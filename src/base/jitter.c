/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/jitter.h"
#include "base/random.h"

int64_t
jitter_ms(int64_t most_ms)
{
	uint64_t n;

	if (most_ms <= 0 || !random_bytes(&n, sizeof n))
		return 0;
	return (int64_t)(n % ((uint64_t)most_ms + 1));
}
