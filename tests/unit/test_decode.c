/* SPDX-License-Identifier: ISC */
/*
 * GitHub's answers to structs: members that are null, missing, of another type
 * or out of range are left empty, and nothing else suffers from them.
 */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "github/decode.h"

#define MOST 100 /* elements of a page */

static struct buf why;

static int
set_up(void **state)
{
	(void)state;
	buf_init(&why, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_free(&why);
	return 0;
}

/* The text without a NUL behind it, so that no byte beyond is read. */
static bool
runs(const char *json, struct run_list *list)
{
	char *text = exact_copy(json, strlen(json));
	bool good = decode_run_list(text, strlen(json), MOST, list, &why);

	free(text);
	return good;
}

static bool
jobs(const char *json, struct job_list *list)
{
	char *text = exact_copy(json, strlen(json));
	bool good = decode_job_list(text, strlen(json), MOST, list, &why);

	free(text);
	return good;
}

static bool
details(const char *json, struct found_run *d)
{
	char *text = exact_copy(json, strlen(json));
	bool good = decode_dispatch(text, strlen(json), d, &why);

	free(text);
	return good;
}

/* A run as GitHub sends it, shortened, members we do not know included. */
static void
test_run(void **state)
{
	static const char json[] =
	    "{\"total_count\":2,\"workflow_runs\":[{\"id\":17654321098,"
	    "\"name\":\"Deploy\",\"node_id\":\"WFR_kw\",\"head_branch\":"
	    "\"main\",\"path\":\".github/workflows/deploy.yml@main\","
	    "\"display_title\":\"Deploy \\u005b7f0c\\u005d \\ud83d\\ude80\","
	    "\"run_number\":106,\"run_attempt\":3,"
	    "\"event\":\"workflow_dispatch\",\"status\":"
	    "\"queued\",\"conclusion\":null,\"workflow_id\":159038,\"url\":"
	    "\"https://api.github.com/repos/o/r/actions/runs/17654321098\","
	    "\"html_url\":\"https://github.com/o/r/actions/runs/"
	    "17654321098\",\"pull_requests\":[],\"created_at\":"
	    "\"2024-02-13T20:55:46Z\",\"actor\":{\"login\":\"octocat\","
	    "\"id\":1,\"html_url\":\"https://evil.example/\"},"
	    "\"head_commit\":null,\"repository\":{\"id\":1296269,\"name\":"
	    "\"Hello-World\",\"workflow_runs\":[]}},\n"
	    "{\"id\":17654321097,\"name\":null}]}";
	struct run_list list;

	(void)state;
	assert_true(runs(json, &list));
	assert_int_equal(why.len, 0);
	assert_int_equal(list.count, 2);
	assert_true(list.total == 2);
	assert_true(list.runs[0].id == UINT64_C(17654321098));
	assert_true(list.runs[0].workflow_id == 159038);
	assert_true(list.runs[0].created_at == 1707857746);
	assert_string_equal(list.runs[0].name, "Deploy");
	assert_string_equal(
	    list.runs[0].display_title, "Deploy [7f0c] \xf0\x9f\x9a\x80");
	assert_string_equal(list.runs[0].event, "workflow_dispatch");
	assert_string_equal(list.runs[0].status, "queued");
	assert_string_equal(list.runs[0].conclusion, "");
	assert_string_equal(list.runs[0].head_branch, "main");
	assert_true(list.runs[0].attempt == 3);
	assert_true(list.runs[1].attempt == 0);
	assert_string_equal(list.runs[1].conclusion, "");
	assert_string_equal(list.runs[1].head_branch, "");
	assert_string_equal(
	    list.runs[0].path, ".github/workflows/deploy.yml@main");
	assert_string_equal(list.runs[0].html_url,
	    "https://github.com/o/r/actions/runs/17654321098");
	assert_true(list.runs[1].id == UINT64_C(17654321097));
	assert_string_equal(list.runs[1].name, "");
	run_list_wipe(&list);
	assert_null(list.runs);
	assert_int_equal(list.count, 0);
	run_list_wipe(&list);
}

static bool
one_run(const char *json, struct run *run)
{
	char *text = exact_copy(json, strlen(json));
	bool good;

	buf_clear(&why);
	good = decode_run(text, strlen(json), run, &why);
	free(text);
	return good;
}

/* A run by itself: what a wait needs is its number and its status. */
static void
test_one_run(void **state)
{
	static const char *const unfit[] = { "", "null", "[]", "1", "\"x\"",
		"{}", "{\"status\":\"queued\"}",
		"{\"id\":0,\"status\":\"queued\"}",
		"{\"id\":\"5\",\"status\":\"queued\"}",
		"[{\"id\":5,\"status\":\"queued\"}]",
		"{\"id\":5,\"status\":\"queued\"", "<html>503</html>",
		"{\"message\":\"Not Found\"}" };
	static const char *const untold[] = { "{\"id\":5}",
		"{\"id\":5,\"status\":null}", "{\"id\":5,\"status\":\"\"}",
		"{\"id\":5,\"status\":[\"queued\"]}" };
	struct run run;
	size_t i;

	(void)state;
	assert_true(one_run(
	    "{\"id\":17654321098,\"name\":\"Deploy\","
	    "\"head_branch\":\"main\",\"run_attempt\":2,\"status\":"
	    "\"completed\",\"conclusion\":\"timed_out\",\"display_title\":"
	    "\"T\",\"html_url\":\"https://h/o/r/actions/runs/17654321098\","
	    "\"jobs\":[],\"repository\":{\"id\":1}}",
	    &run));
	assert_int_equal(why.len, 0);
	assert_true(run.id == UINT64_C(17654321098));
	assert_true(run.attempt == 2);
	assert_string_equal(run.status, "completed");
	assert_string_equal(run.conclusion, "timed_out");
	assert_string_equal(run.display_title, "T");
	assert_string_equal(
	    run.html_url, "https://h/o/r/actions/runs/17654321098");
	run_wipe(&run);
	assert_null(run.status);
	run_wipe(&run);
	assert_true(one_run("{\"status\":\"a_new_one\",\"id\":5}", &run));
	assert_string_equal(run.conclusion, "");
	assert_string_equal(run.html_url, "");
	run_wipe(&run);
	/* A status may be null by GitHub's own schema. */
	for (i = 0; i < COUNT(untold); i++) {
		check(one_run(untold[i], &run), "%s", untold[i]);
		assert_string_equal(run.status, "");
		run_wipe(&run);
	}
	for (i = 0; i < COUNT(unfit); i++) {
		check(!one_run(unfit[i], &run), "%s", unfit[i]);
		check(why.len > 0, "%s", unfit[i]);
		check(run.status == NULL && run.id == 0, "%s", unfit[i]);
	}
}

/* Every member missing, null, or of another type. */
static void
test_run_members(void **state)
{
	static const char *const members[] = { "id", "workflow_id",
		"created_at", "name", "display_title", "event", "status",
		"path", "html_url", "conclusion", "head_branch",
		"run_attempt" };
	static const char *const values[] = { "null", "true", "false", "[]",
		"{}", "[\"x\"]", "{\"id\":1}", "-1", "1.5", "\"\"", NULL };
	struct run_list list;
	const struct run *r;
	char json[256];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(members); i++)
		for (k = 0; k < COUNT(values); k++) {
			if (values[k] == NULL)
				snprintf(json, sizeof json,
				    "{\"workflow_runs\":[{},{\"id\":9}]}");
			else
				snprintf(json, sizeof json,
				    "{\"workflow_runs\":[{\"%s\":%s},"
				    "{\"id\":9}]}",
				    members[i], values[k]);
			check(runs(json, &list), "%s", json);
			check(list.count == 2 && list.total == 0, "%s", json);
			check(list.runs[1].id == 9, "%s", json);
			r = &list.runs[0];
			check(r->id == 0 && r->workflow_id == 0 &&
				r->attempt == 0,
			    "%s", json);
			check(r->created_at == -1, "%s", json);
			check(*r->name == '\0' && *r->display_title == '\0' &&
				*r->event == '\0' && *r->status == '\0' &&
				*r->path == '\0' && *r->html_url == '\0' &&
				*r->conclusion == '\0' &&
				*r->head_branch == '\0',
			    "%s", json);
			run_list_wipe(&list);
		}
}

