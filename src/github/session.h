/* SPDX-License-Identifier: ISC */
/*
 * What all calls of the API share: the server with its connection, the token,
 * the API version, and what answers have told about the server's clock, rate
 * limit and version.  Internal to github/.
 */
#ifndef GITHUB_SESSION_H
#define GITHUB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "github/github.h"
#include "http/client.h"

/* A repository of an owner, as far as an App's token goes. */
struct grant {
	char *repo;
	bool is_wanted;  /* it is used, or will be */
	bool is_covered; /* by the latest token */
	bool is_barred;  /* the App has no access to it, */
	char *moved_to;  /* or this is its owner now; NULL: not so */
};

/* What calls to an owner's repositories are authorized by; the given token is
 * one for all owners. */
struct credential {
	char *owner;         /* NULL: any */
	char *authorization; /* with the token; NULL: none yet */
	bool is_refused;     /* an App's needs another one */
	struct grant *grants;
	size_t grant_count;
	uint64_t installation; /* 0: not known yet */
	/* Instants of the latest token: */
	int64_t minted_ms;
	int64_t renew_ms; /* due from then on, */
	int64_t ends_ms;
	int64_t again_ms; /* but not tried before that */
};

/* A token that an App has created, to be revoked. */
struct minted {
	char *authorization;
	int64_t ends_ms;
};

/* A server; shared by the repositories on it. */
struct session {
	const struct url *api;
	const struct url *pages; /* or NULL */
	struct client *client;
	struct credential **credentials;
	size_t credential_count;
	const char *token_file;                /* or NULL */
	const struct github_app *app;          /* or NULL */
	struct github_permissions permissions; /* of its tokens */
	bool has_wrong_clock;  /* ours, for an App: the server's counts */
	char *proof;           /* that this is the App: an authorization */
	int64_t proof_ends_ms; /* instant */
	struct minted *minted;
	size_t minted_count;
	bool old_version;
	enum github_tells tells;
	bool has_time;      /* from Date headers: */
	int64_t time_ms;    /* the server's */
	int64_t time_at_ms; /* ours, when it came */
	bool has_quota;
	uint64_t quota_left;
	int64_t quota_reset_ms; /* server's clock */
};

/* A repository on it. */
struct github {
	struct session *session;
	bool owns_session;
	struct credential *credential;
	size_t grant;      /* of it */
	char *name;        /* "owner/repo" */
	struct buf prefix; /* ".../repos/OWNER/REPO" */
};

/* Replaces a run's URL with one made here if it is missing or contains a
 * secret. */
void github_fix_run_url(
    const struct github *, char **html_url, uint64_t run_id);

struct session *session_open(const struct github_options *);
void session_close(struct session *);

/* The credential for a repository, and which of its grants is for that. */
struct credential *session_credential(
    struct session *, const char *owner, const char *repo, size_t *grant);

/* A token of an App is to cover this repository. */
void session_want(struct github *);

/* The value of an Authorization field for a token, to be freed as a token is;
 * and the token of such a value, or "" for NULL. */
char *session_authorization(const char *token);
const char *session_token(const char *authorization);

/* Makes this token the credential's. */
void session_use_token(struct credential *, const char *token);

/* The API version that requests ask for. */
const char *session_version(const struct session *);

/* Adds the fields that all requests carry; that of the authorization stays
 * empty, and is the one that is returned. */
struct request_field *session_add_fields(
    const struct session *, struct request *);

/* Notes what an answer tells about the server.  `is_too_old`: it does not
 * support the API version. */
void session_note(struct session *, const struct response *, bool is_too_old);

/* Notes the server's clock alone, for an answer that was cut short. */
void session_note_time(struct session *, const struct response *);

/* As github_server_now. */
bool session_now(const struct session *, int64_t *now_ms);

#endif
