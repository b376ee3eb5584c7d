#include "compat.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/random.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/plan.h"
#include "cli/usage.h"
#include "github/github.h"
#include "json/emit.h"
#include "net/hosts.h"
#include "net/resolv_conf.h"
#include "net/trust.h"
#include "command/wait.h"
#include "command/dispatch.h"
#include "command/result.h"

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

/* For whoever looks for a fault in the program, with a debugger or a core. */
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

static enum status
print_request(struct github *gh, const struct dispatch_order *order,
    struct fault *f)
{
	struct dispatch_call call = {
		.workflow = order->workflow,
		.body = order->body,
	};
	enum status status;
	struct buf b, safe;

	buf_init(&b, BUF_TEXT_MAX);
	buf_init(&safe, BUF_TEXT_MAX);
	github_dispatch_preview(gh, &call, &b);
	secret_redact(&b);
	/* The body means the same; nothing else of it could need this. */
	emit_text(&safe, buf_str(&b), b.len);
	status = result_text(buf_str(&safe), f);
	buf_wipe(&b);
	buf_wipe(&safe);
	return status;
}

/* What a wait's hooks need. */
struct waiting {
	const struct config	*c;
	struct result		*result;
	struct watched		*runs;		/* beside c->runs, for await */
	enum status		 status;	/* of the first failed output */
	struct fault		 fault;
};

/* A run of await, as results tell it; the repository goes into *name. */
static void
describe(const struct waiting *w, const struct watched *a, struct buf *name,
    struct found_run *out)
{
	const struct config_run *given = &w->c->runs[a - w->runs];

	buf_init(name, BUF_TEXT_MAX);
	buf_addf(name, "%s/%s", given->owner, given->repo);
	memset(out, 0, sizeof *out);
	out->id = a->id;
	out->url = a->state.run.html_url;
	out->by = FOUND_GIVEN;
	out->repository = buf_str(name);
	out->ref = *a->state.run.head_branch != '\0' ?
	    a->state.run.head_branch : NULL;
}

/* Writes what is new about a run of await. */
static void
write_awaited(struct waiting *w, const struct watched *a, bool over)
{
	struct found_run run;
	enum status status;
	struct fault f;
	struct buf name;

	/* Of a run that was never seen there is nothing to tell. */
	if (!a->seen)
		return;
	/* Stdout may be the same terminal; the table comes back by itself. */
	log_area(NULL);
	describe(w, a, &name, &run);
	status = over ? result_ended(w->result, &run, a, &f) :
	    result_found(w->result, &run, &f);
	if (status != STATUS_OK && w->status == STATUS_OK) {
		w->status = status;
		w->fault = f;
	}
	buf_free(&name);
}

static void
on_seen(void *ctx, const struct watched *a)
{
	write_awaited(ctx, a, false);
}

static void
on_ended(void *ctx, const struct watched *a)
{
	write_awaited(ctx, a, true);
}

/* How to wait, with what only the surroundings tell. */
static void
complete_order(struct wait_order *o, const struct config *c)
{
	*o = c->waiting;
	o->live = terminal_is_there() && log_is_plain();
	o->colour = o->live && (getenv("NO_COLOR") == NULL ||
	    *getenv("NO_COLOR") == '\0');
	o->wants_jobs = c->results.summary_path != NULL;
}

/* Waits for the run just dispatched, and writes what became of it. */
static enum status
wait_for_dispatched(struct github *gh, const struct config *c,
    struct result *result, const struct found_run *run, struct fault *f)
{
	struct watched a = { .gh = gh, .id = run->id };
	struct waiting w = { .c = c, .result = result, .runs = &a };
	struct wait_hooks hooks = { .ctx = &w };
	struct wait_order order;
	enum status status, written;
	struct fault why;

	complete_order(&order, c);
	order.just_dispatched = true;
	status = wait_for_runs(&clock_system, &order, &a, 1, &hooks, f);
	written = result_ended(result, run, &a, &why);
	summary_write(&result->summary, run, &a);
	if (written != STATUS_OK) {
		status = written;
		*f = why;
	}
	watched_wipe(&a);
	return status;
}

/* The run is proved: writes it, and waits for it if asked to. */
static enum status
finish_dispatch(struct github *gh, const struct config *c,
    const struct found_run *run, struct result *result, struct fault *f)
{
	enum status status;
	struct buf known;

	buf_init(&known, BUF_TEXT_MAX);
	buf_addf(&known, "run_id=%llu run_url=%s", (unsigned long long)run->id,
	    run->url);
	status_if_exhausted(STATUS_OUTPUT, buf_str(&known));
	status = result_found(result, run, f);
	log_notice("run %llu is identified by %s: %s",
	    (unsigned long long)run->id, found_by_text(run->by), run->url);
	if (status == STATUS_OK && c->wait)
		status = wait_for_dispatched(gh, c, result, run, f);
	else
		summary_write(&result->summary, run, NULL);
	status_if_exhausted(STATUS_OUTPUT, NULL);
	buf_free(&known);
	return status;
}

