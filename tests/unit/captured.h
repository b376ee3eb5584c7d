/* SPDX-License-Identifier: ISC */
/*
 * What is logged, for tests that read it: standard error goes to a file of its
 * own meanwhile.
 */
#ifndef CAPTURED_H
#define CAPTURED_H

#include "unit.h"

void captured_begin(void);

/* Ends it, with what was written in the text, of that size; false if it had
 * not begun. */
bool captured_end(char *text, size_t size);

#endif
