/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "command/check.h"
#include "command/declared.h"
#include "command/pace.h"
#include "command/retry.h"
#include "command/sink.h"
#include "command/worst.h"
#include "json/emit.h"

#define TRIES_MAX   3 /* of a call, if it may yet go well */
#define DISTINCT_ID "distinct_id"

/* What is checked, in this order. */
enum topic {
	SERVER,
	TOKEN,
	REPOSITORY,
	ACTIONS,
	WORKFLOW,
	STATE,
	REF,
	DEFAULT_BRANCH,
	TRIGGER,
	INPUTS,
	ID,
	PERMISSION,
	CLOCK,
	TOPIC_COUNT
};

static const char *const topics[TOPIC_COUNT] = {
	[SERVER] = "server",
	[TOKEN] = "token",
	[REPOSITORY] = "repository",
	[ACTIONS] = "actions",
	[WORKFLOW] = "workflow",
	[STATE] = "state",
	[REF] = "ref",
	[DEFAULT_BRANCH] = "default_branch",
	[TRIGGER] = "trigger",
	[INPUTS] = "inputs",
	[ID] = DISTINCT_ID,
	[PERMISSION] = "permission",
	[CLOCK] = "clock",
};

struct check {
	struct github *gh;
	const struct clock *clock;
	const struct dispatch_order *order;
	bool is_event; /* a repository_dispatch, which any workflow may await */
	int64_t deadline_ms;
	bool is_json;
	struct buf json; /* the elements of "checks" so far */

	/* The call that is being made. */
	struct retry retry;
	struct pace pace;
	unsigned int tries;
	struct fault now;

	/* What is known. */
	struct repo repo;
	struct server_info info;
	struct workflow workflow;
	enum status workflow_status; /* of asking for it */
	enum status ref_status;
	struct buf file;      /* the workflow's, as asked for last, */
	const char *file_ref; /* there; NULL: not yet */
	enum status file_status;
	bool can_read; /* what the repository contains */

	/* What comes of a dispatch that the server does not like: an event that
	 * starts nothing is accepted. */
	enum status refusal;

	enum status status; /* of the first failure; its fault: */
	struct fault *fault;
	enum status ended; /* by a signal, or standard output */
};

/*
 * Lines.
 */

static void
write_line(
    struct check *c, enum topic topic, enum finding finding, const char *detail)
{
	static const struct {
		const char *text, *json;
	} words[] = {
		[FINDING_OK] = { "ok", "ok" },
		[FINDING_FAIL] = { "FAIL", "fail" },
		[FINDING_UNSURE] = { "can't tell", "unknown" },
	};
	struct buf line;

	if (c->is_json) {
		buf_addf(&c->json, "%s{\"name\":\"%s\",\"result\":\"%s\",",
		    c->json.len > 0 ? "," : "", topics[topic],
		    words[finding].json);
		buf_adds(&c->json, "\"detail\":");
		sink_json(&c->json, detail);
		buf_addc(&c->json, '}');
		return;
	}
	buf_init(&line, BUF_TEXT_MAX);
	buf_addf(&line, "%-10s  %-14s  ", words[finding].text, topics[topic]);
	log_add_safe(&line, detail);
	buf_addc(&line, '\n');
	c->ended = result_text(buf_str(&line), c->fault);
	buf_free(&line);
}

static void
tell_text(struct check *c, enum topic topic, enum finding finding,
    enum status status, const char *detail)
{
	if (c->ended != STATUS_OK)
		return;
	if (finding == FINDING_FAIL && c->status == STATUS_OK)
		c->status = fault_set_lasting(
		    c->fault, status, "a dispatch would fail: %s", detail);
	write_line(c, topic, finding, detail);
}

static void tell(struct check *, enum topic, enum finding, const char *, ...)
    __attribute__((format(printf, 4, 5)));

static void
tell(struct check *c, enum topic topic, enum finding finding,
    const char *format, ...)
{
	struct buf detail;
	va_list ap;

	buf_init(&detail, BUF_TEXT_MAX);
	va_start(ap, format);
	buf_addv(&detail, format, ap);
	va_end(ap);
	tell_text(c, topic, finding, c->refusal, buf_str(&detail));
	buf_free(&detail);
}

