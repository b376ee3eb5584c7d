/* SPDX-License-Identifier: ISC */
/*
 * What tests of loading share: a configuration that is loaded from a command
 * line and variables, and a folder for the files these name.
 */
#ifndef LOADING_H
#define LOADING_H

#include "unit.h"

#include "cli/config.h"

#define TOKEN "ghp_0123456789abcdefghij"

extern const char *const *row_env; /* the variables of a case */
extern bool no_base;               /* and no others */
extern struct config config;       /* loaded last */
extern struct fault fault;
extern char folder[64]; /* the test's own */

/* In front of and behind every test. */
int loading_set_up(void **);
int loading_tear_down(void **);

#define LOADING_TEST(f) \
	cmocka_unit_test_setup_teardown(f, loading_set_up, loading_tear_down)

/* As getenv: the variables of the case, then enough to dispatch. */
const char *lookup(const char *name);

/* Loads from these arguments and variables (NULL: none; ends of lists). */
enum status load(const char *const *args, const char *const *env);
void good(const char *const *args, const char *const *env);

/* Refused, with all of these in the message. */
void bad(
    const char *const *args, const char *const *env, const char *const *parts);

#define LIST(...)      ((const char *const[]){ __VA_ARGS__, NULL })
#define GOOD_ARGS(...) good(LIST(__VA_ARGS__), NULL)
#define GOOD_ENV(...)  good(NULL, LIST(__VA_ARGS__))

/* The message has this part. */
bool says(const char *part);

/* Equal texts, or both NULL. */
void same(const char *, const char *);

/* A file of the folder; static. */
const char *path_of(const char *name);
void put_file(const char *name, const char *data, size_t len);

/* Standard input from a file of these contents. */
void put_stdin(const char *data);

/* Ends captured_begin; static. */
const char *log_text(void);

#endif
