/* SPDX-License-Identifier: ISC */
/*
 * The two addresses of a GitHub server: its pages and its API.
 */
#include "unit.h"

#include "github/server.h"

static void
expect(void (*add)(struct buf *, const struct url *), const char *from,
    const char *to)
{
	struct url u;
	struct buf b;

	assert_null(url_parse_base(&u, from));
	buf_init(&b, BUF_TEXT_MAX);
	add(&b, &u);
	check(strcmp(buf_str(&b), to) == 0, "%s: %s, not %s", from, buf_str(&b),
	    to);
	buf_free(&b);
	url_wipe(&u);
}

/* From one to the other and back. */
static void
test_both_ways(void **state)
{
	static const struct {
		const char *pages, *api;
	} cases[] = {
		{ "https://github.com", "https://api.github.com" },
		{ "https://octo.ghe.com", "https://api.octo.ghe.com" },
		{ "https://ghe.example.com", "https://ghe.example.com/api/v3" },
		{ "https://ghe.example.com:8443",
		    "https://ghe.example.com:8443/api/v3" },
		{ "http://localhost:8080", "http://localhost:8080/api/v3" },
		{ "https://[2001:db8::1]:1", "https://[2001:db8::1]:1/api/v3" },
		{ "https://gw.example.com/github",
		    "https://gw.example.com/github/api/v3" },
		/* Only those very names. */
		{ "https://notghe.com", "https://notghe.com/api/v3" },
		{ "https://ghe.com", "https://ghe.com/api/v3" },
		{ "https://github.com:8443", "https://github.com:8443/api/v3" },
		{ "https://notgithub.com", "https://notgithub.com/api/v3" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		expect(server_add_api, cases[i].pages, cases[i].api);
		expect(server_add_pages, cases[i].api, cases[i].pages);
	}
	/* An API without any of these forms shows pages beside itself. */
	expect(server_add_pages, "https://api.example.com",
	    "https://api.example.com");
	expect(server_add_pages, "https://api.ghe.com", "https://api.ghe.com");
	expect(server_add_pages, "https://gw.example.com/x",
	    "https://gw.example.com/x");
	expect(server_add_pages, "https://gw.example.com/api/v33",
	    "https://gw.example.com/api/v33");
}

static void
test_same(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "https://github.com", "https://GitHub.com:443", true },
		{ "https://github.com", "http://github.com", true },
		{ "https://github.com", "https://github.com.", true },
		{ "https://github.com.", "http://github.com:80", true },
		{ "https://ghe.example:8443", "https://ghe.example:8443/x",
		    true },
		{ "https://github.com", "https://github.com:8443", false },
		{ "https://github.com", "http://github.com:8080/", false },
		{ "https://ghe.example:8443", "https://ghe.example", false },
		{ "https://github.com", "https://github.co", false },
		{ "https://github.com", "https://xgithub.com", false },
		{ "https://github.com", "https://github.com.evil.example",
		    false },
		{ "https://github.com", "https://api.github.com", false },
		{ "https://[::1]", "https://[::2]", false },
	};
	struct url a, b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_null(url_parse_base(&a, cases[i].a));
		assert_null(url_parse_base(&b, cases[i].b));
		check(server_is_same(&a, &b) == cases[i].same &&
			server_is_same(&b, &a) == cases[i].same,
		    "%s, %s", cases[i].a, cases[i].b);
		url_wipe(&a);
		url_wipe(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
