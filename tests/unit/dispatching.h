/* SPDX-License-Identifier: ISC */
/*
 * What tests of dispatching share: an order as without --distinct-id, carried
 * out over a fake GitHub.  That fails a test that posts again after a POST that
 * may have started a run.
 */
#ifndef DISPATCHING_H
#define DISPATCHING_H

#include "unit.h"

#include <inttypes.h>

#include "command/dispatch.h"
#include "command/pace.h"
#include "fake_clock.h"
#include "fake_github.h"

#define ID   "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define BODY "{\"ref\":\"main\"}"
#define BODY_WITH_ID \
	"{\"ref\":\"main\",\"inputs\":{\"distinct_id\":\"" ID "\"}}"
#define TIMEOUT_MS INT64_C(300000)
#define OURS       UINT64_C(17654321098)
#define OLDER      (OURS - 1000)

/* In the answer to a POST. */
#define REFUSED .status = STATUS_REFUSED, .lasting = true

extern struct github *gh;
extern struct dispatch_order order;
extern struct found_run found; /* of the latest dispatch */
extern struct fault fault;

/* For cmocka. */
int dispatching_set_up(void **state);
int dispatching_tear_down(void **state);

#define TEST(f)                          \
	cmocka_unit_test_setup_teardown( \
	    f, dispatching_set_up, dispatching_tear_down)

/* Ends this part of a test, and begins another. */
void again(void **state);

/* Carries the order out. */
enum status run(void);

/* Has the order send its ID from the first POST on. */
void send_id(bool is_unique);

/* Requests so far: POSTs, and all others. */
size_t posts(void);
size_t gets(void);

/* OURS was found in that way; or no run, with that fault. */
void expect_run(enum found_by, const char *distinct_id);
void expect_fault(enum status, int exit_code);

/* The fault says that. */
void expect_says(const char *part);

#endif
