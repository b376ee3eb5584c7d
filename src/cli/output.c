#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/secret.h"
#include "cli/output.h"
#include "cli/sink.h"
#include "json/emit.h"

#define PATIENCE_MS	5000	/* with readers that do not read, in all */
#define SUMMARY_MAX	((size_t)900 << 10)	/* the runner takes 1 MiB */

/*
 * 0, or errno.  What is waited is taken from the patience with all readers, so
 * that they cannot hold the program for longer together.
 */
static int
write_all(struct output *o, int fd, const struct buf *b)
{
	int64_t began_ms = clock_now(&clock_system);
	int error;

	error = io_write_all(fd, buf_str(b), b->len, o->patience_ms);
	o->patience_ms = most(0, o->patience_ms -
	    (clock_now(&clock_system) - began_ms));
	return error;
}

/* Not blocking while opening: a pipe without a reader must not hang us. */
static int
open_to_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NONBLOCK, 0666);

	if (fd != -1)
		fcntl(fd, F_SETFL, O_APPEND);
	return fd;
}

/*
 * The file has bytes, and the last is no line end: ours would be added to that
 * line.  (A file that cannot be read is taken to be in order.)  Nothing can be
 * opened to see that once the sandbox is closed.
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
output_open(struct output *o, const struct config *c, struct fault *f)
{
	o->format = c->format;
	o->several = c->run_count > 1;
	o->patience_ms = PATIENCE_MS;
	o->fd = -1;
	o->path = c->output_path;
	o->known = NULL;
	o->summary_fd = -1;
	o->summary_error = 0;
	o->summary_path = c->summary_path;
	if (o->path != NULL && (o->fd = open_to_append(o->path)) == -1)
		return fault_set_lasting(f, STATUS_USAGE,
		    "GITHUB_OUTPUT: cannot open %s for appending: %s. Nothing "
		    "was sent", o->path, strerror(errno));
	o->is_unfinished = o->path != NULL && lacks_line_end(o->path);
	if (o->summary_path != NULL &&
	    (o->summary_fd = open_to_append(o->summary_path)) == -1)
		o->summary_error = errno;
	return STATUS_OK;
}

/* What the latest answer says of the awaited run; "" if nothing. */
static const char *
conclusion_of(const struct output_run *r)
{
	return r->awaited->seen ? r->awaited->state.run.conclusion : "";
}

static unsigned long long
attempt_of(const struct output_run *r)
{
	return r->awaited->seen ? r->awaited->state.run.attempt : 0;
}

static enum status
fail(const struct output *o, const char *where, int error, struct fault *f)
{
	return fault_set_lasting(f, STATUS_OUTPUT, "%s: the run was started, "
	    "but this result could not be written to %s: %s", o->known, where,
	    strerror(error));
}

static enum status
not_written(const struct output *o, const struct output_run *r,
    const char *where, int error, struct fault *f)
{
	fail(o, where, error, f);
	if (r->awaited != NULL && *conclusion_of(r) != '\0')
		fault_add(f, ". It concluded with %s", conclusion_of(r));
	return STATUS_OUTPUT;
}

static void
add_text_member(struct buf *b, const char *name, const char *value)
{
	emit_name(b, name);
	sink_json(b, value);
}

static void
add_json(struct buf *b, const struct output_run *r)
{
	buf_addc(b, '{');
	emit_name(b, "run_id");
	buf_addf(b, "%llu", (unsigned long long)r->id);
	emit_name(b, "run_url");
	buf_addc(b, '"');
	sink_url(b, r->url);
	buf_addc(b, '"');
	add_text_member(b, "repository", r->repository);
	add_text_member(b, "workflow", r->workflow);
	add_text_member(b, "ref", r->ref);
	add_text_member(b, "distinct_id", r->distinct_id);
	add_text_member(b, "identified_by", r->identified_by);
	if (r->awaited != NULL) {
		add_text_member(b, "status", r->awaited->seen &&
		    *r->awaited->state.run.status != '\0' ?
		    r->awaited->state.run.status : NULL);
		add_text_member(b, "conclusion", *conclusion_of(r) != '\0' ?
		    conclusion_of(r) : NULL);
		emit_name(b, "run_attempt");
		if (attempt_of(r) > 0)
			buf_addf(b, "%llu", attempt_of(r));
		else
			buf_adds(b, "null");
	}
	buf_adds(b, "}\n");
}

