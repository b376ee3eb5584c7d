/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/secret.h"
#include "command/sink.h"
#include "command/summary.h"
#include "command/verdict.h"

#define SIZE_MAX_BYTES ((size_t)900 << 10) /* the runner takes 1 MiB */

void
summary_open(struct summary *s, const char *path, int64_t *left_ms)
{
	s->path = path;
	s->fd = -1;
	s->error = 0;
	s->left_ms = left_ms;
	if (path != NULL && (s->fd = io_open_append(path)) == -1)
		s->error = errno;
}

static void
warn(const struct summary *s, int error)
{
	log_warning("GITHUB_STEP_SUMMARY: cannot write the summary to %s: %s",
	    s->path, strerror(error));
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
add_run(struct buf *b, const struct found_run *run)
{
	buf_addf(b, "%s run [%llu](",
	    run->by != FOUND_GIVEN ? "Dispatched" : "Awaited",
	    (unsigned long long)run->id);
	sink_url(b, run->url);
	buf_addc(b, ')');
	if (run->workflow != NULL) {
		buf_adds(b, " of ");
		sink_code(b, run->workflow);
	}
	if (run->ref != NULL && *run->ref != '\0') {
		buf_adds(b, " at ");
		sink_code(b, run->ref);
	}
	buf_adds(b, " in ");
	sink_code(b, run->repository);
}

static void
add_jobs(struct buf *b, const struct watched *a)
{
	const struct job *job;
	size_t n;

	if (watched_job(a, 0) == NULL)
		return;
	buf_adds(b, "| job | result |\n|---|---|\n");
	for (n = 0; (job = watched_job(a, n)) != NULL; n++) {
		if (b->len > SIZE_MAX_BYTES) {
			buf_adds(b, "| ... | |\n");
			break;
		}
		buf_adds(b, "| ");
		add_linked_code(b, job->name, job->html_url);
		buf_adds(b, " | ");
		sink_code(b, verdict_state(job->status, job->conclusion));
		buf_adds(b, " |\n");
	}
	buf_addc(b, '\n');
}

static void
append(struct summary *s, const struct buf *b)
{
	int error = s->error;

	if (s->fd != -1)
		error = io_write_within(s->fd, buf_str(b), b->len, s->left_ms);
	if (error != 0)
		warn(s, error);
}

void
summary_write(
    struct summary *s, const struct found_run *run, const struct watched *a)
{
	const char *conclusion;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	add_run(&b, run);
	if (a != NULL) {
		conclusion = watched_conclusion(a);
		buf_adds(&b, ": ");
		sink_code(
		    &b, *conclusion != '\0' ? conclusion : "not concluded");
	}
	buf_adds(&b, ".\n\n");
	if (a != NULL)
		add_jobs(&b, a);
	append(s, &b);
	buf_free(&b);
}

void
summary_note(struct summary *s, const char *repository, const char *story)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "No run is known in ");
	sink_code(&b, repository);
	buf_adds(&b, ": ");
	sink_code(&b, story);
	buf_adds(&b, "\n\n");
	append(s, &b);
	buf_free(&b);
}

void
summary_close(struct summary *s)
{
	if (s->fd != -1 && close(s->fd) == -1)
		warn(s, errno);
	s->fd = -1;
}
