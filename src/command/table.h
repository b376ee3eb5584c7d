/* SPDX-License-Identifier: ISC */
/*
 * The live table of runs and their jobs, for a terminal.
 */
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "command/watched.h"

/* What a table shows beside the runs, and where. */
struct table_view {
	int64_t elapsed_ms;
	int64_t left_ms;      /* until the timeout; negative: none */
	unsigned int frame;   /* counts redraws */
	size_t width, height; /* of the terminal */
	bool colour;
	bool is_last; /* stays when the wait is over */
};

/*
 * Appends the table of runs and their jobs, lines narrower than the terminal
 * and fewer than it has.  Pure but for the server's clock.
 */
void table_add(struct buf *, const struct watched *, size_t count,
    const struct table_view *);

#endif
