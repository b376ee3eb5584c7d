/* SPDX-License-Identifier: ISC */
/*
 * What tests of command/result share: a result that is opened as the order
 * says, and written to files of the test's folder.
 */
#ifndef WRITING_H
#define WRITING_H

#include "results.h"

#include "command/result.h"

#define UUID "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define TEXT "run_id=17654321098\nrun_url=" URL "\n"
#define JSON                                               \
	"{\"run_id\":17654321098,\"run_url\":\"" URL "\"," \
	"\"repository\":\"octo-org/octo-repo\","

extern struct result_order order;
extern struct result result;
extern struct fault fault;

/* The order lends its paths. */
extern char output_path[PATH_SIZE], summary_path[PATH_SIZE];

/* For cmocka. */
int writing_set_up(void **state);
int writing_tear_down(void **state);

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, writing_set_up, writing_tear_down)

void open_result(void);

/* Writes the run as found: with standard output at that place, or in the file
 * "stdout". */
enum status write_to(const char *place);
enum status write_result(void);

/* As when the run is found, and again when the wait for it is over. */
enum status write_twice(bool several);

/* Reads the next value of $GITHUB_OUTPUT's text as a runner does, which has to
 * be that one; *delimiter gets what it is enclosed by.  Returns what follows. */
const char *take_value(
    const char *p, const char *name, const char *value, char delimiter[128]);

/* The fault is that the run's result could not be written to that place. */
void expect_lost(const char *place);

#endif
