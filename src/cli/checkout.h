/* SPDX-License-Identifier: ISC */
/*
 * The git checkout that the current folder is in.
 */
#ifndef CLI_CHECKOUT_H
#define CLI_CHECKOUT_H

#include <stdbool.h>

#include "cli/repository.h"

/*
 * The repository that it was cloned from, read without git from the
 * configuration that .git has, or points to (gitrepository-layout(5)): here or
 * in the nearest folder above that has one.  False, and nothing filled in, if
 * there is none or it names no repository (see remote_find).
 */
bool checkout_repository(struct repository *);

#endif
