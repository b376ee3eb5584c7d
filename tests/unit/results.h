/* SPDX-License-Identifier: ISC */
/*
 * What tests of results share: a run, what is known of the wait for it, and a
 * folder of files that results and log lines go to.
 */
#ifndef RESULTS_H
#define RESULTS_H

#include "unit.h"

#include "command/watched.h"
#include "github/found.h"

#define URL                                                   \
	"https://github.com/octo-org/octo-repo/actions/runs/" \
	"17654321098"

#define PATH_SIZE 128

extern char folder[64]; /* the test's own */
extern struct found_run run;
extern struct watched watched; /* the same one, in a wait */

/* Makes the folder, and the run; and undoes that. */
void results_set_up(void);
int results_tear_down(void);

/* A file of the folder; static, four at a time. */
const char *path_of(const char *name);

/* The same in a place of its own, for what is lent. */
const char *keep(char path[PATH_SIZE], const char *name);

/* All of a file; static, four at a time. */
const char *contents(const char *name);

void put_file(const char *name, const char *text);
bool exists(const char *name);

/* Has standard output or error go to a file, and back. */
void redirect(int fd, const char *path);
void restore(void);

/* The run as the latest answer has it, with no jobs; or never seen. */
void see(const char *status, const char *conclusion, uint64_t attempt);
void forget(void);

/* Another one of its jobs. */
void add_job(const char *name, const char *status, const char *conclusion,
    const char *url);

#endif
