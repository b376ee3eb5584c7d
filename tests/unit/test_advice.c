/* SPDX-License-Identifier: ISC */
/*
 * Advice for refusals: GitHub's own texts, each with what a stranger needs to
 * read to help himself.
 */
#include "unit.h"

#include "github/advice.h"

static char *
advice(struct refusal r)
{
	static char text[4096];
	struct buf b;

	if (r.message == NULL)
		r.message = "";
	buf_init(&b, sizeof text - 1);
	advice_refusal(&b, &r);
	memcpy(text, buf_str(&b), b.len + 1);
	buf_free(&b);
	return text;
}

static const struct {
	const char *what;
	struct refusal refusal;
	const char *says[4];
	const char *denies;
} cases[] = {
	{ "bad token",
	    { .status = 401, .message = "Bad credentials", .is_json = true },
	    { "token", "expired" }, NULL },
	{ "no token",
	    {
		.status = 401,
		.message = "Requires authentication",
		.is_json = true,
	    },
	    { "token" }, NULL },
	{ "expired token",
	    {
		.status = 401,
		.message = "Bad credentials",
		.expiry = "2024-05-13 19:47:28 UTC",
		.is_json = true,
	    },
	    { "2024-05-13 19:47:28 UTC" }, NULL },
	{ "GITHUB_TOKEN",
	    {
		.status = 403,
		.message = "Resource not "
			   "accessible by integration",
		.ref = "main",
		.is_json = true,
	    },
	    { "Actions: write", "actions: write", "GITHUB_TOKEN" }, NULL },
	{ "GITHUB_TOKEN that reads",
	    {
		.status = 403,
		.message = "Resource "
			   "not accessible by integration",
		.is_json = true,
	    },
	    { "\"Actions: read\" to look", "\"Actions: write\" to cancel" },
	    "GITHUB_TOKEN" },
	{ "GITHUB_TOKEN that sends an event",
	    {
		.status = 403,
		.message = "Resource not accessible by integration",
		.permissions = "contents=write",
		.is_event = true,
		.is_json = true,
	    },
	    { "\"Contents: write\"", "contents: write", "actions: read",
		"requires: contents=write" },
	    "Actions: write" },
	{ "an event that finds no repository",
	    { .status = 404,
		.message = "Not Found",
		.is_event = true,
		.is_json = true },
	    { "no such repository", "Contents: write" }, "workflow" },
	{ "an event with many keys",
	    {
		.status = 422,
		.message = "Invalid request.\n\nNo more than 10 properties "
			   "are allowed; 14 were supplied.",
		.is_event = true,
		.is_json = true,
	    },
	    { "at most 10 keys", "distinct_id is one" }, "inputs" },
	{ "an event with a long type",
	    {
		.status = 422,
		.message = "Invalid request.\n\nOnly 100 characters are "
			   "allowed; 101 were supplied.",
		.is_event = true,
		.is_json = true,
	    },
	    { "at most 100 characters in an event type" }, "keys" },
	{ "an event with much payload",
	    {
		.status = 422,
		.message = "client_payload is too large.",
		.is_event = true,
		.is_json = true,
	    },
	    { "65,535 characters of payload" }, "inputs" },
	{ "fine-grained token",
	    {
		.status = 403,
		.message = "Resource not "
			   "accessible by personal access token",
		.permissions = "actions=write",
		.ref = "main",
		.is_json = true,
	    },
	    { "Actions: write", "actions=write" }, NULL },
	{ "classic token",
	    {
		.status = 403,
		.message = "Must have admin "
			   "rights to Repository.",
		.scopes = "repo",
		.is_json = true,
	    },
	    { "\"repo\"", "scopes: repo" }, NULL },
	{ "permissions win over scopes",
	    {
		.status = 403,
		.message = "x",
		.scopes = "repo",
		.permissions = "actions=write",
		.is_json = true,
	    },
	    { "actions=write" }, "scope" },
	{ "no scopes",
	    { .status = 403, .message = "x", .scopes = "", .is_json = true },
	    { NULL }, "scope" },
	{ "SSO",
	    {
		.status = 403,
		.message =
		    "Resource protected by "
		    "organization SAML enforcement. You must grant your Personal "
		    "Access token access to this organization.",
		.sso = "required; url=https://github.com/orgs/octo-org/sso?"
		       "authorization_request=ABC",
		.is_json = true,
	    },
	    { "SSO",
		"https://github.com/orgs/octo-org/sso?authorization_request=ABC",
		"uthorize" },
	    NULL },
	{ "SSO without URL",
	    {
		.status = 403,
		.message = "x",
		.sso = "partial-results; organizations=21955855",
		.is_json = true,
	    },
	    { "SSO" }, "partial-results" },
	{ "IP list",
	    {
		.status = 403,
		.message =
		    "Although you appear to "
		    "have the correct authorization credentials, the `octo-org` "
		    "organization has an IP allow list enabled, and your IP address "
		    "is not permitted to access this resource.",
		.is_json = true,
	    },
	    { "address" }, "permission" },
	{ "gateway", { .status = 403, .message = "", .is_json = false },
	    { "proxy" }, "Actions: write" },
	{ "gateway, 401", { .status = 401, .is_json = false }, { "proxy" },
	    NULL },
	{ "not found",
	    {
		.status = 404,
		.message = "Not Found",
		.ref = "main",
		.is_json = true,
	    },
	    { "OWNER/REPO", "default branch", "Actions: write" }, NULL },
	{ "not found, without a word", { .status = 404, .ref = "main" },
	    { "OWNER/REPO" }, NULL },
	{ "not found, HTML",
	    { .status = 404, .ref = "main", .is_foreign = true },
	    { "https://HOST/api/v3", "https://api.NAME.ghe.com",
		"https://api.github.com" },
	    "OWNER/REPO" },
	{ "a page that says 200", { .status = 200, .is_foreign = true },
	    { "https://HOST/api/v3", "proxy" }, "OWNER/REPO" },
	{ "not found, a read",
	    { .status = 404, .message = "Not Found", .is_json = true },
	    { "does not exist", "Actions: read" }, "default branch" },
	{ "no ref",
	    {
		.status = 422,
		.message = "No ref found for: x",
		.ref = "x",
		.is_json = true,
	    },
	    { "branch or tag", "SHA" }, NULL },
	{ "merge ref",
	    {
		.status = 422,
		.message = "No ref found for: "
			   "refs/pull/12/merge",
		.ref = "refs/pull/12/merge",
		.is_json = true,
	    },
	    { "refs/pull/N/merge", "github.head_ref" }, "SHA" },
	{ "short merge ref",
	    {
		.status = 422,
		.message = "No ref found for: "
			   "12/merge",
		.ref = "12/merge",
		.is_json = true,
	    },
	    { "N/merge", "github.head_ref" }, "SHA" },
	{ "short head ref",
	    {
		.status = 422,
		.message = "No ref found for: "
			   "12/head",
		.ref = "12/head",
		.is_json = true,
	    },
	    { "github.head_ref" }, "SHA" },
	{ "no merge ref",
	    {
		.status = 422,
		.message = "No ref found for: "
			   "/merge",
		.ref = "/merge",
		.is_json = true,
	    },
	    { "SHA" }, "head_ref" },
	{ "nor this",
	    {
		.status = 422,
		.message = "No ref found for: "
			   "12/merged",
		.ref = "12/merged",
		.is_json = true,
	    },
	    { "SHA" }, "head_ref" },
	{ "merge ref, and not found",
	    {
		.status = 404,
		.message = "Not Found",
		.ref = "refs/pull/12/merge",
		.is_json = true,
	    },
	    { "OWNER/REPO" }, "refs/pull" },
	{ "no trigger",
	    {
		.status = 422,
		.message = "Workflow does not have "
			   "'workflow_dispatch' trigger",
		.ref = "main",
		.is_json = true,
	    },
	    { "on: workflow_dispatch", "default branch" }, NULL },
	{ "unknown input",
	    {
		.status = 422,
		.message = "Unexpected inputs "
			   "provided: [\"foo\"]",
		.ref = "main",
		.is_json = true,
	    },
	    { "Declare", "inputs:" }, "run-name" },
	{ "our input",
	    {
		.status = 422,
		.message = "Unexpected inputs "
			   "provided: [\"distinct_id\"]",
		.ref = "main",
		.is_json = true,
	    },
	    { "distinct_id: {", "workflow_dispatch", "run-name",
		"${{ inputs.distinct_id }}" },
	    NULL },
	{ "our input among others",
	    {
		.status = 422,
		.message = "Unexpected "
			   "inputs provided: [\"foo\", \"distinct_id\"]",
		.ref = "main",
		.is_json = true,
	    },
	    { "distinct_id" }, NULL },
	{ "like our input",
	    {
		.status = 422,
		.message = "Unexpected inputs "
			   "provided: [\"my_distinct_id\"]",
		.ref = "main",
		.is_json = true,
	    },
	    { "Declare" }, "run-name" },
	{ "required input",
	    {
		.status = 422,
		.message = "Required input "
			   "'mandatory-parameter' not provided",
		.ref = "main",
		.is_json = true,
	    },
	    { "--field" }, NULL },
	{ "disabled",
	    {
		.status = 422,
		.message = "Cannot trigger a "
			   "'workflow_dispatch' on a disabled workflow",
		.ref = "main",
		.is_json = true,
	    },
	    { "Enable" }, "Add \"on:" },
	{ "choice",
	    {
		.status = 422,
		.message =
		    "Provided value 'gfx906' for "
		    "input 'amdgpu_family' not in the list of allowed values",
		.ref = "main",
		.is_json = true,
	    },
	    { "Choose" }, NULL },
	{ "parse error",
	    {
		.status = 422,
		.message =
		    "Invalid Argument - "
		    "failed to parse workflow: (Line: 65, Col: 26): Unexpected "
		    "symbol: '\?\?'.",
		.ref = "main",
		.is_json = true,
	    },
	    { "workflow file" }, NULL },
	{ "too large",
	    {
		.status = 422,
		.message = "inputs are too large.",
		.ref = "main",
		.is_json = true,
	    },
	    { "65,535" }, NULL },
};

