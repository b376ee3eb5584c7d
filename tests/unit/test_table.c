/* SPDX-License-Identifier: ISC */
/*
 * The table: no line as wide as the terminal, no more lines than it has, and
 * nothing that steers it.
 */
#include "watching.h"

#include <stdio.h>

#include "base/secret.h"
#include "base/terminal.h"
#include "command/table.h"

#define SECRET "ghs_0123456789abcdef"

static struct buf table;

static int
set_up(void **state)
{
	buf_init(&table, BUF_TEXT_MAX);
	return watching_set_up(state);
}

static int
tear_down(void **state)
{
	buf_free(&table);
	return watching_tear_down(state);
}

static const char *
draw_view(size_t count, const struct table_view *v)
{
	buf_clear(&table);
	table_add(&table, runs, count, v);
	return buf_str(&table);
}

static const char *
draw(size_t count, int64_t elapsed_ms, size_t width, size_t height, bool colour)
{
	return draw_view(count,
	    &(struct table_view){
		.elapsed_ms = elapsed_ms,
		.left_ms = -1,
		.width = width,
		.height = height,
		.colour = colour,
	    });
}

static const struct fake_state going_on[] = { { .status = "in_progress" } };

static const struct fake_job mixed[] = {
	{ .name = "lint", .set_up_at = 1000, .done_at = 31000 },
	{
	    .name = "build (ubuntu-24.04, 3.12)",
	    .set_up_at = 1000,
	    .done_at = 71000,
	    .conclusion = "failure",
	},
	{ .name = "test / unit", .set_up_at = 2000 },
	{ .name = "deploy", .set_up_at = FAKE_NEVER },
	{ .name = "notify", .skipped = true },
};

/* All of it, as it is meant to look. */
static void
test_table(void **state)
{
	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.title = "Deploy it",
		.states = going_on,
		.state_count = 1,
		.jobs = mixed,
		.job_count = COUNT(mixed),
	    });
	fake_pass(100000);
	watching_see(0);
	assert_string_equal(draw(1, 100000, 80, 24, false),
	    "| Deploy it (run 17654321098)  in_progress     1m40s\n"
	    "  https://github.com/octo-org/octo-repo/actions/runs/17654321098\n"
	    "  + lint                       success         30s\n"
	    "  X build (ubuntu-24.04, 3.12) failure         1m10s\n"
	    "  | test / unit                in_progress     1m38s\n"
	    "  * deploy                     queued\n"
	    "  . notify                     skipped         0s\n");
	/* The time that is left; never when the wait is over. */
	assert_string_equal(
	    strstr(draw_view(1,
		       &(struct table_view){
			   .left_ms = 201000, .width = 80, .height = 24 }),
		"  . notify"),
	    "  . notify                     skipped         0s\n"
	    "  timeout in 3m21s\n");
	assert_string_equal(strstr(draw_view(1,
				       &(struct table_view){
					   .left_ms = 0,
					   .width = 80,
					   .height = 24,
					   .is_last = true,
				       }),
				"  . notify"),
	    "  . notify                     skipped         0s\n");
	/* Times go, then states; a part of the URL is of no use. */
	assert_string_equal(draw(1, 100000, 48, 24, false),
	    "| Deploy it (run 17654321098)  in_progress\n"
	    "  + lint                       success\n"
	    "  X build (ubuntu-24.04, 3.12) failure\n"
	    "  | test / unit                in_progress\n"
	    "  * deploy                     queued\n"
	    "  . notify                     skipped\n");
	assert_string_equal(draw(1, 100000, 45, 24, false),
	    "| Deploy it (run 17654321... in_progress\n"
	    "  + lint                     success\n"
	    "  X build (ubuntu-24.04, ... failure\n"
	    "  | test / unit              in_progress\n"
	    "  * deploy                   queued\n"
	    "  . notify                   skipped\n");
	assert_string_equal(draw(1, 100000, 24, 24, false),
	    "| Deploy it (run 176...\n"
	    "  + lint\n"
	    "  X build (ubuntu-24...\n"
	    "  | test / unit\n"
	    "  * deploy\n"
	    "  . notify\n");
}

