/* SPDX-License-Identifier: ISC */
/*
 * The texts that --help and --version ask for.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/options.h"

/* Appends the help of one command, for terminals of 80 columns. */
void usage_add_help(struct buf *, enum command);

/* Appends the version; verbosely, with the root certificates compiled in. */
void usage_add_version(struct buf *, bool verbose);

/* Appends what --help or --version asks for; false if neither was given. */
bool usage_answer(struct buf *, const struct options *);

#endif