static void
test_advice(void **state)
{
	const char *text;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		text = advice(cases[i].refusal);
		for (k = 0; k < 4 && cases[i].says[k] != NULL; k++)
			check(strstr(text, cases[i].says[k]) != NULL,
			    "%s: \"%s\" is not in \"%s\"", cases[i].what,
			    cases[i].says[k], text);
		if (cases[i].denies != NULL)
			check(strstr(text, cases[i].denies) == NULL,
			    "%s: \"%s\" is in \"%s\"", cases[i].what,
			    cases[i].denies, text);
		/* Sentences, to go on after another one. */
		if (*text != '\0')
			check(text[0] == ' ' && text[1] != ' ' &&
				strchr(".?", text[strlen(text) - 1]) != NULL,
			    "%s: \"%s\"", cases[i].what, text);
	}
}

/* Nothing is said where nothing is known. */
static void
test_silence(void **state)
{
	static const struct refusal refusals[] = {
		{ .status = 422, .message = "Something else", .is_json = true },
		{ .status = 422, .message = "", .is_json = true },
		{ .status = 403, .message = "Something else", .is_json = true },
		{
		    .status = 400,
		    .message = "Problems parsing JSON",
		    .is_json = true,
		},
		{ .status = 409, .message = "Conflict", .is_json = true },
		{ .status = 410, .message = "Gone", .is_json = true },
		/* The text of one status under another. */
		{
		    .status = 400,
		    .message = "No ref found for: x",
		    .is_json = true,
		},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refusals); i++)
		assert_string_equal(advice(refusals[i]), "");
}

