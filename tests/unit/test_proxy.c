/* SPDX-License-Identifier: ISC */
/*
 * The proxy: how its URL is read, what becomes of its credentials, and which
 * servers a list excludes from it.
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/secret.h"
#include "http/proxy.h"

static struct proxy proxy;
static struct fault fault;

static int
tear_down(void **state)
{
	(void)state;
	proxy_wipe(&proxy);
	secret_forget();
	return 0;
}

static enum status
parse(const char *text)
{
	char *copy = exact_copy(text, strlen(text) + 1);
	enum status status;

	proxy_wipe(&proxy);
	secret_forget();
	memset(&fault, 0, sizeof fault);
	status = proxy_parse(&proxy, "https_proxy", copy, &fault);
	free(copy);
	return status;
}

static void
test_urls(void **state)
{
	static const struct {
		const char *text, *name, *host;
		bool tls;
		uint16_t port;
	} cases[] = {
		{ "http://proxy.corp.example:3128", "proxy.corp.example:3128",
		    "proxy.corp.example", false, 3128 },
		{ "http://proxy.corp.example:3128/", "proxy.corp.example:3128",
		    "proxy.corp.example", false, 3128 },
		{ "http://proxy.corp.example:3128//", "proxy.corp.example:3128",
		    "proxy.corp.example", false, 3128 },
		{ "http://proxy", "proxy", "proxy", false, 80 },
		{ "http://proxy/", "proxy", "proxy", false, 80 },
		{ "http://proxy:443", "proxy:443", "proxy", false, 443 },
		{ "https://proxy", "proxy", "proxy", true, 443 },
		{ "https://proxy:80", "proxy:80", "proxy", true, 80 },
		{ "https://proxy:3128/", "proxy:3128", "proxy", true, 3128 },
		{ "proxy", "proxy", "proxy", false, 80 },
		{ "proxy/", "proxy", "proxy", false, 80 },
		{ "proxy:3128", "proxy:3128", "proxy", false, 3128 },
		{ "localhost:1", "localhost:1", "localhost", false, 1 },
		{ "10.1.2.3:65535", "10.1.2.3:65535", "10.1.2.3", false,
		    65535 },
		{ "HTTP://Proxy.Corp", "proxy.corp", "proxy.corp", false, 80 },
		{ "hTTpS://PROXY", "proxy", "proxy", true, 443 },
		{ "http://[::1]:3128", "[::1]:3128", "::1", false, 3128 },
		{ "[2001:DB8::1]", "[2001:db8::1]", "2001:db8::1", false, 80 },
		{ "https://[fd00::1]/", "[fd00::1]", "fd00::1", true, 443 },
		{ "proxy.", "proxy.", "proxy.", false, 80 },
		{ "http", "http", "http", false, 80 },
		/* user information that is empty is none */
		{ "http://@proxy:3128", "proxy:3128", "proxy", false, 3128 },
		{ "@proxy", "proxy", "proxy", false, 80 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		check(parse(cases[i].text) == STATUS_OK, "%s: %s",
		    cases[i].text, fault.text);
		check(proxy_is_set(&proxy), "%s", cases[i].text);
		assert_string_equal(proxy.name, cases[i].name);
		assert_string_equal(proxy.url.host, cases[i].host);
		check(proxy.url.tls == cases[i].tls, "%s", cases[i].text);
		assert_int_equal(proxy.url.port, cases[i].port);
		assert_null(proxy.authorization);
		assert_string_equal(proxy.from, "https_proxy");
		assert_null(proxy.except);
	}
}

