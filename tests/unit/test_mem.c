/* SPDX-License-Identifier: ISC */
/*
 * Allocation, and the death that says whether a run was started.
 */
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static void
test_allocation(void **state)
{
	unsigned char *p;
	size_t i;
	char *s;

	(void)state;
	free(xmalloc(0));
	free(xcalloc(0, 8));
	free(xcalloc(8, 0));
	free(xreallocarray(NULL, 0, 8));
	p = xcalloc(10, 10);
	for (i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	p[99] = 7;
	p = xreallocarray(p, 50, 4);
	assert_int_equal(p[99], 7);
	p[199] = 1;
	free(p);
	s = xstrdup("");
	assert_string_equal(s, "");
	free(s);
	s = xstrdup("text");
	assert_string_equal(s, "text");
	free(s);
	s = xstrndup("text", 2);
	assert_string_equal(s, "te");
	free(s);
	s = xstrndup("text", 0);
	assert_string_equal(s, "");
	free(s);
}

/* Exhausts memory in a child; its exit code, and what it wrote to stderr. */
static int
die(char *said, size_t size)
{
	int fds[2], code;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		xreallocarray(NULL, SIZE_MAX / 2, 3);
		_exit(99);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	return WEXITSTATUS(code);
}

static void
test_exhaustion(void **state)
{
	char said[1000];

	(void)state;
	assert_int_equal(die(said, sizeof said), EXIT_FAILURE);
	assert_string_equal(said, "return-dispatch: error: out of memory\n");
	mem_set_exit(4, "perhaps");
	mem_set_prefix("error: ");
	assert_int_equal(die(said, sizeof said), 4);
	assert_string_equal(said, "error: out of memory; perhaps\n");
	mem_set_exit(5, NULL);
	/* Which sets the prefix. */
	log_open(LOG_LEVEL_ERROR, true);
	assert_int_equal(die(said, sizeof said), 5);
	assert_string_equal(said, "::error::out of memory\n");
}

/* A story of any length is told whole. */
static void
test_long_story(void **state)
{
	static char story[20000], said[30000];

	(void)state;
	memset(story, 'x', sizeof story - 1);
	mem_set_exit(4, story);
	mem_set_prefix("");
	assert_int_equal(die(said, sizeof said), 4);
	assert_int_equal(
	    strlen(said), strlen("out of memory; ") + sizeof story);
	mem_set_exit(4, NULL);
}

static void
test_append(void **state)
{
	size_t count = 0, i;
	int *p = NULL;

	(void)state;
	for (i = 0; i < 100; i++) {
		p = xappend(p, &count, sizeof *p);
		assert_int_equal(count, i + 1);
		assert_int_equal(p[i], 0);
		p[i] = (int)i + 1;
	}
	for (i = 0; i < 100; i++)
		assert_int_equal(p[i], i + 1);
	/* Taken off and grown again, at every size. */
	for (; count > 0; count -= 2) {
		p = xappend(p, &count, sizeof *p);
		assert_int_equal(p[count - 1], 0);
		p = xappend(p, &count, sizeof *p);
		assert_int_equal(p[count - 1], 0);
		count--;
	}
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_long_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