/* The case of GitHub's texts may change. */
static void
test_case(void **state)
{
	char *text;

	(void)state;
	text = advice((struct refusal){
	    .status = 422, .message = "NO REF FOUND FOR: x", .is_json = true });
	assert_non_null(strstr(text, "branch or tag"));
	text = advice((struct refusal){
	    .status = 422,
	    .message = "unexpected inputs provided: [\"distinct_id\"]",
	    .is_json = true,
	});
	assert_non_null(strstr(text, "run-name"));
}

/* It is appended: what stands there stays. */
static void
test_appended(void **state)
{
	struct refusal r = { .status = 401, .message = "", .is_json = true };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "First.");
	advice_refusal(&b, &r);
	assert_memory_equal(buf_str(&b), "First. ", 7);
	buf_free(&b);
}

/* A name where a file is wanted; an ID and a file are what is wanted. */
static void
test_workflows(void **state)
{
	static const char *const fit[] = { "deploy.yml", "b.yaml", "4711",
		".github/workflows/a.yml" };
	static const char *const unfit[] = { "Deploy to production", "deploy",
		"deploy.yml ", ".yml", "deploy.json", "47 11" };
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(fit); i++) {
		advice_workflow(&b, fit[i]);
		check(b.len == 0, "%s", buf_str(&b));
	}
	for (i = 0; i < COUNT(unfit); i++) {
		buf_clear(&b);
		advice_workflow(&b, unfit[i]);
		check(strstr(buf_str(&b), unfit[i]) != NULL &&
			strstr(buf_str(&b), "deploy.yml, not the name") != NULL,
		    "%s: %s", unfit[i], buf_str(&b));
	}
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_appended),
		cmocka_unit_test(test_workflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
