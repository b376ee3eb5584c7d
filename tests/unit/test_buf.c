/* SPDX-License-Identifier: ISC */
/*
 * Growable bytes: the cap, the NUL behind them, the sticky flag.
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"

static void
test_empty(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_null(b.data);
	buf_add(&b, "x", 0);
	buf_adds(&b, "");
	buf_addf(&b, "%s", "");
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_false(b.overflowed);
	buf_free(&b);
	buf_wipe(&b);
	assert_int_equal(b.max, 10);
}

static void
test_add(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_add(&b, "ab\0c", 4);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "ab\0c", 5);
	buf_addc(&b, '\0');
	buf_adds(&b, "de");
	buf_addf(&b, "%d-%s-%c", 42, "x", 'y');
	assert_int_equal(b.len, 13);
	assert_memory_equal(b.data, "ab\0c\0de42-x-y", 14);
	buf_free(&b);
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	buf_adds(&b, "again");
	assert_string_equal(buf_str(&b), "again");
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "more");
	assert_string_equal(buf_str(&b), "more");
	buf_wipe(&b);
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	assert_int_equal(b.max, 1000);
}

/* Every length around the sizes at which it grows, in each way to add. */
static void
test_clipped(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_add_clipped(&b, "abc", 3, 4);
	buf_add_clipped(&b, "defg", 4, 4);
	buf_add_clipped(&b, "hijkl", 5, 4);
	assert_string_equal(buf_str(&b), "abcdefghijk...");
	buf_free(&b);
}

static void
test_take(void **state)
{
	struct buf b;
	char *s;

	(void)state;
	buf_init(&b, 10);
	s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
	buf_adds(&b, "text");
	s = buf_take(&b);
	assert_string_equal(s, "text");
	free(s);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 10);
}

static void
test_growth(void **state)
{
	char text[1200];
	struct buf b;
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	for (step = 1; step < 600; step = step * 2 + 1) {
		buf_init(&b, sizeof text);
		for (i = 0; i + step <= sizeof text; i += step) {
			if (i % 2)
				buf_add(&b, text + i, step);
			else
				buf_addf(&b, "%.*s", (int)step, text + i);
			assert_int_equal(b.len, i + step);
			assert_int_equal(b.data[b.len], '\0');
			assert_true(b.size > b.len);
		}
		assert_memory_equal(b.data, text, b.len);
		assert_false(b.overflowed);
		buf_free(&b);
	}
}

static void
test_cap(void **state)
{
	char text[600];
	struct buf b;
	size_t max;

	(void)state;
	memset(text, 'x', sizeof text);
	/* One below, at and above the cap; caps around the sizes it takes. */
	for (max = 0; max < 520; max += max < 10 || max > 250 ? 1 : 30) {
		buf_init(&b, max);
		if (max > 0) {
			buf_add(&b, text, max - 1);
			buf_addc(&b, 'y');
			assert_false(b.overflowed);
		}
		assert_int_equal(b.len, max);
		buf_addc(&b, 'z');
		assert_true(b.overflowed);
		assert_int_equal(b.len, max);
		if (max > 0)
			assert_int_equal(b.data[max - 1], 'y');
		buf_clear(&b);
		assert_false(b.overflowed);
		assert_int_equal(b.len, 0);
		assert_int_equal(b.max, max);
		buf_add(&b, text, max + 1);
		assert_true(b.overflowed);
		assert_int_equal(b.len, 0);
		buf_addf(&b, "%.*s", (int)max + 1, text);
		assert_int_equal(b.len, 0);
		buf_addf(&b, "%.*s", (int)max, text);
		assert_int_equal(b.len, max);
		/* The flag stays, though this one did fit. */
		assert_true(b.overflowed);
		buf_free(&b);
	}
}

static void
test_sizes_without_wrap(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_adds(&b, "abc");
	/* Refused before a byte is read. */
	buf_add(&b, "x", SIZE_MAX);
	assert_true(b.overflowed);
	buf_add(&b, "x", SIZE_MAX - 2);
	buf_add(&b, "x", 98);
	assert_int_equal(b.len, 3);
	assert_string_equal(buf_str(&b), "abc");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_clipped),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_sizes_without_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
