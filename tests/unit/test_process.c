/* SPDX-License-Identifier: ISC */
/*
 * What the process keeps to itself, and the stack that it needs: tried in
 * children, since both hold for good.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

static int
run(int (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(what());
	assert_true(pid != -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status), "killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static int
is_private(void)
{
	struct rlimit core = { 1, 1 };

	process_keep_private();
	if (prctl(PR_GET_DUMPABLE) != 0)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) == -1 || core.rlim_cur != 0 ||
	    core.rlim_max != 0)
		return 2;
	/* What belongs to the process itself stays open to it. */
	return open("/dev/fd/0", O_RDONLY) == -1 &&
		access("/proc/self/fd/0", F_OK) == 0
	    ? 3
	    : 0;
}

static void
test_private(void **state)
{
	(void)state;
	assert_int_equal(run(is_private), 0);
}

static int
limit_and_reserve(
    rlim_t soft, rlim_t hard, enum status expected, rlim_t soft_after)
{
	struct rlimit limit = { soft, hard }, after;
	struct fault f;

	if (setrlimit(RLIMIT_STACK, &limit) == -1)
		return 1;
	if (process_reserve_stack(&f) != expected)
		return 2;
	if (getrlimit(RLIMIT_STACK, &after) == -1 ||
	    after.rlim_cur != soft_after || after.rlim_max != hard)
		return 3;
	return expected == STATUS_OK ||
		(strstr(f.text, "stack") != NULL &&
		    strstr(f.text, "ulimit -s") != NULL)
	    ? 0
	    : 4;
}

#define KIB ((rlim_t)1 << 10)
#define MIB ((rlim_t)1 << 20)

static int
too_little(void)
{
	return limit_and_reserve(64 * KIB, 64 * KIB, STATUS_CONNECT, 64 * KIB);
}

static int
raised_to_the_usual(void)
{
	return limit_and_reserve(64 * KIB, 32 * MIB, STATUS_OK, 8 * MIB);
}

static int
raised_to_the_hard_limit(void)
{
	return limit_and_reserve(64 * KIB, 4 * MIB, STATUS_OK, 4 * MIB);
}

static int
enough(void)
{
	return limit_and_reserve(4 * MIB, 32 * MIB, STATUS_OK, 4 * MIB);
}

static void
test_stack(void **state)
{
	(void)state;
	assert_int_equal(run(too_little), 0);
	assert_int_equal(run(raised_to_the_usual), 0);
	assert_int_equal(run(raised_to_the_hard_limit), 0);
	assert_int_equal(run(enough), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
