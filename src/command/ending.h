/* SPDX-License-Identifier: ISC */
/*
 * How the wait for a run ends: what is said of it, in each case.  All fill the
 * fault of the run with whole sentences.
 */
#ifndef COMMAND_ENDING_H
#define COMMAND_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "command/cancel.h"
#include "command/watched.h"

/* STATUS_FAILED: the run, or a job that was named, did not succeed; or the run
 * concluded without such a job. */
void ending_run_failed(struct watched *);
void ending_job_failed(struct watched *, const struct job *);
void ending_job_missing(struct watched *, const char *name);

/* The status of a look's failure, which is the last word. */
void ending_look_failed(
    struct watched *, const struct fault *look, bool was_accepted);

/* A signal's status; `was_to_cancel` the run at a signal. */
void ending_interrupted(
    struct watched *, const struct cancel *, bool was_to_cancel);

/* What is known when no look can follow.  All lent. */
struct ending_timeout {
	const struct fault *look; /* the last; STATUS_OK: good */
	int64_t left_ms;          /* 0: the timeout is over; else
						 * the server asks for more */
	bool is_untold;           /* lacks a conclusion */
	bool has_names;           /* of jobs */
	const char *missing;      /* the first without a job */
};

/* STATUS_WAIT_TIMEOUT; of a run that was never seen, or is under a rate limit,
 * the status of the last look's failure. */
void ending_timed_out(struct watched *, const struct ending_timeout *);

/* The status that counts for all (command/worst.h), with its fault. */
enum status ending_sum_up(const struct watched *, size_t count, struct fault *);

#endif
