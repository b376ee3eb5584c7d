/* SPDX-License-Identifier: ISC */
/*
 * A dispatch with a journal: what is recorded before and after each POST, and
 * what a later start makes of it.  The journal is a fake, which fails the test
 * if a POST was not recorded before it, or its outcome not behind it.
 */
#include "dispatching.h"

#include "base/mem.h"
#include "command/journal.h"

#define OLD_ID "0ld0ld0l-91d5-4a0e-8a43-5f1a7c2e9b10"

struct journal {
	enum record_state states[32]; /* in their order */
	const char *ids[32];          /* of those that are sent; or NULL */
	size_t count;
	struct record last;
	enum status next; /* of journal_add */
	struct record known;
	bool knows;
};

static struct journal journal;

enum status
journal_add(struct journal *j, const struct record *r, struct fault *f)
{
	assert_ptr_equal(j, &journal);
	assert_string_equal(r->repository, "octo-org/octo-repo");
	assert_int_equal(r->state, RECORD_SENDING);
	/* The one before proved to have started nothing. */
	assert_true(
	    j->count == 0 || j->states[j->count - 1] == RECORD_NOT_STARTED);
	if (j->next != STATUS_OK)
		return fault_set_lasting(f, j->next, "the disk is full");
	j->ids[j->count] = r->distinct_id;
	j->states[j->count++] = r->state;
	j->last = *r;
	return STATUS_OK;
}

void
journal_note(struct journal *j, const char *repository, enum record_state state)
{
	assert_string_equal(repository, "octo-org/octo-repo");
	if (j != NULL)
		j->states[j->count++] = state;
}

void
journal_note_run(
    struct journal *j, const char *repository, const struct found_run *run)
{
	assert_true(run->id == OURS);
	journal_note(j, repository, RECORD_IDENTIFIED);
}

const struct record *
journal_find(const struct journal *j, const char *repository)
{
	assert_string_equal(repository, "octo-org/octo-repo");
	return j->knows ? &j->known : NULL;
}

enum status
journal_check(
    const struct journal *j, const struct found_run *found_run, struct fault *f)
{
	(void)j;
	(void)found_run;
	(void)f;
	return STATUS_OK;
}

static int
set_up(void **state)
{
	memset(&journal, 0, sizeof journal);
	dispatching_set_up(state);
	order.journal = &journal;
	/* What the baseline is. */
	fake_add_run(
	    gh, (struct fake_run){ .id = OLDER, .created_at = -60000 });
	return 0;
}

static void
once_more(void **state)
{
	dispatching_tear_down(state);
	set_up(state);
}

/* The records, and no POST without one. */
static void
expect_records(size_t n, const enum record_state *states)
{
	size_t i, sent = 0;

	check(journal.count == n, "%zu records, not %zu", journal.count, n);
	for (i = 0; i < n; i++) {
		check(journal.states[i] == states[i], "record %zu is %d", i,
		    (int)journal.states[i]);
		if (states[i] != RECORD_SENDING)
			continue;
		assert_string_equal(fake_nth(gh, FAKE_POST, sent)->body,
		    journal.ids[i] != NULL ? BODY_WITH_ID : BODY);
		sent++;
	}
	assert_int_equal(posts(), sent);
}

#define EXPECT_RECORDS(...)                                           \
	expect_records(COUNT(((enum record_state[]){ __VA_ARGS__ })), \
	    (const enum record_state[]){ __VA_ARGS__ })

/* On github.com too: a baseline, and an ID. */
static void
test_identified(void **state)
{
	(void)state;
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RESPONSE, ID);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_IDENTIFIED);
	assert_int_equal(gets(), 1);
	assert_string_equal(journal.last.distinct_id, ID);
	assert_true(journal.last.is_unique);
	assert_true(journal.last.baseline == OLDER);
	assert_true(journal.last.server_ms == FAKE_EPOCH);
	assert_false(journal.last.is_old_server);
}

/* A workflow without that input: the second POST has its record, too. */
static void
test_refuses_id(void **state)
{
	(void)state;
	fake_add_post(gh, (struct fake_post){ DISPATCH_REFUSES_ID, REFUSED });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RESPONSE, NULL);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_NOT_STARTED, RECORD_SENDING,
	    RECORD_IDENTIFIED);
	assert_null(journal.last.distinct_id);
}

