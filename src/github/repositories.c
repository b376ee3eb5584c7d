/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "github/call.h"
#include "github/fetch.h"
#include "github/token.h"

/*
 * What there is on a server before anything is dispatched: the repository, its
 * workflows, refs and files.
 */

void
server_info_wipe(struct server_info *info)
{
	free(info->ghes);
	free(info->scopes);
	free(info->expiry);
	memset(info, 0, sizeof *info);
}

enum status
github_reach(
    struct github *gh, int64_t deadline_ms, struct buf *about, struct fault *f)
{
	struct client *client = gh->session->client;
	enum status status = client_connect(
	    client, REQUEST_GET, deadline_ms, f);

	client_describe(client, about);
	return status;
}

const char *
github_token_kind(const struct github *gh)
{
	const char *authorization = gh->credential->authorization;

	return authorization != NULL ? token_kind(session_token(authorization))
				     : NULL;
}

bool
github_is_app(const struct github *gh)
{
	return gh->session->app != NULL;
}

bool
github_token_is_installation(const struct github *gh)
{
	return token_is_installation(
	    session_token(gh->credential->authorization));
}

static bool
into_repo(
    const char *body, size_t len, size_t most, void *repo, struct buf *why)
{
	(void)most;
	return decode_repo(body, len, repo, why);
}

static bool
into_workflow(
    const char *body, size_t len, size_t most, void *workflow, struct buf *why)
{
	(void)most;
	return decode_workflow(body, len, workflow, why);
}

static bool
into_enabled(
    const char *body, size_t len, size_t most, void *enabled, struct buf *why)
{
	(void)most;
	return decode_enabled(body, len, enabled, why);
}

static bool
into_file(
    const char *body, size_t len, size_t most, void *contents, struct buf *why)
{
	(void)most;
	return decode_file(body, len, contents, why);
}

/* That it is there is all. */
static bool
into_nothing(
    const char *body, size_t len, size_t most, void *nothing, struct buf *why)
{
	(void)body;
	(void)len;
	(void)most;
	(void)nothing;
	(void)why;
	return true;
}

enum status
github_get_repo(struct github *gh, int64_t deadline_ms, struct repo *repo,
    struct server_info *info, struct fault *f)
{
	const struct fetch x = {
		.path = "",
		.deadline_ms = deadline_ms,
		.info = info,
		.decode = into_repo,
		.into = repo,
	};

	return fetch_once(gh, &x, f);
}

enum status
github_actions_enabled(
    struct github *gh, int64_t deadline_ms, bool *enabled, struct fault *f)
{
	const struct fetch x = {
		.path = "/actions/permissions",
		.deadline_ms = deadline_ms,
		.decode = into_enabled,
		.into = enabled,
	};

	return fetch_once(gh, &x, f);
}

/* What is there under this path and name, the latter not encoded. */
static enum status
fetch_named(struct github *gh, struct fetch *x, const char *path,
    const char *name, const char *ref, struct fault *f)
{
	enum status status;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, path);
	url_add_encoded(&b, name);
	if (ref != NULL) {
		buf_adds(&b, "?ref=");
		url_add_encoded(&b, ref);
	}
	x->path = buf_str(&b);
	status = fetch_once(gh, x, f);
	buf_free(&b);
	return status;
}

enum status
github_get_workflow(struct github *gh, const char *workflow,
    int64_t deadline_ms, struct workflow *w, struct fault *f)
{
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.decode = into_workflow,
		.into = w,
	};

	return fetch_named(gh, &x, "/actions/workflows/", workflow, NULL, f);
}

enum status
github_find_ref(
    struct github *gh, const char *ref, int64_t deadline_ms, struct fault *f)
{
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.decode = into_nothing,
	};

	return fetch_named(gh, &x, "/git/ref/", ref, NULL, f);
}

enum status
github_get_file(struct github *gh, const char *path, const char *ref,
    int64_t deadline_ms, struct buf *contents, struct fault *f)
{
	struct fetch x = {
		.deadline_ms = deadline_ms,
		.decode = into_file,
		.into = contents,
	};

	return fetch_named(gh, &x, "/contents/", path, ref, f);
}
