/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/text.h"
#include "github/advice.h"

/* The first match wins.  A NULL part matches every message with that status. */
static const struct {
	unsigned int status;
	const char *part;
	enum { ANY, DISPATCH, EVENT } only; /* for these requests */
	const char *advice;
} table[] = {
	{ 401, NULL, ANY,
	    "The token is not valid: it may be mistyped, expired or revoked." },
	{ 403, "IP allow list", ANY,
	    "The organization accepts only the IP addresses on its allow list: "
	    "run this from one of them, or have this machine's address "
	    "added." },
	{ 403, "not accessible by", DISPATCH,
	    "The token lacks the permission \"Actions: write\" for this "
	    "repository. Grant it to the fine-grained token or GitHub App; for "
	    "GITHUB_TOKEN, set \"permissions: actions: write\" in the workflow "
	    "that runs this (GITHUB_TOKEN works only in its own repository); a "
	    "classic token needs the scope \"repo\"." },
	{ 403, "admin rights", ANY,
	    "The token's owner has no write access to this repository, or the "
	    "token is a classic one without the scope \"repo\"." },
	{ 404, NULL, DISPATCH,
	    "There is no such repository or workflow, or the token cannot see "
	    "it. Check OWNER/REPO; the workflow file must be on the default "
	    "branch; the token needs \"Actions: write\" (classic: the scope "
	    "\"repo\") for that repository." },
	{ 403, "not accessible by", EVENT,
	    "The token lacks the permission \"Contents: write\" for this "
	    "repository, which sending an event takes. Grant it to the "
	    "fine-grained token or GitHub App; for GITHUB_TOKEN, set "
	    "\"permissions: contents: write\", and \"actions: read\" for "
	    "finding the run, in the workflow that runs this (GITHUB_TOKEN "
	    "works only in its own repository); a classic token needs the "
	    "scope \"repo\"." },
	{ 404, NULL, EVENT,
	    "There is no such repository, or the token may not send events to "
	    "it. Check OWNER/REPO; the token needs \"Contents: write\" "
	    "(classic: the scope \"repo\") for that repository." },
	{ 422, "properties are allowed", EVENT,
	    "GitHub accepts at most 10 keys at the top level of the payload, "
	    "and distinct_id is one of them: move some into an object under "
	    "one key." },
	{ 422, "characters are allowed", EVENT,
	    "GitHub accepts at most 100 characters in an event type." },
	{ 422, "too large", EVENT,
	    "GitHub accepts at most 65,535 characters of payload." },
	{ 403, "not accessible by", ANY,
	    "The token lacks a permission for this repository: it needs "
	    "\"Actions: read\" to look at runs and \"Actions: write\" to "
	    "cancel them (classic: the scope \"repo\")." },
	{ 404, NULL, ANY,
	    "It does not exist, or the token cannot see it: the token needs "
	    "\"Actions: read\" (classic: the scope \"repo\") for that "
	    "repository." },
	{ 422, "No ref found", ANY,
	    "The ref must be an existing branch or tag; a commit SHA cannot be "
	    "used." },
	{ 422, "'workflow_dispatch' trigger", ANY,
	    "Add \"on: workflow_dispatch\" to the workflow file, at that ref "
	    "and on the default branch." },
	{ 422, "Unexpected inputs", ANY,
	    "Declare each of them under \"on: workflow_dispatch: inputs:\" in "
	    "the workflow file at that ref, or do not send them." },
	{ 422, "Required input", ANY,
	    "Give it with --field NAME=VALUE or in the JSON of --inputs (in "
	    "the action, workflow_inputs)." },
	{ 422, "disabled workflow", ANY,
	    "Enable the workflow in the repository's Actions tab." },
	{ 422, "allowed values", ANY,
	    "Choose one of the values that the workflow file lists for this "
	    "input." },
	{ 422, "failed to parse workflow", ANY,
	    "Fix the workflow file at that ref." },
	{ 422, "too large", ANY,
	    "GitHub accepts at most 65,535 characters of inputs." },
};

