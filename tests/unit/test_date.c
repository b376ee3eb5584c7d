/* SPDX-License-Identifier: ISC */
/*
 * Dates of HTTP and of GitHub.
 */
#include "unit.h"

#include "base/date.h"

#define DAY 86400

struct date {
	const char *text;
	int64_t seconds;
};

static void
test_http(void **state)
{
	static const struct date dates[] = {
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Tue, 13 Feb 2024 20:55:46 GMT", 1707857746 },
		{ "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
		{ "Fri, 01 Mar 2024 00:00:00 GMT", 1709251200 },
		{ "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
		{ "Sun, 31 Dec 2023 23:59:59 GMT", 1704067199 },
		{ "Mon, 01 Jan 2024 00:00:00 GMT", 1704067200 },
		{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
		{ "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
		{ "Mon, 01 Mar 2100 00:00:00 GMT", 4107542400 },
		{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
	};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dates); i++) {
		check(date_from_http(dates[i].text, &seconds) &&
			seconds == dates[i].seconds,
		    "%s: %jd", dates[i].text, (intmax_t)seconds);
	}
}

static void
test_bad_http(void **state)
{
	static const char *const dates[] = { "", "Sun",
		"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
		"Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 NOV 1994 08:49:37 GMT",
		"Sun, 06 Nxv 1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 32 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1969 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, -6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov +994 08:49:37 GMT",
		"Sun; 06 Nov 1994 08:49:37 GMT",
		"Sun, 06-Nov-1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
		"Sun, 06 Nov 1994 08.49.37 GMT",
		"Sun, 06 anF 1994 08:49:37 GMT" };
	int64_t seconds;
	size_t i;
	char *exact;

	(void)state;
	for (i = 0; i < COUNT(dates); i++) {
		exact = exact_copy(dates[i], strlen(dates[i]) + 1);
		check(!date_from_http(exact, &seconds), "%s", dates[i]);
		free(exact);
	}
}

static void
test_rfc3339(void **state)
{
	static const struct date dates[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2024-02-13T20:55:46Z", 1707857746 },
		{ "2024-02-13t20:55:46z", 1707857746 },
		{ "2024-02-13 20:55:46Z", 1707857746 },
		{ "2024-02-13T20:55:46.5Z", 1707857746 },
		{ "2024-02-13T20:55:46.999999999Z", 1707857746 },
		{ "2024-02-13T20:55:46+00:00", 1707857746 },
		{ "2024-02-13T21:55:46+01:00", 1707857746 },
		{ "2024-02-13T15:25:46-05:30", 1707857746 },
		{ "2024-02-14T02:25:46.123+05:30", 1707857746 },
		{ "2024-02-29T23:59:60Z", 1709251200 },
	};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dates); i++) {
		check(date_from_rfc3339(dates[i].text, &seconds) &&
			seconds == dates[i].seconds,
		    "%s: %jd", dates[i].text, (intmax_t)seconds);
	}
}

static void
test_bad_rfc3339(void **state)
{
	static const char *const dates[] = { "", "2024", "2024-02-13",
		"2024-02-13T20:55:46", "2024-02-13T20:55Z",
		"2024-2-13T20:55:46Z", "24-02-13T20:55:46Z",
		"2024-13-13T20:55:46Z", "2024-00-13T20:55:46Z",
		"2024-02-00T20:55:46Z", "2024-02-32T20:55:46Z",
		"1969-12-31T23:59:59Z", "2024-02-13T24:00:00Z",
		"2024-02-13T20:60:46Z", "2024-02-13T20:55:61Z",
		"2024-02-13T20:55:46ZZ", "2024-02-13T20:55:46+01",
		"2024-02-13T20:55:46+0100", "2024-02-13T20:55:46+01:00Z",
		"2024-02-13T20:55:46 Z", "2024-02-13T20:55:46X",
		"2024/02/13T20:55:46Z", "-024-02-13T20:55:46Z",
		"2024-02-13T+0:55:46Z" };
	int64_t seconds;
	size_t i;
	char *exact;

	(void)state;
	for (i = 0; i < COUNT(dates); i++) {
		exact = exact_copy(dates[i], strlen(dates[i]) + 1);
		check(!date_from_rfc3339(exact, &seconds), "%s", dates[i]);
		free(exact);
	}
}

/* Every day of 130 years, out and back in. */
static void
test_round_trip(void **state)
{
	int64_t seconds, back;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (seconds = 12345; seconds < (int64_t)130 * 366 * DAY;
	     seconds += DAY) {
		buf_clear(&b);
		date_add(&b, seconds);
		assert_int_equal(b.len, 23);
		assert_memory_equal(b.data + 19, " UTC", 4);
		memcpy(b.data + 19, "Z", 2);
		if (!date_from_rfc3339(b.data, &back) || back != seconds)
			fail_msg("%s", b.data);
	}
	buf_clear(&b);
	date_add(&b, 1707857746);
	assert_string_equal(buf_str(&b), "2024-02-13 20:55:46 UTC");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_bad_http),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_bad_rfc3339),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
