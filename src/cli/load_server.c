/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/load.h"
#include "github/server.h"

/*
 * Loads the server.  Only the user's configuration selects it: options, then
 * the general variables.  Data never does, since the token is sent to the
 * server: the URL of a run, even one from the environment, names a run on that
 * server or none (load_check_runs).
 */

#define GITHUB_COM "https://github.com"

/* `wrong` is what parsing it came to; plain http only where nobody can
 * listen. */
static void
check_base(struct loader *l, const struct url *u, const char *from,
    const char *text, const char *wrong)
{
	if (wrong == NULL && !u->tls && !url_is_loopback(u))
		wrong = "plain http:// would expose the token to the network; "
			"it is only allowed for loopback hosts";
	if (wrong != NULL)
		load_fail_value(l, from, text, wrong);
}

/* The base URL of the web pages, as `from` has it. */
static void
parse_pages(struct loader *l, const char *from, const char *text)
{
	struct url *pages = &l->c->server;

	check_base(l, pages, from, text, url_parse_base(pages, text));
}

/* The same for the API, which the hosts of the web pages do not serve. */
static void
parse_api(struct loader *l, const char *from, const char *text)
{
	struct url *api = &l->c->api;
	const char *wrong = url_parse_base(api, text);

	if (wrong == NULL && server_has_api_elsewhere(api))
		load_fail(l,
		    "%s: %s only serves web pages; its API is at https://api.%s",
		    from, api->host, api->host);
	else
		check_base(l, api, from, text, wrong);
}

/* Other names of github.com, as gh takes them too: SSH over port 443 has one,
 * and so has the API. */
static bool
is_github_com(const char *host)
{
	static const char *const names[] = { "www.github.com", "ssh.github.com",
		"api.github.com" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_equal_nocase(host, names[i]))
			return true;
	return false;
}

/* HOST or HOST:PORT; NULL, or what is wrong. */
static const char *
parse_host(struct url *u, const char *host)
{
	const char *wrong;
	struct buf b;

	if (strpbrk(host, "/?#") != NULL)
		return "expected a host, optionally with a port, such as "
		       "ghe.example.com";
	buf_init(&b, BUF_TEXT_MAX);
	buf_addf(&b, "https://%s", is_github_com(host) ? "github.com" : host);
	wrong = url_parse_base(u, buf_str(&b));
	buf_free(&b);
	return wrong;
}

/* The server's pages are at this host; `shown` is all that the user wrote. */
static void
server_from_host(struct loader *l, const char *shown, const char *host)
{
	const char *wrong = parse_host(&l->c->server, host);

	if (wrong != NULL)
		load_fail_value(l, l->server_from, shown, wrong);
}

/* The server's pages have these addresses; its API is where it always is. */
static void
api_from_server(struct loader *l)
{
	struct buf api;

	if (l->status != STATUS_OK)
		return;
	buf_init(&api, BUF_TEXT_MAX);
	server_add_api(&api, &l->c->server);
	parse_api(l, l->server_from, buf_str(&api));
	buf_free(&api);
}

/* The API has this URL; its pages are at `server`, or where they always are. */
static void
server_from_api(struct loader *l, const char *api, const char *server)
{
	const char *wrong;
	struct buf pages;

	parse_api(l, l->server_from, api);
	if (l->status != STATUS_OK)
		return;
	buf_init(&pages, BUF_TEXT_MAX);
	if (server != NULL)
		buf_adds(&pages, server);
	else
		server_add_pages(&pages, &l->c->api);
	wrong = url_parse_base(&l->c->server, buf_str(&pages));
	if (wrong != NULL)
		load_fail_value(l, "GITHUB_SERVER_URL", buf_str(&pages), wrong);
	buf_free(&pages);
}

/* GH_HOST comes last; a warning explains why it has no effect. */
static void
warn_of_host(const struct loader *l, const char *host)
{
	struct url named;

	memset(&named, 0, sizeof named);
	if (host != NULL && parse_host(&named, host) == NULL &&
	    !server_is_same(&named, &l->c->server))
		log_warning("GH_HOST (%s) is ignored because %s is set; use "
			    "--repo HOST/OWNER/REPO to override both",
		    host, l->server_from);
	url_wipe(&named);
}

static void
server_from_variables(struct loader *l)
{
	char *api = load_variable(l, "GITHUB_API_URL");
	char *server = load_variable(l, "GITHUB_SERVER_URL");
	char *host = load_variable(l, "GH_HOST");

	l->server_from = api != NULL ? "GITHUB_API_URL"
	    : server != NULL         ? "GITHUB_SERVER_URL"
	    : host != NULL           ? "GH_HOST"
				     : NULL;
	if (api != NULL)
		server_from_api(l, api, server);
	else if (server != NULL)
		parse_pages(l, l->server_from, server);
	else if (host != NULL)
		server_from_host(l, host, host);
	else
		parse_pages(l, "the default", GITHUB_COM);
	if (api == NULL)
		api_from_server(l);
	if (l->status == STATUS_OK && (api != NULL || server != NULL))
		warn_of_host(l, host);
	free(api);
	free(server);
	free(host);
}

void
load_server(struct loader *l)
{
	const char *api = load_given(l, OPTION_API_URL);

	if (l->host == NULL && !l->o->given[OPTION_API_URL]) {
		server_from_variables(l);
	} else if (l->host == NULL) {
		l->server_from = "--api-url";
		if (api != NULL)
			server_from_api(l, api, NULL);
	} else {
		l->server_from = "--repo";
		server_from_host(l, l->o->value[OPTION_REPO], l->host);
		if (api != NULL)
			parse_api(l, "--api-url", api);
		else
			api_from_server(l);
	}
}
