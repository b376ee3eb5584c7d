/* SPDX-License-Identifier: ISC */
/*
 * The baseline: the workflow's newest run, taken right before a dispatch.  Runs
 * that are newer may be the dispatched one, those that are not cannot be.
 */
#ifndef COMMAND_BASELINE_H
#define COMMAND_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"

struct baseline {
	/* Given; all lent. */
	struct github *gh;
	const struct clock *clock;
	const char *workflow, *ref;
	int64_t deadline_ms;
	bool is_needed; /* whatever kind of server it is */
	/* Instant by which the server must have been reached; what is spent
	 * once it has been moves it on. */
	int64_t connect_by_ms;
	/* Found. */
	bool is_known;
	uint64_t run_id; /* 0: there is none */
	bool was_sent;   /* the server was reached */
};

/*
 * Asks for it, and so learns what kind of server it is.  A server that names
 * the run that a dispatch creates does without a baseline, unless one is needed
 * all the same, and so is not waited for as long.
 */
enum status baseline_take(struct baseline *, struct fault *);

/* Whether a dispatch must not follow a baseline that failed that way. */
bool baseline_is_needed(const struct baseline *, const struct fault *);

#endif
