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
	struct buf target;      /* callers append what follows
						 * ".../OWNER/REPO/actions" */
	struct request request; /* callers may add to it */
	bool sent;              /* as in client_do */
	struct response response;
	/* What the response means. */
	enum answer_class class;
	int64_t wait_ms;
	struct buf message; /* GitHub's, as it came */
	bool is_json;
};

/* Fills in what all requests carry.  The caller wipes the call. */
void call_begin(struct call *, const struct github *, enum request_method);
void call_wipe(struct call *);

/* These times from now on, but the deadline at the latest. */
struct exchange_limits call_limits(
    int64_t head_ms, int64_t answer_ms, int64_t deadline_ms);

/* Sees to a connection; failing that, the request has not been sent. */
enum status call_connect(struct call *, int64_t deadline_ms, struct fault *);

/* Over that connection: sends the request and reads the answer, whatever it
 * says. */
enum status call_ask(
    struct call *, const struct client_options *, struct fault *);

/*
 * Fills the fault for an answer that is not the hoped-for one, with advice;
 * `ref` is that of a dispatch, NULL otherwise.  Returns its status.
 */
enum status call_fault(const struct call *, const char *ref, struct fault *);

#endif
