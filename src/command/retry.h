/* SPDX-License-Identifier: ISC */
/*
 * The one policy of what may pass: whether a call that failed is made again.
 *
 * Weather passes: a server's trouble, a lost connection, a rate limit.  What
 * is lasting does not.  Refusals are in between: a token that was only just
 * made meets 401 or 403 for some seconds, a good one meets a single 401 now
 * and then, and what was there is not found for once.  So a refusal is the
 * last word only when it has lasted.
 *
 *	failure			before a success	after one
 *	a signal		never			never
 *	401, 403		if early: 3 times,	4 times and 10 s,
 *				after 1, 2 and 3 s	after 1, 2, 3, 4 s ...
 *	404			if it may be new	as 401
 *	lasting otherwise	never			never
 *	any other		at the loop's own pace	the same
 */
#ifndef COMMAND_RETRY_H
#define COMMAND_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "github/github.h"

/*
 * One for all calls that share a token and a question.  Zeroed at first, but
 * for what is new and may not be found yet: 404s pass until the instant, and so
 * many in a row.
 */
struct retry {
	int64_t new_until_ms;
	unsigned int new_tries;
	bool accepted;         /* the token has been, */
	bool found;            /* and what is asked for */
	unsigned int absences; /* 404s in a row before that */
	unsigned int refusals; /* in a row */
	int64_t first_ms;      /* instant of the first of them */
};

enum retry_when {
	RETRY_NEVER,   /* it is the last word */
	RETRY_AT_PACE, /* after the loop's regular pause */
	RETRY_AFTER    /* after the pause given here */
};

struct retry_advice {
	enum retry_when when;
	int64_t pause_ms; /* RETRY_AFTER: at least so long */
	bool renew;       /* the token first: once in a row of
					 * refusals */
};

/* A call went well. */
void retry_succeeded(struct retry *);

/* A call failed at `now_ms`, an instant.  Pure. */
struct retry_advice retry_failed(
    struct retry *, const struct fault *, int64_t now_ms);

/* The same, and renews the token if that is the advice: with a new one there is
 * no pause. */
struct retry_advice retry_renewed(
    struct retry *, struct github *, const struct fault *, int64_t now_ms);

#endif
