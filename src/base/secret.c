/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

#define SECRET_MIN 4 /* see the header, both */
#define VALUE_MIN  6

struct texts {
	char **list;
	size_t count;
};

static struct texts secrets, values;

static void
add(struct texts *t, const char *text, size_t len)
{
	t->list = xreallocarray(t->list, t->count + 1, sizeof *t->list);
	t->list[t->count++] = xstrndup(text, len);
}

void
secret_add(const char *text)
{
	if (strlen(text) >= SECRET_MIN)
		add(&secrets, text, strlen(text));
}

void
secret_add_value(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] != '\0')) {
		len = strcspn(text, "\r\n");
		if (len >= VALUE_MIN)
			add(&values, text, len);
	}
}

/*
 * Marks the bytes of every occurrence of every text, ASCII case aside (a host
 * name, say, is shown in lower case); NULL if there is none.
 */
static bool *
find_hidden(const struct buf *b, const struct texts *t)
{
	const char *p, *hit, *end = b->data + b->len;
	bool *hidden = NULL;
	size_t i, n;

	for (i = 0; i < t->count; i++) {
		n = strlen(t->list[i]);
		for (p = b->data; (hit = text_find_nocase_n(p,
				       (size_t)(end - p), t->list[i])) != NULL;
		     p = hit + 1) {
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
static void
redact(struct buf *b, const struct texts *t)
{
	struct buf out;
	bool *hidden;
	size_t i;

	if (b->len == 0 || (hidden = find_hidden(b, t)) == NULL)
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

void
secret_redact(struct buf *b)
{
	redact(b, &secrets);
}

void
secret_copy(struct buf *b, const char *s, size_t len)
{
	buf_init(b, BUF_TEXT_MAX);
	buf_add(b, s, len);
	secret_redact(b);
}

void
secret_redact_quote(struct buf *b)
{
	redact(b, &secrets);
	redact(b, &values);
}

bool
secret_in(const char *text)
{
	size_t i;

	for (i = 0; i < secrets.count; i++)
		if (text_find_nocase(text, secrets.list[i]) != NULL)
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

static void
forget(struct texts *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		secret_free(t->list[i]);
	free(t->list);
	memset(t, 0, sizeof *t);
}

void
secret_forget(void)
{
	forget(&secrets);
	forget(&values);
}
