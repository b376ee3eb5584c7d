/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/random.h"
#include "command/result.h"
#include "command/sink.h"
#include "json/emit.h"

#define PATIENCE_MS 5000 /* with readers that do not read, in all */

/*
 * The file has bytes, and the last is not a line end: ours would be added to
 * that line.  (A file that cannot be read is taken to be in order.)  Once the
 * sandbox is closed, nothing can be opened to see that.
 */
static bool
lacks_line_end(const char *path)
{
	struct stat st;
	char last = '\n';
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

enum status
result_open(struct result *r, const struct result_order *order, struct fault *f)
{
	const char *path = order->output_path;

	memset(r, 0, sizeof *r);
	r->order = *order;
	r->left_ms = PATIENCE_MS;
	r->fd = r->summary.fd = -1;
	if (path != NULL && (r->fd = io_open_append(path)) == -1)
		return fault_set_lasting(f, STATUS_USAGE,
		    "GITHUB_OUTPUT: cannot open %s for appending: %s. Nothing "
		    "was sent",
		    path, strerror(errno));
	r->is_unfinished = path != NULL && lacks_line_end(path);
	summary_open(&r->summary, order->summary_path, &r->left_ms);
	return STATUS_OK;
}

static enum status
lost(const struct result *r, const char *where, int error, struct fault *f)
{
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "%s: the run was started, "
	    "but this result could not be written to %s: %s",
	    r->known, where, strerror(error));
}

static void
add_text_member(struct buf *b, const char *name, const char *value)
{
	emit_name(b, name);
	sink_json(b, value);
}

/* A text for a JSON member, where an empty one means that nothing is known. */
static const char *
or_null(const char *text)
{
	return *text != '\0' ? text : NULL;
}

static void
add_json_run(struct buf *b, const struct found_run *run)
{
	emit_name(b, "run_id");
	buf_addf(b, "%llu", (unsigned long long)run->id);
	emit_name(b, "run_url");
	buf_addc(b, '"');
	sink_url(b, run->url);
	buf_addc(b, '"');
}

static void
add_json(struct buf *b, const struct found_run *run, const struct watched *a)
{
	buf_addc(b, '{');
	add_json_run(b, run);
	add_text_member(b, "repository", run->repository);
	add_text_member(b, "workflow", run->workflow);
	add_text_member(b, "ref", run->ref);
	add_text_member(b, "distinct_id", run->distinct_id);
	add_text_member(b, "identified_by", found_by_text(run->by));
	if (a != NULL) {
		add_text_member(
		    b, "status", a->seen ? or_null(a->state.run.status) : NULL);
		add_text_member(
		    b, "conclusion", or_null(watched_conclusion(a)));
		emit_name(b, "run_attempt");
		if (watched_attempt(a) > 0)
			buf_addf(
			    b, "%llu", (unsigned long long)watched_attempt(a));
		else
			buf_adds(b, "null");
	}
	buf_adds(b, "}\n");
}

static void
add_run_text(struct buf *b, const struct found_run *run)
{
	buf_addf(b, "run_id=%llu\nrun_url=", (unsigned long long)run->id);
	sink_url(b, run->url);
	buf_addc(b, '\n');
}

static void
add_conclusion_text(struct buf *b, const struct watched *a)
{
	/* What is not known is left out: no word is not an empty one. */
	if (*watched_conclusion(a) != '\0') {
		buf_adds(b, "run_conclusion=");
		sink_word(b, watched_conclusion(a));
		buf_addc(b, '\n');
	}
	if (watched_attempt(a) > 0)
		buf_addf(b, "run_attempt=%llu\n",
		    (unsigned long long)watched_attempt(a));
}

/* A line for each of several repositories; a second one with its conclusion
 * once that is known. */
