/*
 * What people see of a wait: no line as wide as the terminal, no more lines
 * than it has, nothing that steers it; and the reports on the log.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/terminal.h"
#include "fake_clock.h"
#include "fake_github.h"
#include "command/report.h"

#define RUN	UINT64_C(17654321098)
#define SECRET	"ghs_0123456789abcdef"

static struct github	*gh;
static struct watched	 runs[4];
static struct buf	 table;
static char		 log_path[64];
static int		 saved_stderr;

static int
set_up(void **state)
{
	(void)state;
	gh = fake_github_new();
	memset(runs, 0, sizeof runs);
	buf_init(&table, BUF_TEXT_MAX);
	log_open(LOG_LEVEL_INFO, false);
	saved_stderr = -1;
	return 0;
}

static void
restore(void)
{
	if (saved_stderr == -1)
		return;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	saved_stderr = -1;
}

static int
tear_down(void **state)
{
	size_t i;

	(void)state;
	restore();
	for (i = 0; i < COUNT(runs); i++)
		watched_wipe(&runs[i]);
	buf_free(&table);
	fake_github_free(gh);
	secret_forget();
	return 0;
}

/* A run of the script, and the run that is waited for, as it is now. */
static struct watched *
look_at(size_t n)
{
	const int64_t deadline_ms = FAKE_START + fake_now() + 1000;
	struct watched *a = &runs[n];
	struct job_page *page;
	struct fault f;

	gh->call_ms = 0;
	watched_wipe(a);
	a->gh = gh;
	a->id = gh->runs[n].id;
	assert_int_equal(github_get_run(gh, a->id, deadline_ms, &a->state,
	    &f), STATUS_OK);
	a->seen = true;
	do {
		a->jobs.pages = xreallocarray(a->jobs.pages,
		    a->jobs.count + 1, sizeof *a->jobs.pages);
		page = &a->jobs.pages[a->jobs.count++];
		memset(page, 0, sizeof *page);
		assert_int_equal(github_list_jobs(gh, a->id,
		    GITHUB_LATEST_ATTEMPT, (unsigned int)a->jobs.count,
		    deadline_ms, page, &f), STATUS_OK);
	} while (page->has_next);
	return a;
}

static const char *
draw_view(size_t count, const struct report_view *v)
{
	buf_clear(&table);
	report_table(&table, runs, count, v);
	return buf_str(&table);
}

static const char *
draw(size_t count, int64_t elapsed_ms, size_t width, size_t height,
    bool colour)
{
	return draw_view(count, &(struct report_view){ .elapsed_ms =
	    elapsed_ms, .left_ms = -1, .width = width, .height = height,
	    .colour = colour });
}

static void
capture(void)
{
	int fd;

	snprintf(log_path, sizeof log_path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(log_path);
	assert_true(fd > 2);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* What was logged since capture; static. */
static const char *
captured(void)
{
	static char text[200000];
	int fd = open(log_path, O_RDONLY);
	ssize_t n;

	restore();
	n = read(fd, text, sizeof text - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	unlink(log_path);
	return text;
}

static const struct fake_state going_on[] = { { .status = "in_progress" } };

static const struct fake_job mixed[] = {
	{ .name = "lint", .set_up_at = 1000, .done_at = 31000 },
	{ .name = "build (ubuntu-24.04, 3.12)", .set_up_at = 1000,
	    .done_at = 71000, .conclusion = "failure" },
	{ .name = "test / unit", .set_up_at = 2000 },
	{ .name = "deploy", .set_up_at = FAKE_NEVER },
	{ .name = "notify", .skipped = true },
};

/* All of it, as it is meant to look. */
static void
test_table(void **state)
{
	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .title = "Deploy it",
	    .states = going_on, .state_count = 1, .jobs = mixed,
	    .job_count = COUNT(mixed) });
	fake_pass(100000);
	look_at(0);
	assert_string_equal(draw(1, 100000, 80, 24, false),
	    "| Deploy it (run 17654321098)  in_progress     1m40s\n"
	    "  https://github.com/octo-org/octo-repo/actions/runs/17654321098"
	    "\n"
	    "  + lint                       success         30s\n"
	    "  X build (ubuntu-24.04, 3.12) failure         1m10s\n"
	    "  | test / unit                in_progress     1m38s\n"
	    "  * deploy                     queued\n"
	    "  . notify                     skipped         0s\n");
	/* The time that is left; never when the wait is over. */
	assert_string_equal(strstr(draw_view(1, &(struct report_view){
	    .left_ms = 201000, .width = 80, .height = 24 }), "  . notify"),
	    "  . notify                     skipped         0s\n"
	    "  timeout in 3m21s\n");
	assert_string_equal(strstr(draw_view(1, &(struct report_view){
	    .left_ms = 0, .width = 80, .height = 24, .is_last = true }),
	    "  . notify"), "  . notify                     skipped         "
	    "0s\n");
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
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = going_on,
	    .state_count = 1 });
	look_at(0);
	for (i = 0; i < sizeof marks - 1; i++) {
		draw_view(1, &(struct report_view){ .left_ms = -1,
		    .frame = (unsigned int)i, .width = 80, .height = 24 });
		assert_int_equal(buf_str(&table)[0], marks[i]);
	}
	/* What stays on the screen does not look as if it spun. */
	draw_view(1, &(struct report_view){ .left_ms = -1, .frame = 1,
	    .width = 80, .height = 24, .is_last = true });
	assert_int_equal(buf_str(&table)[0], '*');
}

