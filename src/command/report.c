#include "compat.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "command/report.h"
#include "command/tail.h"
#include "command/verdict.h"

#define STATE_COLUMNS	16	/* "startup_failure " */
#define TIME_COLUMNS	8	/* "123m45s " */
#define STATE_WIDTH	40	/* narrower terminals show the mark alone */
#define TIME_WIDTH	60	/* and these no times */
#define LINE_MAX_SHOWN	2000	/* of a log's line */
#define LINE_MAX_TAKEN	16384
#define LATE_MS		2000	/* for a log that is not there yet, */
#define LATE_MAX	3	/* that often for all jobs of a run */

void
report_change(const struct watched *a)
{
	const struct run *run = &a->state.run;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	date_add(&b, (int64_t)time(NULL));
	buf_addf(&b, ": run %llu is %s", (unsigned long long)a->id,
	    watched_state(a));
	if (*run->conclusion != '\0')
		buf_addf(&b, ": %s", run->conclusion);
	if (run->attempt > 1)
		buf_addf(&b, " (attempt %llu)",
		    (unsigned long long)run->attempt);
	log_info("%s", buf_str(&b));
	buf_free(&b);
}

/* What a state looks like: a mark, and its colour (SGR, ECMA-48 8.3.117), or
 * NULL. */
struct look {
	const char	*mark;
	const char	*colour;
};

/*
 * Of the 256 colours of an xterm those are taken that are readable on black and
 * on white: each has a contrast of at least 4:1 to both (WCAG 2.1).
 */
#define GREEN	"38;5;28"	/* #008700 */
#define RED	"38;5;161"	/* #d7005f */
#define BLUE	"38;5;31"	/* #0087af */

static const struct look	no_look = { " ", NULL };

static struct look
look_of(const char *status, const char *conclusion,
    const struct report_view *v)
{
	static const char *spinner[] = { "|", "/", "-", "\\" };
	struct look look = { "*", NULL };

	switch (verdict_of(status, conclusion)) {
	case VERDICT_SUCCESS:
		look.mark = "+";
		look.colour = GREEN;
		break;
	case VERDICT_FAILURE:
		look.mark = verdict_is_harmless(conclusion) ? "." : "X";
		look.colour = verdict_is_harmless(conclusion) ? NULL : RED;
		break;
	case VERDICT_UNTOLD:
	case VERDICT_GOING_ON:
		if (strcmp(status, "in_progress") != 0)
			break;
		look.colour = BLUE;
		if (!v->is_last)
			look.mark = spinner[v->frame % 4];
		break;
	}
	return look;
}

static void
add_duration(struct buf *b, int64_t seconds)
{
	if (seconds < 0)
		return;
	if (seconds >= 3600)
		buf_addf(b, "%lldh%02lldm", (long long)(seconds / 3600),
		    (long long)(seconds / 60 % 60));
	else if (seconds >= 60)
		buf_addf(b, "%lldm%02llds", (long long)(seconds / 60),
		    (long long)(seconds % 60));
	else
		buf_addf(b, "%llds", (long long)seconds);
}

/* The table as it is drawn: first measured, then written. */
struct table {
	struct buf			*out;	/* NULL: to be measured */
	const struct report_view	*view;
	size_t				 name_columns;	/* with the indent */
};

static void
add_painted(struct buf *out, const struct table *t, const char *colour,
    const char *s)
{
	if (t->view->colour && colour != NULL)
		buf_addf(out, "\033[%sm%s\033[0m", colour, s);
	else
		buf_adds(out, s);
}

