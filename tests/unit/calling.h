/* SPDX-License-Identifier: ISC */
/*
 * Calls of GitHub's API over real HTTP, without a socket: answers that are
 * given in order, and checks of what was sent.  For the tests of github/.
 */
#ifndef CALLING_H
#define CALLING_H

#include "unit.h"

#include "fake_clock.h"
#include "fake_conn.h"
#include "github/github.h"

#define TOKEN  "ghp_0123456789abcdefghijABCDEFGHIJ012345"
#define RUN_ID UINT64_C(17654321098)
#define URL                                                    \
	"https://github.test/octo-org/octo-repo/actions/runs/" \
	"17654321098"
#define ACTIONS "/api/v3/repos/octo-org/octo-repo/actions"
#define DATE    "Tue, 14 Nov 2023 22:13:20 GMT"
#define NEW     "2026-03-10"
#define OLD     "2022-11-28"
#define UNSUPPORTED                                   \
	"{\"message\":\"\\\"2026-03-10\\\" is not a " \
	"supported version.\"}"
#define LATER_MS INT64_C(40000)
#define JSON     "Content-Type: application/json; charset=utf-8\r\n"
#define HTML     "Content-Type: text/html\r\n"
#define API_FORM "https://HOST/api/v3"
#define LIST(id)                                             \
	"{\"total_count\":1,\"workflow_runs\":[{\"id\":" #id \
	",\"event\":\"push\"}]}"

extern struct github *gh;
extern struct url api;
extern struct fault fault;

int calling_set_up(void **state);
int calling_tear_down(void **state);
#define CALLING_TEST(f) \
	cmocka_unit_test_setup_teardown(f, calling_set_up, calling_tear_down)

/* Ends this part of a test, and begins another. */
void again(void **state);

/* Opens `gh` again with another token, which came from that file (or NULL). */
void reopen(const char *token, const char *file);

/* Adds the next answer: status and reason, more fields, and a JSON body. */
void say(const char *status, const char *fields, const char *body);
void say_html(const char *status, const char *body);

/* A deadline LATER_MS from now. */
int64_t later(void);

/* The n-th request that was sent. */
const char *sent(size_t n);

/* Checks the n-th request byte for byte; `more` stands before the body. */
void expect_request(size_t n, const char *line, const char *version,
    const char *more, const char *body);

/* Checks the If-None-Match of the n-th request; NULL: it has none. */
void expect_tag(size_t n, const char *tag);

/* Checks that the fault's text has this part. */
void expect_says(const char *part);

/* Makes these calls. */
enum dispatch_outcome dispatch(struct found_run *);
enum dispatch_outcome send_event(struct found_run *);
enum status list(struct run_page *);

#endif