/* The longest states there are, on every terminal that has room for states. */
static void
test_long_states(void **state)
{
	static const struct fake_job jobs[] = {
		{ .name = "one", .done_at = 1,
		    .conclusion = "startup_failure" },
		{ .name = "two", .done_at = 1,
		    .conclusion = "action_required" },
		{ .name = "three", .done_at = 1,
		    .conclusion = "a_state_of_sixteen_and_more" },
	};
	const char *text;
	size_t width;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = going_on,
	    .state_count = 1, .jobs = jobs, .job_count = COUNT(jobs) });
	fake_pass(1000);
	look_at(0);
	for (width = 40; width < 200; width++) {
		text = draw(1, 0, width, 24, false);
		check(strstr(text, " startup_failure") != NULL &&
		    strstr(text, " action_required") != NULL &&
		    strstr(text, " a_state_of_s...") != NULL, "%s", text);
	}
}

static void
test_elapsed(void **state)
{
	static const struct {
		int64_t		 ms;
		const char	*text;
	} cases[] = {
		{ 0, " 0s\n" }, { 999, " 0s\n" }, { 1000, " 1s\n" },
		{ 59999, " 59s\n" }, { 60000, " 1m00s\n" },
		{ 3599999, " 59m59s\n" }, { 3600000, " 1h00m\n" },
		{ 21600000, " 6h00m\n" }, { 359999000, " 99h59m\n" },
		{ 35 * INT64_C(86400000), " 840h00m\n" },
	};
	const char *text;
	size_t i;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = going_on,
	    .state_count = 1 });
	look_at(0);
	for (i = 0; i < COUNT(cases); i++) {
		text = draw(1, cases[i].ms, 80, 24, false);
		check(strstr(text, cases[i].text) == strchr(text, '\n') + 1 -
		    strlen(cases[i].text), "%s", text);
	}
}

static void
test_states_of_run(void **state)
{
	static const struct fake_state over[] = { { .status = "completed",
	    .conclusion = "timed_out", .attempt = 3 } };
	const char *text;

	(void)state;
	/* Not seen yet: nothing but its number. */
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = over,
	    .state_count = 1 });
	runs[0].gh = gh;
	runs[0].id = RUN;
	text = draw(1, 5000, 80, 24, false);
	assert_non_null(strstr(text, "run 17654321098"));
	assert_non_null(strstr(text, "not seen"));
	assert_null(strstr(text, "http"));
	look_at(0);
	text = draw(1, 5000, 80, 24, false);
	assert_memory_equal(text, "X Deploy (run 17654321098, attempt 3) ",
	    38);
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
		    (colour && *p == '\033' && p[1] == '['), "%s", text);
	check(strlen(text) == table.len, "%s", text);
}

