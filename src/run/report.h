/*
 * What people see of a wait: lines about changes, the live table, and the
 * report about what failed.
 */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "base/clock.h"
#include "run/awaited.h"

/* One line with the time: the run's status is new. */
void	 report_change(const struct awaited *);

/*
 * Appends the table of runs and their jobs, lines narrower than `width`, at
 * most `height` of them.  `frame` counts redraws.  Pure but for the server's
 * clock.
 */
void	 report_table(struct buf *, const struct awaited *, size_t count,
	    int64_t elapsed_ms, unsigned int frame, size_t width,
	    size_t height, bool colour);

/* Each job that did not succeed, with its failing steps and URL. */
void	 report_failures(const struct awaited *);

/* The last lines of each failed job's log; one that is not there may come a
 * moment after its job's end. */
void	 report_logs(const struct clock *, const struct awaited *,
	    size_t lines, int64_t deadline_ms);

#endif
