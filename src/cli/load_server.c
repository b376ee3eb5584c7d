#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"
#include "github/server.h"

/*
 * Which server all of this is about.  Only what the user configured says so:
 * options, then the general variables.  Data never does, since the token goes
 * where the server is: a run's URL, though it may come from the environment
 * too, names a run on that server or none (load_check_runs).
 */

#define GITHUB_COM	"https://github.com"

static char *
url_text(const struct url *u, void (*add)(struct buf *, const struct url *))
{
	struct buf b;
	char *text;

	buf_init(&b, BUF_TEXT_MAX);
	add(&b, u);
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	return text;
}

/* The base URL that `from` has; plain http only where nobody can listen. */
static enum status
parse_base(struct url *u, const char *from, const char *text, struct fault *f)
{
	const char *wrong = url_parse_base(u, text);

	if (wrong != NULL)
		return load_bad(f, from, text, wrong);
	if (!u->tls && !url_is_loopback(u))
		return load_bad(f, from, text, "plain http:// would show the "
		    "token to the network; it is allowed for loopback hosts "
		    "only");
	return STATUS_OK;
}

/* The same for an API, which the hosts where people read do not serve. */
static enum status
parse_api(struct url *u, const char *from, const char *text, struct fault *f)
{
	enum status status = parse_base(u, from, text, f);

	if (u->host != NULL && server_has_api_elsewhere(u))
		return fault_set_lasting(f, STATUS_USAGE, "%s: %s is where "
		    "people read; its API is at https://api.%s", from, u->host,
		    u->host);
	return status;
}

/* Other names of github.com, as gh takes them too: SSH over port 443 has one,
 * and so has the API. */
static bool
is_github_com(const char *host)
{
	static const char *const names[] = { "www.github.com",
	    "ssh.github.com", "api.github.com" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_equal_nocase(host, names[i]))
			return true;
	return false;
}

/* HOST or HOST:PORT; `shown` is all that the user wrote. */
static enum status
parse_host(struct url *u, const char *from, const char *shown,
    const char *host, struct fault *f)
{
	static const char form[] = "expected a host, maybe with a port, such "
	    "as ghe.example.com";
	const char *wrong;
	struct buf b;

	if (strpbrk(host, "/?#") != NULL)
		return load_bad(f, from, shown, form);
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "https://%s", is_github_com(host) ? "github.com" : host);
	wrong = url_parse_base(u, buf_str(&b));
	buf_free(&b);
	return wrong == NULL ? STATUS_OK : load_bad(f, from, shown, wrong);
}

/* The server's pages have these addresses; its API is where it always is. */
static enum status
api_from_server(struct config *c, const char *from, struct fault *f)
{
	char *text = url_text(&c->server, server_add_api);
	enum status status = parse_api(&c->api, from, text, f);

	free(text);
	return status;
}

/* The API has this URL; its pages are at `server`, or where they always are. */
static enum status
server_from_api(struct config *c, const char *from, const char *api,
    const char *server_from, const char *server, struct fault *f)
{
	enum status status = parse_api(&c->api, from, api, f);
	const char *wrong;
	char *text;

	if (status != STATUS_OK)
		return status;
	text = server != NULL ? xstrdup(server) :
	    url_text(&c->api, server_add_pages);
	wrong = url_parse_base(&c->server, text);
	if (wrong != NULL)
		status = load_bad(f, server_from, text, wrong);
	free(text);
	return status;
}

/* GH_HOST comes last; that it is not followed must not go unseen. */
static void
warn_of_host(const struct config *c, const char *from, const char *host)
{
	struct url named;
	struct fault ignored;

	memset(&named, 0, sizeof named);
	if (host != NULL && parse_host(&named, "GH_HOST", host, host,
	    &ignored) == STATUS_OK && !server_is_same(&named, &c->server))
		log_warning("GH_HOST (%s) is not followed, since %s is set; "
		    "--repo HOST/OWNER/REPO comes before both", host, from);
	url_wipe(&named);
}

