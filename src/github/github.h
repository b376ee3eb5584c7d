/* SPDX-License-Identifier: ISC */
/*
 * GitHub's REST API: one typed call per endpoint.  No caller sees a URL, a
 * header, a status code or the token.
 *
 * A call is made once.  The caller decides whether and when to repeat it, from
 * the fault: its status, whether it is lasting, and how long the server says to
 * wait (wait_ms).
 */
#ifndef GITHUB_GITHUB_H
#define GITHUB_GITHUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"
#include "github/decode.h"
#include "github/event.h"
#include "http/response.h"
#include "http/url.h"
#include "net/trust.h"

struct github;

/* A GitHub App; all lent. */
struct github_app {
	const char *id;       /* or its client ID */
	const char *key;      /* the private key; or NULL: */
	const char *key_file; /* it is read from there for each use */
};

/* What an App's token may do; more includes less. */
enum github_access { GITHUB_NO_ACCESS, GITHUB_READ, GITHUB_WRITE };

struct github_permissions {
	enum github_access actions;
	enum github_access contents;
};

/* A repository on a server.  The URLs, the token file's path, the App, the
 * proxy and the trust are lent for its life. */
struct github_options {
	const struct url *api;
	const struct url
	    *pages; /* base of the web pages; NULL: derived from the API's */
	const char *owner;
	const char *repo;
	const char *token;
	const char *token_file;       /* to re-read it; or NULL */
	const struct github_app *app; /* NULL: the token; else it creates
				       * tokens with no more than these */
	struct github_permissions permissions;
	const struct proxy *proxy; /* may be unset */
	const struct trust *trust; /* NULL for plain http */
};

struct github *github_open(const struct github_options *);

/*
 * Another repository on the same server, over the same connection.  It borrows
 * from the first one, which must be closed last.  Repositories of one owner
 * share a token of an App, which is created at the first call of any of them
 * for all that have been opened by then (the first one counts only once it is
 * used), and anew for what is opened later: to open all of them first saves
 * requests.
 */
struct github *github_sibling(
    const struct github *, const char *owner, const char *repo);

/* Closing the first one also revokes the tokens of an App, in at most 2 s even
 * if a signal is pending, which this takes note of. */
void github_close(struct github *);

/* "api.github.com": begins messages about the server. */
const char *github_who(const struct github *);

/* "owner/repo". */
const char *github_repository(const struct github *);

/* Whether a dispatch is answered with the run that it created. */
enum github_tells {
	GITHUB_TELLS_UNKNOWN, /* no answer has told so far */
	GITHUB_TELLS_RUN,     /* github.com, ghe.com, GHES 3.21 and later */
	GITHUB_TELLS_NO_RUN   /* an older server */
};

/*
 * github_is_cloud: the server is github.com or under ghe.com, which is known
 * without an answer. github_tells: what the answers so far have told.
 */
bool github_is_cloud(const struct github *);
enum github_tells github_tells(const struct github *);

/* From now on, calls use the API version of servers before GHES 3.21. */
void github_use_old_version(struct github *);

/*
 * The token was refused.  Reads its file again; true if it holds another token
 * than before, which is used from now on, by siblings too.  An App creates
 * another one at the next call, unless this one is so new that it may only not
 * be known everywhere yet.
 */
bool github_renew_token(struct github *);

/*
 * What the latest answer says about the rate limit: the requests left, and the
 * time until the limit resets; false if it does not say.
 */
bool github_quota(const struct github *, uint64_t *left, int64_t *reset_in_ms);

/*
 * The server's clock, derived from the Date of its latest answer: milliseconds
 * since 1970; false before the first answer with a date.
 */
bool github_server_now(const struct github *, int64_t *now_ms);

/* Appends the URL of a run's web page. */
void github_add_run_url(const struct github *, struct buf *, uint64_t run_id);

/*
 * The status line settles it, whatever becomes of the rest: 2xx means accepted;
 * 4xx (except 408, a request that timed out) and redirects have started
 * nothing.  With any other status, or none, the outcome is unknown once a byte
 * has left; it is also unknown if the complete answer is not from GitHub's API.
 */
enum dispatch_outcome {
	DISPATCH_IDENTIFIED,  /* accepted, and the answer names the run */
	DISPATCH_ACCEPTED,    /* accepted; the answer names no run */
	DISPATCH_NOT_SENT,    /* no byte has left this machine; fault */
	DISPATCH_NOT_STARTED, /* answered, and nothing was started; fault */
	DISPATCH_OLD_SERVER,  /* refused: the API version is not supported */
	DISPATCH_WANTS_ID,    /* refused: it requires distinct_id */
	DISPATCH_REFUSES_ID,  /* refused: it knows no distinct_id; fault */
	DISPATCH_LIMITED,     /* refused: a rate limit; fault with wait_ms */
	DISPATCH_UNKNOWN /* sent, but the answer is lost or no answer; fault */
};

struct dispatch_call {
	enum event event;
	/* Of a workflow_dispatch; else NULL: */
	const char *workflow; /* ID, file name or path; not encoded */
	const char *ref;      /* for messages */
	const char *body;     /* JSON */
	int64_t deadline_ms;  /* for the answer */
};

/*
 * Opens the connection for a dispatch, which must follow at once.  If this
 * fails, no byte of the dispatch has left this machine.
 */
enum status github_connect(
    struct github *, int64_t deadline_ms, struct fault *);

