/* SPDX-License-Identifier: ISC */
/*
 * Which server: --api-url, the host of --repo, and the general variables.
 */
#include "captured.h"
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/log.h"

static void
test_api_url(void **state)
{
	static const struct {
		const char *args[5], *env[3];
		const char *url;
	} cases[] = {
		{ { NULL }, { "GITHUB_API_URL=https://api.github.com" },
		    "https://api.github.com" },
		{ { NULL },
		    { "GITHUB_API_URL=https://ghe.example.com/api/"
		      "v3" },
		    "https://ghe.example.com/api/v3" },
		{ { NULL },
		    { "GITHUB_API_URL=https://ghe.example.com/api/"
		      "v3/" },
		    "https://ghe.example.com/api/v3" },
		{ { NULL },
		    { "GITHUB_API_URL=https://ghe.example.com:8443/"
		      "a/b//" },
		    "https://ghe.example.com:8443/a/b" },
		{ { "--api-url", "HTTPS://API.GitHub.COM" }, { NULL },
		    "https://api.github.com" },
		{ { "--api-url", "https://api.octo.ghe.com" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "--api-url", "https://ghe.com" }, { NULL },
		    "https://ghe.com" },
		{ { "--api-url", "https://notgithub.com" }, { NULL },
		    "https://notgithub.com" },
		{ { "--api-url", "https://x:443" }, { NULL }, "https://x" },
		{ { "--api-url", "https://[2001:db8::1]:8443/p" }, { NULL },
		    "https://[2001:db8::1]:8443/p" },
		/* From the host of --repo. */
		{ { "-R", "github.com/o/r" }, { NULL },
		    "https://api.github.com" },
		{ { "-R", "GitHub.com/o/r" }, { NULL },
		    "https://api.github.com" },
		{ { "-R", "octo.ghe.com/o/r" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "-R", "Octo.GHE.com/o/r" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "-R", "notghe.com/o/r" }, { NULL },
		    "https://notghe.com/api/v3" },
		{ { "-R", "ghe.com/o/r" }, { NULL }, "https://ghe.com/api/v3" },
		{ { "-R", "ghe.example.com/o/r" }, { NULL },
		    "https://ghe.example.com/api/v3" },
		{ { "-R", "ghe.example.com:8443/o/r" }, { NULL },
		    "https://ghe.example.com:8443/api/v3" },
		{ { "-R", "[::1]:8443/o/r" }, { NULL },
		    "https://[::1]:8443/api/v3" },
		{ { "-R", "192.0.2.7/o/r" }, { NULL },
		    "https://192.0.2.7/api/v3" },
		/* The option, then the host, then the variable. */
		{ { "-R", "github.com/o/r" },
		    { "GITHUB_API_URL=https://ghe.example.com/api/v3" },
		    "https://api.github.com" },
		{ { "-R", "o/r" },
		    { "GITHUB_API_URL=https://ghe.example.com/api/v3" },
		    "https://ghe.example.com/api/v3" },
		{ { "-R", "x.example/o/r", "--api-url", "https://y.example" },
		    { "GITHUB_API_URL=https://z.example" },
		    "https://y.example" },
		/* Plain http to this machine alone. */
		{ { "--api-url", "http://localhost:8080" }, { NULL },
		    "http://localhost:8080" },
		{ { "--api-url", "http://LOCALHOST" }, { NULL },
		    "http://localhost" },
		{ { "--api-url", "http://127.0.0.1:8080/api/v3/" }, { NULL },
		    "http://127.0.0.1:8080/api/v3" },
		{ { "--api-url", "http://127.255.0.9" }, { NULL },
		    "http://127.255.0.9" },
		{ { "--api-url", "http://[::1]:8080" }, { NULL },
		    "http://[::1]:8080" },
	};
	struct buf url;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		buf_init(&url, BUF_TEXT_MAX);
		url_add_origin(&url, &config.api);
		buf_adds(&url, config.api.path);
		check(strcmp(buf_str(&url), cases[i].url) == 0, "%s: %s",
		    cases[i].url, buf_str(&url));
		buf_free(&url);
	}
}

