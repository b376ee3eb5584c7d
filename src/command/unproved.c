/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "command/match.h"
#include "command/unproved.h"

static bool
is_event(const struct find_query *q)
{
	return q->event == EVENT_REPOSITORY_DISPATCH;
}

/* What was dispatched. */
static const char *
what(const struct find_query *q)
{
	return is_event(q) ? "event" : "workflow";
}

/* What follows "WHO: " or "WHO (through the proxy ...): "; NULL if the text
 * begins with neither. */
static const char *
after_address(const char *text, const char *who)
{
	size_t len = strlen(who);
	const char *end;

	if (strncmp(text, who, len) != 0)
		return NULL;
	text += len;
	if (strncmp(text, " (", 2) == 0 && (end = strstr(text, "): ")) != NULL)
		text = end + 1;
	return strncmp(text, ": ", 2) == 0 ? text + 2 : NULL;
}

/* Why the search has ended; the address is not named again. */
static void
add_reason(struct fault *f, const char *who, const struct fault *why)
{
	const char *text = after_address(why->text, who), *subject = "";
	size_t len = strlen(who);

	if (text == NULL) {
		text = why->text;
		if (strncmp(text, who, len) == 0 && text[len] == ' ') {
			text += len;
			subject = "the server";
		}
	}
	fault_add(f, "the search for the run %s %s%s",
	    status_is_signal(why->status) ? "was" : "failed:", subject, text);
}

/* " Runs that might be it: URL, URL and 2 more." */
static void
add_runs(struct fault *f, const char *intro, const struct find_result *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		fault_add(f, "%s%s", i == 0 ? intro : ", ", r->runs[i].url);
	if (r->more > 0)
		fault_add(f, " and %zu more", r->more);
	if (r->count > 0)
		fault_add(f, ".");
}

/* One run carries the ID, and that is no proof. */
static void
add_doubt(struct fault *f, const char *id)
{
	fault_add(f, "one new run shows the distinct ID %.100s, but ", id);
	if (match_is_distinctive(id))
		fault_add(f,
		    "the timeout expired before it was certain that "
		    "no other run does.");
	else
		fault_add(f,
		    "other new runs have not shown all their names "
		    "yet, and an ID of fewer than %d characters and fewer than "
		    "%d digits may also appear in theirs. Use a longer ID "
		    "(--distinct-id without a value generates one).",
		    MATCH_CHARACTERS_MIN, MATCH_DIGITS_MIN);
}

/* Several runs carry the ID. */
static void
add_several(struct fault *f, const struct find_query *q)
{
	fault_add(f, "more than one new run shows the distinct ID %.100s",
	    q->distinct_id);
	if (q->workflow == NULL)
		fault_add(f,
		    ": every workflow that listens for this event starts one. "
		    "With --workflow, only the run of that workflow counts.");
	else
		fault_add(f, ", so any of them may be the dispatched one.");
}

/* How its run would be found. */
static void
add_advice(struct fault *f, const struct find_query *q)
{
	if (is_event(q))
		fault_add(f,
		    " Does a workflow on the default branch listen for this "
		    "event type, and show the ID, preferably as run-name: ${{ "
		    "github.event.client_payload.distinct_id }}? Step names "
		    "only appear once a runner has started the job.");
	else if (q->distinct_id != NULL)
		fault_add(f,
		    " Does the workflow show its input distinct_id, "
		    "preferably as run-name: ${{ inputs.distinct_id }}? Step "
		    "names only appear once a runner has started the job.");
	else
		fault_add(f,
		    " With --distinct-id, and an input distinct_id "
		    "that the workflow shows in its run-name, the run can "
		    "be identified.");
}

/* The search has found nothing, or was ended by a failure. */
static void
add_search(struct fault *f, const char *who, const struct find_query *q,
    const struct find_result *r)
{
	const struct fault *why = &r->fault;

	if (r->outcome != FIND_STOPPED && q->distinct_id == NULL)
		fault_add(f, "no distinct ID was sent to find the run by.");
	else if (why->status != STATUS_OK)
		add_reason(f, who, why);
	else
		fault_add(f,
		    "no new run showed the distinct ID %.100s before "
		    "the timeout.",
		    q->distinct_id);
	if (r->outcome == FIND_STOPPED && why->status == STATUS_UNAUTHORIZED)
		fault_add(f,
		    " The token was accepted before, so it may have expired.");
	fault_end_sentence(f);
	add_runs(f, " Runs that might be it: ", r);
	if (q->distinct_id == NULL || why->status == STATUS_OK)
		add_advice(f, q);
}

enum status
unproved(const struct find_query *q, const struct find_result *r,
    const char *who, bool accepted, struct fault *f)
{
	struct fault story;

	/* Runs that show an ID drawn at random prove it. */
	if (accepted ||
	    (is_event(q) && q->is_unique && r->outcome == FIND_SEVERAL)) {
		fault_set_lasting(&story, STATUS_UNIDENTIFIED,
		    "%s: the %s was dispatched, but its run was not "
		    "identified: ",
		    who, what(q));
	} else {
		fault_set_lasting(&story, STATUS_UNKNOWN,
		    "%s So it is unknown whether the %s was dispatched, and ",
		    f->text, what(q));
	}
	switch (r->outcome) {
	case FIND_SEVERAL:
		add_several(&story, q);
		add_runs(&story, " The runs: ", r);
		break;
	case FIND_UNPROVED:
		add_doubt(&story, q->distinct_id);
		add_runs(&story, " The new runs, that one first: ", r);
		break;
	case FIND_STOPPED:
	case FIND_NONE:
	case FIND_ONE:
		add_search(&story, who, q, r);
		if (!accepted)
			fault_add(&story,
			    " Check the %s runs before dispatching again: one "
			    "may have been started.",
			    is_event(q) ? "repository's" : "workflow's");
		if (status_is_signal(r->fault.status))
			story.status = r->fault.status;
		break;
	}
	*f = story;
	return f->status;
}
