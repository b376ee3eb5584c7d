/* SPDX-License-Identifier: ISC */
/*
 * What is known of a run that is waited for, before and after it is seen.
 */
#include "watching.h"

static void
test_unseen(void **state)
{
	struct watched w = { .found = {
				 .id = RUN,
				 .by = FOUND_GIVEN,
				 .repository = "octo-org/octo-repo",
			     } };
	struct found_run found;

	(void)state;
	assert_true(watched_is_given(&w));
	assert_string_equal(watched_conclusion(&w), "");
	assert_int_equal(watched_attempt(&w), 0);
	found = watched_found(&w);
	assert_true(found.id == RUN);
	assert_null(found.url);
	assert_null(found.ref);
	assert_string_equal(found.repository, "octo-org/octo-repo");
}

/* A given run is described by what was seen of it, another by its dispatch. */
static void
test_seen(void **state)
{
	static char url[] = "https://example.com/run";
	struct found_run found;
	struct watched *w;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN });
	w = watching_see(0);
	w->found.by = FOUND_GIVEN;
	found = watched_found(w);
	assert_string_equal(found.url, fake_url(RUN));
	assert_string_equal(found.ref, "main");
	w->found.by = FOUND_BY_RESPONSE;
	w->found.url = url;
	w->found.ref = "v1";
	assert_false(watched_is_given(w));
	found = watched_found(w);
	assert_ptr_equal(found.url, url);
	assert_string_equal(found.ref, "v1");
}

static void
test_state(void **state)
{
	static const struct fake_state rows[] = {
		{ .status = "queued" },
		{ .status = "" },
		{ .status = "completed", .conclusion = "stale", .attempt = 3 },
	};
	static const char *states[] = { "queued", "without a status",
		"completed" };
	struct watched *w;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		fake_add_run(gh,
		    (struct fake_run){
			.id = RUN, .states = &rows[i], .state_count = 1 });
		w = watching_see(0);
		assert_string_equal(watched_state(w), states[i]);
		assert_int_equal(watched_is_over(w), i == 2);
		assert_string_equal(
		    watched_conclusion(w), i == 2 ? "stale" : "");
		assert_int_equal(watched_attempt(w), i == 2 ? 3 : 1);
		watching_tear_down(state);
		watching_set_up(state);
	}
}

/* The jobs of all attempts count as long as no other attempt has begun. */
static void
test_all_jobs(void **state)
{
	static const struct fake_job jobs[] = { { .name = "a" },
		{ .name = "b", .attempt = 2 } };
	static const struct fake_state states[] = {
		{ .status = "in_progress", .attempt = 2 },
		{ .at = 60000, .status = "in_progress", .attempt = 3 },
	};
	struct watched *w;
	struct fault f;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.jobs = jobs,
		.job_count = COUNT(jobs),
		.states = states,
		.state_count = COUNT(states),
	    });
	w = watching_see(0);
	assert_int_equal(watched_read_jobs(w, CLOCK_NEVER, &f), STATUS_OK);
	assert_string_equal(watched_job(w, 0)->name, "b");
	assert_null(watched_job(w, 1));
	assert_null(watched_all_jobs(w));
	assert_int_equal(watched_read_all_jobs(w, CLOCK_NEVER, &f), STATUS_OK);
	assert_non_null(watched_all_jobs(w));
	assert_string_equal(job_pages_nth(watched_all_jobs(w), 0)->name, "a");
	fake_pass(60000);
	assert_int_equal(
	    github_get_run(gh, RUN, CLOCK_NEVER, &w->state, &f), STATUS_OK);
	assert_null(watched_all_jobs(w));
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unseen),
		TEST(test_seen),
		TEST(test_state),
		TEST(test_all_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