static void
trim(struct buf *b)
{
	while (b->len > 0 && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
}

static void
add_state(struct buf *row, const struct table *t, const char *colour,
    const char *state, const char *elapsed)
{
	size_t columns = STATE_COLUMNS - 1, used;
	struct buf safe, cell;

	buf_init(&safe, BUF_TEXT_MAX);
	buf_init(&cell, BUF_TEXT_MAX);
	log_add_safe(&safe, state);
	terminal_add_cell(&cell, buf_str(&safe), columns);
	trim(&cell);
	buf_addc(row, ' ');
	add_painted(row, t, colour, buf_str(&cell));
	used = terminal_columns(buf_str(&cell), cell.len);
	if (t->view->width >= TIME_WIDTH && *elapsed != '\0')
		buf_addf(row, "%*s %s", (int)(columns - used), "", elapsed);
	buf_free(&cell);
	buf_free(&safe);
}

/* How wide a name may be: one column is left free, or the terminal would wrap
 * the line. */
static size_t
name_room(const struct report_view *v, size_t indent, bool has_state)
{
	size_t fixed = indent + 2 + 1;

	if (has_state)
		fixed += STATE_COLUMNS + (v->width >= TIME_WIDTH ?
		    TIME_COLUMNS : 0);
	return v->width > fixed ? v->width - fixed : 1;
}

/*
 * A row: mark, name, state, time.  States stand behind the longest name, not at
 * the edge: a line that is no longer than need be survives a narrower terminal.
 */
static void
add_row(struct table *t, const char *indent, struct look look,
    const char *name, const char *state, const char *elapsed)
{
	bool has_state = *state != '\0' && t->view->width >= STATE_WIDTH;
	size_t room = name_room(t->view, strlen(indent), has_state), columns;
	struct buf safe, row;

	buf_init(&safe, BUF_TEXT_MAX);
	buf_init(&row, BUF_TEXT_MAX);
	/* Whole, before it is cut to its column. */
	log_add_safe(&safe, name);
	columns = terminal_columns(buf_str(&safe), safe.len);
	if (columns > room)
		columns = room;
	if (t->out == NULL) {
		if (has_state && columns + strlen(indent) > t->name_columns)
			t->name_columns = columns + strlen(indent);
	} else {
		buf_adds(&row, indent);
		add_painted(&row, t, look.colour, look.mark);
		buf_addc(&row, ' ');
		terminal_add_cell(&row, buf_str(&safe), has_state ?
		    t->name_columns - strlen(indent) : columns);
		if (has_state)
			add_state(&row, t, look.colour, state, elapsed);
		trim(&row);
		/* Not even the mark fits on a terminal that narrow. */
		if (terminal_columns(buf_str(&row), row.len) < t->view->width)
			buf_add(t->out, row.data, row.len);
		buf_addc(t->out, '\n');
	}
	buf_free(&row);
	buf_free(&safe);
}

static void
add_run_rows(struct table *t, const struct watched *a)
{
	const struct report_view *v = t->view;
	const struct run *run = &a->state.run;
	struct buf name, elapsed;

	buf_init(&name, BUF_TEXT_MAX);
	buf_init(&elapsed, BUF_TEXT_MAX);
	add_duration(&elapsed, v->elapsed_ms / 1000);
	if (!a->seen) {
		buf_addf(&name, "run %llu", (unsigned long long)a->id);
		add_row(t, "", look_of("", "", v), buf_str(&name),
		    "not seen yet", buf_str(&elapsed));
	} else {
		buf_addf(&name, "%s (run %llu", run->display_title,
		    (unsigned long long)a->id);
		if (run->attempt > 1)
			buf_addf(&name, ", attempt %llu",
			    (unsigned long long)run->attempt);
		buf_addc(&name, ')');
		add_row(t, "", look_of(run->status, run->conclusion, v),
		    buf_str(&name), *run->conclusion != '\0' ?
		    run->conclusion : run->status, buf_str(&elapsed));
		/* A part of a URL is of no use. */
		if (strlen(run->html_url) + 3 < v->width)
			add_row(t, "", no_look, run->html_url, "", "");
	}
	buf_free(&elapsed);
	buf_free(&name);
}

static void
add_job_row(struct table *t, const struct watched *a, const struct job *job)
{
	const char *state = *job->conclusion != '\0' ? job->conclusion :
	    job->status;
	int64_t now_ms, end = job->completed_at;
	struct buf elapsed;

	buf_init(&elapsed, BUF_TEXT_MAX);
	if (end < 0 && github_server_now(a->gh, &now_ms))
		end = now_ms / 1000;
	if (job->started_at >= 0 && end >= job->started_at)
		add_duration(&elapsed, end - job->started_at);
	add_row(t, "  ", look_of(job->status, job->conclusion, t->view),
	    job->name, state, buf_str(&elapsed));
	buf_free(&elapsed);
}

/* The more a job wants to be seen, the lower: 0 failed, 1 running, 2 waiting,
 * 3 done. */
static int
rank_of(const struct job *job)
{
	if (strcmp(job->status, "completed") == 0)
		return verdict_is_harmless(job->conclusion) ? 3 : 0;
	return strcmp(job->status, "in_progress") == 0 ? 1 : 2;
}

/* As many jobs as there are rows, those first that want to be seen. */
static void
add_jobs(struct table *t, const struct watched *a, size_t rows)
{
	const struct job *job;
	size_t total = 0, shown = 0, n;
	char rest[64];
	int rank;

	while (watched_job(a, total) != NULL)
		total++;
	if (total > rows && rows > 0)
		rows--;
	if (total <= rows) {
		for (n = 0; n < total; n++)
			add_job_row(t, a, watched_job(a, n));
		return;
	}
	for (rank = 0; rank < 4; rank++)
		for (n = 0; n < total && shown < rows; n++) {
			job = watched_job(a, n);
			if (rank_of(job) != rank)
				continue;
			add_job_row(t, a, job);
			shown++;
		}
	snprintf(rest, sizeof rest, "... and %zu more jobs", total - shown);
	add_row(t, "  ", no_look, rest, "", "");
}

/* When the wait ends, if it does. */
static void
add_time_left(struct table *t)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, "timeout in ");
	add_duration(&text, t->view->left_ms / 1000);
	add_row(t, "", no_look, buf_str(&text), "", "");
	buf_free(&text);
}

