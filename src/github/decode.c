#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "github/decode.h"
#include "json/json.h"

#define ID_MAX	((uint64_t)INT64_MAX)	/* GitHub: int64 */

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

/* The member as a string of its own; "" if it is not one. */
static char *
take_string(struct json object, const char *name)
{
	char *s = json_strdup(json_member(object, name));

	return s != NULL ? s : xstrdup("");
}

static char *
take_url(struct json object, const char *name)
{
	char *s = take_string(object, name);

	if (!decode_is_fit_url(s))
		*s = '\0';
	return s;
}

/* An id: positive, and what fits GitHub's own type; 0 otherwise. */
static uint64_t
take_id(struct json object, const char *name)
{
	uint64_t id;

	return json_u64(json_member(object, name), &id) && id <= ID_MAX ?
	    id : 0;
}

static struct json_doc *
parse(const char *body, size_t len, struct buf *why)
{
	struct json_error e;
	struct json_doc *doc;

	doc = json_parse(body, len, JSON_LENIENT_TEXT, &e);
	if (doc == NULL)
		buf_addf(why, "not JSON: line %zu, column %zu: expected %s, "
		    "found %s", e.line, e.column, e.expected, e.found);
	return doc;
}

/* The array under that name in the root object. */
static bool
find_array(const struct json_doc *doc, const char *name, struct json *array,
    struct buf *why)
{
	*array = json_member(json_root(doc), name);
	if (json_type(*array) == JSON_ARRAY)
		return true;
	buf_addf(why, "JSON without the array \"%s\"", name);
	return false;
}

static size_t
count_elements(struct json array)
{
	struct json j;
	size_t n = 0;

	for (j = json_first(array); json_type(j) != JSON_ABSENT;
	    j = json_next(j))
		n++;
	return n;
}

static void
decode_run(struct json j, struct run *run)
{
	char *created = take_string(j, "created_at");

	run->id = take_id(j, "id");
	run->workflow_id = take_id(j, "workflow_id");
	if (!date_from_rfc3339(created, &run->created_at))
		run->created_at = -1;
	free(created);
	run->name = take_string(j, "name");
	run->display_title = take_string(j, "display_title");
	run->event = take_string(j, "event");
	run->status = take_string(j, "status");
	run->path = take_string(j, "path");
	run->html_url = take_url(j, "html_url");
}

bool
decode_run_list(const char *body, size_t len, struct run_list *list,
    struct buf *why)
{
	struct json_doc *doc;
	struct json array, j;
	bool ok;

	memset(list, 0, sizeof *list);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	if ((ok = find_array(doc, "workflow_runs", &array, why))) {
		if (!json_u64(json_member(json_root(doc), "total_count"),
		    &list->total))
			list->total = 0;
		list->runs = xcalloc(count_elements(array),
		    sizeof *list->runs);
		for (j = json_first(array); json_type(j) != JSON_ABSENT;
		    j = json_next(j))
			decode_run(j, &list->runs[list->count++]);
	}
	json_free(doc);
	return ok;
}

static void
decode_job(struct json j, struct job *job)
{
	struct json steps = json_member(j, "steps"), step;

	job->name = take_string(j, "name");
	job->status = take_string(j, "status");
	job->steps = xcalloc(count_elements(steps), sizeof *job->steps);
	for (step = json_first(steps); json_type(step) != JSON_ABSENT;
	    step = json_next(step))
		job->steps[job->step_count++] = take_string(step, "name");
}

bool
decode_job_list(const char *body, size_t len, struct job_list *list,
    struct buf *why)
{
	struct json_doc *doc;
	struct json array, j;
	bool ok;

	memset(list, 0, sizeof *list);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	if ((ok = find_array(doc, "jobs", &array, why))) {
		if (!json_u64(json_member(json_root(doc), "total_count"),
		    &list->total))
			list->total = 0;
		list->jobs = xcalloc(count_elements(array),
		    sizeof *list->jobs);
		for (j = json_first(array); json_type(j) != JSON_ABSENT;
		    j = json_next(j))
			decode_job(j, &list->jobs[list->count++]);
	}
	json_free(doc);
	return ok;
}

bool
decode_dispatch(const char *body, size_t len, struct dispatch_details *d,
    struct buf *why)
{
	struct json_doc *doc;
	struct json root;

	memset(d, 0, sizeof *d);
	if ((doc = parse(body, len, why)) == NULL)
		return false;
	root = json_root(doc);
	d->run_id = take_id(root, "workflow_run_id");
	d->html_url = take_url(root, "html_url");
	json_free(doc);
	return true;
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
decode_error(const char *body, size_t len, struct buf *message)
{
	struct json_doc *doc;
	struct json_error e;
	struct json errors, j;
	const char *separator = " (";

	doc = json_parse(body, len, JSON_LENIENT_TEXT, &e);
	if (doc == NULL)
		return;
	json_string(json_member(json_root(doc), "message"), message);
	errors = json_member(json_root(doc), "errors");
	for (j = json_first(errors); json_type(errors) == JSON_ARRAY &&
	    json_type(j) != JSON_ABSENT; j = json_next(j)) {
		buf_adds(message, separator);
		add_error_detail(message, j);
		separator = ", ";
	}
	if (*separator == ',')
		buf_addc(message, ')');
	json_free(doc);
}

void
run_list_wipe(struct run_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		free(list->runs[i].name);
		free(list->runs[i].display_title);
		free(list->runs[i].event);
		free(list->runs[i].status);
		free(list->runs[i].path);
		free(list->runs[i].html_url);
	}
	free(list->runs);
	memset(list, 0, sizeof *list);
}

void
job_list_wipe(struct job_list *list)
{
	size_t i, n;

	for (i = 0; i < list->count; i++) {
		for (n = 0; n < list->jobs[i].step_count; n++)
			free(list->jobs[i].steps[n]);
		free(list->jobs[i].steps);
		free(list->jobs[i].name);
		free(list->jobs[i].status);
	}
	free(list->jobs);
	memset(list, 0, sizeof *list);
}

void
dispatch_details_wipe(struct dispatch_details *d)
{
	free(d->html_url);
	memset(d, 0, sizeof *d);
}
