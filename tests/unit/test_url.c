/* SPDX-License-Identifier: ISC */
/*
 * URLs: what is accepted as the base of an API, where a Location leads, what
 * counts as this machine.
 */
#include "unit.h"

#include <stdio.h>

#include "http/url.h"

static void
test_bases(void **state)
{
	static const struct {
		const char *text, *origin, *path;
	} cases[] = {
		{ "https://api.github.com", "https://api.github.com", "" },
		{ "https://api.github.com/", "https://api.github.com", "" },
		{ "https://api.github.com//", "https://api.github.com", "" },
		{ "https://ghe.example/api/v3", "https://ghe.example",
		    "/api/v3" },
		{ "https://ghe.example/api/v3///", "https://ghe.example",
		    "/api/v3" },
		{ "https://ghe.example:8443/api", "https://ghe.example:8443",
		    "/api" },
		{ "https://ghe.example:443/a", "https://ghe.example", "/a" },
		{ "http://ghe.example:80", "http://ghe.example", "" },
		{ "https://ghe.example:80", "https://ghe.example:80", "" },
		{ "http://ghe.example:443", "http://ghe.example:443", "" },
		{ "https://x:1", "https://x:1", "" },
		{ "https://x:65535", "https://x:65535", "" },
		{ "HTTPS://API.GitHub.COM/Api", "https://api.github.com",
		    "/Api" },
		{ "hTTp://LocalHost:8080", "http://localhost:8080", "" },
		{ "http://127.0.0.1:1234/x", "http://127.0.0.1:1234", "/x" },
		{ "http://[::1]", "http://[::1]", "" },
		{ "http://[::1]:8080/", "http://[::1]:8080", "" },
		{ "https://[2001:DB8::a]:443/p", "https://[2001:db8::a]",
		    "/p" },
		{ "https://[::ffff:10.0.0.1]", "https://[::ffff:10.0.0.1]",
		    "" },
		{ "https://a_b.example-1.x--y", "https://a_b.example-1.x--y",
		    "" },
		{ "https://xn--bcher-kva.example/%20",
		    "https://xn--bcher-kva.example", "/%20" },
		{ "https://h/a//b/../c_d=e,f:@+~%2f-", "https://h",
		    "/a//b/../c_d=e,f:@+~%2f-" },
	};
	const char *wrong;
	struct buf origin;
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		wrong = url_parse_base(&u, cases[i].text);
		check(wrong == NULL, "%s: %s", cases[i].text, wrong);
		buf_init(&origin, 1000);
		url_add_origin(&origin, &u);
		assert_string_equal(buf_str(&origin), cases[i].origin);
		assert_string_equal(u.path, cases[i].path);
		buf_free(&origin);
		url_wipe(&u);
	}
}

static void
test_bad_bases(void **state)
{
	static const char *const cases[] = { /* schemes */
		"", " ", "h", "https", "https:", "https:/", "http:/x",
		"api.github.com", "//api.github.com", "/api", "https//x",
		"ftp://x", "file:///etc/passwd", "httpss://x", "https:x",
		"socks5://x", "javascript:alert(1)", " https://x", "https ://x",
		/* hosts */
		"https://", "https:///", "https:///api", "https://:443",
		"https://.", "https://.x", "https://-x", "https://a b",
		"https://a%20b", "https://a\tb", "https://a\nb",
		"https://a\x7f", "https://b\xc3\xbcrger.example", "https://a,b",
		"https://a;b", "https://a*b", "https://<a>", "https://a'b",
		"https://a\"b", "https://a|b", "https://{a}",
		/* user information */
		"https://user@x", "https://user:pass@x", "https://@x",
		"https://x@", "https://user@x:443/", "https://x:443@y/",
		/* ports */
		"https://x:", "https://x:/", "https://x:0", "https://x:00",
		"https://x:65536", "https://x:-1", "https://x:+1",
		"https://x:4x3", "https://x: 443", "https://x:443 ",
		"https://x:443:443", "https://x:99999999999999999999",
		"https://x:18446744073709551617", "https://x:https",
		/* IPv6 */
		"https://[", "https://[]", "https://[:", "https://[::1",
		"https://::1", "https://[::1]x", "https://[::1]8080",
		"https://[::1]:", "https://[::1]:x", "https://[127.0.0.1]",
		"https://[example.com]", "https://[fe80::1%25eth0]",
		"https://[[::1]]", "https://2001:db8::1/", "https://[::1]@x",
		/* what follows */
		"https://x?y", "https://x/?", "https://x/?y=z", "https://x#y",
		"https://x/#", "https://x/a b", "https://x/a\tb",
		"https://x/a\r\nHost: y", "https://x/\n", "https://x/\x7f",
		"https://x/\xc3\xa9", "https://x/\"", "https://x/<y>",
		"https://x\\y", "https://x/y\\z", "https://x\\@y/",
		/* what a shell would make something of */
		"https://x/;y", "https://x/!y", "https://x/$y", "https://x/&y",
		"https://x/'", "https://x/(y", "https://x/y)", "https://x/*",
		"https://x/`y`", "https://x/|y", "https://x/{y", "https://x/}",
		"https://x/[y]", "https://x/^"
	};
	const char *wrong;
	struct url u;
	size_t i;
	char *exact;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		exact = exact_copy(cases[i], strlen(cases[i]) + 1);
		wrong = url_parse_base(&u, exact);
		check(wrong != NULL, "%s", cases[i]);
		assert_true(strlen(wrong) > 0);
		free(exact);
		url_wipe(&u);
	}
}

