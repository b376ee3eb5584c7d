/* SPDX-License-Identifier: ISC */
/*
 * The journal as a file: what it is of, what is recorded, that this is on the
 * disk before anything else happens, and every way in which a file is unfit.
 */
#include "results.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "command/journal.h"

#define REPO "octo-org/octo-repo"
#define ID   "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define NEXT "a0a0a0a0-91d5-4a0e-8a43-5f1a7c2e9b10"
#define BODY(id)                                                               \
	"{\"ref\":\"main\",\"inputs\":{\"key\":\"hush\",\"distinct_id\":\"" id \
	"\"}}"

static char path[PATH_SIZE];
static struct journal_order order;
static struct journal *journal;
static struct fault fault;

/* In place of the C library's: counts, and fails if a test says so. */
static unsigned int syncs;
static int sync_error;

int
fsync(int fd)
{
	assert_true(fcntl(fd, F_GETFD) != -1);
	syncs++;
	errno = sync_error;
	return sync_error == 0 ? 0 : -1;
}

static int
set_up(void **state)
{
	(void)state;
	results_set_up();
	keep(path, "journal");
	order = (struct journal_order){
		.server = "https://api.github.com",
		.workflow = "build.yml",
		.ref = "main",
		.body = BODY(ID),
		.unique = ID,
	};
	syncs = 0;
	sync_error = 0;
	log_open(LOG_LEVEL_ERROR, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	journal_close(journal);
	journal = NULL;
	unlink(path_of("journal"));
	unlink(path_of("target"));
	return results_tear_down();
}

static enum status
open_journal(void)
{
	journal_close(journal);
	return journal_open(&journal, path, &order, &fault);
}

static void
expect_open(void)
{
	check(open_journal() == STATUS_OK, "%s", fault.text);
}

static void
expect_refused(const char *part)
{
	assert_int_equal(open_journal(), STATUS_USAGE);
	assert_null(journal);
	check(strstr(fault.text, part) != NULL &&
		strstr(fault.text, "Nothing was sent") != NULL,
	    "\"%s\" is not in \"%s\"", part, fault.text);
	assert_true(fault.lasting);
}

static enum status
send_to(const char *repository)
{
	const struct record r = {
		.repository = repository,
		.state = RECORD_SENDING,
		.distinct_id = ID,
		.is_unique = true,
		.baseline = 41,
		.server_ms = 1700000000000,
	};

	return journal_add(journal, &r, &fault);
}

static enum record_state
state_of(const char *repository)
{
	const struct record *r = journal_find(journal, repository);

	assert_non_null(r);
	return r->state;
}

static size_t
size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

/* A new one is there, for the user alone, and says what it is of. */
static void
test_new(void **state)
{
	struct stat st;

	(void)state;
	umask(0);
	expect_open();
	/* The file and its folder. */
	assert_int_equal(syncs, 2);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_null(journal_find(journal, REPO));
	assert_non_null(strstr(contents("journal"), "\"build.yml\""));
	/* Inputs may be secrets. */
	assert_null(strstr(contents("journal"), "hush"));
	/* Whoever created it may have come no further. */
	expect_open();
	assert_int_equal(syncs, 3);
}

/* An empty file is a new journal: mktemp makes such. */
static void
test_empty(void **state)
{
	(void)state;
	put_file("journal", "");
	expect_open();
	assert_true(size() > 0);
}

/* Each record is on the disk, and comes back. */
static void
test_states(void **state)
{
	const struct record *r;

	(void)state;
	expect_open();
	assert_int_equal(send_to(REPO), STATUS_OK);
	assert_int_equal(syncs, 3);
	assert_int_equal(state_of(REPO), RECORD_SENDING);
	expect_open();
	syncs = 0;
	assert_int_equal(state_of(REPO), RECORD_SENDING);
	journal_note(journal, REPO, RECORD_NOT_STARTED);
	assert_int_equal(syncs, 1);
	expect_open();
	assert_int_equal(state_of(REPO), RECORD_NOT_STARTED);
	assert_int_equal(send_to(REPO), STATUS_OK);
	journal_note(journal, REPO, RECORD_ACCEPTED);
	expect_open();
	assert_int_equal(state_of(REPO), RECORD_ACCEPTED);
	syncs = 0;
	journal_note_run(journal, REPO, &run);
	assert_int_equal(syncs, 1);
	expect_open();
	r = journal_find(journal, REPO);
	assert_int_equal(r->state, RECORD_IDENTIFIED);
	assert_true(r->run_id == run.id);
	assert_string_equal(r->run_url, URL);
	assert_int_equal(r->by, FOUND_BY_RESPONSE);
	/* And what was sent. */
	assert_string_equal(r->distinct_id, ID);
	assert_true(r->is_unique);
	assert_true(r->baseline == 41);
	assert_true(r->server_ms == 1700000000000);
	assert_int_equal(journal_check(journal, &run, &fault), STATUS_OK);
}

/* Repositories are apart, whatever the case of their names. */
static void
test_repositories(void **state)
{
	int again;

	(void)state;
	expect_open();
	assert_int_equal(send_to("octo-org/one"), STATUS_OK);
	assert_int_equal(send_to("octo-org/two"), STATUS_OK);
	journal_note(journal, "octo-org/one", RECORD_NOT_STARTED);
	for (again = 0; again < 2; again++) {
		assert_int_equal(state_of("Octo-Org/ONE"), RECORD_NOT_STARTED);
		assert_int_equal(state_of("octo-org/two"), RECORD_SENDING);
		assert_null(journal_find(journal, "octo-org/three"));
		expect_open();
	}
}

/* A crash can leave any part of the last record: it counts as not written,
 * unless all of it is there. */
static void
test_cut(void **state)
{
	size_t header, whole, cut;
	char text[4096];

	(void)state;
	expect_open();
	header = size();
	assert_int_equal(send_to(REPO), STATUS_OK);
	whole = size();
	strcpy(text, contents("journal"));
	for (cut = 0; cut < whole - 1; cut++) {
		text[cut] = '\0';
		put_file("journal", text);
		strcpy(text, contents("journal"));
		expect_open();
		assert_null(journal_find(journal, REPO));
		if (cut >= header)
			assert_int_equal(size(), header);
		/* What follows is a line of its own. */
		assert_int_equal(send_to(REPO), STATUS_OK);
		expect_open();
		assert_int_equal(state_of(REPO), RECORD_SENDING);
		strcpy(text, contents("journal"));
	}
}

static void
append_text(const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

#define OF(state) "{\"repository\":\"" REPO "\",\"state\":\"" state "\"}\n"

/* All but the last line end is there, as of "$(cat journal)": the record
 * counts, and what follows is a line of its own. */
static void
test_no_line_end(void **state)
{
	size_t whole;

	(void)state;
	expect_open();
	assert_int_equal(send_to(REPO), STATUS_OK);
	whole = size();
	assert_int_equal(truncate(path, (off_t)whole - 1), 0);
	expect_open();
	assert_int_equal(state_of(REPO), RECORD_SENDING);
	assert_int_equal(size(), whole);
	journal_note(journal, REPO, RECORD_ACCEPTED);
	expect_open();
	assert_int_equal(state_of(REPO), RECORD_ACCEPTED);
	/* One that cannot be where it is was not cut short. */
	append_text(OF("not_started"));
	whole = size();
	assert_int_equal(truncate(path, (off_t)whole - 1), 0);
	expect_refused("line 4 of");
	assert_int_equal(size(), whole - 1);
}

/* A power failure can leave a last line with a hole. */
static void
test_hole(void **state)
{
	size_t header;
	int fd;

	(void)state;
	expect_open();
	header = size();
	assert_int_equal(send_to(REPO), STATUS_OK);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, LIT("\0\0\0\0"), (off_t)header + 9), 4);
	close(fd);
	expect_open();
	assert_null(journal_find(journal, REPO));
	assert_int_equal(size(), header);
	/* Not if a line follows. */
	assert_int_equal(send_to(REPO), STATUS_OK);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, LIT("\0\0\0\0"), (off_t)header + 9), 4);
	close(fd);
	journal_note(journal, REPO, RECORD_ACCEPTED);
	expect_refused("line 2 of");
}

