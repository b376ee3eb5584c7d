/* SPDX-License-Identifier: ISC */
#include "watching.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "captured.h"

struct github *gh;
struct watched runs[4];

const struct fake_job watching_jobs[WATCHING_JOBS] = {
	{ .name = "lint", .done_at = 1 },
	{ .name = "build",
	    .done_at = 1,
	    .conclusion = "failure",
	    .steps = { "Check out", "Compile it", "Upload" },
	    .failed_step = "Compile it",
	    .log = "one\ntwo\nthree\n" },
	{
	    .name = "test / unit",
	    .done_at = 1,
	    .conclusion = "cancelled",
	    .no_url = true,
	    .log = "x",
	},
	{ .name = "deploy", .skipped = true },
	{ .name = "docs", .done_at = 1, .conclusion = "neutral" },
	{ .name = "still going" },
	{ .name = "odd", .done_at = 1, .conclusion = "sunk" },
	{ .name = "none", .done_at = 1, .conclusion = "" },
	{ .name = "evil\n::error::x",
	    .done_at = 1,
	    .conclusion = "failure",
	    .steps = { "\033[31m\n##[error]" },
	    .failed_step = "\033[31m\n##[error]" },
};

int
watching_set_up(void **state)
{
	(void)state;
	gh = fake_github_new();
	memset(runs, 0, sizeof runs);
	log_open(LOG_LEVEL_INFO, false);
	return 0;
}

int
watching_tear_down(void **state)
{
	char unread[1];
	size_t i;

	(void)state;
	captured_end(unread, sizeof unread);
	for (i = 0; i < COUNT(runs); i++)
		watched_wipe(&runs[i]);
	fake_github_free(gh);
	secret_forget();
	return 0;
}

struct watched *
watching_see(size_t n)
{
	const int64_t deadline_ms = FAKE_START + fake_now() + 1000;
	struct watched *a = &runs[n];
	struct job_page *page;
	struct fault f;

	gh->call_ms = 0;
	watched_wipe(a);
	a->gh = gh;
	a->found.id = gh->runs[n].id;
	assert_int_equal(
	    github_get_run(gh, a->found.id, deadline_ms, &a->state, &f),
	    STATUS_OK);
	a->seen = true;
	do {
		a->jobs.pages = xreallocarray(
		    a->jobs.pages, a->jobs.count + 1, sizeof *a->jobs.pages);
		page = &a->jobs.pages[a->jobs.count++];
		memset(page, 0, sizeof *page);
		assert_int_equal(
		    github_list_jobs(gh, a->found.id, GITHUB_LATEST_ATTEMPT,
			(unsigned int)a->jobs.count, deadline_ms, page, &f),
		    STATUS_OK);
	} while (page->has_next);
	return a;
}

void
watching_see_jobs(size_t count)
{
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .jobs = watching_jobs, .job_count = count });
	fake_pass(1000);
	watching_see(0);
}

const char *
watching_logged(void)
{
	static char text[200000];

	assert_true(captured_end(text, sizeof text));
	return text;
}
