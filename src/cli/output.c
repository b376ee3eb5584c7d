#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/random.h"
#include "cli/output.h"
#include "json/emit.h"

#define STUCK_MS	30000	/* for a reader that does not read */

/* 0, or errno. */
static int
write_all(int fd, const struct buf *b)
{
	return io_write_all(fd, buf_str(b), b->len, STUCK_MS);
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

enum status
output_open(struct output *o, const struct config *c, struct fault *f)
{
	o->fd = -1;
	o->path = c->output_path;
	o->summary_path = c->summary_path;
	if (o->path == NULL)
		return STATUS_OK;
	if ((o->fd = open_to_append(o->path)) == -1)
		return fault_set_lasting(f, STATUS_USAGE,
		    "GITHUB_OUTPUT: cannot open %s for appending: %s. Nothing "
		    "was sent", o->path, strerror(errno));
	return STATUS_OK;
}

void
output_close(struct output *o)
{
	if (o->fd != -1)
		close(o->fd);
	o->fd = -1;
}

static void
format_json(struct buf *b, const struct config *c, const struct plan *p,
    const struct dispatch_result *r)
{
	buf_addc(b, '{');
	emit_name(b, "run_id");
	buf_addf(b, "%llu", (unsigned long long)r->run_id);
	emit_name(b, "run_url");
	emit_string(b, r->run_url);
	emit_name(b, "repository");
	emit_string(b, p->repository);
	emit_name(b, "workflow");
	emit_string(b, p->workflow);
	emit_name(b, "ref");
	emit_string(b, c->ref);
	emit_name(b, "distinct_id");
	if (r->distinct_id != NULL)
		emit_string(b, r->distinct_id);
	else
		buf_adds(b, "null");
	emit_name(b, "identified_by");
	emit_string(b, found_by_text(r->by));
	buf_adds(b, "}\n");
}

static void
format_result(struct buf *b, const struct config *c, const struct plan *p,
    const struct dispatch_result *r)
{
	unsigned long long id = r->run_id;

	switch (c->format) {
	case CONFIG_TEXT:
		buf_addf(b, "run_id=%llu\nrun_url=%s\n", id, r->run_url);
		break;
	case CONFIG_JSON:
		format_json(b, c, p, r);
		break;
	case CONFIG_ID:
		buf_addf(b, "%llu\n", id);
		break;
	case CONFIG_URL:
		buf_addf(b, "%s\n", r->run_url);
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

/* 0, or errno. */
static int
write_output_file(const struct output *o, const struct dispatch_result *r)
{
	struct buf b, id;
	int error = EIO;

	buf_init(&b, BUF_TEXT_MAX);
	buf_init(&id, BUF_TEXT_MAX);
	buf_addf(&id, "%llu", (unsigned long long)r->run_id);
	if (add_output(&b, "run_id", buf_str(&id)) &&
	    add_output(&b, "run_url", r->run_url))
		error = write_all(o->fd, &b);
	buf_free(&b);
	buf_free(&id);
	return error;
}

/* Text for between backticks. */
static void
add_code(struct buf *b, const char *s)
{
	buf_addc(b, '`');
	for (; *s != '\0'; s++)
		buf_addc(b, *s == '`' || (unsigned char)*s < 0x20 ? '\'' : *s);
	buf_addc(b, '`');
}

static void
write_summary(const struct output *o, const struct config *c,
    const struct plan *p, const struct dispatch_result *r)
{
	struct buf b;
	int error = 0, fd;

	if (o->summary_path == NULL)
		return;
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "Dispatched run [%llu](%s) of ",
	    (unsigned long long)r->run_id, r->run_url);
	add_code(&b, p->workflow);
	buf_adds(&b, " at ");
	add_code(&b, c->ref);
	buf_adds(&b, " in ");
	add_code(&b, p->repository);
	buf_adds(&b, ".\n\n");
	if ((fd = open_to_append(o->summary_path)) == -1) {
		error = errno;
	} else {
		error = write_all(fd, &b);
		if (close(fd) == -1 && error == 0)
			error = errno;
	}
	if (error != 0)
		log_warning("GITHUB_STEP_SUMMARY: %s: %s", o->summary_path,
		    strerror(error));
	buf_free(&b);
}

enum status
output_result(struct output *o, const struct config *c, const struct plan *p,
    const struct dispatch_result *r, struct fault *f)
{
	const char *where = NULL;
	int error, why = 0;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	format_result(&b, c, p, r);
	if ((error = write_all(STDOUT_FILENO, &b)) != 0) {
		where = "standard output";
		why = error;
	}
	buf_free(&b);
	if (o->fd != -1) {
		error = write_output_file(o, r);
		/* Full disks may show only here. */
		if (close(o->fd) == -1 && error == 0)
			error = errno;
		o->fd = -1;
		if (error != 0) {
			where = o->path;
			why = error;
		}
	}
	write_summary(o, c, p, r);
	if (where == NULL)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_OUTPUT, "run_id=%llu run_url=%s: "
	    "the run was started, but this result could not be written to "
	    "%s: %s", (unsigned long long)r->run_id, r->run_url, where,
	    strerror(why));
}

enum status
output_text(const char *text, struct fault *f)
{
	struct buf b;
	int error;

	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, text);
	error = write_all(STDOUT_FILENO, &b);
	buf_wipe(&b);
	if (error == 0)
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_OUTPUT,
	    "cannot write to standard output: %s", strerror(error));
}