/* Nothing else is guessed at, nor changed. */
static void
test_damaged(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "\n", "line 2 of" },
		{ "garbage\n", "line 2 of" },
		{ OF("accepted"), "cannot follow" },
		{ OF("not_started"), "cannot follow" },
	};
	size_t i, before;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		unlink(path);
		expect_open();
		append_text(rows[i].text);
		before = size();
		expect_refused(rows[i].part);
		assert_non_null(strstr(fault.text, path));
		assert_int_equal(size(), before);
	}
	unlink(path);
	expect_open();
	assert_int_equal(send_to(REPO), STATUS_OK);
	journal_note(journal, REPO, RECORD_ACCEPTED);
	append_text(OF("not_started"));
	expect_refused("line 4 of");
}

/* A file of the user's that is no journal is left alone. */
static void
test_not_a_journal(void **state)
{
	static const char *const texts[] = { "ghp_0123456789", "notes\n", "{",
		"{\"journal\":\"return-dispatch\"}\n", "\n" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		put_file("journal", texts[i]);
		/* What may be the beginning of a first line is one. */
		if (strcmp(texts[i], "{") == 0) {
			expect_open();
			continue;
		}
		expect_refused("line 1 of");
		assert_string_equal(contents("journal"), texts[i]);
	}
}

/* A journal is of one dispatch; what differs is said, but for inputs. */
static void
test_other_dispatch(void **state)
{
	const struct journal_order same = order;

	(void)state;
	expect_open();
	/* Another ID is drawn for each start. */
	order.body = BODY(NEXT);
	order.unique = NEXT;
	expect_open();
	order.unique = NULL;
	expect_refused("inputs");
	assert_null(strstr(fault.text, "hush"));
	order = same;
	order.server = "https://ghe.example/api/v3";
	expect_refused("the server there is https://api.github.com, not https");
	order = same;
	order.workflow = "deploy.yml";
	expect_refused("the workflow there is build.yml, not deploy.yml");
	order = same;
	order.ref = "v2";
	expect_refused("the ref there is main, not v2");
	order = same;
	order.body = "{\"ref\":\"main\"}";
	expect_refused("inputs");
	order = same;
	expect_open();
}

