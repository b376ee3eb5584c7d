/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "github/installation.h"

static void
test_installations(void **state)
{
	static const struct {
		const char *body;
		uint64_t id;
		const char *account, *html_url;
		bool is_suspended, tells_permissions;
		enum github_access actions, contents;
	} rows[] = {
		{ "{\"id\":77,\"account\":{\"login\":\"Octo-Org\"},"
		  "\"html_url\":\"https://x.test/i/77\","
		  "\"suspended_at\":null,\"permissions\":{\"actions\":"
		  "\"write\",\"contents\":\"read\",\"metadata\":\"read\"}}",
		    77, "Octo-Org", "https://x.test/i/77", false, true,
		    GITHUB_WRITE, GITHUB_READ },
		{ "{\"id\":98765432100,\"account\":null,\"suspended_at\":"
		  "\"2026-01-01T00:00:00Z\",\"permissions\":{}}",
		    UINT64_C(98765432100), "", "", true, true, GITHUB_NO_ACCESS,
		    GITHUB_NO_ACCESS },
		{ "{\"id\":1,\"account\":{\"slug\":\"x\",\"login\":5},"
		  "\"html_url\":\"javascript:x\",\"permissions\":"
		  "{\"actions\":\"other\",\"contents\":5}}",
		    1, "", "", false, true, GITHUB_NO_ACCESS,
		    GITHUB_NO_ACCESS },
		{ "{\"id\":1}", 1, "", "", false, false, GITHUB_NO_ACCESS,
		    GITHUB_NO_ACCESS },
	};
	struct installation got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_true(installation_decode(
		    rows[i].body, strlen(rows[i].body), &got));
		assert_true(got.id == rows[i].id);
		assert_string_equal(got.account, rows[i].account);
		assert_string_equal(got.html_url, rows[i].html_url);
		check(got.is_suspended == rows[i].is_suspended &&
			got.tells_permissions == rows[i].tells_permissions &&
			got.granted.actions == rows[i].actions &&
			got.granted.contents == rows[i].contents,
		    "row %zu", i);
		installation_wipe(&got);
	}
}

static void
test_no_installation(void **state)
{
	static const char *const bodies[] = { "", "[]", "{}", "{\"id\":0}",
		"{\"id\":-1}", "{\"id\":\"7\"}", "{\"id\":7,\"id\":8}",
		"{\"id\":7" };
	struct installation got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++)
		check(!installation_decode(bodies[i], strlen(bodies[i]), &got),
		    "%s", bodies[i]);
}

static void
expect_token(const char *body, const char *wanted, int64_t wanted_s)
{
	int64_t ends_s = 0;
	char *token = installation_decode_token(body, strlen(body), &ends_s);

	if (wanted == NULL)
		assert_null(token);
	else
		assert_string_equal(token, wanted);
	if (wanted != NULL)
		assert_true(ends_s == wanted_s);
	free(token);
}

static void
test_tokens(void **state)
{
	(void)state;
	expect_token(
	    "{\"token\":\"ghs_1\",\"expires_at\":\"2023-11-14T22:13:20Z\"}",
	    "ghs_1", 1700000000);
	expect_token(
	    "{\"token\":\"ghs_1\",\"expires_at\":\"soon\"}", "ghs_1", -1);
	expect_token("{\"token\":\"ghs_1\"}", "ghs_1", -1);
	expect_token("{\"token\":null}", NULL, 0);
	expect_token("{\"token\":\"a\",\"token\":\"b\"}", NULL, 0);
	expect_token("", NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_installations),
		cmocka_unit_test(test_no_installation),
		cmocka_unit_test(test_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
