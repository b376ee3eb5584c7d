#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"

#define API_URL		"https://api.github.com"

/* Owner or repository: letters, digits, "-", "_", "." (and not only dots). */
static bool
is_repo_part(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!text_is_alnum(s[i]) && strchr("-_.", s[i]) == NULL)
			return false;
	return len > 0 && len <= 100 && strspn(s, ".") < len;
}

/* [HOST/]OWNER/REPO; *host is owned by the caller, NULL if there is none. */
static enum status
parse_repo(struct config *c, const char *from, const char *text, bool host_ok,
    char **host, struct fault *f)
{
	static const char form[] = "expected OWNER/REPO";
	static const char host_form[] = "expected [HOST/]OWNER/REPO, such as "
	    "octo-org/octo-repo or ghe.example.com/octo-org/octo-repo";
	const char *why = host_ok ? host_form : form;
	const char *owner = text, *slash, *repo;

	*host = NULL;
	if ((slash = strchr(text, '/')) == NULL)
		return load_bad(f, from, text, why);
	if (strchr(slash + 1, '/') != NULL) {
		if (!host_ok || slash == text)
			return load_bad(f, from, text, why);
		owner = slash + 1;
		slash = strchr(owner, '/');
	}
	repo = slash + 1;
	if (!is_repo_part(owner, (size_t)(slash - owner)) ||
	    !is_repo_part(repo, strlen(repo)))
		return load_bad(f, from, text, why);
	if (owner != text)
		*host = xstrndup(text, (size_t)(owner - text - 1));
	c->owner = xstrndup(owner, (size_t)(slash - owner));
	c->repo = xstrdup(repo);
	return STATUS_OK;
}

/* INPUT_OWNER and INPUT_REPO, or INPUT_REPO alone as OWNER/REPO. */
static enum status
repo_from_inputs(struct loader *l, char *owner, char *repo, struct fault *f)
{
	struct config *c = l->c;
	char *no_host;

	if (repo == NULL) {
		load_add_missing(l, "the repository (INPUT_REPO beside "
		    "INPUT_OWNER)");
		return STATUS_OK;
	}
	if (strchr(repo, '/') != NULL) {
		if (parse_repo(c, "INPUT_REPO", repo, false, &no_host, f) !=
		    STATUS_OK)
			return STATUS_USAGE;
		if (owner != NULL && !text_equal_nocase(owner, c->owner))
			return fault_set_lasting(f, STATUS_USAGE,
			    "INPUT_REPO names the owner \"%s\", INPUT_OWNER "
			    "the owner \"%s\"; keep one", c->owner, owner);
		return STATUS_OK;
	}
	if (owner == NULL) {
		load_add_missing(l, "the owner (INPUT_OWNER, or INPUT_REPO as "
		    "OWNER/REPO)");
		return STATUS_OK;
	}
	if (!is_repo_part(owner, strlen(owner)))
		return load_bad(f, "INPUT_OWNER", owner, "not an owner's name");
	if (!is_repo_part(repo, strlen(repo)))
		return load_bad(f, "INPUT_REPO", repo,
		    "not a repository's name");
	c->owner = xstrdup(owner);
	c->repo = xstrdup(repo);
	return STATUS_OK;
}

enum status
load_repo(struct loader *l, char **host, struct fault *f)
{
	enum status status;
	char *owner, *repo, *general;

	*host = NULL;
	if (l->o->given[OPTION_REPO])
		return parse_repo(l->c, "--repo", l->o->value[OPTION_REPO],
		    true, host, f);
	owner = load_variable(l, "INPUT_OWNER");
	repo = load_variable(l, "INPUT_REPO");
	if (owner != NULL || repo != NULL) {
		status = repo_from_inputs(l, owner, repo, f);
		free(owner);
		free(repo);
		return status;
	}
	general = load_variable(l, "GITHUB_REPOSITORY");
	if (general == NULL) {
		load_add_missing(l, "the repository (--repo, INPUT_OWNER and "
		    "INPUT_REPO, or GITHUB_REPOSITORY)");
		return STATUS_OK;
	}
	status = parse_repo(l->c, "GITHUB_REPOSITORY", general, false, host,
	    f);
	free(general);
	return status;
}

/* The API of a host: github.com, NAME.ghe.com, or a GHES. */
static char *
api_of_host(const char *host)
{
	static const char ghe_com[] = ".ghe.com";
	size_t len = strcspn(host, ":"), tail = sizeof ghe_com - 1;
	struct buf b;
	char *url;

	if (text_equal_nocase(host, "github.com") ||
	    text_equal_nocase(host, "github.com:443"))
		return xstrdup(API_URL);
	buf_init(&b, BUF_TEXT_MAX);
	if (len > tail && text_equal_nocase_n(host + len - tail, tail,
	    ghe_com))
		buf_addf(&b, "https://api.%s", host);
	else
		buf_addf(&b, "https://%s/api/v3", host);
	url = xstrdup(buf_str(&b));
	buf_free(&b);
	return url;
}

