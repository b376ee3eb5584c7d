/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/checkout.h"
#include "cli/remote.h"

#define CONFIG_MAX ((size_t)1 << 20)

/* Puts the text of the regular file FOLDER/NAME in place of the buf's. */
static bool
read_text(struct buf *text, const char *folder, const char *name)
{
	struct buf path;
	bool ok;

	buf_init(&path, BUF_TEXT_MAX);
	buf_addf(&path, "%s/%s", folder, name);
	buf_wipe(text);
	ok = file_read_regular(buf_str(&path), text) == 0 && !text->overflowed;
	buf_free(&path);
	return ok;
}

/* Appends the path that is in the text, if need be relative to the folder. */
static void
add_path(struct buf *path, const char *folder, const char *text)
{
	const char *s;
	size_t len;

	s = text_trim(text, &len);
	if (*s != '/')
		buf_addf(path, "%s/", folder);
	buf_add(path, s, len);
}

/*
 * The configuration beside the folder's .git.  Of a worktree and of a submodule
 * that is a file, which says where the folder is; and a worktree has in common
 * with others what is somewhere else again.
 */
static bool
read_config(struct buf *config, const char *folder)
{
	static const char pointer[] = "gitdir:";
	struct buf own, common;
	bool ok;

	if (read_text(config, folder, ".git/config"))
		return true;
	if (!read_text(config, folder, ".git") ||
	    strncmp(buf_str(config), pointer, strlen(pointer)) != 0)
		return false;
	buf_init(&own, PATH_MAX);
	buf_init(&common, PATH_MAX);
	add_path(&own, folder, buf_str(config) + strlen(pointer));
	if (read_text(config, buf_str(&own), "commondir"))
		add_path(&common, buf_str(&own), buf_str(config));
	else
		buf_adds(&common, buf_str(&own));
	ok = !own.overflowed && !common.overflowed &&
	    read_text(config, buf_str(&common), "config");
	buf_free(&common);
	buf_free(&own);
	return ok;
}

bool
checkout_repository(struct repository *r)
{
	char folder[PATH_MAX], *slash;
	bool ok = false;
	struct buf config;

	if (getcwd(folder, sizeof folder) == NULL)
		return false;
	buf_init(&config, CONFIG_MAX);
	while (!(ok = read_config(&config, folder)) &&
	    (slash = strrchr(folder, '/')) != NULL)
		*slash = '\0';
	ok = ok && remote_find(r, buf_str(&config));
	buf_wipe(&config);
	return ok;
}
