/* SPDX-License-Identifier: ISC */
/*
 * What tests of texts for a terminal share: the text, and its layout.
 */
#ifndef SHOWN_H
#define SHOWN_H

#include "unit.h"

#include "base/buf.h"

/* What is tested appends to it; empty at the begin of each test. */
extern struct buf shown;

/* For cmocka. */
int shown_set_up(void **state);
int shown_tear_down(void **state);

#define SHOWN_TEST(f) \
	cmocka_unit_test_setup_teardown(f, shown_set_up, shown_tear_down)

bool shown_has(const char *part);

/*
 * Fails unless it is lines of at most 80 columns, each ended by LF, without
 * tabs; those that begin with `unless` may be longer (NULL: none).  Returns
 * their number.
 */
size_t shown_lines(const char *unless);

#endif