/* Elements that are no objects are runs without anything. */
static void
test_run_elements(void **state)
{
	struct run_list list;
	size_t i;

	(void)state;
	assert_true(runs("{\"workflow_runs\":[null,1,\"id\",true,[],[[1]],"
			 "{},{\"id\":{\"id\":7}},{\"id\":7}]}",
	    &list));
	assert_int_equal(list.count, 9);
	for (i = 0; i < 8; i++)
		assert_true(list.runs[i].id == 0);
	assert_true(list.runs[8].id == 7);
	run_list_wipe(&list);
}

static void
test_ids(void **state)
{
	static const struct {
		const char *text;
		uint64_t id;
	} cases[] = {
		{ "1", 1 },
		{ "0", 0 },
		{ "-0", 0 },
		{ "-1", 0 },
		{ "1.0", 0 },
		{ "1e3", 0 },
		{ "1E0", 0 },
		{ "4294967296", UINT64_C(4294967296) },
		{ "9007199254740993", UINT64_C(9007199254740993) },
		{ "9223372036854775807", UINT64_C(9223372036854775807) },
		{ "9223372036854775808", 0 },
		{ "18446744073709551615", 0 },
		{ "18446744073709551616", 0 },
		{ "18446744073709551617", 0 },
		{ "123456789012345678901234567890", 0 },
		{ "\"17\"", 0 },
		{ "[17]", 0 },
		{ "{\"id\":17}", 0 },
		{ "true", 0 },
		{ "null", 0 },
	};
	struct found_run d;
	struct run_list list;
	char json[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(json, sizeof json, "{\"workflow_run_id\": %s}",
		    cases[i].text);
		check(details(json, &d), "%s", json);
		check(d.id == cases[i].id, "%s: %" PRIu64, json, d.id);
		assert_string_equal(d.url, "");
		found_run_wipe(&d);
		snprintf(json, sizeof json,
		    "{\"workflow_runs\":[{\"id\":%s,\"workflow_id\":%s}]}",
		    cases[i].text, cases[i].text);
		check(runs(json, &list), "%s", json);
		check(list.runs[0].id == cases[i].id, "%s", json);
		check(list.runs[0].workflow_id == cases[i].id, "%s", json);
		run_list_wipe(&list);
	}
}