static const struct fake_job hostile[] = {
	{ .name = "" },
	{ .name = "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8"
	    "\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96"
	    "\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8"
	    "\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96"
	    "\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8" },
	{ .name = "\xf0\x9f\x9a\x80 e\xcc\x81\xcc\x82\xcc\x83 launch" },
	{ .name = "one\ntwo\r\nthree\rfour\tfive\vsix" },
	{ .name = "\033[2J\033[H\033]0;title\007\033[31mred" },
	{ .name = "\x9b" "31m \xc2\x9b" "31m \x7f \x01 \xff\xfe\xed\xa0\x80" },
	{ .name = "\xe2\x80\xae" "desrever \xe2\x81\xa6x\xef\xbb\xbf" },
	{ .name = "::error::x" }, { .name = "##[error]x" },
	{ .name = "%s%n%d%100000d" },
	{ .name = "a very long name that goes on and on and on and on and on "
	    "and on and on and on and on and on and on and on and on and on "
	    "and on and on and on and on and on and on and on and on and on "
	    "and on and on and on, to its end" },
	{ .name = "with a conclusion", .done_at = 1,
	    .conclusion = "one_that_is_not_known_yet_and_is_long\n\033[31m" },
};

static void
test_every_size(void **state)
{
	static const struct fake_state odd[] = { { .status =
	    "in_progress\n\033[1m and a status that nobody expected" } };
	size_t width, height, i;
	const char *text;
	int colour;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .title = "A title of "
	    "\xe4\xb8\xad\xe6\x96\x87 \033[31m\n::error:: that is long "
	    "enough for most terminals there are, and for some that there "
	    "are not, as it seems to go on for quite a while: commit titles "
	    "are like that, at times", .states = going_on, .state_count = 1,
	    .jobs = hostile, .job_count = COUNT(hostile) });
	fake_add_run(gh, (struct fake_run){ .id = RUN + 1, .states = odd,
	    .state_count = 1, .jobs = mixed, .job_count = COUNT(mixed) });
	fake_add_run(gh, (struct fake_run){ .id = RUN + 2 });
	fake_pass(100000);
	for (i = 0; i < 3; i++)
		look_at(i);
	runs[3].gh = gh;
	runs[3].id = UINT64_MAX;
	for (width = 1; width <= 200; width++)
		for (height = 1; height <= 40; height += height < 8 ? 1 : 7)
			for (i = 1; i <= 4; i++)
				for (colour = 0; colour < 2; colour++) {
					text = draw_view(i,
					    &(struct report_view){
					    .elapsed_ms = 123456789,
					    .left_ms = (int64_t)i - 2,
					    .width = width,
					    .height = height,
					    .colour = colour,
					    .is_last = i == 4 });
					expect_fits(text, width, height,
					    colour);
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
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = mixed,
	    .job_count = COUNT(mixed) });
	look_at(0);
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
		{ .name = "a name that makes the cut fall into the secret, "
		    SECRET },
	};
	const char *text;
	size_t width;

	(void)state;
	secret_add(SECRET);
	fake_add_run(gh, (struct fake_run){ .id = RUN,
	    .title = "Deploy " SECRET, .jobs = jobs,
	    .job_count = COUNT(jobs) });
	look_at(0);
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
	jobs[200].done_at = 0;				/* in progress */
	jobs[10].done_at = 0;
	jobs[10].set_up_at = FAKE_NEVER;		/* queued */
	jobs[5].skipped = true;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = going_on,
	    .state_count = 1, .jobs = jobs, .job_count = COUNT(jobs) });
	fake_pass(1000);
	look_at(0);
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
			    strstr(text, "job 299;") != NULL, "%zu: %s",
			    height, text);
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
		fake_add_run(gh, (struct fake_run){ .id = RUN + i,
		    .states = going_on, .state_count = 1, .jobs = jobs,
		    .job_count = COUNT(jobs) });
	for (i = 0; i < 3; i++)
		look_at(i);
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
	static const double linear[] = { 0, 0.1144, 0.2423, 0.4287, 0.6795,
	    1 };

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
		const char	*mark, *name, *state, *colour;
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
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = going_on,
	    .state_count = 1, .jobs = mixed, .job_count = COUNT(mixed) });
	fake_pass(100000);
	look_at(0);
	text = draw(1, 0, 80, 24, true);
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(row, sizeof row, "\n  %s%s", cases[i].mark,
		    cases[i].name);
		if (cases[i].colour != NULL) {
			snprintf(row, sizeof row, "\n  \033[38;5;%sm%s\033[0m"
			    "%s\033[38;5;%sm%s\033[0m ", cases[i].colour,
			    cases[i].mark, cases[i].name, cases[i].colour,
			    cases[i].state);
			l = luminance((unsigned int)atoi(cases[i].colour));
			check((l + 0.05) / 0.05 >= 4 && 1.05 / (l + 0.05) >= 4,
			    "%s: %f", cases[i].colour, l);
		}
		check(strstr(text, row) != NULL, "%s%s", text, row);
	}
	text = draw(1, 0, 80, 24, false);
	assert_null(strchr(text, '\033'));
}