/* A few refusals must say what is wrong, not just that something is. */
static void
test_reasons(void **state)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ "api.github.com", "https://" },
		{ "https://u:p@x", "user information" },
		{ "https://", "host is missing" },
		{ "https://::1", "its brackets" },
		{ "https://fd00::2:8443/api/v3", "its brackets" },
		{ "https://a:80:80", "bad port" },
		{ "https://:80", "host is missing" },
		{ "https://b\xc3\xbcrger", "xn--" },
		{ "https://x:0", "port" },
		{ "https://x:99999", "port" },
		{ "https://[::1", "']'" },
		{ "https://[x]", "IPv6" },
		{ "https://x/?a", "query or fragment" },
		{ "https://x/a b", "character in the path" },
	};
	const char *wrong;
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		wrong = url_parse_base(&u, cases[i].text);
		check(wrong != NULL && strstr(wrong, cases[i].part) != NULL,
		    "%s: %s", cases[i].text, wrong);
		url_wipe(&u);
	}
}

static void
test_host_length(void **state)
{
	char text[300] = "https://";
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < 254; i++)
		text[8 + i] = i % 64 == 63 ? '.' : 'a';
	assert_non_null(url_parse_base(&u, text));
	url_wipe(&u);
	text[8 + 253] = '\0';
	assert_null(url_parse_base(&u, text));
	assert_int_equal(strlen(u.host), 253);
	url_wipe(&u);
}