static enum status
run_dispatch(struct github *gh, const struct config *c,
    const struct dispatch_order *order, struct result *result,
    struct fault *f)
{
	struct found_run run;
	enum status status;

	plan_log(order, c, github_who(gh));
	status = dispatch(gh, &clock_system, order, &run, f);
	if (status == STATUS_OK)
		status = finish_dispatch(gh, c, &run, result, f);
	found_run_wipe(&run);
	return status;
}

static enum status
run_await(struct github *gh, const struct config *c, struct result *result,
    struct fault *f)
{
	struct waiting w = { .c = c, .result = result };
	struct wait_hooks hooks = { on_seen, on_ended, &w };
	struct wait_order order;
	struct found_run run;
	enum status status;
	struct buf name;
	size_t i;

	w.runs = xcalloc(c->run_count, sizeof *w.runs);
	for (i = 0; i < c->run_count; i++) {
		w.runs[i].gh = github_sibling(gh, c->runs[i].owner,
		    c->runs[i].repo);
		w.runs[i].id = c->runs[i].id;
	}
	status_if_exhausted(STATUS_CONNECT,
	    "the run is no longer being watched");
	complete_order(&order, c);
	status = wait_for_runs(&clock_system, &order, w.runs, c->run_count,
	    &hooks, f);
	for (i = 0; i < c->run_count; i++) {
		if (!w.runs[i].seen)
			continue;
		describe(&w, &w.runs[i], &name, &run);
		summary_write(&result->summary, &run, &w.runs[i]);
		buf_free(&name);
	}
	for (i = 0; i < c->run_count; i++) {
		watched_wipe(&w.runs[i]);
		github_close(w.runs[i].gh);
	}
	free(w.runs);
	if (w.status != STATUS_OK) {
		status = w.status;
		*f = w.fault;
	}
	return status;
}

/*
 * What is written to is opened; then the sandbox is closed; only then may the
 * network send what it likes.
 */
static enum status
run_online(const struct github_options *given, const struct config *c,
    const struct dispatch_order *order, bool *wrote_status, struct fault *f)
{
	const struct landlock_file read_again[] = {
		{ .path = HOSTS_PATH },
		{ .path = RESOLV_CONF_PATH, .is_replaced = true },
		{ .path = c->token_file, .is_replaced = true },
	};
	struct github_options options = *given;
	struct trust *trust = NULL;
	struct result result;
	enum status status;
	struct github *gh;

	if ((c->api.tls || c->proxy.url.tls || c->trust.cacert != NULL) &&
	    (status = trust_load(&trust, &c->trust, f)) != STATUS_OK)
		return status;
	if ((status = result_open(&result, &c->results, f)) != STATUS_OK) {
		trust_free(trust);
		return status;
	}
	/* A core is a file, too. */
	sandbox_enter(is_debuggable() ? NULL : read_again,
	    sizeof read_again / sizeof read_again[0]);
	options.trust = trust;
	gh = github_open(&options);
	status = c->await ? run_await(gh, c, &result, f) :
	    run_dispatch(gh, c, order, &result, f);
	status = result_close(&result, status, f);
	*wrote_status = true;
	github_close(gh);
	trust_free(trust);
	return status;
}

static enum status
with_config(const struct config *c, bool *wrote_status, struct fault *f)
{
	struct github_options options = {
		.api = &c->api,
		.pages = &c->server,
		.owner = c->owner,
		.repo = c->repo,
		.token = c->token != NULL ? c->token : "",
		.token_file = c->token_file,
		.proxy = &c->proxy,
	};
	enum status status = STATUS_OK;
	char uuid[RANDOM_UUID_SIZE];
	struct github *gh;
	struct dispatch_order order;

	if (!random_uuid(uuid))
		return fault_set_lasting(f, STATUS_CONNECT,
		    "the kernel gives no random numbers. Nothing was "
		    "dispatched");
	memset(&order, 0, sizeof order);
	if (!c->await)
		status = plan_dispatch(&order, c, uuid, f);
	if (status == STATUS_OK && c->dry_run) {
		gh = github_open(&options);
		status = print_request(gh, &order, f);
		github_close(gh);
	} else if (status == STATUS_OK) {
		status = run_online(&options, c, &order, wrote_status, f);
	}
	plan_wipe(&order);
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