static void
test_spinner(void **state)
{
	static const char marks[] = "|/-\\|/-\\";
	size_t i;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .states = going_on, .state_count = 1 });
	watching_see(0);
	for (i = 0; i < sizeof marks - 1; i++) {
		draw_view(1,
		    &(struct table_view){
			.left_ms = -1,
			.frame = (unsigned int)i,
			.width = 80,
			.height = 24,
		    });
		assert_int_equal(buf_str(&table)[0], marks[i]);
	}
	/* What stays on the screen does not look as if it spun. */
	draw_view(1,
	    &(struct table_view){
		.left_ms = -1,
		.frame = 1,
		.width = 80,
		.height = 24,
		.is_last = true,
	    });
	assert_int_equal(buf_str(&table)[0], '*');
}

/* The longest states there are, on every terminal that has room for states. */
static void
test_long_states(void **state)
{
	static const struct fake_job jobs[] = {
		{
		    .name = "one",
		    .done_at = 1,
		    .conclusion = "startup_failure",
		},
		{
		    .name = "two",
		    .done_at = 1,
		    .conclusion = "action_required",
		},
		{
		    .name = "three",
		    .done_at = 1,
		    .conclusion = "a_state_of_sixteen_and_more",
		},
	};
	const char *text;
	size_t width;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.states = going_on,
		.state_count = 1,
		.jobs = jobs,
		.job_count = COUNT(jobs),
	    });
	fake_pass(1000);
	watching_see(0);
	for (width = 40; width < 200; width++) {
		text = draw(1, 0, width, 24, false);
		check(strstr(text, " startup_failure") != NULL &&
			strstr(text, " action_required") != NULL &&
			strstr(text, " a_state_of_s...") != NULL,
		    "%s", text);
	}
}

static void
test_elapsed(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ 0, " 0s\n" },
		{ 999, " 0s\n" },
		{ 1000, " 1s\n" },
		{ 59999, " 59s\n" },
		{ 60000, " 1m00s\n" },
		{ 3599999, " 59m59s\n" },
		{ 3600000, " 1h00m\n" },
		{ 21600000, " 6h00m\n" },
		{ 359999000, " 99h59m\n" },
		{ 35 * INT64_C(86400000), " 840h00m\n" },
	};
	const char *text;
	size_t i;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .states = going_on, .state_count = 1 });
	watching_see(0);
	for (i = 0; i < COUNT(cases); i++) {
		text = draw(1, cases[i].ms, 80, 24, false);
		check(strstr(text, cases[i].text) ==
			strchr(text, '\n') + 1 - strlen(cases[i].text),
		    "%s", text);
	}
}

static void
test_states_of_run(void **state)
{
	static const struct fake_state over[] = { { .status = "completed",
	    .conclusion = "timed_out",
	    .attempt = 3 } };
	const char *text;

	(void)state;
	/* Not seen yet: nothing but its number. */
	fake_add_run(gh,
	    (struct fake_run){ .id = RUN, .states = over, .state_count = 1 });
	runs[0].gh = gh;
	runs[0].found.id = RUN;
	text = draw(1, 5000, 80, 24, false);
	assert_non_null(strstr(text, "run 17654321098"));
	assert_non_null(strstr(text, "not seen"));
	assert_null(strstr(text, "http"));
	watching_see(0);
	text = draw(1, 5000, 80, 24, false);
	assert_memory_equal(text, "X Deploy (run 17654321098, attempt 3) ", 38);
	assert_non_null(strstr(text, "timed_out"));
	assert_null(strstr(text, "completed"));
}