/* The call that was made last has failed. */
static void
tell_fault(struct check *c, enum topic topic, enum finding finding)
{
	tell_text(c, topic, finding, c->now.status, c->now.text);
}

/* What could not be asked for, up to the clock. */
static void
tell_rest(struct check *c, enum topic topic, const char *why)
{
	for (; topic < CLOCK; topic++)
		tell(c, topic, FINDING_UNSURE, "%s", why);
}

/* The contents were asked for in vain. */
static void
tell_unread(struct check *c, enum topic topic, enum status status)
{
	if (status != STATUS_FORBIDDEN && status != STATUS_NOT_FOUND)
		tell_fault(c, topic, FINDING_UNSURE);
	else if (github_is_app(c->gh) && !c->is_event)
		tell(c, topic, FINDING_UNSURE,
		    "an App's token is created without \"Contents: read\", so "
		    "this cannot be checked");
	else
		tell(c, topic, FINDING_UNSURE,
		    "the token may not read what the repository contains; "
		    "with \"Contents: read\" this could be checked");
}

/*
 * Calls.
 */

static int64_t
begin_call(struct check *c)
{
	memset(&c->retry, 0, sizeof c->retry);
	c->tries = 0;
	pace_init(&c->pace, c->clock, PACE_ADAPTIVE, c->deadline_ms);
	return c->deadline_ms;
}

/* Whether to make the call again that came to this; after a pause. */
static bool
again(struct check *c, enum status status)
{
	if (status_is_signal(status) && c->ended == STATUS_OK) {
		c->ended = status;
		*c->fault = c->now;
	}
	/* A token that may read the repository is no longer too new. */
	if (status == STATUS_OK || status == STATUS_LIMITED ||
	    (status == STATUS_FORBIDDEN && c->repo.default_branch != NULL) ||
	    ++c->tries == TRIES_MAX ||
	    retry_failed(&c->retry, &c->now, clock_now(c->clock)).when ==
		RETRY_NEVER)
		return false;
	pace_failed(&c->pace, &c->now);
	return pace_wait(&c->pace, NULL);
}

static enum status
ask_for_file(struct check *c, const char *path, const char *ref)
{
	int64_t deadline_ms = begin_call(c);
	enum status status;

	do {
		buf_clear(&c->file);
		status = github_get_file(
		    c->gh, path, ref, deadline_ms, &c->file, &c->now);
	} while (again(c, status));
	c->can_read = c->can_read || status == STATUS_OK;
	c->file_ref = ref;
	c->file_status = status;
	return status;
}

static enum status
ask_for_ref(struct check *c, const char *kind, const char *name)
{
	int64_t deadline_ms = begin_call(c);
	enum status status;
	struct buf ref;

	buf_init(&ref, BUF_TEXT_MAX);
	buf_addf(&ref, "%s/%s", kind, name);
	do
		status = github_find_ref(
		    c->gh, buf_str(&ref), deadline_ms, &c->now);
	while (again(c, status));
	buf_free(&ref);
	c->can_read = c->can_read || status == STATUS_OK;
	return status;
}

/*
 * What is checked, in order.
 */

/* An answer of the API, whatever it says. */
static bool
is_answer(enum status status)
{
	return status == STATUS_OK || status == STATUS_REFUSED ||
	    status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN ||
	    status == STATUS_NOT_FOUND || status == STATUS_LIMITED;
}

/* Asks for the repository; false if the server has not answered that. */
static bool
check_server(struct check *c, enum status *status)
{
	int64_t deadline_ms = begin_call(c);
	struct buf about;

	buf_init(&about, BUF_TEXT_MAX);
	do {
		buf_clear(&about);
		*status = github_reach(c->gh, deadline_ms, &about, &c->now);
		if (*status == STATUS_OK)
			*status = github_get_repo(
			    c->gh, deadline_ms, &c->repo, &c->info, &c->now);
	} while (again(c, *status));
	if (is_answer(*status))
		tell(c, SERVER, FINDING_OK, "%s%s%s", buf_str(&about),
		    c->info.ghes != NULL ? ", GitHub Enterprise Server " : "",
		    c->info.ghes != NULL ? c->info.ghes : "");
	else
		tell_fault(c, SERVER, FINDING_FAIL);
	buf_free(&about);
	return is_answer(*status);
}

