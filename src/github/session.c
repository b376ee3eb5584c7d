/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/answer.h"
#include "github/session.h"
#include "github/token.h"

/* Versions of the REST API (docs.github.com, "API Versions"). */
#define VERSION_NEW "2026-03-10" /* a dispatch answers with the run */
#define VERSION_OLD "2022-11-28" /* GHES 3.9 to 3.20 */
#define GHES_MAJOR  3            /* the first with the new one: 3.21 */
#define GHES_MINOR  21

#define BEARER "Bearer " /* RFC 6750, 2.1 */

char *
session_authorization(const char *token)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, BEARER "%s", token);
	return buf_take(&b);
}

void
session_use_token(struct credential *c, const char *token)
{
	token_free(c->authorization);
	c->authorization = session_authorization(token);
}

const char *
session_token(const char *authorization)
{
	return authorization != NULL ? authorization + sizeof BEARER - 1 : "";
}

static struct credential *
add_credential(struct session *s, const char *owner)
{
	struct credential *c = xcalloc(1, sizeof *c);

	s->credentials = xappend(
	    s->credentials, &s->credential_count, sizeof *s->credentials);
	s->credentials[s->credential_count - 1] = c;
	if (owner != NULL)
		c->owner = xstrdup(owner);
	return c;
}

struct session *
session_open(const struct github_options *o)
{
	struct session *s = xcalloc(1, sizeof *s);

	s->api = o->api;
	s->pages = o->pages;
	s->client = client_new(o->api, o->proxy, o->trust);
	s->token_file = o->token_file;
	s->app = o->app;
	s->permissions = o->permissions;
	if (s->app == NULL)
		session_use_token(add_credential(s, NULL), o->token);
	return s;
}

static void
credential_free(struct credential *c)
{
	size_t i;

	free(c->owner);
	token_free(c->authorization);
	for (i = 0; i < c->grant_count; i++) {
		free(c->grants[i].repo);
		free(c->grants[i].moved_to);
	}
	free(c->grants);
	free(c);
}

void
session_close(struct session *s)
{
	size_t i;

	client_free(s->client);
	for (i = 0; i < s->credential_count; i++)
		credential_free(s->credentials[i]);
	free(s->credentials);
	for (i = 0; i < s->minted_count; i++)
		token_free(s->minted[i].authorization);
	free(s->minted);
	token_free(s->proof);
	free(s);
}

/* Names of owners and repositories are the same in any case. */
static size_t
find_grant(struct credential *c, const char *repo)
{
	struct grant *grant;
	size_t i;

	for (i = 0; i < c->grant_count; i++)
		if (text_equal_nocase(c->grants[i].repo, repo))
			return i;
	c->grants = xappend(c->grants, &c->grant_count, sizeof *c->grants);
	grant = &c->grants[i];
	grant->repo = xstrdup(repo);
	return i;
}

struct credential *
session_credential(
    struct session *s, const char *owner, const char *repo, size_t *grant)
{
	struct credential *c;
	size_t i;

	*grant = 0;
	if (s->app == NULL)
		return s->credentials[0];
	for (i = 0; i < s->credential_count; i++) {
		c = s->credentials[i];
		if (text_equal_nocase(c->owner, owner)) {
			*grant = find_grant(c, repo);
			return c;
		}
	}
	c = add_credential(s, owner);
	*grant = find_grant(c, repo);
	return c;
}

void
session_want(struct github *gh)
{
	if (gh->session->app != NULL)
		gh->credential->grants[gh->grant].is_wanted = true;
}

const char *
session_version(const struct session *s)
{
	return s->old_version ? VERSION_OLD : VERSION_NEW;
}

struct request_field *
session_add_fields(const struct session *s, struct request *q)
{
	struct request_field *authorization;

	/* GitHub answers 403 to requests without a User-Agent. */
	request_add(q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(q, "Accept", "application/vnd.github+json");
	authorization = &q->fields[q->field_count];
	request_add(q, "Authorization", "");
	request_add(q, "X-GitHub-Api-Version", session_version(s));
	return authorization;
}

void
session_note_time(struct session *s, const struct response *r)
{
	const char *date = response_field(r, "Date");
	int64_t seconds;

	if (date == NULL || !date_from_http(date, &seconds))
		return;
	s->has_time = true;
	s->time_ms = seconds * 1000;
	s->time_at_ms = clock_now(&clock_system);
}

static void
note_quota(struct session *s, const struct response *r)
{
	const char *left = response_field(r, "X-RateLimit-Remaining");
	const char *reset = response_field(r, "X-RateLimit-Reset");
	uint64_t seconds, now;
	int64_t now_ms;

	s->has_quota = left != NULL && reset != NULL &&
	    text_u64(left, strlen(left), &s->quota_left) &&
	    text_u64(reset, strlen(reset), &seconds) && session_now(s, &now_ms);
	if (!s->has_quota)
		return;
	now = (uint64_t)now_ms / 1000;
	if (seconds > now + ANSWER_WAIT_MAX_S)
		seconds = now + ANSWER_WAIT_MAX_S;
	s->quota_reset_ms = (int64_t)seconds * 1000;
}

/* "3.21.0". With sscanf the static program would be 9 KB larger. */
static bool
parse_version(const char *s, uint64_t *major, uint64_t *minor)
{
	size_t first = strspn(s, "0123456789"), second;

	if (s[first] != '.')
		return false;
	second = strspn(s + first + 1, "0123456789");
	return text_u64(s, first, major) &&
	    text_u64(s + first + 1, second, minor);
}

/*
 * Any answer may tell what server this is: GHES sends its own version, and
 * servers that have API versions send the one that they answered in, which is
 * an older one if they did not honor ours.
 */
static void
note_server(struct session *s, const struct response *r)
{
	const char *ghes = response_field(r, "X-GitHub-Enterprise-Version");
	const char *api = response_field(r, "X-GitHub-Api-Version-Selected");
	uint64_t major, minor;
	bool is_old;

	if (ghes != NULL && parse_version(ghes, &major, &minor))
		is_old = major < GHES_MAJOR ||
		    (major == GHES_MAJOR && minor < GHES_MINOR) ||
		    s->old_version;
	else if (api != NULL && !s->old_version)
		is_old = strcmp(api, VERSION_NEW) < 0;
	else
		return;
	s->tells = is_old ? GITHUB_TELLS_NO_RUN : GITHUB_TELLS_RUN;
}

void
session_note(struct session *s, const struct response *r, bool is_too_old)
{
	session_note_time(s, r);
	note_quota(s, r);
	if (is_too_old)
		s->tells = GITHUB_TELLS_NO_RUN;
	else
		note_server(s, r);
}

bool
session_now(const struct session *s, int64_t *now_ms)
{
	if (!s->has_time)
		return false;
	*now_ms = s->time_ms + clock_now(&clock_system) - s->time_at_ms;
	return true;
}
