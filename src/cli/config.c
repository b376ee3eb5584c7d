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

#define POLL_MS		5000

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

static enum status
load_format(struct loader *l, struct fault *f)
{
	static const char *names[] = {
		[RESULT_TEXT] = "text",
		[RESULT_JSON] = "json",
		[RESULT_ID] = "id",
		[RESULT_URL] = "url",
	};
	const char *value = l->o->value[OPTION_FORMAT];
	size_t i;

	if (!l->o->given[OPTION_FORMAT])
		return STATUS_OK;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(value, names[i]) == 0) {
			l->c->results.format = (enum result_format)i;
			return STATUS_OK;
		}
	return load_bad(f, "--format", value, "expected text, json, id or url");
}

/* What only a dispatch has. */
static enum status
load_dispatch(struct loader *l, struct fault *f)
{
	struct config *c = l->c;
	enum status status;

	if ((status = load_flag(l, OPTION_WAIT, "INPUT_WAIT", &c->wait, f)) !=
	    STATUS_OK ||
	    (status = load_text(l, OPTION_WORKFLOW, "INPUT_WORKFLOW",
	    "the workflow (--workflow or INPUT_WORKFLOW)", &c->workflow, f)) !=
	    STATUS_OK ||
	    (status = load_text(l, OPTION_REF, "INPUT_REF",
	    "the ref (--ref or INPUT_REF)", &c->ref, f)) != STATUS_OK ||
	    (status = load_inputs(l, f)) != STATUS_OK ||
	    (status = load_distinct_id(l, f)) != STATUS_OK ||
	    (status = load_duration(l, OPTION_TIMEOUT,
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS", 1000, false, &c->timeout_ms,
	    f)) != STATUS_OK)
		return status;
	if (!c->wait && options_waiting(l->o) != NULL)
		return fault_set_lasting(f, STATUS_USAGE, "%s needs --wait",
		    options_waiting(l->o));
	return load_duration(l, OPTION_RETRY_INTERVAL,
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS", 1000, true, &c->step_ms,
	    f);
}

/* How long reading files may take: the command's own timeout counts, too; what
 * is wrong with that is told where it is loaded. */
static int64_t
patience(const struct loader *l)
{
	int64_t ms = LOAD_READ_MS;
	struct fault ignored;

	if (l->c->await)
		load_duration(l, OPTION_WAIT_TIMEOUT,
		    "INPUT_RUN_TIMEOUT_SECONDS", 1000, true, &ms, &ignored);
	else
		load_duration(l, OPTION_TIMEOUT,
		    "INPUT_WORKFLOW_TIMEOUT_SECONDS", 1000, false, &ms,
		    &ignored);
	return ms > 0 && ms < LOAD_READ_MS ? ms : LOAD_READ_MS;
}

/*
 * Values of inputs may be secrets, which a server that refuses them quotes.
 * What messages have to name is none: it is on show anyway.
 */
static void
register_values(const struct config *c)
{
	const char *const shown[] = { c->ref, c->workflow, c->owner, c->repo,
	    c->distinct_id };
	bool is_shown;
	size_t i, k;

	for (i = 0; i < c->inputs.count; i++) {
		is_shown = inputs_find(&c->inputs, c->inputs.list[i].text) !=
		    NULL;
		for (k = 0; k < sizeof shown / sizeof shown[0]; k++)
			is_shown = is_shown || (shown[k] != NULL &&
			    strcmp(shown[k], c->inputs.list[i].text) == 0);
		if (!is_shown)
			secret_add_value(c->inputs.list[i].text);
	}
}

static enum status
load_all(struct loader *l, struct fault *f)
{
	struct config *c = l->c;
	enum status status;
	char *host = NULL;

	l->read_by_ms = clock_after(&clock_system, patience(l));
	if ((status = load_secrets(l, f)) != STATUS_OK ||
	    (status = c->await ? load_runs(l, &host, f) :
	    load_repo(l, &host, f)) != STATUS_OK ||
	    (status = load_server(l, host, f)) != STATUS_OK ||
	    (status = load_token(l, f)) != STATUS_OK ||
	    (status = load_check_runs(l, f)) != STATUS_OK ||
	    (status = load_proxy(l, f)) != STATUS_OK ||
	    (!c->await && (status = load_dispatch(l, f)) != STATUS_OK) ||
	    ((c->await || c->wait) && (status = load_waiting(l, f)) !=
	    STATUS_OK) ||
	    (status = load_format(l, f)) != STATUS_OK)
		goto out;
	register_values(c);
	if (l->missing.len > 0)
		status = fault_set_lasting(f, STATUS_USAGE,
		    "required and not given: %s; see return-dispatch --help",
		    buf_str(&l->missing));
out:
	free(host);
	return status;
}

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
	struct loader l = { .c = c, .o = o, .lookup = lookup };
	enum status status;

	memset(c, 0, sizeof *c);
	c->timeout_ms = LOAD_TIMEOUT_MS;
	c->step_ms = PACE_ADAPTIVE;
	c->dry_run = o->given[OPTION_DRY_RUN];
	c->await = o->await;
	c->waiting.timeout_ms = LOAD_TIMEOUT_MS;
	c->waiting.interval_ms = POLL_MS;
	c->waiting.cancel_after_ms = WAIT_NEVER;
	c->waiting.force_cancel_after_ms = WAIT_NEVER;
	if (o->given[OPTION_TOKEN_FILE] &&
	    strcmp(o->value[OPTION_TOKEN_FILE], "-") != 0)
		c->token_file = o->value[OPTION_TOKEN_FILE];
	c->trust.cacert = o->value[OPTION_CACERT];
	c->trust.cert_file = load_path(&l, "SSL_CERT_FILE");
	c->trust.cert_dir = load_path(&l, "SSL_CERT_DIR");
	c->trust.extra = load_path(&l, "NODE_EXTRA_CA_CERTS");
	c->results.output_path = config_output_path(lookup);
	c->results.summary_path = load_path(&l, "GITHUB_STEP_SUMMARY");
	buf_init(&l.missing, BUF_TEXT_MAX);
	status = load_all(&l, f);
	buf_free(&l.missing);
	return status;
}

void
config_wipe(struct config *c)
{
	size_t i;

	for (i = 0; i < c->run_count; i++) {
		free(c->runs[i].owner);
		free(c->runs[i].repo);
		url_wipe(&c->runs[i].pages);
	}
	free(c->runs);
	for (i = 0; i < c->job_count; i++)
		free(c->jobs[i]);
	free(c->jobs);
	url_wipe(&c->api);
	url_wipe(&c->server);
	proxy_wipe(&c->proxy);
	free(c->owner);
	free(c->repo);
	free(c->workflow);
	free(c->ref);
	inputs_wipe(&c->inputs);
	free(c->distinct_id);
	token_free(c->token);
	memset(c, 0, sizeof *c);
}
