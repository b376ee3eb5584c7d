/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "github/decode.h"
#include "json/json.h"

#define ID_MAX ((uint64_t)INT64_MAX) /* GitHub: int64 */

bool
decode_is_fit_url(const char *s)
{
	size_t len;

	if (strncmp(s, "https://", 8) == 0)
		s += 8;
	else if (strncmp(s, "http://", 7) == 0)
		s += 7;
	else
		return false;
	len = strlen(s);
	if (len == 0 || len > 2000 || *s == '/')
		return false;
	for (; *s != '\0'; s++)
		if (!text_is_alnum(*s) && strchr("-._/:%@+=,[]", *s) == NULL)
			return false;
	return true;
}

char *
decode_string(struct json object, const char *name)
{
	char *s = json_strdup(json_member(object, name));

	return s != NULL ? s : xstrdup("");
}

char *
decode_url(struct json object, const char *name)
{
	char *s = decode_string(object, name);

	if (!decode_is_fit_url(s))
		*s = '\0';
	return s;
}

/* Takes an ID, which is positive and fits GitHub's own type; 0 otherwise. */
static uint64_t
take_id(struct json object, const char *name)
{
	uint64_t id;

	return json_u64(json_member(object, name), &id) && id <= ID_MAX ? id
									: 0;
}

static struct json_doc *
parse(const char *body, size_t len, struct buf *why)
{
	struct json_error e;
	struct json_doc *doc;

	doc = json_parse(body, len, JSON_LENIENT_TEXT, &e);
	if (doc == NULL)
		buf_addf(why,
		    "not JSON (line %zu, column %zu: expected %s, found %s)",
		    e.line, e.column, e.expected, e.found);
	return doc;
}

static size_t
count_elements(struct json array)
{
	struct json j;
	size_t n = 0;

	if (json_type(array) != JSON_ARRAY)
		return 0;
	for (j = json_first(array); json_type(j) != JSON_ABSENT;
	     j = json_next(j))
		n++;
	return n;
}

int64_t
decode_time(struct json object, const char *name)
{
	char *s = decode_string(object, name);
	int64_t seconds;

	if (!date_from_rfc3339(s, &seconds))
		seconds = -1;
	free(s);
	return seconds;
}

static void
take_run(struct json j, void *into)
{
	struct run *run = into;

	run->id = take_id(j, "id");
	run->workflow_id = take_id(j, "workflow_id");
	run->created_at = decode_time(j, "created_at");
	run->updated_at = decode_time(j, "updated_at");
	run->name = decode_string(j, "name");
	run->display_title = decode_string(j, "display_title");
	run->event = decode_string(j, "event");
	run->status = decode_string(j, "status");
	run->conclusion = decode_string(j, "conclusion");
	run->head_branch = decode_string(j, "head_branch");
	run->attempt = take_id(j, "run_attempt");
	run->path = decode_string(j, "path");
	run->html_url = decode_url(j, "html_url");
}

bool
decode_run(const char *body, size_t len, struct run *run, struct buf *why)
{
	struct json_doc *doc;

	memset(run, 0, sizeof *run);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	take_run(json_root(doc), run);
	json_free(doc);
	/* GitHub's schema lets the status be null. */
	if (run->id != 0)
		return true;
	buf_adds(why, "JSON without a run's \"id\"");
	run_wipe(run);
	return false;
}

static void
take_job(struct json j, void *into)
{
	struct job *job = into;
	struct json steps = json_member(j, "steps"), step;

	job->id = take_id(j, "id");
	job->attempt = take_id(j, "run_attempt");
	job->name = decode_string(j, "name");
	job->status = decode_string(j, "status");
	job->conclusion = decode_string(j, "conclusion");
	job->html_url = decode_url(j, "html_url");
	job->started_at = decode_time(j, "started_at");
	job->completed_at = decode_time(j, "completed_at");
	job->steps = xcalloc(count_elements(steps), sizeof *job->steps);
	for (step = json_first(steps);
	     json_type(steps) == JSON_ARRAY && json_type(step) != JSON_ABSENT;
	     step = json_next(step)) {
		job->steps[job->step_count].name = decode_string(step, "name");
		job->steps[job->step_count++].conclusion = decode_string(
		    step, "conclusion");
	}
}

