/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "github/decode.h"
#include "github/installation.h"
#include "json/json.h"

static enum github_access
access_of(struct json permissions, const char *name)
{
	struct json level = json_member(permissions, name);

	if (json_is(level, "write") || json_is(level, "admin"))
		return GITHUB_WRITE;
	return json_is(level, "read") ? GITHUB_READ : GITHUB_NO_ACCESS;
}

bool
installation_decode(const char *body, size_t len, struct installation *i)
{
	struct json_error error;
	struct json_doc *doc = json_parse(body, len, JSON_LENIENT_TEXT, &error);
	struct json root, granted;
	enum json_type suspended;

	memset(i, 0, sizeof *i);
	if (doc == NULL)
		return false;
	root = json_root(doc);
	granted = json_member(root, "permissions");
	suspended = json_type(json_member(root, "suspended_at"));
	if (json_u64(json_member(root, "id"), &i->id) && i->id > 0) {
		i->account = decode_string(
		    json_member(root, "account"), "login");
		i->html_url = decode_url(root, "html_url");
		i->is_suspended = suspended == JSON_STRING;
		i->tells_permissions = json_type(granted) == JSON_OBJECT;
		i->granted.actions = access_of(granted, "actions");
		i->granted.contents = access_of(granted, "contents");
	}
	json_free(doc);
	return i->id > 0;
}

void
installation_wipe(struct installation *i)
{
	free(i->account);
	free(i->html_url);
	memset(i, 0, sizeof *i);
}

char *
installation_decode_token(const char *body, size_t len, int64_t *ends_s)
{
	struct json_error error;
	struct json_doc *doc = json_parse(body, len, JSON_LENIENT_TEXT, &error);
	char *token;

	if (doc == NULL)
		return NULL;
	token = json_strdup(json_member(json_root(doc), "token"));
	*ends_s = decode_time(json_root(doc), "expires_at");
	json_free(doc);
	return token;
}