/* Each line below the width, each row of the height; nothing but text. */
static void
expect_fits(const char *text, size_t width, size_t height, bool colour)
{
	const char *p, *lf;
	size_t rows = 0, n;

	for (p = text; *p != '\0'; p = lf + 1, rows++) {
		lf = strchr(p, '\n');
		check(lf != NULL, "%s", p);
		n = terminal_columns(p, (size_t)(lf - p));
		check(n < width || width < 5, "%zu columns of %zu: %.*s", n,
		    width, (int)(lf - p), p);
	}
	check(rows <= height, "%zu rows of %zu", rows, height);
	/* No colour is left on. */
	for (p = text; (p = strstr(p, "\033[")) != NULL; p += 2) {
		lf = strstr(p + 2, "\033[");
		check(lf != NULL && memcmp(lf, "\033[0m", 4) == 0, "%s", p);
		p = lf;
	}
	for (p = text; *p != '\0'; p++)
		check((unsigned char)*p >= 0x20 || *p == '\n' ||
			(colour && *p == '\033' && p[1] == '['),
		    "%s", text);
	check(strlen(text) == table.len, "%s", text);
}

static const struct fake_job hostile[] = {
	{ .name = "" },
	{ .name =
		"\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8"
		"\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96"
		"\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8"
		"\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96"
		"\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8" },
	{ .name = "\xf0\x9f\x9a\x80 e\xcc\x81\xcc\x82\xcc\x83 launch" },
	{ .name = "one\ntwo\r\nthree\rfour\tfive\vsix" },
	{ .name = "\033[2J\033[H\033]0;title\007\033[31mred" },
	{
	    .name = "\x9b"
		    "31m \xc2\x9b"
		    "31m \x7f \x01 \xff\xfe\xed\xa0\x80",
	},
	{
	    .name = "\xe2\x80\xae"
		    "desrever \xe2\x81\xa6x\xef\xbb\xbf",
	},
	{ .name = "::error::x" },
	{ .name = "##[error]x" },
	{ .name = "%s%n%d%100000d" },
	{ .name =
		"a very long name that goes on and on and on and on and on "
		"and on and on and on and on and on and on and on and on and on "
		"and on and on and on and on and on and on and on and on and on "
		"and on and on and on, to its end" },
	{
	    .name = "with a conclusion",
	    .done_at = 1,
	    .conclusion = "one_that_is_not_known_yet_and_is_long\n\033[31m",
	},
};

static void
test_every_size(void **state)
{
	static const struct fake_state odd[] = {
		{ .status =
			"in_progress\n\033[1m and a status that nobody expected" }
	};
	size_t width, height, i;
	const char *text;
	int colour;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.title =
		    "A title of "
		    "\xe4\xb8\xad\xe6\x96\x87 \033[31m\n::error:: that is long "
		    "enough for most terminals there are, and for some that there "
		    "are not, as it seems to go on for quite a while: commit titles "
		    "are like that, at times",
		.states = going_on,
		.state_count = 1,
		.jobs = hostile,
		.job_count = COUNT(hostile),
	    });
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN + 1,
		.states = odd,
		.state_count = 1,
		.jobs = mixed,
		.job_count = COUNT(mixed),
	    });
	fake_add_run(gh, (struct fake_run){ .id = RUN + 2 });
	fake_pass(100000);
	for (i = 0; i < 3; i++)
		watching_see(i);
	runs[3].gh = gh;
	runs[3].found.id = UINT64_MAX;
	for (width = 1; width <= 200; width++)
		for (height = 1; height <= 40; height += height < 8 ? 1 : 7)
			for (i = 1; i <= 4; i++)
				for (colour = 0; colour < 2; colour++) {
					text = draw_view(i,
					    &(struct table_view){
						.elapsed_ms = 123456789,
						.left_ms = (int64_t)i - 2,
						.width = width,
						.height = height,
						.colour = colour,
						.is_last = i == 4 });
					expect_fits(
					    text, width, height, colour);
				}
	/* Where there is room all of them are there, escaped. */
	text = draw(1, 0, 200, 40, false);
	assert_non_null(strstr(text, "one\\ntwo\\x0d\\nthree"));
	assert_non_null(strstr(text, "\\x1b[2J"));
	assert_non_null(strstr(text, "%s%n%d%100000d"));
	assert_non_null(strstr(text, "##\\x5berror]x"));
	assert_non_null(strstr(text, "::error::x"));
	assert_null(strstr(text, "\n::"));
}

