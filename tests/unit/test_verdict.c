/* SPDX-License-Identifier: ISC */
/*
 * What a status and a conclusion amount to: every pair of them; what named
 * jobs do together; and the grace of a failed attempt.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "command/verdict.h"

/* GitHub's, then what it may come up with, then what is none. */
static const char *const statuses[] = { "queued", "in_progress", "waiting",
	"requested", "pending", "completed", "", "Completed", "COMPLETED",
	"completed ", " completed", "complete", "completedx", "success",
	"failure", "paused", "null", "comple\xc3\xbe" };

static const struct {
	const char *text;
	bool known, harmless;
} conclusions[] = {
	{ "success", true, true },
	{ "failure", true, false },
	{ "neutral", true, true },
	{ "cancelled", true, false },
	{ "skipped", true, true },
	{ "timed_out", true, false },
	{ "action_required", true, false },
	{ "stale", true, false },
	{ "startup_failure", true, false },
	{ "", false, false },
	{ "Success", false, false },
	{ "SUCCESS", false, false },
	{ "success ", false, false },
	{ " success", false, false },
	{ "succes", false, false },
	{ "successful", false, false },
	{ "succeeded", false, false },
	{ "canceled", false, false },
	{ "completed", false, false },
	{ "null", false, false },
	{ "partial_success", false, false },
};

/* Only "completed" ends, and only "success" succeeds. */
static void
test_every_pair(void **state)
{
	enum verdict want;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(statuses); i++)
		for (k = 0; k < COUNT(conclusions); k++) {
			want = strcmp(statuses[i], "completed") != 0
			    ? VERDICT_OPEN
			    : k == 0                       ? VERDICT_SUCCESS
			    : *conclusions[k].text == '\0' ? VERDICT_UNTOLD
							   : VERDICT_FAILURE;
			check(verdict_of(statuses[i], conclusions[k].text) ==
				want,
			    "\"%s\", \"%s\"", statuses[i], conclusions[k].text);
		}
}

static void
test_conclusions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(conclusions); i++) {
		check(verdict_is_known(conclusions[i].text) ==
			conclusions[i].known,
		    "%s", conclusions[i].text);
		check(verdict_is_harmless(conclusions[i].text) ==
			conclusions[i].harmless,
		    "%s", conclusions[i].text);
		check(verdict_has_failed("completed", conclusions[i].text) !=
			conclusions[i].harmless,
		    "%s", conclusions[i].text);
		assert_false(
		    verdict_has_failed("in_progress", conclusions[i].text));
	}
}

#define ROW_JOBS 8

/* "name attempt status/conclusion", a NULL behind the last; all on two pages. */
static struct job_pages
pages_of(const char *const *rows)
{
	static char texts[2 * ROW_JOBS][4][32];
	static struct job jobs[2 * ROW_JOBS];
	static struct job_page pages[4];
	static size_t used;
	struct job_pages p = { .pages = &pages[used == 0 ? 0 : 2], .count = 2 };
	size_t n;

	memset(p.pages, 0, 2 * sizeof *p.pages);
	for (n = 0; rows != NULL && n < ROW_JOBS && rows[n] != NULL; n++) {
		memset(texts[used + n], 0, sizeof texts[used + n]);
		sscanf(rows[n], "%31s %31s %31[^/]/%31s", texts[used + n][0],
		    texts[used + n][1], texts[used + n][2], texts[used + n][3]);
		jobs[used + n] = (struct job){
			.name = texts[used + n][0],
			.attempt = strtoul(texts[used + n][1], NULL, 10),
			.status = texts[used + n][2],
			.conclusion = texts[used + n][3],
		};
	}
	/* The first page has one job. */
	p.pages[0].list.jobs = &jobs[used];
	p.pages[0].list.count = n > 0;
	p.pages[1].list.jobs = &jobs[used + 1];
	p.pages[1].list.count = n > 0 ? n - 1 : 0;
	used = used == 0 ? ROW_JOBS : 0;
	return p;
}

#define GOOD   "completed/success"
#define BAD    "completed/failure"
#define UNTOLD "completed/"

