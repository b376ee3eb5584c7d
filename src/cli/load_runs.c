/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/repository.h"
#include "github/server.h"

#define RUN_PATH "/actions/runs/"

static bool
parse_id(const char *text, size_t len, uint64_t *id)
{
	return text_u64(text, len, id) && *id > 0 && *id <= INT64_MAX;
}

/* The text between the last slash before `end` and `end`. */
static const char *
segment_before(const char *text, const char *end)
{
	while (end > text && end[-1] != '/')
		end--;
	return end;
}

/*
 * [BASE]/OWNER/REPO/actions/runs/ID[/...], where BASE is https://HOST,
 * optionally with a path.  Whether that is the server's is checked elsewhere.
 */
static bool
parse_run_url(const char *text, struct wait_target *run, struct url *pages)
{
	const char *mark = strstr(text, RUN_PATH), *repo, *owner, *id;
	char *base;
	bool ok;

	/* A password may precede an "@", so such a text is not parsed. */
	if (mark == NULL || strchr(text, '@') != NULL)
		return false;
	id = mark + strlen(RUN_PATH);
	repo = segment_before(text, mark);
	if (!parse_id(id, strcspn(id, "/?#"), &run->id) || repo == text)
		return false;
	owner = segment_before(text, repo - 1);
	if (owner == text || !repository_is_part(repo, (size_t)(mark - repo)) ||
	    !repository_is_part(owner, (size_t)(repo - 1 - owner)))
		return false;
	run->owner = xstrndup(owner, (size_t)(repo - 1 - owner));
	run->repo = xstrndup(repo, (size_t)(mark - repo));
	base = xstrndup(text, (size_t)(owner - 1 - text));
	ok = url_parse_base(pages, base) == NULL;
	free(base);
	return ok;
}

static void
add_run(struct loader *l, const char *from, const char *text)
{
	struct config *c = l->c;
	size_t n = c->run_count++;

	c->runs = xreallocarray(c->runs, n + 1, sizeof *c->runs);
	l->run_pages = xreallocarray(l->run_pages, n + 1, sizeof *l->run_pages);
	memset(&c->runs[n], 0, sizeof *c->runs);
	memset(&l->run_pages[n], 0, sizeof *l->run_pages);
	if (!parse_id(text, strlen(text), &c->runs[n].id) &&
	    !parse_run_url(text, &c->runs[n], &l->run_pages[n]))
		load_fail_value(l, from, text,
		    "expected the ID of a run, or "
		    "its URL such as https://github.com/octo-org/octo-repo"
		    "/actions/runs/123");
}

static void
add_runs(struct loader *l)
{
	const struct option_list *given = &l->o->runs;
	char *run;
	size_t i;

	for (i = 0; l->status == STATUS_OK && i < given->count; i++)
		add_run(l, "await", given->values[i]);
	if (given->count > 0)
		return;
	run = load_variable(l, "INPUT_RUN_ID");
	if (run == NULL)
		load_add_missing(l, "the run (its ID or URL, or INPUT_RUN_ID)");
	else
		add_run(l, "INPUT_RUN_ID", run);
	free(run);
}

void
load_runs(struct loader *l)
{
	struct config *c = l->c;
	bool bare;
	size_t i;

	add_runs(l);
	if (l->status != STATUS_OK)
		return;
	if (c->run_count > 1)
		c->results.first_id = c->runs[0].id;
	bare = c->run_count == 0;
	for (i = 0; i < c->run_count; i++)
		bare = bare || c->runs[i].owner == NULL;
	if (!bare && !l->o->given[OPTION_REPO]) {
		c->owner = xstrdup(c->runs[0].owner);
		c->repo = xstrdup(c->runs[0].repo);
		return;
	}
	load_repo(l);
	for (i = 0; c->owner != NULL && i < c->run_count; i++)
		if (c->runs[i].owner == NULL) {
			c->runs[i].owner = xstrdup(c->owner);
			c->runs[i].repo = xstrdup(c->repo);
		}
}

/* The run's URL belongs to these pages. */
static bool
is_below(const struct url *run, const struct url *pages)
{
	return server_is_same(run, pages) &&
	    strcmp(run->path, pages->path) == 0;
}

static void
fail_server(
    struct loader *l, const struct wait_target *run, const struct url *pages)
{
	struct buf theirs, ours;

	buf_init(&theirs, BUF_TEXT_MAX);
	buf_init(&ours, BUF_TEXT_MAX);
	url_add_authority(&theirs, pages);
	buf_adds(&theirs, pages->path);
	url_add_authority(&ours, &l->c->server);
	buf_adds(&ours, l->c->server.path);
	load_fail(l,
	    "%s: the server is %s (%s%s), but the URL names a run "
	    "elsewhere, and the token is only meant for that server. Nothing "
	    "was sent. If the URL is right, use --repo %s/%s/%s",
	    l->o->runs.count > 0 ? "await" : "INPUT_RUN_ID", buf_str(&ours),
	    l->server_from != NULL ? "from " : "the default",
	    l->server_from != NULL ? l->server_from : "", buf_str(&theirs),
	    run->owner, run->repo);
	buf_free(&theirs);
	buf_free(&ours);
}

void
load_check_runs(struct loader *l)
{
	struct config *c = l->c;
	struct buf pages;
	struct url own;
	size_t i;

	/* A gateway may show its own address; the API's always counts. */
	buf_init(&pages, BUF_TEXT_MAX);
	server_add_pages(&pages, &c->api);
	if (url_parse_base(&own, buf_str(&pages)) != NULL)
		url_wipe(&own);
	for (i = 0; i < c->run_count; i++)
		if (l->run_pages[i].host != NULL &&
		    !is_below(&l->run_pages[i], &c->server) &&
		    (own.host == NULL || !is_below(&l->run_pages[i], &own)))
			fail_server(l, &c->runs[i], &l->run_pages[i]);
	url_wipe(&own);
	buf_free(&pages);
}
