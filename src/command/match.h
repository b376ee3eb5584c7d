/* SPDX-License-Identifier: ISC */
/*
 * Does a name carry the distinct ID?  Pure.
 */
#ifndef COMMAND_MATCH_H
#define COMMAND_MATCH_H

#include <stdbool.h>

/*
 * IDs of at least that many characters, or with that many digits (as
 * github.run_id has), may stand anywhere in a name; any other only alone, or
 * "1" would be found in "step 12".
 */
#define MATCH_CHARACTERS_MIN 16
#define MATCH_DIGITS_MIN     9

bool match_is_distinctive(const char *id);

/*
 * Both as UTF-8.  "Alone": no ASCII letter or digit right before or after it.
 */
bool match_carries(const char *name, const char *id);

#endif