/* The elements of the root's array of that name, each taken by `take`. */
static bool
decode_list(const char *body, size_t len, const char *name, size_t most,
    size_t size, void (*take)(struct json, void *), void **elements,
    size_t *count, uint64_t *total, struct buf *why)
{
	struct json_doc *doc;
	struct json array, j;
	size_t there;
	bool ok;

	if ((doc = parse(body, len, why)) == NULL)
		return false;
	array = json_member(json_root(doc), name);
	there = count_elements(array);
	ok = json_type(array) == JSON_ARRAY && there <= most;
	if (there > most)
		buf_addf(why,
		    "a page of %zu \"%s\", where at most %zu were requested",
		    there, name, most);
	else if (!ok)
		buf_addf(why, "JSON without the array \"%s\"", name);
	if (!json_u64(json_member(json_root(doc), "total_count"), total))
		*total = 0;
	*elements = ok ? xcalloc(there, size) : NULL;
	for (j = json_first(array); ok && json_type(j) != JSON_ABSENT;
	     j = json_next(j))
		take(j, (char *)*elements + size * (*count)++);
	json_free(doc);
	return ok;
}

bool
decode_run_list(const char *body, size_t len, size_t most,
    struct run_list *list, struct buf *why)
{
	void *runs = NULL;
	bool ok;

	memset(list, 0, sizeof *list);
	ok = decode_list(body, len, "workflow_runs", most, sizeof *list->runs,
	    take_run, &runs, &list->count, &list->total, why);
	list->runs = runs;
	return ok;
}

bool
decode_job_list(const char *body, size_t len, size_t most,
    struct job_list *list, struct buf *why)
{
	void *jobs = NULL;
	bool ok;

	memset(list, 0, sizeof *list);
	ok = decode_list(body, len, "jobs", most, sizeof *list->jobs, take_job,
	    &jobs, &list->count, &list->total, why);
	list->jobs = jobs;
	return ok;
}

bool
decode_dispatch(
    const char *body, size_t len, struct found_run *run, struct buf *why)
{
	static const char *const names[] = { "workflow_run_id", "run_url",
		"html_url" };
	struct json_doc *doc;
	struct json root;
	size_t i;

	memset(run, 0, sizeof *run);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	root = json_root(doc);
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_is_ambiguous(root, names[i])) {
			buf_addf(why, "JSON that has \"%s\" twice", names[i]);
			json_free(doc);
			return false;
		}
	run->id = take_id(root, "workflow_run_id");
	run->url = decode_url(root, "html_url");
	json_free(doc);
	return true;
}

static enum told
take_told(struct json object, const char *name)
{
	struct json j = json_member(object, name);
	size_t len;

	if (json_type(j) != JSON_BOOLEAN)
		return TOLD_NOTHING;
	return *json_text(j, &len) == 't' ? TOLD_YES : TOLD_NO;
}

bool
decode_repo(const char *body, size_t len, struct repo *repo, struct buf *why)
{
	struct json_doc *doc;
	struct json root;
	bool ok;

	memset(repo, 0, sizeof *repo);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	root = json_root(doc);
	ok = take_id(root, "id") != 0;
	if (ok) {
		repo->default_branch = decode_string(root, "default_branch");
		repo->is_private = take_told(root, "private");
		repo->is_archived = take_told(root, "archived");
		repo->is_disabled = take_told(root, "disabled");
		repo->may_push = take_told(
		    json_member(root, "permissions"), "push");
	} else {
		buf_adds(why, "JSON without a repository's \"id\"");
	}
	json_free(doc);
	return ok;
}