static void
add_target_text(
    struct buf *b, const struct found_run *run, const struct watched *a)
{
	if (a != NULL && *watched_conclusion(a) == '\0')
		return;
	buf_addf(b, "%s %llu ", run->repository, (unsigned long long)run->id);
	sink_url(b, run->url);
	if (a != NULL) {
		buf_addc(b, ' ');
		sink_word(b, watched_conclusion(a));
	}
	buf_addc(b, '\n');
}

/* What standard output gets when the run is known, or when the wait for it is
 * over. */
static void
format_stdout(struct buf *b, const struct result *r,
    const struct found_run *run, const struct watched *a)
{
	bool is_over = a != NULL, has_several = r->order.first_id != 0;

	switch (r->order.format) {
	case RESULT_TEXT:
		if (r->order.has_targets) {
			add_target_text(b, run, a);
			break;
		}
		if (is_over == has_several)
			add_run_text(b, run);
		if (is_over)
			add_conclusion_text(b, a);
		break;
	case RESULT_JSON:
		/* Of a given run, the one object at the end is all. */
		if (is_over || run->by != FOUND_GIVEN)
			add_json(b, run, a);
		break;
	case RESULT_ID:
		if (!is_over)
			buf_addf(b, "%llu\n", (unsigned long long)run->id);
		break;
	case RESULT_URL:
		if (!is_over) {
			sink_url(b, run->url);
			buf_addc(b, '\n');
		}
		break;
	}
}

/* The heredoc form, with a delimiter that no value can hold. */
static bool
add_output(struct buf *b, const char *name, const char *value)
{
	char uuid[RANDOM_UUID_SIZE];

	if (!random_uuid(uuid))
		return false;
	buf_addf(b, "%s<<ghadelimiter_%s\n%s\nghadelimiter_%s\n", name, uuid,
	    value, uuid);
	return true;
}

static bool
add_number(struct buf *b, const char *name, uint64_t value)
{
	char number[24] = "";

	if (value > 0)
		(void)snprintf(
		    number, sizeof number, "%llu", (unsigned long long)value);
	return add_output(b, name, number);
}

/* Behind what is in the file: on a line of their own. */
static void
begin_outputs(struct result *r, struct buf *b)
{
	buf_init(b, BUF_TEXT_MAX);
	if (r->is_unfinished)
		buf_addc(b, '\n');
	r->is_unfinished = false;
}

/* Writes them, if all could be added.  0, or errno. */
static int
end_outputs(struct result *r, struct buf *b, bool ok)
{
	int error = ok ? io_write_within(r->fd, buf_str(b), b->len, &r->left_ms)
		       : EIO;

	buf_free(b);
	return error;
}

/* 0, or errno. */
static int
write_outputs(
    struct result *r, const struct found_run *run, const struct watched *a)
{
	struct buf b, text;
	bool ok;
	int error;

	begin_outputs(r, &b);
	buf_init(&text, BUF_TEXT_MAX);
	if (a != NULL) {
		sink_word(&text, watched_conclusion(a));
		ok = add_output(&b, "run_conclusion", buf_str(&text)) &&
		    add_number(&b, "run_attempt", watched_attempt(a));
	} else {
		sink_url(&text, run->url);
		ok = add_number(&b, "run_id", run->id) &&
		    add_output(&b, "run_url", buf_str(&text));
	}
	error = end_outputs(r, &b, ok);
	buf_free(&text);
	return error;
}

static bool
has_outputs(const struct result *r, const struct found_run *run)
{
	return r->fd != -1 && !r->order.has_targets &&
	    (r->order.first_id == 0 || r->order.first_id == run->id);
}

static enum status
write_result(struct result *r, const struct found_run *run,
    const struct watched *a, struct fault *f)
{
	enum status status = STATUS_OK;
	struct buf b;
	int error;

	buf_init(&b, BUF_TEXT_MAX);
	found_run_add(&b, run);
	free(r->known);
	r->known = buf_take(&b);
	format_stdout(&b, r, run, a);
	if ((error = io_write_within(
		 STDOUT_FILENO, buf_str(&b), b.len, &r->left_ms)) != 0)
		status = lost(r, "standard output", error, f);
	buf_free(&b);
	if (has_outputs(r, run) && (error = write_outputs(r, run, a)) != 0)
		status = lost(r, r->order.output_path, error, f);
	return status;
}

