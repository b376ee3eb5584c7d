/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/process.h"
#include "base/random.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/plan.h"
#include "cli/plan_targets.h"
#include "cli/usage.h"
#include "cli/welcome.h"
#include "github/github.h"
#include "net/hosts.h"
#include "net/resolv_conf.h"
#include "net/trust.h"
#include "command/check.h"
#include "command/dispatch.h"
#include "command/journal.h"
#include "command/result.h"
#include "command/targets.h"
#include "command/wait.h"

static const char *
environment(const char *name)
{
	return getenv(name);
}

static bool
variable_is(const char *name, const char *wanted)
{
	const char *value = getenv(name);

	return value != NULL && strcmp(value, wanted) == 0;
}

/* The user wants to debug the program, with a debugger or a core dump. */
static bool
is_debuggable(void)
{
	return variable_is("RETURN_DISPATCH_DEBUGGABLE", "1");
}

/*
 * A descriptor below 3 that is closed would be the number of the next file or
 * socket, and our output would go there.  Writing to what is opened instead
 * fails, as it should.
 */
static void
occupy_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/", O_RDONLY | O_DIRECTORY);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/*
 * The outputs are opened first, then the sandbox is closed, and only then does
 * the program use the network.
 */
static enum status
run_online(const struct github_options *given, const struct config *c,
    struct plan_targets *plan, bool *wrote_status, struct fault *f)
{
	const struct landlock_file read_again[] = {
		{ .path = HOSTS_PATH },
		{ .path = RESOLV_CONF_PATH, .is_replaced = true },
		{ .path = c->token_file, .is_replaced = true },
		{ .path = c->app_key_file, .is_replaced = true },
	};
	struct github_options options = *given;
	struct journal *journal = NULL;
	struct trust *trust = NULL;
	struct result result;
	enum status status;
	struct github *gh;

	if ((c->api.tls || c->proxy.url.tls || c->trust.cacert != NULL) &&
	    (status = trust_load(&trust, &c->trust, f)) != STATUS_OK)
		return status;
	if ((status = plan_targets_journal(plan, c, &journal, f)) !=
		STATUS_OK ||
	    (status = result_open(&result, &c->results, f)) != STATUS_OK) {
		journal_close(journal);
		trust_free(trust);
		return status;
	}
	/* The sandbox would prevent a core dump, which is a file too. */
	sandbox_enter(is_debuggable() ? NULL : read_again,
	    sizeof read_again / sizeof read_again[0]);
	options.trust = trust;
	gh = github_open(&options);
	if (c->command == COMMAND_AWAIT) {
		status = wait_for_given(gh, &clock_system, &c->waiting, c->runs,
		    c->run_count, &result, f);
	} else if (c->command == COMMAND_CHECK) {
		status = check(gh, &clock_system, plan->list, plan->count,
		    c->results.format, f);
	} else {
		plan_log(&plan->list->order, c, github_who(gh));
		status = c->repo_count > 0
		    ? targets_dispatch(gh, &clock_system, plan->list,
			  plan->count, &result, f)
		    : dispatch(
			  gh, &clock_system, &plan->list->order, &result, f);
	}
	status = result_close(&result, status, f);
	*wrote_status = true;
	/* The outcome stands, even if closing runs out of memory. */
	status_if_exhausted(status, NULL);
	github_close(gh);
	journal_close(journal);
	trust_free(trust);
	return status;
}

static enum status
with_config(const struct config *c, bool *wrote_status, struct fault *f)
{
	const struct github_app app = { c->app_id, c->app_key,
		c->app_key_file };
	struct github_options options = {
		.api = &c->api,
		.pages = &c->server,
		.owner = c->owner,
		.repo = c->repo,
		.token = c->token != NULL ? c->token : "",
		.token_file = c->token_file,
		.app = c->app_id != NULL ? &app : NULL,
		.permissions = plan_permissions(c),
		.proxy = &c->proxy,
	};
	enum status status = STATUS_OK;
	struct plan_targets plan = { .count = 0 };
	struct github *gh;

	if (c->command != COMMAND_AWAIT)
		status = plan_targets(&plan, c, random_uuid, f);
	if (status == STATUS_OK && c->dry_run) {
		gh = github_open(&options);
		status = targets_print(gh, plan.list, plan.count, f);
		github_close(gh);
	} else if (status == STATUS_OK) {
		status = run_online(&options, c, &plan, wrote_status, f);
	}
	plan_targets_wipe(&plan);
	return status;
}

static enum status
with_options(const struct options *o, bool *wrote_status, struct fault *f)
{
	struct config config;
	enum status status;
	struct buf answer;

	buf_init(&answer, BUF_TEXT_MAX);
	if (usage_answer(&answer, o)) {
		status = result_text(buf_str(&answer), f);
		buf_free(&answer);
		return status;
	}
	status = config_load(&config, o, environment, f);
	if (status == STATUS_OK)
		status = with_config(&config, wrote_status, f);
	else if (status == STATUS_USAGE && welcome_is_due(o, environment))
		status = welcome_show(&config, f);
	config_wipe(&config);
	return status;
}

int
main(int argc, char **argv)
{
	const pid_t parent = getppid();
	struct options options;
	bool wrote_status = false;
	enum status status;
	struct fault f;

	status_if_exhausted(STATUS_CONNECT, "nothing was dispatched");
	if (!is_debuggable())
		process_keep_private();
	occupy_standard_descriptors();
	interrupt_install();
	if (variable_is("GITHUB_ACTIONS", "true"))
		interrupt_follow_parent(parent);
	memset(&options, 0, sizeof options);
	if ((status = process_reserve_stack(&f)) == STATUS_OK)
		status = options_parse(&options, argc, argv, &f);
	config_open_log(&options, environment);
	if (status == STATUS_OK)
		status = with_options(&options, &wrote_status, &f);
	if (status != STATUS_OK)
		log_error("%s", f.text);
	if (status != STATUS_OK && !wrote_status)
		result_exit_status(config_output_path(environment), status);
	options_wipe(&options);
	secret_forget();
	return status_exit_code(status);
}