static void
test_credentials(void **state)
{
	static const struct {
		const char *user, *basic;
	} cases[] = {
		{ "user:password", "dXNlcjpwYXNzd29yZA==" },
		{ "Aladdin:open%20sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
		{ "a:b", "YTpi" },
		{ "a:bc", "YTpiYw==" },
		{ "a:bcd", "YTpiY2Q=" },
		{ "a:bcde", "YTpiY2Rl" },
		{ "user", "dXNlcjo=" },
		{ "user:", "dXNlcjo=" },
		{ ":secret", "OnNlY3JldA==" },
		{ ":", "Og==" },
		{ "u:a:b:c", "dTphOmI6Yw==" },
		{ "u:a%3Ab", "dTphOmI=" },
		{ "u:p@ss", "dTpwQHNz" },
		{ "u:p%40ss", "dTpwQHNz" },
		{ "me%40corp:p", "bWVAY29ycDpw" },
		{ "u:a+b", "dTphK2I=" },
		{ "u:%2f%2F%25", "dTovLyU=" },
		{ "u:%7e%7E", "dTp+fg==" },
		{ "u:\xc3\xa4", "dTrDpA==" },
		{ "u:%C3%A4", "dTrDpA==" },
		{ "CORP\\me:p", "Q09SUFxtZTpw" },
		{ "CORP%5cme:p", "Q09SUFxtZTpw" },
		{ "u:%ff%FE", "dTr//g==" },
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof text, "%s%s@[::1]:3128%s",
		    i % 3 == 1       ? "https://"
			: i % 3 == 2 ? "http://"
				     : "",
		    cases[i].user, i % 2 == 0 ? "/" : "");
		check(parse(text) == STATUS_OK, "%s: %s", text, fault.text);
		assert_string_equal(proxy.name, "[::1]:3128");
		check(
		    strncmp(proxy.authorization, "Basic ", 6) == 0, "%s", text);
		assert_string_equal(proxy.authorization + 6, cases[i].basic);
	}
}

/* Nothing of them is ever shown, decoded or not. */
static void
test_secrets(void **state)
{
	static const char *const forms[] = { "p@ss/word", "p%40ss%2fword",
		"dXNlcjpwQHNzL3dvcmQ=" };
	struct buf b;
	size_t i;

	(void)state;
	assert_int_equal(
	    parse("http://user:p%40ss%2fword@proxy:3128"), STATUS_OK);
	for (i = 0; i < COUNT(forms); i++) {
		buf_init(&b, 1000);
		buf_addf(&b, "<%s>", forms[i]);
		secret_redact(&b);
		assert_string_equal(buf_str(&b), "<***>");
		buf_free(&b);
	}
	assert_false(secret_in("user"));
	/* Also if all is found wrong in the end. */
	assert_int_equal(parse("http://user:hunter22@proxy:0"), STATUS_USAGE);
	assert_true(secret_in("hunter22"));
	/* A key in the place of the user. */
	assert_int_equal(
	    parse("http://0123456789abcde%21@proxy:3128"), STATUS_OK);
	assert_true(secret_in("0123456789abcde!"));
	assert_true(secret_in("0123456789abcde%21"));
	assert_int_equal(
	    parse("http://fedcba9876543210:@proxy:3128"), STATUS_OK);
	assert_true(secret_in("fedcba9876543210"));
	assert_int_equal(parse("http://runner@proxy:3128"), STATUS_OK);
	assert_false(secret_in("runner"));
}

