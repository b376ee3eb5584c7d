#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cli/load.h"
#include "github/server.h"
#include "github/token.h"

/* As gh has them (gh help environment), after the input that is ours. */
static const struct {
	const char	*name;
	bool		 enterprise;	/* not for github.com and ghe.com */
} names[] = {
	{ "INPUT_TOKEN", false },
	{ "GH_ENTERPRISE_TOKEN", true },
	{ "GITHUB_ENTERPRISE_TOKEN", true },
	{ "GH_TOKEN", false },
	{ "GITHUB_TOKEN", false },
};

static enum status
load_token_file(struct loader *l, const char *path, char **token,
    struct fault *f)
{
	enum status status;
	struct buf file;

	status = load_file(l, "--token-file", path, TOKEN_FILE_MAX, &file, f);
	if (status == STATUS_OK)
		status = token_from_file("--token-file", path, &file, token,
		    f);
	buf_wipe(&file);
	return status;
}

/*
 * Any of them may show up in a value that a message quotes, also one that is
 * not for this server.
 */
enum status
load_secrets(struct loader *l, struct fault *f)
{
	enum status status = STATUS_OK;
	size_t i;
	char *s;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((s = load_variable(l, names[i].name)) != NULL) {
			secret_add(s);
			token_free(s);
		}
	if (l->o->given[OPTION_TOKEN_FILE])
		status = load_token_file(l, l->o->value[OPTION_TOKEN_FILE],
		    &l->c->token, f);
	if (status == STATUS_OK && l->c->token != NULL)
		secret_add(l->c->token);
	return status;
}

enum status
load_token(struct loader *l, struct fault *f)
{
	bool hosted = server_is_hosted(&l->c->server);
	struct config *c = l->c;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0] && c->token == NULL;
	    i++) {
		if (hosted && names[i].enterprise)
			continue;
		c->token = load_variable(l, names[i].name);
		if (c->token != NULL && token_check(names[i].name, c->token,
		    strlen(c->token), f) != STATUS_OK)
			return STATUS_USAGE;
	}
	if (c->token != NULL)
		return STATUS_OK;
	if (l->o->given[OPTION_DRY_RUN])
		log_warning("no token is given; the real run needs one");
	else
		load_add_missing(l, hosted ? "the token (--token-file, "
		    "INPUT_TOKEN, GH_TOKEN or GITHUB_TOKEN)" : "the token "
		    "(--token-file, INPUT_TOKEN, GH_ENTERPRISE_TOKEN, "
		    "GITHUB_ENTERPRISE_TOKEN, GH_TOKEN or GITHUB_TOKEN)");
	return STATUS_OK;
}
