/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define STUCK_MS 5000 /* for a reader that does not read */

static int last_code = EXIT_FAILURE;
static const char *last_story;
static const char *last_prefix = PACKAGE_NAME ": error: ";

void
mem_set_exit(int exit_code, const char *story)
{
	last_code = exit_code;
	last_story = story;
}

void
mem_set_prefix(const char *prefix)
{
	last_prefix = prefix;
}

/* Writes without allocating. */
static void
put(const char *s)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };
	size_t left = strlen(s);
	ssize_t n;

	/* POSIX: what polls as writable takes PIPE_BUF without blocking. */
	for (; left > 0 && poll(&fd, 1, STUCK_MS) == 1; left -= (size_t)n) {
		n = write(fd.fd, s, left < PIPE_BUF ? left : PIPE_BUF);
		if (n <= 0)
			return;
		s += n;
	}
}

static void
exhausted(void)
{
	put(last_prefix);
	put("out of memory");
	if (last_story != NULL) {
		put("; ");
		put(last_story);
	}
	put("\n");
	/* No exit handlers: they could allocate again. */
	_exit(last_code);
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		exhausted();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		exhausted();
	return p;
}

void *
xreallocarray(void *old, size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		exhausted();
	p = realloc(old, n * size > 0 ? n * size : 1);
	if (p == NULL)
		exhausted();
	return p;
}

void *
xappend(void *array, size_t *count, size_t size)
{
	char *p = array;

	/* The room is the next power of two, so that the count tells it. */
	if ((*count & (*count - 1)) == 0)
		p = xreallocarray(array, *count == 0 ? 1 : 2 * *count, size);
	memset(p + *count * size, 0, size);
	*count += 1;
	return p;
}

char *
xstrndup(const char *s, size_t len)
{
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}
