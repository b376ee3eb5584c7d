/*
 * GitHub's answers: every decoder over any body.
 */
#include "fuzz.h"

#include "github/decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct dispatch_details details;
	struct run_list runs;
	struct job_list jobs;
	struct buf why;
	size_t i, k;

	buf_init(&why, BUF_TEXT_MAX);
	if (decode_run_list(text, len, &runs, &why)) {
		for (i = 0; i < runs.count; i++) {
			must(runs.runs[i].name != NULL);
			must(runs.runs[i].display_title != NULL);
			must(runs.runs[i].event != NULL);
			must(runs.runs[i].status != NULL);
			must(*runs.runs[i].html_url == '\0' ||
			    decode_is_fit_url(runs.runs[i].html_url));
		}
		run_list_wipe(&runs);
	} else {
		must(why.len > 0);
	}
	if (decode_job_list(text, len, &jobs, &why)) {
		for (i = 0; i < jobs.count; i++)
			for (k = 0; k < jobs.jobs[i].step_count; k++)
				must(jobs.jobs[i].steps[k] != NULL);
		job_list_wipe(&jobs);
	}
	if (decode_dispatch(text, len, &details, &why)) {
		must(*details.html_url == '\0' ||
		    decode_is_fit_url(details.html_url));
		dispatch_details_wipe(&details);
	}
	decode_error(text, len, &why);
	buf_free(&why);
	return 0;
}
