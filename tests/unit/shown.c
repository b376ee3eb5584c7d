/* SPDX-License-Identifier: ISC */
#include "shown.h"

struct buf shown;

int
shown_set_up(void **state)
{
	(void)state;
	buf_init(&shown, BUF_TEXT_MAX);
	return 0;
}

int
shown_tear_down(void **state)
{
	(void)state;
	buf_free(&shown);
	return 0;
}

bool
shown_has(const char *part)
{
	return strstr(buf_str(&shown), part) != NULL;
}

size_t
shown_lines(const char *unless)
{
	const char *p, *end;
	size_t lines = 0;

	for (p = buf_str(&shown); *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		check(end - p <= 80 ||
			(unless != NULL &&
			    strncmp(p, unless, strlen(unless)) == 0),
		    "%.*s", (int)(end - p), p);
		lines++;
	}
	assert_false(shown_has("\t"));
	return lines;
}
