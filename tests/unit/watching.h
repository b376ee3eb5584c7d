/* SPDX-License-Identifier: ISC */
/*
 * What tests of reports share: runs of the fake GitHub as a wait has seen them,
 * and the log that is written about them.
 */
#ifndef WATCHING_H
#define WATCHING_H

#include "unit.h"

#include "command/watched.h"
#include "fake_clock.h"
#include "fake_github.h"

#define RUN UINT64_C(17654321098)

extern struct github *gh;
extern struct watched runs[4];

/* For cmocka. */
int watching_set_up(void **state);
int watching_tear_down(void **state);

/* Has runs[n] be what the n-th run of the script is now. */
struct watched *watching_see(size_t n);

/* Adds a run of the first `count` of watching_jobs, and sees it when they are
 * over. */
void watching_see_jobs(size_t count);

/* What was logged since captured_begin; static. */
const char *watching_logged(void);

/* The same jobs for reports and logs. */
#define WATCHING_JOBS 9
extern const struct fake_job watching_jobs[WATCHING_JOBS];

#endif