static void
test_bad_urls(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "host" },
		{ "/", "host" },
		{ "http://", "host" },
		{ "http:///", "host" },
		{ "https://", "host" },
		{ "http://:3128", "host" },
		{ ":3128", "host" },
		{ "user:hunter2@", "host" },
		{ "http://user:hunter2@:3128", "host" },
		{ "//proxy:3128", "host" },
		{ "proxy:", "port" },
		{ "proxy:0", "port" },
		{ "proxy:65536", "port" },
		{ "proxy:-1", "port" },
		{ "proxy:3128x", "port" },
		{ "proxy:3128:3128", "port" },
		{ "proxy:http", "port" },
		{ "http:proxy:3128", "port" },
		{ "::1", "brackets" },
		{ "2001:db8::1", "port" },
		{ "[::1", "]" },
		{ "[proxy]", "IPv6" },
		{ "[::1]3128", "port" },
		{ "pro xy", "host" },
		{ "proxy\t", "host" },
		{ "pro%78y", "host" },
		{ "b\xc3\xbc"
		  "cher",
		    "host" },
		{ "-proxy", "host" },
		{ "proxy:3128/path", "only a host" },
		{ "http://proxy/proxy.pac", "only a host" },
		{ "http://proxy?x", "only a host" },
		{ "http://proxy:3128/?x", "only a host" },
		{ "http://proxy#x", "only a host" },
		{ "http://proxy\\x", "bad character" },
		/* passwords that are not encoded, wherever they are cut */
		{ "http://user:hunter2/x@proxy:3128", "only a host" },
		{ "http://user:hunter2?x@proxy:3128", "%3F" },
		{ "http://user:hunter2#x@proxy:3128", "%23" },
		{ "http://user:1/hunter2@proxy:3128", "%2F" },
		{ "http://user:hunter2", "port" },
		{ "user:hunter2", "port" },
		/* escapes and what they hide */
		{ "http://user:hunter2%@proxy", "%25" },
		{ "http://user:hunter2%4@proxy", "%25" },
		{ "http://user:hunter2%4g@proxy", "%25" },
		{ "http://user:hunter2%g4@proxy", "%25" },
		{ "http://user:%zzhunter2@proxy", "%25" },
		{ "http://us%er:hunter2@proxy", "%25" },
		{ "http://user:hunter2%00@proxy", "control" },
		{ "http://user:%0ahunter2@proxy", "control" },
		{ "http://user:hunter2%0D%0AX-A:1@proxy", "control" },
		{ "http://user:hunter2%7f@proxy", "control" },
		{ "http://us%00er:hunter2@proxy", "control" },
		{ "http://user:hunter2\n@proxy", "control" },
		{ "http://user:hunter2\x1b@proxy", "control" },
		{ "http://us%3aer:hunter2@proxy", "colon" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		check(
		    parse(cases[i].text) == STATUS_USAGE, "%s", cases[i].text);
		assert_true(fault.lasting);
		check(strncmp(fault.text, "https_proxy: ", 13) == 0, "%s",
		    fault.text);
		check(strstr(fault.text, cases[i].says) != NULL,
		    "\"%s\" is not in \"%s\", for %s", cases[i].says,
		    fault.text, cases[i].text);
		check(strstr(fault.text, "hunter2") == NULL, "%s", fault.text);
		check(!proxy_is_set(&proxy), "%s", cases[i].text);
	}
}

static void
test_schemes(void **state)
{
	static const char *const cases[] = { "socks", "socks4", "socks4a",
		"socks5", "socks5h", "SOCKS5", "ftp", "quic", "file", "httpx",
		"httpss", "htt", "h", "http+unix", "ws", "1" };
	char text[200], word[50];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof text, "%s://user:hunter2@proxy:1080",
		    cases[i]);
		snprintf(word, sizeof word, " %s://", cases[i]);
		assert_int_equal(parse(text), STATUS_USAGE);
		assert_true(fault.lasting);
		check(strncmp(fault.text, "https_proxy:", 12) == 0 &&
			strstr(fault.text, word) != NULL &&
			strstr(fault.text, "hunter2") == NULL,
		    "%s", fault.text);
		assert_false(proxy_is_set(&proxy));
	}
}

/* As an env file may have it; what may be a password is not shown. */
static void
test_quotes(void **state)
{
	static const char *const cases[] = { "\"http://u:hunter2@proxy:1\"",
		"'proxy:1'", "\"", "\"hunter2@proxy" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(cases[i]), STATUS_USAGE);
		check(strncmp(fault.text, "https_proxy:", 12) == 0 &&
			strstr(fault.text, "quotation marks out") != NULL &&
			strstr(fault.text, "hunter2") == NULL,
		    "%s", fault.text);
		assert_false(proxy_is_set(&proxy));
	}
}

/* The first item that no server can match. */
static void
test_misfits(void **state)
{
	static const struct {
		const char *list, *misfit;
	} cases[] = {
		{ "", NULL },
		{ " , ", NULL },
		{ "*", NULL },
		{ "a.example, .b.example,*.c.example d", NULL },
		{ "a:1,.b:65535,*.c:443", NULL },
		{ "10.0.0.1,10.0.0.0/8,::1,[::1],[::1]:443,fd00::/8", NULL },
		{ "10.0.0.1:443,a_b-c.example.,1", NULL },
		{ "a;b", "a;b" },
		{ "a,b;c,d", "b;c" },
		{ "a.example http://b.example", "http://b.example" },
		{ "a*", "a*" },
		{ "*a", "*a" },
		{ "a.*.b", "a.*.b" },
		{ "**", "**" },
		{ "*:443", "*:443" },
		{ "*.*.a", "*.*.a" },
		{ "a/b", "a/b" },
		{ "a.example/8", "a.example/8" },
		{ "10.0.0.0/33", "10.0.0.0/33" },
		{ "10.0.0.0/", "10.0.0.0/" },
		{ "fd00::/129", "fd00::/129" },
		{ "a:0", "a:0" },
		{ "a:65536", "a:65536" },
		{ "a:", "a:" },
		{ "a:b", "a:b" },
		{ "\"a\"", "\"a\"" },
		{ "user@a", "user@a" },
		{ "<local>", "<local>" },
		{ "b\xc3\xa4r.example", "b\xc3\xa4r.example" },
	};
	const char *misfit;
	char *copy;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		copy = exact_copy(cases[i].list, strlen(cases[i].list) + 1);
		misfit = proxy_list_misfit(copy, &len);
		check((misfit == NULL) == (cases[i].misfit == NULL), "%s",
		    cases[i].list);
		check(misfit == NULL ||
			(len == strlen(cases[i].misfit) &&
			    memcmp(misfit, cases[i].misfit, len) == 0),
		    "%s: %.*s", cases[i].list, (int)len, misfit);
		free(copy);
	}
}

