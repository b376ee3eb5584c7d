/* SPDX-License-Identifier: ISC */
/*
 * The HTTP proxy that the user names, and which servers are reached through
 * it.  No I/O.
 */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include <stdbool.h>

#include "base/fault.h"
#include "http/url.h"

/* All zero: no proxy. */
struct proxy {
	struct url url;          /* where it listens; no host: none */
	char *name;              /* "proxy.corp.example:3128"; owned */
	char *authorization;     /* "Basic ...", or NULL; owned */
	const char *from;        /* the option or variable; lent */
	char *except;            /* a no_proxy list, or NULL; owned */
	const char *except_from; /* its variable; lent */
};

/*
 * Splits [http://|https://][USER[:PASSWORD]@]HOST[:PORT][/], with percent-
 * encoded user information; without a scheme it means http, without a port the
 * scheme's own.  Registers credentials and password as secrets; without a
 * password, a user of 16 characters and more.
 *
 * STATUS_USAGE, naming `from` (lent for the life of the proxy), for anything
 * else and for other schemes; the message shows nothing that may be a
 * password.  The caller wipes in every case, and fills in `except`.
 */
enum status proxy_parse(
    struct proxy *, const char *from, const char *, struct fault *);
void proxy_wipe(struct proxy *);

/* Some proxy is named. */
bool proxy_is_set(const struct proxy *);

/*
 * The server is in a no_proxy list.  Items are separated by commas or white
 * space; ASCII case and final dots do not matter.
 *
 *	*			every server
 *	example.com		that host, and all below it
 *	.example.com		all below it; *.example.com is the same
 *	10.0.0.1, ::1, [::1]	that address, where the URL has an address
 *	10.0.0.0/8, fd00::/8	such a network, likewise
 *
 * With ":PORT" behind it, an item (but "*") counts for that port only, which
 * the URL has or implies.
 */
bool proxy_list_has(const char *list, const struct url *);

/*
 * The first item that can match no server, whatever that is, as a typing error
 * has it ("a;b", "http://a", "a*"); NULL if there is none.  Within the list.
 */
const char *proxy_list_misfit(const char *list, size_t *len);

/* The server is to be reached through the proxy. */
bool proxy_serves(const struct proxy *, const struct url *);

#endif
