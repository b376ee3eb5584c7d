#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

#define SECRET_MIN	4	/* see the header */

static char	**secrets;
static size_t	  secret_count;

void
secret_add(const char *text)
{
	if (strlen(text) < SECRET_MIN)
		return;
	secrets = xreallocarray(secrets, secret_count + 1, sizeof *secrets);
	secrets[secret_count++] = xstrdup(text);
}

void
secret_redact(struct buf *b)
{
	struct buf out;
	const char *p, *hit;
	size_t i;

	for (i = 0; i < secret_count; i++) {
		if (b->len == 0 ||
		    memmem(b->data, b->len, secrets[i], strlen(secrets[i])) ==
		    NULL)
			continue;
		buf_init(&out, b->max);
		for (p = b->data; (hit = memmem(p,
		    b->len - (size_t)(p - b->data), secrets[i],
		    strlen(secrets[i]))) != NULL;
		    p = hit + strlen(secrets[i])) {
			buf_add(&out, p, (size_t)(hit - p));
			buf_adds(&out, "***");
		}
		buf_add(&out, p, b->len - (size_t)(p - b->data));
		buf_wipe(b);
		*b = out;
	}
}

bool
secret_in(const char *text)
{
	size_t i;

	for (i = 0; i < secret_count; i++)
		if (strstr(text, secrets[i]) != NULL)
			return true;
	return false;
}

void
secret_forget(void)
{
	size_t i;

	for (i = 0; i < secret_count; i++) {
		explicit_bzero(secrets[i], strlen(secrets[i]));
		free(secrets[i]);
	}
	free(secrets);
	secrets = NULL;
	secret_count = 0;
}
