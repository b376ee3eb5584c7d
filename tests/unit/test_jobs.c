/* SPDX-License-Identifier: ISC */
/*
 * A job's log, which another host keeps.
 */
#include "calling.h"

static void
take_log(void *ctx, const char *data, size_t len)
{
	buf_add(ctx, data, len);
}

static void
test_log(void **state)
{
	struct buf log;

	buf_init(&log, BUF_TEXT_MAX);
	/* The other host never sees the token, and is asked byte for byte. */
	say("302 Found", "Location: https://logs.test/a%2Fb?sig=%2B%3D\r\n",
	    "");
	say("200 OK", "", "line 1\nline 2\n");
	assert_int_equal(
	    github_job_log(gh, 9, later(), take_log, &log, &fault), STATUS_OK);
	assert_string_equal(buf_str(&log), "line 1\nline 2\n");
	expect_request(0, "GET " ACTIONS "/jobs/9/logs", NEW, "", "");
	assert_string_equal(sent(1),
	    "GET /a%2Fb?sig=%2B%3D HTTP/1.1\r\n"
	    "Host: logs.test\r\n"
	    "User-Agent: return-dispatch/" PACKAGE_VERSION "\r\n"
	    "Accept: */*\r\n\r\n");
	buf_clear(&log);
	again(state);
	/* Some servers have it at hand. */
	say("200 OK", "", "line\n");
	assert_int_equal(
	    github_job_log(gh, 9, later(), take_log, &log, &fault), STATUS_OK);
	assert_string_equal(buf_str(&log), "line\n");
	buf_clear(&log);
	again(state);
	say("404 Not Found", "", "{\"message\":\"Not Found\"}");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_NOT_FOUND);
	assert_int_equal(log.len, 0);
	again(state);
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("403 Forbidden", "", "<Code>AuthenticationFailed</Code>");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_SERVER);
	expect_says("403");
	assert_int_equal(log.len, 0);
	again(state);
	/* Led back to our own server, it is still without the token. */
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("302 Found", "Location: https://github.test/api/v3/user\r\n", "");
	say("401 Unauthorized", "", "{}");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_SERVER);
	assert_non_null(strstr(sent(2),
	    "GET /api/v3/user HTTP/1.1\r\n"
	    "Host: github.test\r\n"));
	assert_null(strstr(sent(2), "Authorization"));
	again(state);
	/* Never from https to http, there neither. */
	say("302 Found", "Location: https://logs.test/a\r\n", "");
	say("302 Found", "Location: http://logs.test/b\r\n", "");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_PROTOCOL);
	assert_int_equal(fake_net.connections, 2);
	again(state);
	/* Never from https to http. */
	say("302 Found", "Location: http://logs.test/a\r\n", "");
	assert_int_equal(github_job_log(gh, 9, later(), take_log, &log, &fault),
	    STATUS_PROTOCOL);
	assert_int_equal(fake_net.connections, 1);
	buf_free(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CALLING_TEST(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
