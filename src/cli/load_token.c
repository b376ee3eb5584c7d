/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cli/load.h"
#include "github/server.h"
#include "github/token.h"

/* As gh has them (gh help environment), after the input that is ours. */
static const struct {
	const char *name;
	bool enterprise; /* not for github.com and ghe.com */
} names[] = {
	{ "INPUT_TOKEN", false },
	{ "GH_ENTERPRISE_TOKEN", true },
	{ "GITHUB_ENTERPRISE_TOKEN", true },
	{ "GH_TOKEN", false },
	{ "GITHUB_TOKEN", false },
};

static void
load_token_file(struct loader *l)
{
	static const char name[] = "--token-file";
	const char *path = load_given(l, OPTION_TOKEN_FILE);
	struct buf file;

	if (path == NULL)
		return;
	load_file(l, name, path, TOKEN_FILE_MAX, &file);
	if (l->status == STATUS_OK)
		l->status = token_from_file(
		    name, path, &file, &l->c->token, l->fault);
	buf_wipe(&file);
	if (l->c->token != NULL)
		secret_add(l->c->token);
	if (strcmp(path, "-") != 0)
		l->c->token_file = path;
}

/*
 * A message may quote a value that contains any of them, even one that is not
 * for this server.
 */
void
load_secrets(struct loader *l)
{
	size_t i;
	char *s;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((s = load_variable(l, names[i].name)) != NULL) {
			secret_add(s);
			token_free(s);
		}
	load_token_file(l);
}

/* A general variable is no wish of this command's; the action's input is. */
static void
refuse_both(struct loader *l)
{
	char *input = load_variable(l, names[0].name);

	if (l->o->given[OPTION_TOKEN_FILE])
		load_fail(l,
		    "--token-file and %s: give either a token or a GitHub App, "
		    "not both",
		    l->app_from);
	else if (input != NULL)
		load_fail(l,
		    "%s and %s: give either a token or a GitHub App, not both "
		    "(where an action gives a token by default, set its input "
		    "\"token\" to \"\")",
		    names[0].name, l->app_from);
	token_free(input);
}

void
load_token(struct loader *l)
{
	bool hosted = server_is_hosted(&l->c->server);
	struct config *c = l->c;
	size_t i;

	if (c->app_id != NULL) {
		refuse_both(l);
		return;
	}
	for (i = 0; i < sizeof names / sizeof names[0] && c->token == NULL;
	     i++) {
		if (hosted && names[i].enterprise)
			continue;
		c->token = load_variable(l, names[i].name);
		if (c->token != NULL)
			l->status = token_check(names[i].name, c->token,
			    strlen(c->token), l->fault);
	}
	if (c->token != NULL)
		return;
	if (l->o->given[OPTION_DRY_RUN])
		log_warning("no token was given; a real dispatch needs one");
	else
		load_add_missing(l,
		    "the token (--token-file, INPUT_TOKEN, "
		    "%sGH_TOKEN or GITHUB_TOKEN; or a GitHub App by --app-id "
		    "and --app-key)",
		    hosted ? ""
			   : "GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN, ");
}