static void
test_locked(void **state)
{
	struct journal *second;

	(void)state;
	expect_open();
	assert_int_equal(
	    journal_open(&second, path, &order, &fault), STATUS_USAGE);
	assert_null(second);
	assert_non_null(strstr(fault.text, "another process is using"));
	/* The lock ends with its holder. */
	journal_close(journal);
	journal = NULL;
	expect_open();
}

/* However that ends. */
static void
test_lock_of_the_dead(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		if (open_journal() == STATUS_OK)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	expect_open();
}

static void
test_no_file(void **state)
{
	char other[PATH_SIZE];

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refused("Is a directory");
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refused("not a regular file");
	unlink(path);
	put_file("target", "");
	assert_int_equal(symlink(keep(other, "target"), path), 0);
	expect_refused("symbolic link");
	assert_string_equal(contents("target"), "");
	unlink(path);
	keep(path, "missing/journal");
	expect_refused("No such file");
	strcpy(path, "/dev/full");
	expect_refused("not a regular file");
}

/* Writes stop at so many bytes. */
static void
limit_size(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What was not recorded is not sent; and no record follows half of one. */
static void
test_full(void **state)
{
	size_t header;
	int room;

	(void)state;
	for (room = 0; room < 2; room++) {
		unlink(path);
		expect_open();
		header = size();
		limit_size(header + 20 * (size_t)room);
		assert_int_equal(send_to(REPO), STATUS_USAGE);
		assert_non_null(strstr(fault.text, path));
		assert_true(fault.lasting);
		limit_size(RLIM_INFINITY);
		assert_int_equal(send_to("octo-org/other"), STATUS_USAGE);
		assert_int_equal(size(), header);
		assert_null(journal_find(journal, REPO));
		expect_open();
		assert_null(journal_find(journal, REPO));
		assert_int_equal(size(), header);
	}
}

/* A header that cannot be written is told before anything is sent. */
static void
test_full_at_first(void **state)
{
	(void)state;
	limit_size(10);
	expect_refused("cannot write");
	limit_size(RLIM_INFINITY);
	expect_open();
	unlink(path);
	sync_error = EIO;
	expect_refused("cannot write");
}

/* The disk does not take it: that it may seem to the next time is no proof.
 * Nothing was sent, and no later start is told otherwise. */
static void
test_sync_fails(void **state)
{
	size_t before;

	(void)state;
	expect_open();
	before = size();
	sync_error = EIO;
	assert_int_equal(send_to(REPO), STATUS_USAGE);
	sync_error = 0;
	assert_int_equal(send_to(REPO), STATUS_USAGE);
	assert_int_equal(size(), before);
	expect_open();
	assert_null(journal_find(journal, REPO));
}

/* A run whose record may not be on the disk is searched for. */
static void
test_sync_of_run_fails(void **state)
{
	(void)state;
	expect_open();
	assert_int_equal(send_to(REPO), STATUS_OK);
	sync_error = EIO;
	journal_note_run(journal, REPO, &run);
	sync_error = 0;
	expect_open();
	assert_int_equal(state_of(REPO), RECORD_SENDING);
}

/* A run that was started, and is not recorded. */
static void
test_lost(void **state)
{
	(void)state;
	expect_open();
	assert_int_equal(send_to("octo-org/other"), STATUS_OK);
	journal_note_run(journal, "octo-org/other", &run);
	assert_int_equal(send_to(REPO), STATUS_OK);
	sync_error = ENOSPC;
	journal_note_run(journal, REPO, &run);
	assert_int_equal(journal_check(journal, &run, &fault), STATUS_OUTPUT);
	assert_non_null(strstr(fault.text, "run_id=17654321098"));
	assert_non_null(strstr(fault.text, path));
	/* Others are not touched by that. */
	run.repository = "octo-org/other";
	assert_int_equal(journal_check(journal, &run, &fault), STATUS_OK);
	assert_int_equal(journal_check(NULL, &run, &fault), STATUS_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new),
		TEST(test_empty),
		TEST(test_states),
		TEST(test_repositories),
		TEST(test_cut),
		TEST(test_no_line_end),
		TEST(test_hole),
		TEST(test_damaged),
		TEST(test_not_a_journal),
		TEST(test_other_dispatch),
		TEST(test_locked),
		TEST(test_lock_of_the_dead),
		TEST(test_no_file),
		TEST(test_full),
		TEST(test_full_at_first),
		TEST(test_sync_fails),
		TEST(test_sync_of_run_fails),
		TEST(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
