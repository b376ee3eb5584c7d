#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"

#define LOG_LINES	100
#define LOG_LINES_MAX	10000

static void
add_job(struct config *c, const char *name, size_t len)
{
	c->jobs = xreallocarray(c->jobs, c->job_count + 1, sizeof *c->jobs);
	c->jobs[c->job_count++] = xstrndup(name, len);
}

/* --job, else the lines of INPUT_JOBS. */
static enum status
load_jobs(struct loader *l, struct fault *f)
{
	const struct option_list *given = &l->o->jobs;
	const char *p, *line;
	size_t i, len, n;
	char *text, *one;

	for (i = 0; i < given->count; i++) {
		if (*given->values[i] == '\0')
			return fault_set_lasting(f, STATUS_USAGE,
			    "--job: the value is empty");
		add_job(l->c, given->values[i], strlen(given->values[i]));
	}
	if (given->count > 0 || (text = load_variable(l, "INPUT_JOBS")) == NULL)
		return STATUS_OK;
	for (p = text; *p != '\0'; p += len + (p[len] != '\0')) {
		len = strcspn(p, "\r\n");
		one = xstrndup(p, len);
		line = text_trim(one, &n);
		if (n > 0)
			add_job(l->c, line, n);
		free(one);
	}
	free(text);
	return STATUS_OK;
}

static enum status
load_log_lines(struct loader *l, struct fault *f)
{
	const char *text = l->o->value[OPTION_LOG_LINES];
	uint64_t lines = LOG_LINES;

	if (l->o->given[OPTION_LOG_LINES] && (!text_u64(text, strlen(text),
	    &lines) || lines < 1 || lines > LOG_LINES_MAX))
		return load_bad(f, "--log-lines", text,
		    "expected a number from 1 to 10000");
	if (l->o->given[OPTION_LOG_LINES] && !l->o->given[OPTION_LOG_FAILED])
		return fault_set_lasting(f, STATUS_USAGE,
		    "--log-lines needs --log-failed");
	if (l->o->given[OPTION_LOG_FAILED])
		l->c->waiting.log_lines = (size_t)lines;
	return STATUS_OK;
}

/* What the user wrote for an option or its variable; owned by the caller. */
static char *
as_written(const struct loader *l, enum option option, const char *name,
    const char *fallback)
{
	char *text = l->o->given[option] ? xstrdup(l->o->value[option]) :
	    load_variable(l, name);

	return text != NULL ? text : xstrdup(fallback);
}

static enum status
check_cancelling(const struct loader *l, struct fault *f)
{
	const struct wait_order *w = &l->c->waiting;
	char *after, *limit;

	if (w->cancel_after_ms != WAIT_NEVER && w->timeout_ms !=
	    WAIT_NEVER && w->cancel_after_ms >= w->timeout_ms)
		goto too_late;
	if (w->force_cancel_after_ms != WAIT_NEVER && w->cancel_after_ms ==
	    WAIT_NEVER)
		return fault_set_lasting(f, STATUS_USAGE,
		    "--force-cancel-after needs --cancel-after");
	return STATUS_OK;
too_late:
	after = as_written(l, OPTION_CANCEL_AFTER,
	    "INPUT_CANCEL_TIMEOUT_SECONDS", "");
	limit = as_written(l, OPTION_WAIT_TIMEOUT, "INPUT_RUN_TIMEOUT_SECONDS",
	    "300s");
	fault_set_lasting(f, STATUS_USAGE, "--cancel-after "
	    "(INPUT_CANCEL_TIMEOUT_SECONDS), \"%s\", must be less than "
	    "--wait-timeout (INPUT_RUN_TIMEOUT_SECONDS), \"%s\", or it never "
	    "happens", after, limit);
	free(after);
	free(limit);
	return STATUS_USAGE;
}

enum status
load_waiting(struct loader *l, struct fault *f)
{
	struct wait_order *w = &l->c->waiting;
	enum status status;
	char *interval;

	interval = load_variable(l, "INPUT_POLL_INTERVAL_MS");
	w->interval_grows = !l->o->given[OPTION_POLL_INTERVAL] &&
	    interval == NULL;
	free(interval);
	if ((status = load_duration(l, OPTION_WAIT_TIMEOUT,
	    "INPUT_RUN_TIMEOUT_SECONDS", 1000, true, &w->timeout_ms, f)) !=
	    STATUS_OK ||
	    (status = load_duration(l, OPTION_POLL_INTERVAL,
	    "INPUT_POLL_INTERVAL_MS", 1, false, &w->interval_ms, f)) !=
	    STATUS_OK ||
	    (status = load_duration(l, OPTION_CANCEL_AFTER,
	    "INPUT_CANCEL_TIMEOUT_SECONDS", 1000, false, &w->cancel_after_ms,
	    f)) != STATUS_OK ||
	    (status = load_duration(l, OPTION_FORCE_CANCEL_AFTER, NULL, 1000,
	    true, &w->force_cancel_after_ms, f)) != STATUS_OK ||
	    (status = load_duration(l, OPTION_RERUN_GRACE, NULL, 1000, true,
	    &w->rerun_grace_ms, f)) != STATUS_OK ||
	    (status = load_flag(l, OPTION_CANCEL_ON_INTERRUPT,
	    "INPUT_CANCEL_ON_INTERRUPT", &w->cancel_on_interrupt, f)) !=
	    STATUS_OK ||
	    (status = load_log_lines(l, f)) != STATUS_OK ||
	    (status = load_jobs(l, f)) != STATUS_OK)
		return status;
	if (w->timeout_ms == 0)
		w->timeout_ms = WAIT_NEVER;
	w->jobs = (const char **)l->c->jobs;
	w->job_count = l->c->job_count;
	return check_cancelling(l, f);
}
