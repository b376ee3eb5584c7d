/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/secret.h"
#include "github/app.h"
#include "github/authorize.h"
#include "github/server.h"
#include "github/session.h"

static struct github *
repository(struct session *s, const char *owner, const char *repo)
{
	struct github *gh = xcalloc(1, sizeof *gh);
	struct buf name;

	gh->session = s;
	gh->credential = session_credential(s, owner, repo, &gh->grant);
	buf_init(&name, BUF_TEXT_MAX);
	buf_addf(&name, "%s/%s", owner, repo);
	gh->name = buf_take(&name);
	buf_init(&gh->prefix, BUF_TEXT_MAX);
	buf_addf(&gh->prefix, "%s/repos/", s->api->path);
	url_add_encoded(&gh->prefix, owner);
	buf_addc(&gh->prefix, '/');
	url_add_encoded(&gh->prefix, repo);
	return gh;
}

struct github *
github_open(const struct github_options *o)
{
	struct github *gh = repository(session_open(o), o->owner, o->repo);

	gh->owns_session = true;
	return gh;
}

struct github *
github_sibling(const struct github *gh, const char *owner, const char *repo)
{
	struct github *sibling = repository(gh->session, owner, repo);

	session_want(sibling);
	return sibling;
}

void
github_close(struct github *gh)
{
	if (gh == NULL)
		return;
	if (gh->owns_session) {
		app_revoke(gh->session);
		session_close(gh->session);
	}
	free(gh->name);
	buf_free(&gh->prefix);
	free(gh);
}

const char *
github_who(const struct github *gh)
{
	return client_who(gh->session->client);
}

const char *
github_repository(const struct github *gh)
{
	return gh->name;
}

void
github_use_old_version(struct github *gh)
{
	gh->session->old_version = true;
}

bool
github_renew_token(struct github *gh)
{
	return authorize_anew(gh);
}

enum status
github_connect(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	enum status status = authorize(gh, deadline_ms, f);

	return status == STATUS_OK
	    ? client_connect(gh->session->client, REQUEST_POST, deadline_ms, f)
	    : status;
}

bool
github_server_now(const struct github *gh, int64_t *now_ms)
{
	return session_now(gh->session, now_ms);
}

bool
github_quota(const struct github *gh, uint64_t *left, int64_t *reset_in_ms)
{
	int64_t now_ms;

	if (!gh->session->has_quota || !github_server_now(gh, &now_ms))
		return false;
	*left = gh->session->quota_left;
	*reset_in_ms = gh->session->quota_reset_ms > now_ms
	    ? gh->session->quota_reset_ms - now_ms
	    : 0;
	return true;
}

bool
github_is_cloud(const struct github *gh)
{
	return server_is_cloud(gh->session->api);
}

enum github_tells
github_tells(const struct github *gh)
{
	return gh->session->tells;
}

void
github_add_run_url(const struct github *gh, struct buf *out, uint64_t run_id)
{
	const struct url *pages = gh->session->pages;

	if (pages != NULL) {
		url_add_origin(out, pages);
		buf_adds(out, pages->path);
	} else {
		server_add_pages(out, gh->session->api);
	}
	buf_addf(
	    out, "/%s/actions/runs/%llu", gh->name, (unsigned long long)run_id);
}

void
github_fix_run_url(const struct github *gh, char **html_url, uint64_t run_id)
{
	struct buf url;

	if (**html_url != '\0' && !secret_in(*html_url))
		return;
	buf_init(&url, BUF_TEXT_MAX);
	github_add_run_url(gh, &url, run_id);
	free(*html_url);
	*html_url = buf_take(&url);
}
