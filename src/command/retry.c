/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/least.h"
#include "base/log.h"
#include "command/retry.h"

#define STEP_MS      1000  /* the n-th pause is n of these, */
#define PAUSE_MAX_MS 4000  /* at most */
#define EARLY_TRIES  3     /* octokit's number for tokens just made */
#define LATE_TRIES   4     /* after a success: that many, and */
#define LATE_MS      10000 /* that long */

void
retry_succeeded(struct retry *r)
{
	r->accepted = r->found = true;
	r->absences = r->refusals = 0;
}

/* 401, 403 or, of what has been there, 404. */
static struct retry_advice
weigh_refusal(struct retry *r, bool early, int64_t now_ms)
{
	struct retry_advice advice = { .when = RETRY_NEVER };

	r->absences = 0;
	if (r->refusals++ == 0)
		r->first_ms = now_ms;
	if (r->accepted
		? r->refusals > LATE_TRIES && now_ms - r->first_ms >= LATE_MS
		: !early || r->refusals > EARLY_TRIES)
		return advice;
	advice.when = RETRY_AFTER;
	advice.renew = r->accepted && r->refusals == 1;
	advice.pause_ms = least((int64_t)r->refusals * STEP_MS, PAUSE_MAX_MS);
	return advice;
}

/* 404 of what may be too new to be found. */
static struct retry_advice
weigh_absence(struct retry *r, int64_t now_ms)
{
	bool passes = ++r->absences < r->new_tries || now_ms < r->new_until_ms;

	return (struct retry_advice){
		.when = passes ? RETRY_AT_PACE : RETRY_NEVER,
	};
}

struct retry_advice
retry_failed(struct retry *r, const struct fault *f, int64_t now_ms)
{
	if (f->status == STATUS_NOT_FOUND && !r->found)
		return weigh_absence(r, now_ms);
	if (f->status == STATUS_UNAUTHORIZED || f->status == STATUS_FORBIDDEN ||
	    f->status == STATUS_NOT_FOUND)
		return weigh_refusal(r, f->early, now_ms);
	r->absences = r->refusals = 0;
	return (struct retry_advice){
		.when = f->lasting || status_is_signal(f->status)
		    ? RETRY_NEVER
		    : RETRY_AT_PACE,
	};
}

struct retry_advice
retry_renewed(
    struct retry *r, struct github *gh, const struct fault *f, int64_t now_ms)
{
	struct retry_advice advice = retry_failed(r, f, now_ms);

	if (advice.renew && github_renew_token(gh)) {
		log_info("the token was refused; retrying with a new one");
		advice.pause_ms = 0;
	}
	return advice;
}
