/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/io.h"

int
file_read_all(int fd, struct buf *out, int64_t deadline_ms)
{
	char chunk[4096];
	int error = 0;
	ssize_t n;

	do {
		n = io_read(fd, chunk, sizeof chunk, deadline_ms);
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
	} while (n > 0 && !out->overflowed);
	if (n == -1)
		error = errno;
	/* It may be a token. */
	explicit_bzero(chunk, sizeof chunk);
	return error;
}

int
file_open(const char *path)
{
	/* Opening a FIFO must not wait for its writer, nor a terminal become
	 * ours. */
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int
file_read_regular(const char *path, struct buf *out)
{
	struct stat st;
	int fd, error;

	fd = file_open(path);
	if (fd == -1)
		return errno;
	if (fstat(fd, &st) == -1)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = EINVAL;
	else
		error = file_read_all(fd, out, CLOCK_NEVER);
	close(fd);
	return error;
}