static void
test_change(void **state)
{
	static const struct fake_state states[] = {
		{ .status = "queued" },
		{ .at = 1000, .status = "in_progress", .attempt = 2 },
		{ .at = 2000, .status = "completed", .conclusion = "failure",
		    .attempt = 11 },
		{ .at = 3000, .status = "odd\n::error::\033[1m" },
	};
	static const char *const says[] = {
		": run 17654321098 is queued\n",
		": run 17654321098 is in_progress (attempt 2)\n",
		": run 17654321098 is completed: failure (attempt 11)\n",
		": run 17654321098 is odd\\n::error::\\x1b[1m\n",
	};
	const char *text;
	int year, month, day, hour, minute, second, n;
	size_t i;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .states = states,
	    .state_count = COUNT(states) });
	for (i = 0; i < COUNT(says); i++) {
		look_at(0);
		capture();
		report_change(&runs[0]);
		text = captured();
		n = 0;
		check(sscanf(text, "return-dispatch: %4d-%2d-%2d "
		    "%2d:%2d:%2d UTC%n", &year, &month, &day, &hour, &minute,
		    &second, &n) == 6 && n > 0, "%s", text);
		check(strcmp(text + n, says[i]) == 0, "%s", text);
		fake_pass(1000);
	}
}

static const struct fake_job failed_jobs[] = {
	{ .name = "lint", .done_at = 1 },
	{ .name = "build", .done_at = 1, .conclusion = "failure",
	    .steps = { "Check out", "Compile it", "Upload" },
	    .failed_step = "Compile it", .log = "one\ntwo\nthree\n" },
	{ .name = "test / unit", .done_at = 1, .conclusion = "cancelled",
	    .no_url = true, .log = "x" },
	{ .name = "deploy", .skipped = true },
	{ .name = "docs", .done_at = 1, .conclusion = "neutral" },
	{ .name = "still going" },
	{ .name = "odd", .done_at = 1, .conclusion = "sunk" },
	{ .name = "none", .done_at = 1, .conclusion = "" },
	{ .name = "evil\n::error::x", .done_at = 1, .conclusion = "failure",
	    .steps = { "\033[31m\n##[error]" }, .failed_step =
	    "\033[31m\n##[error]" },
};

/* Who failed, with what, where, and where to read on. */
static void
test_failures(void **state)
{
	const char *text;
	int actions;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = failed_jobs,
	    .job_count = COUNT(failed_jobs) });
	fake_pass(1000);
	look_at(0);
	for (actions = 0; actions < 2; actions++) {
		log_open(LOG_LEVEL_INFO, actions);
		capture();
		report_failures(&runs[0]);
		text = captured();
		assert_non_null(strstr(text, actions ?
		    "::error::job \"build\" concluded with failure" :
		    "return-dispatch: error: job \"build\" concluded with "
		    "failure"));
		assert_non_null(strstr(text, "\"Compile it\" (failure)"));
		assert_null(strstr(text, "Upload"));
		assert_null(strstr(text, "Check out"));
		assert_non_null(strstr(text, "actions/runs/17654321098/job/"
		    "176543210980002\n"));
		/* Without an URL of its own: the run's. */
		assert_non_null(strstr(text, "\"test / unit\" concluded with "
		    "cancelled: https://github.com/octo-org/octo-repo/actions/"
		    "runs/17654321098\n"));
		assert_non_null(strstr(text, "\"odd\" concluded with sunk"));
		assert_non_null(strstr(text, "\"none\" concluded with no "
		    "conclusion"));
		assert_null(strstr(text, "\"lint\""));
		assert_null(strstr(text, "still going"));
		/* No cause, and so no error. */
		assert_non_null(strstr(text, "\nreturn-dispatch: job "
		    "\"deploy\" concluded with skipped"));
		assert_non_null(strstr(text, "\nreturn-dispatch: job "
		    "\"docs\" concluded with neutral"));
		assert_null(strstr(text, "\n::error::x"));
		assert_null(strstr(text, "##[error]"));
		assert_null(strchr(text, '\033'));
	}
	log_open(LOG_LEVEL_ERROR, false);
	capture();
	report_failures(&runs[0]);
	text = captured();
	assert_non_null(strstr(text, "\"build\""));
	assert_null(strstr(text, "\"deploy\""));
}