/* The server, as a URL: "https://example.com:8443". */
static bool
listed(const char *list, const char *server)
{
	char *copy = exact_copy(list, strlen(list) + 1);
	const char *wrong;
	struct url u;
	bool found;

	wrong = url_parse_base(&u, server);
	check(wrong == NULL, "%s: %s", server, wrong);
	found = proxy_list_has(copy, &u);
	url_wipe(&u);
	free(copy);
	return found;
}

static void
test_lists(void **state)
{
	static const struct {
		const char *list, *server;
		bool has;
	} cases[] = {
		/* nothing */
		{ "", "https://example.com", false },
		{ ",", "https://example.com", false },
		{ " , ,, ", "https://example.com", false },
		{ ".", "https://example.com", false },
		{ "..", "https://example.com", false },
		{ ":", "https://example.com", false },
		{ ":443", "https://example.com", false },
		{ "[", "https://example.com", false },
		{ "[]", "https://example.com", false },
		{ "[]:443", "https://example.com", false },
		{ "]", "https://[::1]", false },
		{ "[::1", "https://[::1]", false },
		{ "/", "https://10.0.0.1", false },
		{ "/8", "https://10.0.0.1", false },
		/* everything */
		{ "*", "https://example.com", true },
		{ "*", "https://10.0.0.1:8443", true },
		{ "*", "http://[::1]", true },
		{ "a, *", "https://example.com", true },
		{ "**", "https://example.com", false },
		{ "*.com", "https://example.com", true },
		{ "*.example.com", "https://api.example.com", true },
		{ "*.example.com", "https://a.b.example.com", true },
		{ "*.example.com", "https://example.com", false },
		{ "*.example.com", "https://notexample.com", false },
		{ "*.example.com:443", "https://api.example.com", true },
		{ "*.example.com:443", "https://api.example.com:80", false },
		{ "*.example.com.", "https://api.example.com", true },
		{ "*.", "https://example.com", false },
		{ "*.*.com", "https://a.example.com", false },
		{ "*.0.0.1", "https://10.0.0.1", false },
		{ "exam*", "https://example.com", false },
		/* hosts, and what is below them */
		{ "example.com", "https://example.com", true },
		{ "example.com", "https://api.example.com", true },
		{ "example.com", "https://a.b.example.com:8443", true },
		{ "example.com", "https://notexample.com", false },
		{ "example.com", "https://example.com.evil.org", false },
		{ "example.com", "https://example.co", false },
		{ "example.com", "https://xample.com", false },
		{ "example.com", "https://com", false },
		{ "api.example.com", "https://example.com", false },
		{ "com", "https://example.com", true },
		{ "om", "https://example.com", false },
		{ "localhost", "http://localhost:8080", true },
		{ "localhost", "http://a.localhost", true },
		{ "EXAMPLE.com", "https://example.COM", true },
		{ "Example.Com", "https://API.example.com", true },
		{ "https://example.com", "https://example.com", false },
		{ "example.com/", "https://example.com", false },
		{ "user@example.com", "https://example.com", false },
		/* only below */
		{ ".example.com", "https://api.example.com", true },
		{ ".example.com", "https://a.b.example.com", true },
		{ ".example.com", "https://example.com", false },
		{ ".example.com", "https://notexample.com", false },
		{ ".EXAMPLE.com", "https://api.example.com", true },
		{ ".com", "https://example.com", true },
		{ "..example.com", "https://api.example.com", false },
		/* lists */
		{ "a.org,example.com", "https://example.com", true },
		{ "example.com,a.org", "https://example.com", true },
		{ "a.org,example.com,b.org", "https://example.com", true },
		{ "a.org, example.com ,b.org", "https://example.com", true },
		{ " example.com", "https://example.com", true },
		{ "example.com ", "https://example.com", true },
		{ "a.org example.com", "https://example.com", true },
		{ "a.org\texample.com\n", "https://example.com", true },
		{ "a.org\r\nexample.com", "https://example.com", true },
		{ ",,example.com,,", "https://example.com", true },
		{ "a.org;example.com", "https://example.com", false },
		{ "a.org,b.org", "https://example.com", false },
		{ "example,com", "https://example.com", true },
		{ "exam ple.com", "https://example.com", false },
		/* final dots */
		{ "example.com.", "https://example.com", true },
		{ "example.com", "https://example.com.", true },
		{ "example.com.", "https://example.com.", true },
		{ "example.com.", "https://api.example.com", true },
		{ ".example.com.", "https://api.example.com.", true },
		{ "example.com..", "https://example.com", false },
		{ "10.0.0.1", "https://10.0.0.1.", true },
		/* ports */
		{ "example.com:443", "https://example.com", true },
		{ "example.com:443", "https://example.com:443", true },
		{ "example.com:443", "https://example.com:8443", false },
		{ "example.com:8443", "https://example.com:8443", true },
		{ "example.com:8443", "https://example.com", false },
		{ "example.com:80", "http://example.com", true },
		{ "example.com:443", "http://example.com", false },
		{ "example.com:443", "https://api.example.com", true },
		{ "example.com:443", "https://api.example.com:80", false },
		{ ".example.com:443", "https://api.example.com", true },
		{ ".example.com:443", "https://example.com", false },
		{ "example.com.:443", "https://example.com", true },
		{ "example.com:", "https://example.com", false },
		{ "example.com:x", "https://example.com", false },
		{ "example.com:4430", "https://example.com", false },
		{ "example.com:44", "https://example.com", false },
		{ "example.com:65979", "https://example.com", false },
		{ "example.com:443:443", "https://example.com", false },
		{ "*:443", "https://example.com", false },
		{ "443", "https://example.com", false },
		/* addresses */
		{ "10.0.0.1", "https://10.0.0.1", true },
		{ "10.0.0.1", "https://10.0.0.1:8443", true },
		{ "10.0.0.1", "https://10.0.0.10", false },
		{ "10.0.0.1", "https://110.0.0.1", false },
		{ "0.0.1", "https://10.0.0.1", false },
		{ "1", "https://10.0.0.1", false },
		{ ".1", "https://10.0.0.1", false },
		{ ".0.0.1", "https://10.0.0.1", false },
		{ "10.", "https://10.0.0.1", false },
		{ "10", "https://10.0.0.1", false },
		{ "10.0.0.*", "https://10.0.0.1", false },
		{ "010.0.0.1", "https://10.0.0.1", false },
		{ "10.0.0.1:443", "https://10.0.0.1", true },
		{ "10.0.0.1:443", "https://10.0.0.1:80", false },
		{ "10.0.0.1", "https://10.0.0.1.example.com", false },
		{ "127.0.0.1", "http://127.0.0.1:8080", true },
		{ "127.0.0.1", "http://localhost", false },
		{ "localhost", "http://127.0.0.1", false },
		{ "::1", "http://[::1]:8080", true },
		{ "[::1]", "http://[::1]:8080", true },
		{ "[::1]:8080", "http://[::1]:8080", true },
		{ "[::1]:8081", "http://[::1]:8080", false },
		{ "[::1]:", "http://[::1]:8080", false },
		{ "[::1]8080", "http://[::1]:8080", false },
		{ "0:0:0:0:0:0:0:1", "http://[::1]", true },
		{ "::1", "http://[0:0::0:1]", true },
		{ "FD00::a", "https://[fd00:0::A]", true },
		{ "::2", "http://[::1]", false },
		{ "::", "http://[::1]", false },
		/* all of it is the address, there is no port in it */
		{ "fd00::443", "https://[fd00::]", false },
		{ "fd00::443", "https://[fd00::443]", true },
		{ "::ffff:10.0.0.1", "https://10.0.0.1", true },
		{ "10.0.0.1", "https://[::ffff:10.0.0.1]", true },
		{ "10.0.0.1", "https://[::ffff:a00:1]", true },
		{ "10.0.0.1", "https://[::10.0.0.1]", false },
		{ "127.0.0.1", "http://[::1]", false },
		/* networks */
		{ "10.0.0.0/8", "https://10.1.2.3", true },
		{ "10.0.0.0/8", "https://11.1.2.3", false },
		{ "10.9.9.9/8", "https://10.1.2.3", true },
		{ "192.168.0.0/16", "https://192.168.255.255", true },
		{ "192.168.0.0/16", "https://192.169.0.0", false },
		{ "172.16.0.0/12", "https://172.31.255.255", true },
		{ "172.16.0.0/12", "https://172.32.0.0", false },
		{ "172.16.0.0/12", "https://172.15.255.255", false },
		{ "10.0.0.1/32", "https://10.0.0.1", true },
		{ "10.0.0.1/32", "https://10.0.0.2", false },
		{ "10.0.0.0/31", "https://10.0.0.1", true },
		{ "10.0.0.0/31", "https://10.0.0.2", false },
		{ "0.0.0.0/0", "https://203.0.113.9", true },
		{ "0.0.0.0/0", "https://[2001:db8::1]", false },
		{ "0.0.0.0/0", "https://example.com", false },
		{ "10.0.0.0/33", "https://10.0.0.0", false },
		{ "10.0.0.0/-1", "https://10.0.0.0", false },
		{ "10.0.0.0/", "https://10.0.0.0", false },
		{ "10.0.0.0/x", "https://10.0.0.0", false },
		{ "10.0.0.0/8x", "https://10.0.0.0", false },
		{ "10.0.0.0/8/8", "https://10.0.0.0", false },
		{ "10.0.0.0/18446744073709551624", "https://10.0.0.0", false },
		{ "10.0.0.0/255.0.0.0", "https://10.0.0.0", false },
		{ "10/8", "https://10.0.0.0", false },
		{ "10.0.0.0/8:443", "https://10.0.0.1", true },
		{ "10.0.0.0/8:443", "https://10.0.0.1:80", false },
		{ "fd00::/8", "https://[fd12:3456::1]", true },
		{ "fd00::/8", "https://[fe00::1]", false },
		{ "[fd00::]/8", "https://[fd12::1]", true },
		{ "2001:db8::/33", "https://[2001:db8:7fff::]", true },
		{ "2001:db8::/33", "https://[2001:db8:8000::]", false },
		{ "::1/128", "https://[::1]", true },
		{ "::1/128", "https://[::2]", false },
		{ "::/0", "https://[2001:db8::1]", true },
		{ "::/0", "https://10.0.0.1", false },
		{ "::1/129", "https://[::1]", false },
		{ "10.0.0.0/8", "https://[::ffff:10.1.2.3]", true },
		{ "10.0.0.0/8", "https://10.example.com", false },
		/* what is too long to be anything */
		{ "1111:2222:3333:4444:5555:6666:123.123.123.123.123.123.12",
		    "https://10.0.0.1", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check(listed(cases[i].list, cases[i].server) == cases[i].has,
		    "\"%s\" %s %s", cases[i].list,
		    cases[i].has ? "should have" : "should not have",
		    cases[i].server);
}

static void
test_serves(void **state)
{
	struct url u;

	(void)state;
	assert_null(url_parse_base(&u, "https://api.example.com"));
	assert_int_equal(parse("proxy:3128"), STATUS_OK);
	assert_true(proxy_serves(&proxy, &u));
	proxy.except = strdup("example.com:80");
	assert_true(proxy_serves(&proxy, &u));
	free(proxy.except);
	proxy.except = strdup("example.com");
	assert_false(proxy_serves(&proxy, &u));
	proxy_wipe(&proxy);
	assert_false(proxy_is_set(&proxy));
	assert_false(proxy_serves(&proxy, &u));
	url_wipe(&u);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_urls),
		TEST(test_credentials),
		TEST(test_secrets),
		TEST(test_bad_urls),
		TEST(test_schemes),
		TEST(test_quotes),
		TEST(test_misfits),
		TEST(test_lists),
		TEST(test_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
