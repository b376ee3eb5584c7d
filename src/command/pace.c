/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/jitter.h"
#include "base/least.h"
#include "command/pace.h"

#define FIRST_MS       1000
#define SLOWEST_MS     5000
#define GROWTH         20  /* a pause is a twentieth of the time gone by */
#define ZERO_STEP_MS   100 /* "--retry-interval 0" is not a busy loop */
#define FAILURE_MS     500 /* doubled with each failure in a row, up to */
#define FAILURE_MAX_MS 30000
#define LAST_MS        50    /* less than a look takes */
#define LIMIT_MS       60000 /* GitHub: at least a minute if not told */
#define SPREAD_MS      5000  /* of those that a server sent away at once */

void
pace_init(struct pace *p, const struct clock *clock, int64_t step_ms,
    int64_t deadline_ms)
{
	memset(p, 0, sizeof *p);
	p->clock = clock;
	p->began_ms = clock_now(clock);
	p->deadline_ms = deadline_ms;
	p->step_ms = step_ms;
	p->look_by_ms = CLOCK_NEVER;
}

int64_t
pace_hint(const struct fault *f, int64_t failures)
{
	/* docs.github.com, "Rate limits for the REST API": a minute, then
	 * exponentially more. */
	if (f->status == STATUS_LIMITED && f->wait_ms == 0)
		return (int64_t)LIMIT_MS << least(failures, 7);
	return f->wait_ms;
}

int64_t
pace_spread(int64_t hint_ms)
{
	return jitter_ms(least(hint_ms, SPREAD_MS));
}

int64_t
pace_backoff(int64_t regular_ms, int64_t failures)
{
	int64_t pause_ms;

	if (failures == 0)
		return regular_ms;
	pause_ms = most(regular_ms,
	    least((int64_t)FAILURE_MS << least(failures - 1, 10),
		FAILURE_MAX_MS));
	return plus(pause_ms, jitter_ms(pause_ms / 4));
}

void
pace_failed(struct pace *p, const struct fault *f)
{
	p->hint_ms = pace_hint(f, p->failures++);
}

void
pace_succeeded(struct pace *p)
{
	p->failures = 0;
	p->hint_ms = 0;
}

static int64_t
regular_pause(const struct pace *p)
{
	int64_t gone_ms = clock_now(p->clock) - p->began_ms;

	if (p->step_ms == 0)
		return ZERO_STEP_MS;
	if (p->step_ms > 0)
		return p->looks > INT64_MAX / p->step_ms
		    ? INT64_MAX
		    : p->looks * p->step_ms;
	return most(FIRST_MS, least(gone_ms / GROWTH, SLOWEST_MS));
}

bool
pace_goes_on(const struct pace *p, bool *beyond)
{
	int64_t left_ms = clock_left(p->clock, p->deadline_ms);

	if (beyond != NULL)
		*beyond = p->hint_ms > 0 && p->hint_ms >= left_ms;
	return left_ms >= LAST_MS && p->hint_ms < left_ms;
}

bool
pace_next(struct pace *p, bool *beyond, int64_t *due_ms)
{
	int64_t left_ms = clock_left(p->clock, p->deadline_ms), pause_ms;

	if (!pace_goes_on(p, beyond))
		return false;
	p->looks++;
	pause_ms = regular_pause(p);
	/* What the user said is the pace, failures or not. */
	if (p->step_ms <= 0)
		pause_ms = pace_backoff(pause_ms, p->failures);
	/* Towards the deadline a look in the middle of what is left. */
	pause_ms = least(pause_ms, left_ms / 2);
	if (p->look_by_ms != CLOCK_NEVER && p->failures == 0)
		pause_ms = least(pause_ms, clock_left(p->clock, p->look_by_ms));
	if (p->hint_ms > 0)
		pause_ms = most(pause_ms,
		    p->hint_ms +
			least(pace_spread(p->hint_ms),
			    (left_ms - p->hint_ms) / 2));
	*due_ms = clock_after(p->clock, pause_ms);
	return true;
}

bool
pace_wait(struct pace *p, bool *beyond)
{
	int64_t due_ms;

	if (!pace_next(p, beyond, &due_ms))
		return false;
	clock_sleep_until(p->clock, due_ms);
	return true;
}