static void
test_locations(void **state)
{
	static const struct {
		const char *base, *base_target, *location;
		const char *origin, *target;
	} cases[] = {
		/* absolute */
		{ "https://h", "/a", "https://h/b", "https://h", "/b" },
		{ "https://h", "/a", "https://H:443/b?c=d", "https://h",
		    "/b?c=d" },
		{ "https://h", "/a", "https://other/b", "https://other", "/b" },
		{ "https://h", "/a", "http://h/b", "http://h", "/b" },
		{ "https://h", "/a", "HTTPS://h:8443/B", "https://h:8443",
		    "/B" },
		{ "https://h", "/a", "https://[::1]:1/b", "https://[::1]:1",
		    "/b" },
		{ "https://h", "/a/b", "https://o", "https://o", "/" },
		{ "https://h", "/a/b", "https://o?q", "https://o", "/?q" },
		{ "https://h", "/a/b", "https://o#f", "https://o", "/" },
		{ "https://h", "/a/b", "https://o/p#f", "https://o", "/p" },
		{ "https://h", "/a/b", "https://o/p?q#f?g", "https://o",
		    "/p?q" },
		{ "https://h", "/a", "https://o/u:p@x", "https://o", "/u:p@x" },
		{ "https://h", "/a", "https://o/a/../b?u=https://z/",
		    "https://o", "/a/../b?u=https://z/" },
		{ "https://h", "/a",
		    "https://blob.example/x?sig=a%2Fb%3D&se=2024-01-01T00%3A",
		    "https://blob.example",
		    "/x?sig=a%2Fb%3D&se=2024-01-01T00%3A" },
		/* without a scheme */
		{ "https://h", "/a", "//o/b", "https://o", "/b" },
		{ "http://h", "/a", "//o:81/b?c", "http://o:81", "/b?c" },
		{ "https://h:8443", "/a", "//o", "https://o", "/" },
		{ "https://h", "/a", "//o?q", "https://o", "/?q" },
		{ "https://h", "/a", "//o#f", "https://o", "/" },
		{ "https://h", "/a", "//[::1]:9/b", "https://[::1]:9", "/b" },
		/* a path from the root */
		{ "https://h:8443", "/a/b?c", "/d", "https://h:8443", "/d" },
		{ "http://h", "/a/b?c", "/", "http://h", "/" },
		{ "https://h", "/a/b?c", "/d?e=f#g", "https://h", "/d?e=f" },
		{ "https://h", "/a", "/b:c//d", "https://h", "/b:c//d" },
		{ "https://h", "/a", "/repositories/1/actions/runs?page=2",
		    "https://h", "/repositories/1/actions/runs?page=2" },
		/* a path from here */
		{ "https://h", "/a/b?c", "d", "https://h", "/a/d" },
		{ "https://h", "/a/b/", "d", "https://h", "/a/b/d" },
		{ "https://h", "/a", "b/c?d", "https://h", "/b/c?d" },
		{ "https://h", "/a/b?c/d", "e", "https://h", "/a/e" },
		{ "https://h", "/", "e", "https://h", "/e" },
		{ "https://h", "/a/b", "./c:d", "https://h", "/a/./c:d" },
		{ "https://h", "/a/b", "c?d:e", "https://h", "/a/c?d:e" },
		{ "https://h", "/a/b", "c#d", "https://h", "/a/c" },
		/* a query, a fragment */
		{ "https://h", "/a/b?c", "?d=e", "https://h", "/a/b?d=e" },
		{ "https://h", "/a/b", "?", "https://h", "/a/b?" },
		{ "https://h", "/a/b?c", "?d#e", "https://h", "/a/b?d" },
		{ "https://h", "/a/b?c", "#d", "https://h", "/a/b?c" },
		{ "https://h", "/a/b", "#", "https://h", "/a/b" },
	};
	struct url base, u;
	struct buf origin;
	const char *wrong;
	char *target;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_null(url_parse_base(&base, cases[i].base));
		wrong = url_parse_location(&u, &target, cases[i].location,
		    &base, cases[i].base_target);
		check(wrong == NULL, "%s: %s", cases[i].location, wrong);
		buf_init(&origin, 1000);
		url_add_origin(&origin, &u);
		check(strcmp(buf_str(&origin), cases[i].origin) == 0, "%s: %s",
		    cases[i].location, buf_str(&origin));
		check(strcmp(target, cases[i].target) == 0, "%s: %s",
		    cases[i].location, target);
		assert_string_equal(u.path, "");
		buf_free(&origin);
		free(target);
		url_wipe(&u);
		url_wipe(&base);
	}
}

static void
test_bad_locations(void **state)
{
	static const char *const cases[] = { "", " ", " /a", "/a b", "/a\tb",
		"/a\r\nX: y", "/\x7f", "/\xc3\xa9", "https://", "https:///a",
		"//", "///a", "ftp://x/", "file:///a", "javascript:x",
		"data:,x", "https:/a", "https:a", "mailto:a@b", "https://u@x/",
		"https://u:p@x/", "//u@x/", "https://x:0/", "https://x:99999",
		"https://x:/", "https://[::1/", "https://b\xc3\xbc/",
		"https://x\\y/", "//x\\y/", "/\\x/", "\\\\x\\y",
		"https://x\\@y/", "a:b" };
	struct url base, u;
	const char *wrong;
	char *target;
	size_t i;

	(void)state;
	assert_null(url_parse_base(&base, "https://h"));
	for (i = 0; i < COUNT(cases); i++) {
		wrong = url_parse_location(
		    &u, &target, cases[i], &base, "/a/b");
		check(wrong != NULL, "%s", cases[i]);
		assert_null(target);
		url_wipe(&u);
	}
	url_wipe(&base);
}

