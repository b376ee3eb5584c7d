/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/lines.h"
#include "base/text.h"
#include "net/resolv_conf.h"

#define MUSL_LINE_MAX 254 /* it skips longer ones */

static const char *const options[] = { "attempts:", "timeout:" };
static const char *const bad[] = { "attempts:0", "timeout:0" };

/* The last line with an option counts, and there its first number. */
static void
take_options(void *ctx, char *line)
{
	bool *is_zero = ctx;
	const char *p;
	size_t i;

	if (strncmp(line, "options", 7) != 0 ||
	    !isspace((unsigned char)line[7]) || strlen(line) > MUSL_LINE_MAX)
		return;
	for (i = 0; i < 2; i++) {
		if ((p = strstr(line, options[i])) == NULL)
			continue;
		p += strlen(options[i]);
		if (text_is_digit(*p))
			is_zero[i] = !text_is_digit(p[strspn(p, "0")]);
	}
}

const char *
resolv_conf_bad_option(const char *path)
{
	bool is_zero[2] = { false, false };
	size_t i;

	lines_read(path, take_options, is_zero);
	for (i = 0; i < 2; i++)
		if (is_zero[i])
			return bad[i];
	return NULL;
}