static void
add_runs(struct table *t, const struct watched *runs, size_t count,
    size_t rows)
{
	size_t each, i, open = 0;

	for (i = 0; i < count; i++)
		open += !runs[i].ended;
	/* When all have, their jobs are of interest once more. */
	if (t->view->is_last)
		open = count;
	for (i = 0; i < count; i++) {
		if (rows < 2) {
			if (t->out != NULL)
				buf_adds(t->out, "...\n");
			return;
		}
		add_run_rows(t, &runs[i]);
		rows -= 2;
		if (runs[i].ended && !t->view->is_last)
			continue;
		/* What is left, shared among the runs that go on. */
		each = rows > 2 * (count - i - 1) ?
		    (rows - 2 * (count - i - 1)) / open : 0;
		open--;
		if (each > 0) {
			add_jobs(t, &runs[i], each);
			rows -= each;
		}
	}
}

void
report_table(struct buf *out, const struct watched *runs, size_t count,
    const struct report_view *v)
{
	bool has_time_left = v->left_ms >= 0 && !v->is_last && v->height > 5;
	size_t rows = v->height > 2 ? v->height - 2 : 1;
	struct table t = { .view = v };

	if (has_time_left)
		rows--;
	add_runs(&t, runs, count, rows);
	t.out = out;
	add_runs(&t, runs, count, rows);
	if (has_time_left)
		add_time_left(&t);
}

/* "; failed step: a, b" */
static void
add_failed_steps(struct buf *b, const struct job *job)
{
	bool first = true;
	size_t i;

	for (i = 0; i < job->step_count; i++) {
		if (*job->steps[i].conclusion == '\0' ||
		    verdict_is_harmless(job->steps[i].conclusion))
			continue;
		buf_addf(b, "%s\"%s\" (%s)", first ? "; steps: " : ", ",
		    job->steps[i].name, job->steps[i].conclusion);
		first = false;
	}
}

static bool
has_failed(const struct job *job)
{
	return strcmp(job->status, "completed") == 0 &&
	    !verdict_is_harmless(job->conclusion);
}

