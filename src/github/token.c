/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/token.h"

#define OLD_FORM 40 /* hexadecimal digits, without a prefix */

enum status
token_check(const char *from, const char *token, size_t len, struct fault *f)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)token[i] <= 0x20 ||
		    (unsigned char)token[i] >= 0x7f)
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s: the token contains a space, a control "
			    "character or a character outside ASCII",
			    from);
	/* An env file that no shell has read leaves them; no token contains
	 * any. */
	if (len > 0 && (*token == '"' || *token == '\''))
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: the token begins with a quotation mark; leave the "
		    "quotation marks out",
		    from);
	return STATUS_OK;
}

enum status
token_from_file(const char *from, const char *path, const struct buf *contents,
    char **token, struct fault *f)
{
	enum status status;
	const char *s;
	size_t len;

	s = text_trim(buf_str(contents), &len);
	/* A NUL in the middle would silently cut the token short. */
	if (strlen(buf_str(contents)) != contents->len)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: the token contains a control character", from);
	if (len == 0)
		return fault_set_lasting(
		    f, STATUS_USAGE, "%s: %s holds no token", from, path);
	if ((status = token_check(from, s, len, f)) == STATUS_OK)
		*token = xstrndup(s, len);
	return status;
}

char *
token_reread(const char *path, const char *current)
{
	struct fault ignored;
	struct buf contents;
	char *token = NULL;

	buf_init(&contents, TOKEN_FILE_MAX);
	if (file_read_regular(path, &contents) == 0 && !contents.overflowed)
		token_from_file("", path, &contents, &token, &ignored);
	buf_wipe(&contents);
	if (token != NULL && strcmp(token, current) == 0) {
		token_free(token);
		return NULL;
	}
	if (token != NULL)
		secret_add(token);
	return token;
}

bool
token_is_installation(const char *token)
{
	return strncmp(token, "ghs_", 4) == 0;
}

bool
token_has_scopes(const char *token)
{
	return strncmp(token, "ghp_", 4) == 0 ||
	    strncmp(token, "gho_", 4) == 0 ||
	    (strlen(token) == OLD_FORM &&
		strspn(token, "0123456789abcdef") == OLD_FORM);
}

const char *
token_kind(const char *token)
{
	static const struct {
		const char *prefix, *kind;
	} kinds[] = {
		{ "ghp_", "a classic personal access token" },
		{ "github_pat_", "a fine-grained personal access token" },
		{ "gho_", "an OAuth app's token" },
		{ "ghu_", "a user's token of a GitHub App" },
		{ "ghs_", "a token of a GitHub App's installation" },
		{ "", "a token of an unknown kind" },
	};
	size_t i = 0;

	while (strncmp(token, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
		i++;
	return kinds[i].kind;
}

void
token_free(char *token)
{
	secret_free(token);
}