bool
decode_workflow(
    const char *body, size_t len, struct workflow *w, struct buf *why)
{
	struct json_doc *doc;

	memset(w, 0, sizeof *w);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	w->id = take_id(json_root(doc), "id");
	w->path = decode_string(json_root(doc), "path");
	w->state = decode_string(json_root(doc), "state");
	json_free(doc);
	if (w->id != 0)
		return true;
	buf_adds(why, "JSON without a workflow's \"id\"");
	workflow_wipe(w);
	return false;
}

bool
decode_enabled(const char *body, size_t len, bool *enabled, struct buf *why)
{
	struct json_doc *doc;
	enum told told;

	if ((doc = parse(body, len, why)) == NULL)
		return false;
	told = take_told(json_root(doc), "enabled");
	json_free(doc);
	*enabled = told == TOLD_YES;
	if (told == TOLD_NOTHING)
		buf_adds(why, "JSON without \"enabled\"");
	return told != TOLD_NOTHING;
}

bool
decode_file(const char *body, size_t len, struct buf *contents, struct buf *why)
{
	struct json_doc *doc;
	char *text;
	bool ok;

	if ((doc = parse(body, len, why)) == NULL)
		return false;
	text = decode_string(json_root(doc), "content");
	ok = json_is(json_member(json_root(doc), "encoding"), "base64") &&
	    base64_add_decoded(contents, text);
	free(text);
	json_free(doc);
	if (!ok)
		buf_adds(why, "JSON without a file's \"content\" in Base64");
	return ok;
}

/* "errors": strings, or objects with a message or resource, field and code. */
static void
add_error_detail(struct buf *out, struct json j)
{
	static const char *parts[] = { "resource", "field", "code" };
	struct json part;
	bool first = true;
	size_t i;

	if (json_string(j, out) || json_string(json_member(j, "message"), out))
		return;
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		part = json_member(j, parts[i]);
		if (json_type(part) != JSON_STRING)
			continue;
		if (!first)
			buf_addc(out, ' ');
		json_string(part, out);
		first = false;
	}
}

void
decode_error(const char *body, size_t len, struct buf *message,
    struct buf *documentation_url)
{
	struct json_doc *doc;
	struct json_error e;
	struct json errors, j;
	const char *separator = " (";

	doc = json_parse(body, len, JSON_LENIENT_TEXT, &e);
	if (doc == NULL)
		return;
	json_string(json_member(json_root(doc), "message"), message);
	json_string(json_member(json_root(doc), "documentation_url"),
	    documentation_url);
	errors = json_member(json_root(doc), "errors");
	for (j = json_first(errors);
	     json_type(errors) == JSON_ARRAY && json_type(j) != JSON_ABSENT;
	     j = json_next(j)) {
		buf_adds(message, separator);
		add_error_detail(message, j);
		separator = ", ";
	}
	if (*separator == ',')
		buf_addc(message, ')');
	json_free(doc);
}

void
repo_wipe(struct repo *r)
{
	free(r->default_branch);
	memset(r, 0, sizeof *r);
}

void
workflow_wipe(struct workflow *w)
{
	free(w->path);
	free(w->state);
	memset(w, 0, sizeof *w);
}

void
run_wipe(struct run *run)
{
	free(run->name);
	free(run->display_title);
	free(run->event);
	free(run->status);
	free(run->conclusion);
	free(run->head_branch);
	free(run->path);
	free(run->html_url);
	memset(run, 0, sizeof *run);
}

void
run_list_wipe(struct run_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		run_wipe(&list->runs[i]);
	free(list->runs);
	memset(list, 0, sizeof *list);
}

void
job_list_wipe(struct job_list *list)
{
	size_t i, n;

	for (i = 0; i < list->count; i++) {
		for (n = 0; n < list->jobs[i].step_count; n++) {
			free(list->jobs[i].steps[n].name);
			free(list->jobs[i].steps[n].conclusion);
		}
		free(list->jobs[i].steps);
		free(list->jobs[i].name);
		free(list->jobs[i].status);
		free(list->jobs[i].conclusion);
		free(list->jobs[i].html_url);
	}
	free(list->jobs);
	memset(list, 0, sizeof *list);
}
