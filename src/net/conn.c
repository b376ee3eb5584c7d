/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>

#include "base/mem.h"
#include "net/conn.h"

enum status
conn_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	return c->ops->read(c, data, size, got, clean, deadline_ms, f);
}

enum status
conn_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	return c->ops->write(c, data, len, deadline_ms, f);
}

void
conn_rename(struct conn *c, const char *who)
{
	for (; c != NULL; c = c->below) {
		free(c->who);
		c->who = xstrdup(who);
	}
}

void
conn_close(struct conn *c)
{
	if (c != NULL)
		c->ops->close(c);
}

uint64_t
conn_sent(const struct conn *c)
{
	return c->ops->sent(c);
}

bool
conn_is_quiet(struct conn *c)
{
	return c->ops->quiet(c);
}

void
conn_describe(const struct conn *c, struct buf *out)
{
	c->ops->describe(c, out);
}
