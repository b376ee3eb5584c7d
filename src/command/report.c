/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/log.h"
#include "command/report.h"
#include "command/verdict.h"

void
report_change(const struct watched *a)
{
	const struct run *run = &a->state.run;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	date_add(&b, (int64_t)time(NULL));
	buf_addf(&b, ": run %llu is %s", watched_id(a), watched_state(a));
	if (*run->conclusion != '\0')
		buf_addf(&b, ": %s", run->conclusion);
	if (run->attempt > 1)
		buf_addf(
		    &b, " (attempt %llu)", (unsigned long long)run->attempt);
	log_info("%s", buf_str(&b));
	buf_free(&b);
}

/* "; failed steps: "a" (failure), "b" (timed_out)" */
static void
add_failed_steps(struct buf *b, const struct job *job)
{
	bool first = true;
	size_t i;

	for (i = 0; i < job->step_count; i++) {
		if (*job->steps[i].conclusion == '\0' ||
		    verdict_is_harmless(job->steps[i].conclusion))
			continue;
		buf_addf(b, "%s\"%s\" (%s)", first ? "; failed steps: " : ", ",
		    job->steps[i].name, job->steps[i].conclusion);
		first = false;
	}
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
		buf_addf(&b, "job \"%s\" %s%s", job->name,
		    verdict_verb(job->conclusion), job->conclusion);
		add_failed_steps(&b, job);
		buf_addf(&b, ": %s", watched_job_url(a, job));
		/* What was skipped is a consequence, not a cause. */
		if (verdict_has_failed(job->status, job->conclusion))
			log_error("%s", buf_str(&b));
		else
			log_info("%s", buf_str(&b));
		buf_free(&b);
	}
}