static bool
check_token(struct check *c, enum status status)
{
	const struct server_info *info = &c->info;
	const char *kind = github_token_kind(c->gh);
	const char *scopes = info->scopes != NULL ? info->scopes : "";

	if (status == STATUS_UNAUTHORIZED || kind == NULL) {
		tell_fault(c, TOKEN, FINDING_FAIL);
	} else if (status == STATUS_LIMITED) {
		tell_fault(c, TOKEN,
		    c->now.wait_ms > c->order->timeout_ms ? FINDING_FAIL
							  : FINDING_UNSURE);
	} else {
		tell(c, TOKEN, FINDING_OK, "accepted: %s%s%s%s%s", kind,
		    *scopes != '\0' ? ", with the scopes: " : "", scopes,
		    info->expiry != NULL ? ", until " : "",
		    info->expiry != NULL ? info->expiry : "");
		return true;
	}
	return false;
}

static bool
check_repository(struct check *c, enum status status)
{
	const struct repo *r = &c->repo;
	const char *name = github_repository(c->gh);

	if (status != STATUS_OK)
		tell_fault(c, REPOSITORY, FINDING_FAIL);
	else if (r->is_archived == TOLD_YES)
		tell(c, REPOSITORY, FINDING_FAIL,
		    "%s is archived, so nothing can be started; unarchive it "
		    "in its settings",
		    name);
	else if (r->is_disabled == TOLD_YES)
		tell(c, REPOSITORY, FINDING_FAIL,
		    "GitHub has disabled %s; its page tells why", name);
	else
		tell(c, REPOSITORY, FINDING_OK, "%s is visible", name);
	/* For events, an App's token is created with "Contents: write". */
	c->can_read = r->is_private == TOLD_NO ||
	    (c->is_event && github_is_app(c->gh));
	return status == STATUS_OK;
}

static void
check_actions(struct check *c)
{
	int64_t deadline_ms = begin_call(c);
	enum status status;
	bool enabled;

	do
		status = github_actions_enabled(
		    c->gh, deadline_ms, &enabled, &c->now);
	while (again(c, status));
	if (status == STATUS_OK && enabled)
		tell(c, ACTIONS, FINDING_OK, "enabled");
	else if (status == STATUS_OK)
		tell(c, ACTIONS, FINDING_FAIL,
		    "disabled for this repository; enable them under "
		    "Settings, Actions, General");
	else if (is_answer(status))
		tell(c, ACTIONS, FINDING_UNSURE,
		    "whether they are enabled is only told to administrators "
		    "(\"Administration: read\")");
	else
		tell_fault(c, ACTIONS, FINDING_UNSURE);
}

static void
check_state(struct check *c)
{
	const char *state = c->workflow.state;

	if (strcmp(state, "active") == 0)
		tell(c, STATE, FINDING_OK, "active");
	else if (strncmp(state, "disabled", 8) == 0)
		tell(c, STATE, FINDING_FAIL,
		    "%s; enable it in the Actions tab, or with: gh workflow "
		    "enable %llu -R %s",
		    state, (unsigned long long)c->workflow.id,
		    github_repository(c->gh));
	else
		tell(c, STATE, FINDING_UNSURE, "%s", state);
}

static void
check_workflow(struct check *c)
{
	int64_t deadline_ms = begin_call(c);
	enum status status;

	do
		status = github_get_workflow(c->gh, c->order->workflow,
		    deadline_ms, &c->workflow, &c->now);
	while (again(c, status));
	c->workflow_status = status;
	if (status == STATUS_OK) {
		tell(c, WORKFLOW, FINDING_OK, "%s, ID %llu", c->workflow.path,
		    (unsigned long long)c->workflow.id);
		check_state(c);
		return;
	}
	tell_fault(c, WORKFLOW,
	    status == STATUS_NOT_FOUND ? FINDING_FAIL : FINDING_UNSURE);
	tell(c, STATE, FINDING_UNSURE, "the workflow could not be read");
}

/* The path of the workflow's file; NULL if it is not known. */
static const char *
path_of(const struct check *c)
{
	return c->workflow_status == STATUS_OK ? c->workflow.path
					       : c->order->workflow_path;
}

