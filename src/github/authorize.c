/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"
#include "github/app.h"
#include "github/authorize.h"
#include "github/token.h"

#define NEW_MS      10000 /* a token may not be known everywhere that long */
#define RETRY_SHARE 5     /* renewing is tried so often before the end */

/* The latest token is for this repository, too, and has not ended. */
static bool
is_usable(const struct github *gh, int64_t now_ms)
{
	const struct credential *k = gh->credential;

	return k->authorization != NULL && k->grants[gh->grant].is_covered &&
	    now_ms < k->ends_ms;
}

enum status
authorize(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	int64_t now_ms = clock_now(&clock_system);
	struct credential *k = gh->credential;
	bool usable;

	if (gh->session->app == NULL)
		return STATUS_OK;
	session_want(gh);
	usable = is_usable(gh, now_ms);
	if (usable && !k->is_refused && now_ms < most(k->renew_ms, k->again_ms))
		return STATUS_OK;
	if (app_mint(gh, deadline_ms, f) == STATUS_OK)
		return STATUS_OK;
	if (!usable)
		return f->status;
	/* If no other is to be had, one that was refused only once may serve:
	 * if it is refused again, that call says so. */
	if (k->is_refused && (!f->lasting || status_is_signal(f->status)))
		return f->status;
	k->is_refused = false;
	log_debug("the token for %s was not renewed: %s", k->owner, f->text);
	k->again_ms = clock_after(
	    &clock_system, (k->ends_ms - k->renew_ms) / RETRY_SHARE);
	return STATUS_OK;
}

enum status
authorize_do(struct github *gh, struct call *c, const struct call_times *t,
    struct client_options *o, struct fault *f)
{
	int64_t deadline_ms = t->connect_by_ms > 0
	    ? least(t->connect_by_ms, t->deadline_ms)
	    : t->deadline_ms;
	enum status status = authorize(gh, deadline_ms, f);

	return status == STATUS_OK ? call_do(c, t, o, f) : status;
}

/* The token's file may have another one. */
static bool
reread(const struct session *s, struct credential *k)
{
	char *token;

	if (s->token_file == NULL)
		return false;
	token = token_reread(s->token_file, session_token(k->authorization));
	if (token == NULL)
		return false;
	session_use_token(k, token);
	token_free(token);
	return true;
}

bool
authorize_anew(struct github *gh)
{
	struct credential *k = gh->credential;

	if (gh->session->app == NULL)
		return reread(gh->session, k);
	if (k->authorization == NULL ||
	    clock_now(&clock_system) < k->minted_ms + NEW_MS)
		return false;
	k->is_refused = true;
	return true;
}
