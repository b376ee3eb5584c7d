/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "command/joblog.h"
#include "command/tail.h"
#include "command/verdict.h"

#define LINE_MAX_SHOWN 2000 /* bytes of a log's line */
#define LINE_MAX_TAKEN 16384
#define LATE_MS        2000 /* for a log that is not there yet, */
#define LATE_MAX       3    /* that often for all jobs of a run */

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
	     (unsigned char)s[n] < 0x40;
	     n++)
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

	while ((status = github_job_log(a->gh, job->id, deadline_ms, take_bytes,
		    tail, f)) == STATUS_NOT_FOUND &&
	    *late > 0 && clock_left(clock, deadline_ms) > LATE_MS) {
		*late -= 1;
		clock_sleep_until(clock, clock_after(clock, LATE_MS));
	}
	return status;
}

/* Prints the end of one job's log, or of what came of it. */
static enum status
print_log(const struct clock *clock, const struct watched *a,
    const struct job *job, size_t lines, int64_t deadline_ms,
    unsigned int *late)
{
	struct tail tail;
	struct fault f;
	enum status status;

	tail_init(&tail);
	status = read_log(clock, a, job, deadline_ms, late, &tail, &f);
	/* What came before a log broke off is still worth reading. */
	if (tail.total > 0) {
		log_group(status == STATUS_OK
			? "last lines of the log of job \"%s\""
			: "log of job \"%s\", incomplete after these lines",
		    job->name);
		tail_each(&tail, lines, print_line, NULL);
		log_group_end();
	}
	if (status != STATUS_OK && !status_is_signal(status))
		log_warning("the log of job \"%s\" could not be read%s: %s",
		    job->name, tail.total > 0 ? " completely" : "", f.text);
	tail_wipe(&tail);
	return status;
}

void
joblog_print_failed(const struct clock *clock, const struct watched *a,
    size_t lines, int64_t deadline_ms)
{
	unsigned int late = LATE_MAX;
	const struct job *job;
	enum status status;
	size_t n;

	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (job->id == 0 ||
		    !verdict_has_failed(job->status, job->conclusion))
			continue;
		status = print_log(clock, a, job, lines, deadline_ms, &late);
		/* A host that hangs once would hang for each job. */
		if (status == STATUS_TIMEOUT || status_is_signal(status))
			return;
	}
}
