/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/plan.h"
#include "json/emit.h"

#define WORKFLOWS ".github/workflows/"

static char *
event_body(const struct config *c, const char *distinct_id)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addc(&b, '{');
	emit_name(&b, "event_type");
	emit_string(&b, c->event_type);
	emit_name(&b, "client_payload");
	inputs_write(&b, &c->inputs, "distinct_id", distinct_id);
	buf_addc(&b, '}');
	return buf_take(&b);
}

static char *
workflow_body(const struct config *c, const char *distinct_id)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addc(&b, '{');
	emit_name(&b, "ref");
	emit_string(&b, c->ref);
	if (c->inputs.count > 0 || distinct_id != NULL) {
		emit_name(&b, "inputs");
		inputs_write(&b, &c->inputs, "distinct_id", distinct_id);
	}
	buf_addc(&b, '}');
	return buf_take(&b);
}

/*
 * OWNER/REPO/.github/workflows/FILE@REF, as ${{ github.workflow_ref }} and
 * github.job_workflow_ref have it, becomes FILE.  *file is NULL if it is not of
 * that form, else owned by the caller.
 */
static enum status
file_of_ref(
    const struct config *c, const char *given, char **file, struct fault *f)
{
	const char *mark = strstr(given, "/" WORKFLOWS), *at, *name, *slash;
	size_t owner_len;

	*file = NULL;
	if (mark == NULL || (slash = strchr(given, '/')) == mark ||
	    memchr(slash + 1, '/', (size_t)(mark - slash - 1)) != NULL)
		return STATUS_OK;
	name = mark + 1 + strlen(WORKFLOWS);
	at = strchr(name, '@');
	if (at == NULL || at == name ||
	    memchr(name, '/', (size_t)(at - name)) != NULL)
		return STATUS_OK;
	owner_len = (size_t)(slash - given);
	if (!text_equal_nocase_n(given, owner_len, c->owner) ||
	    !text_equal_nocase_n(
		slash + 1, (size_t)(mark - slash - 1), c->repo))
		return fault_set_lasting(f, STATUS_USAGE,
		    "--workflow: \"%s\" "
		    "belongs to another repository than %s/%s; give the name "
		    "of a workflow file there, such as deploy.yml",
		    given, c->owner, c->repo);
	*file = xstrndup(name, (size_t)(at - name));
	return STATUS_OK;
}

/*
 * All digits: an ID.  A path in .github/workflows: its file name is what the
 * API takes.  Any other path is sent whole.
 */
static enum status
plan_workflow(struct dispatch_order *o, const struct config *c, struct fault *f)
{
	const char *given = c->workflow;
	size_t prefix = strlen(WORKFLOWS);
	const char *file = given;
	char *of_ref = NULL;
	struct buf path;
	uint64_t id;

	if (strspn(given, "0123456789") == strlen(given)) {
		if (!text_u64(given, strlen(given), &id) || id == 0 ||
		    id > INT64_MAX)
			return fault_set_lasting(f, STATUS_USAGE,
			    "--workflow: \"%s\" is not a workflow ID; expected "
			    "a number above zero, or a file such as deploy.yml",
			    given);
		o->workflow_id = id;
		o->workflow = xstrdup(given);
		return STATUS_OK;
	}
	if (strncmp(file, "./", 2) == 0)
		file += 2;
	if (strcmp(file, ".") == 0 || strcmp(file, "..") == 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "--workflow: \"%s\" is not a workflow; expected a file "
		    "such as deploy.yml, or an ID",
		    given);
	if (file_of_ref(c, given, &of_ref, f) != STATUS_OK)
		return STATUS_USAGE;
	if (of_ref != NULL)
		file = of_ref;
	if (strncmp(file, WORKFLOWS, prefix) == 0 && file[prefix] != '\0' &&
	    strchr(file + prefix, '/') == NULL)
		file += prefix;
	buf_init(&path, BUF_TEXT_MAX);
	buf_addf(
	    &path, "%s%s", strchr(file, '/') == NULL ? WORKFLOWS : "", file);
	o->workflow = xstrdup(file);
	o->workflow_path = buf_take(&path);
	free(of_ref);
	return STATUS_OK;
}

enum status
plan_dispatch(struct dispatch_order *o, const struct config *c,
    const char *uuid, struct fault *f)
{
	enum status status;

	memset(o, 0, sizeof *o);
	if (c->workflow != NULL &&
	    (status = plan_workflow(o, c, f)) != STATUS_OK)
		return status;
	o->ref = c->ref;
	o->timeout_ms = c->timeout_ms;
	o->step_ms = c->step_ms;
	o->waiting = c->wait ? &c->waiting : NULL;

	o->is_unique = c->distinct_id == NULL;
	o->distinct_id = o->is_unique ? uuid : c->distinct_id;
	/* An ID already among the inputs stays as it was written. */
	if (c->event_type != NULL) {
		o->event = EVENT_REPOSITORY_DISPATCH;
		o->sends_id = true;
		o->body = o->body_with_id = event_body(c, o->distinct_id);
		return STATUS_OK;
	}
	o->sends_id = !o->is_unique || c->random_id;
	o->body_with_id = workflow_body(c, o->distinct_id);
	o->body = o->sends_id ? o->body_with_id : workflow_body(c, NULL);
	return STATUS_OK;
}

/* An order lends its texts, except for these. */
static void
drop(const char *text)
{
	/* Values of inputs may be secrets. */
	secret_free((char *)text);
}

void
plan_wipe(struct dispatch_order *o)
{
	drop(o->workflow);
	drop(o->workflow_path);
	if (o->body != o->body_with_id)
		drop(o->body);
	drop(o->body_with_id);
	memset(o, 0, sizeof *o);
}

void
plan_log(
    const struct dispatch_order *o, const struct config *c, const char *who)
{
	struct buf names, where;

	buf_init(&names, BUF_TEXT_MAX);
	inputs_add_names(&names, &c->inputs);
	if (o->sends_id && inputs_find(&c->inputs, "distinct_id") == NULL)
		buf_addf(&names, "%sdistinct_id", names.len > 0 ? ", " : "");
	buf_init(&where, BUF_TEXT_MAX);
	if (c->repo_count > 0)
		buf_addf(&where, "%zu repositories", c->repo_count);
	else
		buf_addf(&where, "%s/%s", c->owner, c->repo);
	if (c->event_type != NULL)
		log_info("dispatching the event %s to %s on %s (payload: %s)",
		    c->event_type, buf_str(&where), who, buf_str(&names));
	else
		log_info("dispatching %s of %s at %s on %s (inputs: %s)",
		    o->workflow, buf_str(&where), o->ref, who,
		    names.len > 0 ? buf_str(&names) : "none");
	buf_free(&where);
	buf_free(&names);
}

struct github_permissions
plan_permissions(const struct config *c)
{
	const struct wait_order *w = &c->waiting;
	bool awaits = c->command == COMMAND_AWAIT;
	bool is_event = !awaits && c->event_type != NULL;
	bool may_cancel = (awaits || c->wait) &&
	    (w->cancel_on_interrupt || w->cancel_after_ms != WAIT_NEVER ||
		w->force_cancel_after_ms != WAIT_NEVER);

	return (struct github_permissions){
		.actions = (awaits || is_event) && !may_cancel ? GITHUB_READ
							       : GITHUB_WRITE,
		.contents = is_event ? GITHUB_WRITE : GITHUB_NO_ACCESS,
	};
}
