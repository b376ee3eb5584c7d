/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"

/*
 * Loads the repositories of a dispatch.  The same one twice is refused, since
 * it would be dispatched to twice; so are hosts that differ, since the token is
 * for one server.
 */

#define LIST_MAX  ((size_t)1 << 20) /* bytes of a list */
#define REPOS_MAX 1000 /* GitHub takes 500 of such requests an hour */

/* A repository, and where it was given: for messages; owned. */
struct entry {
	struct repository repo;
	char *from;
};

struct entries {
	struct entry *list;
	size_t count;
};

static void
add(struct loader *l, struct entries *e, const struct repository *repo,
    const char *from)
{
	struct entry *last;

	e->list = xappend(e->list, &e->count, sizeof *e->list);
	last = &e->list[e->count - 1];
	last->repo = *repo;
	last->from = xstrdup(from);
	if (e->count > REPOS_MAX)
		load_fail(l, "%s: there are more than %d repositories", from,
		    REPOS_MAX);
}

/* What is left of a line without a comment and white space. */
static const char *
line_text(const char *line, size_t *len)
{
	const char *comment = memchr(line, '#', *len);

	if (comment != NULL)
		*len = (size_t)(comment - line);
	for (; *len > 0 && strchr(" \t\r\f\v", *line) != NULL; (*len)--)
		line++;
	while (*len > 0 && strchr(" \t\r\f\v", line[*len - 1]) != NULL)
		(*len)--;
	return line;
}

static void
add_line(struct loader *l, struct entries *e, const char *from,
    unsigned int number, const char *line, size_t len)
{
	struct repository repo;
	struct buf where;
	char *text;

	line = line_text(line, &len);
	if (len == 0)
		return;
	text = xstrndup(line, len);
	buf_init(&where, BUF_TEXT_MAX);
	buf_addf(&where, "%s, line %u", from, number);
	if (strlen(text) == len && repository_parse(&repo, text, false))
		add(l, e, &repo, buf_str(&where));
	else
		load_fail_value(l, buf_str(&where), text,
		    "expected OWNER/REPO, such as octo-org/octo-repo");
	buf_free(&where);
	free(text);
}

/* A repository on each line; what a comment leaves empty has none. */
static void
add_lines(struct loader *l, struct entries *e, const char *from,
    const char *text, size_t len)
{
	const char *end = text + len, *lf;
	unsigned int number;

	for (number = 1; text < end && l->status == STATUS_OK; number++) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			lf = end;
		add_line(l, e, from, number, text, (size_t)(lf - text));
		text = lf + 1;
	}
	if (l->status == STATUS_OK && e->count == 0)
		load_fail(l, "%s: no repository is listed there", from);
}

static void
add_file(struct loader *l, struct entries *e)
{
	const char *path = load_given(l, OPTION_REPOS);
	struct buf file, from;

	if (path == NULL)
		return;
	load_file(l, "--repos", path, LIST_MAX, &file);
	buf_init(&from, BUF_TEXT_MAX);
	buf_addf(&from, "--repos %s",
	    strcmp(path, "-") == 0 ? "(standard input)" : path);
	add_lines(l, e, buf_str(&from), buf_str(&file), file.len);
	buf_free(&from);
	buf_free(&file);
}

static void
add_option(struct loader *l, struct entries *e, const char *text)
{
	struct repository repo;
	struct buf from;

	if (!repository_parse(&repo, text, true)) {
		load_fail_value(l, "--repo", text,
		    "expected [HOST/]OWNER/REPO, such as octo-org/octo-repo");
		return;
	}
	buf_init(&from, BUF_TEXT_MAX);
	buf_addf(&from, "--repo %s", text);
	add(l, e, &repo, buf_str(&from));
	buf_free(&from);
}

static bool
is_same(const struct repository *a, const struct repository *b)
{
	return text_equal_nocase(a->owner, b->owner) &&
	    text_equal_nocase(a->name, b->name);
}

static bool
is_same_host(const struct repository *a, const struct repository *b)
{
	return a->host == b->host ||
	    (a->host != NULL && b->host != NULL &&
		text_equal_nocase(a->host, b->host));
}

static void
check_pair(struct loader *l, const struct entry *a, const struct entry *b)
{
	if (!is_same_host(&a->repo, &b->repo))
		load_fail(l,
		    "\"%s\" and \"%s\" do not name the same server; all "
		    "repositories have to be on one, so give its host with all "
		    "of them, or with none and --api-url or GH_HOST",
		    a->from, b->from);
	if (is_same(&a->repo, &b->repo))
		load_fail(l,
		    "\"%s\" and \"%s\" are the same repository, which would "
		    "be dispatched to twice; leave one out",
		    a->from, b->from);
}

static void
check(struct loader *l, const struct entries *e)
{
	size_t i, k;

	for (i = 1; i < e->count; i++)
		for (k = 0; k < i && l->status == STATUS_OK; k++)
			check_pair(l, &e->list[k], &e->list[i]);
}

/* The config takes all of it; the first is the one that stands for all. */
static void
keep(struct loader *l, struct entries *e)
{
	struct config *c = l->c;
	size_t i;

	c->repos = xcalloc(e->count, sizeof *c->repos);
	for (i = 0; i < e->count; i++) {
		c->repos[c->repo_count++] = e->list[i].repo;
		free(e->list[i].from);
	}
	free(e->list);
	if (c->repo_count == 0)
		return;
	c->results.has_targets = true;
	c->owner = xstrdup(c->repos[0].owner);
	c->repo = xstrdup(c->repos[0].name);
	if (c->repos[0].host != NULL)
		l->host = xstrdup(c->repos[0].host);
}

static void
add_variable(struct loader *l, struct entries *e, const char *list)
{
	static const char *const others[] = { "INPUT_REPO", "INPUT_OWNER" };
	char *other;
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		if ((other = load_variable(l, others[i])) != NULL)
			load_fail(l,
			    "INPUT_REPOS cannot be used together with %s",
			    others[i]);
		free(other);
	}
	add_lines(l, e, "INPUT_REPOS", list, strlen(list));
}

void
load_repos(struct loader *l)
{
	struct entries e = { NULL, 0 };
	char *list = NULL;
	size_t i;

	if (!l->o->given[OPTION_REPO] && !l->o->given[OPTION_REPOS])
		list = load_variable(l, "INPUT_REPOS");
	if (list == NULL && !l->o->given[OPTION_REPOS] &&
	    l->o->repos.count < 2) {
		load_repo(l);
		return;
	}
	for (i = 0; i < l->o->repos.count; i++)
		add_option(l, &e, l->o->repos.values[i]);
	if (list != NULL)
		add_variable(l, &e, list);
	else
		add_file(l, &e);
	check(l, &e);
	keep(l, &e);
	free(list);
}