/* A terminal of no size at all. */
static void
test_no_size(void **state)
{
	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN, .jobs = mixed, .job_count = COUNT(mixed) });
	watching_see(0);
	draw(1, 0, 0, 0, false);
	draw(1, 0, 0, 24, true);
	draw(1, 0, 80, 0, true);
	draw(0, 0, 80, 24, false);
	assert_string_equal(buf_str(&table), "");
}

/* What a name repeats of a secret is no less secret. */
static void
test_secret_names(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "job " SECRET },
		{ .name =
			"a name that makes the cut fall into the secret, " SECRET },
	};
	const char *text;
	size_t width;

	(void)state;
	secret_add(SECRET);
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.title = "Deploy " SECRET,
		.jobs = jobs,
		.job_count = COUNT(jobs),
	    });
	watching_see(0);
	for (width = 20; width <= 200; width++) {
		text = draw(1, 0, width, 24, false);
		check(strstr(text, SECRET) == NULL, "%s", text);
		/* Nor the better part of it. */
		check(strstr(text, "ghs_0123") == NULL, "%s", text);
	}
}

static size_t
count_rows(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* More jobs than rows: those that want to be seen, and how many are not. */
static void
test_crowd(void **state)
{
	static struct fake_job jobs[300];
	static char names[COUNT(jobs)][16];
	const char *text, *p;
	size_t i, height;

	(void)state;
	for (i = 0; i < COUNT(jobs); i++) {
		snprintf(names[i], sizeof names[i], "job %zu;", i);
		jobs[i].name = names[i];
		jobs[i].done_at = 1;
	}
	jobs[299].conclusion = "failure";
	jobs[150].conclusion = "cancelled";
	jobs[200].done_at = 0; /* in progress */
	jobs[10].done_at = 0;
	jobs[10].set_up_at = FAKE_NEVER; /* queued */
	jobs[5].skipped = true;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.states = going_on,
		.state_count = 1,
		.jobs = jobs,
		.job_count = COUNT(jobs),
	    });
	fake_pass(1000);
	watching_see(0);
	assert_int_equal(runs[0].jobs.count, 3);
	text = draw(1, 0, 80, 24, false);
	assert_in_range(count_rows(text), 20, 24);
	p = strstr(text, "job 150;");
	assert_non_null(p);
	p = strstr(p, "job 299;");
	assert_non_null(p);
	p = strstr(p, "job 200;");
	assert_non_null(p);
	p = strstr(p, "job 10;");
	assert_non_null(p);
	p = strstr(p, "job 0;");
	assert_non_null(p);
	/* 300, less those shown. */
	i = count_rows(text) - 3;
	p = strstr(p, "\n    ... and ");
	assert_non_null(p);
	p += 9;
	assert_int_equal(strtoul(p + 4, NULL, 10), 300 - i);
	for (height = 1; height < 330; height++) {
		text = draw(1, 0, 80, height, false);
		check(count_rows(text) <= height, "%zu", height);
		/* The failed ones go first and leave last. */
		if (height >= 7)
			check(strstr(text, "job 150;") != NULL &&
				strstr(text, "job 299;") != NULL,
			    "%zu: %s", height, text);
	}
	/* All of them, as they are listed. */
	text = draw(1, 0, 80, 320, false);
	assert_int_equal(count_rows(text), 302);
	assert_null(strstr(text, "more jobs"));
	assert_true(strstr(text, "job 149;") < strstr(text, "job 150;"));
}