static void
test_totals(void **state)
{
	static const struct {
		const char *text;
		uint64_t total;
	} cases[] = {
		{ "0", 0 },
		{ "20", 20 },
		{ "-1", 0 },
		{ "1.0", 0 },
		{ "\"20\"", 0 },
		{ "null", 0 },
		{ "[]", 0 },
		{ "18446744073709551616", 0 },
	};
	struct run_list r;
	struct job_list j;
	char json[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(json, sizeof json,
		    "{\"workflow_runs\":[],\"total_count\":%s}", cases[i].text);
		check(runs(json, &r), "%s", json);
		check(r.count == 0 && r.total == cases[i].total, "%s", json);
		run_list_wipe(&r);
		snprintf(json, sizeof json, "{\"total_count\":%s,\"jobs\":[]}",
		    cases[i].text);
		check(jobs(json, &j), "%s", json);
		check(j.count == 0 && j.total == cases[i].total, "%s", json);
		job_list_wipe(&j);
	}
}

/* Bodies that are no list: refused with a reason, nothing filled. */
static void
test_unfit_lists(void **state)
{
	static const char *const bodies[] = { "", " ", "null", "[]", "1",
		"\"workflow_runs\"", "{}", "{\"workflow_runs\":null}",
		"{\"workflow_runs\":{}}", "{\"workflow_runs\":\"[]\"}",
		"{\"Workflow_runs\":[]}", "{\"jobs\":{\"jobs\":[]}}",
		"{\"workflow_runs\":[}", "{\"workflow_runs\":[]",
		"{\"workflow_runs\":[],}", "{\"workflow_runs\":[]}}",
		"<html><body><h1>503 Service Unavailable</h1></body></html>",
		"{\"message\":\"Not Found\"}", "{\"x\":{\"workflow_runs\":[]}}",
		"[{\"workflow_runs\":[]}]" };
	struct run_list r;
	struct job_list j;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++) {
		buf_clear(&why);
		check(!runs(bodies[i], &r), "%s", bodies[i]);
		check(why.len > 0, "%s", bodies[i]);
		check(r.runs == NULL && r.count == 0, "%s", bodies[i]);
		buf_clear(&why);
		check(!jobs(bodies[i], &j), "%s", bodies[i]);
		check(why.len > 0, "%s", bodies[i]);
		check(j.jobs == NULL && j.count == 0, "%s", bodies[i]);
	}
	buf_clear(&why);
	assert_false(runs("{\"workflow_runs\":\n 12a}", &r));
	assert_non_null(strstr(buf_str(&why), "line 2"));
	buf_clear(&why);
	assert_false(jobs("{}", &j));
	assert_non_null(strstr(buf_str(&why), "\"jobs\""));
}

