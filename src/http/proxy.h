/* SPDX-License-Identifier: ISC */
/*
 * The HTTP proxy that the user gives, and which servers are reached through it.
 * Pure.
 */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include <stdbool.h>

#include "base/fault.h"
#include "http/url.h"

/* All zero: no proxy. */
struct proxy {
	struct url url;          /* its address; no host: no proxy */
	char *name;              /* "proxy.corp.example:3128"; owned */
	char *authorization;     /* "Basic ...", or NULL; owned */
	const char *from;        /* the option or variable; lent */
	char *except;            /* a no_proxy list, or NULL; owned */
	const char *except_from; /* its variable; lent */
};

/*
 * Splits [http://|https://][USER[:PASSWORD]@]HOST[:PORT][/], with
 * percent-encoded user information.  The default scheme is http, and the
 * default port is that of the scheme.  Registers credentials and password as
 * secrets, and without a password a user of 16 characters or more.
 *
 * Anything else, such as another scheme, is STATUS_USAGE; the message names
 * `from` (lent for the life of the proxy) and shows nothing that may be a
 * password.  The caller wipes the proxy in every case, and fills in `except`.
 */
enum status proxy_parse(
    struct proxy *, const char *from, const char *, struct fault *);
void proxy_wipe(struct proxy *);

/* Whether there is a proxy. */
bool proxy_is_set(const struct proxy *);

/*
 * Whether the server is in a no_proxy list.  Items are separated by commas or
 * white space; ASCII case and final dots do not matter.
 *
 *	*			every server
 *	example.com		that host, and all below it
 *	.example.com		all below it; *.example.com is the same
 *	10.0.0.1, ::1, [::1]	that address, where the URL has an address
 *	10.0.0.0/8, fd00::/8	such a network, likewise
 *
 * An item (except "*") with ":PORT" at its end applies to that port only,
 * whether the URL has or implies it.
 */
bool proxy_list_has(const char *list, const struct url *);

/*
 * The first item that cannot match any server, such as "a;b", "http://a" or
 * "a*", as a place in the list; NULL if there is none.
 */
const char *proxy_list_misfit(const char *list, size_t *len);

/* Whether the server is to be reached through the proxy. */
bool proxy_serves(const struct proxy *, const struct url *);

#endif