/* The end of each failed job's log, and of no other. */
static void
test_logs(void **state)
{
	const char *text;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = failed_jobs,
	    .job_count = COUNT(failed_jobs) });
	fake_pass(1000);
	look_at(0);
	capture();
	report_logs(&fake_clock, &runs[0], 2,
	    FAKE_START + fake_now() + 1000);
	text = captured();
	assert_non_null(strstr(text, "job \"build\"\nreturn-dispatch: | two\n"
	    "return-dispatch: | three\n"));
	assert_null(strstr(text, "| one"));
	assert_non_null(strstr(text, "job \"test / unit\"\n"
	    "return-dispatch: | x\n"));
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 5);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 1)), 1);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 0)), 0);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 3)), 0);
	assert_int_equal(fake_count(gh, FAKE_LOG, fake_job_id(RUN, 5)), 0);
}

/* A log is foreign text, whatever it says. */
static void
test_log_lines(void **state)
{
	static const struct fake_job jobs[] = { { .done_at = 1,
	    .conclusion = "failure", .log =
	    "\xef\xbb\xbf" "2024-05-13T19:47:28.1234567Z first\r\n"
	    "##[error]Process completed with exit code 1.\n"
	    "::error::x\n\n"
	    "\033[31mred\033[0m \007\xff\ttab\n"
	    "#\033[1m#\033[m[warning]hidden\n"
	    "key: ghs_012345\033[31m6789abcdef\033[0m\n"
	    "cut \033[31\n"
	    "token: " SECRET " %s\n"
	    "##[endgroup]\n"
	    "last" } };
	const char *text, *p;
	int actions;

	(void)state;
	secret_add(SECRET);
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = jobs,
	    .job_count = 1 });
	fake_pass(1000);
	look_at(0);
	for (actions = 0; actions < 2; actions++) {
		log_open(LOG_LEVEL_INFO, actions);
		capture();
		report_logs(&fake_clock, &runs[0], 100,
		    FAKE_START + fake_now() + 1000);
		text = captured();
		if (actions) {
			p = strstr(text, "::group::");
			assert_ptr_equal(p, text);
			p = strstr(text, "::endgroup::\n");
			assert_non_null(p);
			assert_int_equal(strlen(p), 13);
		} else {
			assert_null(strstr(text, "::group"));
			assert_null(strstr(text, "::endgroup"));
		}
		assert_non_null(strstr(text, ": | 2024-05-13T19:47:28"));
		assert_non_null(strstr(text, "first\n"));
		assert_non_null(strstr(text, "| ##\\x5berror]Process"));
		assert_non_null(strstr(text, "| ::error::x\n"));
		assert_non_null(strstr(text, "| \n"));
		/* Colours and controls are of no use, and gone. */
		assert_non_null(strstr(text, "| red \\xff tab\n"));
		assert_non_null(strstr(text, "| ##\\x5bwarning]hidden\n"));
		assert_non_null(strstr(text, "| key: ***\n"));
		assert_non_null(strstr(text, "| cut \n"));
		assert_non_null(strstr(text, "| token: *** %s\n"));
		assert_non_null(strstr(text, "| last\n"));
		assert_null(strstr(text, "##["));
		assert_null(strstr(text, SECRET));
		for (p = text; p != NULL && *p != '\0'; p = strchr(p, '\n'),
		    p = p != NULL ? p + 1 : p)
			check(strncmp(p, "::", 2) != 0 ||
			    strncmp(p, "::group::", 9) == 0 ||
			    strncmp(p, "::endgroup::", 12) == 0, "%s", p);
	}
}

/* Very long lines are cut, and never through a secret. */
static void
test_long_log_line(void **state)
{
	static char line[400000];
	static struct fake_job jobs[] = { { .done_at = 1,
	    .conclusion = "failure", .log = line } };
	const char *text;
	size_t i, at;

	(void)state;
	secret_add(SECRET);
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = jobs,
	    .job_count = 1 });
	fake_pass(1000);
	look_at(0);
	for (at = 1980; at <= 2005; at++) {
		memset(line, 'x', sizeof line - 1);
		memcpy(line + at, SECRET, strlen(SECRET));
		capture();
		report_logs(&fake_clock, &runs[0], 5,
		    FAKE_START + fake_now() + 1000);
		text = captured();
		check(strlen(text) < 6000, "%zu", strlen(text));
		for (i = 4; i < strlen(SECRET); i++)
			check(strstr(text, "xghs_") == NULL, "%zu", at);
		assert_non_null(strstr(text, "...\n"));
	}
	/* NULs do not end a line early. */
	memset(line, 'y', sizeof line - 1);
	line[50] = '\0';
	line[49] = '\n';
	jobs[0].log_repeats = 3;
	capture();
	report_logs(&fake_clock, &runs[0], 5,
	    FAKE_START + fake_now() + 1000);
	text = captured();
	assert_non_null(strstr(text, "| yyyyy"));
}

