/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdio.h>
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

static void
use_token(struct session *s, const char *token)
{
	struct buf b;

	token_free(s->authorization);
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, BEARER "%s", token);
	s->authorization = buf_take(&b);
}

struct session *
session_open(const struct github_options *o)
{
	struct session *s = xcalloc(1, sizeof *s);

	s->api = o->api;
	s->pages = o->pages;
	s->client = client_new(o->api, o->proxy, o->trust);
	s->token_file = o->token_file;
	use_token(s, o->token);
	return s;
}

void
session_close(struct session *s)
{
	client_free(s->client);
	token_free(s->authorization);
	free(s);
}

const char *
session_token(const struct session *s)
{
	return s->authorization + sizeof BEARER - 1;
}

bool
session_renew_token(struct session *s)
{
	char *token;

	if (s->token_file == NULL)
		return false;
	token = token_reread(s->token_file, session_token(s));
	if (token == NULL)
		return false;
	use_token(s, token);
	token_free(token);
	return true;
}

const char *
session_version(const struct session *s)
{
	return s->old_version ? VERSION_OLD : VERSION_NEW;
}

void
session_add_fields(const struct session *s, struct request *q)
{
	/* GitHub answers 403 to requests without a User-Agent. */
	request_add(q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(q, "Accept", "application/vnd.github+json");
	request_add(q, "Authorization", s->authorization);
	request_add(q, "X-GitHub-Api-Version", session_version(s));
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
	unsigned int major, minor;
	bool is_old;

	if (ghes != NULL && sscanf(ghes, "%3u.%3u", &major, &minor) == 2)
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