/*
 * POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches, or
 * /repos/{owner}/{repo}/dispatches, whose answer never names a run; once and
 * never again.  Fills the run on IDENTIFIED (the caller wipes it), and the
 * fault on everything but IDENTIFIED and ACCEPTED.
 */
enum dispatch_outcome github_dispatch(struct github *,
    const struct dispatch_call *, struct found_run *run, struct fault *);

/*
 * Appends the request that github_dispatch would send, as text without the
 * token.
 */
void github_dispatch_preview(
    struct github *, const struct dispatch_call *, struct buf *);

/*
 * A page of a list that is polled.  Zero it before the first call and wipe it
 * after the last.  If it holds an earlier answer to the same question, the call
 * is conditional, and an unchanged page is left as it is (RFC 9110, 13.1.2).
 */
struct run_page {
	struct run_list list;
	bool has_next;
	bool changed; /* by the latest call */
	char *etag;   /* owned; NULL: none */
};

struct job_page {
	struct job_list list;
	bool has_next;
	bool changed;
	char *etag;
};

struct run_state {
	struct run run;
	bool changed;
	char *etag;
};

void run_page_wipe(struct run_page *);
void job_page_wipe(struct job_page *);
void run_state_wipe(struct run_state *);

/*
 * GET .../actions/workflows/{workflow}/runs, or .../actions/runs if workflow is
 * NULL: newest first, and never filtered, because filters are answered from an
 * index that lags.  Pages count from 1 and have at most 100 runs.  On failure,
 * the status is that of the server's answer or of the connection.
 */
enum status github_list_runs(struct github *, const char *workflow,
    unsigned int per_page, unsigned int page, int64_t deadline_ms,
    struct run_page *, struct fault *);

/*
 * The ID of the workflow's newest run, 0 if there is none: as github_list_runs,
 * but for one run.  *sent is as in client_do.  A refusal is explained as that
 * of the dispatch of `ref` that this call prepares.
 */
enum status github_newest_run(struct github *, const char *workflow,
    const char *ref, int64_t connect_by_ms, int64_t deadline_ms,
    uint64_t *run_id, bool *sent, struct fault *);

/* What the head of an answer tells, whatever its status.  NULL: nothing. */
struct server_info {
	char *ghes;   /* the version of GitHub Enterprise Server */
	char *scopes; /* of a classic token, "repo, workflow"; "": none */
	char *expiry; /* of the token, "2024-05-13 19:47:28 UTC" */
};

void server_info_wipe(struct server_info *);

/*
 * Connects for the calls that follow.  Appends who the server is, and what is
 * known of the connection.
 */
enum status github_reach(
    struct github *, int64_t deadline_ms, struct buf *about, struct fault *);

/* Whom the token belongs to, as its beginning tells: "a classic personal access
 * token".  NULL if an App has not been given one. */
const char *github_token_kind(const struct github *);

/* Whether an App creates the tokens, with the permissions that it was opened
 * with. */
bool github_is_app(const struct github *);

/* Whether it belongs to an App's installation, as GITHUB_TOKEN does. */
bool github_token_is_installation(const struct github *);

/* GET /repos/{owner}/{repo}.  Fills the info from any answer; the caller wipes
 * it in every case, and the repo if this succeeds. */
enum status github_get_repo(struct github *, int64_t deadline_ms, struct repo *,
    struct server_info *, struct fault *);

/* GET .../actions/permissions, which only administrators may ask for: whether
 * Actions may run in the repository. */
enum status github_actions_enabled(
    struct github *, int64_t deadline_ms, bool *enabled, struct fault *);

/* GET .../actions/workflows/{workflow}. The caller wipes the workflow. */
enum status github_get_workflow(struct github *, const char *workflow,
    int64_t deadline_ms, struct workflow *, struct fault *);

/* GET .../git/ref/{ref}: whether there is "heads/main" or "tags/v1"; if not,
 * STATUS_NOT_FOUND. */
enum status github_find_ref(
    struct github *, const char *ref, int64_t deadline_ms, struct fault *);

/* GET .../contents/{path}?ref={ref}: appends what the file contains. */
enum status github_get_file(struct github *, const char *path, const char *ref,
    int64_t deadline_ms, struct buf *contents, struct fault *);

enum github_attempts {
	GITHUB_ALL_ATTEMPTS, /* a re-run lists only its own jobs */
	GITHUB_LATEST_ATTEMPT
};

/* GET .../actions/runs/{run_id}/jobs, 100 a page. */
enum status github_list_jobs(struct github *, uint64_t run_id,
    enum github_attempts, unsigned int page, int64_t deadline_ms,
    struct job_page *, struct fault *);

/* GET .../actions/runs/{run_id}. */
enum status github_get_run(struct github *, uint64_t run_id,
    int64_t deadline_ms, struct run_state *, struct fault *);

/*
 * POST .../actions/runs/{run_id}/cancel, or /force-cancel: a request that may
 * be repeated.  *was_over tells that the run had concluded before (a 409 that
 * says so), which is no failure.  Any other 409, such as for a run that is not
 * queued yet, is STATUS_REFUSED and not lasting.
 */
enum status github_cancel_run(struct github *, uint64_t run_id, bool force,
    int64_t deadline_ms, bool *was_over, struct fault *);

/*
 * GET .../actions/jobs/{job_id}/logs: the log's bytes go to the sink as they
 * arrive, however many there are.  They come from another host, which never
 * sees the token.
 */
enum status github_job_log(struct github *, uint64_t job_id,
    int64_t deadline_ms, response_sink, void *ctx, struct fault *);

#endif
