/* SPDX-License-Identifier: ISC */
/*
 * Which repository a git configuration says that its clone comes from.  Pure.
 */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include <stdbool.h>

#include "cli/repository.h"

/*
 * The repository behind the URL of a remote, as git-fetch(1) takes it: over
 * https, http, ssh or git, or HOST:OWNER/NAME.  Users, passwords and the port
 * of ssh are left out, the host is in lower case.  False, and nothing filled
 * in, for a path, for a host without a dot (an alias of ssh_config(5), most
 * likely), and for whatever could not be shown on a terminal or be typed into a
 * shell as it is.
 */
bool remote_parse(struct repository *, const char *url);

/*
 * The same for the remote "origin" of a configuration (git-config(1),
 * "Syntax"), or else for the first whose URL has a repository.  Copies are
 * wiped: there may be passwords in URLs.
 */
bool remote_find(struct repository *, const char *config);

#endif