/* The first of two members of a name counts; names are unescaped. */
static void
test_names(void **state)
{
	struct run_list list;

	(void)state;
	assert_true(
	    runs("{\"workflow_\\u0072uns\":[{\"\\u0069d\":5}]}", &list));
	assert_int_equal(list.count, 1);
	assert_true(list.runs[0].id == 5);
	run_list_wipe(&list);
}

/* Whatever a string holds, it becomes UTF-8 text without a NUL. */
static void
test_strings(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{ "\\n\\t\\r\\b\\f\\/\\\\\\\"", "\n\t\r\b\f/\\\"" },
		{ "caf\\u00e9 caf\xc3\xa9", "caf\xc3\xa9 caf\xc3\xa9" },
		{ "\\ud83d\\ude80\xf0\x9f\x9a\x80",
		    "\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80" },
		{ "\\ud83d", "\xef\xbf\xbd" },
		{ "\\ude80 x", "\xef\xbf\xbd x" },
		{ "a\\u0000b", "a?b" },
		{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "##[error]x", "##[error]x" },
		{ "", "" },
	};
	struct run_list list;
	char json[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(json, sizeof json,
		    "{\"workflow_runs\":[{\"display_title\":\"%s\"}]}",
		    cases[i].json);
		check(runs(json, &list), "%s: %s", json, buf_str(&why));
		check(strcmp(list.runs[0].display_title, cases[i].text) == 0,
		    "case %zu: %s", i, list.runs[0].display_title);
		run_list_wipe(&list);
	}
}

static void
test_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "2024-02-13T20:55:46Z", 1707857746 },
		{ "2024-02-13T20:55:46.123Z", 1707857746 },
		{ "2024-02-13T12:55:46.000-08:00", 1707857746 },
		{ "0001-01-01T00:00:00Z", -1 },
		{ "2024-02-13", -1 },
		{ "", -1 },
		{ "now", -1 },
		{ "1707857746", -1 },
	};
	struct run_list list;
	char json[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(json, sizeof json,
		    "{\"workflow_runs\":[{\"created_at\":\"%s\"}]}",
		    cases[i].text);
		assert_true(runs(json, &list));
		check(list.runs[0].created_at == cases[i].seconds,
		    "%s: %" PRId64, cases[i].text, list.runs[0].created_at);
		run_list_wipe(&list);
	}
}

