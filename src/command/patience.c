#include "compat.h"

#include "base/least.h"
#include "command/patience.h"

#define STEP_MS		1000	/* the n-th pause is n of these, */
#define PAUSE_MAX_MS	4000	/* at most */
#define EARLY_TRIES	3	/* octokit's number for tokens just made */
#define LATE_TRIES	4	/* after a success: that many, and */
#define LATE_MS		10000	/* that long */

void
patience_succeeded(struct patience *p)
{
	p->succeeded = true;
	p->refusals = 0;
}

static bool
is_refusal(const struct fault *f)
{
	return f->status == STATUS_UNAUTHORIZED ||
	    f->status == STATUS_FORBIDDEN || f->status == STATUS_NOT_FOUND;
}

enum patience_advice
patience_refused(struct patience *p, const struct fault *f, int64_t now_ms,
    int64_t *pause_ms, bool *renew)
{
	*pause_ms = 0;
	*renew = false;
	if (!is_refusal(f)) {
		p->refusals = 0;
		return PATIENCE_NO_MATTER;
	}
	if (!p->succeeded && f->status == STATUS_NOT_FOUND)
		return PATIENCE_NO_MATTER;
	if (p->refusals++ == 0)
		p->first_ms = now_ms;
	if (p->succeeded ? p->refusals > LATE_TRIES &&
	    now_ms - p->first_ms >= LATE_MS :
	    !f->early || p->refusals > EARLY_TRIES)
		return PATIENCE_END;
	*renew = p->succeeded && p->refusals == 1;
	*pause_ms = least((int64_t)p->refusals * STEP_MS, PAUSE_MAX_MS);
	return PATIENCE_AGAIN;
}