static void
test_old_server(void **state)
{
	(void)state;
	fake_add_post(gh, (struct fake_post){ DISPATCH_OLD_SERVER, REFUSED });
	fake_add_post(gh, (struct fake_post){ .outcome = DISPATCH_ACCEPTED });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS,
		.created_at = 1000,
		.listed_at = 3000,
		.title = ID });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, ID);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_NOT_STARTED, RECORD_SENDING,
	    RECORD_ACCEPTED, RECORD_IDENTIFIED);
	assert_true(journal.last.is_old_server);
}

/* What proves that nothing was started lets a later start send again. */
static void
test_not_started(void **state)
{
	static const enum dispatch_outcome outcomes[] = { DISPATCH_NOT_STARTED,
		DISPATCH_NOT_SENT };
	size_t i;

	for (i = 0; i < COUNT(outcomes); i++) {
		fake_add_post(gh, (struct fake_post){ outcomes[i], REFUSED });
		assert_int_equal(run(), STATUS_REFUSED);
		expect_fault(STATUS_REFUSED, 3);
		EXPECT_RECORDS(RECORD_SENDING, RECORD_NOT_STARTED);
		once_more(state);
	}
	fake_add_post(gh,
	    (struct fake_post){
		DISPATCH_LIMITED, .status = STATUS_LIMITED, .wait_ms = 60000 });
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_NOT_STARTED, RECORD_SENDING,
	    RECORD_IDENTIFIED);
}

/* An outcome that is not known is not recorded: a later start looks again. */
static void
test_unknown(void **state)
{
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_UNKNOWN, .status = STATUS_CLOSED });
	assert_int_equal(run(), STATUS_UNKNOWN);
	expect_fault(STATUS_UNKNOWN, 4);
	expect_says("new journal");
	EXPECT_RECORDS(RECORD_SENDING);
	once_more(state);
	fake_add_post(gh,
	    (struct fake_post){ DISPATCH_UNKNOWN, .status = STATUS_CLOSED });
	fake_add_run(gh,
	    (struct fake_run){ .id = OURS,
		.created_at = 1000,
		.listed_at = 9000,
		.title = ID });
	assert_int_equal(run(), STATUS_OK);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_IDENTIFIED);
}

/* No record, no POST. */
static void
test_not_recorded(void **state)
{
	(void)state;
	journal.next = STATUS_USAGE;
	assert_int_equal(run(), STATUS_USAGE);
	expect_fault(STATUS_USAGE, 2);
	expect_says("the disk is full. Nothing was dispatched.");
	assert_int_equal(posts(), 0);
}

/* No baseline, no POST: a later start could not tell the run from others. */
static void
test_no_baseline(void **state)
{
	fake_fail_lasting(gh, FAKE_RUNS, 1, FAKE_ALWAYS, STATUS_SERVER);
	assert_int_equal(run(), STATUS_SERVER);
	expect_fault(STATUS_SERVER, 7);
	assert_int_equal(posts(), 0);
	assert_int_equal(journal.count, 0);
	/* It is worth all the time. */
	once_more(state);
	fake_fail(gh, FAKE_RUNS, 1, 12, STATUS_SERVER);
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	assert_true(fake_now() > 10000);
}

/* What an earlier start has recorded, an hour before. */
static void
know(enum record_state s)
{
	journal.knows = true;
	journal.known = (struct record){
		.repository = "octo-org/octo-repo",
		.state = s,
		.distinct_id = OLD_ID,
		.is_unique = true,
		.baseline = OLDER,
		.server_ms = FAKE_EPOCH - 3600000,
	};
	if (s == RECORD_IDENTIFIED) {
		journal.known.run_id = OURS;
		journal.known.run_url = fake_url(OURS);
		journal.known.by = FOUND_BY_STEP_NAME;
	}
}

/* A run of then. */
static void
add_run(uint64_t id, int64_t created_at, const char *title)
{
	fake_add_run(gh,
	    (struct fake_run){ .id = id,
		.created_at = created_at,
		.listed_at = 1,
		.title = title });
}

static void
test_knows_the_run(void **state)
{
	(void)state;
	know(RECORD_IDENTIFIED);
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_STEP_NAME, OLD_ID);
	assert_int_equal(gh->call_count, 0);
	assert_int_equal(journal.count, 0);
}

