/* SPDX-License-Identifier: ISC */
/*
 * The same dispatch in several repositories of one server, each exactly once
 * and each with an outcome of its own; then one wait for all of their runs.
 *
 * Dispatches are sent one by one, at least a second apart (command/throttle);
 * in between, and after the last, the runs that no answer has named are
 * searched for side by side, each until its own timeout.  A refusal stops no
 * other repository.  What would fail in the others as well does, before they
 * are dispatched to: a token that is refused, a rate limit that outlasts the
 * timeout, a server out of reach.
 */
#ifndef COMMAND_TARGETS_H
#define COMMAND_TARGETS_H

#include <stddef.h>

#include "base/clock.h"
#include "base/fault.h"
#include "command/dispatch.h"
#include "command/result.h"
#include "github/github.h"

/* All lent. */
struct target {
	const char *owner;
	const char *repo;
	struct dispatch_order order; /* waiting: the same for all */
};

/*
 * The command, on the server of that repository.  Returns the status that
 * counts for all (command/worst.h), with its fault; the others that are not OK
 * are logged, one line each, at the end.
 */
enum status targets_dispatch(struct github *, const struct clock *,
    const struct target *, size_t count, struct result *, struct fault *);

/* A dry run of one or more: writes the requests to standard output. */
enum status targets_print(
    struct github *, const struct target *, size_t count, struct fault *);

#endif
