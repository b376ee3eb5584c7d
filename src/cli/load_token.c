#include "compat.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cli/load.h"
#include "github/token.h"

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

enum status
load_token(struct loader *l, struct fault *f)
{
	static const char *names[] = {
		"INPUT_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"
	};
	enum status status = STATUS_OK;
	size_t i;

	if (l->o->given[OPTION_TOKEN_FILE])
		status = load_token_file(l, l->o->value[OPTION_TOKEN_FILE],
		    &l->c->token, f);
	for (i = 0; i < sizeof names / sizeof names[0] &&
	    !l->o->given[OPTION_TOKEN_FILE] && l->c->token == NULL; i++) {
		l->c->token = load_variable(l, names[i]);
		if (l->c->token != NULL)
			status = token_check(names[i], l->c->token,
			    strlen(l->c->token), f);
	}
	if (status != STATUS_OK)
		return status;
	if (l->c->token != NULL)
		secret_add(l->c->token);
	else if (l->o->given[OPTION_DRY_RUN])
		log_warning("no token is given; the real run needs one");
	else
		load_add_missing(l, "the token (--token-file, INPUT_TOKEN, "
		    "GH_TOKEN or GITHUB_TOKEN)");
	return STATUS_OK;
}
