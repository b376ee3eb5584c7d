/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/load.h"
#include "github/token.h"
#include "command/pace.h"

#define TIMEOUT_MS (300 * INT64_C(1000))

static bool
is_true(const char *s)
{
	return s != NULL && strcmp(s, "true") == 0;
}

void
config_open_log(const struct options *o, config_lookup lookup)
{
	const char *debug = lookup("RUNNER_DEBUG");
	enum log_level level = LOG_LEVEL_INFO;

	if (debug != NULL && strcmp(debug, "1") == 0)
		level = LOG_LEVEL_DEBUG;
	if (o->given[OPTION_VERBOSE])
		level = LOG_LEVEL_DEBUG;
	if (o->given[OPTION_QUIET])
		level = LOG_LEVEL_ERROR;
	log_open(level, is_true(lookup("GITHUB_ACTIONS")));
}

static void
load_format(struct loader *l)
{
	static const char *names[] = {
		[RESULT_TEXT] = "text",
		[RESULT_JSON] = "json",
		[RESULT_ID] = "id",
		[RESULT_URL] = "url",
	};
	const char *value = load_given(l, OPTION_FORMAT);
	bool checks = l->c->command == COMMAND_CHECK;
	size_t i;

	if (value == NULL)
		return;
	for (i = 0; i < (checks ? RESULT_ID : sizeof names / sizeof names[0]);
	     i++)
		if (strcmp(value, names[i]) == 0) {
			l->c->results.format = (enum result_format)i;
			return;
		}
	load_fail_value(l, "--format", value,
	    checks ? "expected text or json"
		   : "expected text, json, id or url");
}

/*
 * An action's step starts this program with no command line, and what its inputs
 * are for is to be done.
 */
static enum command
command_of(struct loader *l)
{
	enum command command = l->o->command;
	char *run, *check;

	if (!is_true(l->lookup("GITHUB_ACTIONS")) || !options_are_none(l->o))
		return command;
	run = load_variable(l, "INPUT_RUN_ID");
	check = load_variable(l, "INPUT_CHECK");
	if (run != NULL)
		command = COMMAND_AWAIT;
	if (check != NULL && load_truth(l, "INPUT_CHECK", check)) {
		command = COMMAND_CHECK;
		if (run != NULL)
			load_fail(l,
			    "INPUT_CHECK and INPUT_RUN_ID cannot be used "
			    "together: only a dispatch can be checked");
	}
	free(run);
	free(check);
	return command;
}

/* The runs of await, or the repositories of a dispatch. */
static void
load_target(struct loader *l)
{
	if (l->c->command == COMMAND_AWAIT)
		load_runs(l);
	else
		load_repos(l);
}

/* An event goes to all workflows of the default branch, with any payload. */
static void
check_event(struct loader *l)
{
	bool given = l->o->given[OPTION_REF];

	l->c->inputs.is_payload = true;
	if (l->c->ref != NULL)
		load_fail(l,
		    "%s cannot be used with --event-type: a "
		    "repository_dispatch event always runs on the default "
		    "branch",
		    given ? "--ref" : "INPUT_REF");
}

/* Loads the options that only a dispatch has. */
static void
load_dispatch(struct loader *l)
{
	if (l->c->command == COMMAND_AWAIT)
		return;
	load_options(l, FOR_DISPATCH);
	if (l->c->event_type == NULL)
		load_check_required(l, FOR_DISPATCH);
	else
		check_event(l);
	load_inputs(l);
	if (l->status == STATUS_OK)
		load_distinct_id(l);
}

/* Loads the options of a wait; a dispatch without --wait refuses them. */
static void
load_wait(struct loader *l)
{
	if (l->c->command == COMMAND_AWAIT || l->c->wait)
		load_waiting(l);
	else if (options_waiting(l->o) != NULL)
		load_fail(l, "%s needs --wait", options_waiting(l->o));
}

/*
 * Reading files may take as long as this, and no longer than the command's own
 * timeout.  A bad timeout is reported where it is loaded.
 */
static int64_t
patience(const struct loader *l)
{
	bool awaits = l->c->command == COMMAND_AWAIT;
	struct loader silent = *l;
	struct fault ignored;
	int64_t ms;

	silent.fault = &ignored;
	load_option(&silent, awaits ? OPTION_WAIT_TIMEOUT : OPTION_TIMEOUT);
	ms = awaits ? l->c->waiting.timeout_ms : l->c->timeout_ms;
	return ms > 0 && ms < LOAD_READ_MS ? ms : LOAD_READ_MS;
}