/* It may have been sent: looked for by the ID of then, never sent again. */
static void
test_settles(void **state)
{
	static const enum record_state states[] = { RECORD_SENDING,
		RECORD_ACCEPTED };
	size_t i;

	for (i = 0; i < COUNT(states); i++) {
		know(states[i]);
		add_run(OURS, -3599000, OLD_ID);
		add_run(OURS + 5, -1000, ID);
		assert_int_equal(run(), STATUS_OK);
		expect_run(FOUND_BY_RUN_NAME, OLD_ID);
		EXPECT_RECORDS(RECORD_IDENTIFIED);
		once_more(state);
	}
}

static void
test_settles_on_an_old_server(void **state)
{
	(void)state;
	know(RECORD_SENDING);
	journal.known.is_old_server = true;
	add_run(OURS, -3599000, OLD_ID);
	assert_int_equal(run(), STATUS_OK);
	assert_true(gh->calls[0].old_version);
}

/* A given ID may be in use elsewhere: time counts, and it is that of then. */
static void
test_settles_a_given_id(void **state)
{
	know(RECORD_SENDING);
	journal.known.is_unique = false;
	add_run(OURS - 1, -3606000, OLD_ID);
	add_run(OURS, -3604000, OLD_ID);
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RUN_NAME, OLD_ID);
	/* Not known: then the baseline alone has to do. */
	once_more(state);
	know(RECORD_SENDING);
	journal.known.is_unique = false;
	journal.known.server_ms = 0;
	add_run(OURS, -3599000, OLD_ID);
	assert_int_equal(run(), STATUS_OK);
	once_more(state);
	know(RECORD_SENDING);
	journal.known.is_unique = false;
	journal.known.server_ms = 0;
	add_run(OURS - 1, -3606000, OLD_ID);
	add_run(OURS, -3604000, OLD_ID);
	assert_int_equal(run(), STATUS_UNKNOWN);
	expect_says(fake_url(OURS - 1));
	assert_int_equal(posts(), 0);
}

static void
test_cannot_settle(void **state)
{
	know(RECORD_SENDING);
	add_run(OURS, -3599000, "another");
	assert_int_equal(run(), STATUS_UNKNOWN);
	expect_fault(STATUS_UNKNOWN, 4);
	expect_says("about to be sent");
	expect_says("octo-org/octo-repo");
	expect_says(fake_url(OURS));
	expect_says("to dispatch again, use a new journal");
	assert_int_equal(posts(), 0);
	assert_int_equal(journal.count, 0);
	once_more(state);
	know(RECORD_ACCEPTED);
	assert_int_equal(run(), STATUS_UNIDENTIFIED);
	expect_fault(STATUS_UNIDENTIFIED, 5);
	expect_says("new journal");
	assert_int_equal(posts(), 0);
}

/* Without an ID, the candidates are told at once. */
static void
test_cannot_settle_without_id(void **state)
{
	(void)state;
	know(RECORD_SENDING);
	journal.known.distinct_id = NULL;
	add_run(OURS, -3599000, "Build");
	add_run(OLDER - 5, -3599000, "Build");
	assert_int_equal(run(), STATUS_UNKNOWN);
	expect_says(fake_url(OURS));
	assert_null(strstr(fault.text, fake_url(OLDER - 5)));
	assert_true(fake_now() <= 10000);
	assert_int_equal(posts(), 0);
}

static void
test_sends_after_a_refusal(void **state)
{
	(void)state;
	know(RECORD_NOT_STARTED);
	fake_add_post(
	    gh, (struct fake_post){ DISPATCH_IDENTIFIED, .run_id = OURS });
	assert_int_equal(run(), STATUS_OK);
	expect_run(FOUND_BY_RESPONSE, ID);
	EXPECT_RECORDS(RECORD_SENDING, RECORD_IDENTIFIED);
}

#define JOURNAL_TEST(f) \
	cmocka_unit_test_setup_teardown(f, set_up, dispatching_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_identified),
		JOURNAL_TEST(test_refuses_id),
		JOURNAL_TEST(test_old_server),
		JOURNAL_TEST(test_not_started),
		JOURNAL_TEST(test_unknown),
		JOURNAL_TEST(test_not_recorded),
		JOURNAL_TEST(test_no_baseline),
		JOURNAL_TEST(test_knows_the_run),
		JOURNAL_TEST(test_settles),
		JOURNAL_TEST(test_settles_on_an_old_server),
		JOURNAL_TEST(test_settles_a_given_id),
		JOURNAL_TEST(test_cannot_settle),
		JOURNAL_TEST(test_cannot_settle_without_id),
		JOURNAL_TEST(test_sends_after_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