static void
test_same_origin(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "https://h", "https://h/x/y", true },
		{ "https://h", "https://H:443", true },
		{ "http://h", "http://h:80", true },
		{ "http://[::A]", "http://[::a]:80", true },
		{ "https://h", "http://h", false },
		{ "https://h", "http://h:443", false },
		{ "https://h", "https://h:444", false },
		{ "https://h", "https://h.", false },
		{ "https://h", "https://hh", false },
		{ "https://api.h", "https://h", false },
		{ "https://127.0.0.1", "https://localhost", false },
	};
	struct url a, b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_null(url_parse_base(&a, cases[i].a));
		assert_null(url_parse_base(&b, cases[i].b));
		check(url_same_origin(&a, &b) == cases[i].same, "%s, %s",
		    cases[i].a, cases[i].b);
		check(url_same_origin(&b, &a) == cases[i].same, "%s, %s",
		    cases[i].b, cases[i].a);
		url_wipe(&a);
		url_wipe(&b);
	}
}

static void
test_loopback(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} cases[] = {
		{ "http://localhost", true },
		{ "http://LOCALHOST:1", true },
		{ "http://127.0.0.1", true },
		{ "http://127.0.0.0", true },
		{ "http://127.1.2.3:80/x", true },
		{ "http://127.255.255.255", true },
		{ "http://[::1]", true },
		{ "http://[::1]:8080/", true },
		{ "http://127.evil.example", false },
		{ "http://127.0.0.1.evil.example", false },
		{ "http://127.0.0.evil", false },
		{ "http://127.0.0", false },
		{ "http://127.1", false },
		{ "http://127.", false },
		{ "http://127", false },
		{ "http://127.0.0.1.", false },
		{ "http://127.0.0.1.1", false },
		{ "http://127.0.0.256", false },
		{ "http://127.0.0.0x1", false },
		{ "http://127.0.0.08", false },
		{ "http://127.0.0.1a", false },
		{ "http://127..0.1", false },
		{ "http://127.0.0.-1", false },
		{ "http://127.0.0.1-", false },
		{ "http://0127.0.0.1", false },
		{ "http://128.0.0.1", false },
		{ "http://126.255.255.255", false },
		{ "http://1.127.0.0", false },
		{ "http://0.0.0.0", false },
		{ "http://2130706433", false },
		{ "http://localhost.example", false },
		{ "http://localhost.", false },
		{ "http://xlocalhost", false },
		{ "http://localhos", false },
		{ "http://local-host", false },
		{ "http://[::2]", false },
		{ "http://[::]", false },
		{ "http://[::1:1]", false },
		{ "http://[1::1]", false },
		{ "http://[::ffff:10.0.0.1]", false },
		{ "http://10.0.0.1", false },
		{ "http://example.com", false },
	};
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		check(url_parse_base(&u, cases[i].text) == NULL, "%s",
		    cases[i].text);
		check(url_is_loopback(&u) == cases[i].loopback, "%s",
		    cases[i].text);
		url_wipe(&u);
	}
}

static void
test_authority(void **state)
{
	static const struct {
		const char *text, *authority;
	} cases[] = {
		{ "https://H", "h" },
		{ "https://h:443", "h" },
		{ "https://h:80", "h:80" },
		{ "http://h:80", "h" },
		{ "http://h:443", "h:443" },
		{ "http://[::1]", "[::1]" },
		{ "http://[::1]:8080", "[::1]:8080" },
	};
	struct buf b;
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_null(url_parse_base(&u, cases[i].text));
		buf_init(&b, 100);
		url_add_authority(&b, &u);
		assert_string_equal(buf_str(&b), cases[i].authority);
		buf_free(&b);
		url_wipe(&u);
	}
}

static void
test_encoded(void **state)
{
	static const char kept[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	char text[2] = "", want[4];
	struct buf b;
	int c;

	(void)state;
	buf_init(&b, 1000);
	for (c = 1; c < 256; c++) {
		text[0] = (char)c;
		if (strchr(kept, c) != NULL)
			snprintf(want, sizeof want, "%c", c);
		else
			snprintf(want, sizeof want, "%%%02X", (unsigned int)c);
		buf_clear(&b);
		url_add_encoded(&b, text);
		assert_string_equal(buf_str(&b), want);
	}
	buf_clear(&b);
	url_add_encoded(&b, "");
	assert_int_equal(b.len, 0);
	url_add_encoded(&b, ".github/workflows/a b+\xc3\xa9.yml?x#y%41");
	assert_string_equal(buf_str(&b),
	    ".github%2Fworkflows%2Fa%20b%2B%C3%A9.yml%3Fx%23y%2541");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_bad_bases),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_host_length),
		cmocka_unit_test(test_locations),
		cmocka_unit_test(test_bad_locations),
		cmocka_unit_test(test_same_origin),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_authority),
		cmocka_unit_test(test_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
