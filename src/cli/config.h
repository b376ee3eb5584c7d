/* SPDX-License-Identifier: ISC */
/*
 * What the user said: command line, environment and the files they name, as
 * one checked struct.  Precedence: option, then INPUT_* variable, then general
 * variable, then default.  Everything that can be found wrong without asking a
 * server is found wrong here.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "cli/repository.h"
#include "http/proxy.h"
#include "http/url.h"
#include "net/trust.h"
#include "command/result.h"
#include "command/wait.h"

struct config {
	enum command command;
	struct wait_target *runs; /* of await; owned */
	size_t run_count;
	bool wait;                 /* for the dispatched run */
	struct wait_order waiting; /* how, for both */
	bool log_failed;           /* jobs: waiting.log_lines of them */
	char **jobs;
	size_t job_count;
	struct url api;
	struct url server; /* its pages, for people */
	char *owner;
	char *repo;
	struct repository *repos; /* of a dispatch in several: all, */
	size_t repo_count;        /* also if that is one; else 0 */
	char *workflow;           /* as given */
	char *ref;
	char *event_type; /* of a repository_dispatch; or NULL */
	struct inputs inputs;
	char *distinct_id;        /* NULL: none given */
	bool random_id;           /* asked for one at random */
	char *journal;            /* its path; or NULL */
	char *token;              /* NULL: none, in a dry run */
	const char *token_file;   /* or NULL; lent; re-read */
	char *app_id;             /* NULL: no App */
	char *app_key;            /* its private key; or NULL: */
	const char *app_key_file; /* or NULL; lent; read for each use */
	int64_t timeout_ms;
	int64_t step_ms; /* PACE_ADAPTIVE, or the step */
	bool dry_run;
	char *cacert;               /* NULL: none */
	struct trust_sources trust; /* lent from here and environment */
	struct proxy proxy;         /* may be none */
	struct result_order results;
};

/* Looks up an environment variable; getenv, but for tests. */
typedef const char *(*config_lookup)(const char *name);

/* $GITHUB_OUTPUT, even if the rest cannot be loaded; NULL: none.
 * Lent. */
const char *config_output_path(config_lookup);

/* Log level from options and environment alone, before anything can fail. */
void config_open_log(const struct options *, config_lookup);

/*
 * STATUS_USAGE names the option, its value and what would be right; required
 * values that are missing are all named at once.  Registers the token as a
 * secret.  The caller wipes in every case.
 */
enum status config_load(
    struct config *, const struct options *, config_lookup, struct fault *);
void config_wipe(struct config *);

#endif
