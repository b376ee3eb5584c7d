/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/least.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "github/app.h"
#include "github/call.h"
#include "github/installation.h"
#include "github/jwt.h"
#include "github/token.h"
#include "json/emit.h"

#define ANSWER_MS    10000                 /* for each answer */
#define REVOKE_MS    2000                  /* for all tokens at the end */
#define PROOF_MS     (8 * INT64_C(60000))  /* of the nine minutes */
#define LIFE_MS      (60 * INT64_C(60000)) /* GitHub's, if it tells none */
#define RENEW_MS     (5 * INT64_C(60000))  /* before its end, */
#define RENEW_SHARE  4                     /* or that part of a short life */
#define REPOSITORIES 500                   /* GitHub's limit for one token */

#define DOCS "https://docs.github.com/apps/"
#define KEYS                                                          \
	DOCS "creating-github-apps/authenticating-with-a-github-app/" \
	     "managing-private-keys-for-github-apps"
#define INSTALLING DOCS "using-github-apps/installing-your-own-github-app"

/* --- requests that the App itself signs --- */

static const struct {
	const char *part;
	const char *advice;
} refusals[] = {
	{ "could not be decoded",
	    " The App's ID and its private key do not belong together: check "
	    "--app-id, and that the key has not been deleted from the App's "
	    "settings (" KEYS ")." },
	{ "Integration not found",
	    " There is no such App: check --app-id, which is the App ID or the "
	    "client ID in the App's settings (" KEYS ")." },
	{ "claim",
	    " The clocks of this machine and the server differ, or "
	    "--app-id is not the App ID or the client ID in the App's "
	    "settings (" KEYS "). Set this machine's clock." },
	{ "suspended",
	    " The installation of the App is suspended: its owner can resume "
	    "it under \"Applications\" in the settings of the account or "
	    "organization (" DOCS "maintaining-github-apps/"
	    "suspending-a-github-app-installation)." },
};

/* The fault for an answer to such a request. */
static enum status
app_fault(const struct call *c, struct fault *f)
{
	size_t i;

	call_fault_plain(c, f);
	for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		if (c->response.status < 400 || c->response.status > 499 ||
		    text_find_nocase(buf_str(&c->message), refusals[i].part) ==
			NULL)
			continue;
		fault_add(f, "%s", refusals[i].advice);
		f->early = false;
		f->lasting = true;
		f->status = STATUS_REFUSED;
		break;
	}
	return f->status;
}

/* GitHub's messages name the claim that a wrong clock makes unacceptable. */
static bool
refuses_clock(const struct call *c)
{
	const char *message = buf_str(&c->message);

	return c->class == ANSWER_UNAUTHORIZED &&
	    (strstr(message, "('exp')") != NULL ||
		strstr(message, "('iat')") != NULL);
}

/* Has the App's key sign that this is the App, unless it has done so lately. */
static enum status
prove(struct session *s, struct fault *f)
{
	int64_t now_ms, now_s = clock_wall_s();
	enum status status;
	struct buf jwt;

	if (s->proof != NULL && clock_now(&clock_system) < s->proof_ends_ms)
		return STATUS_OK;
	if (s->has_wrong_clock && session_now(s, &now_ms))
		now_s = now_ms / 1000;
	token_free(s->proof);
	s->proof = NULL;
	buf_init(&jwt, BUF_TEXT_MAX);
	status = jwt_add(&jwt, s->app, now_s, f);
	if (status == STATUS_OK) {
		secret_add(buf_str(&jwt));
		s->proof = session_authorization(buf_str(&jwt));
		s->proof_ends_ms = clock_after(&clock_system, PROOF_MS);
	}
	buf_wipe(&jwt);
	return status;
}

/* A request to a path of the API's, with a body or NULL. */
struct question {
	enum request_method method;
	const char *path;
	const char *body;
	int64_t deadline_ms;
};

/* Asks once; the caller wipes the call in every case. */
static enum status
ask_once(struct session *s, struct call *c, const struct question *q,
    char *const *authorization, struct fault *f)
{
	struct client_options options = { .redirects = CLIENT_SAME_ORIGIN };
	struct call_times times = { ANSWER_MS, ANSWER_MS, 0, q->deadline_ms };

	call_begin_bare(c, s, authorization, q->method);
	buf_adds(&c->target, q->path);
	if (q->body != NULL) {
		request_add(&c->request, "Content-Type", "application/json");
		c->request.body = q->body;
		c->request.body_len = strlen(q->body);
	}
	return call_do(c, &times, &options, f);
}

/*
 * Asks as the App.  On STATUS_OK, the answer is a success or a refusal, which
 * the caller judges; as in fetch, an older server is asked in its version, and
 * one with another clock by that.
 */
static enum status
ask(struct session *s, struct call *c, const struct question *q,
    struct fault *f)
{
	enum status status;

