/* SPDX-License-Identifier: ISC */
/*
 * What all calls share: the token, and the server's clock and quota.
 */
#include "calling.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void
test_sibling_and_token(void **state)
{
	struct run_state run = { .changed = false };
	struct github *other;
	char path[64];
	int fd;

	(void)state;
	/* Without a file there is nothing to read anew. */
	assert_false(github_renew_token(gh));
	snprintf(path, sizeof path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(path);
	assert_true(fd > 2);
	assert_int_equal(write(fd, LIT(TOKEN "\n")), sizeof TOKEN);
	reopen(TOKEN, path);
	other = github_sibling(gh, "o/o", "r r");
	say("200 OK", "", "{\"id\":7,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(gh, 7, later(), &run, &fault), STATUS_OK);
	run_state_wipe(&run);
	/* It is the same still. */
	assert_false(github_renew_token(gh));
	assert_int_equal(pwrite(fd, LIT("another-token\n"), 0), 14);
	assert_int_equal(ftruncate(fd, 14), 0);
	close(fd);
	assert_true(github_renew_token(gh));
	unlink(path);
	assert_false(github_renew_token(gh));
	say("200 OK", "", "{\"id\":7,\"status\":\"queued\"}");
	assert_int_equal(
	    github_get_run(other, 7, later(), &run, &fault), STATUS_OK);
	assert_non_null(strstr(sent(1), "GET /api/v3/repos/o%2Fo/r%20r/"));
	assert_non_null(
	    strstr(sent(1), "\r\nAuthorization: Bearer another-token\r\n"));
	assert_null(strstr(sent(1), TOKEN));
	assert_int_equal(fake_net.connections, 1);
	run_state_wipe(&run);
	github_close(other);
}

static void
test_clock_and_quota(void **state)
{
	struct run_page page = { .changed = false };
	int64_t now_ms, reset_ms;
	uint64_t left;

	(void)state;
	assert_false(github_server_now(gh, &now_ms));
	assert_false(github_quota(gh, &left, &reset_ms));
	say("200 OK",
	    "Date: " DATE "\r\nX-RateLimit-Remaining: 42\r\n"
	    "X-RateLimit-Reset: 1700000100\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	fake_pass(10000);
	assert_true(github_server_now(gh, &now_ms));
	assert_true(now_ms == INT64_C(1700000010000));
	assert_true(github_quota(gh, &left, &reset_ms));
	assert_true(left == 42 && reset_ms == 90000);
	fake_pass(200000);
	assert_true(github_quota(gh, &left, &reset_ms));
	assert_true(reset_ms == 0);
	/* The latest answer counts, also one that does not say. */
	say("404 Not Found", "", "");
	assert_int_equal(list(&page), STATUS_NOT_FOUND);
	assert_false(github_quota(gh, &left, &reset_ms));
	assert_true(github_server_now(gh, &now_ms));
	run_page_wipe(&page);
}

/* Times without sense are a year away, and none overflows. */
static void
test_enormous_quota(void **state)
{
	static const char *const resets[] = { "9223372036854774",
		"9223372036854775", "9223372036854775807",
		"18446744073709551615", "1731708900" };
	struct run_page page = { .changed = false };
	const int64_t year_ms = INT64_C(366) * 86400000;
	int64_t reset_ms;
	char fields[256];
	uint64_t left;
	size_t i;

	for (i = 0; i < COUNT(resets); i++) {
		snprintf(fields, sizeof fields,
		    "Date: " DATE "\r\n"
		    "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: %s\r\n",
		    resets[i]);
		say("200 OK", fields, LIST(1));
		assert_int_equal(list(&page), STATUS_OK);
		assert_true(github_quota(gh, &left, &reset_ms));
		check(reset_ms > year_ms - 86400000 && reset_ms <= year_ms,
		    "%s: %" PRId64, resets[i], reset_ms);
		run_page_wipe(&page);
		again(state);
	}
	/* More than any number holds is none; so is a time without a clock. */
	say("200 OK",
	    "Date: " DATE "\r\nX-RateLimit-Remaining: 0\r\n"
	    "X-RateLimit-Reset: 99999999999999999999\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	assert_false(github_quota(gh, &left, &reset_ms));
	run_page_wipe(&page);
	again(state);
	say("200 OK",
	    "X-RateLimit-Remaining: 0\r\n"
	    "X-RateLimit-Reset: 1700000100\r\n",
	    LIST(1));
	assert_int_equal(list(&page), STATUS_OK);
	assert_false(github_quota(gh, &left, &reset_ms));
	run_page_wipe(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_sibling_and_token),
		CALLING_TEST(test_clock_and_quota),
		CALLING_TEST(test_enormous_quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
