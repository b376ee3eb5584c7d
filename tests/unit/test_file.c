/* SPDX-License-Identifier: ISC */
/*
 * Reading files and pipes to their end.
 */
#include "unit.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

static void
test_pipe(void **state)
{
	struct buf b;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], LIT("a\0b")), 3);
	close(fds[1]);
	buf_init(&b, 16);
	buf_adds(&b, "x");
	assert_int_equal(file_read_all(fds[0], &b, CLOCK_NEVER), 0);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "xa\0b", 4);
	close(fds[0]);
	buf_free(&b);
}

/* What is too long is not read on: the writer may never end. */
static void
test_overflow(void **state)
{
	char large[8192];
	struct buf b;
	int fds[2];

	(void)state;
	memset(large, 'x', sizeof large);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], large, sizeof large), sizeof large);
	buf_init(&b, 100);
	assert_int_equal(file_read_all(fds[0], &b, CLOCK_NEVER), 0);
	assert_true(b.overflowed);
	close(fds[0]);
	close(fds[1]);
	buf_free(&b);
}

static void
test_unreadable(void **state)
{
	struct buf b;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	buf_init(&b, 100);
	assert_true(fd > 2);
	assert_int_equal(file_read_all(fd, &b, CLOCK_NEVER), EISDIR);
	close(fd);
	assert_int_equal(file_read_all(fd, &b, CLOCK_NEVER), EBADF);
	assert_int_equal(b.len, 0);
}

/* A writer that does not come to an end. */
static void
test_deadline(void **state)
{
	struct buf b;
	int fds[2];

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	assert_int_equal(
	    file_read_all(fds[0], &b, clock_after(&clock_system, 20)),
	    ETIMEDOUT);
	assert_string_equal(buf_str(&b), "abc");
	close(fds[1]);
	assert_int_equal(
	    file_read_all(fds[0], &b, clock_after(&clock_system, 20)), 0);
	close(fds[0]);
	buf_free(&b);
}

static void
test_regular(void **state)
{
	char path[64];
	struct buf b;
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(path);
	assert_true(fd > 2);
	assert_int_equal(write(fd, LIT("abc")), 3);
	close(fd);
	buf_init(&b, 100);
	assert_int_equal(file_read_regular(path, &b), 0);
	assert_string_equal(buf_str(&b), "abc");
	unlink(path);
	assert_int_equal(file_read_regular(path, &b), ENOENT);
	/* Without a writer, that would wait for ever. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read_regular(path, &b), EINVAL);
	unlink(path);
	assert_int_equal(file_read_regular("/", &b), EINVAL);
	assert_int_equal(file_read_regular("/dev/zero", &b), EINVAL);
	assert_int_equal(b.len, 3);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_regular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
