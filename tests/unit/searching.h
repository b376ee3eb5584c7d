/* SPDX-License-Identifier: ISC */
/*
 * What tests of the search share: a query as after a dispatch, and runs of the
 * fake GitHub that it is about.
 */
#ifndef SEARCHING_H
#define SEARCHING_H

#include "unit.h"

#include <inttypes.h>

#include "command/find.h"
#include "fake_clock.h"
#include "fake_github.h"

#define UUID       "7f0cfa1e-3b52-4c6e-9a52-0d6c8f1b2e11"
#define TIMEOUT_MS INT64_C(300000)
#define BASELINE   UINT64_C(17000000000)
#define OURS       UINT64_C(17000000500)

extern struct github *gh;
extern struct find_result result;

/* Jobs of a run that is not ours, with all their steps. */
extern const struct fake_job settled_jobs[1];

/* The ID in a step's name. */
extern const struct fake_job marked_jobs[1];

/* For cmocka. */
int searching_set_up(void **state);
int searching_tear_down(void **state);

#define TEST(f)                          \
	cmocka_unit_test_setup_teardown( \
	    f, searching_set_up, searching_tear_down)

/* Ends this part of a test, and begins another. */
void again(void **state);

/* As after a dispatch to an old server: a random ID, and a baseline. */
struct find_query query(void);

/* Searches, and keeps the result. */
enum find_outcome look_for(struct find_query);

/* It is OURS, and no other. */
void expect_ours(enum find_outcome, enum found_by);

/* Jobs that show steps, none of which has an ID. */
void fill_jobs(struct fake_job *, size_t count);

/* Neighbours: settled runs with the IDs from..from+n-1. */
void add_neighbours(uint64_t from, size_t n);

#endif
