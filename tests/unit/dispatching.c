/* SPDX-License-Identifier: ISC */
#include "dispatching.h"

#include "base/log.h"

struct github *gh;
struct dispatch_order order;
struct found_run found;
struct fault fault;

int
dispatching_set_up(void **state)
{
	(void)state;
	log_open(LOG_LEVEL_ERROR, false);
	gh = fake_github_new();
	memset(&found, 0, sizeof found);
	memset(&fault, 0, sizeof fault);
	/* As without --distinct-id. */
	order = (struct dispatch_order){
		.workflow = FAKE_WORKFLOW,
		.workflow_path = FAKE_PATH,
		.ref = "main",
		.body = BODY,
		.body_with_id = BODY_WITH_ID,
		.distinct_id = ID,
		.is_unique = true,
		.timeout_ms = TIMEOUT_MS,
		.step_ms = PACE_ADAPTIVE,
	};
	return 0;
}

int
dispatching_tear_down(void **state)
{
	(void)state;
	found_run_wipe(&found);
	fake_github_free(gh);
	return 0;
}

enum status
run(void)
{
	return dispatch_prove(gh, &fake_clock, &order, &found, &fault);
}

void
send_id(bool is_unique)
{
	order.sends_id = true;
	order.is_unique = is_unique;
	order.body = BODY_WITH_ID;
}

size_t
posts(void)
{
	return fake_count(gh, FAKE_POST, 0);
}

size_t
gets(void)
{
	return gh->call_count - posts();
}

void
expect_run(enum found_by by, const char *distinct_id)
{
	assert_true(found.id == OURS);
	assert_string_equal(found.url, fake_url(OURS));
	assert_int_equal(found.by, by);
	assert_string_equal(found.repository, "octo-org/octo-repo");
	assert_string_equal(found.workflow, FAKE_WORKFLOW);
	assert_string_equal(found.ref, "main");
	if (distinct_id == NULL)
		assert_null(found.distinct_id);
	else
		assert_string_equal(found.distinct_id, distinct_id);
}

void
expect_says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

void
expect_fault(enum status status, int exit_code)
{
	check(fault.status == status && status_exit_code(status) == exit_code,
	    "status %d: %s", (int)fault.status, fault.text);
	assert_null(found.url);
	assert_true(found.id == 0);
}

void
again(void **state)
{
	dispatching_tear_down(state);
	dispatching_set_up(state);
}
