/* SPDX-License-Identifier: ISC */
/*
 * Compares a dispatch with what the workflow file declares: the trigger, and
 * the inputs.  What the file leaves open, and GitHub decides, is unsure and
 * never a failure.  Pure.
 */
#ifndef COMMAND_DECLARED_H
#define COMMAND_DECLARED_H

#include "base/buf.h"
#include "github/yaml.h"

enum finding { FINDING_OK, FINDING_FAIL, FINDING_UNSURE };

/* Whether this event starts the workflow; `on` is that section of its file. */
enum finding declared_event(const struct yaml *on, const char *event);

/* The same for a repository_dispatch event of the type that this body has: a
 * workflow may await some types only. */
enum finding declared_type(const struct yaml *on, const char *body);

/*
 * Whether these inputs may be given: `body` is the JSON of the dispatch.
 * Appends what is wrong, and what is unsure, or the names of the inputs.
 * "distinct_id" is left to the next function.
 */
enum finding declared_inputs(
    const struct yaml *on, const char *body, struct buf *about);

/* Whether the input of that name is declared. */
enum finding declared_input(const struct yaml *on, const char *name);

#endif
