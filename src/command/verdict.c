#include "compat.h"

#include <stddef.h>
#include <string.h>

#include "command/verdict.h"

enum verdict
verdict_of(const char *status, const char *conclusion)
{
	if (strcmp(status, "completed") != 0)
		return VERDICT_GOING_ON;
	if (*conclusion == '\0')
		return VERDICT_UNTOLD;
	return strcmp(conclusion, "success") == 0 ? VERDICT_SUCCESS :
	    VERDICT_FAILURE;
}

bool
verdict_is_known(const char *conclusion)
{
	static const char *known[] = {
		"success", "failure", "neutral", "cancelled", "skipped",
		"timed_out", "action_required", "stale", "startup_failure",
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(conclusion, known[i]) == 0)
			return true;
	return false;
}

bool
verdict_is_harmless(const char *conclusion)
{
	return strcmp(conclusion, "success") == 0 ||
	    strcmp(conclusion, "skipped") == 0 ||
	    strcmp(conclusion, "neutral") == 0;
}

bool
verdict_has_failed(const char *status, const char *conclusion)
{
	return strcmp(status, "completed") == 0 &&
	    !verdict_is_harmless(conclusion);
}
