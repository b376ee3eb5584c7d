/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/least.h"
#include "base/log.h"
#include "command/baseline.h"
#include "command/pace.h"
#include "command/retry.h"

#define WINDOW_MS    10000 /* for a server that may need none, */
#define WINDOW_SHARE 4     /* at most that part of the time */

/* An older server's run is found by the baseline. */
static bool
has_all_the_time(const struct baseline *b)
{
	return b->is_needed || github_tells(b->gh) == GITHUB_TELLS_NO_RUN;
}

/*
 * Whether to ask again here: the dispatch has pauses of its own for what was
 * not sent, is refused or limited.  Where no baseline is needed, it is asked for
 * only once more, and a garbled answer is the last.
 */
static bool
may_pass(const struct baseline *b, const struct fault *f, int64_t failures)
{
	struct retry retry = { .accepted = false };

	if (!b->was_sent || f->status == STATUS_LIMITED ||
	    retry_failed(&retry, f, clock_now(b->clock)).when != RETRY_AT_PACE)
		return false;
	return has_all_the_time(b) ||
	    (failures == 0 && f->status != STATUS_PROTOCOL);
}

static int64_t
end_ms(const struct baseline *b, int64_t window_ms)
{
	return has_all_the_time(b) ? b->deadline_ms
				   : least(window_ms, b->deadline_ms);
}

static void
move_on(struct baseline *b, int64_t since_ms)
{
	b->connect_by_ms = least(
	    b->connect_by_ms + clock_now(b->clock) - since_ms, b->deadline_ms);
}

enum status
baseline_take(struct baseline *b, struct fault *f)
{
	int64_t window_ms = clock_after(b->clock,
	    least(WINDOW_MS,
		clock_left(b->clock, b->deadline_ms) / WINDOW_SHARE));
	struct fault reason;
	struct pace pace;
	int64_t began_ms;

	b->was_sent = b->is_known = false;
	pace_init(&pace, b->clock, PACE_ADAPTIVE, b->deadline_ms);
	for (;;) {
		began_ms = clock_now(b->clock);
		b->is_known = github_newest_run(b->gh, b->workflow, b->ref,
				  b->connect_by_ms, end_ms(b, window_ms),
				  &b->run_id, &b->was_sent, f) == STATUS_OK;
		if (b->was_sent)
			move_on(b, began_ms);
		if (b->is_known)
			return STATUS_OK;
		if (!may_pass(b, f, pace.failures))
			return f->status;
		/* A try that our own deadline cut short does not hide the
		 * reason. */
		if (pace.failures > 0 && f->status == STATUS_TIMEOUT &&
		    clock_left(b->clock, end_ms(b, window_ms)) == 0)
			*f = reason;
		reason = *f;
		pace_failed(&pace, f);
		pace.deadline_ms = end_ms(b, window_ms);
		if (pace.failures == 1 && pace_goes_on(&pace, NULL)) {
			fault_end_sentence(f);
			log_info("looking for the newest run: %s Retrying.",
			    f->text);
		}
		began_ms = clock_now(b->clock);
		if (!pace_wait(&pace, NULL))
			return f->status;
		move_on(b, began_ms);
	}
}

bool
baseline_is_needed(const struct baseline *b, const struct fault *f)
{
	if (b->is_needed)
		return true;
	switch (github_tells(b->gh)) {
	case GITHUB_TELLS_RUN:
		return false;
	case GITHUB_TELLS_NO_RUN:
		return true;
	case GITHUB_TELLS_UNKNOWN:
		/* It may be a server that names the run.  But a token that is
		 * refused will do for no POST, either. */
		break;
	}
	return f->status == STATUS_UNAUTHORIZED;
}