static void
check_default_branch(struct check *c)
{
	const char *branch = c->repo.default_branch, *path = path_of(c);
	enum status status;

	if (path == NULL || *branch == '\0') {
		tell(c, DEFAULT_BRANCH, FINDING_UNSURE,
		    "the workflow's file is not known");
		return;
	}
	status = ask_for_file(c, path, branch);
	if (status == STATUS_OK)
		tell(
		    c, DEFAULT_BRANCH, FINDING_OK, "%s is on %s", path, branch);
	else if (status != STATUS_NOT_FOUND || !c->can_read)
		tell_unread(c, DEFAULT_BRANCH, status);
	else if (c->workflow_status == STATUS_OK)
		tell(c, DEFAULT_BRANCH, FINDING_UNSURE,
		    "%s is not on %s; GitHub still knows it by its runs, but "
		    "documents that it must be there",
		    path, branch);
	else
		tell(c, DEFAULT_BRANCH, FINDING_FAIL,
		    "%s is not on %s, where GitHub looks for workflows; merge "
		    "it there",
		    path, branch);
}

/* The ref without refs/heads/ or refs/tags/. */
static const char *
plain_ref(const struct check *c)
{
	const char *ref = c->order->ref;

	if (ref == NULL)
		return c->repo.default_branch;
	return strncmp(ref, "refs/heads/", 11) == 0 ? ref + 11
	    : strncmp(ref, "refs/tags/", 10) == 0   ? ref + 10
						    : ref;
}

static void
check_ref(struct check *c)
{
	const char *ref = c->order->ref, *name = plain_ref(c);
	const char *kind = "heads";
	enum status status = STATUS_NOT_FOUND;

	if (strncmp(ref, "refs/tags/", 10) != 0)
		status = ask_for_ref(c, kind, name);
	if (status == STATUS_NOT_FOUND && strncmp(ref, "refs/heads/", 11) != 0)
		status = ask_for_ref(c, kind = "tags", name);
	c->ref_status = status;
	if (status == STATUS_NOT_FOUND && !c->can_read)
		ask_for_ref(c, "heads", c->repo.default_branch);
	if (status == STATUS_OK)
		tell(c, REF, FINDING_OK, "%s is a %s", name,
		    *kind == 'h' ? "branch" : "tag");
	else if (status == STATUS_NOT_FOUND && c->can_read)
		tell(c, REF, FINDING_FAIL,
		    "there is no branch or tag %s; nothing else can be "
		    "dispatched, neither a commit nor refs/pull/N/merge",
		    ref);
	else
		tell_unread(c, REF, status);
}

static enum finding
check_trigger(struct check *c, const struct yaml *on)
{
	enum finding finding = c->is_event
	    ? declared_type(on, c->order->body)
	    : declared_event(on, "workflow_dispatch");
	const char *event = c->is_event ? "repository_dispatch of this type"
					: "workflow_dispatch";

	if (finding == FINDING_OK)
		tell(c, TRIGGER, finding, "%s", event);
	else if (finding == FINDING_FAIL)
		tell(c, TRIGGER, finding,
		    "%s has no trigger %s at this ref; add it under \"on:\"",
		    path_of(c), event);
	else
		tell(c, TRIGGER, finding,
		    "the section \"on:\" of %s is written in a way that this "
		    "program does not understand",
		    path_of(c));
	return finding;
}

static void
check_id(struct check *c, const struct yaml *on)
{
	bool tells = github_tells(c->gh) != GITHUB_TELLS_NO_RUN;
	enum finding finding = declared_input(on, DISTINCT_ID);

	if (tells && !c->order->sends_id)
		tell(c, ID, FINDING_OK,
		    "not needed: the server tells which run it starts");
	else
		tell(c, ID, finding,
		    finding == FINDING_OK ? "declared"
			: finding == FINDING_FAIL
			? "it is sent, so that the run can be found, but is "
			  "not declared as an input"
			: "it may not be declared as an input");
}