static void
add_run_text(struct buf *b, const struct output_run *r)
{
	buf_addf(b, "run_id=%llu\nrun_url=", (unsigned long long)r->id);
	sink_url(b, r->url);
	buf_addc(b, '\n');
}

static void
add_conclusion_text(struct buf *b, const struct output_run *r)
{
	/* What is not known is left out: no word is not an empty one. */
	if (*conclusion_of(r) != '\0') {
		buf_adds(b, "run_conclusion=");
		sink_word(b, conclusion_of(r));
		buf_addc(b, '\n');
	}
	if (attempt_of(r) > 0)
		buf_addf(b, "run_attempt=%llu\n", attempt_of(r));
}

/* What stdout gets when the run is known, or when the wait for it is over. */
static void
format_result(struct buf *b, const struct output *o,
    const struct output_run *r)
{
	bool over = r->awaited != NULL;

	switch (o->format) {
	case CONFIG_TEXT:
		if (o->several ? over : !over)
			add_run_text(b, r);
		if (over)
			add_conclusion_text(b, r);
		break;
	case CONFIG_JSON:
		/* For await, the one object at the end is all there is. */
		if (over || r->workflow != NULL)
			add_json(b, r);
		break;
	case CONFIG_ID:
		if (!over)
			buf_addf(b, "%llu\n", (unsigned long long)r->id);
		break;
	case CONFIG_URL:
		if (!over) {
			sink_url(b, r->url);
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

/* Behind what is in the file: on a line of their own. */
static void
begin_outputs(struct output *o, struct buf *b)
{
	buf_init(b, BUF_TEXT_MAX);
	if (o->is_unfinished)
		buf_addc(b, '\n');
	o->is_unfinished = false;
}

/* 0, or errno. */
static int
write_output_file(struct output *o, const struct output_run *r)
{
	struct buf b, number, text;
	bool over = r->awaited != NULL, ok;
	int error;

	begin_outputs(o, &b);
	buf_init(&number, BUF_TEXT_MAX);
	buf_init(&text, BUF_TEXT_MAX);
	if (over) {
		sink_word(&text, conclusion_of(r));
		if (attempt_of(r) > 0)
			buf_addf(&number, "%llu", attempt_of(r));
		ok = add_output(&b, "run_conclusion", buf_str(&text)) &&
		    add_output(&b, "run_attempt", buf_str(&number));
	} else {
		buf_addf(&number, "%llu", (unsigned long long)r->id);
		sink_url(&text, r->url);
		ok = add_output(&b, "run_id", buf_str(&number)) &&
		    add_output(&b, "run_url", buf_str(&text));
	}
	error = ok ? write_all(o, o->fd, &b) : EIO;
	buf_free(&b);
	buf_free(&number);
	buf_free(&text);
	return error;
}

enum status
output_result(struct output *o, const struct output_run *r, struct fault *f)
{
	enum status status = STATUS_OK;
	struct buf b;
	int error;

	buf_init(&b, BUF_TEXT_MAX);
	if (!r->is_further) {
		buf_addf(&b, "run_id=%llu run_url=%s",
		    (unsigned long long)r->id, r->url);
		free(o->known);
		o->known = xstrdup(buf_str(&b));
		buf_clear(&b);
	}
	format_result(&b, o, r);
	if ((error = write_all(o, STDOUT_FILENO, &b)) != 0)
		status = not_written(o, r, "standard output", error, f);
	buf_free(&b);
	if (o->fd != -1 && !r->is_further &&
	    (error = write_output_file(o, r)) != 0)
		status = not_written(o, r, o->path, error, f);
	return status;
}

/* 0, or errno. */
static int
close_if_open(int *fd)
{
	int error = 0;

	if (*fd != -1 && close(*fd) == -1)
		error = errno;
	*fd = -1;
	return error;
}

static void
warn_of_summary(const struct output *o, int error)
{
	log_warning("GITHUB_STEP_SUMMARY: %s: %s", o->summary_path,
	    strerror(error));
}

/* 0, or errno. */
static int
write_exit_status(struct output *o, enum status status)
{
	char number[16];
	struct buf b;
	int error;

	snprintf(number, sizeof number, "%d", status_exit_code(status));
	begin_outputs(o, &b);
	error = add_output(&b, "exit_status", number) ?
	    write_all(o, o->fd, &b) : EIO;
	buf_free(&b);
	return error;
}

enum status
output_close(struct output *o, enum status status, struct fault *f)
{
	int error = 0, closing;

	if ((closing = close_if_open(&o->summary_fd)) != 0)
		warn_of_summary(o, closing);
	if (o->fd != -1)
		error = write_exit_status(o, status);
	if ((closing = close_if_open(&o->fd)) != 0)
		error = closing;
	/* Where there is no run, nothing but this is lost, and the story of the
	 * failure is worth more. */
	if (error != 0 && o->known != NULL && status != STATUS_OUTPUT)
		status = fail(o, o->path, error, f);
	free(o->known);
	o->known = NULL;
	return status;
}

void
output_exit_status(const char *path, enum status status)
{
	struct output o = { .path = path, .patience_ms = PATIENCE_MS };

	if (path == NULL || (o.fd = open_to_append(path)) == -1)
		return;
	o.is_unfinished = lacks_line_end(path);
	write_exit_status(&o, status);
	close(o.fd);
}

/* A link that is code to the eye, or the code alone where there is no URL, or
 * one that repeats a secret. */
static void
add_linked_code(struct buf *b, const char *text, const char *url)
{
	bool linked = *url != '\0' && !secret_in(url);

	if (linked)
		buf_addc(b, '[');
	sink_code(b, text);
	if (linked) {
		buf_adds(b, "](");
		sink_url(b, url);
		buf_addc(b, ')');
	}
}

static void
add_jobs_table(struct buf *b, const struct watched *a)
{
	const struct job *job;
	size_t n;

	if (watched_job(a, 0) == NULL)
		return;
	buf_adds(b, "| job | result |\n|---|---|\n");
	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (b->len > SUMMARY_MAX) {
			buf_adds(b, "| ... | |\n");
			break;
		}
		buf_adds(b, "| ");
		add_linked_code(b, job->name, job->html_url);
		buf_adds(b, " | ");
		sink_code(b, *job->conclusion != '\0' ? job->conclusion :
		    job->status);
		buf_adds(b, " |\n");
	}
	buf_addc(b, '\n');
}

void
output_summary(struct output *o, const struct output_run *r)
{
	struct buf b;
	int error;

	if (o->summary_path == NULL)
		return;
	if (o->summary_error != 0) {
		warn_of_summary(o, o->summary_error);
		return;
	}
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "%s run [%llu](", r->workflow != NULL ? "Dispatched" :
	    "Awaited", (unsigned long long)r->id);
	sink_url(&b, r->url);
	buf_addc(&b, ')');
	if (r->workflow != NULL) {
		buf_adds(&b, " of ");
		sink_code(&b, r->workflow);
	}
	if (r->ref != NULL && *r->ref != '\0') {
		buf_adds(&b, " at ");
		sink_code(&b, r->ref);
	}
	buf_adds(&b, " in ");
	sink_code(&b, r->repository);
	if (r->awaited != NULL) {
		buf_adds(&b, ": ");
		sink_code(&b, *conclusion_of(r) != '\0' ? conclusion_of(r) :
		    "not concluded");
	}
	buf_adds(&b, ".\n\n");
	if (r->awaited != NULL)
		add_jobs_table(&b, r->awaited);
	if ((error = write_all(o, o->summary_fd, &b)) != 0)
		warn_of_summary(o, error);
	buf_free(&b);
}

enum status
output_text(const char *text, struct fault *f)
{
	int error;

	error = io_write_all(STDOUT_FILENO, text, strlen(text), PATIENCE_MS);
	if (error == 0)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "cannot write to standard output: %s", strerror(error));
}
