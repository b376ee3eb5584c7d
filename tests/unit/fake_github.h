/* SPDX-License-Identifier: ISC */
/*
 * A GitHub that does what a script says: what command/ uses of github/github.h,
 * over fake_clock.  Runs, their jobs and steps come into view at given times,
 * calls fail by their number, and every call is recorded.
 *
 * Times are as in fake_clock.h.  What is zero in a script is as usual.
 */
#ifndef FAKE_GITHUB_H
#define FAKE_GITHUB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "github/github.h"

#define FAKE_WORKFLOW_ID UINT64_C(4711)
#define FAKE_WORKFLOW    "deploy.yml"
#define FAKE_PATH        ".github/workflows/deploy.yml"
#define FAKE_QUOTA       5000
#define FAKE_EPOCH       INT64_C(1700000000000)

/* A job: queued without steps, then set up, with all steps, completed. */
struct fake_job {
	uint64_t id;          /* made of the run's, see fake_job_id */
	uint64_t attempt;     /* that it belongs to; 1 */
	const char *name;     /* "job" */
	const char *steps[6]; /* after "Set up job" */
	int64_t listed_at;
	int64_t set_up_at;
	int64_t steps_at;
	int64_t done_at;         /* 0: never */
	bool skipped;            /* completed, and without steps */
	bool no_set_up;          /* steps begin with the first */
	const char *conclusion;  /* once done; "success" */
	const char *failed_step; /* its name; later ones are skipped */
	const char *log;         /* "a line\n" */
	size_t log_repeats;      /* times that; 1 */
	bool no_url;
};

/* From then on; before the first, the run is not there for github_get_run. */
struct fake_state {
	int64_t at;
	const char *status;
	const char *conclusion; /* NULL: none */
	uint64_t attempt;       /* 1 */
};

struct fake_run {
	uint64_t id;
	uint64_t workflow_id; /* FAKE_WORKFLOW_ID */
	bool no_workflow_id;
	int64_t created_at;
	bool no_created_at;
	const int64_t *updates; /* when its row changes; lent */
	size_t update_count;
	int64_t listed_at;           /* by workflow */
	int64_t repository_at;       /* by repository; listed_at */
	int64_t titled_at;           /* before: an ordinary title */
	const char *name;            /* "Deploy" */
	const char *title;           /* "Deploy" */
	const char *event;           /* "workflow_dispatch" */
	const char *path;            /* FAKE_PATH */
	const struct fake_job *jobs; /* lent */
	size_t job_count;
	const struct fake_state *states; /* lent; none: queued */
	size_t state_count;
	const char *branch; /* "main" */
	int64_t cancel_ms;  /* that cancelling takes */
	int64_t force_ms;   /* by force */
	int64_t over_at;    /* so cancelled; 0: not yet */
};

/* The answer to a POST; each is given once, in order. */
struct fake_post {
	enum dispatch_outcome outcome;
	int64_t took_ms;    /* longer than it may:
						 * UNKNOWN */
	enum status status; /* of the fault */
	bool lasting;
	int64_t wait_ms;
	uint64_t run_id; /* IDENTIFIED */
};

enum fake_kind {
	FAKE_POST,
	FAKE_RUNS,     /* by workflow */
	FAKE_ALL_RUNS, /* by repository */
	FAKE_JOBS,
	FAKE_RUN,
	FAKE_CANCEL,
	FAKE_FORCE_CANCEL,
	FAKE_LOG
};

#define FAKE_ALWAYS UINT_MAX

/*
 * Calls that fail: of this kind (and run, and page), by number from 1 on; or
 * all of them in a time.  A log fails after its bytes.
 */
struct fake_failure {
	enum fake_kind kind;
	unsigned int first, last; /* last 0: only the first */
	int64_t from, until;      /* instead, if until is not 0 */
	enum status status;
	bool lasting;
	bool early;
	int64_t wait_ms;
	uint64_t run_id;   /* 0: any */
	unsigned int page; /* 0: any */
};

struct fake_call {
	enum fake_kind kind;
	int64_t at, ended_at;
	enum status status; /* of a GET */
	bool old_version;
	bool conditional;
	bool changed;
	uint64_t run_id; /* of a log: the job's */
	unsigned int per_page, page;
	enum github_attempts attempts;
	int64_t deadline_ms;  /* instant */
	int64_t answer_ms;    /* that a POST may take */
	char *body;           /* of a POST; owned */
	const char *workflow; /* lent */
};

struct github {
	/* The script. */
	int64_t epoch_ms;        /* server's clock at 0 */
	int64_t call_ms;         /* that each GET takes */
	int64_t jobs_ms;         /* a list of jobs; call_ms */
	uint64_t deaf_run;       /* whose cancels hang */
	bool deaf;               /* those of all runs do */
	bool is_ghes;            /* else github.com */
	enum github_tells tells; /* from its first answer on */
	bool no_date;
	bool no_etag;
	const char *name; /* of its repository; "octo-org/octo-repo" */
	struct github *siblings[16]; /* owned */
	size_t sibling_count;
	struct fake_run runs[512];
	size_t run_count;
	struct fake_post posts[32];
	size_t post_count;
	struct fake_failure failures[32];
	size_t failure_count;
	bool has_quota;
	uint64_t quota;            /* a 304 takes none of it */
	int64_t quota_reset_at;    /* then FAKE_QUOTA */
	bool forgets;              /* all but the last call */
	int64_t token_ends_at;     /* 0: never */
	int64_t token_life_ms;     /* of the next; 0: endless */
	unsigned int fresh_tokens; /* to be had, one at a time */
	/* The record. */
	unsigned int tokens;   /* that were had */
	unsigned int renewals; /* asked for */
	struct fake_call *calls;
	size_t call_count;
	size_t total; /* forgotten ones included */
	size_t posted;
	bool old_version;
	bool has_answered;
	bool has_time;
	int64_t time_ms, time_at;
	int64_t connect_by_ms; /* of the next POST */
};

/* A server without runs, and the clock at 0. */
struct github *fake_github_new(void);
void fake_github_free(struct github *);

/* Another repository on it, with a script and a record of its own; the name is
 * lent.  It is freed with the first one. */
struct github *fake_add_sibling(struct github *, const char *name);

void fake_add_run(struct github *, struct fake_run);
void fake_add_post(struct github *, struct fake_post);
void fake_add_failure(struct github *, struct fake_failure);

/* Those of the simplest kind: calls number `first` to `last` (0: only the
 * first) fail with this status, which is lasting or not. */
void fake_fail(struct github *, enum fake_kind, unsigned int first,
    unsigned int last, enum status);
void fake_fail_lasting(struct github *, enum fake_kind, unsigned int first,
    unsigned int last, enum status);

/* Calls of a kind; with a run's ID those about it alone. */
size_t fake_count(const struct github *, enum fake_kind, uint64_t run_id);

/* The n-th of all calls of a kind, from 0 on; fails if there is none. */
const struct fake_call *fake_nth(
    const struct github *, enum fake_kind, size_t n);

/* The job's ID if the script gives none. */
uint64_t fake_job_id(uint64_t run_id, size_t n);

/* "https://github.com/octo-org/octo-repo/actions/runs/ID"; static. */
const char *fake_url(uint64_t run_id);

#endif
