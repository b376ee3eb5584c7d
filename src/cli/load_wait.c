/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/load.h"

#define WAIT_TIMEOUT_MS (300 * INT64_C(1000))
#define INTERVAL_MS     (5 * INT64_C(1000))
#define LOG_LINES       100

#define UNSET INT64_C(-1)

static void
add_job(struct config *c, const char *name, size_t len)
{
	c->jobs = xreallocarray(c->jobs, c->job_count + 1, sizeof *c->jobs);
	c->jobs[c->job_count++] = xstrndup(name, len);
}

/* --job, else the lines of INPUT_JOBS. */
static void
load_jobs(struct loader *l)
{
	const struct option_list *given = &l->o->jobs;
	const char *p, *line;
	size_t i, len, n;
	char *text, *one;

	for (i = 0; i < given->count; i++) {
		if (*given->values[i] == '\0')
			load_fail(l, "--job: the value is empty");
		add_job(l->c, given->values[i], strlen(given->values[i]));
	}
	if (given->count > 0 || (text = load_variable(l, "INPUT_JOBS")) == NULL)
		return;
	for (p = text; *p != '\0'; p += len + (p[len] != '\0')) {
		len = strcspn(p, "\r\n");
		one = xstrndup(p, len);
		line = text_trim(one, &n);
		if (n > 0)
			add_job(l->c, line, n);
		free(one);
	}
	free(text);
}

/* What the user wrote; owned by the caller. */
static char *
as_written(struct loader *l, enum option option, const char *fallback)
{
	const char *from;
	char *text = load_value(l, option, &from);

	return text != NULL ? text : xstrdup(fallback);
}

static void
check_cancelling(struct loader *l)
{
	const struct wait_order *w = &l->c->waiting;
	char *after, *limit;

	if (w->force_cancel_after_ms != WAIT_NEVER &&
	    w->cancel_after_ms == WAIT_NEVER)
		load_fail(l, "--force-cancel-after needs --cancel-after");
	if (w->cancel_after_ms == WAIT_NEVER || w->timeout_ms == WAIT_NEVER ||
	    w->cancel_after_ms < w->timeout_ms)
		return;
	after = as_written(l, OPTION_CANCEL_AFTER, "");
	limit = as_written(l, OPTION_WAIT_TIMEOUT, "300s");
	load_fail(l,
	    "--cancel-after (INPUT_CANCEL_TIMEOUT_SECONDS) is \"%s\", "
	    "but must be less than --wait-timeout (INPUT_RUN_TIMEOUT_SECONDS), "
	    "which is \"%s\"; otherwise the run would never be cancelled",
	    after, limit);
	free(after);
	free(limit);
}

void
load_waiting(struct loader *l)
{
	struct wait_order *w = &l->c->waiting;
	const char *no_colour;

	w->timeout_ms = WAIT_TIMEOUT_MS;
	w->interval_ms = UNSET;
	w->cancel_after_ms = WAIT_NEVER;
	w->force_cancel_after_ms = WAIT_NEVER;
	w->log_lines = LOG_LINES;
	load_options(l, FOR_WAITING);
	if (!l->c->log_failed) {
		w->log_lines = 0;
		if (l->o->given[OPTION_LOG_LINES])
			load_fail(l, "--log-lines needs --log-failed");
	}
	load_jobs(l);
	w->interval_grows = w->interval_ms == UNSET;
	if (w->interval_grows)
		w->interval_ms = INTERVAL_MS;
	if (w->timeout_ms == 0)
		w->timeout_ms = WAIT_NEVER;
	w->live = terminal_is_there() && log_is_plain();
	no_colour = l->lookup("NO_COLOR");
	w->colour = w->live && (no_colour == NULL || *no_colour == '\0');
	w->jobs = (const char **)l->c->jobs;
	w->job_count = l->c->job_count;
	check_cancelling(l);
}
