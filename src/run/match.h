/*
 * Does a name carry the distinct ID?  Pure.
 */
#ifndef RUN_MATCH_H
#define RUN_MATCH_H

#include <stdbool.h>

/* IDs of at least this many characters may stand anywhere in a name; a shorter
 * one only alone, or "1" would be found in "step 12". */
#define MATCH_ANYWHERE_MIN	16

bool	 match_is_long(const char *id);

/*
 * Both as UTF-8.  "Alone": no ASCII letter or digit right before or after it.
 */
bool	 match_carries(const char *name, const char *id);

#endif
