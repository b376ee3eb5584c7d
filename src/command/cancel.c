#include "compat.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "command/cancel.h"
#include "command/verdict.h"

#define INSIST_MS	5000	/* the runner kills 10 s after a signal */
#define TRY_MS		2500	/* of them, so that one that hangs is not all */
#define SHARE_MS	500	/* at least, for one of many runs */
#define AGAIN_MS	500	/* between two tries */

/* A refusal: is it the last word? */
static enum cancelling
weigh(const struct clock *clock, struct watched *a, const struct fault *f)
{
	int64_t now_ms = clock_now(clock);
	struct retry_advice advice;

	a->cancel_retry.accepted = a->cancel_retry.found = true;
	advice = retry_failed(&a->cancel_retry, f, now_ms);
	if (advice.when == RETRY_NEVER)
		return CANCEL_REFUSED;
	if (advice.when == RETRY_AFTER &&
	    !(advice.renew && github_renew_token(a->gh)))
		a->cancel_again_ms = now_ms + advice.pause_ms;
	return CANCEL_OPEN;
}

/* Once; the same at each look would be noise. */
static void
tell_refusal(struct watched *a, enum cancelling state, const struct fault *f)
{
	unsigned long long id = a->id;

	if (state == CANCEL_REFUSED)
		log_warning("run %llu was not cancelled: %s", id, f->text);
	else if (!a->cancel_told)
		log_warning("run %llu was not cancelled: %s Asking again until "
		    "it is.", id, f->text);
	else
		log_debug("run %llu was not cancelled: %s", id, f->text);
	a->cancel_told = true;
}

void
cancel_ask(const struct clock *clock, struct watched *a, bool force,
    int64_t deadline_ms, struct fault *f)
{
	unsigned long long id = a->id;
	enum cancelling state;
	bool was_over;

	if (a->cancel_again_ms > clock_now(clock))
		return;
	a->cancel_again_ms = 0;
	if (github_cancel_run(a->gh, a->id, force, deadline_ms, &was_over,
	    f) == STATUS_OK) {
		state = was_over ? CANCEL_OVER : CANCEL_ASKED;
		log_info("run %llu: %s", id, was_over ?
		    "GitHub says that it had already concluded" : force ?
		    "asked GitHub to cancel it by force" :
		    "asked GitHub to cancel it");
	} else {
		if (status_is_signal(f->status))
			return;
		state = weigh(clock, a, f);
		fault_end_sentence(f);
		tell_refusal(a, state, f);
	}
	if (force)
		a->force = state;
	if (!force || state == CANCEL_ASKED)
		a->cancel = state;
}

static bool
is_open(const struct watched *a)
{
	return !a->ended && a->cancel == CANCEL_OPEN;
}

/* A refusal to cancel that leaves it open whether there is anything left to
 * cancel: a look tells. */
static void
look_if_over(struct watched *a, int64_t deadline_ms)
{
	struct fault ignored;

	if (a->fault.status != STATUS_REFUSED || github_get_run(a->gh, a->id,
	    deadline_ms, &a->state, &ignored) != STATUS_OK)
		return;
	if (verdict_of(a->state.run.status, a->state.run.conclusion) !=
	    VERDICT_GOING_ON)
		a->cancel = CANCEL_OVER;
}

void
cancel_insist(const struct clock *clock, struct watched *runs, size_t count)
{
	int64_t deadline_ms = clock_after(clock, INSIST_MS), try_ms;
	size_t i, open;

	for (i = 0; i < count; i++)
		runs[i].cancel_again_ms = 0;
	do {
		for (i = 0, open = 0; i < count; i++)
			open += is_open(&runs[i]);
		try_ms = least(TRY_MS, most(SHARE_MS, clock_left(clock,
		    deadline_ms) / (int64_t)(open > 0 ? open : 1)));
		for (i = 0; i < count && !interrupt_pending(); i++) {
			if (!is_open(&runs[i]))
				continue;
			cancel_ask(clock, &runs[i], false, least(deadline_ms,
			    clock_after(clock, try_ms)), &runs[i].fault);
			if (is_open(&runs[i]))
				look_if_over(&runs[i], least(deadline_ms,
				    clock_after(clock, try_ms)));
		}
		for (i = 0, open = 0; i < count; i++)
			open += is_open(&runs[i]);
		if (open == 0 || clock_left(clock, deadline_ms) <= AGAIN_MS)
			break;
		clock_sleep_until(clock, clock_after(clock, AGAIN_MS));
	} while (!interrupt_pending());
}

/* The server has said that it did not. */
static bool
is_answer(const struct fault *f)
{
	return f->status == STATUS_REFUSED ||
	    f->status == STATUS_UNAUTHORIZED ||
	    f->status == STATUS_FORBIDDEN || f->status == STATUS_NOT_FOUND ||
	    f->status == STATUS_LIMITED;
}

void
cancel_add_outcome(const struct watched *a, const struct fault *why,
    struct fault *f)
{
	unsigned long long id = a->id;

	switch (a->cancel) {
	case CANCEL_ASKED:
		fault_add(f, " GitHub was asked to cancel run %llu.", id);
		break;
	case CANCEL_OVER:
		fault_add(f, " Run %llu had already concluded, and was not "
		    "cancelled.", id);
		break;
	case CANCEL_OPEN:
	case CANCEL_REFUSED:
		fault_add(f, is_answer(why) ?
		    " Run %llu was not cancelled: %s" :
		    " Run %llu may not have been cancelled: %s", id,
		    why->text);
		fault_end_sentence(f);
		break;
	}
}