	for (;;) {
		status = prove(s, f);
		if (status != STATUS_OK) {
			call_begin_bare(c, s, &s->proof, q->method);
			return status;
		}
		status = ask_once(s, c, q, &s->proof, f);
		if (status != STATUS_OK)
			return status;
		if (c->class == ANSWER_VERSION && !s->old_version) {
			s->old_version = true;
		} else if (refuses_clock(c) && !s->has_wrong_clock) {
			log_debug("%s: %s; using the server's clock",
			    client_who(s->client), buf_str(&c->message));
			s->has_wrong_clock = true;
			s->proof_ends_ms = 0;
		} else {
			return STATUS_OK;
		}
		call_wipe(c);
	}
}

/* --- where the App is installed --- */

static const char *
level_name(enum github_access access)
{
	return access == GITHUB_WRITE ? "write" : "read";
}

/* The App's owner has to grant what is needed, and the other one to accept. */
static enum status
lacks_permission(const struct github *gh, const char *html_url,
    const char *name, enum github_access wanted, struct fault *f)
{
	fault_set_lasting(f, STATUS_REFUSED,
	    "%s: the GitHub App does not have the permission \"%s: %s\" for "
	    "%s. Add it under \"Permissions & events\" in the App's settings, "
	    "then have it accepted where the App is installed",
	    github_who(gh), name, level_name(wanted), gh->name);
	if (html_url != NULL && *html_url != '\0')
		fault_add(f, ": %s", html_url);
	else
		fault_add(f,
		    " (" DOCS "using-github-apps/"
		    "approving-updated-permissions-for-a-github-app)");
	return f->status;
}

static enum status
check_granted(
    const struct github *gh, const struct installation *i, struct fault *f)
{
	const struct github_permissions *wanted = &gh->session->permissions;

	if (!i->tells_permissions)
		return STATUS_OK;
	if (i->granted.actions < wanted->actions)
		return lacks_permission(
		    gh, i->html_url, "Actions", wanted->actions, f);
	if (i->granted.contents < wanted->contents)
		return lacks_permission(
		    gh, i->html_url, "Contents", wanted->contents, f);
	return STATUS_OK;
}

/* The path's beginning, the owner, and the rest. */
static void
add_path(
    struct buf *path, const char *begin, const char *owner, const char *repo)
{
	buf_adds(path, begin);
	url_add_encoded(path, owner);
	if (repo != NULL) {
		buf_addc(path, '/');
		url_add_encoded(path, repo);
	}
	buf_adds(path, "/installation");
}

/* Reads the installation for the owner, or for a repository of theirs if `repo`
 * is not NULL.  *found is false if there is none, which is no failure. */