/* Messages must name it anyway. */
static bool
is_shown(const struct config *c, const char *text)
{
	const char *const shown[] = { c->ref, c->workflow, c->owner, c->repo,
		c->distinct_id, c->event_type };
	size_t i;

	for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (shown[i] != NULL && strcmp(shown[i], text) == 0)
			return true;
	for (i = 0; i < c->repo_count; i++)
		if (strcmp(c->repos[i].owner, text) == 0 ||
		    strcmp(c->repos[i].name, text) == 0)
			return true;
	return inputs_find(&c->inputs, text) != NULL;
}

static void
register_value(void *config, const char *text)
{
	if (!is_shown(config, text))
		secret_add_value(text);
}

/* Values of inputs may be secrets, and a server that refuses them quotes
 * them. */
static void
register_values(struct loader *l)
{
	const struct inputs *inputs = &l->c->inputs;
	size_t i;

	for (i = 0; i < inputs->count; i++)
		inputs_visit(&inputs->list[i], register_value, l->c);
}

static void
check_missing(struct loader *l)
{
	if (l->missing.len > 0)
		load_fail(l, "missing: %s; see return-dispatch --help",
		    buf_str(&l->missing));
}

static void
load_trust(struct loader *l)
{
	struct config *c = l->c;
	const char *given = load_given(l, OPTION_CACERT);

	c->trust.cacert_from = given != NULL ? "--cacert" : "INPUT_CACERT";
	c->cacert = given != NULL ? xstrdup(given)
				  : load_variable(l, "INPUT_CACERT");
	c->trust.cacert = c->cacert;
	c->trust.cert_file = load_path(l, "SSL_CERT_FILE");
	c->trust.cert_dir = load_path(l, "SSL_CERT_DIR");
	c->trust.extra = load_path(l, "NODE_EXTRA_CA_CERTS");
}

static void (*const steps[])(struct loader *) = {
	load_secrets,
	load_app,
	load_target,
	load_server,
	load_token,
	load_check_runs,
	load_proxy,
	load_trust,
	load_dispatch,
	load_wait,
	load_format,
	register_values,
	check_missing,
};

const char *
config_output_path(config_lookup lookup)
{
	const struct loader l = { .lookup = lookup };

	return load_path(&l, "GITHUB_OUTPUT");
}

enum status
config_load(struct config *c, const struct options *o, config_lookup lookup,
    struct fault *f)
{
	struct loader l = { .c = c, .o = o, .lookup = lookup, .fault = f };
	size_t i;

	memset(c, 0, sizeof *c);
	c->command = command_of(&l);
	c->timeout_ms = TIMEOUT_MS;
	c->step_ms = PACE_ADAPTIVE;
	c->results.output_path = config_output_path(lookup);
	c->results.summary_path = load_path(&l, "GITHUB_STEP_SUMMARY");
	buf_init(&l.missing, BUF_TEXT_MAX);
	l.read_by_ms = clock_after(&clock_system, patience(&l));
	for (i = 0; i < sizeof steps / sizeof steps[0] && l.status == STATUS_OK;
	     i++)
		steps[i](&l);
	buf_free(&l.missing);
	free(l.host);
	for (i = 0; l.run_pages != NULL && i < c->run_count; i++)
		url_wipe(&l.run_pages[i]);
	free(l.run_pages);
	return l.status;
}

void
config_wipe(struct config *c)
{
	size_t i;

	for (i = 0; i < c->run_count; i++) {
		free(c->runs[i].owner);
		free(c->runs[i].repo);
	}
	free(c->runs);
	for (i = 0; i < c->job_count; i++)
		free(c->jobs[i]);
	free(c->jobs);
	url_wipe(&c->api);
	url_wipe(&c->server);
	proxy_wipe(&c->proxy);
	for (i = 0; i < c->repo_count; i++)
		repository_wipe(&c->repos[i]);
	free(c->repos);
	free(c->owner);
	free(c->repo);
	load_free_texts(c);
	inputs_wipe(&c->inputs);
	free(c->distinct_id);
	free(c->cacert);
	token_free(c->token);
	free(c->app_id);
	secret_free(c->app_key);
	memset(c, 0, sizeof *c);
}