/* Several runs share the rows; one that has ended needs two. */
static void
test_several(void **state)
{
	static struct fake_job jobs[40];
	const char *text, *p;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		fake_add_run(gh,
		    (struct fake_run){
			.id = RUN + i,
			.states = going_on,
			.state_count = 1,
			.jobs = jobs,
			.job_count = COUNT(jobs),
		    });
	for (i = 0; i < 3; i++)
		watching_see(i);
	text = draw(3, 0, 80, 38, false);
	assert_in_range(count_rows(text), 30, 38);
	for (p = text, i = 0; (p = strstr(p, "more jobs")) != NULL; i++)
		p++;
	assert_int_equal(i, 3);
	runs[0].ended = runs[1].ended = true;
	text = draw(3, 0, 80, 38, false);
	assert_in_range(count_rows(text), 30, 38);
	for (p = text, i = 0; (p = strstr(p, "more jobs")) != NULL; i++)
		p++;
	assert_int_equal(i, 1);
	assert_true(strstr(text, "  | job") > strstr(text, "17654321100"));
	/* No room: it says so. */
	text = draw(3, 0, 80, 6, false);
	assert_true(count_rows(text) <= 6);
	assert_non_null(strstr(text, "..."));
}

/* WCAG 2.1: the luminance of a colour of the xterm's cube of 6 x 6 x 6. */
static double
luminance(unsigned int n)
{
	static const double linear[] = { 0, 0.1144, 0.2423, 0.4287, 0.6795, 1 };

	assert_in_range(n, 16, 231);
	n -= 16;
	return 0.2126 * linear[n / 36] + 0.7152 * linear[n / 6 % 6] +
	    0.0722 * linear[n % 6];
}

/* Marks and states have colours that can be read on black and on white; names
 * and times have none. */
static void
test_colours(void **state)
{
	static const struct {
		const char *mark, *name, *state, *colour;
	} cases[] = {
		{ "+", " lint                       ", "success", "28" },
		{ "X", " build (ubuntu-24.04, 3.12) ", "failure", "161" },
		{ "|", " test / unit                ", "in_progress", "31" },
		{ "*", " deploy                     ", "queued", NULL },
		{ ".", " notify                     ", "skipped", NULL },
	};
	const char *text;
	char row[128];
	double l;
	size_t i;

	(void)state;
	fake_add_run(gh,
	    (struct fake_run){
		.id = RUN,
		.states = going_on,
		.state_count = 1,
		.jobs = mixed,
		.job_count = COUNT(mixed),
	    });
	fake_pass(100000);
	watching_see(0);
	text = draw(1, 0, 80, 24, true);
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(
		    row, sizeof row, "\n  %s%s", cases[i].mark, cases[i].name);
		if (cases[i].colour != NULL) {
			snprintf(row, sizeof row,
			    "\n  \033[38;5;%sm%s\033[0m"
			    "%s\033[38;5;%sm%s\033[0m ",
			    cases[i].colour, cases[i].mark, cases[i].name,
			    cases[i].colour, cases[i].state);
			l = luminance((unsigned int)atoi(cases[i].colour));
			check((l + 0.05) / 0.05 >= 4 && 1.05 / (l + 0.05) >= 4,
			    "%s: %f", cases[i].colour, l);
		}
		check(strstr(text, row) != NULL, "%s%s", text, row);
	}
	text = draw(1, 0, 80, 24, false);
	assert_null(strchr(text, '\033'));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_table),
		TEST(test_spinner),
		TEST(test_long_states),
		TEST(test_elapsed),
		TEST(test_states_of_run),
		TEST(test_every_size),
		TEST(test_no_size),
		TEST(test_secret_names),
		TEST(test_crowd),
		TEST(test_several),
		TEST(test_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
