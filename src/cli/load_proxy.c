/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cli/load.h"

/*
 * HTTP_PROXY is not among them: in a CGI environment it is what a client sent
 * as a header "Proxy".
 */
static const char *const https_names[] = { "https_proxy", "HTTPS_PROXY",
	"all_proxy", "ALL_PROXY", NULL };
static const char *const http_names[] = { "http_proxy", NULL };
static const char *const except_names[] = { "no_proxy", "NO_PROXY", NULL };

/* Loads the servers to connect to directly.  The list is often meant for other
 * programs too, so an item that matches no server only causes a warning. */
static void
load_except(const struct loader *l)
{
	struct proxy *p = &l->c->proxy;
	const char *misfit;
	size_t len;

	p->except = load_first_variable(l, except_names, &p->except_from);
	if (p->except == NULL ||
	    (misfit = proxy_list_misfit(p->except, &len)) == NULL)
		return;
	log_warning(
	    "%s: \"%.*s\" matches no server; expected hosts, "
	    ".domains, addresses, networks (10.0.0.0/8) or *, separated by "
	    "commas or spaces",
	    p->except_from, (int)len, misfit);
}

/* The proxy must not see the token, which TLS alone keeps from it. */
static void
check_plain(struct loader *l)
{
	const struct config *c = l->c;
	bool given = l->o->given[OPTION_PROXY];

	if (c->api.tls || !proxy_serves(&c->proxy, &c->api) ||
	    url_is_loopback(&c->proxy.url))
		return;
	load_fail(l,
	    "%s: the API URL is plain http://, so the proxy %s would "
	    "see the token; %s%s",
	    c->proxy.from, c->proxy.name,
	    given ? "leave the option out" : "set no_proxy to ",
	    given ? "" : c->api.host);
}

void
load_proxy(struct loader *l)
{
	struct config *c = l->c;
	const char *from = "--proxy";
	char *text;

	if (l->o->given[OPTION_NO_PROXY])
		return;
	text = l->o->given[OPTION_PROXY]
	    ? load_value(l, OPTION_PROXY, &from)
	    : load_first_variable(
		  l, c->api.tls ? https_names : http_names, &from);
	if (text == NULL)
		return;
	l->status = proxy_parse(&c->proxy, from, text, l->fault);
	/* The text may hold a password. */
	secret_free(text);
	if (l->status != STATUS_OK)
		return;
	if (!l->o->given[OPTION_PROXY])
		load_except(l);
	check_plain(l);
}
