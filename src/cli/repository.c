/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/repository.h"

#define PART_MAX 100 /* GitHub's limit for the name */

bool
repository_is_part(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!text_is_alnum(s[i]) && strchr("-_.", s[i]) == NULL)
			return false;
	return len > 0 && len <= PART_MAX && strspn(s, ".") < len;
}

size_t
repository_name_len(const char *name)
{
	size_t len = strlen(name), tail = strlen(".git");

	return len >= tail && strcmp(name + len - tail, ".git") == 0
	    ? len - tail
	    : len;
}

static bool
take_prefix(const char **s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strlen(*s) < len || !text_equal_nocase_n(*s, len, prefix))
		return false;
	*s += len;
	return true;
}

/* Appends HOST/OWNER/NAME for an address; false if the text is not one. */
static bool
add_plain(struct buf *out, const char *text)
{
	bool web = take_prefix(&text, "https://") ||
	    take_prefix(&text, "http://");
	bool ssh = !web && take_prefix(&text, "ssh://");
	bool git = !web && take_prefix(&text, "git@");
	size_t len = strlen(text), host, path;

	if (!web && !ssh && !git)
		return false;
	if (web && len > 0 && text[len - 1] == '/')
		len--;
	host = path = web ? 0 : strcspn(text, ":/");
	if (!web && text[path] == ':') {
		path++;
		if (ssh)
			path += strspn(text + path, "0123456789");
	}
	buf_add(out, text, host);
	if (!web && text[path] != '/')
		buf_addc(out, '/');
	buf_add(out, text + path, len - path);
	return true;
}

/* [HOST/]OWNER/NAME[.git] */
static bool
split(struct repository *r, const char *text)
{
	const char *owner = text, *slash = strchr(text, '/'), *name;
	size_t len;

	if (slash == NULL || slash == text)
		return false;
	if (strchr(slash + 1, '/') != NULL) {
		owner = slash + 1;
		slash = strchr(owner, '/');
	}
	name = slash + 1;
	len = repository_name_len(name);
	if (!repository_is_part(owner, (size_t)(slash - owner)) ||
	    !repository_is_part(name, len))
		return false;
	r->host = owner == text ? NULL
				: xstrndup(text, (size_t)(owner - text - 1));
	r->owner = xstrndup(owner, (size_t)(slash - owner));
	r->name = xstrndup(name, len);
	return true;
}

static size_t
count_slashes(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '/';
	return n;
}

bool
repository_parse(struct repository *r, const char *text, bool host_ok)
{
	struct buf plain;
	bool ok;

	if (!host_ok)
		return count_slashes(text) == 1 && split(r, text);
	buf_init(&plain, BUF_TEXT_MAX);
	/* An address always names its host. */
	ok = add_plain(&plain, text)
	    ? count_slashes(buf_str(&plain)) == 2 && split(r, buf_str(&plain))
	    : split(r, text);
	buf_free(&plain);
	return ok;
}

void
repository_wipe(struct repository *r)
{
	free(r->host);
	free(r->owner);
	free(r->name);
	memset(r, 0, sizeof *r);
}
