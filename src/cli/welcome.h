/* SPDX-License-Identifier: ISC */
/*
 * The text for somebody who starts the program without any arguments.
 */
#ifndef CLI_WELCOME_H
#define CLI_WELCOME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "cli/config.h"
#include "cli/options.h"

/* What its examples are about; all lent. */
struct welcome {
	const char *repository; /* [HOST/]OWNER/REPO; NULL: none is known */
	bool from_variable;     /* GITHUB_REPOSITORY names it; else .git */
	const char *owner;      /* of it; NULL as above */
	const char *server;     /* HOST[:PORT] of its pages */
	bool hosted;            /* by GitHub: no GHES */
};

/* There is a person at a terminal who gave no option and no input. */
bool welcome_is_due(const struct options *, config_lookup);

/* Appends the text: lines of 80 columns, but for long names and for URLs. */
void welcome_add(struct buf *, const struct welcome *);

/*
 * Shows it, about the repository that the config names, or else the current
 * folder's.  The config is one that could not be loaded; the fault tells why
 * nothing was done.  STATUS_USAGE.
 */
enum status welcome_show(const struct config *, struct fault *);

#endif