/* Jobs in their stages, and what else "steps" may be. */
static void
test_jobs(void **state)
{
	static const char json[] =
	    "{\"total_count\":5,\"jobs\":[{\"id\":48,\"name\":\"build\","
	    "\"run_attempt\":3,"
	    "\"status\":\"completed\",\"conclusion\":\"success\","
	    "\"html_url\":\"https://github.com/o/r/actions/runs/5/job/48\","
	    "\"started_at\":\"2020-01-20T17:42:40Z\","
	    "\"completed_at\":\"2020-01-20T17:44:39Z\",\"steps\":[{"
	    "\"name\":\"Set up job\",\"status\":\"completed\",\"number\":1,"
	    "\"conclusion\":\"failure\","
	    "\"started_at\":\"2020-01-20T09:42:40.000-08:00\"},{\"name\":"
	    "\"Run echo \\\"7f0c\\\"\",\"conclusion\":null},{\"name\":null},"
	    "{},{\"name\":7},null,\"Complete job\"]},{\"name\":\"queued\","
	    "\"status\":\"queued\",\"steps\":[]},{\"name\":\"old\","
	    "\"status\":\"waiting\"},{\"name\":\"null\",\"steps\":null},"
	    "{\"name\":null,\"status\":null,\"steps\":[{\"name\":"
	    "\"caller / \xf0\x9f\x9a\x80\"}]}]}";
	struct job_list list;
	size_t i;

	(void)state;
	assert_true(jobs(json, &list));
	assert_int_equal(list.count, 5);
	assert_true(list.total == 5);
	assert_string_equal(list.jobs[0].name, "build");
	assert_true(list.jobs[0].id == 48);
	assert_true(list.jobs[0].attempt == 3);
	assert_true(list.jobs[1].attempt == 0);
	assert_string_equal(list.jobs[0].status, "completed");
	assert_string_equal(list.jobs[0].conclusion, "success");
	assert_string_equal(list.jobs[0].html_url,
	    "https://github.com/o/r/actions/runs/5/job/48");
	assert_true(list.jobs[0].started_at == 1579542160);
	assert_true(list.jobs[0].completed_at == 1579542279);
	assert_string_equal(list.jobs[0].steps[0].conclusion, "failure");
	for (i = 1; i < 7; i++)
		assert_string_equal(list.jobs[0].steps[i].conclusion, "");
	for (i = 1; i < 5; i++) {
		assert_true(list.jobs[i].id == 0);
		assert_string_equal(list.jobs[i].conclusion, "");
		assert_string_equal(list.jobs[i].html_url, "");
		assert_true(list.jobs[i].started_at == -1);
		assert_true(list.jobs[i].completed_at == -1);
	}
	assert_int_equal(list.jobs[0].step_count, 7);
	assert_string_equal(list.jobs[0].steps[0].name, "Set up job");
	assert_string_equal(list.jobs[0].steps[1].name, "Run echo \"7f0c\"");
	assert_string_equal(list.jobs[0].steps[2].name, "");
	assert_string_equal(list.jobs[0].steps[3].name, "");
	assert_string_equal(list.jobs[0].steps[4].name, "");
	assert_string_equal(list.jobs[0].steps[5].name, "");
	assert_string_equal(list.jobs[0].steps[6].name, "");
	assert_string_equal(list.jobs[1].status, "queued");
	assert_int_equal(list.jobs[1].step_count, 0);
	assert_int_equal(list.jobs[2].step_count, 0);
	assert_int_equal(list.jobs[3].step_count, 0);
	assert_string_equal(list.jobs[3].status, "");
	assert_string_equal(list.jobs[4].name, "");
	assert_string_equal(
	    list.jobs[4].steps[0].name, "caller / \xf0\x9f\x9a\x80");
	job_list_wipe(&list);
	assert_null(list.jobs);
	job_list_wipe(&list);
}

/* "steps" of another type are no steps: the job is not known to the end. */
static void
test_odd_steps(void **state)
{
	static const char *const values[] = { "{}", "{\"a\":1,\"b\":2}", "1",
		"\"x\"", "true", "{\"name\":\"x\",\"steps\":[{},{}]}" };
	struct job_list list;
	char json[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++) {
		snprintf(json, sizeof json, "{\"jobs\":[{\"steps\":%s},1]}",
		    values[i]);
		check(jobs(json, &list), "%s", json);
		check(list.count == 2, "%s", json);
		check(list.jobs[0].step_count == 0, "%s", json);
		check(list.jobs[1].step_count == 0, "%s", json);
		job_list_wipe(&list);
	}
}

/* Members that occur twice: no ID, no verdict, no list is chosen. */
static void
test_ambiguous(void **state)
{
	static const char two[] =
	    "{\"id\":1,\"status\":\"completed\","
	    "\"conclusion\":\"failure\",\"conclusion\":\"success\"}";
	static const char ids[] = "{\"id\":1,\"id\":2,\"status\":"
				  "\"queued\"}";
	static const char states[] = "{\"id\":1,\"status\":\"queued\","
				     "\"status\":\"completed\"}";
	struct job_list job_list;
	struct run_list list;
	struct run run;

	(void)state;
	assert_false(decode_run(LIT(ids), &run, &why));
	assert_true(decode_run(LIT(states), &run, &why));
	assert_string_equal(run.status, "");
	run_wipe(&run);
	assert_true(decode_run(LIT(two), &run, &why));
	assert_string_equal(run.conclusion, "");
	run_wipe(&run);
	assert_true(runs("{\"workflow_runs\":[{\"id\":1,\"id\":2}]}", &list));
	assert_true(list.runs[0].id == 0);
	run_list_wipe(&list);
	assert_false(
	    runs("{\"workflow_runs\":[],\"workflow_runs\":[]}", &list));
	assert_true(
	    jobs("{\"jobs\":[{\"id\":1,\"name\":\"a\",\"name\":"
		 "\"b\",\"conclusion\":\"failure\",\"conclusion\":\"success\""
		 "}]}",
		&job_list));
	assert_string_equal(job_list.jobs[0].name, "");
	assert_string_equal(job_list.jobs[0].conclusion, "");
	job_list_wipe(&job_list);
}

