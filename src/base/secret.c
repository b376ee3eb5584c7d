#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

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

/*
 * Marks the bytes of every occurrence of every secret, ASCII case aside (a host
 * name, say, is shown in lower case); NULL if there is none.
 */
static bool *
find_hidden(const struct buf *b)
{
	const char *p, *hit, *end = b->data + b->len;
	bool *hidden = NULL;
	size_t i, n;

	for (i = 0; i < secret_count; i++) {
		n = strlen(secrets[i]);
		for (p = b->data; (hit = text_find_nocase_n(p,
		    (size_t)(end - p), secrets[i])) != NULL; p = hit + 1) {
			if (hidden == NULL)
				hidden = xcalloc(b->len, sizeof *hidden);
			memset(hidden + (hit - b->data), true, n);
		}
	}
	return hidden;
}

/*
 * Found first and replaced together: where secrets overlap, or one is a part
 * of another, replacing one would leave the rest of the other.
 */
void
secret_redact(struct buf *b)
{
	struct buf out;
	bool *hidden;
	size_t i;

	if (b->len == 0 || (hidden = find_hidden(b)) == NULL)
		return;
	buf_init(&out, b->max);
	for (i = 0; i < b->len; i++) {
		if (!hidden[i])
			buf_addc(&out, b->data[i]);
		else if (i == 0 || !hidden[i - 1])
			buf_adds(&out, "***");
	}
	free(hidden);
	buf_wipe(b);
	*b = out;
}

bool
secret_in(const char *text)
{
	size_t i;

	for (i = 0; i < secret_count; i++)
		if (text_find_nocase(text, secrets[i]) != NULL)
			return true;
	return false;
}

void
secret_free(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
secret_forget(void)
{
	size_t i;

	for (i = 0; i < secret_count; i++)
		secret_free(secrets[i]);
	free(secrets);
	secrets = NULL;
	secret_count = 0;
}