/* Reads the file at the ref; false, which it tells, if that cannot be. */
static bool
read_file(struct check *c)
{
	const char *path = path_of(c);

	if (path == NULL || c->ref_status == STATUS_NOT_FOUND) {
		tell(c, TRIGGER, FINDING_UNSURE, "%s",
		    path == NULL ? "the workflow's file is not known"
				 : "the ref is not known");
		return false;
	}
	if (c->file_ref == NULL || strcmp(c->file_ref, plain_ref(c)) != 0)
		ask_for_file(c, path, plain_ref(c));
	if (c->file_status == STATUS_OK)
		return true;
	if (c->file_status == STATUS_NOT_FOUND && c->can_read &&
	    c->ref_status == STATUS_OK)
		tell(c, TRIGGER, FINDING_FAIL, "there is no %s at this ref",
		    path);
	else
		tell_unread(c, TRIGGER, c->file_status);
	return false;
}

static void
tell_unjudged(struct check *c, const char *why)
{
	tell(c, INPUTS, FINDING_UNSURE, "%s", why);
	tell(c, ID, FINDING_UNSURE, "%s", why);
}

static void
check_file(struct check *c)
{
	enum finding finding;
	struct buf about;
	struct yaml on;

	if (!read_file(c)) {
		if (!c->is_event)
			tell_unjudged(c, "the file could not be read");
		return;
	}
	buf_init(&about, BUF_TEXT_MAX);
	yaml_read(&on, buf_str(&c->file), c->file.len, "on");
	if (check_trigger(c, &on) == FINDING_FAIL && !c->is_event) {
		tell_unjudged(c, "there is no trigger");
	} else if (!c->is_event) {
		finding = declared_inputs(&on, c->order->body, &about);
		tell(c, INPUTS, finding, "%s", buf_str(&about));
		check_id(c, &on);
	}
	yaml_wipe(&on);
	buf_free(&about);
}

/* Whether the list, as in "repo, workflow", has this scope. */
static bool
has_scope(const char *list, const char *scope)
{
	size_t len = strlen(scope), n;

	for (; *list != '\0'; list += n) {
		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n == len && memcmp(list, scope, n) == 0)
			return true;
	}
	return false;
}

static void
check_permission(struct check *c)
{
	const char *scopes = c->info.scopes;
	bool is_app = github_token_is_installation(c->gh);

	if (c->workflow_status == STATUS_FORBIDDEN && !c->is_event)
		tell(c, PERMISSION, FINDING_FAIL,
		    "the token may not even read workflows; it needs "
		    "\"Actions: Read and write\" (classic: the scope "
		    "\"repo\")");
	else if (c->repo.may_push == TOLD_NO && !is_app)
		tell(c, PERMISSION, FINDING_FAIL,
		    "the token's owner may not write to the repository, which "
		    "takes the role Write");
	else if (github_is_app(c->gh))
		tell(c, PERMISSION, FINDING_OK,
		    "granted to the App, with this token");
	else if (scopes == NULL)
		tell(c, PERMISSION, FINDING_UNSURE,
		    "GitHub does not tell what this kind of token may do; it "
		    "needs %s (classic: the scope \"repo\")",
		    c->is_event ? "\"Contents: Read and write\""
				: "\"Actions: Read and write\"");
	else if (has_scope(scopes, "repo") ||
	    (has_scope(scopes, "public_repo") && c->repo.is_private == TOLD_NO))
		tell(c, PERMISSION, FINDING_OK,
		    "the token has a scope that allows to dispatch");
	else
		tell(c, PERMISSION, FINDING_FAIL,
		    "the token lacks the scope \"repo\"");
}

static void
check_clock(struct check *c)
{
	int64_t server_ms, ahead;

	if (!github_server_now(c->gh, &server_ms)) {
		tell(c, CLOCK, FINDING_UNSURE, "the server tells no time");
		return;
	}
	ahead = clock_wall_s() - server_ms / 1000;
	tell(c, CLOCK, FINDING_OK, "%lld s %s the server's",
	    (long long)(ahead < 0 ? -ahead : ahead),
	    ahead < 0 ? "behind" : "ahead of");
}

static void
tell_listeners(struct check *c, enum topic topic)
{
	tell(c, topic, FINDING_UNSURE,
	    "any workflow may await this event; name yours with --workflow");
}

