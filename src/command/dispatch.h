/* SPDX-License-Identifier: ISC */
/*
 * The main job: dispatch once, and prove which run that created.
 *
 * A dispatch is not idempotent: its POST leaves this machine again only after
 * proof that the one before started nothing.  Every point at which it can be
 * cut, what is true then, what follows, and the exit code if nothing better
 * comes of that:
 *
 *	name, address, proxy, handshake		not sent	again	7
 *	before the request's first byte		not sent	again	7
 *	by a server that refuses the handshake
 *	    after we have ended it (TLS 1.3)	not sent	end	7
 *	in or behind the request's bytes	unknown		search	4
 *	before or in the status line		unknown		search	4
 *	behind interim answers (1xx)		unknown		search	4
 *	behind the status line 2xx		dispatched	search	5
 *	behind 301, 302, 307, 308		refused		end	7
 *	behind 4xx, not 408			refused		end	3
 *	behind 408, 5xx, any other		unknown		search	4
 *
 * And what whole answers lead to:
 *
 *	2xx that names the run			dispatched	end	0
 *	2xx that is not of GitHub's API		unknown		search	4
 *	other 2xx				dispatched	search	5
 *	redirect within the server		refused		again	7
 *	other 301, 302, 307, 308		refused		end	7
 *	this API version is not served		refused		again	3
 *	distinct_id is required			refused		again	3
 *	distinct_id, which no user asked for,
 *	    is unknown				refused		again	3
 *	401, or a token that is too new		refused		again	3
 *	a rate limit that ends in time		refused		again	3
 *	other 4xx, not 408			refused		end	3
 *	408, 5xx, any other			unknown		search	4
 *
 * "Again" is bounded: 30 s for what was not sent (at once no more if it is
 * lasting), five redirects, one step down in the version, one ID more or less,
 * three tries with a token, and the deadline for all.  "Search" needs a
 * distinct ID; found is exit 0.  A signal ends all of it with its own exit
 * code; the message says which is true.
 *
 * A server that is not GitHub's own is asked for the newest run before that:
 * its answer tells what kind of server it is, and what runs there are already.
 * One that may be too old to name the run gets an ID with the first POST.
 *
 * No answer names the run of a repository_dispatch event: it always has an ID,
 * and any server is asked for the newest run before it, or nothing is sent.
 *
 * With a journal (command/journal.h), every POST has its record before it: one
 * that cannot be written is exit 2, and nothing was started.  What an earlier
 * start has sent, or may have, is searched for as above, and never sent.
 *
 * "Not sent" is what github_connect fails with, and what http/client.h tells
 * from the rest; github/github.h tells "unknown" from "dispatched" and
 * "refused"; and here is decided what follows.
 */
#ifndef COMMAND_DISPATCH_H
#define COMMAND_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/github.h"
#include "command/find.h"
#include "command/result.h"
#include "command/throttle.h"
#include "command/wait.h"

struct journal;

/* Everything is decided beforehand; all lent. */
struct dispatch_order {
	enum event event;
	const char *workflow;      /* as the API takes it; NULL: any that
				    * listens for the event */
	uint64_t workflow_id;      /* 0 if given as a file */
	const char *workflow_path; /* path of the file; NULL if an ID */
	const char *ref;           /* NULL: the default branch */
	const char *body;          /* as the user wants it */
	const char *body_with_id;  /* with the input distinct_id, in any
					 * case */
	const char *distinct_id;   /* the one in body_with_id */
	bool sends_id;             /* body carries it too */
	bool is_unique;            /* it was drawn at random just now */
	int64_t timeout_ms;
	int64_t step_ms;                  /* of the search; see pace_init */
	const struct wait_order *waiting; /* for the run; NULL: no wait */
	struct journal *journal;          /* for later starts; or NULL */
};

/*
 * The command: dispatches, writes the run, and waits for it if the order says
 * so.  The status is that of dispatch_prove if it fails, STATUS_OUTPUT, or that
 * of the wait (command/wait.h), with its fault.
 */
enum status dispatch(struct github *, const struct clock *,
    const struct dispatch_order *, struct result *, struct fault *);

/*
 * Its first half, step by step, so that several dispatches can go on side by
 * side.  The first step is everything up to the answer to the last POST, and a
 * look for the run if the answer does not name it; any further step is another
 * look.  dispatch_step: true if that settled nothing yet, with the instant at
 * which the next step is due.  The time begins when it is opened; the throttle,
 * which is lent, is that of all dispatches, or NULL for the only one.  At the
 * end, dispatch_close frees it; what it returns and fills is that of
 * dispatch_prove.
 */
struct dispatch;

struct dispatch *dispatch_open(struct github *, const struct clock *,
    const struct dispatch_order *, struct throttle *);
bool dispatch_step(struct dispatch *, int64_t *due_ms);
enum status dispatch_close(
    struct dispatch *, struct found_run *, struct fault *);

/*
 * All of that, with the pauses.  STATUS_OK and the proved run, which the caller wipes and
 * which lends from the order, its journal and the repository; or, with a fault that tells
 * the whole story, STATUS_REFUSED (and its kin), STATUS_UNKNOWN,
 * STATUS_UNIDENTIFIED, a signal's, or any of those with exit code 7: then
 * nothing was started.
 */
enum status dispatch_prove(struct github *, const struct clock *,
    const struct dispatch_order *, struct found_run *, struct fault *);

/* Says in the log how the run was identified. */
void dispatch_log_found(const struct found_run *);

/* A dry run: writes the request to standard output, without the token. */
enum status dispatch_print(
    struct github *, const struct dispatch_order *, struct fault *);

#endif
