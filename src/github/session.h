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

/* A server; shared by the repositories on it. */
struct session {
	const struct url *api;
	const struct url *pages; /* or NULL */
	struct client *client;
	char *authorization;    /* with the token */
	const char *token_file; /* or NULL */
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
	char *name;        /* "owner/repo" */
	struct buf prefix; /* ".../repos/OWNER/REPO" */
};

/* Replaces a run's URL with one made here if it is missing or contains a
 * secret. */
void github_fix_run_url(
    const struct github *, char **html_url, uint64_t run_id);

struct session *session_open(const struct github_options *);
void session_close(struct session *);

/* Valid until it is renewed. */
const char *session_token(const struct session *);

/* As github_renew_token. */
bool session_renew_token(struct session *);

/* The API version that requests ask for. */
const char *session_version(const struct session *);

/* Adds the fields that all requests carry.  Nothing else uses the token. */
void session_add_fields(const struct session *, struct request *);

/* Notes what an answer tells about the server.  `is_too_old`: it does not
 * support the API version. */
void session_note(struct session *, const struct response *, bool is_too_old);

/* Notes the server's clock alone, for an answer that was cut short. */
void session_note_time(struct session *, const struct response *);

/* As github_server_now. */
bool session_now(const struct session *, int64_t *now_ms);

#endif
