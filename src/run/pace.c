#include "compat.h"

#include <string.h>

#include "base/least.h"
#include "run/pace.h"

#define FIRST_MS	1000
#define SLOWEST_MS	5000
#define GROWTH		20	/* a pause is a twentieth of the time gone by */
#define ZERO_STEP_MS	100	/* "--retry-interval 0" is not a busy loop */
#define FAILURE_MS	500	/* doubled with each failure in a row, up to */
#define FAILURE_MAX_MS	30000
#define LAST_MS		50	/* less than a look takes */
#define LIMIT_MS	60000	/* GitHub: at least a minute if not told */

void
pace_init(struct pace *p, const struct clock *clock, int64_t step_ms,
    int64_t deadline_ms)
{
	memset(p, 0, sizeof *p);
	p->clock = clock;
	p->began_ms = clock_now(clock);
	p->deadline_ms = deadline_ms;
	p->step_ms = step_ms;
}

void
pace_failed(struct pace *p, const struct fault *f)
{
	p->failures++;
	p->hint_ms = f->wait_ms;
	/* docs.github.com, "Rate limits for the REST API": a minute, then
	 * exponentially more. */
	if (f->status == STATUS_LIMITED && f->wait_ms == 0)
		p->hint_ms = LIMIT_MS << (p->failures < 8 ? p->failures - 1 :
		    7);
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
		return p->looks > INT64_MAX / p->step_ms ? INT64_MAX :
		    p->looks * p->step_ms;
	return most(FIRST_MS, least(gone_ms / GROWTH, SLOWEST_MS));
}

static int64_t
failure_pause(const struct pace *p)
{
	if (p->failures == 0 || p->step_ms > 0)
		return 0;
	return least((int64_t)FAILURE_MS << least(p->failures - 1, 10),
	    FAILURE_MAX_MS);
}

bool
pace_wait(struct pace *p, bool *beyond)
{
	int64_t left_ms = clock_left(p->clock, p->deadline_ms), pause_ms;

	if (beyond != NULL)
		*beyond = p->hint_ms > 0 && p->hint_ms >= left_ms;
	if (left_ms < LAST_MS || p->hint_ms >= left_ms)
		return false;
	p->looks++;
	pause_ms = most(regular_pause(p), failure_pause(p));
	/* Towards the deadline a look in the middle of what is left. */
	pause_ms = most(least(pause_ms, left_ms / 2), p->hint_ms);
	clock_sleep_until(p->clock, clock_after(p->clock, pause_ms));
	return true;
}
