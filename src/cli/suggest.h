/* SPDX-License-Identifier: ISC */
/*
 * Suggests what somebody meant who typed an unknown word.  Pure.
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/* The words differ by a typing error or two. */
bool suggest_is_near(const char *word, size_t len, const char *known);

/*
 * The option of ours that is spelled nearly like arg[0..len), begins with it,
 * or does what gh and curl call by that name; NULL if there is none.
 */
const char *suggest_option(const char *arg, size_t len);

#endif
