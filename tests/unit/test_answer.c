/* SPDX-License-Identifier: ISC */
/*
 * What an answer means: the whole table, and how long the server asks to wait.
 */
#include "unit.h"

#include <inttypes.h>

#include "github/answer.h"

#define DATE            "Tue, 13 Feb 2024 20:55:44 GMT"
#define DATE_S          "1707857744"
#define AFTER_30_S      "1707857774"
#define BEFORE_30_S     "1707857714"
#define DATE_AFTER_90_S "Tue, 13 Feb 2024 20:57:14 GMT"
#define DATE_BEFORE     "Tue, 13 Feb 2024 20:55:14 GMT"
#define YEAR_MS         (INT64_C(365) * 86400 * 1000)

#define UNSUPPORTED                                                          \
	"The version you specified in the "                                  \
	"\"X-GitHub-API-Version\" request header, \"2026-03-10\", is not a " \
	"supported version. The following versions are currently "           \
	"supported: \"2022-11-28\" (most recent)."
#define NOT_PERMITTED                                        \
	"Invalid request.\n\n\"return_run_details\" is not " \
	"a permitted key."
#define PRIMARY      "API rate limit exceeded for installation ID 4711."
#define PRIMARY_USER "API rate limit exceeded for user ID 12."
#define PRIMARY_IP                                                        \
	"API rate limit exceeded for 192.0.2.7. (But here's "             \
	"the good news: Authenticated requests get a higher rate limit. " \
	"Check out the documentation for more details.)"
#define SECONDARY                                           \
	"You have exceeded a secondary rate limit. Please " \
	"wait a few minutes before you try again."
#define CONTENT                                                              \
	"You have exceeded a secondary rate limit and have "                 \
	"been temporarily blocked from content creation. Please retry your " \
	"request again later."
#define ABUSE                                               \
	"You have triggered an abuse detection mechanism. " \
	"Please wait a few minutes before you try again."
#define ABUSE_URL                                   \
	"https://docs.github.com/en/rest/overview/" \
	"resources-in-the-rest-api#abuse-rate-limits"
#define LIMIT_URL                                            \
	"https://docs.github.com/free-pro-team@latest/rest/" \
	"overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
#define SAML                                                                \
	"Resource protected by organization SAML "                          \
	"enforcement. You must grant your Personal Access token access to " \
	"this organization."
#define ALLOW_LIST                                                            \
	"Although you appear to have the correct "                            \
	"authorization credentials, the `octo-org` organization has an IP "   \
	"allow list enabled, and your IP address is not permitted to access " \
	"this resource."

/* The fields of an answer that tell when a limit ends. */
#define QUOTA(code, left, until, now)                                      \
	{                                                                  \
		.status = (code), .message = PRIMARY, .remaining = (left), \
		.reset = (until), .date = (now)                            \
	}

