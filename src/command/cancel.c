/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "command/cancel.h"

#define INSIST_MS 5000 /* the runner kills 10 s after a signal */
#define TRY_MS    2500 /* of them, so that one that hangs is not all */
#define SHARE_MS  500  /* at least, for one of many runs */
#define AGAIN_MS  500  /* between two tries */

/* A refusal, or a failure: is it the last word? */
static enum cancel_state
weigh(struct cancel *c, const struct clock *clock)
{
	int64_t now_ms = clock_now(clock);
	struct retry_advice advice;

	/* The run has been seen, or dispatched, with this token. */
	c->retry.accepted = c->retry.found = true;
	advice = retry_renewed(&c->retry, c->run->gh, &c->why, now_ms);
	if (advice.when == RETRY_NEVER)
		return CANCEL_REFUSED;
	if (advice.when == RETRY_AFTER)
		c->again_ms = now_ms + advice.pause_ms;
	return CANCEL_OPEN;
}

/* Once; the same at each look would be noise. */
static void
log_refusal(struct cancel *c, enum cancel_state state)
{
	unsigned long long id = watched_id(c->run);

	if (state == CANCEL_REFUSED)
		log_warning("run %llu was not cancelled: %s", id, c->why.text);
	else if (!c->is_logged)
		log_warning("run %llu was not cancelled: %s Retrying.", id,
		    c->why.text);
	else
		log_debug("run %llu was not cancelled: %s", id, c->why.text);
	c->is_logged = true;
}

enum status
cancel_ask(struct cancel *c, const struct clock *clock, bool force,
    int64_t deadline_ms)
{
	struct watched *run = c->run;
	unsigned long long id = watched_id(run);
	enum cancel_state state;
	enum status status;
	bool was_over;

	if (c->again_ms > clock_now(clock))
		return STATUS_OK;
	c->again_ms = 0;
	status = github_cancel_run(
	    run->gh, run->found.id, force, deadline_ms, &was_over, &c->why);
	if (status_is_signal(status))
		return status;
	if (status == STATUS_OK) {
		state = was_over ? CANCEL_OVER : CANCEL_ASKED;
		log_info("run %llu: %s", id,
		    was_over    ? "GitHub says that it had already concluded"
			: force ? "asked GitHub to force-cancel it"
				: "asked GitHub to cancel it");
	} else {
		state = weigh(c, clock);
		fault_end_sentence(&c->why);
		log_refusal(c, state);
	}
	if (force)
		c->force = state;
	if (!force || state == CANCEL_ASKED)
		c->state = state;
	return status;
}

static bool
is_open(const struct cancel *c)
{
	return !c->run->ended && c->state == CANCEL_OPEN;
}

static size_t
count_open(const struct cancel *cancels, size_t count)
{
	size_t i, open = 0;

	for (i = 0; i < count; i++)
		open += is_open(&cancels[i]);
	return open;
}

/* A refusal leaves it open whether there is anything left to cancel: a look
 * tells. */
static void
look_if_over(struct cancel *c, int64_t deadline_ms)
{
	struct watched *run = c->run;
	struct fault ignored;

	if (c->why.status == STATUS_REFUSED &&
	    github_get_run(run->gh, run->found.id, deadline_ms, &run->state,
		&ignored) == STATUS_OK &&
	    watched_is_over(run))
		c->state = CANCEL_OVER;
}

/* Asks once for each that is open; none takes the time of the others. */
static void
ask_for_all(struct cancel *cancels, size_t count, const struct clock *clock,
    int64_t deadline_ms)
{
	int64_t share_ms = clock_left(clock, deadline_ms) /
	    (int64_t)count_open(cancels, count);
	int64_t try_ms = least(TRY_MS, most(SHARE_MS, share_ms));
	size_t i;

	for (i = 0; i < count && !interrupt_pending(); i++) {
		if (is_open(&cancels[i]))
			cancel_ask(&cancels[i], clock, false,
			    least(deadline_ms, clock_after(clock, try_ms)));
		if (is_open(&cancels[i]))
			look_if_over(&cancels[i],
			    least(deadline_ms, clock_after(clock, try_ms)));
	}
}

void
cancel_insist(struct cancel *cancels, size_t count, const struct clock *clock)
{
	int64_t deadline_ms = clock_after(clock, INSIST_MS);
	size_t i;

	for (i = 0; i < count; i++)
		cancels[i].again_ms = 0;
	while (count_open(cancels, count) > 0 && !interrupt_pending()) {
		ask_for_all(cancels, count, clock, deadline_ms);
		if (count_open(cancels, count) == 0 ||
		    clock_left(clock, deadline_ms) <= AGAIN_MS)
			return;
		clock_sleep_until(clock, clock_after(clock, AGAIN_MS));
	}
}

/* The server has said that it did not. */
static bool
is_answer(const struct fault *f)
{
	return f->status == STATUS_REFUSED ||
	    f->status == STATUS_UNAUTHORIZED || f->status == STATUS_FORBIDDEN ||
	    f->status == STATUS_NOT_FOUND || f->status == STATUS_LIMITED;
}

void
cancel_add_outcome(const struct cancel *c, struct fault *f)
{
	unsigned long long id = watched_id(c->run);

	switch (c->state) {
	case CANCEL_ASKED:
		fault_add(f, " GitHub was asked to cancel run %llu.", id);
		break;
	case CANCEL_OVER:
		fault_add(f,
		    " Run %llu had already concluded, so it was not cancelled.",
		    id);
		break;
	case CANCEL_OPEN:
	case CANCEL_REFUSED:
		fault_add(f,
		    is_answer(&c->why)
			? " Run %llu was not cancelled"
			: " Run %llu may not have been cancelled",
		    id);
		/* The story begins with the signal. */
		if (*c->why.text != '\0' && !status_is_signal(c->why.status))
			fault_add(f, ": %s", c->why.text);
		fault_end_sentence(f);
		break;
	}
}
