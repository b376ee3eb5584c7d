/* SPDX-License-Identifier: ISC */
/*
 * To preload (glibc): an allocator that fails.
 *
 *   FAIL_AT=N      the N-th call after the start of main, from 1
 *   FAIL_FROM=N    the N-th and all after it
 *   FAIL_COUNT=F   none; file F gets the number of calls before each connect
 *                  and send, and at a normal exit
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static unsigned long calls, at, from;
static FILE *report;
static int started;

static unsigned long
number(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void
start(void)
{
	at = number("FAIL_AT");
	from = number("FAIL_FROM");
	if (getenv("FAIL_COUNT") != NULL)
		report = fopen(getenv("FAIL_COUNT"), "w");
	started = 1;
}

static void
note(const char *what)
{
	started = 0;
	if (report != NULL)
		fprintf(report, "%s %lu\n", what, calls);
	started = 1;
}

__attribute__((destructor)) static void
finish(void)
{
	note("exit");
	started = 0;
	if (report != NULL)
		fclose(report);
}

int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
	int (*next)(int, const struct sockaddr *, socklen_t);

	*(void **)&next = dlsym(RTLD_NEXT, "connect");
	note("connect");
	return next(fd, address, len);
}

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	ssize_t (*next)(int, const void *, size_t, int);

	*(void **)&next = dlsym(RTLD_NEXT, "send");
	note("send");
	return next(fd, data, len, flags);
}

static int
fails(void)
{
	unsigned long n;

	if (!started)
		return 0;
	n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	if (n != at && (from == 0 || n < from))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *
reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return realloc(old, bytes);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	if (fails())
		return ENOMEM;
	*out = __libc_memalign(alignment, size);
	return *out == NULL ? ENOMEM : 0;
}
