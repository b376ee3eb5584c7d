/* SPDX-License-Identifier: ISC */
/*
 * The dispatch of a repository_dispatch event: what comes before it, what its
 * answers lead to, and what is said of it.
 */
#include "dispatching.h"

#define EVENT_BODY                                                   \
	"{\"event_type\":\"deploy\",\"client_payload\":{\"distinct_" \
	"id\":\"" ID "\"}}"

/* A run that the event has started. */
static void
add_ours(uint64_t id, uint64_t workflow_id)
{
	fake_add_run(gh,
	    (struct fake_run){
		.id = id,
		.workflow_id = workflow_id,
		.created_at = 1000,
		.listed_at = 150,
		.title = "Deploy " ID,
		.event = "repository_dispatch",
	    });
}

/* Has the order send an event, whose answer is that. */
static void
send_event(enum dispatch_outcome outcome)
{
	order.event = EVENT_REPOSITORY_DISPATCH;
	order.workflow = order.workflow_path = order.ref = NULL;
	order.body = order.body_with_id = EVENT_BODY;
	order.sends_id = true;
	fake_add_post(gh,
	    (struct fake_post){
		outcome,
		.status = outcome == DISPATCH_ACCEPTED ? STATUS_OK
						       : STATUS_CLOSED,
	    });
}

/* On any server: the newest run, the event, the search; and never again. */
static void
test_found(void **state)
{
	static const enum dispatch_outcome outcomes[] = { DISPATCH_ACCEPTED,
		DISPATCH_UNKNOWN };
	static const struct {
		bool is_ghes;
		enum github_tells tells;
	} servers[] = { { false, GITHUB_TELLS_RUN }, { true, GITHUB_TELLS_RUN },
		{ true, GITHUB_TELLS_NO_RUN }, { true, GITHUB_TELLS_UNKNOWN } };
	size_t i, k;

	for (i = 0; i < COUNT(servers); i++)
		for (k = 0; k < COUNT(outcomes); k++) {
			gh->is_ghes = servers[i].is_ghes;
			gh->tells = servers[i].tells;
			fake_add_run(gh,
			    (struct fake_run){
				.id = OLDER, .created_at = -60000 });
			send_event(outcomes[k]);
			add_ours(OURS, 12);
			check(run() == STATUS_OK, "%s", fault.text);
			assert_true(found.id == OURS);
			assert_int_equal(found.by, FOUND_BY_RUN_NAME);
			assert_string_equal(found.distinct_id, ID);
			assert_string_equal(found.workflow, "deploy.yml");
			assert_string_equal(found.ref, "main");
			assert_int_equal(posts(), 1);
			assert_int_equal(gh->calls[0].kind, FAKE_ALL_RUNS);
			assert_int_equal(gh->calls[1].kind, FAKE_POST);
			assert_string_equal(gh->calls[1].body, EVENT_BODY);
			assert_null(gh->calls[1].workflow);
			assert_true(gh->calls[1].old_version ==
			    (servers[i].tells == GITHUB_TELLS_NO_RUN));
			assert_int_equal(fake_count(gh, FAKE_RUNS, 0), 0);
			again(state);
		}
}

/* Without the newest run, nothing is sent, on github.com either. */
static void
test_no_baseline(void **state)
{
	static const struct {
		enum status status;
		bool lasting;
		int exit_code;
	} rows[] = {
		{ STATUS_FORBIDDEN, true, 3 },
		{ STATUS_NOT_FOUND, false, 3 },
		{ STATUS_SERVER, false, 7 },
		{ STATUS_PROTOCOL, false, 7 },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		gh->tells = GITHUB_TELLS_RUN;
		send_event(DISPATCH_ACCEPTED);
		fake_fail(gh, FAKE_ALL_RUNS, 1, FAKE_ALWAYS, rows[i].status);
		gh->failures[0].lasting = rows[i].lasting;
		run();
		expect_fault(rows[i].status, rows[i].exit_code);
		expect_says("Nothing was dispatched");
		assert_int_equal(posts(), 0);
		again(state);
	}
}

/* Workflow given: its list tells the newest run, and whether it exists. */
static void
test_one_workflow(void **state)
{
	(void)state;
	send_event(DISPATCH_ACCEPTED);
	order.workflow = FAKE_WORKFLOW;
	order.workflow_path = FAKE_PATH;
	add_ours(OURS, 12);
	add_ours(OURS - 1, FAKE_WORKFLOW_ID);
	assert_int_equal(run(), STATUS_OK);
	assert_true(found.id == OURS - 1);
	assert_string_equal(found.workflow, FAKE_WORKFLOW);
	assert_int_equal(gh->calls[0].kind, FAKE_RUNS);
	assert_true(fake_now() < 1500);
}

/* Several workflows, which a random ID proves to be ours after a loss, too. */
static void
test_several(void **state)
{
	static const struct {
		bool is_lost, is_unique;
		int exit_code;
	} rows[] = {
		{ false, true, 5 },
		{ true, true, 5 },
		{ false, false, 5 },
		{ true, false, 4 },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		send_event(
		    rows[i].is_lost ? DISPATCH_UNKNOWN : DISPATCH_ACCEPTED);
		order.is_unique = rows[i].is_unique;
		add_ours(OURS, 12);
		add_ours(OURS + 1, 13);
		run();
		expect_fault(rows[i].exit_code == 5 ? STATUS_UNIDENTIFIED
						    : STATUS_UNKNOWN,
		    rows[i].exit_code);
		expect_says("--workflow");
		expect_says(fake_url(OURS));
		expect_says(fake_url(OURS + 1));
		expect_says(rows[i].exit_code == 5
			? "the event was dispatched"
			: "unknown whether the event");
		assert_int_equal(posts(), 1);
		again(state);
	}
}

/* No run shows the ID: perhaps nobody listens. */
static void
test_nobody_listens(void **state)
{
	int lost;

	for (lost = 0; lost < 2; lost++) {
		send_event(lost ? DISPATCH_UNKNOWN : DISPATCH_ACCEPTED);
		run();
		expect_fault(
		    lost ? STATUS_UNKNOWN : STATUS_UNIDENTIFIED, lost ? 4 : 5);
		expect_says("listen for this event type");
		expect_says("${{ github.event.client_payload.distinct_id }}");
		assert_int_equal(posts(), 1);
		again(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_found),
		TEST(test_no_baseline),
		TEST(test_one_workflow),
		TEST(test_several),
		TEST(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
