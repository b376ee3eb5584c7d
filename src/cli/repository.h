/* SPDX-License-Identifier: ISC */
/*
 * Parses the name of a repository as people write it.  Pure.
 */
#ifndef CLI_REPOSITORY_H
#define CLI_REPOSITORY_H

#include <stdbool.h>
#include <stddef.h>

/* All owned by the caller. */
struct repository {
	char *host; /* may have a port; NULL if none is named */
	char *owner;
	char *name;
};

/*
 * OWNER/NAME[.git].  With host_ok also HOST/OWNER/NAME[.git], and the addresses
 * that browsers and git show: https://HOST/OWNER/NAME[/], git@HOST:OWNER/NAME
 * and ssh://[git@]HOST[:PORT]/OWNER/NAME, whose port says nothing about the
 * API.  False, and nothing filled in, for anything else.
 */
bool repository_parse(struct repository *, const char *, bool host_ok);
void repository_wipe(struct repository *);

/* May be an owner or a name: letters, digits, "-", "_", "." (and not only
 * dots), at most a hundred. */
bool repository_is_part(const char *, size_t);

/* The length of a name without ".git" at its end, as remotes of git have it. */
size_t repository_name_len(const char *);

#endif