static enum status
server_from_variables(struct loader *l, struct fault *f)
{
	char *api = load_variable(l, "GITHUB_API_URL");
	char *server = load_variable(l, "GITHUB_SERVER_URL");
	char *host = load_variable(l, "GH_HOST");
	struct config *c = l->c;
	enum status status;

	l->server_from = api != NULL ? "GITHUB_API_URL" : server != NULL ?
	    "GITHUB_SERVER_URL" : host != NULL ? "GH_HOST" : NULL;
	if (api != NULL)
		status = server_from_api(c, l->server_from, api,
		    "GITHUB_SERVER_URL", server, f);
	else if (server != NULL)
		status = parse_base(&c->server, l->server_from, server, f);
	else if (host != NULL)
		status = parse_host(&c->server, l->server_from, host, host,
		    f);
	else
		status = parse_base(&c->server, "the default", GITHUB_COM, f);
	if (status == STATUS_OK && api == NULL)
		status = api_from_server(c, l->server_from, f);
	if (status == STATUS_OK && (api != NULL || server != NULL))
		warn_of_host(c, l->server_from, host);
	free(api);
	free(server);
	free(host);
	return status;
}

enum status
load_server(struct loader *l, const char *host, struct fault *f)
{
	struct config *c = l->c;
	enum status status = STATUS_OK;

	if (!l->o->given[OPTION_API_URL] && host == NULL)
		return server_from_variables(l, f);
	l->server_from = host != NULL ? "--repo" : "--api-url";
	if (host != NULL)
		status = parse_host(&c->server, l->server_from,
		    l->o->value[OPTION_REPO], host, f);
	if (status != STATUS_OK)
		return status;
	if (!l->o->given[OPTION_API_URL])
		return api_from_server(c, l->server_from, f);
	if (host != NULL)
		return parse_api(&c->api, "--api-url",
		    l->o->value[OPTION_API_URL], f);
	return server_from_api(c, "--api-url", l->o->value[OPTION_API_URL],
	    NULL, NULL, f);
}

/* The run's URL belongs to these pages. */
static bool
is_below(const struct url *run, const struct url *pages)
{
	return server_is_same(run, pages) &&
	    strcmp(run->path, pages->path) == 0;
}

static enum status
other_server(const struct loader *l, const struct config_run *run,
    struct fault *f)
{
	struct buf theirs, ours;

	buf_init(&theirs, BUF_TEXT_MAX);
	buf_init(&ours, BUF_TEXT_MAX);
	url_add_authority(&theirs, &run->pages);
	buf_adds(&theirs, run->pages.path);
	url_add_authority(&ours, &l->c->server);
	buf_adds(&ours, l->c->server.path);
	fault_set_lasting(f, STATUS_USAGE, "%s: the URL names a run on %s, but "
	    "the server is %s (%s%s), and the token is meant for that one "
	    "alone. Nothing was sent. If %s is right, say so with --repo "
	    "%s/%s/%s", l->o->runs.count > 0 ? "await" : "INPUT_RUN_ID",
	    buf_str(&theirs), buf_str(&ours), l->server_from != NULL ?
	    "from " : "the default", l->server_from != NULL ?
	    l->server_from : "", buf_str(&theirs), buf_str(&theirs),
	    run->owner, run->repo);
	buf_free(&theirs);
	buf_free(&ours);
	return STATUS_USAGE;
}

enum status
load_check_runs(struct loader *l, struct fault *f)
{
	struct config *c = l->c;
	enum status status = STATUS_OK;
	char *text = url_text(&c->api, server_add_pages);
	struct url own;
	size_t i;

	/* A gateway may show its own address; the API's always counts. */
	if (url_parse_base(&own, text) != NULL)
		url_wipe(&own);
	for (i = 0; status == STATUS_OK && i < c->run_count; i++)
		if (c->runs[i].pages.host != NULL &&
		    !is_below(&c->runs[i].pages, &c->server) &&
		    (own.host == NULL || !is_below(&c->runs[i].pages, &own)))
			status = other_server(l, &c->runs[i], f);
	url_wipe(&own);
	free(text);
	return status;
}
