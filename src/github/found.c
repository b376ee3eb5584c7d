/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "github/found.h"

const char *
found_by_text(enum found_by by)
{
	static const char *texts[] = {
		[FOUND_BY_RESPONSE] = "response",
		[FOUND_BY_RUN_NAME] = "run-name",
		[FOUND_BY_JOB_NAME] = "job-name",
		[FOUND_BY_STEP_NAME] = "step-name",
		[FOUND_GIVEN] = "given",
	};

	return texts[by];
}

void
found_run_add(struct buf *b, const struct found_run *run)
{
	buf_addf(
	    b, "run_id=%llu run_url=%s", (unsigned long long)run->id, run->url);
}

void
found_run_move(struct found_run *to, struct found_run *from)
{
	*to = *from;
	memset(from, 0, sizeof *from);
}

void
found_run_wipe(struct found_run *run)
{
	free(run->url);
	free(run->file);
	free(run->branch);
	memset(run, 0, sizeof *run);
}
