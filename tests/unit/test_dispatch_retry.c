/* SPDX-License-Identifier: ISC */
/*
 * When the POST leaves this machine again: after what was not sent, and after a
 * rate limit; and how long its answer is waited for.
 */
#include "dispatching.h"

/* The answer is waited for 30 s at most, and half of the time left. */
static void
test_no_answer(void **state)
{
	static const struct {
		int64_t timeout_ms, answer_ms;
	} cases[] = {
		{ 300000, 30000 },
		{ 60000, 30000 },
		{ 59000, 29500 },
		{ 20000, 10000 },
		{ 2000, 1000 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		send_id(true);
		order.timeout_ms = cases[i].timeout_ms;
		fake_add_post(gh,
		    (struct fake_post){
			DISPATCH_ACCEPTED, .took_ms = FAKE_NEVER });
		fake_add_run(gh,
		    (struct fake_run){
			.id = OURS,
			.title = ID,
			.created_at = 0,
			.listed_at = 500,
		    });
		check(run() == STATUS_OK, "%" PRId64 ": %s",
		    cases[i].timeout_ms, fault.text);
		expect_run(FOUND_BY_RUN_NAME, ID);
		assert_int_equal(posts(), 1);
		assert_true(gh->calls[0].answer_ms == cases[i].answer_ms);
		assert_int_equal(fake_now(), cases[i].answer_ms + 100);
		again(state);
	}
}

/* Half of what is left, not of the whole. */
static void
test_answer_of_second_post(void **state)
{
	(void)state;
	send_id(true);
	order.timeout_ms = 50000;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 40000 });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	assert_in_range(fake_nth(gh, FAKE_POST, 1)->at, 40000, 41000);
	assert_in_range(fake_nth(gh, FAKE_POST, 1)->answer_ms, 4500, 5000);
}

/* While nothing has left: 30 s, or the deadline if that is earlier. */
static void
test_retry_window(void **state)
{
	static const struct {
		int64_t timeout_ms, most_ms, least_ms;
		int64_t took_ms;
	} cases[] = {
		{ 300000, 30000, 20000, 0 },
		{ 300000, 30000, 20000, 1500 },
		{ 5000, 4000, 3900, 0 },
		{ 1000, 750, 700, 0 },
	};
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = cases[i].timeout_ms;
		for (k = 0; k < 30; k++)
			fake_add_post(gh,
			    (struct fake_post){ DISPATCH_NOT_SENT,
				.took_ms = cases[i].took_ms,
				.status = STATUS_CONNECT });
		check(run() == STATUS_CONNECT, "%s", fault.text);
		expect_fault(STATUS_CONNECT, 7);
		expect_says("Nothing was dispatched");
		assert_int_equal(gets(), 0);
		check(fake_now() >= cases[i].least_ms, "%" PRId64, fake_now());
		check(fake_now() <= cases[i].most_ms, "%" PRId64, fake_now());
		check(posts() >= 3 && posts() <= 20, "%zu", posts());
		again(state);
	}
}

/* Each failed try takes long: the window cuts the second. */
static void
test_slow_retries(void **state)
{
	size_t k;

	(void)state;
	for (k = 0; k < 10; k++)
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 25000,
			.status = STATUS_TIMEOUT });
	assert_int_equal(run(), STATUS_TIMEOUT);
	expect_fault(STATUS_TIMEOUT, 7);
	assert_int_equal(posts(), 2);
	assert_in_range(fake_now(), 29900, 30000);
}

/* What a try lacked is told, not that the last one had no time. */
static void
test_reason_is_kept(void **state)
{
	size_t k;

	(void)state;
	order.timeout_ms = 5000;
	for (k = 0; k < 20; k++)
		fake_add_post(gh,
		    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 600,
			.status = k < 3 ? STATUS_CONNECT : STATUS_TIMEOUT });
	assert_int_equal(run(), STATUS_CONNECT);
	assert_true(posts() > 3);
	/* One that is final is. */
	again(state);
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_NOT_SENT, .took_ms = 600, .status = STATUS_CONNECT });
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_NOT_SENT, .took_ms = 600,
		.status = STATUS_TLS, .lasting = true });
	assert_int_equal(run(), STATUS_TLS);
}

