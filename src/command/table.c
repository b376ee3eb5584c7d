/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/terminal.h"
#include "command/table.h"
#include "command/verdict.h"

#define STATE_COLUMNS 16 /* "startup_failure " */
#define TIME_COLUMNS  8  /* "123m45s " */
#define STATE_WIDTH   40 /* narrower terminals show the mark alone */
#define TIME_WIDTH    60 /* and these no times */

/* What a state looks like: a mark, and its colour (SGR, ECMA-48 8.3.117), or
 * NULL. */
struct style {
	const char *mark;
	const char *colour;
};

/*
 * Of the 256 colours of an xterm those are taken that are readable on black and
 * on white: each has a contrast of at least 4:1 to both (WCAG 2.1).
 */
#define GREEN "38;5;28"  /* #008700 */
#define RED   "38;5;161" /* #d7005f */
#define BLUE  "38;5;31"  /* #0087af */

static const struct style no_style = { " ", NULL };

static struct style
style_of(const char *status, const char *conclusion, const struct table_view *v)
{
	static const char *spinner[] = { "|", "/", "-", "\\" };
	struct style style = { "*", NULL };

	switch (verdict_of(status, conclusion)) {
	case VERDICT_SUCCESS:
		style.mark = "+";
		style.colour = GREEN;
		break;
	case VERDICT_FAILURE:
		style.mark = verdict_is_harmless(conclusion) ? "." : "X";
		style.colour = verdict_is_harmless(conclusion) ? NULL : RED;
		break;
	case VERDICT_UNTOLD:
	case VERDICT_OPEN:
		if (strcmp(status, "in_progress") != 0)
			break;
		style.colour = BLUE;
		if (!v->is_last)
			style.mark = spinner[v->frame % 4];
		break;
	}
	return style;
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
	struct buf *out; /* NULL: it is being measured */
	const struct table_view *view;
	size_t name_columns; /* with the indent */
};

static void
add_painted(
    struct buf *out, const struct table *t, const char *colour, const char *s)
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
name_room(const struct table_view *v, size_t indent, bool has_state)
{
	size_t fixed = indent + 2 + 1;

	if (has_state)
		fixed += STATE_COLUMNS +
		    (v->width >= TIME_WIDTH ? TIME_COLUMNS : 0);
	return v->width > fixed ? v->width - fixed : 1;
}

/*
 * A row: mark, name, state, time.  States stand behind the longest name, not at
 * the edge: a line that is no longer than need be survives a narrower terminal.
 */
static void
add_row(struct table *t, const char *indent, struct style style,
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
		add_painted(&row, t, style.colour, style.mark);
		buf_addc(&row, ' ');
		terminal_add_cell(&row, buf_str(&safe),
		    has_state ? t->name_columns - strlen(indent) : columns);
		if (has_state)
			add_state(&row, t, style.colour, state, elapsed);
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
	const struct table_view *v = t->view;
	const struct run *run = &a->state.run;
	struct buf name, elapsed;

	buf_init(&name, BUF_TEXT_MAX);
	buf_init(&elapsed, BUF_TEXT_MAX);
	add_duration(&elapsed, v->elapsed_ms / 1000);
	if (!a->seen) {
		buf_addf(&name, "run %llu", watched_id(a));
		add_row(t, "", style_of("", "", v), buf_str(&name),
		    "not seen yet", buf_str(&elapsed));
	} else {
		buf_addf(
		    &name, "%s (run %llu", run->display_title, watched_id(a));
		if (run->attempt > 1)
			buf_addf(&name, ", attempt %llu",
			    (unsigned long long)run->attempt);
		buf_addc(&name, ')');
		add_row(t, "", style_of(run->status, run->conclusion, v),
		    buf_str(&name), verdict_state(run->status, run->conclusion),
		    buf_str(&elapsed));
		/* A part of a URL is of no use. */
		if (strlen(run->html_url) + 3 < v->width)
			add_row(t, "", no_style, run->html_url, "", "");
	}
	buf_free(&elapsed);
	buf_free(&name);
}

static void
add_job_row(struct table *t, const struct watched *a, const struct job *job)
{
	int64_t now_ms, end = job->completed_at;
	struct buf elapsed;

	buf_init(&elapsed, BUF_TEXT_MAX);
	if (end < 0 && github_server_now(a->gh, &now_ms))
		end = now_ms / 1000;
	if (job->started_at >= 0 && end >= job->started_at)
		add_duration(&elapsed, end - job->started_at);
	add_row(t, "  ", style_of(job->status, job->conclusion, t->view),
	    job->name, verdict_state(job->status, job->conclusion),
	    buf_str(&elapsed));
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
	(void)snprintf(
	    rest, sizeof rest, "... and %zu more jobs", total - shown);
	add_row(t, "  ", no_style, rest, "", "");
}

/* When the wait ends, if it does. */
static void
add_time_left(struct table *t)
{
	struct buf text;

	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, "timeout in ");
	add_duration(&text, t->view->left_ms / 1000);
	add_row(t, "", no_style, buf_str(&text), "", "");
	buf_free(&text);
}

static void
add_runs(struct table *t, const struct watched *runs, size_t count, size_t rows)
{
	size_t each, i, open = 0;

	for (i = 0; i < count; i++)
		open += !runs[i].ended;
	/* When all have, their jobs matter once more. */
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
		/* What is left, shared among those that are still running. */
		assert(open > 0);
		each = rows > 2 * (count - i - 1)
		    ? (rows - 2 * (count - i - 1)) / open
		    : 0;
		open--;
		if (each > 0) {
			add_jobs(t, &runs[i], each);
			rows -= each;
		}
	}
}

void
table_add(struct buf *out, const struct watched *runs, size_t count,
    const struct table_view *v)
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
