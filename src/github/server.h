/* SPDX-License-Identifier: ISC */
/*
 * The two addresses of a GitHub server: that of its web pages, and that of its
 * API.  Pure.
 */
#ifndef GITHUB_SERVER_H
#define GITHUB_SERVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/url.h"

/*
 * Appends the base URL of the API of the server that has these pages:
 * github.com, NAME.ghe.com or a GHES.
 */
void server_add_api(struct buf *, const struct url *pages);

/* Appends the base URL of the pages of the server that has this API. */
void server_add_pages(struct buf *, const struct url *api);

/* Whether GitHub runs it: github.com, or a host under ghe.com. */
bool server_is_hosted(const struct url *pages);

/* Whether it is the API of github.com or NAME.ghe.com, which is always the
 * newest version. */
bool server_is_cloud(const struct url *api);

/* Whether only web pages are served there: github.com and NAME.ghe.com have
 * their API on a host of its own. */
bool server_has_api_elsewhere(const struct url *);

/*
 * Whether both name the same server: equal hosts (a final dot aside) and ports.
 * The default ports of http and https count as equal, because people leave out
 * or mistype the scheme.
 */
bool server_is_same(const struct url *, const struct url *);

#endif
