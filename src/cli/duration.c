/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/text.h"
#include "cli/duration.h"

/* A deadline is a sum of an instant and a duration; both must have room. */
#define DURATION_MAX_MS (INT64_MAX / 4)

bool
duration_parse(const char *s, int64_t bare_unit_ms, int64_t *ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "h", 3600000 },
	};
	size_t digits = strspn(s, "0123456789"), i;
	int64_t unit_ms = bare_unit_ms;
	uint64_t n;

	if (!text_u64(s, digits, &n))
		return false;
	if (s[digits] != '\0') {
		unit_ms = 0;
		for (i = 0; i < sizeof units / sizeof units[0]; i++)
			if (strcmp(s + digits, units[i].name) == 0)
				unit_ms = units[i].ms;
	}
	if (unit_ms == 0 || n > (uint64_t)(DURATION_MAX_MS / unit_ms))
		return false;
	*ms = (int64_t)n * unit_ms;
	return true;
}
