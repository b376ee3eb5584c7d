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
static const char *const https_names[] = {
	"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL
};
static const char *const http_names[] = { "http_proxy", NULL };
static const char *const except_names[] = { "no_proxy", "NO_PROXY", NULL };

/* The first variable that is set and not empty; *from is its name. */
static char *
first_of(const struct loader *l, const char *const *names, const char **from)
{
	char *value = NULL;

	for (; value == NULL && *names != NULL; names++) {
		*from = *names;
		value = load_variable(l, *names);
	}
	return value;
}

/* Who is connected to directly.  A list is often another program's, too, so
 * that what no server matches is only told. */
static void
load_except(const struct loader *l)
{
	struct proxy *p = &l->c->proxy;
	const char *misfit;
	size_t len;

	p->except = first_of(l, except_names, &p->except_from);
	if (p->except == NULL ||
	    (misfit = proxy_list_misfit(p->except, &len)) == NULL)
		return;
	log_warning("%s: \"%.*s\" matches no server; expected hosts, "
	    ".domains, addresses, networks (10.0.0.0/8) or *, with commas or "
	    "spaces between them", p->except_from, (int)len, misfit);
}

enum status
load_proxy(struct loader *l, struct fault *f)
{
	struct config *c = l->c;
	enum status status;
	const char *from;
	char *text;

	if (l->o->given[OPTION_NO_PROXY])
		return STATUS_OK;
	status = load_pick(l, OPTION_PROXY, NULL, &text, &from, f);
	if (status != STATUS_OK)
		return status;
	if (text == NULL)
		text = first_of(l, c->api.tls ? https_names : http_names,
		    &from);
	if (text == NULL)
		return STATUS_OK;
	status = proxy_parse(&c->proxy, from, text, f);
	/* It may hold a password. */
	secret_free(text);
	if (status != STATUS_OK)
		return status;
	if (!l->o->given[OPTION_PROXY])
		load_except(l);
	if (c->api.tls || !proxy_serves(&c->proxy, &c->api) ||
	    url_is_loopback(&c->proxy.url))
		return STATUS_OK;
	return fault_set_lasting(f, STATUS_USAGE, "%s: the API's URL is a "
	    "plain http:// one, so the proxy %s would see the token; %s%s",
	    from, c->proxy.name, l->o->given[OPTION_PROXY] ?
	    "leave the option out" : "set no_proxy to ",
	    l->o->given[OPTION_PROXY] ? "" : c->api.host);
}
