/* SPDX-License-Identifier: ISC */
/*
 * The checkout around the current folder, as git lays it out.
 */
#include "unit.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/checkout.h"

#define ORIGIN "[remote \"origin\"]\nurl = git@github.com:octo-org/"

static char top[64], before[PATH_MAX];

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(getcwd(before, sizeof before));
	strcpy(top, "/tmp/test_checkout.XXXXXX");
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	return 0;
}

static int
delete_entry(
    const char *path, const struct stat *st, int type, struct FTW *position)
{
	(void)st;
	(void)type;
	(void)position;
	return remove(path);
}

static int
tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir(before), 0);
	return nftw(top, delete_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Folders of a path, all below the test's own. */
static void
make(const char *path)
{
	char part[PATH_MAX];
	size_t len;

	for (len = strcspn(path, "/");;
	     len += 1 + strcspn(path + len + 1, "/")) {
		snprintf(part, sizeof part, "%.*s", (int)len, path);
		mkdir(part, 0700);
		if (path[len] == '\0')
			break;
	}
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd > 2);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* In this folder, that is the name of the repository; NULL: none is found. */
static void
expect(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct repository r;
	bool found;

	snprintf(path, sizeof path, "%s/%s", top, folder);
	assert_int_equal(chdir(path), 0);
	found = checkout_repository(&r);
	check(found == (name != NULL), "%s", folder);
	if (found) {
		assert_string_equal(r.host, "github.com");
		assert_string_equal(r.owner, "octo-org");
		assert_string_equal(r.name, name);
		repository_wipe(&r);
	}
	assert_int_equal(chdir(top), 0);
}

static void
test_clone(void **state)
{
	(void)state;
	make("a/.git");
	make("a/b/c");
	make("b");
	expect("a", NULL);
	put("a/.git/config", ORIGIN "one.git\n");
	expect("a", "one");
	expect("a/b/c", "one");
	expect("a/.git", "one");
	expect("b", NULL);
	/* The nearest counts, even if it names no repository. */
	make("a/b/.git");
	put("a/b/.git/config", "[core]\n");
	expect("a/b/c", NULL);
	put("a/b/.git/config", ORIGIN "two.git\n");
	expect("a/b/c", "two");
	expect("a", "one");
}

static void
test_worktree(void **state)
{
	char text[PATH_MAX];

	(void)state;
	make("main/.git/worktrees/w");
	make("w/sub");
	put("main/.git/config", ORIGIN "shared.git\n");
	put("main/.git/worktrees/w/commondir", "../..\n");
	snprintf(text, sizeof text, "gitdir: %s/main/.git/worktrees/w\n", top);
	put("w/.git", text);
	expect("w", "shared");
	expect("w/sub", "shared");
	put("w/.git", "gitdir: ../main/.git/worktrees/w\n");
	expect("w/sub", "shared");
	snprintf(text, sizeof text, "%s/main/.git", top);
	put("main/.git/worktrees/w/commondir", text);
	expect("w", "shared");
}

static void
test_submodule(void **state)
{
	(void)state;
	make("a/.git/modules/lib");
	make("a/lib");
	put("a/.git/config", ORIGIN "outer.git\n");
	put("a/.git/modules/lib/config", ORIGIN "inner.git\n");
	put("a/lib/.git", "gitdir: ../.git/modules/lib\n");
	expect("a/lib", "inner");
	expect("a", "outer");
}

/* Files that are no pointer, and configurations that cannot be read. */
static void
test_broken(void **state)
{
	static const char *const pointers[] = { "", "gitdir",
		"gitdir:", "gitdir: \n", "gitdir: nowhere\n", "gitdir: .git\n",
		"\033[2Jgitdir: ../x\n" };
	char *large = malloc((1 << 20) + 100);
	size_t i;

	(void)state;
	make("a");
	for (i = 0; i < COUNT(pointers); i++) {
		put("a/.git", pointers[i]);
		expect("a", NULL);
	}
	memset(large, 'x', (1 << 20) + 99);
	large[(1 << 20) + 99] = '\0';
	memcpy(large, "gitdir: ", 8);
	put("a/.git", large);
	expect("a", NULL);
	make("b/.git");
	memcpy(large, ORIGIN "r\n", strlen(ORIGIN "r\n"));
	put("b/.git/config", large);
	expect("b", NULL);
	free(large);
	/* Nobody writes to a pipe, and nobody waits for it. */
	assert_int_equal(unlink("b/.git/config"), 0);
	assert_int_equal(mkfifo("b/.git/config", 0600), 0);
	expect("b", NULL);
}

static void
test_folder_that_is_gone(void **state)
{
	struct repository r;

	(void)state;
	make("a");
	assert_int_equal(chdir("a"), 0);
	assert_int_equal(rmdir("../a"), 0);
	assert_false(checkout_repository(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_worktree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_submodule, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_broken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_folder_that_is_gone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