static void
add_sso(struct buf *out, const char *sso)
{
	const char *url = strstr(sso, "url=");

	buf_adds(out,
	    " The organization requires single sign-on (SSO): authorize the "
	    "token for it");
	if (url != NULL)
		buf_addf(out, " at %s", url + 4);
	buf_addc(out, '.');
}

static void
add_distinct_id(struct buf *out)
{
	buf_adds(out,
	    " The workflow does not declare the input distinct_id, which is "
	    "used to find its run. Add to the workflow file: \"on: "
	    "workflow_dispatch: inputs: distinct_id: { type: string, required: "
	    "false }\", and show it in the run's name: \"run-name: Deploy ${{ "
	    "inputs.distinct_id }}\".");
}

/* Whether it is refs/pull/N/..., or N/merge or N/head without that prefix. */
static bool
is_pull_request(const char *ref)
{
	size_t digits = strspn(ref, "0123456789");

	return strncmp(ref, "refs/pull/", 10) == 0 ||
	    (digits > 0 &&
		(strcmp(ref + digits, "/merge") == 0 ||
		    strcmp(ref + digits, "/head") == 0));
}

void
advice_workflow(struct buf *out, const char *workflow)
{
	size_t len = strlen(workflow);

	if (strspn(workflow, "0123456789") == len ||
	    (len > 4 && strcmp(workflow + len - 4, ".yml") == 0) ||
	    (len > 5 && strcmp(workflow + len - 5, ".yaml") == 0))
		return;
	buf_addf(out,
	    " \"%s\" is not the name of a workflow file: give the file's name, "
	    "such as deploy.yml, not the name shown in the Actions tab.",
	    workflow);
}

void
advice_refusal(struct buf *out, const struct refusal *r)
{
	size_t i;

	if (r->status == 403 && r->sso != NULL) {
		add_sso(out, r->sso);
		return;
	}
	if (r->is_foreign || (!r->is_json && r->status != 404)) {
		buf_adds(out,
		    " This does not look like an answer from GitHub's API: "
		    "either the API URL is wrong, or a proxy or gateway in "
		    "between answered. The URL is https://api.github.com, "
		    "https://api.NAME.ghe.com for NAME.ghe.com, and "
		    "https://HOST/api/v3 for GitHub Enterprise Server.");
		return;
	}
	if (r->ref != NULL && r->status == 422 && is_pull_request(r->ref)) {
		buf_adds(out,
		    " A pull request's merge ref (refs/pull/N/merge, or "
		    "N/merge as in ${{ github.ref_name }}) cannot be "
		    "dispatched: give the branch instead (in GitHub Actions, "
		    "${{ github.head_ref }}).");
		return;
	}
	if (r->status == 422 &&
	    text_find_nocase(r->message, "Unexpected inputs") != NULL &&
	    strstr(r->message, "\"distinct_id\"") != NULL) {
		add_distinct_id(out);
		return;
	}
	for (i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (table[i].status != r->status ||
		    (table[i].part != NULL &&
			text_find_nocase(r->message, table[i].part) == NULL) ||
		    (table[i].only == DISPATCH && r->ref == NULL) ||
		    (table[i].only == EVENT && !r->is_event))
			continue;
		buf_addf(out, " %s", table[i].advice);
		break;
	}
	if (r->status == 401 && r->expiry != NULL)
		buf_addf(
		    out, " GitHub gives its expiration date as %s.", r->expiry);
	if (r->status == 403 && r->permissions != NULL)
		buf_addf(out, " GitHub requires: %s.", r->permissions);
	else if (r->status == 403 && r->scopes != NULL && *r->scopes != '\0')
		buf_addf(out, " GitHub requires one of these scopes: %s.",
		    r->scopes);
}
