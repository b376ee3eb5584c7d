/* SPDX-License-Identifier: ISC */
/*
 * Loading a config: the loader, and the steps, each of which fills one part.
 * Internal to cli/.
 *
 * The loader remembers its first fault.  After that no further step is taken,
 * and the rest of the current one reports nothing and reads no file.  All
 * faults are STATUS_USAGE, except for a signal while a file is read.
 *
 * Texts that are returned are owned by the caller, unless they are const: then
 * they are lent from command line and environment.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/config.h"

#define LOAD_READ_MS (30 * INT64_C(1000)) /* a pipe's writer may take */

struct loader {
	struct config *c;
	const struct options *o;
	config_lookup lookup;
	enum status status; /* of the first fault */
	struct fault *fault;
	struct buf missing;      /* required values, for people */
	char *host;              /* from --repo; or NULL */
	const char *server_from; /* names it; NULL: default */
	const char *app_from;    /* names the App's ID */
	struct url *run_pages;   /* that the URL of each run is
						 * below; or no host */
	int64_t read_by_ms;      /* instant, for all files */
	bool stdin_used;
};

/* Remembers this fault, unless there is one already. */
void load_fail(struct loader *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* The same: which value is bad, and why.  Passwords in URLs are not shown. */
void load_fail_value(
    struct loader *, const char *what, const char *value, const char *why);

/* A required value is missing; all of them are named at the end. */
void load_add_missing(struct loader *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* A variable without white space around; NULL if unset or empty. */
char *load_variable(const struct loader *, const char *name);

/* The first of these (NULL ends) that is set and not empty; *from is its name.
 * NULL if there is none. */
char *load_first_variable(
    const struct loader *, const char *const *names, const char **from);

/* A path from a variable, as it is; NULL if unset or empty. */
const char *load_path(const struct loader *, const char *name);

/*
 * The option's value; NULL if it is not given.  One that is given but empty is
 * a fault: an unset variable of the caller's script must not make us fall back
 * to something else.
 */
const char *load_given(struct loader *, enum option);

/* The same, else the first of its variables; *from names the one used. */
char *load_value(struct loader *, enum option, const char **from);

/* Whether the text says true, as the variable `from` has it: GitHub's words for
 * true and false, and nothing else. */
bool load_truth(struct loader *, const char *from, const char *text);

/* All of a file, or of standard input for "-", at most `max` bytes and by the
 * loader's instant; the buf is initialised here and wiped by the caller. */
void load_file(struct loader *, const char *what, const char *path, size_t max,
    struct buf *);

/* One option, as its row says; its default stays if nothing gives it. */
void load_option(struct loader *, enum option);

/* All that belong to this command, and are not loaded by hand. */
void load_options(struct loader *, enum option_command);

/* Notes which texts of these are required and missing. */
void load_check_required(struct loader *, enum option_command);

/* Frees the members that those rows call TEXT. */
void load_free_texts(struct config *);

/*
 * The steps, in their order.
 */

/* All that may be a token is registered as a secret, and --token-file read. */
void load_secrets(struct loader *);

/* A GitHub App and its key, which may be a secret, too. */
void load_app(struct loader *);

/* The repository, and the host given with it. */
void load_repo(struct loader *);

/* The same for a dispatch, which may have several. */
void load_repos(struct loader *);

/* The runs to wait for and their repositories; the host as above. */
void load_runs(struct loader *);

/* The server: its API and its pages. */
void load_server(struct loader *);

/* Selects the token for this server, unless there is an App. */
void load_token(struct loader *);

/* Fails if a run's URL names another server. */
void load_check_runs(struct loader *);

/* The proxy to the API. */
void load_proxy(struct loader *);

/* The workflow's inputs; then the distinct ID, which may be among them. */
void load_inputs(struct loader *);
void load_distinct_id(struct loader *);

/* How to wait; only called if there is a wait. */
void load_waiting(struct loader *);

#endif