static void
test_jobs(void **state)
{
	static const struct {
		const char *names[3];
		const char *latest[ROW_JOBS], *all[ROW_JOBS];
		enum verdict verdict;
		const char *job, *missing;
	} rows[] = {
		/* All have to succeed. */
		{ { "a" }, { "a 1 " GOOD, "b 1 " BAD }, { NULL },
		    VERDICT_SUCCESS, NULL, NULL },
		{ { "a", "b" }, { "a 1 " GOOD, "b 1 " GOOD }, { NULL },
		    VERDICT_SUCCESS, NULL, NULL },
		{ { "a", "b" }, { "a 1 " GOOD, "b 1 queued/" }, { NULL },
		    VERDICT_OPEN, "b", NULL },
		{ { "a", "b" }, { "b 1 in_progress/", "a 1 " BAD }, { NULL },
		    VERDICT_FAILURE, "a", NULL },
		{ { "a" }, { "a 1 completed/skipped" }, { NULL },
		    VERDICT_FAILURE, "a", NULL },
		{ { "a" }, { "a 1 completed/cancelled" }, { NULL },
		    VERDICT_FAILURE, "a", NULL },
		/* No conclusion so far. */
		{ { "a", "b" }, { "a 1 " UNTOLD, "b 1 queued/" }, { NULL },
		    VERDICT_UNTOLD, "a", NULL },
		{ { "a", "b" }, { "a 1 " UNTOLD, "b 1 " BAD }, { NULL },
		    VERDICT_FAILURE, "b", NULL },
		/* Missing ones. */
		{ { "x", "y" }, { NULL }, { NULL }, VERDICT_OPEN, NULL, "x" },
		{ { "a", "y" }, { "a 1 " GOOD }, { NULL }, VERDICT_OPEN, NULL,
		    "y" },
		{ { "y", "a" }, { "a 1 " BAD }, { NULL }, VERDICT_FAILURE, "a",
		    "y" },
		{ { "A" }, { "a 1 " GOOD, "ba 1 " GOOD }, { NULL },
		    VERDICT_OPEN, NULL, "A" },
		/* Several of a name. */
		{ { "a" }, { "a 1 " GOOD, "a 1 " GOOD }, { NULL },
		    VERDICT_SUCCESS, NULL, NULL },
		{ { "a" }, { "a 1 " GOOD, "b 1 " GOOD, "a 1 " BAD }, { NULL },
		    VERDICT_FAILURE, "a", NULL },
		{ { "a" }, { "a 1 " GOOD, "a 1 queued/" }, { NULL },
		    VERDICT_OPEN, "a", NULL },
		/* Of several attempts the latest that has one. */
		{ { "a" }, { "a 1 " BAD, "a 2 " GOOD }, { NULL },
		    VERDICT_SUCCESS, NULL, NULL },
		{ { "a" }, { "a 2 " BAD, "a 1 " GOOD }, { NULL },
		    VERDICT_FAILURE, "a", NULL },
		{ { "a" }, { "b 3 " GOOD }, { "a 1 " BAD, "a 2 " GOOD },
		    VERDICT_SUCCESS, NULL, NULL },
		{ { "a" }, { "b 3 " GOOD }, { "a 1 " GOOD, "a 2 " BAD },
		    VERDICT_FAILURE, "a", NULL },
		/* What the latest attempt lists counts before all others. */
		{ { "a" }, { "a 2 queued/" }, { "a 1 " GOOD, "a 2 queued/" },
		    VERDICT_OPEN, "a", NULL },
		{ { "x" }, { "b 2 " GOOD }, { "a 1 " GOOD }, VERDICT_OPEN, NULL,
		    "x" },
		/* None is named. */
		{ { NULL }, { "a 1 " BAD }, { NULL }, VERDICT_SUCCESS, NULL,
		    NULL },
	};
	struct job_pages latest, all;
	struct verdict_jobs v;
	const char *names[3];
	size_t i, count;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		latest = pages_of(rows[i].latest);
		all = pages_of(rows[i].all);
		for (count = 0; count < 3 && rows[i].names[count] != NULL;
		     count++)
			names[count] = rows[i].names[count];
		v = verdict_of_jobs(&latest,
		    rows[i].all[0] != NULL ? &all : NULL, names, count);
		check(
		    v.verdict == rows[i].verdict, "row %zu: %d", i, v.verdict);
		check((v.job == NULL) == (rows[i].job == NULL), "row %zu", i);
		if (v.job != NULL)
			assert_string_equal(v.job->name, rows[i].job);
		check((v.missing == NULL) == (rows[i].missing == NULL),
		    "row %zu", i);
		if (v.missing != NULL)
			assert_string_equal(v.missing, rows[i].missing);
	}
}

/* A grace begins with the first failure of an attempt, and no other. */
static void
test_grace(void **state)
{
	struct verdict_grace g = { .ends_ms = 0 };

	(void)state;
	assert_true(verdict_begin_grace(&g, 1, 1000));
	assert_false(verdict_begin_grace(&g, 1, 2000));
	assert_int_equal(g.ends_ms, 1000);
	assert_true(verdict_begin_grace(&g, 2, 3000));
	assert_int_equal(g.ends_ms, 3000);
	assert_false(verdict_begin_grace(&g, 2, 4000));
	/* Not over any more: forgotten by the caller. */
	g.ends_ms = 0;
	assert_true(verdict_begin_grace(&g, 2, 5000));
	assert_int_equal(g.ends_ms, 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_conclusions),
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_grace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
