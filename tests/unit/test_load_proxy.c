/* SPDX-License-Identifier: ISC */
/*
 * Which proxy, and for which servers none.
 */
#include "captured.h"
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/log.h"

/* What no server can match is told once, and the rest counts. */
static void
test_no_proxy_misfits(void **state)
{
	const char *text;

	(void)state;
	log_open(LOG_LEVEL_WARNING, false);
	captured_begin();
	GOOD_ENV("https_proxy=p:1", "no_proxy=a.example,b;c,d;e");
	text = log_text();
	assert_non_null(strstr(text, "no_proxy: \"b;c\""));
	assert_null(strstr(text, "d;e"));
	captured_begin();
	GOOD_ENV("https_proxy=p:1", "NO_PROXY=a.example,*.b,10.0.0.0/8");
	/* Without a proxy, and beside the option, the list is not used. */
	GOOD_ENV("no_proxy=b;c");
	good(LIST("--proxy", "p:1"), LIST("no_proxy=b;c"));
	good(LIST("--no-proxy"), LIST("https_proxy=p:1", "no_proxy=b;c"));
	assert_string_equal(log_text(), "");
	bad(NULL, LIST("HTTPS_PROXY=\"http://p:1\""),
	    LIST("HTTPS_PROXY", "quotation marks"));
}

/* Which proxy there is, and for whom not. */
static void
test_proxy(void **state)
{
	static const struct {
		const char *args[4], *env[7];
		const char *name, *from, *except;
	} cases[] = {
		{ { NULL }, { NULL }, NULL, NULL, NULL },
		{ { NULL }, { "https_proxy=a:1" }, "a:1", "https_proxy", NULL },
		{ { NULL }, { "HTTPS_PROXY=a:1" }, "a:1", "HTTPS_PROXY", NULL },
		{ { NULL }, { "all_proxy=a:1" }, "a:1", "all_proxy", NULL },
		{ { NULL }, { "ALL_PROXY=a:1" }, "a:1", "ALL_PROXY", NULL },
		{ { NULL }, { "http_proxy=a:1", "HTTP_PROXY=a:1" }, NULL, NULL,
		    NULL },
		{ { NULL },
		    { "ALL_PROXY=d", "all_proxy=c", "HTTPS_PROXY=b",
			"https_proxy=a" },
		    "a", "https_proxy", NULL },
		{ { NULL }, { "ALL_PROXY=d", "all_proxy=c", "HTTPS_PROXY=b" },
		    "b", "HTTPS_PROXY", NULL },
		{ { NULL }, { "ALL_PROXY=d", "all_proxy=c" }, "c", "all_proxy",
		    NULL },
		/* Empty is unset, and white space is nothing. */
		{ { NULL },
		    { "https_proxy=", "HTTPS_PROXY= \t",
			"all_proxy=", "ALL_PROXY=d" },
		    "d", "ALL_PROXY", NULL },
		{ { NULL }, { "https_proxy=", "HTTPS_PROXY=" }, NULL, NULL,
		    NULL },
		{ { NULL }, { "https_proxy= a:1\n" }, "a:1", "https_proxy",
		    NULL },
		{ { NULL }, { "https_proxy=http://u:pass@a:1" }, "a:1",
		    "https_proxy", NULL },
		/* no_proxy */
		{ { NULL }, { "https_proxy=a", "no_proxy=b", "NO_PROXY=c" },
		    "a", "https_proxy", "b" },
		{ { NULL }, { "https_proxy=a", "no_proxy=", "NO_PROXY=c" }, "a",
		    "https_proxy", "c" },
		{ { NULL }, { "https_proxy=a", "no_proxy= " }, "a",
		    "https_proxy", NULL },
		{ { NULL }, { "no_proxy=b" }, NULL, NULL, NULL },
		/* plain http */
		{ { "--api-url", "http://localhost:1" },
		    { "https_proxy=a", "HTTPS_PROXY=a", "all_proxy=a",
			"ALL_PROXY=a", "HTTP_PROXY=a" },
		    NULL, NULL, NULL },
		{ { "--api-url", "http://localhost:1" },
		    { "http_proxy=[::1]:2", "no_proxy=b" }, "[::1]:2",
		    "http_proxy", "b" },
		/* options */
		{ { "--proxy", "b:2" }, { "https_proxy=a", "no_proxy=*" },
		    "b:2", "--proxy", NULL },
		{ { "--proxy", "b:2" }, { "https_proxy=socks5://a" }, "b:2",
		    "--proxy", NULL },
		{ { "--no-proxy" }, { "https_proxy=a" }, NULL, NULL, NULL },
		{ { "--no-proxy" }, { "https_proxy=socks5://a:x" }, NULL, NULL,
		    NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		check(proxy_is_set(&config.proxy) == (cases[i].name != NULL),
		    "%zu", i);
		same(config.proxy.name, cases[i].name);
		same(config.proxy.from, cases[i].from);
		same(config.proxy.except, cases[i].except);
	}
	GOOD_ENV("https_proxy=a", "NO_PROXY=b");
	same(config.proxy.except_from, "NO_PROXY");
}

static void
test_bad_proxy(void **state)
{
	static const char *const variables[] = { "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY" };
	static const char *const values[] = { "socks5://me:hunter2@a",
		"socks4a://a", "a:0", "http://me:hunter2%@a", "http://a/path" };
	char text[100];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(variables); i++)
		for (k = 0; k < COUNT(values); k++) {
			snprintf(text, sizeof text, "%s=%s", variables[i],
			    values[k]);
			bad(NULL, LIST(text), LIST(variables[i]));
			assert_false(says("hunter2"));
		}
	for (k = 0; k < COUNT(values); k++) {
		bad(LIST("--proxy", values[k]), NULL, LIST("--proxy: "));
		assert_false(says("hunter2"));
	}
	bad(LIST("--proxy", ""), LIST("https_proxy=a"),
	    LIST("--proxy", "empty"));
	bad(LIST("--proxy="), NULL, LIST("--proxy", "empty"));
	/* What is not looked at cannot be wrong. */
	GOOD_ENV("https_proxy=a", "HTTPS_PROXY=socks5://b",
	    "all_proxy=socks5://b", "http_proxy=socks5://b");
}

