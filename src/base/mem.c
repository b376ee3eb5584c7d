#include "compat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static enum status	 exit_status = STATUS_CONNECT;
static const char	*exit_story = "nothing was dispatched";

void
mem_set_exit(enum status status, const char *story)
{
	exit_status = status;
	exit_story = story;
}

static void
exhausted(void)
{
	log_last_words("out of memory", exit_story);
	/* No exit handlers: they could allocate again. */
	_exit(status_exit_code(exit_status));
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