enum status
result_found(struct result *r, const struct found_run *run, struct fault *f)
{
	return write_result(r, run, NULL, f);
}

enum status
result_ended(struct result *r, const struct found_run *run,
    const struct watched *a, struct fault *f)
{
	enum status status = write_result(r, run, a, f);

	if (status != STATUS_OK && *watched_conclusion(a) != '\0')
		fault_add(f, ". It concluded with %s", watched_conclusion(a));
	return status;
}

static void
add_target(struct buf *b, const struct result_target *t)
{
	buf_addc(b, '{');
	add_text_member(b, "repository", t->repository);
	if (t->run != NULL) {
		add_json_run(b, t->run);
	} else {
		add_text_member(b, "run_id", NULL);
		add_text_member(b, "run_url", NULL);
	}
	if (t->watched != NULL)
		add_text_member(
		    b, "conclusion", or_null(watched_conclusion(t->watched)));
	if (!t->is_open) {
		emit_name(b, "exit_status");
		buf_addf(b, "%d", status_exit_code(t->status));
	}
	buf_addc(b, '}');
}

enum status
result_targets(struct result *r, const struct result_target *targets,
    size_t count, struct fault *f)
{
	struct buf b, text;
	int error;
	size_t i;

	if (r->fd == -1)
		return STATUS_OK;
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < count; i++) {
		buf_addc(&text, i == 0 ? '[' : ',');
		add_target(&text, &targets[i]);
	}
	buf_addc(&text, ']');
	begin_outputs(r, &b);
	error = end_outputs(r, &b, add_output(&b, "runs", buf_str(&text)));
	buf_free(&text);
	if (error == 0)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "the list of runs could not be written to %s: %s. The log names "
	    "each of them",
	    r->order.output_path, strerror(error));
}

/* 0, or errno. */
static int
write_exit_status(struct result *r, enum status status)
{
	char number[16];
	struct buf b;

	(void)snprintf(number, sizeof number, "%d", status_exit_code(status));
	begin_outputs(r, &b);
	return end_outputs(r, &b, add_output(&b, "exit_status", number));
}

/* There is a run, and the file may not tell of it.  A failure's own story, such
 * as that of a lost reply, is told all the same. */
static enum status
lose_at_end(
    const struct result *r, enum status status, int error, struct fault *f)
{
	if (status != STATUS_OK)
		log_error("%s", f->text);
	if (!r->order.has_targets && r->order.first_id == 0)
		return lost(r, r->order.output_path, error, f);
	/* Which of the runs was the last one known means nothing. */
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "the exit status could not be written to %s: %s",
	    r->order.output_path, strerror(error));
}

enum status
result_close(struct result *r, enum status status, struct fault *f)
{
	int error = 0;

	summary_close(&r->summary);
	if (r->fd != -1) {
		error = write_exit_status(r, status);
		if (close(r->fd) == -1)
			error = errno;
		r->fd = -1;
	}
	/* Where there is no run, nothing but this is lost, and the story of the
	 * failure is worth more. */
	if (error != 0 && r->known != NULL && status != STATUS_OUTPUT)
		status = lose_at_end(r, status, error, f);
	free(r->known);
	r->known = NULL;
	return status;
}

void
result_exit_status(const char *path, enum status status)
{
	struct result r = { .left_ms = PATIENCE_MS };

	if (path == NULL || (r.fd = io_open_append(path)) == -1)
		return;
	r.is_unfinished = lacks_line_end(path);
	write_exit_status(&r, status);
	close(r.fd);
}

enum status
result_text(const char *text, struct fault *f)
{
	int error;

	error = io_write_all(STDOUT_FILENO, text, strlen(text), PATIENCE_MS);
	if (error == 0)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "cannot write to standard output: %s", strerror(error));
}
