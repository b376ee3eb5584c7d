/* SPDX-License-Identifier: ISC */
/*
 * The last lines of a stream: against a plain model, for every way in which
 * the bytes may come in pieces and lines may end.
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "command/tail.h"

static struct tail tail;
static struct buf got, want; /* "<line>" each */
static size_t calls;

static int
set_up(void **state)
{
	(void)state;
	tail_init(&tail);
	buf_init(&got, BUF_TEXT_MAX);
	buf_init(&want, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tail_wipe(&tail);
	buf_free(&got);
	buf_free(&want);
	return 0;
}

static void
take(void *ctx, const char *line, size_t len)
{
	char *copy = exact_copy(line, len);

	assert_ptr_equal(ctx, &calls);
	calls++;
	buf_addc(&got, '<');
	buf_add(&got, copy, len);
	buf_addc(&got, '>');
	free(copy);
}

static void
restart(void)
{
	tail_wipe(&tail);
	assert_null(tail.bytes);
	tail_init(&tail);
}

static void
add(const char *s)
{
	char *exact = exact_copy(s, strlen(s));

	tail_add(&tail, exact, strlen(s));
	free(exact);
}

static const char *
last(size_t lines)
{
	buf_clear(&got);
	calls = 0;
	tail_each(&tail, lines, take, &calls);
	return buf_str(&got);
}

static void
test_lines(void **state)
{
	static const struct {
		const char *text;
		size_t lines;
		const char *shown;
	} cases[] = {
		{ "", 1, "" },
		{ "", 100, "" },
		{ "a", 1, "<a>" },
		{ "a", 2, "<a>" },
		{ "a\n", 1, "<a>" },
		{ "a\n", 5, "<a>" },
		{ "\n", 1, "<>" },
		{ "\n", 2, "<>" },
		{ "\n\n", 1, "<>" },
		{ "\n\n", 2, "<><>" },
		{ "\n\n", 3, "<><>" },
		{ "a\nb\nc", 1, "<c>" },
		{ "a\nb\nc", 2, "<b><c>" },
		{ "a\nb\nc", 3, "<a><b><c>" },
		{ "a\nb\nc", 4, "<a><b><c>" },
		{ "a\nb\nc\n", 1, "<c>" },
		{ "a\nb\nc\n", 2, "<b><c>" },
		{ "a\nb\nc\n", 3, "<a><b><c>" },
		{ "a\nb\nc\n", 10000, "<a><b><c>" },
		{ "a\n\nb\n", 2, "<><b>" },
		{ "a\n\nb\n", 3, "<a><><b>" },
		{ "\na", 1, "<a>" },
		{ "\na", 2, "<><a>" },
		/* CR LF; a CR alone is part of the line. */
		{ "a\r\nb\r\n", 2, "<a><b>" },
		{ "a\r\nb\r\n", 1, "<b>" },
		{ "a\r\nb\r", 2, "<a><b>" },
		{ "a\rb\n", 2, "<a\rb>" },
		{ "\r\n", 1, "<>" },
		{ "\r\n\r\n", 2, "<><>" },
		{ "a\r\r\n", 1, "<a\r>" },
		{ "\n\r", 2, "<><>" },
		{ "\r", 1, "<>" },
	};
	const char *p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		restart();
		add(cases[i].text);
		check(strcmp(last(cases[i].lines), cases[i].shown) == 0,
		    "case %zu: %s", i, buf_str(&got));
		/* The same byte by byte; and asking changes nothing. */
		restart();
		for (p = cases[i].text; *p != '\0'; p++) {
			tail_add(&tail, p, 1);
			last(cases[i].lines);
		}
		tail_add(&tail, NULL, 0);
		check(strcmp(last(cases[i].lines), cases[i].shown) == 0,
		    "case %zu, in pieces: %s", i, buf_str(&got));
		check(tail.total == strlen(cases[i].text), "case %zu", i);
	}
}

static void
test_bytes(void **state)
{
	(void)state;
	tail_add(&tail, LIT("a\0b\n\xff\xfe\x1b[31m\n\0\n"));
	last(2);
	assert_int_equal(got.len, 2 + 7 + 2 + 1);
	assert_memory_equal(got.data, "<\xff\xfe\x1b[31m><\0>", got.len);
	last(3);
	assert_memory_equal(got.data, "<a\0b><", 6);
}

/* What the model says of all bytes: the last TAIL_BYTES, cut into lines. */
static void
expect(const char *all, size_t len, size_t lines, const char *where)
{
	const char *p, *end = all + len, *oldest = all, *start, *lf;
	size_t n;

	if (len > TAIL_BYTES)
		oldest = end - TAIL_BYTES;
	if (end > oldest && end[-1] == '\n')
		end--;
	else if (end == oldest)
		end = NULL;
	buf_clear(&want);
	if (end != NULL) {
		for (start = end, n = 1; start > oldest; start--)
			if (start[-1] == '\n' && n++ == lines)
				break;
		for (p = start; p <= end; p = lf + 1) {
			lf = p < end ? memchr(p, '\n', (size_t)(end - p))
				     : NULL;
			if (lf == NULL)
				lf = end;
			n = (size_t)(lf - p);
			if (n > 0 && p[n - 1] == '\r')
				n--;
			buf_addc(&want, '<');
			buf_add(&want, p, n);
			buf_addc(&want, '>');
		}
	}
	last(lines);
	check(got.len == want.len &&
		(got.len == 0 || memcmp(got.data, want.data, got.len) == 0),
	    "%s: %zu bytes, want %zu", where, got.len, want.len);
}