/* Half a log is better than none; none is a warning. */
static void
test_log_fails(void **state)
{
	static const enum status statuses[] = { STATUS_CLOSED,
	    STATUS_NOT_FOUND, STATUS_REFUSED, STATUS_TIMEOUT };
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(statuses); i++) {
		fake_add_run(gh, (struct fake_run){ .id = RUN,
		    .jobs = failed_jobs, .job_count = 3 });
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_LOG,
		    .first = 1, .status = statuses[i] });
		fake_pass(1000);
		look_at(0);
		capture();
		report_logs(&fake_clock, &runs[0], 100,
		    FAKE_START + fake_now() + 1000);
		text = captured();
		assert_non_null(strstr(text, "warning: "));
		assert_non_null(strstr(text, "fake: call failed"));
		assert_non_null(strstr(text, "\"build\""));
		check((strstr(text, "| three\n") != NULL) == (statuses[i] ==
		    STATUS_CLOSED), "%s", text);
		/* The lines before a cut are not the last ones. */
		assert_null(strstr(text, "last lines of the log of job "
		    "\"build\""));
		assert_int_equal(strstr(text, "log of job \"build\", which "
		    "broke off after these lines") != NULL, statuses[i] ==
		    STATUS_CLOSED);
		assert_int_equal(strstr(text, "the log of job \"build\" could "
		    "not be read to its end: ") != NULL, statuses[i] ==
		    STATUS_CLOSED);
		/* The other job's is asked for all the same, unless that
		 * would take as long once more. */
		check((strstr(text, "| x\n") != NULL) == (statuses[i] !=
		    STATUS_TIMEOUT), "%s", text);
		tear_down(state);
		set_up(state);
	}
}

/* Logs that come a moment after their jobs' ends are waited for, three times
 * in all. */
static void
test_late_logs(void **state)
{
	static const struct {
		unsigned int	missing;	/* calls that find nothing */
		size_t		calls;
		bool		first, second;
	} rows[] = {
		{ 1, 3, true, true }, { 3, 5, true, true },
		{ 4, 5, false, true }, { FAKE_ALWAYS, 5, false, false },
	};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		fake_add_run(gh, (struct fake_run){ .id = RUN,
		    .jobs = failed_jobs, .job_count = 3 });
		fake_add_failure(gh, (struct fake_failure){ .kind = FAKE_LOG,
		    .first = 1, .last = rows[i].missing,
		    .status = STATUS_NOT_FOUND });
		fake_pass(1000);
		look_at(0);
		capture();
		report_logs(&fake_clock, &runs[0], 100,
		    FAKE_START + fake_now() + 60000);
		text = captured();
		check(fake_count(gh, FAKE_LOG, 0) == rows[i].calls,
		    "row %zu: %zu", i, fake_count(gh, FAKE_LOG, 0));
		check((strstr(text, "| three\n") != NULL) == rows[i].first,
		    "row %zu: %s", i, text);
		check((strstr(text, "| x\n") != NULL) == rows[i].second,
		    "row %zu: %s", i, text);
		tear_down(state);
		set_up(state);
	}
}

/* A signal ends it at once. */
static void
test_log_signal(void **state)
{
	const char *text;

	(void)state;
	fake_add_run(gh, (struct fake_run){ .id = RUN, .jobs = failed_jobs,
	    .job_count = COUNT(failed_jobs) });
	fake_pass(1000);
	look_at(0);
	fake_signal_at(fake_now(), 2);
	capture();
	report_logs(&fake_clock, &runs[0], 100,
	    FAKE_START + fake_now() + 1000);
	text = captured();
	assert_string_equal(text, "");
	assert_int_equal(fake_count(gh, FAKE_LOG, 0), 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
		TEST(test_change),
		TEST(test_failures),
		TEST(test_logs),
		TEST(test_log_lines),
		TEST(test_long_log_line),
		TEST(test_log_fails),
		TEST(test_late_logs),
		TEST(test_log_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
