#include "compat.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/secret.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/plan.h"
#include "cli/usage.h"
#include "github/github.h"
#include "net/tls.h"
#include "net/trust.h"
#include "run/dispatch.h"

static const char *
environment(const char *name)
{
	return getenv(name);
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

static enum status
print_version(struct fault *f)
{
	struct buf b;
	enum status status;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "return-dispatch %s (%s)\n", PACKAGE_VERSION,
	    tls_library());
	status = output_text(buf_str(&b), f);
	buf_free(&b);
	return status;
}

static enum status
print_request(struct github *gh, const struct dispatch_order *order,
    struct fault *f)
{
	struct dispatch_call call = {
		.workflow = order->workflow,
		.body = order->body,
	};
	enum status status;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	github_dispatch_preview(gh, &call, &b);
	secret_redact(&b);
	status = output_text(buf_str(&b), f);
	buf_wipe(&b);
	return status;
}

static void
log_order(struct github *gh, const struct config *c, const struct plan *p)
{
	struct buf names;

	buf_init(&names, BUF_TEXT_MAX);
	inputs_add_names(&names, &c->inputs);
	if (p->order.sends_id && inputs_find(&c->inputs, "distinct_id") ==
	    NULL)
		buf_addf(&names, "%sdistinct_id", names.len > 0 ? ", " : "");
	log_info("dispatching %s of %s at %s on %s (inputs: %s)", p->workflow,
	    p->repository, c->ref, github_who(gh),
	    names.len > 0 ? buf_str(&names) : "none");
	buf_free(&names);
}

/* From a checked plan to the written result. */
static enum status
carry_out(struct github *gh, const struct config *c, const struct plan *p,
    struct fault *f)
{
	struct dispatch_result result;
	struct output output;
	enum status status;
	struct buf known;

	if ((status = output_open(&output, c, f)) != STATUS_OK)
		return status;
	log_order(gh, c, p);
	status = dispatch(gh, &clock_system, &p->order, &result, f);
	if (status == STATUS_OK) {
		buf_init(&known, BUF_TEXT_MAX);
		buf_addf(&known, "run_id=%llu run_url=%s",
		    (unsigned long long)result.run_id, result.run_url);
		mem_set_exit(STATUS_OUTPUT, buf_str(&known));
		log_info("run %llu is identified by %s: %s",
		    (unsigned long long)result.run_id,
		    found_by_text(result.by), result.run_url);
		status = output_result(&output, c, p, &result, f);
		mem_set_exit(STATUS_OUTPUT, NULL);
		buf_free(&known);
	}
	output_close(&output);
	dispatch_result_wipe(&result);
	return status;
}

static enum status
with_config(const struct config *c, struct fault *f)
{
	struct github_options options = {
		.api = &c->api,
		.owner = c->owner,
		.repo = c->repo,
		.token = c->token != NULL ? c->token : "",
	};
	struct trust *trust = NULL;
	char uuid[RANDOM_UUID_SIZE];
	struct github *gh = NULL;
	enum status status;
	struct plan plan;

	if (!random_uuid(uuid))
		return fault_set_lasting(f, STATUS_CONNECT,
		    "the kernel gives no random numbers. Nothing was "
		    "dispatched");
	if ((status = plan_make(&plan, c, uuid, f)) != STATUS_OK)
		goto out;
	if (c->dry_run) {
		gh = github_open(&options);
		status = print_request(gh, &plan.order, f);
		goto out;
	}
	if ((c->api.tls || c->trust.cacert != NULL) &&
	    (status = trust_load(&trust, &c->trust, f)) != STATUS_OK)
		goto out;
	options.trust = trust;
	gh = github_open(&options);
	status = carry_out(gh, c, &plan, f);
out:
	github_close(gh);
	trust_free(trust);
	plan_wipe(&plan);
	return status;
}

static enum status
with_options(const struct options *o, struct fault *f)
{
	struct config config;
	enum status status;

	if (o->given[OPTION_HELP])
		return output_text(usage_text, f);
	if (o->given[OPTION_VERSION])
		return print_version(f);
	status = config_load(&config, o, environment, f);
	if (status == STATUS_OK)
		status = with_config(&config, f);
	config_wipe(&config);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options;
	enum status status;
	struct fault f;

	occupy_standard_descriptors();
	interrupt_install();
	status = options_parse(&options, argc, argv, &f);
	config_open_log(&options, environment);
	if (status == STATUS_OK)
		status = with_options(&options, &f);
	if (status != STATUS_OK)
		log_error("%s", f.text);
	options_wipe(&options);
	secret_forget();
	return status_exit_code(status);
}