static void
fill(char *p, size_t n, char c, size_t line)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = line > 0 && (i + 1) % line == 0 ? '\n' : c;
}

/* All the ways to lie across the ring's seam. */
static void
test_seam(void **state)
{
	static const size_t before[] = { TAIL_BYTES - 3, TAIL_BYTES - 2,
		TAIL_BYTES - 1, TAIL_BYTES, TAIL_BYTES + 1, 2 * TAIL_BYTES - 1,
		2 * TAIL_BYTES, 2 * TAIL_BYTES + 1 };
	static const char *const after[] = { "", "x", "\n", "x\n", "\nx",
		"a\nb\nc", "\r\n", "a\r\nb\r\n", "\n\n\n" };
	static const size_t counts[] = { 1, 2, 3, 100, 10000 };
	char *all = xmalloc(3 * TAIL_BYTES), where[80];
	size_t i, k, n, len;

	(void)state;
	for (i = 0; i < COUNT(before); i++)
		for (k = 0; k < COUNT(after); k++) {
			fill(all, before[i], 'y', 1000);
			len = before[i] + strlen(after[k]);
			memcpy(all + before[i], after[k], strlen(after[k]));
			restart();
			tail_add(&tail, all, before[i]);
			tail_add(&tail, after[k], strlen(after[k]));
			check(tail.total == len, "%zu", len);
			for (n = 0; n < COUNT(counts); n++) {
				snprintf(where, sizeof where, "%zu, %zu, %zu",
				    i, k, counts[n]);
				expect(all, len, counts[n], where);
			}
		}
	free(all);
}

/* Pieces of every size, also larger than the ring at once. */
static void
test_pieces(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, 16384, TAIL_BYTES - 1,
		TAIL_BYTES, TAIL_BYTES + 1, 5 * TAIL_BYTES };
	const size_t len = 3 * TAIL_BYTES + 12345;
	char *all = xmalloc(len), where[80];
	size_t i, at, n;

	(void)state;
	fill(all, len, 'z', 131);
	for (i = 0; i < COUNT(pieces); i++) {
		restart();
		for (at = 0; at < len; at += n) {
			n = pieces[i] < len - at ? pieces[i] : len - at;
			tail_add(&tail, all + at, n);
		}
		check(tail.total == len, "%zu", pieces[i]);
		snprintf(where, sizeof where, "pieces of %zu", pieces[i]);
		expect(all, len, 1, where);
		expect(all, len, 100, where);
		expect(all, len, 10000, where);
	}
	free(all);
}

/* A line longer than the ring: its end. */
static void
test_long_line(void **state)
{
	static const size_t lengths[] = { TAIL_BYTES - 1, TAIL_BYTES,
		TAIL_BYTES + 1, 3 * TAIL_BYTES + 17 };
	static const char *const ends[] = { "", "\n", "\r\n", "\nshort",
		"\nshort\n" };
	char *all = xmalloc(4 * TAIL_BYTES), where[80];
	size_t i, k, len;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++)
		for (k = 0; k < COUNT(ends); k++) {
			fill(all, lengths[i], 'l', 0);
			all[0] = '\n';
			len = lengths[i] + strlen(ends[k]);
			memcpy(all + lengths[i], ends[k], strlen(ends[k]));
			restart();
			tail_add(&tail, all, len);
			snprintf(where, sizeof where, "%zu, %zu", i, k);
			expect(all, len, 1, where);
			expect(all, len, 2, where);
			expect(all, len, 100, where);
			assert_true(got.len <= TAIL_BYTES + 8);
		}
	free(all);
}

/* A ring full of nothing but line ends. */
static void
test_only_line_ends(void **state)
{
	char *all = xmalloc(2 * TAIL_BYTES);

	(void)state;
	memset(all, '\n', 2 * TAIL_BYTES);
	tail_add(&tail, all, 2 * TAIL_BYTES);
	expect(all, 2 * TAIL_BYTES, 100, "line ends");
	assert_int_equal(calls, 100);
	expect(all, 2 * TAIL_BYTES, 10000, "line ends");
	assert_int_equal(calls, 10000);
	free(all);
}

/* Hundreds of megabytes: counted right, and the end is what is kept. */
static void
test_huge(void **state)
{
	const size_t piece = 16384;
	char *all = xmalloc(piece);
	size_t i;

	(void)state;
	fill(all, piece, 'h', 64);
	for (i = 0; i < 16384; i++)
		tail_add(&tail, all, piece);
	add("second last\nlast");
	assert_true(tail.total == (uint64_t)16384 * 16384 + 16);
	assert_string_equal(last(2), "<second last><last>");
	free(all);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_bytes),
		TEST(test_seam),
		TEST(test_pieces),
		TEST(test_long_line),
		TEST(test_only_line_ends),
		TEST(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
