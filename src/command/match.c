/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/text.h"
#include "command/match.h"

bool
match_is_distinctive(const char *id)
{
	size_t digits = 0;
	const char *p;

	for (p = id; *p != '\0'; p++)
		digits += text_is_digit(*p);
	return digits >= MATCH_DIGITS_MIN ||
	    text_characters(id, strlen(id)) >= MATCH_CHARACTERS_MIN;
}

bool
match_carries(const char *name, const char *id)
{
	size_t len = strlen(id);
	const char *hit;

	if (len == 0)
		return false;
	if (match_is_distinctive(id))
		return strstr(name, id) != NULL;
	for (hit = name; (hit = strstr(hit, id)) != NULL; hit++)
		if ((hit == name || !text_is_alnum(hit[-1])) &&
		    !text_is_alnum(hit[len]))
			return true;
	return false;
}
