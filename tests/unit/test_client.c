/* SPDX-License-Identifier: ISC */
/*
 * Connections and the rate of requests, as calls of the API see them.
 */
#include "calling.h"

#include <inttypes.h>
#include <signal.h>

static bool
serve_list(void *ctx, const char *request, struct buf *answer)
{
	static const char body[] = LIST(1);

	(void)ctx;
	(void)request;
	buf_addf(answer,
	    "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n"
	    "\r\n%s",
	    sizeof body - 1, body);
	return true;
}

/*
 * A caller that has gone wild, or is driven by its server: some hundred
 * requests go at once, then 15 a second do, however exact the clock is.
 */
static void
test_rate(void **state)
{
	enum { BURST = 500, MORE = 1500, MS = 67 };
	struct run_page page = { .changed = false };
	int64_t began_ms, took_ms;
	int n, wobbles;

	for (wobbles = 0; wobbles < 2; wobbles++) {
		fake_net.serve = serve_list;
		fake_wobble = wobbles > 0;
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		began_ms = fake_now();
		for (n = 0; n < MORE; n++)
			assert_int_equal(list(&page), STATUS_OK);
		took_ms = fake_now() - began_ms;
		/* What the first ones took has brought turns, too. */
		check(took_ms + began_ms >= MORE * MS &&
			took_ms <= MORE * (MS + MS / 3),
		    "%" PRId64 " ms", took_ms);
		/* Rest brings turns back, but never more than those. */
		fake_wobble = false;
		fake_pass(INT64_C(86400000));
		fake_pause_count = 0;
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_int_equal(fake_pause_count, 0);
		for (n = 0; n < BURST; n++)
			assert_int_equal(list(&page), STATUS_OK);
		assert_true(fake_pause_count > 0);
		run_page_wipe(&page);
		again(state);
	}
}

/* The wait for a turn ends with the deadline, and with a signal. */
static void
test_rate_ends(void **state)
{
	struct run_page page = { .changed = false };
	int64_t before;
	int n;

	(void)state;
	fake_net.serve = serve_list;
	for (n = 0; n < 1000; n++)
		assert_int_equal(list(&page), STATUS_OK);
	before = fake_now();
	assert_int_equal(github_list_runs(gh, NULL, 1, 1,
			     clock_after(&fake_clock, 10), &page, &fault),
	    STATUS_TIMEOUT);
	expect_says("this program limits how many it sends a minute");
	assert_true(fake_now() - before == 10);
	fake_signal_at(fake_now() + 5, SIGTERM);
	assert_int_equal(list(&page), STATUS_TERMINATED);
	assert_true(fake_now() - before == 15);
	run_page_wipe(&page);
}

/* A kept connection that proves dead costs a GET nothing. */
static void
test_dead_connection(void **state)
{
	struct run_page page = { .changed = false };
	enum fake_how how;

	for (how = FAKE_RESET; how <= FAKE_GOODBYE; how++) {
		say("200 OK", "", LIST(1));
		assert_int_equal(list(&page), STATUS_OK);
		fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, how,
			fake_net.requests[0].answered };
		say("200 OK", "", LIST(2));
		say("200 OK", "", LIST(3));
		assert_int_equal(list(&page), STATUS_OK);
		assert_true(page.list.runs[0].id == 3);
		assert_int_equal(fake_net.connections, 2);
		run_page_wipe(&page);
		again(state);
	}
	/* Once: a new one that dies is a failure. */
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_RESET, 0 };
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_CLOSED);
	assert_int_equal(fake_net.connections, 1);
	again(state);
	/* One that began to answer, too. */
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_RESET,
		fake_net.requests[0].answered + 20 };
	say("200 OK", "", LIST(2));
	assert_int_equal(list(&page), STATUS_CLOSED);
	run_page_wipe(&page);
	again(state);
	/* One that was idle for long is not tried. */
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_pass(30000);
	say("200 OK", "", LIST(2));
	assert_int_equal(list(&page), STATUS_OK);
	assert_int_equal(fake_net.connections, 2);
	/* Nor one that the server said it would close. */
	say("200 OK", "Connection: close\r\n", LIST(3));
	assert_int_equal(list(&page), STATUS_OK);
	say("200 OK", "", LIST(4));
	assert_int_equal(list(&page), STATUS_OK);
	assert_int_equal(fake_net.connections, 3);
	run_page_wipe(&page);
}