static const struct {
	struct answer answer;
	enum answer_class class;
	int64_t wait_ms;
} cases[] = {
	/* Success. */
	{ { .status = 200, .message = "" }, ANSWER_OK, 0 },
	{ { .status = 201, .message = "" }, ANSWER_OK, 0 },
	{ { .status = 202, .message = "" }, ANSWER_OK, 0 },
	{ { .status = 204, .message = "" }, ANSWER_OK, 0 },
	{ { .status = 299, .message = "" }, ANSWER_OK, 0 },
	{ { .status = 200,
	      .message = "",
	      .remaining = "0",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_OK, 0 },
	{ { .status = 200, .message = PRIMARY }, ANSWER_OK, 0 },
	{ { .status = 304, .message = "" }, ANSWER_NOT_MODIFIED, 0 },
	/* Versions. */
	{ { .status = 400, .message = UNSUPPORTED }, ANSWER_VERSION, 0 },
	{ { .status = 410, .message = UNSUPPORTED }, ANSWER_VERSION, 0 },
	{ { .status = 410, .message = "This API version has ended." },
	    ANSWER_VERSION, 0 },
	{ { .status = 400, .message = "Problems parsing JSON" }, ANSWER_INVALID,
	    0 },
	{ { .status = 400, .message = "Body should be a JSON object" },
	    ANSWER_INVALID, 0 },
	{ { .status = 400, .message = NOT_PERMITTED }, ANSWER_INVALID, 0 },
	{ { .status = 400, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 410, .message = "Issues are disabled for this repo" },
	    ANSWER_INVALID, 0 },
	{ { .status = 422, .message = UNSUPPORTED }, ANSWER_INVALID, 0 },
	{ { .status = 422, .message = NOT_PERMITTED }, ANSWER_INVALID, 0 },
	{ { .status = 404, .message = UNSUPPORTED }, ANSWER_NOT_FOUND, 0 },
	{ { .status = 403, .message = UNSUPPORTED }, ANSWER_FORBIDDEN, 0 },
	/* Tokens and permissions. */
	{ { .status = 401, .message = "Bad credentials" }, ANSWER_UNAUTHORIZED,
	    0 },
	{ { .status = 401, .message = "", .remaining = "0" },
	    ANSWER_UNAUTHORIZED, 0 },
	{ { .status = 403,
	      .message = "Resource not accessible by "
			 "integration" },
	    ANSWER_FORBIDDEN, 0 },
	{ { .status = 403,
	      .message = "Must have admin rights to "
			 "Repository." },
	    ANSWER_FORBIDDEN, 0 },
	{ { .status = 403, .message = SAML }, ANSWER_FORBIDDEN, 0 },
	{ { .status = 403, .message = ALLOW_LIST }, ANSWER_FORBIDDEN, 0 },
	{ { .status = 403, .message = "" }, ANSWER_FORBIDDEN, 0 },
	{ { .status = 403,
	      .message = "",
	      .remaining = "4999",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_FORBIDDEN, 0 },
	{ { .status = 403,
	      .message = "",
	      .documentation_url = "https://docs.github.com/rest" },
	    ANSWER_FORBIDDEN, 0 },
	{ { .status = 404, .message = "Not Found" }, ANSWER_NOT_FOUND, 0 },
	{ { .status = 404, .message = "", .remaining = "0" }, ANSWER_NOT_FOUND,
	    0 },
	/* Other mistakes of the caller. */
	{ { .status = 402, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 405, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 409, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 411, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 413, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 415, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 422, .message = "No ref found for: x" }, ANSWER_INVALID,
	    0 },
	{ { .status = 451, .message = "" }, ANSWER_INVALID, 0 },
	{ { .status = 499, .message = "" }, ANSWER_INVALID, 0 },
	/* Limits, told by status, header, message or documentation. */
	{ { .status = 429, .message = "" }, ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = "Not Found" }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = PRIMARY }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = PRIMARY_USER }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = PRIMARY_IP }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = SECONDARY }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = CONTENT }, ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = ABUSE }, ANSWER_LIMITED, 0 },
	{ { .status = 403,
	      .message = "you have exceeded a SECONDARY RATE "
			 "LIMIT" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = "", .documentation_url = ABUSE_URL },
	    ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = "", .documentation_url = LIMIT_URL },
	    ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = "", .remaining = "0" }, ANSWER_LIMITED,
	    0 },
	{ { .status = 403,
	      .message = SECONDARY,
	      .remaining = "4321",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_LIMITED, 0 },
	{ { .status = 403, .message = ABUSE, .retry_after = "60" },
	    ANSWER_LIMITED, 60000 },
	{ { .status = 403, .message = "", .retry_after = "60" }, ANSWER_LIMITED,
	    60000 },
	{ { .status = 403, .message = "", .retry_after = "soon" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 422, .message = PRIMARY }, ANSWER_INVALID, 0 },
	{ { .status = 401, .message = PRIMARY }, ANSWER_UNAUTHORIZED, 0 },
	/* The reset counts from the server's clock; a second more. */
	{ QUOTA(403, "0", AFTER_30_S, DATE), ANSWER_LIMITED, 31000 },
	{ QUOTA(429, "0", AFTER_30_S, DATE), ANSWER_LIMITED, 31000 },
	{ QUOTA(429, "0", DATE_S, DATE), ANSWER_LIMITED, 1000 },
	{ QUOTA(429, "0", BEFORE_30_S, DATE), ANSWER_LIMITED, 1000 },
	{ QUOTA(429, "0", "0", DATE), ANSWER_LIMITED, 1000 },
	{ { .status = 429,
	      .message = PRIMARY,
	      .remaining = "0",
	      .reset = AFTER_30_S },
	    ANSWER_LIMITED, 0 },
	{ QUOTA(429, "0", AFTER_30_S, "yesterday"), ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = PRIMARY, .remaining = "0", .date = DATE },
	    ANSWER_LIMITED, 0 },
	{ QUOTA(429, "0", "", DATE), ANSWER_LIMITED, 0 },
	{ QUOTA(429, "0", "-1", DATE), ANSWER_LIMITED, 0 },
	{ QUOTA(429, "0", AFTER_30_S ".5", DATE), ANSWER_LIMITED, 0 },
	{ QUOTA(429, "10", AFTER_30_S, DATE), ANSWER_LIMITED, 0 },
	{ QUOTA(429, "05", AFTER_30_S, DATE), ANSWER_LIMITED, 0 },
	{ QUOTA(429, "", AFTER_30_S, DATE), ANSWER_LIMITED, 0 },
	{ { .status = 429,
	      .message = PRIMARY,
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_LIMITED, 0 },
	/* Retry-After wins, when it says something. */
	{ { .status = 429,
	      .message = PRIMARY,
	      .remaining = "0",
	      .retry_after = "5",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_LIMITED, 5000 },
	{ { .status = 429,
	      .message = PRIMARY,
	      .remaining = "0",
	      .retry_after = "soon",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_LIMITED, 31000 },
	/* Forms of Retry-After. */
	{ { .status = 429, .message = "", .retry_after = "1" }, ANSWER_LIMITED,
	    1000 },
	{ { .status = 429, .message = "", .retry_after = "0" }, ANSWER_LIMITED,
	    1000 },
	{ { .status = 429, .message = "", .retry_after = "00" }, ANSWER_LIMITED,
	    1000 },
	{ { .status = 429, .message = "", .retry_after = "007" },
	    ANSWER_LIMITED, 7000 },
	{ { .status = 429, .message = "", .retry_after = "3600" },
	    ANSWER_LIMITED, 3600000 },
	{ { .status = 429,
	      .message = "",
	      .retry_after = DATE_AFTER_90_S,
	      .date = DATE },
	    ANSWER_LIMITED, 90000 },
	{ { .status = 429,
	      .message = "",
	      .retry_after = DATE_BEFORE,
	      .date = DATE },
	    ANSWER_LIMITED, 1000 },
	{ { .status = 429, .message = "", .retry_after = DATE, .date = DATE },
	    ANSWER_LIMITED, 1000 },
	{ { .status = 429, .message = "", .retry_after = DATE_AFTER_90_S },
	    ANSWER_LIMITED, 0 },
	{ { .status = 429,
	      .message = "",
	      .retry_after = DATE_AFTER_90_S,
	      .date = "" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = "", .retry_after = "" }, ANSWER_LIMITED,
	    0 },
	{ { .status = 429, .message = "", .retry_after = "-5" }, ANSWER_LIMITED,
	    0 },
	{ { .status = 429, .message = "", .retry_after = "+5" }, ANSWER_LIMITED,
	    0 },
	{ { .status = 429, .message = "", .retry_after = "1.5" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = "", .retry_after = "5 s" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = "", .retry_after = "5, 6" },
	    ANSWER_LIMITED, 0 },
	{ { .status = 429, .message = "", .retry_after = "0x10" },
	    ANSWER_LIMITED, 0 },
	/* A hint stands beside any class. */
	{ { .status = 503, .message = "", .retry_after = "120" }, ANSWER_FAILED,
	    120000 },
	{ { .status = 503, .message = "", .retry_after = "0" }, ANSWER_FAILED,
	    1000 },
	{ { .status = 503,
	      .message = "",
	      .retry_after = DATE_AFTER_90_S,
	      .date = DATE },
	    ANSWER_FAILED, 90000 },
	{ { .status = 404, .message = "", .retry_after = "7" },
	    ANSWER_NOT_FOUND, 7000 },
	{ { .status = 200, .message = "", .retry_after = "7" }, ANSWER_OK,
	    7000 },
	/* The server's failures. */
	{ { .status = 408, .message = "" }, ANSWER_FAILED, 0 },
	{ { .status = 500, .message = "Server Error" }, ANSWER_FAILED, 0 },
	{ { .status = 502, .message = "Server Error" }, ANSWER_FAILED, 0 },
	{ { .status = 503,
	      .message = "",
	      .remaining = "0",
	      .reset = AFTER_30_S,
	      .date = DATE },
	    ANSWER_FAILED, 0 },
	{ { .status = 504, .message = SECONDARY }, ANSWER_FAILED, 0 },
	{ { .status = 599, .message = "" }, ANSWER_FAILED, 0 },
	/* What should not come. */
	{ { .status = 300, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 302, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 307, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 399, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 600, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 999, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 199, .message = "" }, ANSWER_ODD, 0 },
	{ { .status = 0, .message = "" }, ANSWER_ODD, 0 },
};

/* Bodies under types: GitHub's API sends JSON, and says so. */
static const struct {
	unsigned int status;
	const char *type, *body;
	enum answer_class class;
} bodies[] = {
	{ 200, "text/html", "<html>Log in</html>", ANSWER_FOREIGN },
	{ 200, "text/html; charset=utf-8", "\n <!DOCTYPE html>",
	    ANSWER_FOREIGN },
	{ 200, "text/plain", "OK", ANSWER_FOREIGN },
	{ 201, "application/xml", "<a/>", ANSWER_FOREIGN },
	{ 202, "", "accepted", ANSWER_FOREIGN },
	{ 200, NULL, "<html>", ANSWER_FOREIGN },
	{ 200, NULL, "\r\n\t <html>", ANSWER_FOREIGN },
	{ 404, "text/html", "<html>Not found</html>", ANSWER_FOREIGN },
	{ 404, NULL, "<html>", ANSWER_FOREIGN },
	/* JSON under any name, and what calls itself so. */
	{ 200, "text/html", "{\"workflow_run_id\":1}", ANSWER_OK },
	{ 200, "text/plain", " {}\n", ANSWER_OK },
	{ 200, "application/json; charset=utf-8", "<html>", ANSWER_OK },
	{ 200, "Application/JSON", "{", ANSWER_OK },
	{ 200, "application/vnd.github+json", "x", ANSWER_OK },
	{ 404, "application/json", "", ANSWER_NOT_FOUND },
	{ 404, "text/html", "{\"message\":\"Not Found\"}", ANSWER_NOT_FOUND },
	/* Nothing is no page. */
	{ 200, "text/html", "", ANSWER_OK },
	{ 200, "text/html", " \r\n", ANSWER_OK },
	{ 204, "text/html", "", ANSWER_OK },
	{ 404, "text/html", "", ANSWER_NOT_FOUND },
	{ 404, NULL, "", ANSWER_NOT_FOUND },
	/* Garbage without a type may be anybody's. */
	{ 200, NULL, "garbage", ANSWER_OK },
	/* What these statuses say does not depend on who says it. */
	{ 401, "text/html", "<html>", ANSWER_UNAUTHORIZED },
	{ 403, "text/html", "<html>", ANSWER_FORBIDDEN },
	{ 422, "text/html", "<html>", ANSWER_INVALID },
	{ 502, "text/html", "<html>", ANSWER_FAILED },
	{ 302, "text/html", "<html>", ANSWER_ODD },
};

static void
test_foreign(void **state)
{
	struct answer a = { .message = "" };
	enum answer_class class;
	int64_t wait_ms;
	char *body;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++) {
		a.status = bodies[i].status;
		a.content_type = bodies[i].type;
		a.body_len = strlen(bodies[i].body);
		a.body = body = exact_copy(bodies[i].body, a.body_len);
		class = answer_classify(&a, &wait_ms);
		check(class == bodies[i].class, "%u, %s, %s: class %d",
		    a.status, a.content_type, bodies[i].body, class);
		free(body);
	}
	/* A NUL is no white space. */
	a.status = 200;
	a.content_type = "text/html";
	a.body = "\0";
	a.body_len = 1;
	assert_int_equal(answer_classify(&a, &wait_ms), ANSWER_FOREIGN);
}

static void
test_table(void **state)
{
	enum answer_class class;
	int64_t wait_ms;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		wait_ms = -1;
		class = answer_classify(&cases[i].answer, &wait_ms);
		check(class == cases[i].class, "case %zu, %u: class %d", i,
		    cases[i].answer.status, class);
		check(wait_ms == cases[i].wait_ms, "case %zu, %u: %" PRId64, i,
		    cases[i].answer.status, wait_ms);
	}
}

