/* SPDX-License-Identifier: ISC */
/*
 * What belongs together: a GitHub server shows pages to people at one address
 * and has its API at another.  Pure.
 */
#ifndef GITHUB_SERVER_H
#define GITHUB_SERVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/url.h"

/*
 * Appends the API's base URL of the server whose pages are there: that of
 * github.com, of NAME.ghe.com, or of a GHES.
 */
void server_add_api(struct buf *, const struct url *pages);

/* Appends the base URL of the pages of the server that has this API. */
void server_add_pages(struct buf *, const struct url *api);

/* GitHub's own: github.com, or a host under ghe.com. */
bool server_is_hosted(const struct url *pages);

/* The API of github.com or of NAME.ghe.com: always the newest version. */
bool server_is_cloud(const struct url *api);

/* Nothing but pages is served there, whatever the path: github.com, and
 * NAME.ghe.com, have their API on a host of its own. */
bool server_has_api_elsewhere(const struct url *);

/*
 * Both name the same server: equal hosts (but for a final dot) and ports.  The
 * scheme's own port counts as the same for http and https: people leave out
 * or mistype the scheme.
 */
bool server_is_same(const struct url *, const struct url *);

#endif
