/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/repository.h"

/* An option's value may name a host, and be an address; a variable's not. */
static void
parse_repo(struct loader *l, const char *from, const char *text, bool host_ok)
{
	struct repository r;

	if (!repository_parse(&r, text, host_ok)) {
		load_fail_value(l, from, text,
		    host_ok
			? "expected "
			  "[HOST/]OWNER/REPO, such as octo-org/octo-repo or "
			  "ghe.example.com/octo-org/octo-repo, or the URL to clone "
			  "it from"
			: "expected OWNER/REPO");
		return;
	}
	l->host = r.host;
	l->c->owner = r.owner;
	l->c->repo = r.name;
}

/* INPUT_OWNER and INPUT_REPO, or INPUT_REPO alone as OWNER/REPO. */
static void
repo_from_inputs(struct loader *l, const char *owner, const char *repo)
{
	struct config *c = l->c;

	if (repo == NULL) {
		load_add_missing(
		    l, "the repository (INPUT_REPO, as INPUT_OWNER is set)");
	} else if (strchr(repo, '/') != NULL) {
		parse_repo(l, "INPUT_REPO", repo, false);
		if (owner != NULL && c->owner != NULL &&
		    !text_equal_nocase(owner, c->owner))
			load_fail(l,
			    "INPUT_REPO names the owner \"%s\", but "
			    "INPUT_OWNER is \"%s\"; keep only one",
			    c->owner, owner);
	} else if (owner == NULL) {
		load_add_missing(
		    l, "the owner (INPUT_OWNER, or INPUT_REPO as OWNER/REPO)");
	} else if (!repository_is_part(owner, strlen(owner))) {
		load_fail_value(
		    l, "INPUT_OWNER", owner, "not the name of an owner");
	} else if (!repository_is_part(repo, repository_name_len(repo))) {
		load_fail_value(
		    l, "INPUT_REPO", repo, "not the name of a repository");
	} else {
		c->owner = xstrdup(owner);
		c->repo = xstrndup(repo, repository_name_len(repo));
	}
}

void
load_repo(struct loader *l)
{
	char *owner = load_variable(l, "INPUT_OWNER");
	char *repo = load_variable(l, "INPUT_REPO");
	char *general = load_variable(l, "GITHUB_REPOSITORY");

	if (l->o->given[OPTION_REPO])
		parse_repo(l, "--repo", l->o->value[OPTION_REPO], true);
	else if (owner != NULL || repo != NULL)
		repo_from_inputs(l, owner, repo);
	else if (general != NULL)
		parse_repo(l, "GITHUB_REPOSITORY", general, false);
	else
		load_add_missing(l,
		    "the repository (--repo, INPUT_OWNER and "
		    "INPUT_REPO, or GITHUB_REPOSITORY)");
	free(owner);
	free(repo);
	free(general);
}