/* Limits that fit are waited for; others end it at once. */
static void
test_limits(void **state)
{
	static const struct {
		const char *what;
		int64_t timeout_ms;
		int64_t waits[3];
		size_t limits;
		size_t sent;
		int64_t least_ms, most_ms; /* all in all */
	} cases[] = {
		{ "fits", 300000, { 120000 }, 1, 2, 120000, 121500 },
		{ "fits narrowly", 300000, { 298990 }, 1, 2, 298990, 299000 },
		{ "leaves no time", 300000, { 299500 }, 1, 1, 0, 10 },
		{ "leaves none to the second", 300000, { 150000, 149200 }, 2, 2,
		    150000, 155000 },
		{ "outlasts", 300000, { 301000 }, 1, 1, 0, 10 },
		{ "just outlasts", 300000, { 300000 }, 1, 1, 0, 10 },
		{ "not told: a minute", 300000, { 0 }, 1, 2, 60000, 61500 },
		{ "not told, outlasts", 50000, { 0 }, 1, 1, 0, 10 },
		{ "not told twice: growing", 300000, { 0, 0 }, 2, 3, 180000,
		    183000 },
		{ "second outlasts", 300000, { 200000, 200000 }, 2, 2, 200000,
		    201500 },
		{ "a second", 300000, { 1000, 1000, 1000 }, 3, 4, 3000, 8000 },
	};
	bool good;
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		order.timeout_ms = cases[i].timeout_ms;
		good = cases[i].sent > cases[i].limits;
		for (k = 0; k < cases[i].limits; k++)
			fake_add_post(gh,
			    (struct fake_post){ DISPATCH_LIMITED,
				.status = STATUS_LIMITED,
				.wait_ms = cases[i].waits[k] });
		if (good)
			fake_add_post(gh,
			    (struct fake_post){
				DISPATCH_IDENTIFIED, .run_id = OURS });
		check(run() == (good ? STATUS_OK : STATUS_LIMITED), "%s: %s",
		    cases[i].what, fault.text);
		check(posts() == cases[i].sent, "%s", cases[i].what);
		check(fake_now() >= cases[i].least_ms &&
			fake_now() <= cases[i].most_ms,
		    "%s: %" PRId64, cases[i].what, fake_now());
		if (!good) {
			expect_fault(STATUS_LIMITED, 3);
			expect_says("fake: dispatch failed");
			expect_says("timeout");
			expect_says("Nothing was dispatched");
		}
		again(state);
	}
}

/* Chance on top of a limit takes no time that the next answer needs. */
static void
test_limit_and_chance(void **state)
{
	(void)state;
	order.timeout_ms = 6500;
	fake_jitter = true;
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 5000 });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_in_range(fake_now(), 5000, 5500);
}

/* A refused token may have a successor, in its file or by an App's key. */
static void
test_renewed_token(void **state)
{
	static const struct fake_post refusal = {
		DISPATCH_NOT_STARTED,
		.status = STATUS_UNAUTHORIZED,
		.lasting = true,
	};

	(void)state;
	gh->fresh_tokens = 1;
	fake_add_post(gh, refusal);
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	check(run() == STATUS_OK, "%s", fault.text);
	assert_int_equal(gh->renewals, 1);
	assert_true(fake_now() < 100);
	again(state);
	/* Once. */
	gh->fresh_tokens = 2;
	fake_add_post(gh, refusal);
	fake_add_post(gh, refusal);
	check(run() == STATUS_UNAUTHORIZED, "%s", fault.text);
	assert_int_equal(gh->renewals, 1);
	assert_int_equal(posts(), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_answer),
		TEST(test_answer_of_second_post),
		TEST(test_retry_window),
		TEST(test_slow_retries),
		TEST(test_reason_is_kept),
		TEST(test_limits),
		TEST(test_limit_and_chance),
		TEST(test_renewed_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