enum status
load_api(struct loader *l, const char *host, struct fault *f)
{
	const char *from = "--api-url", *wrong;
	enum status status = STATUS_OK;
	char *text;

	if (l->o->given[OPTION_API_URL]) {
		text = xstrdup(l->o->value[OPTION_API_URL]);
	} else if (host != NULL) {
		from = "--repo";
		text = api_of_host(host);
	} else {
		from = "GITHUB_API_URL";
		text = load_variable(l, from);
		if (text == NULL)
			text = xstrdup(API_URL);
	}
	wrong = url_parse_base(&l->c->api, text);
	if (wrong != NULL)
		status = load_bad(f, from, text, wrong);
	else if (!l->c->api.tls && !url_is_loopback(&l->c->api))
		status = load_bad(f, from, text, "plain http:// would show the "
		    "token to the network; it is allowed for loopback hosts "
		    "only");
	free(text);
	return status;
}

static enum status
bad_run(struct fault *f, const char *from, const char *text)
{
	return load_bad(f, from, text, "expected a run's ID, or its URL such "
	    "as https://github.com/octo-org/octo-repo/actions/runs/123");
}

/* https://HOST/OWNER/REPO/actions/runs/ID[/...]; the host goes to *host. */
static enum status
parse_run_url(const char *from, const char *text,
    struct config_run *run, char **host, struct fault *f)
{
	static const char actions[] = "/actions/runs/";
	const char *p, *mark, *id, *slash;
	struct config parts;
	struct fault ignored;
	struct buf name;
	char *found;
	size_t len;
	bool ok;

	p = strstr(text, "://");
	if ((strncmp(text, "https://", 8) != 0 &&
	    strncmp(text, "http://", 7) != 0) || strchr(text, '@') != NULL ||
	    (mark = strstr(p, actions)) == NULL)
		return bad_run(f, from, text);
	p += 3;
	id = mark + sizeof actions - 1;
	len = strcspn(id, "/?#");
	if (!text_u64(id, len, &run->id) || run->id == 0 ||
	    run->id > INT64_MAX)
		return bad_run(f, from, text);
	/* HOST/OWNER/REPO, as --repo takes it. */
	memset(&parts, 0, sizeof parts);
	buf_init(&name, BUF_TEXT_MAX);
	buf_add(&name, p, (size_t)(mark - p));
	ok = parse_repo(&parts, from, buf_str(&name), true, &found,
	    &ignored) == STATUS_OK && found != NULL;
	buf_free(&name);
	if (!ok) {
		free(parts.owner);
		free(parts.repo);
		free(found);
		return bad_run(f, from, text);
	}
	run->owner = parts.owner;
	run->repo = parts.repo;
	slash = *host;
	if (slash != NULL && !text_equal_nocase(slash, found)) {
		fault_set_lasting(f, STATUS_USAGE, "%s: all runs must be on "
		    "one server, not on %s and %s", from, *host, found);
		free(found);
		return STATUS_USAGE;
	}
	free(*host);
	*host = found;
	return STATUS_OK;
}

static enum status
add_run(struct loader *l, const char *from, const char *text, char **host,
    struct fault *f)
{
	struct config *c = l->c;
	struct config_run *run;
	size_t len = strlen(text);

	c->runs = xreallocarray(c->runs, c->run_count + 1, sizeof *c->runs);
	run = &c->runs[c->run_count++];
	memset(run, 0, sizeof *run);
	if (text_u64(text, len, &run->id) && run->id > 0 &&
	    run->id <= INT64_MAX)
		return STATUS_OK;
	return parse_run_url(from, text, run, host, f);
}

enum status
load_runs(struct loader *l, char **host, struct fault *f)
{
	struct config *c = l->c;
	enum status status = STATUS_OK;
	bool bare = false;
	char *run, *of_repo;
	size_t i;

	*host = NULL;
	for (i = 0; status == STATUS_OK && i < l->o->runs.count; i++)
		status = add_run(l, "await", l->o->runs.values[i], host, f);
	if (l->o->runs.count == 0) {
		run = load_variable(l, "INPUT_RUN_ID");
		if (run == NULL)
			load_add_missing(l, "the run (an ID or URL, or "
			    "INPUT_RUN_ID)");
		else
			status = add_run(l, "INPUT_RUN_ID", run, host, f);
		free(run);
	}
	for (i = 0; i < c->run_count; i++)
		bare = bare || c->runs[i].owner == NULL;
	if (status != STATUS_OK || (!bare && c->run_count > 0 &&
	    !l->o->given[OPTION_REPO]))
		goto out;
	status = load_repo(l, &of_repo, f);
	if (status == STATUS_OK && of_repo != NULL && *host != NULL &&
	    !text_equal_nocase(of_repo, *host))
		status = fault_set_lasting(f, STATUS_USAGE, "--repo and the "
		    "runs' URLs name different servers");
	if (*host == NULL)
		*host = of_repo;
	else
		free(of_repo);
	for (i = 0; status == STATUS_OK && c->owner != NULL &&
	    i < c->run_count; i++)
		if (c->runs[i].owner == NULL) {
			c->runs[i].owner = xstrdup(c->owner);
			c->runs[i].repo = xstrdup(c->repo);
		}
out:
	if (status == STATUS_OK && c->owner == NULL && c->run_count > 0 &&
	    c->runs[0].owner != NULL) {
		c->owner = xstrdup(c->runs[0].owner);
		c->repo = xstrdup(c->runs[0].repo);
	}
	return status;
}
