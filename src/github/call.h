/* SPDX-License-Identifier: ISC */
/*
 * One call of the API: a request, the answer, and what that means.  Internal to
 * github/.
 */
#ifndef GITHUB_CALL_H
#define GITHUB_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "github/answer.h"
#include "github/session.h"
#include "http/client.h"

struct call {
	struct session *session;
	char *const *authorization; /* filled in when it is sent; lent */
	struct request_field *authorization_field;
	struct buf target;      /* ".../repos/OWNER/REPO"; callers append */
	struct request request; /* callers may add to it */
	bool is_event;          /* a repository_dispatch, for advice */
	bool sent;              /* as in client_do */
	struct response response;
	/* What the response means. */
	enum answer_class class;
	int64_t wait_ms;
	struct buf message; /* GitHub's, as it came */
	bool is_json;
};

/* Fills in the fields that all requests carry.  The caller wipes the call. */
void call_begin(struct call *, const struct github *, enum request_method);

/* The same for a call of no repository: its target is the API's own path, and
 * it has an authorization of its own. */
void call_begin_bare(struct call *, struct session *,
    char *const *authorization, enum request_method);
void call_wipe(struct call *);

/* Durations count from when they begin; none outlasts the deadline. */
struct call_times {
	int64_t head_ms, answer_ms;
	int64_t connect_by_ms; /* 0: the deadline */
	int64_t deadline_ms;
};

/* The limits of an exchange that begins now. */
struct exchange_limits call_limits(const struct call_times *);

/* Over the connection that client_connect has just made: sends the request and
 * reads the answer, whatever it says. */
enum status call_ask(
    struct call *, const struct client_options *, struct fault *);

/* Connects, and then does what call_ask does; sets the limits of the options.
 * If connecting fails, the request has not been sent. */
enum status call_do(struct call *, const struct call_times *,
    struct client_options *, struct fault *);

/*
 * Fills the fault for an answer that is not a success, with advice; `ref` is
 * the dispatched ref, or NULL for any other call.  Returns the fault's status.
 */
enum status call_fault(const struct call *, const char *ref, struct fault *);

/* The same without advice about the repository or the token. */
enum status call_fault_plain(const struct call *, struct fault *);

#endif
