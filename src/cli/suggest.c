/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "cli/options.h"
#include "cli/suggest.h"

#define WORD_MAX 32 /* no option or command is as long */
#define NEAR_MAX 2  /* typing errors in a word that is known */

/* What gh and curl call the same thing. */
static const struct {
	const char *name;
	enum option option;
} elsewhere[] = {
	{ "--branch", OPTION_REF },
	{ "--hostname", OPTION_REPO },
	{ "--raw-field", OPTION_FIELD },
	{ "-F", OPTION_FIELD },
	{ "--json", OPTION_FORMAT },
	{ "--output", OPTION_FORMAT },
	{ "--interval", OPTION_POLL_INTERVAL },
	{ "--watch", OPTION_WAIT },
	{ "--debug", OPTION_VERBOSE },
};

/*
 * How many characters have to be put in, left out, replaced or swapped with
 * their neighbour to make b of a[0..len) (the optimal string alignment); more
 * than NEAR_MAX if that is too far to tell.
 */
static size_t
distance(const char *a, size_t len, const char *b)
{
	size_t rows[3][WORD_MAX + 1], n = strlen(b), i, k, best;
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	if (len > WORD_MAX || n > WORD_MAX)
		return NEAR_MAX + 1;
	for (k = 0; k <= n; k++)
		before[k] = last[k] = k;
	for (i = 1; i <= len; i++) {
		row[0] = i;
		for (k = 1; k <= n; k++) {
			best = last[k - 1] + (a[i - 1] != b[k - 1]);
			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			row[k] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

bool
suggest_is_near(const char *word, size_t len, const char *known)
{
	return distance(word, len, known) <= NEAR_MAX;
}

static bool
is(const char *arg, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(name, arg, len) == 0;
}

const char *
suggest_option(const char *arg, size_t len)
{
	size_t least = NEAR_MAX + 1, n;
	const char *name, *nearest = NULL;
	enum option o;

	for (n = 0; n < sizeof elsewhere / sizeof elsewhere[0]; n++)
		if (is(arg, len, elsewhere[n].name))
			return option_specs[elsewhere[n].option].name;
	for (o = 0; o < OPTION_COUNT; o++) {
		name = option_specs[o].name;
		n = distance(arg, len, name);
		/* The beginning of a name is near, too. */
		if (n > 1 && len > strlen("--x") &&
		    strncmp(name, arg, len) == 0)
			n = 1;
		if (n < least) {
			least = n;
			nearest = name;
		}
	}
	return nearest;
}