static void
test_dispatch(void **state)
{
	static const struct {
		const char *json;
		bool good;
		uint64_t id;
		const char *url;
	} cases[] = {
		{ "{\"workflow_run_id\":17654321098,\"run_url\":\"https://"
		  "api.github.com/repos/o/r/actions/runs/17654321098\","
		  "\"html_url\":\"https://github.com/o/r/actions/runs/"
		  "17654321098\"}",
		    true, UINT64_C(17654321098),
		    "https://github.com/o/r/actions/runs/17654321098" },
		{ "{\"workflow_run_id\":1}", true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":null}", true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":7}", true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":\"\"}", true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":\"javascript:x\"}", true,
		    1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":\"https://x/$(id)\"}",
		    true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":\"https://x/\\n\"}",
		    true, 1, "" },
		{ "{\"workflow_run_id\":1,\"html_url\":\"https:\\/\\/x\\/y\"}",
		    true, 1, "https://x/y" },
		{ "{\"html_url\":\"https://github.com/x\"}", true, 0,
		    "https://github.com/x" },
		{ "{}", true, 0, "" },
		{ "[]", true, 0, "" },
		{ "null", true, 0, "" },
		{ "[{\"workflow_run_id\":1}]", true, 0, "" },
		{ "{\"run\":{\"workflow_run_id\":1}}", true, 0, "" },
		{ "", false, 0, NULL },
		{ "ok", false, 0, NULL },
		{ "{\"workflow_run_id\":1", false, 0, NULL },
		{ "{\"workflow_run_id\":1}{", false, 0, NULL },
		{ "{\"workflow_run_id\":01}", false, 0, NULL },
		{ "{\"workflow_run_id\":+1}", false, 0, NULL },
		{ "{workflow_run_id:1}", false, 0, NULL },
		/* Two are none. */
		{ "{\"workflow_run_id\":666,\"workflow_run_id\":17654321098}",
		    false, 0, NULL },
		{ "{\"workflow_run_id\":1,\"workflow_run_id\":1}", false, 0,
		    NULL },
		{ "{\"workflow_run_id\":1,\"workflow_run_\\u0069d\":null}",
		    false, 0, NULL },
		{ "{\"html_url\":\"https://x/1\",\"workflow_run_id\":1,"
		  "\"html_url\":\"https://x/2\"}",
		    false, 0, NULL },
		{ "{\"run_url\":1,\"workflow_run_id\":1,\"run_url\":2}", false,
		    0, NULL },
		{ "{\"other\":1,\"workflow_run_id\":1,\"other\":2}", true, 1,
		    "" },
	};
	struct found_run d;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_clear(&why);
		check(details(cases[i].json, &d) == cases[i].good, "%s",
		    cases[i].json);
		check((why.len == 0) == cases[i].good, "%s", cases[i].json);
		check(d.id == cases[i].id, "%s", cases[i].json);
		check(cases[i].url == NULL ? d.url == NULL
					   : strcmp(d.url, cases[i].url) == 0,
		    "%s: %s", cases[i].json, d.url);
		found_run_wipe(&d);
		assert_null(d.url);
		found_run_wipe(&d);
	}
}

