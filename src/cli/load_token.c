#include "compat.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/load.h"

#define TOKEN_MAX	((size_t)64 << 10)

/* RFC 6750, 2.1: visible ASCII.  The message never shows the value. */
static enum status
check_token(const char *from, const char *token, size_t len, struct fault *f)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)token[i] <= 0x20 ||
		    (unsigned char)token[i] >= 0x7f)
			return fault_set_lasting(f, STATUS_USAGE, "%s: the "
			    "token has a space, a control character or a "
			    "character outside ASCII in it", from);
	return STATUS_OK;
}

/* What the file holds, white space around it aside; owned by the caller. */
static enum status
read_token_file(struct loader *l, const char *path, char **token,
    struct fault *f)
{
	enum status status;
	const char *s;
	struct buf file;
	size_t len;

	status = load_file(l, "--token-file", path, TOKEN_MAX, &file, f);
	if (status == STATUS_OK) {
		s = text_trim(buf_str(&file), &len);
		/* A NUL in the middle would cut the token short unseen. */
		if (strlen(buf_str(&file)) != file.len)
			status = fault_set_lasting(f, STATUS_USAGE,
			    "--token-file: the token has a control character "
			    "in it");
		else if (len == 0)
			status = fault_set_lasting(f, STATUS_USAGE,
			    "--token-file: %s holds no token", path);
		else
			status = check_token("--token-file", s, len, f);
		if (status == STATUS_OK)
			*token = xstrndup(s, len);
	}
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
		status = read_token_file(l, l->o->value[OPTION_TOKEN_FILE],
		    &l->c->token, f);
	for (i = 0; i < sizeof names / sizeof names[0] &&
	    !l->o->given[OPTION_TOKEN_FILE] && l->c->token == NULL; i++) {
		l->c->token = load_variable(l, names[i]);
		if (l->c->token != NULL)
			status = check_token(names[i], l->c->token,
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

char *
config_renew_token(const struct config *c)
{
	struct loader l = { .c = NULL };
	struct fault ignored;
	char *token = NULL;
	struct stat st;

	/* Of a pipe there may never be more: nobody waits for that now. */
	if (c->token_file == NULL || stat(c->token_file, &st) == -1 ||
	    !S_ISREG(st.st_mode) || read_token_file(&l, c->token_file, &token,
	    &ignored) != STATUS_OK)
		return NULL;
	if (strcmp(token, c->token) == 0) {
		explicit_bzero(token, strlen(token));
		free(token);
		return NULL;
	}
	secret_add(token);
	return token;
}
