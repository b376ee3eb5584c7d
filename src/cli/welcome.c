/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/checkout.h"
#include "cli/repository.h"
#include "cli/welcome.h"
#include "github/server.h"

#define SOME_REPOSITORY "octo-org/octo-repo"
#define GITHUB_COM      "github.com"

static bool
has_input(const char *const *variables, config_lookup lookup)
{
	const char *value;

	for (; *variables != NULL; variables++)
		if (strncmp(*variables, "INPUT_", strlen("INPUT_")) == 0 &&
		    (value = lookup(*variables)) != NULL && *value != '\0')
			return true;
	return false;
}

bool
welcome_is_due(const struct options *o, config_lookup lookup)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (has_input(option_specs[i].variables, lookup))
			return false;
	return options_are_none(o) && log_is_plain() && isatty(STDIN_FILENO) &&
	    isatty(STDERR_FILENO);
}

static void
add_examples(struct buf *out, const char *repository)
{
	buf_addf(out,
	    "  # start deploy.yml on the branch main, and print its run\n"
	    "  return-dispatch -R %s -w deploy.yml -r main\n\n",
	    repository);
	buf_addf(out,
	    "  # the same with an input; then wait for the run, for an hour at most\n"
	    "  return-dispatch -R %s -w deploy.yml -r main \\\n"
	    "      -f environment=staging --wait --wait-timeout 1h\n\n",
	    repository);
	buf_addf(out,
	    "  # wait for a run that exists already\n"
	    "  return-dispatch await -R %s 17654321098\n\n",
	    repository);
}

/* docs.github.com, "Managing your personal access tokens": only GitHub's own
 * pages take the fields of a fine-grained token from the URL. */
static void
add_token(struct buf *out, const struct welcome *w)
{
	buf_addf(out,
	    "The token is read from $%s, or from a file (--token-file). It needs the\n"
	    "permission \"Actions: Read and write\" for the repository; a classic one, the\n"
	    "scope \"repo\". Either is made in a browser:\n\n",
	    w->hosted ? "GH_TOKEN" : "GH_ENTERPRISE_TOKEN");
	buf_addf(
	    out, "  https://%s/settings/personal-access-tokens/new", w->server);
	if (w->hosted)
		buf_adds(out, "?name=return-dispatch&actions=write");
	if (w->hosted && w->owner != NULL)
		buf_addf(out, "&target_name=%s", w->owner);
	buf_addf(out,
	    "\n  https://%s/settings/tokens/new?description=return-dispatch&scopes=repo\n\n",
	    w->server);
}

void
welcome_add(struct buf *out, const struct welcome *w)
{
	buf_adds(out,
	    "return-dispatch starts a GitHub Actions workflow, and prints the ID and the URL\n"
	    "of the run that this created. It can also wait for that run, and then exits\n"
	    "with 0 only if the run succeeded.\n\n");
	if (w->repository == NULL)
		buf_adds(out,
		    "Three examples, in which " SOME_REPOSITORY
		    " stands for your repository:\n\n");
	else if (w->from_variable)
		buf_addf(out, "Three examples for %s ($GITHUB_REPOSITORY):\n\n",
		    w->repository);
	else
		buf_addf(out,
		    "Three examples for %s, which this folder is a clone of:\n\n",
		    w->repository);
	add_examples(
	    out, w->repository != NULL ? w->repository : SOME_REPOSITORY);
	buf_adds(out,
	    "deploy.yml stands for a file in .github/workflows with \"on: workflow_dispatch\".\n"
	    "With --dry-run, the request is printed and not sent.\n\n");
	add_token(out, w);
}

/* OWNER/REPO, after the host if that is not the one asked anyway. */
static void
add_repository(struct buf *out, const struct repository *r, const char *server)
{
	if (r->host != NULL && !text_equal_nocase(r->host, server))
		buf_addf(out, "%s/", r->host);
	buf_addf(out, "%s/%s", r->owner, r->name);
}

/* The server that the repository is on, and the examples will ask. */
static bool
is_hosted(const char *server)
{
	struct url pages = { 0 };
	struct buf b;
	bool hosted;

	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "https://%s", server);
	hosted = url_parse_base(&pages, buf_str(&b)) == NULL &&
	    server_is_hosted(&pages);
	url_wipe(&pages);
	buf_free(&b);
	return hosted;
}

static void
show(const struct repository *r, bool from_variable, const char *server)
{
	struct welcome w = { .from_variable = from_variable, .server = server };
	struct buf name, text;

	buf_init(&name, BUF_TEXT_MAX);
	buf_init(&text, BUF_TEXT_MAX);
	if (r != NULL) {
		add_repository(&name, r, server);
		w.repository = buf_str(&name);
		w.owner = r->owner;
		if (r->host != NULL)
			w.server = r->host;
	}
	w.hosted = is_hosted(w.server);
	welcome_add(&text, &w);
	log_lines(buf_str(&text));
	buf_free(&text);
	buf_free(&name);
}

enum status
welcome_show(const struct config *c, struct fault *f)
{
	const struct repository named = { .owner = c->owner, .name = c->repo };
	struct repository cloned;
	struct buf server;

	buf_init(&server, BUF_TEXT_MAX);
	if (c->server.host != NULL)
		url_add_authority(&server, &c->server);
	else
		buf_adds(&server, GITHUB_COM);
	if (c->owner != NULL && c->repo != NULL) {
		show(&named, true, buf_str(&server));
	} else if (checkout_repository(&cloned)) {
		show(&cloned, false, buf_str(&server));
		repository_wipe(&cloned);
	} else {
		show(NULL, false, buf_str(&server));
	}
	buf_free(&server);
	return fault_set_lasting(f, STATUS_USAGE,
	    "no workflow is named, and nothing was sent; "
	    "return-dispatch --help lists all options");
}