static void
test_fit_url(void **state)
{
	static const struct {
		const char *url;
		bool fit;
	} cases[] = {
		{ "https://github.com/octo-org/octo-repo/actions/runs/1",
		    true },
		{ "http://127.0.0.1:8080/o/r/actions/runs/1", true },
		{ "https://ghe.example.com:8443/o/r_x/actions/runs/1", true },
		{ "https://[2001:db8::1]/o/r/actions/runs/1", true },
		{ "https://github.com/o/r.s/actions/runs/1%20", true },
		{ "https://x", true },
		{ "", false },
		{ "/", false },
		{ "x", false },
		{ "github.com/o/r", false },
		{ "//github.com/o/r", false },
		{ "/o/r/actions/runs/1", false },
		{ "https://", false },
		{ "http://", false },
		{ "https:///x", false },
		{ "https:/x", false },
		{ "https:github.com", false },
		{ "ftp://github.com/x", false },
		{ "javascript:alert(1)", false },
		{ "javascript://x/%0aalert(1)", false },
		{ "data:text/html,x", false },
		{ "file:///etc/passwd", false },
		{ " https://x/", false },
		{ "https://x/ ", false },
		{ "https://x/a b", false },
		{ "https://x/\ta", false },
		{ "https://x/\n", false },
		{ "https://x/\r", false },
		{ "https://x/\x1b[31m", false },
		{ "https://x/\x7f", false },
		{ "https://x/\x01", false },
		{ "https://x/\"", false },
		{ "https://x/'", false },
		{ "https://x/`id`", false },
		{ "https://x/$(id)", false },
		{ "https://x/${x}", false },
		{ "https://x/;id", false },
		{ "https://x/&", false },
		{ "https://x/|", false },
		{ "https://x/<", false },
		{ "https://x/>", false },
		{ "https://x/\\", false },
		{ "https://x/!", false },
		{ "https://x/*", false },
		{ "https://x/(", false },
		{ "https://x/)", false },
		{ "https://x/{a,b}", false },
		{ "https://x/^", false },
		{ "https://x/#", false },
		{ "https://x/\xc3\xa9", false },
		{ "https://x/\xff", false },
		{ "https://x/\xe2\x80\xae", false },
	};
	char *url;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		url = exact_copy(cases[i].url, strlen(cases[i].url) + 1);
		check(decode_is_fit_url(url) == cases[i].fit, "%s", url);
		free(url);
	}
	/* Too long to be one. */
	url = malloc(100001);
	memset(url, 'a', 100000);
	url[100000] = '\0';
	memcpy(url, "https://", 8);
	assert_false(decode_is_fit_url(url));
	free(url);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *json, *message;
	} cases[] = {
		{ "{\"message\":\"Not Found\",\"documentation_url\":"
		  "\"https://docs.github.com/rest\",\"status\":\"404\"}",
		    "Not Found" },
		{ "{\"message\":\"Unexpected inputs provided: "
		  "[\\\"foo\\\"]\"}",
		    "Unexpected inputs provided: [\"foo\"]" },
		{ "{\"message\":\"Invalid request.\\n\\n\\\"x\\\" is not a "
		  "permitted key.\"}",
		    "Invalid request.\n\n\"x\" is not a permitted key." },
		{ "{\"message\":\"Validation Failed\",\"errors\":[{"
		  "\"resource\":\"Issue\",\"field\":\"title\",\"code\":"
		  "\"missing_field\"}]}",
		    "Validation Failed (Issue title missing_field)" },
		{ "{\"message\":\"Validation Failed\",\"errors\":[{"
		  "\"resource\":\"Issue\",\"code\":\"custom\",\"message\":"
		  "\"no such ref\"},\"and this\"]}",
		    "Validation Failed (no such ref, and this)" },
		{ "{\"message\":\"M\",\"errors\":[\"a\",\"b\"]}", "M (a, b)" },
		{ "{\"message\":\"M\",\"errors\":[{\"code\":\"c\","
		  "\"field\":3}]}",
		    "M (c)" },
		{ "{\"message\":\"M\",\"errors\":[]}", "M" },
		{ "{\"message\":\"M\",\"errors\":null}", "M" },
		{ "{\"message\":\"M\",\"errors\":\"x\"}", "M" },
		{ "{\"message\":\"M\",\"errors\":{\"a\":\"b\"}}", "M" },
		{ "{\"message\":\"M \\ud83d\\ude80\"}", "M \xf0\x9f\x9a\x80" },
		{ "{\"message\":null}", "" },
		{ "{\"message\":1}", "" },
		{ "{\"message\":{\"message\":\"x\"}}", "" },
		{ "{}", "" },
		{ "[]", "" },
		{ "\"message\"", "" },
		{ "", "" },
		{ "{\"message\":\"x\"", "" },
		{ "<html>Request forbidden by administrative rules.</html>",
		    "" },
	};
	struct buf message, url;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&message, BUF_TEXT_MAX);
		buf_init(&url, BUF_TEXT_MAX);
		text = exact_copy(cases[i].json, strlen(cases[i].json));
		decode_error(text, strlen(cases[i].json), &message, &url);
		check(strcmp(buf_str(&message), cases[i].message) == 0,
		    "%s: %s", cases[i].json, buf_str(&message));
		check(strcmp(buf_str(&url),
			  i == 0 ? "https://docs.github.com/rest" : "") == 0,
		    "%s: %s", cases[i].json, buf_str(&url));
		free(text);
		buf_free(&message);
		buf_free(&url);
	}
}

