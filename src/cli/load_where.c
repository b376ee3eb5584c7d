#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"

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

/* A repository's name, as remotes of git write it. */
static size_t
without_git(const char *repo)
{
	size_t len = strlen(repo), tail = strlen(".git");

	return len >= tail && strcmp(repo + len - tail, ".git") == 0 ?
	    len - tail : len;
}

static bool
take_prefix(const char **s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strlen(*s) < len || !text_equal_nocase_n(*s, len, prefix))
		return false;
	*s += len;
	return true;
}

/*
 * Addresses of a repository, as browsers and git show them, become
 * HOST/OWNER/REPO: https://HOST/OWNER/REPO[/], ssh://[git@]HOST/OWNER/REPO.git
 * and git@HOST:OWNER/REPO.git.  The port of SSH says nothing about the API.
 * NULL if it is none of these; else owned by the caller.
 */
static char *
plain_repo(const char *text)
{
	bool web = take_prefix(&text, "https://") ||
	    take_prefix(&text, "http://");
	bool ssh = !web && take_prefix(&text, "ssh://");
	bool git = !web && take_prefix(&text, "git@");
	size_t len = strlen(text), host, path;
	struct buf b;
	char *plain;

	if (!web && !ssh && !git)
		return NULL;
	if (web && len > 0 && text[len - 1] == '/')
		len--;
	host = path = web ? 0 : strcspn(text, ":/");
	if (!web && text[path] == ':') {
		path++;
		if (ssh)
			path += strspn(text + path, "0123456789");
	}
	buf_init(&b, BUF_TEXT_MAX);
	buf_add(&b, text, host);
	if (!web && text[path] != '/')
		buf_addc(&b, '/');
	buf_add(&b, text + path, len - path);
	plain = xstrdup(buf_str(&b));
	buf_free(&b);
	return plain;
}

/* [HOST/]OWNER/REPO[.git]; *host is owned by the caller, NULL if there is
 * none. */
static bool
split_repo(struct config *c, const char *text, bool host_ok, char **host)
{
	const char *owner = text, *slash = strchr(text, '/'), *repo;
	size_t len;

	if (slash == NULL)
		return false;
	if (strchr(slash + 1, '/') != NULL) {
		if (!host_ok || slash == text)
			return false;
		owner = slash + 1;
		slash = strchr(owner, '/');
	}
	repo = slash + 1;
	len = without_git(repo);
	if (!is_repo_part(owner, (size_t)(slash - owner)) ||
	    !is_repo_part(repo, len))
		return false;
	if (owner != text)
		*host = xstrndup(text, (size_t)(owner - text - 1));
	c->owner = xstrndup(owner, (size_t)(slash - owner));
	c->repo = xstrndup(repo, len);
	return true;
}

/* As split_repo; an option's value also as plain_repo takes it. */
static enum status
parse_repo(struct config *c, const char *from, const char *text, bool host_ok,
    char **host, struct fault *f)
{
	static const char form[] = "expected OWNER/REPO";
	static const char host_form[] = "expected [HOST/]OWNER/REPO, such as "
	    "octo-org/octo-repo or ghe.example.com/octo-org/octo-repo, or "
	    "the address that git clones it from";
	char *plain = host_ok ? plain_repo(text) : NULL;
	bool ok;

	*host = NULL;
	ok = split_repo(c, plain != NULL ? plain : text, host_ok, host) &&
	    (plain == NULL || *host != NULL);
	free(plain);
	return ok ? STATUS_OK : load_bad(f, from, text, host_ok ? host_form :
	    form);
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
	if (!is_repo_part(repo, without_git(repo)))
		return load_bad(f, "INPUT_REPO", repo,
		    "not a repository's name");
	c->owner = xstrdup(owner);
	c->repo = xstrndup(repo, without_git(repo));
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

static enum status
bad_run(struct fault *f, const char *from, const char *text)
{
	return load_bad(f, from, text, "expected a run's ID, or its URL such "
	    "as https://github.com/octo-org/octo-repo/actions/runs/123");
}

/*
 * [BASE]/OWNER/REPO/actions/runs/ID[/...], where BASE is https://HOST and maybe
 * a path.  Whether that is the server's is another question.
 */
static enum status
parse_run_url(const char *from, const char *text, struct config_run *run,
    struct fault *f)
{
	static const char actions[] = "/actions/runs/";
	const char *mark = strstr(text, actions), *repo, *owner, *id, *wrong;
	char *base;

	/* An "@" may come after a password: not even looked at. */
	if (mark == NULL || strchr(text, '@') != NULL)
		return bad_run(f, from, text);
	id = mark + sizeof actions - 1;
	if (!text_u64(id, strcspn(id, "/?#"), &run->id) || run->id == 0 ||
	    run->id > INT64_MAX)
		return bad_run(f, from, text);
	for (repo = mark; repo > text && repo[-1] != '/'; repo--)
		;
	for (owner = repo - (repo > text); owner > text && owner[-1] != '/';
	    owner--)
		;
	if (owner == text || !is_repo_part(repo, (size_t)(mark - repo)) ||
	    !is_repo_part(owner, (size_t)(repo - 1 - owner)))
		return bad_run(f, from, text);
	run->owner = xstrndup(owner, (size_t)(repo - 1 - owner));
	run->repo = xstrndup(repo, (size_t)(mark - repo));
	base = xstrndup(text, (size_t)(owner - 1 - text));
	wrong = url_parse_base(&run->pages, base);
	free(base);
	return wrong == NULL ? STATUS_OK : bad_run(f, from, text);
}

static enum status
add_run(struct loader *l, const char *from, const char *text, struct fault *f)
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
	return parse_run_url(from, text, run, f);
}

static enum status
add_runs(struct loader *l, struct fault *f)
{
	const struct option_list *given = &l->o->runs;
	enum status status = STATUS_OK;
	char *run;
	size_t i;

	for (i = 0; status == STATUS_OK && i < given->count; i++)
		status = add_run(l, "await", given->values[i], f);
	if (given->count > 0)
		return status;
	run = load_variable(l, "INPUT_RUN_ID");
	if (run == NULL)
		load_add_missing(l, "the run (an ID or URL, or INPUT_RUN_ID)");
	else
		status = add_run(l, "INPUT_RUN_ID", run, f);
	free(run);
	return status;
}

enum status
load_runs(struct loader *l, char **host, struct fault *f)
{
	struct config *c = l->c;
	enum status status;
	bool bare;
	size_t i;

	*host = NULL;
	if ((status = add_runs(l, f)) != STATUS_OK)
		return status;
	bare = c->run_count == 0;
	if (c->run_count > 1)
		c->results.first_id = c->runs[0].id;
	for (i = 0; i < c->run_count; i++)
		bare = bare || c->runs[i].owner == NULL;
	if (!bare && !l->o->given[OPTION_REPO]) {
		c->owner = xstrdup(c->runs[0].owner);
		c->repo = xstrdup(c->runs[0].repo);
		return STATUS_OK;
	}
	status = load_repo(l, host, f);
	for (i = 0; status == STATUS_OK && c->owner != NULL &&
	    i < c->run_count; i++)
		if (c->runs[i].owner == NULL) {
			c->runs[i].owner = xstrdup(c->owner);
			c->runs[i].repo = xstrdup(c->repo);
		}
	return status;
}
