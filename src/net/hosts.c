/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/lines.h"
#include "base/text.h"
#include "net/hosts.h"

struct search {
	const char *name;
	size_t len;
	hosts_found found;
	void *ctx;
};

static void
search_line(void *ctx, char *line)
{
	static const char blank[] = " \t\v\f";
	const struct search *s = ctx;
	char *address, *field, *rest;

	line[strcspn(line, "#")] = '\0';
	if ((address = strtok_r(line, blank, &rest)) == NULL)
		return;
	while ((field = strtok_r(NULL, blank, &rest)) != NULL)
		if (text_equal_nocase_n(s->name, s->len, field)) {
			s->found(s->ctx, address);
			return;
		}
}

void
hosts_find(const char *path, const char *name, hosts_found found, void *ctx)
{
	struct search s = { name, strlen(name), found, ctx };

	if (s.len > 0 && name[s.len - 1] == '.')
		s.len--;
	if (s.len > 0)
		lines_read(path, search_line, &s);
}