static enum status
find_at(const struct github *gh, const char *begin, const char *repo,
    int64_t deadline_ms, bool *found, struct installation *i, struct fault *f)
{
	struct question q = { REQUEST_GET, NULL, NULL, deadline_ms };
	struct session *s = gh->session;
	const struct buf *body;
	enum status status;
	struct buf path;
	struct call c;

	buf_init(&path, BUF_TEXT_MAX);
	add_path(&path, begin, gh->credential->owner, repo);
	q.path = buf_str(&path);
	*found = false;
	status = ask(s, &c, &q, f);
	body = &c.response.body;
	if (status == STATUS_OK && c.class == ANSWER_OK) {
		*found = installation_decode(buf_str(body), body->len, i);
		if (!*found)
			status = fault_set(f, STATUS_PROTOCOL,
			    "%s answered without the ID of an installation",
			    client_who(s->client));
	} else if (status == STATUS_OK) {
		status = app_fault(&c, f);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	call_wipe(&c);
	buf_free(&path);
	return status;
}

/* The App is not installed for the repository: but for another of that owner,
 * or not at all? */
static enum status
not_installed(const struct github *gh, int64_t deadline_ms, struct fault *f)
{
	static const char *const places[] = { "/orgs/", "/users/" };
	const char *owner = gh->credential->owner;
	struct installation i;
	struct fault ignored;
	bool found = false;
	size_t n;

	for (n = 0; n < sizeof places / sizeof places[0] && !found; n++)
		if (find_at(gh, places[n], NULL, deadline_ms, &found, &i,
			&ignored) != STATUS_OK)
			break;
	if (!found)
		return fault_set_lasting(f, STATUS_REFUSED,
		    "%s: the GitHub App is not installed for %s. Check "
		    "OWNER/REPO, and have the App installed there "
		    "(" INSTALLING ").",
		    github_who(gh), gh->name);
	fault_set_lasting(f, STATUS_REFUSED,
	    "%s: the GitHub App is installed for %s, but it has no access to "
	    "%s. Check the repository's name, and add it under \"Repository "
	    "access\" in the settings of the installation",
	    github_who(gh), owner, gh->name);
	if (*i.html_url != '\0')
		fault_add(f, ": %s", i.html_url);
	else
		fault_add(f, " (" INSTALLING ").");
	installation_wipe(&i);
	return f->status;
}

/*
 * GitHub redirects for a repository that was transferred.  The installation is
 * the new owner's then, and must not serve for what else there is of the old.
 */
static bool
bar_if_moved(struct credential *k, size_t n, const struct installation *i)
{
	if (k->grant_count < 2 || *i->account == '\0' ||
	    text_equal_nocase(i->account, k->owner))
		return false;
	k->grants[n].is_barred = true;
	k->grants[n].moved_to = xstrdup(i->account);
	return true;
}

/* The fault for a repository that is barred. */
static enum status
barred(const struct github *gh, int64_t deadline_ms, struct fault *f)
{
	const struct grant *g = &gh->credential->grants[gh->grant];

	if (g->moved_to == NULL)
		return not_installed(gh, deadline_ms, f);
	return fault_set_lasting(f, STATUS_REFUSED,
	    "%s: %s now belongs to %.100s; give the repository by that name",
	    github_who(gh), gh->name, g->moved_to);
}

/* Finds the owner's installation by this repository. */
static enum status
find_installation(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	struct credential *k = gh->credential;
	struct installation i;
	enum status status;
	bool found;

	status = find_at(gh, "/repos/", k->grants[gh->grant].repo, deadline_ms,
	    &found, &i, f);
	if (status != STATUS_OK)
		return status;
	if (!found) {
		k->grants[gh->grant].is_barred = true;
		return barred(gh, deadline_ms, f);
	}
	if (bar_if_moved(k, gh->grant, &i))
		status = barred(gh, deadline_ms, f);
	else if (i.is_suspended)
		status = fault_set_lasting(f, STATUS_REFUSED,
		    "%s: the installation of the GitHub App for %s is "
		    "suspended. Its owner can resume it in its settings: %s",
		    github_who(gh), k->owner,
		    *i.html_url != '\0' ? i.html_url : INSTALLING);
	else
		status = check_granted(gh, &i, f);
	if (status == STATUS_OK)
		k->installation = i.id;
	installation_wipe(&i);
	return status;
}

/* --- tokens --- */

static void
add_permission(struct buf *body, const char *name, enum github_access access)
{
	if (access == GITHUB_NO_ACCESS)
		return;
	emit_name(body, name);
	emit_string(body, level_name(access));
}

static bool
is_granted(const struct grant *g)
{
	return g->is_wanted && !g->is_barred;
}

/* What the token is to be for. */
static void
add_body(struct buf *body, const struct github *gh)
{
	const struct credential *k = gh->credential;
	const char *comma = "";
	size_t i, count = 0;

	for (i = 0; i < k->grant_count; i++)
		count += is_granted(&k->grants[i]);
	buf_addc(body, '{');
	if (count <= REPOSITORIES) {
		buf_adds(body, "\"repositories\":[");
		for (i = 0; i < k->grant_count; i++) {
			if (!is_granted(&k->grants[i]))
				continue;
			buf_adds(body, comma);
			emit_string(body, k->grants[i].repo);
			comma = ",";
		}
		buf_adds(body, "],");
	}
	buf_adds(body, "\"permissions\":{");
	add_permission(body, "actions", gh->session->permissions.actions);
	add_permission(body, "contents", gh->session->permissions.contents);
	buf_adds(body, "}}");
}

/* How long the token lives from now on, by the server's clock. */
static int64_t
life_of(const struct session *s, int64_t ends_s)
{
	int64_t now_ms;

	if (ends_s < 0 || !session_now(s, &now_ms))
		return LIFE_MS;
	return most(0, least(ends_s * 1000 - now_ms, LIFE_MS));
}

static void
keep_token(struct github *gh, const char *token, int64_t ends_s)
{
	struct credential *k = gh->credential;
	struct session *s = gh->session;
	int64_t life_ms = life_of(s, ends_s);
	struct minted *minted;
	size_t i;

	secret_add(token);
	session_use_token(k, token);
	k->is_refused = false;
	k->minted_ms = clock_now(&clock_system);
	k->ends_ms = k->minted_ms + life_ms;
	k->renew_ms = k->ends_ms - least(RENEW_MS, life_ms / RENEW_SHARE);
	k->again_ms = 0;
	for (i = 0; i < k->grant_count; i++)
		k->grants[i].is_covered = is_granted(&k->grants[i]);
	s->minted = xappend(s->minted, &s->minted_count, sizeof *s->minted);
	minted = &s->minted[s->minted_count - 1];
	minted->authorization = session_authorization(token);
	minted->ends_ms = k->ends_ms;
}

/* Takes the token of an answer that is a success. */
static enum status
take_token(struct github *gh, const struct response *r, struct fault *f)
{
	enum status status = STATUS_OK;
	int64_t ends_s;
	char *token;

	token = installation_decode_token(
	    buf_str(&r->body), r->body.len, &ends_s);
	if (token == NULL || *token == '\0' ||
	    token_check("", token, strlen(token), f) != STATUS_OK)
		status = fault_set(f, STATUS_PROTOCOL,
		    "%s answered %u, but without a token for the GitHub App",
		    github_who(gh), r->status);
	else
		keep_token(gh, token, ends_s);
	token_free(token);
	return status;
}

/* Asks of each repository whether the App has access to it. */
static enum status
bar_repositories(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	struct credential *k = gh->credential;
	enum status status = STATUS_OK;
	struct installation i;
	bool found;
	size_t n;

	for (n = 0; n < k->grant_count && status == STATUS_OK; n++) {
		if (!is_granted(&k->grants[n]))
			continue;
		status = find_at(gh, "/repos/", k->grants[n].repo, deadline_ms,
		    &found, &i, f);
		k->grants[n].is_barred = status == STATUS_OK && !found;
		if (!found)
			continue;
		/* What is in use may be the new owner's. */
		if (bar_if_moved(k, n, &i))
			k->installation = 0;
		installation_wipe(&i);
	}
	return status;
}

enum outcome {
	MINTED,
	FAILED, /* for good, or for now: see the fault */
	GONE,   /* the App has been installed anew */
	NOT_ALL /* a repository among them is not the App's */
};

static enum outcome
create(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	struct question q = { .method = REQUEST_POST,
		.deadline_ms = deadline_ms };
	enum outcome outcome = FAILED;
	struct buf path, body;
	struct call c;

	buf_init(&path, BUF_TEXT_MAX);
	buf_init(&body, BUF_TEXT_MAX);
	buf_addf(&path, "/app/installations/%llu/access_tokens",
	    (unsigned long long)gh->credential->installation);
	add_body(&body, gh);
	q.path = buf_str(&path);
	q.body = buf_str(&body);
	if (ask(gh->session, &c, &q, f) != STATUS_OK) {
		outcome = FAILED;
	} else if (c.class == ANSWER_OK) {
		if (take_token(gh, &c.response, f) == STATUS_OK)
			outcome = MINTED;
	} else {
		app_fault(&c, f);
		if (f->status == STATUS_NOT_FOUND)
			outcome = GONE;
		else if (c.response.status == 422 &&
		    text_find_nocase(
			buf_str(&c.message), "at least one repository") != NULL)
			outcome = NOT_ALL;
		else if (c.response.status == 422 &&
		    text_find_nocase(buf_str(&c.message), "permissions") !=
			NULL)
			lacks_permission(gh, NULL, "Actions",
			    gh->session->permissions.actions, f);
	}
	call_wipe(&c);
	buf_free(&path);
	buf_free(&body);
	return outcome;
}

enum status
app_mint(struct github *gh, int64_t deadline_ms, struct fault *f)
{
	struct credential *k = gh->credential;
	enum outcome outcome = GONE;
	enum status status;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (k->grants[gh->grant].is_barred)
			return barred(gh, deadline_ms, f);
		if (k->installation == 0 &&
		    (status = find_installation(gh, deadline_ms, f)) !=
			STATUS_OK)
			return status;
		outcome = create(gh, deadline_ms, f);
		if (outcome == GONE)
			k->installation = 0;
		else if (outcome != NOT_ALL)
			break;
		else if ((status = bar_repositories(gh, deadline_ms, f)) !=
		    STATUS_OK)
			return status;
	}
	if (outcome == MINTED)
		return STATUS_OK;
	if (outcome == NOT_ALL && k->grants[gh->grant].is_barred)
		return barred(gh, deadline_ms, f);
	return f->status;
}

void
app_revoke(struct session *s)
{
	struct question q = {
		.method = REQUEST_DELETE,
		.path = "/installation/token",
		.deadline_ms = clock_after(&clock_system, REVOKE_MS),
	};
	enum status status;
	struct call c;
	struct fault f;
	size_t i;

	if (s->minted_count == 0)
		return;
	/* The next signal ends this early. */
	interrupt_acknowledge();
	for (i = 0; i < s->minted_count && !interrupt_pending(); i++) {
		if (s->minted[i].ends_ms <= clock_now(&clock_system))
			continue;
		status = ask_once(s, &c, &q, &s->minted[i].authorization, &f);
		if (status == STATUS_OK && c.class != ANSWER_OK)
			status = call_fault_plain(&c, &f);
		if (status != STATUS_OK)
			log_debug("a token was not revoked: %s", f.text);
		call_wipe(&c);
	}
}
