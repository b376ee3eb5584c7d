/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/terminal.h"
#include "command/live.h"
#include "command/table.h"

#define TICK_MS 200

static void
draw(struct live *l, bool is_last)
{
	int64_t now_ms = clock_now(l->clock);
	struct table_view view = {
		.elapsed_ms = now_ms - l->began_ms,
		.left_ms = l->deadline_ms == CLOCK_NEVER
		    ? -1
		    : clock_left(l->clock, l->deadline_ms),
		.frame = l->frame,
		.colour = l->colour,
		.is_last = is_last,
	};
	struct buf lines;

	if (!is_last && now_ms - l->drawn_ms < TICK_MS)
		return;
	l->drawn_ms = now_ms;
	l->frame++;
	terminal_size(&view.width, &view.height);
	buf_init(&lines, BUF_TEXT_MAX);
	table_add(&lines, l->runs, l->count, &view);
	log_area(&lines);
	buf_free(&lines);
}

void
live_sleep_until(struct live *l, int64_t instant_ms)
{
	while (clock_now(l->clock) < instant_ms && !interrupt_pending()) {
		draw(l, false);
		clock_sleep_until(l->clock,
		    least(instant_ms, clock_after(l->clock, TICK_MS)));
	}
}

void
live_finish(struct live *l)
{
	draw(l, true);
	log_area_keep();
}
