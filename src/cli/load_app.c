/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/load.h"
#include "github/jwt.h"

#define KEY_VARIABLE "INPUT_APP_PRIVATE_KEY"
#define PIECE_MIN    16 /* of a key, in characters: more than its labels */

/* A message may quote a variable that holds the key: each line of it is a
 * secret, however the lines are separated. */
static void
register_key(const char *text)
{
	size_t len;
	char *piece;

	for (; *text != '\0'; text += len > 0 ? len : 1) {
		for (len = 0; text_is_alnum(text[len]) || text[len] == '+' ||
		     text[len] == '/' || text[len] == '=';
		     len++)
			;
		if (len < PIECE_MIN)
			continue;
		piece = xstrndup(text, len);
		secret_add(piece);
		secret_free(piece);
	}
}

/* What is not a regular file can be read only once. */
static bool
can_be_reread(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

static void
load_key_file(struct loader *l, const char *path)
{
	static const char name[] = "--app-key";
	struct buf file;

	load_file(l, name, path, JWT_KEY_MAX, &file);
	if (l->status == STATUS_OK)
		l->status = jwt_check_key(
		    name, buf_str(&file), file.len, l->fault);
	if (l->status == STATUS_OK && can_be_reread(path))
		l->c->app_key_file = path;
	else if (l->status == STATUS_OK)
		l->c->app_key = xstrdup(buf_str(&file));
	buf_wipe(&file);
}

static void
load_key(struct loader *l)
{
	const char *path = load_given(l, OPTION_APP_KEY);
	char *key = load_variable(l, KEY_VARIABLE);

	if (key != NULL)
		register_key(key);
	if (path != NULL) {
		load_key_file(l, path);
	} else if (key != NULL && l->status == STATUS_OK) {
		l->status = jwt_check_key(
		    KEY_VARIABLE, key, strlen(key), l->fault);
		l->c->app_key = key;
		key = NULL;
	}
	secret_free(key);
}

static bool
is_app_id(const char *s)
{
	for (; text_is_alnum(*s) || *s == '.' || *s == '_' || *s == '-'; s++)
		;
	return *s == '\0';
}

void
load_app(struct loader *l)
{
	struct config *c = l->c;
	bool has_key;

	load_key(l);
	c->app_id = load_value(l, OPTION_APP_ID, &l->app_from);
	has_key = c->app_key != NULL || c->app_key_file != NULL;
	if (c->app_id != NULL && !is_app_id(c->app_id))
		load_fail_value(l, l->app_from, c->app_id,
		    "expected the App ID or the client ID from the settings "
		    "of the GitHub App");
	if (c->app_id != NULL && !has_key)
		load_add_missing(l,
		    "the private key of the GitHub App (--app-key or " KEY_VARIABLE
		    ")");
	if (c->app_id == NULL && has_key)
		load_add_missing(
		    l, "the ID of the GitHub App (--app-id or INPUT_APP_ID)");
}
