/* SPDX-License-Identifier: ISC */
/*
 * A wait over a scripted GitHub, with what holds for every wait: for the tests
 * of command/wait.  The results that it writes are counted, not printed.
 */
#ifndef WAITING_H
#define WAITING_H

#include "unit.h"

#include "base/interrupt.h"
#include "command/wait.h"
#include "fake_clock.h"
#include "fake_github.h"

#define RUN    UINT64_C(17654321098)
#define RUNS   6
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

extern struct github *gh;
extern struct wait_order order; /* as with the defaults */
extern struct watched runs[RUNS];
extern bool dispatched; /* else given by the user */
extern struct fault fault;
extern enum status result_status; /* of each result */

/* When results were written, and how often; of given runs. */
extern unsigned int seen[RUNS], ended[RUNS], summaries;
extern int64_t seen_at[RUNS], ended_at[RUNS];

/* The log of the latest wait. */
extern char logged[400000];

/* GitHub's conclusions, none, and some that it does not have. */
struct conclusion {
	const char *text;
	bool known;
};
#define CONCLUSIONS 12
extern const struct conclusion conclusions[CONCLUSIONS];

int waiting_set_up(void **state);
int waiting_tear_down(void **state);
#define WAITING_TEST(f) \
	cmocka_unit_test_setup_teardown(f, waiting_set_up, waiting_tear_down)

/* Waits for the first `count` runs. */
enum status wait_for(size_t count);
enum status wait_with(const struct clock *, size_t count);

/* Ends this part of a test, and begins another. */
void again(void **state);

void add_run(const struct fake_state *, size_t n);

/* A script right in the call. */
#define ADD_RUN(...)                                           \
	add_run((const struct fake_state[]){ __VA_ARGS__ },    \
	    sizeof(const struct fake_state[]){ __VA_ARGS__ } / \
		sizeof(struct fake_state))
#define QUEUED                     \
	{                          \
		.status = "queued" \
	}
#define RUNNING(t)                                 \
	{                                          \
		.at = (t), .status = "in_progress" \
	}
#define OVER(t, how)                                                  \
	{                                                             \
		.at = (t), .status = "completed", .conclusion = (how) \
	}

/* Of the run that was added last. */
void add_jobs(const struct fake_job *, size_t n);

void wait_for_job(const char *name);
void wants_summary(void);

/* Requests for a run. */
size_t looks(void);

void expect_says(const char *part);
void expect_denies(const char *part);
void expect_logged(const char *part);
size_t count_logged(const char *part);

#endif
