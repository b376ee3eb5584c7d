#include "compat.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "github/server.h"
#include "github/session.h"
#include "github/token.h"

static void
use_token(struct session *s, const char *token)
{
	struct buf b;

	token_free(s->authorization);
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "%s%s", SESSION_BEARER, token);
	s->authorization = xstrdup(buf_str(&b));
	buf_wipe(&b);
}

static struct github *
repository(struct session *s, const char *owner, const char *repo)
{
	struct github *gh = xcalloc(1, sizeof *gh);

	gh->session = s;
	gh->owner = xstrdup(owner);
	gh->repo = xstrdup(repo);
	buf_init(&gh->prefix, BUF_TEXT_MAX);
	buf_addf(&gh->prefix, "%s/repos/", s->api->path);
	url_add_encoded(&gh->prefix, owner);
	buf_addc(&gh->prefix, '/');
	url_add_encoded(&gh->prefix, repo);
	buf_adds(&gh->prefix, "/actions");
	return gh;
}

struct github *
github_open(const struct github_options *o)
{
	struct session *s = xcalloc(1, sizeof *s);
	struct github *gh;

	s->api = o->api;
	s->pages = o->pages;
	s->client = client_new(o->api, o->proxy, o->trust);
	s->token_file = o->token_file;
	use_token(s, o->token);
	gh = repository(s, o->owner, o->repo);
	gh->owns_session = true;
	return gh;
}

struct github *
github_sibling(const struct github *gh, const char *owner, const char *repo)
{
	return repository(gh->session, owner, repo);
}

void
github_close(struct github *gh)
{
	if (gh == NULL)
		return;
	if (gh->owns_session) {
		client_free(gh->session->client);
		token_free(gh->session->authorization);
		free(gh->session);
	}
	free(gh->owner);
	free(gh->repo);
	buf_free(&gh->prefix);
	free(gh);
}

const char *
github_who(const struct github *gh)
{
	return client_who(gh->session->client);
}

void
github_use_old_version(struct github *gh)
{
	gh->session->old_version = true;
}

bool
github_renew_token(struct github *gh)
{
	struct session *s = gh->session;
	char *token;

	if (s->token_file == NULL)
		return false;
	token = token_reread(s->token_file, s->authorization +
	    sizeof SESSION_BEARER - 1);
	if (token == NULL)
		return false;
	use_token(s, token);
	token_free(token);
	return true;
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
	*reset_in_ms = gh->session->quota_reset_ms > now_ms ?
	    gh->session->quota_reset_ms - now_ms : 0;
	return true;
}

void
github_target(const struct github *gh, struct buf *target, const char *fmt,
    ...)
{
	char rest[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rest, sizeof rest, fmt, ap);
	va_end(ap);
	buf_init(target, BUF_TEXT_MAX);
	buf_add(target, gh->prefix.data, gh->prefix.len);
	buf_adds(target, rest);
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
	buf_addf(out, "/%s/%s/actions/runs/%llu", gh->owner, gh->repo,
	    (unsigned long long)run_id);
}
