/*
 * The result on stdout, in $GITHUB_OUTPUT and in the summary: exact texts, and
 * a run that is never lost when one of them cannot be written.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "cli/output.h"

#define WORD_CHARACTERS	"abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define UUID	"3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define URL	"https://github.com/octo-org/octo-repo/actions/runs/" \
		"17654321098"
#define TEXT	"run_id=17654321098\nrun_url=" URL "\n"
#define JSON	"{\"run_id\":17654321098,\"run_url\":\"" URL "\"," \
		"\"repository\":\"octo-org/octo-repo\","

static char			folder[64];
static int			saved_stdout, saved_stderr;
static struct config		config;
static struct output_run	result;
static struct output		output;
static struct fault		fault;
static struct watched		awaited;

/* A file of the test's own folder; static, four at a time. */
static const char *
path_of(const char *name)
{
	static char paths[4][128];
	static size_t n;

	n = (n + 1) % COUNT(paths);
	snprintf(paths[n], sizeof paths[n], "%s/%s", folder, name);
	return paths[n];
}

/* For the config, which lends its paths. */
static char output_path[128], summary_path[128];

static const char *
keep(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", folder, name);
	return path;
}

/* All of a file; static, four at a time. */
static const char *
contents(const char *name)
{
	static char texts[4][8192];
	static size_t k;
	int fd = open(path_of(name), O_RDONLY);
	ssize_t n;

	k = (k + 1) % COUNT(texts);
	check(fd != -1, "%s is missing", name);
	n = read(fd, texts[k], sizeof texts[k] - 1);
	assert_true(n >= 0);
	texts[k][n] = '\0';
	close(fd);
	return texts[k];
}

static void
put_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static bool
exists(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

static void
redirect(int fd, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(to > 2, "%s", path);
	assert_int_equal(dup2(to, fd), fd);
	close(to);
}

static void
restore(void)
{
	dup2(saved_stdout, STDOUT_FILENO);
	dup2(saved_stderr, STDERR_FILENO);
}

static void
open_output(void)
{
	/* The one before may have been left open. */
	free(output.known);
	check(output_open(&output, &config, &fault) == STATUS_OK, "%s",
	    fault.text);
}

/* Writes the result with stdout at that place. */
static enum status
write_to(const char *place)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	redirect(STDOUT_FILENO, place);
	redirect(STDERR_FILENO, path_of("log"));
	status = output_result(&output, &result, &fault);
	output_summary(&output, &result);
	if (status == STATUS_OK)
		status = output_close(&output, STATUS_OK, &fault);
	restore();
	return status;
}

