/* SPDX-License-Identifier: ISC */
/*
 * GitHub's answers: every decoder over any body.
 */
#include "fuzz.h"

#include "github/decode.h"

#define MOST 100 /* elements of a page */

static void
check_run(const struct run *run)
{
	must(run->name != NULL);
	must(run->display_title != NULL);
	must(run->event != NULL);
	must(run->status != NULL);
	must(run->conclusion != NULL);
	must(run->head_branch != NULL);
	must(run->path != NULL);
	must(*run->html_url == '\0' || decode_is_fit_url(run->html_url));
}

static void
check_job(const struct job *job)
{
	size_t k;

	must(job->name != NULL);
	must(job->status != NULL);
	must(job->conclusion != NULL);
	must(*job->html_url == '\0' || decode_is_fit_url(job->html_url));
	for (k = 0; k < job->step_count; k++) {
		must(job->steps[k].name != NULL);
		must(job->steps[k].conclusion != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct found_run found;
	struct run_list runs;
	struct job_list jobs;
	struct buf why, url;
	struct run run;
	size_t i;

	buf_init(&why, BUF_TEXT_MAX);
	buf_init(&url, BUF_TEXT_MAX);
	if (decode_run_list(text, len, MOST, &runs, &why)) {
		for (i = 0; i < runs.count; i++)
			check_run(&runs.runs[i]);
		run_list_wipe(&runs);
	} else {
		must(why.len > 0);
	}
	buf_clear(&why);
	if (decode_run(text, len, &run, &why)) {
		check_run(&run);
		must(run.id > 0);
		must(*run.status != '\0');
		run_wipe(&run);
	} else {
		must(why.len > 0);
	}
	if (decode_job_list(text, len, MOST, &jobs, &why)) {
		for (i = 0; i < jobs.count; i++)
			check_job(&jobs.jobs[i]);
		job_list_wipe(&jobs);
	}
	if (decode_dispatch(text, len, &found, &why)) {
		must(*found.url == '\0' || decode_is_fit_url(found.url));
		found_run_wipe(&found);
	}
	decode_error(text, len, &why, &url);
	buf_free(&why);
	buf_free(&url);
	return 0;
}