static void
test_bad_api_url(void **state)
{
	static const char *const urls[] = { "api.github.com", "https://",
		"https:///x", "https://x/?q", "https://x?q=1", "https://x/#f",
		"https://x#f", "ftp://x", "https://x:0", "https://x:65536",
		"https://x:", "https://x:y", "https://a b", "https://x/a b",
		"https://x/\r\nX: y", "https://\xc3\xa9.example",
		"https://x\\y", "https://[::1", "//x", "/x", "http:/x",
		"https:x",
		/* Would show the token to the network. */
		"http://api.github.com", "http://10.0.0.1",
		"http://127.0.0.1.x", "http://127.evil.example",
		"http://localhost.evil.example", "http://[::2]",
		"http://128.0.0.1", "http://ghe.example.com:80" };
	char variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		bad(LIST("--api-url", urls[i]), NULL, LIST("--api-url"));
		snprintf(
		    variable, sizeof variable, "GITHUB_API_URL=%s", urls[i]);
		bad(NULL, LIST(variable), LIST("GITHUB_API_URL"));
	}
	bad(LIST("--api-url", "http://api.github.com"), NULL, LIST("loopback"));
	/* Hosts that serve pages: which one serves the API. */
	bad(LIST("--api-url", "https://github.com"), NULL,
	    LIST("--api-url", "at https://api.github.com"));
	bad(LIST("--api-url", "HTTPS://GitHub.com:443/api/v3"), NULL,
	    LIST("at https://api.github.com"));
	bad(NULL, LIST("GITHUB_API_URL=http://github.com/"),
	    LIST("GITHUB_API_URL", "at https://api.github.com"));
	bad(NULL, LIST("GITHUB_API_URL=https://octo.ghe.com"),
	    LIST("GITHUB_API_URL", "at https://api.octo.ghe.com"));
	/* What may be a password is not shown. */
	bad(LIST("--api-url", "https://user:hunter2@x/"), NULL,
	    LIST("--api-url", "user information"));
	assert_false(says("hunter2"));
	bad(LIST("--api-url", "http://user:hunter2@127.0.0.1/"), NULL,
	    LIST("--api-url"));
	assert_false(says("hunter2"));
	bad(LIST("-R", "user:hunter2@x/o/r"), NULL, LIST("--repo", "\"***@x"));
	assert_false(says("hunter2"));
	bad(LIST("-R", "https://me:hunter2@github.com/o/r.git"), NULL,
	    LIST("--repo", "***@github.com"));
	assert_false(says("hunter2"));
	/* Of an env file that no shell has read. */
	bad(LIST("--api-url", "\"https://ghe.example/api/v3\""), NULL,
	    LIST("--api-url", "quotation marks"));
	bad(NULL, LIST("GH_HOST='ghe.example'"),
	    LIST("GH_HOST", "'ghe.example'", "quotation marks"));
}

/* What names the server if nothing comes before it. */
static void
test_host_variables(void **state)
{
	static const char *const hosts[] = { "https://ghe.example", "a/b", "/",
		"ghe.example/", "x y", "u@ghe.example", "ghe.example:0", "-x",
		"[::1" };
	static const char *const servers[] = { "ghe.example", "ftp://x",
		"http://ghe.example", "https://x?q", "https://" };
	char variable[64];
	size_t i;

	(void)state;
	GOOD_ENV("GH_HOST=ghe.example");
	assert_string_equal(config.api.host, "ghe.example");
	assert_string_equal(config.api.path, "/api/v3");
	assert_string_equal(config.server.host, "ghe.example");
	GOOD_ENV("GH_HOST= github.com\n");
	assert_string_equal(config.api.host, "api.github.com");
	GOOD_ENV("GH_HOST=");
	assert_string_equal(config.api.host, "api.github.com");
	GOOD_ENV("GITHUB_SERVER_URL=https://octo.ghe.com/");
	assert_string_equal(config.api.host, "api.octo.ghe.com");
	GOOD_ENV("GITHUB_SERVER_URL=http://localhost:3000");
	assert_string_equal(config.api.host, "localhost");
	assert_false(config.api.tls);
	GOOD_ENV("GITHUB_API_URL=https://gw.example/x",
	    "GITHUB_SERVER_URL=https://ghe.example");
	assert_string_equal(config.server.host, "ghe.example");
	assert_string_equal(config.api.host, "gw.example");
	for (i = 0; i < COUNT(hosts); i++) {
		snprintf(variable, sizeof variable, "GH_HOST=%s", hosts[i]);
		bad(NULL, LIST(variable), LIST("GH_HOST"));
		/* One that is not used is not looked at. */
		good(LIST("-R", "github.com/o/r"), LIST(variable));
		GOOD_ENV(variable, "GITHUB_API_URL=https://api.github.com");
	}
	for (i = 0; i < COUNT(servers); i++) {
		snprintf(variable, sizeof variable, "GITHUB_SERVER_URL=%s",
		    servers[i]);
		bad(NULL, LIST(variable), LIST("GITHUB_SERVER_URL"));
		good(LIST("-R", "github.com/o/r"), LIST(variable));
	}
	/* That GH_HOST is not followed does not go unseen. */
	log_open(LOG_LEVEL_WARNING, false);
	captured_begin();
	GOOD_ENV(
	    "GH_HOST=ghe.example", "GITHUB_API_URL=https://api.github.com");
	assert_string_equal(config.api.host, "api.github.com");
	assert_non_null(strstr(log_text(), "GH_HOST (ghe.example)"));
	captured_begin();
	GOOD_ENV(
	    "GH_HOST=ghe.example", "GITHUB_API_URL=https://ghe.example/api/v3");
	good(LIST("-R", "github.com/o/r"), LIST("GH_HOST=ghe.example"));
	assert_string_equal(log_text(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOADING_TEST(test_api_url),
		LOADING_TEST(test_bad_api_url),
		LOADING_TEST(test_host_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
