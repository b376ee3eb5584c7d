/*
 * What people see of a wait: lines about changes, the live table, and the
 * report about what failed.
 */
#ifndef COMMAND_REPORT_H
#define COMMAND_REPORT_H

#include "base/clock.h"
#include "command/watched.h"

/* One line with the time: the run's status is new. */
void	 report_change(const struct watched *);

/* How a table is looked at. */
struct report_view {
	int64_t		 elapsed_ms;
	int64_t		 left_ms;	/* until the timeout; negative: none */
	unsigned int	 frame;		/* counts redraws */
	size_t		 width, height;	/* of the terminal */
	bool		 colour;
	bool		 is_last;	/* stays when the wait is over */
};

/*
 * Appends the table of runs and their jobs, lines narrower than the terminal
 * and fewer than it has.  Pure but for the server's clock.
 */
void	 report_table(struct buf *, const struct watched *, size_t count,
	    const struct report_view *);

/* Each job that did not succeed, with its failing steps and URL. */
void	 report_failures(const struct watched *);

/* The last lines of each failed job's log; one that is not there may come a
 * moment after its job's end. */
void	 report_logs(const struct clock *, const struct watched *,
	    size_t lines, int64_t deadline_ms);

#endif
