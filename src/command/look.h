/*
 * One look at a run that is waited for, and what follows from it: the verdict
 * of the run or of the named jobs, the grace after a failure, which failures
 * of the look itself may pass, and the end.
 */
#ifndef COMMAND_LOOK_H
#define COMMAND_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "command/wait.h"

/* What all looks of a wait share; the first four are lent. */
struct look {
	const struct clock		*clock;
	const struct wait_order	*order;
	const struct wait_hooks	*hooks;
	int64_t				 began_ms;	/* the wait */
	int64_t				 deadline_ms;	/* and its end */
	bool				 has_others;	/* that go on */
	unsigned int			 failures;	/* rounds in a row */
	int64_t				 hint_ms;	/* of this round */
	int64_t				 reported_ms;	/* in it: gone by */
	bool				 is_last;	/* none comes after */
};

/*
 * Looks once, and may end the run.  STATUS_OK unless the look failed in a way
 * that slows the next one, or a signal came.
 */
enum status look_at(struct look *, struct watched *, int64_t deadline_ms);

/* Ends a run that was seen if what is known of it decides. */
void	 look_judge(struct look *, struct watched *);

/* Ends it in any case; its fault is set unless the status is OK. */
void	 look_end(struct look *, struct watched *, enum status);

/*
 * Until when a courtesy (a list of what failed, a log, a summary) may last: so
 * long, but all of a wait only for a little beyond its timeout.
 */
int64_t	 look_courtesy_end(const struct look *, int64_t most_ms);

/* Appends "a, b, c", cut where it would get too long: the jobs listed last. */
void	 look_add_job_names(const struct watched *, struct fault *);

/* The first of the named jobs that is not listed; NULL if all are. */
const char *look_unlisted(const struct look *, const struct watched *);

/* Takes note of the pause that a failed call asks for. */
void	 look_take_hint(struct look *, const struct fault *);

#endif