/* Whoever is between us and a plain http server sees the token. */
static void
test_proxy_of_plain_http(void **state)
{
	static const char *const near[] = { "http_proxy=localhost:3128",
		"http_proxy=127.8.9.1", "http_proxy=https://[::1]:3128" };
	static const char *const far[] = { "http_proxy=proxy:3128",
		"http_proxy=https://proxy", "http_proxy=128.0.0.1",
		"http_proxy=127.proxy.example", "http_proxy=me:hunter2@[::2]" };
	static const char *const args[] = { "--api-url", "http://127.0.0.1:1",
		NULL };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(near); i++)
		good(args, LIST(near[i]));
	for (i = 0; i < COUNT(far); i++) {
		bad(args, LIST(far[i]),
		    LIST("http_proxy: ", "http://", "token", "no_proxy",
			"127.0.0.1"));
		assert_false(says("hunter2"));
		good(args, LIST(far[i], "no_proxy=a,127.0.0.0/8"));
		good(LIST("--api-url", "http://127.0.0.1:1", "--no-proxy"),
		    LIST(far[i]));
		bad(LIST("--api-url", "http://127.0.0.1:1", "--proxy",
			far[i] + strlen("http_proxy=")),
		    LIST("no_proxy=*"), LIST("--proxy: ", "http://", "token"));
		assert_false(says("hunter2") || says("no_proxy"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_no_proxy_misfits),
		LOADING_TEST(test_proxy),
		LOADING_TEST(test_bad_proxy),
		LOADING_TEST(test_proxy_of_plain_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