/* What an event meets, which has a payload and no ref. */
static void
check_event(struct check *c)
{
	bool is_named = c->order->workflow != NULL;

	c->refusal = STATUS_UNIDENTIFIED;
	if (is_named) {
		check_workflow(c);
	} else {
		tell_listeners(c, WORKFLOW);
		tell_listeners(c, STATE);
	}
	tell(c, REF, FINDING_OK, "events run on the default branch, %s",
	    c->repo.default_branch);
	if (is_named) {
		check_default_branch(c);
		check_file(c);
	} else {
		tell_listeners(c, DEFAULT_BRANCH);
		tell_listeners(c, TRIGGER);
	}
	c->refusal = STATUS_REFUSED;
	tell(c, INPUTS, FINDING_OK, "a payload need not be declared");
	tell(c, ID, FINDING_OK, "in the payload");
}

/* False if the server cannot be reached. */
static bool
check_all(struct check *c)
{
	enum status status;
	bool reached;

	reached = check_server(c, &status);
	if (!reached) {
		tell_rest(c, TOKEN, "the server was not reached");
	} else if (!check_token(c, status)) {
		tell_rest(c, REPOSITORY, "the token was not accepted");
	} else if (!check_repository(c, status)) {
		tell_rest(c, ACTIONS, "the repository is not visible");
	} else {
		check_actions(c);
		if (c->is_event) {
			check_event(c);
		} else {
			check_workflow(c);
			check_ref(c);
			check_default_branch(c);
			check_file(c);
		}
		check_permission(c);
	}
	check_clock(c);
	return reached;
}

static enum status
write_json(const struct check *c)
{
	enum status status;
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addc(&b, '{');
	emit_name(&b, "repository");
	emit_string(&b, github_repository(c->gh));
	buf_addf(&b, ",\"exit_status\":%d,\"checks\":[%s]}\n",
	    status_exit_code(c->status), buf_str(&c->json));
	status = result_text(buf_str(&b), c->fault);
	buf_free(&b);
	return status;
}

/* Checks one, and tells whether the others are worth a try. */
static bool
check_one(struct github *gh, const struct clock *clock,
    const struct target *target, bool is_json, struct fault *f)
{
	struct check c = {
		.gh = gh,
		.clock = clock,
		.order = &target->order,
		.deadline_ms = clock_after(clock, target->order.timeout_ms),
		.is_json = is_json,
		.is_event = target->order.event == EVENT_REPOSITORY_DISPATCH,
		.refusal = STATUS_REFUSED,
		.fault = f,
	};
	bool goes_on;

	buf_init(&c.json, BUF_TEXT_MAX);
	buf_init(&c.file, BUF_TEXT_MAX);
	goes_on = check_all(&c);
	if (c.ended == STATUS_OK && c.is_json)
		c.ended = write_json(&c);
	f->status = c.ended != STATUS_OK ? c.ended : c.status;
	repo_wipe(&c.repo);
	server_info_wipe(&c.info);
	workflow_wipe(&c.workflow);
	buf_free(&c.json);
	buf_free(&c.file);
	return goes_on && c.ended == STATUS_OK;
}

enum status
check(struct github *gh, const struct clock *clock,
    const struct target *targets, size_t count, enum result_format format,
    struct fault *f)
{
	const bool is_json = format == RESULT_JSON;
	struct fault *faults = xcalloc(count, sizeof *faults);
	const struct fault **list = xcalloc(count, sizeof *list);
	struct github **places = xcalloc(count, sizeof *places);
	enum status status = STATUS_OK;
	bool goes_on = true;
	struct buf heading;
	size_t i;

	/* An App's token is for those that are open when it is created. */
	for (i = 0; i < count; i++)
		places[i] = github_sibling(
		    gh, targets[i].owner, targets[i].repo);
	buf_init(&heading, BUF_TEXT_MAX);
	for (i = 0; i < count && goes_on && status == STATUS_OK; i++) {
		list[i] = &faults[i];
		buf_clear(&heading);
		buf_addf(
		    &heading, "%s/%s:\n", targets[i].owner, targets[i].repo);
		if (count > 1 && !is_json)
			status = result_text(buf_str(&heading), f);
		if (status == STATUS_OK)
			goes_on = check_one(
			    places[i], clock, &targets[i], is_json, &faults[i]);
	}
	if (status == STATUS_OK)
		status = worst_sum_up(list, i, f);
	buf_free(&heading);
	for (i = 0; i < count; i++)
		github_close(places[i]);
	free(places);
	free(list);
	free(faults);
	return status;
}
