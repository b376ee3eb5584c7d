/* SPDX-License-Identifier: ISC */
/*
 * Durations as people write them.
 */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/duration.h"

#define REFUSED INT64_C(-1)

static const struct {
	const char *text;
	int64_t ms; /* a bare number: seconds */
} cases[] = {
	{ "0", 0 },
	{ "0s", 0 },
	{ "0ms", 0 },
	{ "0h", 0 },
	{ "00", 0 },
	{ "1", 1000 },
	{ "90", 90000 },
	{ "90s", 90000 },
	{ "5m", 300000 },
	{ "1h", 3600000 },
	{ "1500ms", 1500 },
	{ "1ms", 1 },
	{ "007s", 7000 },
	{ "86400", 86400000 },
	{ "24h", 86400000 },
	{ "365000h", INT64_C(1314000000000) },
	/* Not the whole of it, or no unit of ours. */
	{ "", REFUSED },
	{ " ", REFUSED },
	{ "s", REFUSED },
	{ "ms", REFUSED },
	{ "m5", REFUSED },
	{ "5x", REFUSED },
	{ "5d", REFUSED },
	{ "5w", REFUSED },
	{ "5us", REFUSED },
	{ "5sec", REFUSED },
	{ "5min", REFUSED },
	{ "5M", REFUSED },
	{ "5S", REFUSED },
	{ "5H", REFUSED },
	{ "5MS", REFUSED },
	{ "5Ms", REFUSED },
	{ "5mS", REFUSED },
	{ "5ss", REFUSED },
	{ "5msx", REFUSED },
	{ "1h30m", REFUSED },
	{ "1h 30m", REFUSED },
	{ "1m30", REFUSED },
	{ "1:30", REFUSED },
	{ " 5", REFUSED },
	{ "5 ", REFUSED },
	{ "5 s", REFUSED },
	{ "5s ", REFUSED },
	{ "5\n", REFUSED },
	{ "\t5", REFUSED },
	/* No plain number. */
	{ "-1", REFUSED },
	{ "-0", REFUSED },
	{ "+1", REFUSED },
	{ "1.5", REFUSED },
	{ "1.0", REFUSED },
	{ ".5", REFUSED },
	{ "1,5", REFUSED },
	{ "1_000", REFUSED },
	{ "1e3", REFUSED },
	{ "0x10", REFUSED },
	{ "inf", REFUSED },
	{ "never", REFUSED },
	{ "\xd9\xa1", REFUSED },
	{ "\xef\xbc\x91", REFUSED },
	/* Too large, however it wraps. */
	{ "9223372036854775807", REFUSED },
	{ "9223372036854775807ms", REFUSED },
	{ "9223372036854775808ms", REFUSED },
	{ "18446744073709551615ms", REFUSED },
	{ "18446744073709551616ms", REFUSED },
	{ "18446744073709551617", REFUSED },
	{ "99999999999999999999999999", REFUSED },
	{ "9223372036854776", REFUSED },
	{ "2562047788016h", REFUSED },
	{ "5124095576030431h", REFUSED },
	{ "307445734561826m", REFUSED },
};

static void
test_forms(void **state)
{
	int64_t ms;
	char *text;
	bool good;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		text = exact_copy(cases[i].text, strlen(cases[i].text) + 1);
		ms = 4711;
		good = duration_parse(text, 1000, &ms);
		check(good == (cases[i].ms != REFUSED), "\"%s\"", text);
		check(!good || ms == cases[i].ms, "\"%s\": %" PRId64, text, ms);
		free(text);
	}
}

/* A bare number counts in the unit that is given; other units stay. */
static void
test_bare(void **state)
{
	int64_t ms;

	(void)state;
	assert_true(duration_parse("5000", 1, &ms));
	assert_int_equal(ms, 5000);
	assert_true(duration_parse("5s", 1, &ms));
	assert_int_equal(ms, 5000);
	assert_true(duration_parse("5ms", 1000, &ms));
	assert_int_equal(ms, 5);
	assert_true(duration_parse("2", 3600000, &ms));
	assert_int_equal(ms, 7200000);
}

/* Whatever is accepted can be added to any instant. */
static void
test_largest(void **state)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 } };
	int64_t low, high, middle, ms;
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		/* The largest that is accepted: all below are, too. */
		for (low = 0, high = INT64_MAX; high - low > 1;) {
			middle = low + (high - low) / 2;
			snprintf(text, sizeof text, "%" PRId64 "%s", middle,
			    units[i].unit);
			if (duration_parse(text, 1000, &ms)) {
				check(ms / units[i].ms == middle &&
					ms % units[i].ms == 0,
				    "%s", text);
				low = middle;
			} else {
				high = middle;
			}
		}
		check(low * units[i].ms <= INT64_MAX / 2, "%" PRId64 "%s", low,
		    units[i].unit);
		/* Ten thousand years, though. */
		check(low * units[i].ms >= INT64_C(315360000000000),
		    "%" PRId64 "%s", low, units[i].unit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