static enum status
write_result(void)
{
	return write_to(path_of("stdout"));
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	assert_non_null(mkdtemp(folder));
	saved_stdout = dup(STDOUT_FILENO);
	saved_stderr = dup(STDERR_FILENO);
	log_open(LOG_LEVEL_INFO, false);
	signal(SIGPIPE, SIG_IGN);
	memset(&config, 0, sizeof config);
	result = (struct output_run){
		.id = UINT64_C(17654321098),
		.url = URL,
		.repository = "octo-org/octo-repo",
		.workflow = "deploy.yml",
		.ref = "main",
		.identified_by = "response",
	};
	memset(&output, 0, sizeof output);
	output.fd = output.summary_fd = -1;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = { "stdout", "log", "output",
	    "summary", "moved", "fifo" };
	size_t i;

	(void)state;
	restore();
	close(saved_stdout);
	close(saved_stderr);
	output_close(&output, STATUS_OK, &fault);
	watched_wipe(&awaited);
	memset(&awaited, 0, sizeof awaited);
	for (i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	return rmdir(folder);
}

static void
test_formats(void **state)
{
	static const struct {
		enum config_format	 format;
		const char		*text;
	} cases[] = {
		{ CONFIG_TEXT, TEXT },
		{ CONFIG_ID, "17654321098\n" },
		{ CONFIG_URL, URL "\n" },
		{ CONFIG_JSON, "{\"run_id\":17654321098,\"run_url\":\"" URL
		    "\",\"repository\":\"octo-org/octo-repo\",\"workflow\":"
		    "\"deploy.yml\",\"ref\":\"main\",\"distinct_id\":null,"
		    "\"identified_by\":\"response\"}\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		config.format = cases[i].format;
		open_output();
		assert_int_equal(output.fd, -1);
		assert_int_equal(write_result(), STATUS_OK);
		assert_string_equal(contents("stdout"), cases[i].text);
		assert_string_equal(contents("log"), "");
	}
}

static void
test_json(void **state)
{
	static const struct {
		const char	*by, *text;
	} by[] = {
		{ "response", "\"identified_by\":\"response\"}\n" },
		{ "run-name", "\"identified_by\":\"run-name\"}\n" },
		{ "job-name", "\"identified_by\":\"job-name\"}\n" },
		{ "step-name", "\"identified_by\":\"step-name\"}\n" },
	};
	size_t i;

	(void)state;
	config.format = CONFIG_JSON;
	result.distinct_id = UUID;
	for (i = 0; i < COUNT(by); i++) {
		result.identified_by = by[i].by;
		open_output();
		assert_int_equal(write_result(), STATUS_OK);
		assert_non_null(strstr(contents("stdout"), by[i].text));
		assert_non_null(strstr(contents("stdout"),
		    ",\"distinct_id\":\"" UUID "\","));
	}
	/* One line, whatever the texts hold. */
	result.ref = "a\"b\\c\n\xc3\xa9";
	result.distinct_id = "i\"d\x01";
	result.id = INT64_MAX;
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	assert_string_equal(contents("stdout"),
	    "{\"run_id\":9223372036854775807,\"run_url\":\"" URL "\","
	    "\"repository\":\"octo-org/octo-repo\",\"workflow\":"
	    "\"deploy.yml\",\"ref\":\"a\\\"b\\\\c\\n\xc3\xa9\","
	    "\"distinct_id\":\"i\\\"d\\u0001\",\"identified_by\":"
	    "\"step-name\"}\n");
}

/* One of $GITHUB_OUTPUT's values, as a runner reads them; *delimiter gets
 * what it is enclosed by.  Returns what follows. */
static const char *
take_value(const char *p, const char *name, const char *value,
    char delimiter[128])
{
	size_t len = strlen(name), n;
	char end[160];

	check(strncmp(p, name, len) == 0 && strncmp(p + len, "<<", 2) == 0,
	    "%s", p);
	p += len + 2;
	n = strcspn(p, "\n");
	assert_in_range(n, 16, 100);
	memcpy(delimiter, p, n);
	delimiter[n] = '\0';
	p += n + 1;
	snprintf(end, sizeof end, "\n%s\n", delimiter);
	n = strlen(value);
	check(strncmp(p, value, n) == 0, "%s", p);
	p += n;
	check(strncmp(p, end, strlen(end)) == 0, "%s", p);
	return p + strlen(end);
}

/* Appended, in the heredoc form, with delimiters that nobody can guess. */
static void
test_output_file(void **state)
{
	char delimiters[9][128];
	const char *p, *first = "earlier=value\n";
	size_t i, k;

	(void)state;
	put_file("output", first);
	config.output_path = keep(output_path, "output");
	for (i = 0; i < 3; i++) {
		open_output();
		assert_true(output.fd > 2);
		assert_int_equal(write_result(), STATUS_OK);
		assert_int_equal(output.fd, -1);
		assert_string_equal(contents("stdout"), TEXT);
	}
	p = contents("output");
	assert_memory_equal(p, first, strlen(first));
	p += strlen(first);
	for (i = 0; i < 9; i += 3) {
		p = take_value(p, "run_id", "17654321098", delimiters[i]);
		p = take_value(p, "run_url", URL, delimiters[i + 1]);
		p = take_value(p, "exit_status", "0", delimiters[i + 2]);
	}
	assert_string_equal(p, "");
	for (i = 0; i < 9; i++) {
		/* 122 random bits as text. */
		assert_true(strlen(delimiters[i]) >= 32);
		assert_null(strstr(delimiters[i], "="));
		for (k = 0; k < i; k++)
			assert_string_not_equal(delimiters[i],
			    delimiters[k]);
	}
}

/* Created before anything is sent; what is there stays. */
static void
test_open(void **state)
{
	char delimiter[128];
	const char *p;

	(void)state;
	config.output_path = keep(output_path, "output");
	open_output();
	assert_true(exists("output"));
	assert_string_equal(contents("output"), "");
	assert_int_equal(output_close(&output, STATUS_OK, &fault), STATUS_OK);
	assert_int_equal(output.fd, -1);
	assert_int_equal(output_close(&output, STATUS_OK, &fault), STATUS_OK);
	put_file("output", "kept\n");
	open_output();
	assert_int_equal(output_close(&output, STATUS_REFUSED, &fault),
	    STATUS_REFUSED);
	p = contents("output");
	assert_memory_equal(p, "kept\n", 5);
	assert_string_equal(take_value(p + 5, "exit_status", "3", delimiter),
	    "");
	/* Others must not inherit it. */
	open_output();
	assert_true(fcntl(output.fd, F_GETFD) & FD_CLOEXEC);
	assert_false(fcntl(output.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(output.fd, F_GETFL) & O_APPEND);
	output_close(&output, STATUS_OK, &fault);
	assert_int_equal(output.fd, -1);
}

static void
expect_lost(const char *place)
{
	check(fault.status == STATUS_OUTPUT && fault.lasting, "%s",
	    fault.text);
	assert_int_equal(status_exit_code(fault.status), 8);
	check(strstr(fault.text, "17654321098") != NULL, "%s", fault.text);
	check(strstr(fault.text, URL) != NULL, "%s", fault.text);
	check(strstr(fault.text, place) != NULL, "%s", fault.text);
}

/* What is there may end within a line; nothing can be opened to see that once
 * the sandbox is closed. */
static void
test_unfinished_line(void **state)
{
	char delimiter[128];
	const char *p;

	(void)state;
	put_file("output", "no line end");
	config.output_path = keep(output_path, "output");
	open_output();
	assert_int_equal(rename(path_of("output"), keep(summary_path,
	    "moved")), 0);
	assert_int_equal(write_result(), STATUS_OK);
	p = contents("moved");
	assert_memory_equal(p, "no line end\n", 12);
	take_value(p + 12, "run_id", "17654321098", delimiter);
}

/* Later steps cannot see the exit code: it is told whatever came of it, also
 * where nothing was opened, and never at a result's cost. */
static void
test_exit_status(void **state)
{
	static const enum status statuses[] = { STATUS_FAILED, STATUS_USAGE,
	    STATUS_UNKNOWN, STATUS_TERMINATED };
	char delimiter[128], number[16];
	struct output_run before = result;
	const char *p;
	size_t i;

	(void)state;
	config.output_path = keep(output_path, "output");
	for (i = 0; i < COUNT(statuses); i++) {
		put_file("output", "");
		output_exit_status(config.output_path, statuses[i]);
		open_output();
		assert_int_equal(output_close(&output, statuses[i], &fault),
		    statuses[i]);
		snprintf(number, sizeof number, "%d",
		    status_exit_code(statuses[i]));
		p = take_value(contents("output"), "exit_status", number,
		    delimiter);
		p = take_value(p, "exit_status", number, delimiter);
		assert_string_equal(p, "");
	}
	output_exit_status(NULL, STATUS_FAILED);
	output_exit_status(folder, STATUS_FAILED);

	if (access("/dev/full", W_OK) != 0)
		skip();
	/* Without a run, the failure's own story is kept. */
	config.output_path = "/dev/full";
	open_output();
	assert_int_equal(output_close(&output, STATUS_REFUSED, &fault),
	    STATUS_REFUSED);
	/* With one it is a result that is lost. */
	config.output_path = keep(output_path, "output");
	open_output();
	redirect(STDOUT_FILENO, path_of("stdout"));
	assert_int_equal(output_result(&output, &before, &fault), STATUS_OK);
	restore();
	output.path = "/dev/full";
	redirect(output.fd, "/dev/full");
	assert_int_equal(output_close(&output, STATUS_FAILED, &fault),
	    STATUS_OUTPUT);
	expect_lost("/dev/full");
}

/* The summary is opened at the same time: its path may be gone later. */
static void
test_open_summary(void **state)
{
	(void)state;
	put_file("summary", "# Before\n");
	config.summary_path = keep(summary_path, "summary");
	open_output();
	assert_int_equal(rename(path_of("summary"), path_of("moved")), 0);
	assert_true(fcntl(output.summary_fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write_result(), STATUS_OK);
	assert_int_equal(output.summary_fd, -1);
	assert_false(exists("summary"));
	assert_non_null(strstr(contents("moved"), URL));
	assert_string_equal(contents("log"), "");
	/* Nothing to write: not a word of what cannot be written. */
	config.summary_path = folder;
	open_output();
	output_close(&output, STATUS_OK, &fault);
	assert_int_equal(output.summary_fd, -1);
	/* Not even created where GITHUB_OUTPUT is refused. */
	config.summary_path = keep(summary_path, "summary");
	config.output_path = folder;
	assert_int_equal(output_open(&output, &config, &fault), STATUS_USAGE);
	assert_false(exists("summary"));
}

static void
test_open_fails(void **state)
{
	const char *paths[4];
	size_t i;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	paths[0] = path_of("none/output");
	paths[1] = folder;
	paths[2] = path_of("fifo");	/* nobody reads it: no hang */
	paths[3] = "/dev/null/x";
	for (i = 0; i < COUNT(paths); i++) {
		config.output_path = paths[i];
		check(output_open(&output, &config, &fault) == STATUS_USAGE,
		    "%s", paths[i]);
		check(fault.status == STATUS_USAGE && fault.lasting, "%s",
		    paths[i]);
		check(strstr(fault.text, "GITHUB_OUTPUT") != NULL &&
		    strstr(fault.text, paths[i]) != NULL, "%s", fault.text);
		assert_int_equal(output.fd, -1);
	}
}

/* stdout does not take it: the ID is in the message, and in the file. */
static void
test_stdout_fails(void **state)
{
	enum status status;
	char delimiter[128];
	int fds[2];

	(void)state;
	config.output_path = keep(output_path, "output");
	config.summary_path = keep(summary_path, "summary");
	if (access("/dev/full", W_OK) == 0) {
		open_output();
		assert_int_equal(write_to("/dev/full"), STATUS_OUTPUT);
		expect_lost("standard output");
		expect_lost("No space left");
		take_value(contents("output"), "run_id", "17654321098",
		    delimiter);
		assert_non_null(strstr(contents("summary"), URL));
	}

	/* A pipe that nobody reads any more. */
	open_output();
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	status = output_result(&output, &result, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
	expect_lost("Broken pipe");

	/* None at all, and one that can only be read. */
	open_output();
	close(STDOUT_FILENO);
	status = output_result(&output, &result, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
	open_output();
	fds[0] = open("/dev/null", O_RDONLY);
	dup2(fds[0], STDOUT_FILENO);
	close(fds[0]);
	status = output_result(&output, &result, &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	expect_lost("standard output");
}

/* The output file does not take it: stdout has it all the same. */
static void
test_output_fails(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	config.output_path = "/dev/full";
	open_output();
	assert_int_equal(write_result(), STATUS_OUTPUT);
	expect_lost("/dev/full");
	assert_string_equal(contents("stdout"), TEXT);
	/* Neither does. */
	open_output();
	assert_int_equal(write_to("/dev/full"), STATUS_OUTPUT);
	expect_lost("No space left");
}

/* Nobody reads the pipe: what it takes to find out is taken once for all that
 * is written, and the run is in the message. */
static void
test_stuck_reader(void **state)
{
	static const char zeros[4096];
	static char fifo[128];
	int reader;

	(void)state;
	assert_int_equal(mkfifo(keep(fifo, "fifo"), 0600), 0);
	reader = open(fifo, O_RDWR | O_NONBLOCK);
	assert_true(reader != -1);
	while (write(reader, zeros, sizeof zeros) > 0)
		;
	config.output_path = config.summary_path = fifo;
	open_output();
	assert_in_range(output.patience_ms, 1000, 10000);
	output.patience_ms = 50;
	assert_int_equal(write_result(), STATUS_OUTPUT);
	expect_lost(fifo);
	assert_int_equal(output.patience_ms, 0);
	assert_string_equal(contents("stdout"), TEXT);
	/* Neither that nor a summary cost anything more. */
	assert_non_null(strstr(contents("log"), "GITHUB_STEP_SUMMARY"));
	close(reader);
}

static void
test_summary(void **state)
{
	const char *text;

	(void)state;
	put_file("summary", "# Before\n");
	config.summary_path = keep(summary_path, "summary");
	open_output();
	assert_false(output.fd != -1);
	assert_int_equal(write_result(), STATUS_OK);
	text = contents("summary");
	assert_memory_equal(text, "# Before\n", 9);
	assert_non_null(strstr(text, "[17654321098](" URL ")"));
	assert_non_null(strstr(text, "`deploy.yml`"));
	assert_non_null(strstr(text, "`main`"));
	assert_non_null(strstr(text, "`octo-org/octo-repo`"));
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_string_equal(contents("log"), "");
}

/* Names cannot leave their code span. */
static void
test_summary_markup(void **state)
{
	const char *text;

	(void)state;
	config.summary_path = keep(summary_path, "summary");
	result.ref = "a`](https://evil.example)<b>\n# x";
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	text = contents("summary");
	assert_non_null(strstr(text, " at ``a`](https://evil.example)<b>"
	    "\\n# x`` in "));
	assert_null(strstr(text, "\n# x"));
}

/* A summary that cannot be written is a warning. */
static void
test_summary_fails(void **state)
{
	(void)state;
	config.summary_path = keep(summary_path, "none/summary");
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	assert_string_equal(contents("stdout"), TEXT);
	assert_non_null(strstr(contents("log"), "warning"));
	assert_non_null(strstr(contents("log"), "GITHUB_STEP_SUMMARY"));
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	config.summary_path = keep(summary_path, "fifo");
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	assert_non_null(strstr(contents("log"), "warning"));
	config.summary_path = folder;
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	assert_non_null(strstr(contents("log"), "warning"));
	if (access("/dev/full", W_OK) != 0)
		return;
	config.summary_path = "/dev/full";
	open_output();
	assert_int_equal(write_result(), STATUS_OK);
	assert_non_null(strstr(contents("log"), "warning"));
}

static void
forget(void)
{
	watched_wipe(&awaited);
	memset(&awaited, 0, sizeof awaited);
}

/* The awaited run, as its last look has it. */
static void
see(const char *status, const char *conclusion, uint64_t attempt)
{
	struct run *run = &awaited.state.run;

	forget();
	awaited.seen = true;
	run->status = xstrdup(status);
	run->conclusion = xstrdup(conclusion);
	run->attempt = attempt;
}

/* As a wait goes: the run first, its end later. */
static enum status
write_twice(bool several)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	open_output();
	output.several = several;
	result.awaited = NULL;
	redirect(STDOUT_FILENO, path_of("stdout"));
	redirect(STDERR_FILENO, path_of("log"));
	status = output_result(&output, &result, &fault);
	result.awaited = &awaited;
	if (status == STATUS_OK)
		status = output_result(&output, &result, &fault);
	output_summary(&output, &result);
	if (status == STATUS_OK)
		status = output_close(&output, STATUS_OK, &fault);
	restore();
	return status;
}

/* What is only known after the wait comes after it. */
static void
test_after_wait(void **state)
{
	static const struct {
		const char	*status, *conclusion;
		uint64_t	 attempt;
		const char	*text, *json;
	} cases[] = {
		{ "completed", "success", 1,
		    "run_conclusion=success\nrun_attempt=1\n",
		    "\"status\":\"completed\",\"conclusion\":\"success\","
		    "\"run_attempt\":1}\n" },
		{ "completed", "timed_out", 12,
		    "run_conclusion=timed_out\nrun_attempt=12\n",
		    "\"status\":\"completed\",\"conclusion\":\"timed_out\","
		    "\"run_attempt\":12}\n" },
		/* It goes on. */
		{ "in_progress", "", 1, "run_attempt=1\n",
		    "\"status\":\"in_progress\",\"conclusion\":null,"
		    "\"run_attempt\":1}\n" },
		/* Not told. */
		{ "queued", "", 0, "",
		    "\"status\":\"queued\",\"conclusion\":null,"
		    "\"run_attempt\":null}\n" },
		/* Null. */
		{ "", "", 1, "run_attempt=1\n",
		    "\"status\":null,\"conclusion\":null,"
		    "\"run_attempt\":1}\n" },
		/* Never seen. */
		{ NULL, NULL, 0, "",
		    "\"status\":null,\"conclusion\":null,"
		    "\"run_attempt\":null}\n" },
		/* Nothing but a word on a line of text. */
		{ "completed", "good\nrun_id=1\r\x1b[1m $(x)", 1,
		    "run_conclusion=unknown\nrun_attempt=1\n",
		    "\"status\":\"completed\",\"conclusion\":\"good\\nrun_id=1"
		    "\\r\\u001b[1m $(x)\",\"run_attempt\":1}\n" },
	};
	char want[2048];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].status != NULL)
			see(cases[i].status, cases[i].conclusion,
			    cases[i].attempt);
		else
			forget();
		config.format = CONFIG_TEXT;
		assert_int_equal(write_twice(false), STATUS_OK);
		snprintf(want, sizeof want, TEXT "%s", cases[i].text);
		assert_string_equal(contents("stdout"), want);
		assert_int_equal(write_twice(true), STATUS_OK);
		assert_string_equal(contents("stdout"), want);

		/* A second, complete object on a line of its own. */
		config.format = CONFIG_JSON;
		assert_int_equal(write_twice(false), STATUS_OK);
		snprintf(want, sizeof want, JSON "\"workflow\":\"deploy.yml\","
		    "\"ref\":\"main\",\"distinct_id\":null,"
		    "\"identified_by\":\"response\"}\n" JSON
		    "\"workflow\":\"deploy.yml\",\"ref\":\"main\","
		    "\"distinct_id\":null,\"identified_by\":\"response\",%s",
		    cases[i].json);
		assert_string_equal(contents("stdout"), want);

		/* Once, whatever comes of it. */
		config.format = CONFIG_ID;
		assert_int_equal(write_twice(false), STATUS_OK);
		assert_string_equal(contents("stdout"), "17654321098\n");
		config.format = CONFIG_URL;
		assert_int_equal(write_twice(true), STATUS_OK);
		assert_string_equal(contents("stdout"), URL "\n");
		assert_string_equal(contents("log"), "");
	}
}

/* A run that was given: one object, at the end. */
static void
test_given_run(void **state)
{
	(void)state;
	result.workflow = NULL;
	result.identified_by = "given";
	see("completed", "failure", 2);
	config.format = CONFIG_JSON;
	assert_int_equal(write_twice(false), STATUS_OK);
	assert_string_equal(contents("stdout"), JSON "\"workflow\":null,"
	    "\"ref\":\"main\",\"distinct_id\":null,\"identified_by\":"
	    "\"given\",\"status\":\"completed\",\"conclusion\":\"failure\","
	    "\"run_attempt\":2}\n");
	result.ref = NULL;
	assert_int_equal(write_twice(true), STATUS_OK);
	assert_non_null(strstr(contents("stdout"), "\"ref\":null,"));
	config.format = CONFIG_TEXT;
	assert_int_equal(write_twice(false), STATUS_OK);
	assert_string_equal(contents("stdout"), TEXT
	    "run_conclusion=failure\nrun_attempt=2\n");
}

/* Of several runs, what belongs together stays together. */
static void
test_several_runs(void **state)
{
	(void)state;
	see("completed", "success", 1);
	open_output();
	output.several = true;
	redirect(STDOUT_FILENO, path_of("stdout"));
	assert_int_equal(output_result(&output, &result, &fault), STATUS_OK);
	restore();
	assert_string_equal(contents("stdout"), "");
	config.run_count = 2;
	open_output();
	assert_true(output.several);
	config.run_count = 1;
	open_output();
	assert_false(output.several);
	config.run_count = 0;
}

static void
test_output_file_after_wait(void **state)
{
	char delimiters[5][128];
	const char *p;
	size_t i, k;

	(void)state;
	config.output_path = keep(output_path, "output");
	see("completed", "timed_out", 3);
	assert_int_equal(write_twice(false), STATUS_OK);
	p = contents("output");
	p = take_value(p, "run_id", "17654321098", delimiters[0]);
	p = take_value(p, "run_url", URL, delimiters[1]);
	p = take_value(p, "run_conclusion", "timed_out", delimiters[2]);
	p = take_value(p, "run_attempt", "3", delimiters[3]);
	p = take_value(p, "exit_status", "0", delimiters[4]);
	assert_string_equal(p, "");
	for (i = 0; i < 5; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(delimiters[i],
			    delimiters[k]);
	/* Empty values are values. */
	put_file("output", "no line end");
	see("in_progress", "", 0);
	assert_int_equal(write_twice(false), STATUS_OK);
	p = contents("output");
	assert_memory_equal(p, "no line end\n", 12);
	p = take_value(p + 12, "run_id", "17654321098", delimiters[0]);
	p = take_value(p, "run_url", URL, delimiters[1]);
	p = take_value(p, "run_conclusion", "", delimiters[2]);
	p = take_value(p, "run_attempt", "", delimiters[3]);
	p = take_value(p, "exit_status", "0", delimiters[4]);
	assert_string_equal(p, "");
}

/* What cannot be written after the wait is in the message. */
static void
test_conclusion_lost(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	see("completed", "failure", 1);
	result.awaited = &awaited;
	open_output();
	assert_int_equal(write_to("/dev/full"), STATUS_OUTPUT);
	expect_lost("standard output");
	expect_lost("failure");
}

static void
add_job(const char *name, const char *status, const char *conclusion,
    const char *url)
{
	struct job_list *list;
	struct job *job;

	if (awaited.jobs.count == 0) {
		awaited.jobs.pages = xcalloc(1, sizeof *awaited.jobs.pages);
		awaited.jobs.count = 1;
	}
	list = &awaited.jobs.pages[0].list;
	list->jobs = xreallocarray(list->jobs, list->count + 1,
	    sizeof *list->jobs);
	job = &list->jobs[list->count++];
	memset(job, 0, sizeof *job);
	job->name = xstrdup(name);
	job->status = xstrdup(status);
	job->conclusion = xstrdup(conclusion);
	job->html_url = xstrdup(url);
}

static void
test_summary_after_wait(void **state)
{
	const char *text;

	(void)state;
	config.summary_path = keep(summary_path, "summary");
	see("completed", "failure", 1);
	add_job("build", "completed", "success", URL "/job/1");
	add_job("test (1, 2)", "completed", "failure", "");
	add_job("deploy", "in_progress", "", URL "/job/3");
	assert_int_equal(write_twice(false), STATUS_OK);
	text = contents("summary");
	assert_non_null(strstr(text, "[17654321098](" URL ")"));
	assert_non_null(strstr(text, ": `failure`."));
	assert_non_null(strstr(text, "\n| job | result |\n|---|---|\n"));
	assert_non_null(strstr(text, "\n| [`build`](" URL "/job/1) | "
	    "`success` |\n"));
	assert_non_null(strstr(text, "\n| `test (1, 2)` | `failure` |\n"));
	assert_non_null(strstr(text, "| `in_progress` |\n"));
	/* Once, though two things were told. */
	assert_null(strstr(strstr(text, "17654321098](") + 1,
	    "[17654321098]("));
	unlink(path_of("summary"));
	see("in_progress", "", 1);
	result.workflow = NULL;
	result.ref = NULL;
	assert_int_equal(write_twice(false), STATUS_OK);
	text = contents("summary");
	assert_memory_equal(text, "Awaited run", 11);
	assert_non_null(strstr(text, ": `not concluded`."));
	assert_null(strstr(text, "| job"));
}

/* Names of jobs and conclusions are code: no links, no mentions, no markup, no
 * cells (test_sink has more of them); a job whose URL repeats the token has no
 * link. */
static void
test_summary_names(void **state)
{
	static const char token[] = "ghs_0123456789abcdef";
	const char *text;

	(void)state;
	config.summary_path = keep(summary_path, "summary");
	secret_add(token);
	see("completed", "www.evil.example", 1);
	add_job("www.evil.example", "completed", "mailto:a@evil.example", "");
	add_job("a`b | ghs_0123456789abcdef", "completed", "a\nb",
	    "https://evil.example/ghs_0123456789abcdef");
	add_job("", "", "", "");
	assert_int_equal(write_twice(false), STATUS_OK);
	secret_forget();
	text = contents("summary");
	assert_non_null(strstr(text, ": `www.evil.example`."));
	assert_non_null(strstr(text, "|---|---|\n"
	    "| `www.evil.example` | `mailto:a@evil.example` |\n"
	    "| ``a`b \\| ***`` | `a\\nb` |\n"
	    "| - | - |\n\n"));
}

#define KEYS_MAX	16

/* The keys that a runner would take from the file, each once; its rules are in
 * actions/runner, FileCommandManager.cs.  Fails on what it would refuse. */
static size_t
read_keys(const char *p, char keys[KEYS_MAX][32], char values[KEYS_MAX][512])
{
	const char *line, *heredoc, *equals;
	char end[160];
	size_t n = 0, len;

	for (; *p != '\0'; n++) {
		line = p;
		len = strcspn(line, "\n");
		heredoc = strstr(line, "<<");
		equals = strchr(line, '=');
		check(n < KEYS_MAX && heredoc != NULL && heredoc < line + len &&
		    (equals == NULL || heredoc < equals), "%s", line);
		snprintf(keys[n], sizeof keys[n], "%.*s",
		    (int)(heredoc - line), line);
		snprintf(end, sizeof end, "\n%.*s\n", (int)(line + len -
		    heredoc - 2), heredoc + 2);
		p = strstr(line + len, end);
		check(p != NULL, "%s", line);
		snprintf(values[n], sizeof values[n], "%.*s",
		    p > line + len ? (int)(p - line - len - 1) : 0,
		    line + len + 1);
		p += strlen(end);
	}
	return n;
}

/* Whatever a server says: our keys and no other, in the file and on stdout, and
 * words that a shell makes nothing of. */
static void
test_hostile_results(void **state)
{
	static const char *const pieces[] = { "\n", "run_id=1", "run_id<<X\n",
	    "ghadelimiter_", "##[set-output name=run_id;]1", "::add-path::/x",
	    "$(id)", "`id`", "'", "\"", ";id", " ", "\x1b[2J", "\xe2\x80\xae",
	    "\xc2\x9b", "\xff", "a", "success", "~", "|" };
	static const char *const names[] = { "run_id", "run_url",
	    "run_conclusion", "run_attempt", "exit_status" };
	char keys[KEYS_MAX][32], values[KEYS_MAX][512], text[512], want[1024];
	uint32_t random = 4711;
	size_t round, i, n;

	(void)state;
	config.output_path = keep(output_path, "output");
	for (round = 0; round < 200; round++) {
		text[0] = '\0';
		n = round % 9;
		for (i = 0; i < n; i++) {
			random = random * 1103515245 + 12345;
			strcat(text, pieces[(random >> 16) % COUNT(pieces)]);
		}
		see(text, text, 1);
		put_file("output", "");
		assert_int_equal(write_twice(false), STATUS_OK);
		n = read_keys(contents("output"), keys, values);
		assert_int_equal(n, COUNT(names));
		for (i = 0; i < n; i++)
			assert_string_equal(keys[i], names[i]);
		assert_string_equal(values[0], "17654321098");
		assert_string_equal(values[1], URL);
		check(strcmp(values[2], "unknown") == 0 ||
		    strcmp(values[2], text) == 0, "%s", values[2]);
		assert_int_equal(strspn(values[2],
		    WORD_CHARACTERS), strlen(values[2]));
		assert_string_equal(values[3], "1");
		snprintf(want, sizeof want, TEXT "%s%s%srun_attempt=1\n",
		    *text != '\0' ? "run_conclusion=" : "", values[2],
		    *text != '\0' ? "\n" : "");
		assert_string_equal(contents("stdout"), want);
	}
}

/* The runner takes 1 MiB a step. */
static void
test_summary_size(void **state)
{
	char name[201];
	struct stat st;
	size_t i;

	(void)state;
	memset(name, '*', 200);
	name[200] = '\0';
	config.summary_path = keep(summary_path, "summary");
	see("completed", "success", 1);
	for (i = 0; i < 5000; i++)
		add_job(name, "completed", "success", URL "/job/1");
	assert_int_equal(write_twice(false), STATUS_OK);
	assert_int_equal(stat(path_of("summary"), &st), 0);
	assert_in_range(st.st_size, 500000, 1048576);
}

static void
test_text(void **state)
{
	char large[20001];
	enum status status;

	(void)state;
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = output_text("one\ntwo", &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_string_equal(contents("stdout"), "one\ntwo");
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = output_text("", &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_string_equal(contents("stdout"), "");
	/* More than a pipe takes in one piece. */
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	redirect(STDOUT_FILENO, path_of("stdout"));
	status = output_text(large, &fault);
	restore();
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(strlen(contents("stdout")), 8191);
	close(STDOUT_FILENO);
	status = output_text("x", &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
	assert_non_null(strstr(fault.text, "standard output"));
	if (access("/dev/full", W_OK) != 0)
		return;
	redirect(STDOUT_FILENO, "/dev/full");
	status = output_text("x", &fault);
	restore();
	assert_int_equal(status, STATUS_OUTPUT);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formats),
		TEST(test_json),
		TEST(test_output_file),
		TEST(test_open),
		TEST(test_unfinished_line),
		TEST(test_exit_status),
		TEST(test_open_summary),
		TEST(test_open_fails),
		TEST(test_stdout_fails),
		TEST(test_output_fails),
		TEST(test_stuck_reader),
		TEST(test_summary),
		TEST(test_summary_markup),
		TEST(test_summary_fails),
		TEST(test_after_wait),
		TEST(test_given_run),
		TEST(test_several_runs),
		TEST(test_output_file_after_wait),
		TEST(test_conclusion_lost),
		TEST(test_summary_after_wait),
		TEST(test_summary_names),
		TEST(test_hostile_results),
		TEST(test_summary_size),
		TEST(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