/* Cut anywhere, a good list is refused, and nothing leaks. */
static void
test_cut(void **state)
{
	static const char r[] =
	    "{\"total_count\":1,\"workflow_runs\":[{"
	    "\"id\":1,\"name\":\"a\\u00e9\",\"html_url\":\"https://x/y\"}]}";
	static const char j[] = "{\"jobs\":[{\"name\":\"a\",\"steps\":[{"
				"\"name\":\"b\"},{\"name\":\"c\"}]}]}";
	struct run_list run_list;
	struct job_list job_list;
	char text[128];
	size_t n;

	(void)state;
	for (n = 0; n < sizeof r - 1; n++) {
		memcpy(text, r, n);
		text[n] = '\0';
		check(!runs(text, &run_list), "%s", text);
	}
	for (n = 0; n < sizeof j - 1; n++) {
		memcpy(text, j, n);
		text[n] = '\0';
		check(!jobs(text, &job_list), "%s", text);
	}
	assert_true(runs(r, &run_list));
	run_list_wipe(&run_list);
	assert_true(jobs(j, &job_list));
	job_list_wipe(&job_list);
}

/* A hundred runs with large members beside. */
static void
test_large(void **state)
{
	struct run_list list;
	struct buf b;
	size_t i, k;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "{\"total_count\":5000,\"workflow_runs\":[");
	for (i = 0; i < 100; i++) {
		buf_addf(&b, "%s{\"repository\":{", i > 0 ? "," : "");
		for (k = 0; k < 200; k++)
			buf_addf(&b,
			    "\"url_%zu\":\"https://api.github.com/"
			    "repos/octo-org/octo-repo\",",
			    k);
		buf_addf(&b, "\"id\":1},\"id\":%zu,\"name\":\"run %zu\"}",
		    1000 - i, i);
	}
	buf_adds(&b, "]}");
	assert_true(b.len > 1000000);
	assert_true(decode_run_list(b.data, b.len, MOST, &list, &why));
	assert_int_equal(list.count, 100);
	for (i = 0; i < 100; i++)
		assert_true(list.runs[i].id == 1000 - i);
	assert_string_equal(list.runs[99].name, "run 99");
	run_list_wipe(&list);
	buf_free(&b);
}

/* No more than was asked for. */
static void
test_too_many(void **state)
{
	struct run_list list;
	struct buf b;
	size_t n, i;

	(void)state;
	for (n = MOST; n <= MOST + 1; n++) {
		buf_init(&b, BUF_TEXT_MAX);
		buf_adds(&b, "{\"workflow_runs\":[");
		for (i = 0; i < n; i++)
			buf_adds(&b, i > 0 ? ",{}" : "{}");
		buf_adds(&b, "]}");
		assert_int_equal(
		    decode_run_list(b.data, b.len, MOST, &list, &why),
		    n == MOST);
		assert_int_equal(list.count, n == MOST ? n : 0);
		run_list_wipe(&list);
		buf_free(&b);
	}
	assert_non_null(strstr(buf_str(&why), "101 \"workflow_runs\""));
}

/* RFC 4648, 10, and what is no Base64. */
static void
test_base64(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" },
		{ "Zm9vYmE=", "fooba" },
		{ "Zm9v\\nYmFy\\n", "foobar" },
		{ "/+8=", "\xff\xef" },
		{ "Zm 9v", NULL },
		{ "Zm-v", NULL },
	};
	struct buf json, file;
	size_t i;
	bool good;

	(void)state;
	buf_init(&json, BUF_TEXT_MAX);
	buf_init(&file, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(vectors); i++) {
		buf_clear(&json);
		buf_clear(&file);
		buf_addf(&json, "{\"encoding\":\"base64\",\"content\":\"%s\"}",
		    vectors[i][0]);
		good = decode_file(buf_str(&json), json.len, &file, &why);
		assert_int_equal(good, vectors[i][1] != NULL);
		if (good)
			assert_string_equal(buf_str(&file), vectors[i][1]);
	}
	buf_free(&json);
	buf_free(&file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_run),
		TEST(test_one_run),
		TEST(test_run_members),
		TEST(test_run_elements),
		TEST(test_ids),
		TEST(test_totals),
		TEST(test_unfit_lists),
		TEST(test_names),
		TEST(test_strings),
		TEST(test_dates),
		TEST(test_jobs),
		TEST(test_odd_steps),
		TEST(test_ambiguous),
		TEST(test_dispatch),
		TEST(test_fit_url),
		TEST(test_base64),
		TEST(test_errors),
		TEST(test_cut),
		TEST(test_large),
		TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
