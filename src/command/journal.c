/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "command/journal.h"
#include "net/digest.h"

#define SIZE_MAX_BYTES ((size_t)64 << 20) /* records of 100,000 repositories */
#define PATIENCE_MS    5000               /* with a file, which needs none */

struct journal {
	const char *path; /* lent */
	int fd;
	int error;              /* errno of the first record that was lost */
	struct record *records; /* one a repository */
	size_t count;
};

static enum status refuse(struct fault *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* Nothing was sent, and the file is as it was. */
static enum status
refuse(struct fault *f, const char *fmt, ...)
{
	struct buf text;
	va_list ap;

	buf_init(&text, BUF_TEXT_MAX);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	fault_set_lasting(
	    f, STATUS_USAGE, "--journal: %s. Nothing was sent", buf_str(&text));
	buf_free(&text);
	return STATUS_USAGE;
}

/* ---- the file */

/* The file that was locked is still the one at the path. */
static bool
is_at_path(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static enum status
open_file(struct journal *j, struct fault *f)
{
	struct stat st;
	bool is_taken;

	/* Neither a FIFO nor a terminal must hold us up, and a link could make
	 * us write to any file of the user's. */
	j->fd = open(j->path,
	    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		O_NOCTTY,
	    0600);
	if (j->fd == -1 && errno == ELOOP)
		return refuse(f,
		    "%s is a symbolic link; give the path of the file itself",
		    j->path);
	if (j->fd == -1)
		return refuse(
		    f, "cannot open %s: %s", j->path, strerror(errno));
	if (fstat(j->fd, &st) == -1 || !S_ISREG(st.st_mode))
		return refuse(f, "%s is not a regular file", j->path);
	is_taken = flock(j->fd, LOCK_EX | LOCK_NB) == -1;
	if (is_taken && errno != EWOULDBLOCK)
		return refuse(
		    f, "cannot lock %s: %s", j->path, strerror(errno));
	if (is_taken || !is_at_path(j->fd, j->path))
		return refuse(f,
		    "another process is using %s; wait until it has ended, or "
		    "give each dispatch a journal of its own",
		    j->path);
	return STATUS_OK;
}

/* That the file exists must outlast a crash, too.  0, or errno. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? xstrdup(".")
	    : slash == path          ? xstrdup("/")
				     : xstrndup(path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	free(folder);
	/* Not every file system knows how, and a folder may be one that we
	 * cannot read: it is the user's choice. */
	if (fd == -1)
		return errno == EACCES ? 0 : errno;
	if (fsync(fd) == -1 && errno != EINVAL)
		error = errno;
	close(fd);
	return error;
}

/* Behind what is in the file.  0, or errno. */
static int
append(int fd, const char *text, size_t len)
{
	struct stat before;
	int error;

	if (fstat(fd, &before) == -1)
		return errno;
	error = io_write_all(fd, text, len, PATIENCE_MS);
	if (error == 0 && fsync(fd) == -1)
		error = errno;
	/* What stays may be read as written, of a dispatch that was not sent.
	 * Without it, a run is at worst searched for that was known. */
	if (error != 0 && ftruncate(fd, before.st_size) == -1)
		log_debug("cannot shorten the journal: %s", strerror(errno));
	return error;
}

/* ---- what is in it */

static struct record *
known(const struct journal *j, const char *repository)
{
	size_t i;

	for (i = 0; i < j->count; i++)
		if (text_equal_nocase(j->records[i].repository, repository))
			return &j->records[i];
	return NULL;
}

static char *
copy(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

/*
 * What the records of a repository say as one.  False if this one cannot follow
 * those before.
 */
static bool
take(struct journal *j, const struct record *r)
{
	struct record *old = known(j, r->repository);
	bool is_open = old != NULL && old->state == RECORD_SENDING;

	switch (r->state) {
	case RECORD_SENDING:
		if (old != NULL && old->state != RECORD_NOT_STARTED)
			return false;
		if (old == NULL) {
			j->records = xappend(
			    j->records, &j->count, sizeof *j->records);
			old = &j->records[j->count - 1];
		}
		record_wipe(old);
		*old = *r;
		old->repository = xstrdup(r->repository);
		old->distinct_id = copy(r->distinct_id);
		return true;
	case RECORD_NOT_STARTED:
	case RECORD_ACCEPTED:
		if (is_open)
			old->state = r->state;
		return is_open;
	case RECORD_IDENTIFIED:
		if (!is_open && (old == NULL || old->state != RECORD_ACCEPTED))
			return false;
		old->state = r->state;
		old->run_id = r->run_id;
		old->run_url = copy(r->run_url);
		old->by = r->by;
		return true;
	}
	return false;
}

static enum status
refuse_line(
    const struct journal *j, size_t number, const char *why, struct fault *f)
{
	return refuse(f,
	    "line %zu of %s cannot be used: %s. If the file was changed or "
	    "damaged, look at the workflow's runs, and start over with a new "
	    "journal",
	    number, j->path, why);
}

/* The end of the first line's text; that of all if there is no line end. */
static const char *
line_end(const char *line, const char *end)
{
	const char *stop = memchr(line, '\n', (size_t)(end - line));

	return stop != NULL ? stop : end;
}

/* Where the line behind it begins. */
static const char *
next_line(const char *stop, const char *end)
{
	return stop < end ? stop + 1 : end;
}

/*
 * Of a line that cannot be read: the last one, which was being written.  A
 * power failure may keep any bytes of it from the disk; nothing was sent before
 * they were on it.
 */
static bool
is_cut_short(const char *line, const char *stop, const char *end)
{
	return stop == end ||
	    (stop + 1 == end &&
		memchr(line, '\0', (size_t)(stop - line)) != NULL);
}

/*
 * All lines behind the first one; *rest is where one begins that was not
 * written to its end.  The last one may lack a line end and be a record all the
 * same: whoever copies a file by way of a shell's variable loses that.
 */
static enum status
take_lines(struct journal *j, const char *line, const char *end,
    const char **rest, struct fault *f)
{
	const char *why, *stop;
	struct record r;
	size_t number;

	for (number = 2; line < end; number++) {
		stop = line_end(line, end);
		why = record_read(&r, line, (size_t)(stop - line));
		if (why != NULL && is_cut_short(line, stop, end))
			break;
		if (why != NULL)
			return refuse_line(j, number, why, f);
		if (!take(j, &r))
			why = "it cannot follow the ones before";
		record_wipe(&r);
		if (why != NULL)
			return refuse_line(j, number, why, f);
		line = next_line(stop, end);
	}
	*rest = line;
	return STATUS_OK;
}

/* ---- what it is of */

/*
 * Of the salt and the body, but for an ID that was drawn for this start.  False
 * if the library fails.
 */
static bool
digest(char hex[DIGEST_HEX_SIZE], const char *salt,
    const struct journal_order *order)
{
	const char *id = order->unique != NULL
	    ? strstr(order->body, order->unique)
	    : NULL;
	struct buf b;
	bool ok;

	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, salt);
	if (id != NULL) {
		buf_add(&b, order->body, (size_t)(id - order->body));
		buf_adds(&b, id + strlen(order->unique));
	} else {
		buf_adds(&b, order->body);
	}
	ok = digest_hex(hex, buf_str(&b), b.len);
	buf_wipe(&b);
	return ok;
}

static enum status
other(const struct journal *j, const char *what, const char *theirs,
    const char *ours, struct fault *f)
{
	return refuse(f,
	    "%s is of another dispatch: the %s there is %s, not %s. Use a new "
	    "journal for each dispatch",
	    j->path, what, theirs, ours);
}

/* Whether the journal is of this dispatch. */
static enum status
compare(const struct journal *j, const struct record_header *h,
    const struct journal_order *order, struct fault *f)
{
	char hex[DIGEST_HEX_SIZE];

	if (strcmp(h->server, order->server) != 0)
		return other(j, "server", h->server, order->server, f);
	if (strcmp(h->workflow, order->workflow) != 0)
		return other(j, "workflow", h->workflow, order->workflow, f);
	if (strcmp(h->ref, order->ref) != 0)
		return other(j, "ref", h->ref, order->ref, f);
	if (!digest(hex, h->salt, order))
		return refuse(f, "cannot compute a digest");
	if (strcmp(h->digest, hex) != 0)
		return refuse(f,
		    "%s is of another dispatch: the inputs or the distinct ID "
		    "there are others. Use a new journal for each dispatch",
		    j->path);
	return STATUS_OK;
}

static enum status
write_header(
    const struct journal *j, const struct journal_order *order, struct fault *f)
{
	char salt[RECORD_SALT_SIZE], hex[DIGEST_HEX_SIZE];
	unsigned char bytes[RECORD_SALT_SIZE / 2];
	struct record_header h = {
		.server = order->server,
		.workflow = order->workflow,
		.ref = order->ref,
		.salt = salt,
		.digest = hex,
	};
	struct buf line;
	size_t i;
	int error;

	if (!random_bytes(bytes, sizeof bytes))
		return refuse(f, "the kernel gives no random numbers");
	for (i = 0; i < sizeof bytes; i++)
		(void)snprintf(&salt[2 * i], 3, "%02x", bytes[i]);
	if (!digest(hex, salt, order))
		return refuse(f, "cannot compute a digest");
	buf_init(&line, BUF_TEXT_MAX);
	record_add_header(&line, &h);
	error = append(j->fd, buf_str(&line), line.len);
	buf_free(&line);
	if (error != 0)
		return refuse(
		    f, "cannot write %s: %s", j->path, strerror(error));
	return STATUS_OK;
}

/* ---- from outside */

/* Takes in what the file holds; *used is how much of that is whole. */
static enum status
take_text(struct journal *j, const struct buf *text,
    const struct journal_order *order, size_t *used, struct fault *f)
{
	const char *begin = buf_str(text), *end = begin + text->len, *stop,
		   *why;
	size_t magic = strlen(RECORD_MAGIC);
	struct record_header h;
	enum status status;

	*used = 0;
	stop = line_end(begin, end);
	/* The first line was being written; any other text is not ours. */
	if (stop == end &&
	    memcmp(begin, RECORD_MAGIC,
		text->len < magic ? text->len : magic) == 0)
		return STATUS_OK;
	why = record_read_header(&h, begin, (size_t)(stop - begin));
	if (why != NULL)
		return refuse_line(j, 1, why, f);
	status = compare(j, &h, order, f);
	record_header_wipe(&h);
	if (status == STATUS_OK)
		status = take_lines(j, next_line(stop, end), end, &stop, f);
	*used = (size_t)(stop - begin);
	return status;
}

/* Has the file end where what is used of its text does, and with a line end.
 * 0, or errno. */
static int
trim(int fd, const struct buf *text, size_t used)
{
	if (used < text->len && ftruncate(fd, (off_t)used) == -1)
		return errno;
	return used > 0 && buf_str(text)[used - 1] != '\n' ? append(fd, "\n", 1)
							   : 0;
}

static enum status
load(struct journal *j, const struct journal_order *order, struct fault *f)
{
	enum status status;
	struct buf text;
	size_t used = 0;
	int error;

	buf_init(&text, SIZE_MAX_BYTES);
	error = file_read_all(
	    j->fd, &text, clock_after(&clock_system, PATIENCE_MS));
	if (error == 0 && text.overflowed)
		error = EFBIG;
	status = error == 0
	    ? take_text(j, &text, order, &used, f)
	    : refuse(f, "cannot read %s: %s", j->path, strerror(error));
	if (status == STATUS_OK && (error = trim(j->fd, &text, used)) != 0)
		status = refuse(
		    f, "cannot write %s: %s", j->path, strerror(error));
	if (status == STATUS_OK && used == 0)
		status = write_header(j, order, f);
	buf_free(&text);
	/* Even if it was there: the start that created it may have ended
	 * before it came to this. */
	if (status == STATUS_OK && (error = sync_folder(j->path)) != 0)
		status = refuse(f, "cannot write the folder of %s: %s", j->path,
		    strerror(error));
	return status;
}

enum status
journal_open(struct journal **opened, const char *path,
    const struct journal_order *order, struct fault *f)
{
	struct journal *j = xcalloc(1, sizeof *j);
	enum status status;

	j->path = path;
	status = open_file(j, f);
	if (status == STATUS_OK)
		status = load(j, order, f);
	if (status != STATUS_OK) {
		journal_close(j);
		j = NULL;
	}
	*opened = j;
	return status;
}

void
journal_close(struct journal *j)
{
	size_t i;

	if (j == NULL)
		return;
	for (i = 0; i < j->count; i++)
		record_wipe(&j->records[i]);
	free(j->records);
	if (j->fd != -1)
		close(j->fd);
	free(j);
}

const struct record *
journal_find(const struct journal *j, const char *repository)
{
	return j == NULL ? NULL : known(j, repository);
}

enum status
journal_add(struct journal *j, const struct record *r, struct fault *f)
{
	struct buf line;

	if (j == NULL)
		return STATUS_OK;
	if (j->error == 0) {
		buf_init(&line, BUF_TEXT_MAX);
		record_add(&line, r);
		j->error = append(j->fd, buf_str(&line), line.len);
		buf_free(&line);
	}
	if (j->error != 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "--journal: cannot write %s: %s", j->path,
		    strerror(j->error));
	take(j, r);
	return STATUS_OK;
}

static void
note(struct journal *j, const struct record *r)
{
	struct fault f;

	if (journal_add(j, r, &f) != STATUS_OK)
		log_warning("%s. What came of the dispatch to %s is not "
			    "recorded there",
		    f.text, r->repository);
}

void
journal_note(struct journal *j, const char *repository, enum record_state state)
{
	const struct record r = {
		.repository = repository,
		.state = state,
	};

	note(j, &r);
}

void
journal_note_run(
    struct journal *j, const char *repository, const struct found_run *run)
{
	const struct record r = {
		.repository = repository,
		.state = RECORD_IDENTIFIED,
		.run_id = run->id,
		.run_url = run->url,
		.by = run->by,
	};

	note(j, &r);
}

enum status
journal_check(
    const struct journal *j, const struct found_run *run, struct fault *f)
{
	const struct record *r;
	struct buf known_run;

	if (j == NULL ||
	    ((r = known(j, run->repository)) != NULL &&
		r->state == RECORD_IDENTIFIED))
		return STATUS_OK;
	buf_init(&known_run, BUF_TEXT_MAX);
	found_run_add(&known_run, run);
	fault_set_lasting(f, STATUS_OUTPUT,
	    "%s: the run was started, but this could not be written to %s: %s",
	    buf_str(&known_run), j->path, strerror(j->error));
	buf_free(&known_run);
	return STATUS_OUTPUT;
}
