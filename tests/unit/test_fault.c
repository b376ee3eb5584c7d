/* SPDX-License-Identifier: ISC */
/*
 * Statuses and their exit codes, stories and their length.
 */
#include "unit.h"

#include "base/fault.h"
#include "base/secret.h"

/* The codes are documented; these are the promise, not the table's copy. */
static void
test_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(status_exit_code(STATUS_OK), 0);
	assert_int_equal(status_exit_code(STATUS_FAILED), 1);
	assert_int_equal(status_exit_code(STATUS_USAGE), 2);
	assert_int_equal(status_exit_code(STATUS_REFUSED), 3);
	assert_int_equal(status_exit_code(STATUS_UNAUTHORIZED), 3);
	assert_int_equal(status_exit_code(STATUS_FORBIDDEN), 3);
	assert_int_equal(status_exit_code(STATUS_NOT_FOUND), 3);
	assert_int_equal(status_exit_code(STATUS_LIMITED), 3);
	assert_int_equal(status_exit_code(STATUS_UNKNOWN), 4);
	assert_int_equal(status_exit_code(STATUS_UNIDENTIFIED), 5);
	assert_int_equal(status_exit_code(STATUS_WAIT_TIMEOUT), 6);
	assert_int_equal(status_exit_code(STATUS_RESOLVE), 7);
	assert_int_equal(status_exit_code(STATUS_NO_HOST), 7);
	assert_int_equal(status_exit_code(STATUS_CONNECT), 7);
	assert_int_equal(status_exit_code(STATUS_TLS), 7);
	assert_int_equal(status_exit_code(STATUS_TRUST), 7);
	assert_int_equal(status_exit_code(STATUS_CLOSED), 7);
	assert_int_equal(status_exit_code(STATUS_TIMEOUT), 7);
	assert_int_equal(status_exit_code(STATUS_PROTOCOL), 7);
	assert_int_equal(status_exit_code(STATUS_SERVER), 7);
	assert_int_equal(status_exit_code(STATUS_OUTPUT), 8);
	assert_int_equal(status_exit_code(STATUS_INTERRUPTED), 130);
	assert_int_equal(status_exit_code(STATUS_TERMINATED), 143);
}

/* Nobody forgot a row: only success exits with 0. */
static void
test_table_is_whole(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < STATUS_COUNT; i++) {
		check(
		    (status_exit_code((enum status)i) == 0) == (i == STATUS_OK),
		    "status %d", i);
		check(status_is_signal((enum status)i) ==
			(i == STATUS_INTERRUPTED || i == STATUS_TERMINATED),
		    "status %d", i);
		check(status_is_bad_answer((enum status)i) ==
			(i == STATUS_SERVER || i == STATUS_NOT_FOUND ||
			    i == STATUS_PROTOCOL),
		    "status %d", i);
	}
}

static void
test_set(void **state)
{
	struct fault f;

	(void)state;
	assert_int_equal(
	    fault_set(&f, STATUS_CLOSED, "%s:%d: gone", "h", 1), STATUS_CLOSED);
	assert_int_equal(f.status, STATUS_CLOSED);
	assert_false(f.lasting);
	assert_string_equal(f.text, "h:1: gone");
	assert_int_equal(fault_set_lasting(&f, STATUS_TLS, "bad"), STATUS_TLS);
	assert_true(f.lasting);
	assert_string_equal(f.text, "bad");
	assert_int_equal(fault_set(&f, STATUS_OK, "%s", ""), STATUS_OK);
	assert_false(f.lasting);
	assert_string_equal(f.text, "");
}

/* The old story may be a part of the new one. */
static void
test_set_from_itself(void **state)
{
	struct fault f;

	(void)state;
	fault_set(&f, STATUS_CLOSED, "reset");
	fault_set(&f, STATUS_UNKNOWN, "the answer was lost (%s); %s", f.text,
	    "look yourself");
	assert_string_equal(
	    f.text, "the answer was lost (reset); look yourself");
}

static void
test_add(void **state)
{
	struct fault f;
	size_t i;

	(void)state;
	fault_set(&f, STATUS_REFUSED, "a");
	fault_add(&f, "%d", 42);
	fault_add(&f, "%s", "");
	assert_string_equal(f.text, "a42");
	assert_int_equal(f.status, STATUS_REFUSED);
	for (i = 3; i < 2 * FAULT_TEXT_MAX; i++)
		fault_add(&f, "b");
	assert_int_equal(strlen(f.text), FAULT_TEXT_MAX - 1);
	fault_add(&f, "%s", "more");
	assert_int_equal(strlen(f.text), FAULT_TEXT_MAX - 1);
}

static void
test_long(void **state)
{
	char text[2 * FAULT_TEXT_MAX];
	struct fault f;

	(void)state;
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	fault_set(&f, STATUS_SERVER, "%s", text);
	assert_int_equal(strlen(f.text), FAULT_TEXT_MAX - 1);
}

static void
test_end_sentence(void **state)
{
	struct fault f;

	(void)state;
	fault_set(&f, STATUS_REFUSED, "no");
	fault_end_sentence(&f);
	assert_string_equal(f.text, "no.");
	fault_end_sentence(&f);
	assert_string_equal(f.text, "no.");
	fault_set(&f, STATUS_REFUSED, "%s", "");
	fault_end_sentence(&f);
	assert_string_equal(f.text, ".");
}

/* A secret at the clip must not lose its end and be shown for it. */
static void
test_secret_at_the_clip(void **state)
{
	static const char secret[] = "ghs_SECRETsecretSECRET";
	char text[FAULT_TEXT_MAX + 100];
	struct fault f;
	size_t at;

	(void)state;
	secret_add(secret);
	for (at = FAULT_TEXT_MAX - sizeof secret - 5; at < FAULT_TEXT_MAX + 5;
	     at++) {
		memset(text, 'x', sizeof text - 1);
		text[sizeof text - 1] = '\0';
		memcpy(text + at, secret, sizeof secret - 1);
		fault_set(&f, STATUS_SERVER, "%s", text);
		check(strstr(f.text, "ghs") == NULL, "at %zu", at);
		text[at] = '\0';
		fault_set(&f, STATUS_SERVER, "%s", text);
		fault_add(&f, "%s", secret);
		check(strstr(f.text, "ghs") == NULL, "added at %zu", at);
	}
	secret_forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_table_is_whole),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_from_itself),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_end_sentence),
		cmocka_unit_test(test_secret_at_the_clip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