/* Takes the request, and neither answers nor lets itself be connected to. */
static bool
serve_nobody(void *ctx, const char *request, struct buf *answer)
{
	(void)ctx;
	(void)request;
	(void)answer;
	fake_net.cut = (struct fake_cut){ fake_net.connections + 1,
		FAKE_IN_DIAL, FAKE_RESET, 0 };
	return true;
}

/* A request that a dead connection has swallowed is as good as not sent, also
 * where no other connection can be made. */
static void
test_sent_on_kept_connection(void **state)
{
	struct run_page page = { .changed = false };
	bool sent = true, is_kept;
	uint64_t id;
	int i;

	for (i = 0; i < 2; i++) {
		is_kept = i == 0;
		if (is_kept) {
			say("200 OK", "", LIST(1));
			assert_int_equal(list(&page), STATUS_OK);
		}
		fake_net.serve = serve_nobody;
		assert_int_equal(github_newest_run(gh, "deploy.yml", "main",
				     later(), later(), &id, &sent, &fault),
		    STATUS_CLOSED);
		assert_true(sent == !is_kept);
		assert_int_equal(fake_net.connections, is_kept ? 2 : 1);
		run_page_wipe(&page);
		again(state);
	}
}

/* A connection that cannot be made is known before a dispatch is begun. */
static void
test_connect_first(void **state)
{
	(void)state;
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_DIAL, FAKE_SILENCE, 0 };
	assert_int_equal(
	    github_connect(gh, clock_after(&fake_clock, 1500), &fault),
	    STATUS_TIMEOUT);
	assert_int_equal(fake_now(), 1500);
	assert_int_equal(fake_net.request_count, 0);
	/* However much time there is, it gets 30 s. */
	fake_net.cut.connection = 2;
	assert_int_equal(
	    github_connect(gh, clock_after(&fake_clock, 90000), &fault),
	    STATUS_TIMEOUT);
	assert_int_equal(fake_now(), 31500);
	assert_int_equal(fake_net.request_count, 0);
}

/* A bad certificate is the end, but not where there was a good one. */
static void
test_good_before(void **state)
{
	static const struct {
		bool is_cut, lasting;
	} rows[] = { { true, true }, { true, true }, { false, false },
		{ true, false }, { true, false }, { false, false } };
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		fake_net.cut = (struct fake_cut){ rows[i].is_cut ? i + 1 : 0,
			FAKE_IN_DIAL, FAKE_UNTRUSTED, 0 };
		assert_int_equal(github_connect(gh, later(), &fault),
		    rows[i].is_cut ? STATUS_TLS : STATUS_OK);
		check(!rows[i].is_cut || fault.lasting == rows[i].lasting,
		    "connection %u", i + 1);
	}
}

/* What an answer may take: 30 s for a head, and what the caller says for a
 * dispatch's. */
static void
test_silence(void **state)
{
	struct run_page page = { .changed = false };
	struct found_run run;
	int64_t before;

	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_SILENCE, 0 };
	say("200 OK", "", LIST(1));
	assert_int_equal(list(&page), STATUS_TIMEOUT);
	assert_in_range(fake_now(), 30000, 30000 + 2 * FAKE_DIAL_MS);
	again(state);
	fake_pass(1000);
	before = fake_now();
	fake_net.cut = (struct fake_cut){ 1, FAKE_IN_READ, FAKE_SILENCE, 10 };
	say("204 No Content", "", "");
	assert_int_equal(dispatch(&run), DISPATCH_UNKNOWN);
	assert_in_range(fake_now() - before, LATER_MS, LATER_MS + FAKE_DIAL_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_rate),
		CALLING_TEST(test_rate_ends),
		CALLING_TEST(test_dead_connection),
		CALLING_TEST(test_sent_on_kept_connection),
		CALLING_TEST(test_connect_first),
		CALLING_TEST(test_good_before),
		CALLING_TEST(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