void
report_failures(const struct watched *a)
{
	const struct job *job;
	struct buf b;
	size_t n;

	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (strcmp(job->conclusion, "success") == 0 ||
		    strcmp(job->status, "completed") != 0)
			continue;
		buf_init(&b, BUF_TEXT_MAX);
		buf_addf(&b, "job \"%s\" concluded with %s", job->name,
		    *job->conclusion != '\0' ? job->conclusion :
		    "no conclusion");
		add_failed_steps(&b, job);
		buf_addf(&b, ": %s", *job->html_url != '\0' ? job->html_url :
		    a->state.run.html_url);
		/* What was skipped is a consequence, not a cause. */
		if (has_failed(job))
			log_error("%s", buf_str(&b));
		else
			log_info("%s", buf_str(&b));
		buf_free(&b);
	}
}

static void
take_bytes(void *ctx, const char *data, size_t n)
{
	tail_add(ctx, data, n);
}

/* The bytes of a control character, or of an escape sequence such as those for
 * colour (ECMA-48, 5.4: ESC [ parameters final); 0 if there is none here. */
static size_t
control_length(const char *s, size_t len)
{
	size_t n;

	if ((unsigned char)*s >= 0x20 && *s != 0x7f)
		return 0;
	if (*s == '\t')
		return 0;
	if (*s != '\033' || len < 2 || s[1] != '[')
		return 1;
	for (n = 2; n < len && (unsigned char)s[n] >= 0x20 &&
	    (unsigned char)s[n] < 0x40; n++)
		;
	return n < len ? n + 1 : len;
}

static void
print_line(void *ctx, const char *line, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct buf text;
	size_t i, n;

	(void)ctx;
	if (len >= 3 && memcmp(line, bom, 3) == 0) {
		line += 3;
		len -= 3;
	}
	/* More than is shown, so that a secret at the cut is whole. */
	if (len > LINE_MAX_TAKEN)
		len = LINE_MAX_TAKEN;
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < len; i += n) {
		n = control_length(line + i, len - i);
		if (n > 0)
			continue;
		buf_addc(&text, line[i] == '\t' ? ' ' : line[i]);
		n = 1;
	}
	/* Before the line is cut: a secret must not be cut in two. */
	secret_redact(&text);
	log_info("| %.*s%s", LINE_MAX_SHOWN, buf_str(&text),
	    text.len > LINE_MAX_SHOWN ? "..." : "");
	buf_free(&text);
}

/* *late: how often a log may still be waited for. */
static enum status
read_log(const struct clock *clock, const struct watched *a,
    const struct job *job, int64_t deadline_ms, unsigned int *late,
    struct tail *tail, struct fault *f)
{
	enum status status;

	while ((status = github_job_log(a->gh, job->id, deadline_ms,
	    take_bytes, tail, f)) == STATUS_NOT_FOUND && *late > 0 &&
	    clock_left(clock, deadline_ms) > LATE_MS) {
		*late -= 1;
		clock_sleep_until(clock, clock_after(clock, LATE_MS));
	}
	return status;
}

void
report_logs(const struct clock *clock, const struct watched *a, size_t lines,
    int64_t deadline_ms)
{
	unsigned int late = LATE_MAX;
	const struct job *job;
	struct tail tail;
	struct fault f;
	enum status status;
	bool had_some;
	size_t n;

	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (!has_failed(job) || job->id == 0)
			continue;
		tail_init(&tail);
		status = read_log(clock, a, job, deadline_ms, &late, &tail,
		    &f);
		/* What came before a log broke off is still worth reading. */
		if (tail.total > 0) {
			log_group(status == STATUS_OK ?
			    "last lines of the log of job \"%s\"" :
			    "log of job \"%s\", which broke off after these "
			    "lines", job->name);
			tail_each(&tail, lines, print_line, NULL);
			log_group_end();
		}
		had_some = tail.total > 0;
		tail_wipe(&tail);
		if (status_is_signal(status))
			return;
		if (status != STATUS_OK)
			log_warning("the log of job \"%s\" could not be "
			    "read%s: %s", job->name, had_some ?
			    " to its end" : "", f.text);
		/* A host that hangs once would hang for each job. */
		if (status == STATUS_TIMEOUT)
			return;
	}
}
