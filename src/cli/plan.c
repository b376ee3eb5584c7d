#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/plan.h"
#include "json/emit.h"

#define WORKFLOWS	".github/workflows/"

static char *
body(const struct config *c, const char *distinct_id)
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
file_of_ref(const struct config *c, const char *given, char **file,
    struct fault *f)
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
	    !text_equal_nocase_n(slash + 1, (size_t)(mark - slash - 1),
	    c->repo))
		return fault_set_lasting(f, STATUS_USAGE, "--workflow: \"%s\" "
		    "is a workflow of %.*s, but the repository is %s/%s; give "
		    "the name of a file there, such as deploy.yml", given,
		    (int)(mark - given), given, c->owner, c->repo);
	*file = xstrndup(name, (size_t)(at - name));
	return STATUS_OK;
}

/*
 * All digits: an ID.  A path in .github/workflows: its file name is what the
 * API takes.  Any other path is sent whole.
 */
static enum status
plan_workflow(struct plan *p, const struct config *c, struct fault *f)
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
			    "--workflow: \"%s\" is no workflow ID; expected a "
			    "number above zero, or a file such as deploy.yml",
			    given);
		p->order.workflow_id = id;
		p->workflow = xstrdup(given);
		return STATUS_OK;
	}
	if (strncmp(file, "./", 2) == 0)
		file += 2;
	if (strcmp(file, ".") == 0 || strcmp(file, "..") == 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "--workflow: \"%s\" is no workflow; expected a file "
		    "such as deploy.yml, or an ID", given);
	if (file_of_ref(c, given, &of_ref, f) != STATUS_OK)
		return STATUS_USAGE;
	if (of_ref != NULL)
		file = of_ref;
	if (strncmp(file, WORKFLOWS, prefix) == 0 && file[prefix] != '\0' &&
	    strchr(file + prefix, '/') == NULL)
		file += prefix;
	buf_init(&path, BUF_TEXT_MAX);
	buf_addf(&path, "%s%s", strchr(file, '/') == NULL ? WORKFLOWS : "",
	    file);
	p->workflow = xstrdup(file);
	p->workflow_path = buf_take(&path);
	free(of_ref);
	return STATUS_OK;
}

enum status
plan_make(struct plan *p, const struct config *c, const char *uuid,
    struct fault *f)
{
	struct dispatch_order *o = &p->order;
	enum status status;
	struct buf b;

	memset(p, 0, sizeof *p);
	if ((status = plan_workflow(p, c, f)) != STATUS_OK)
		return status;
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "%s/%s", c->owner, c->repo);
	p->repository = buf_take(&b);

	o->is_unique = c->distinct_id == NULL;
	p->distinct_id = xstrdup(o->is_unique ? uuid : c->distinct_id);
	o->sends_id = c->distinct_id != NULL || c->random_id;
	/* An ID that is among the inputs already stays as it was written. */
	p->body_with_id = body(c, p->distinct_id);
	p->body = o->sends_id ? xstrdup(p->body_with_id) : body(c, NULL);

	o->workflow = p->workflow;
	o->workflow_path = p->workflow_path;
	o->repository = p->repository;
	o->ref = c->ref;
	o->body = p->body;
	o->body_with_id = p->body_with_id;
	o->distinct_id = p->distinct_id;
	o->timeout_ms = c->timeout_ms;
	o->step_ms = c->step_ms;
	return STATUS_OK;
}

void
plan_wipe(struct plan *p)
{
	free(p->workflow);
	free(p->workflow_path);
	free(p->repository);
	free(p->distinct_id);
	/* Values of inputs may be secrets. */
	secret_free(p->body);
	secret_free(p->body_with_id);
	memset(p, 0, sizeof *p);
}