/* Times without sense are longer than any timeout, and do not overflow. */
static void
test_enormous(void **state)
{
	static const struct answer answers[] = {
		{ .retry_after = "31622400" },
		{ .retry_after = "4294967296" },
		{ .retry_after = "9223372036854775807" },
		{ .retry_after = "9223372036854775808" },
		{ .retry_after = "18446744073709551615" },
		{ .retry_after = "18446744073709551616" },
		{ .retry_after = "99999999999999999999999999999999999999" },
		{
		    .retry_after = "Fri, 31 Dec 9999 23:59:59 GMT",
		    .date = DATE,
		},
		{
		    .remaining = "0",
		    .reset = "9223372036854775807",
		    .date = DATE,
		},
		{
		    .remaining = "0",
		    .reset = "18446744073709551615",
		    .date = DATE,
		},
		{
		    .remaining = "0",
		    .reset = "99999999999999999999999999",
		    .date = DATE,
		},
		{ .remaining = "0", .reset = "1707857744000", .date = DATE },
	};
	struct answer a;
	int64_t wait_ms;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(answers); i++) {
		a = answers[i];
		a.status = 429;
		a.message = "";
		wait_ms = 0;
		assert_int_equal(answer_classify(&a, &wait_ms), ANSWER_LIMITED);
		check(wait_ms >= YEAR_MS && wait_ms <= 2 * YEAR_MS,
		    "case %zu: %" PRId64, i, wait_ms);
	}
}

/* Every number gets some class, and only 2xx is success. */
static void
test_all_numbers(void **state)
{
	struct answer a = { .message = "" };
	enum answer_class class;
	int64_t wait_ms;

	(void)state;
	for (a.status = 0; a.status < 1100; a.status++) {
		class = answer_classify(&a, &wait_ms);
		check((class == ANSWER_OK) == (a.status / 100 == 2), "%u",
		    a.status);
		check((class == ANSWER_FAILED) ==
			(a.status / 100 == 5 || a.status == 408),
		    "%u", a.status);
		assert_int_equal(wait_ms, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_enormous),
		cmocka_unit_test(test_all_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
