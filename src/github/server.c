/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "github/server.h"

#define GITHUB_COM "github.com"

static const char ghe_com[] = ".ghe.com";
static const char ghes_path[] = "/api/v3";

static bool
ends_with(const char *s, size_t len, const char *tail)
{
	size_t tail_len = strlen(tail);

	return len > tail_len && strcmp(s + len - tail_len, tail) == 0;
}

static bool
is_own_port(const struct url *u)
{
	return u->port == (u->tls ? 443 : 80);
}

bool
server_has_api_elsewhere(const struct url *u)
{
	return server_is_hosted(u) && strncmp(u->host, "api.", 4) != 0;
}

void
server_add_api(struct buf *out, const struct url *pages)
{
	size_t len = strlen(pages->host);
	bool tenant = ends_with(pages->host, len, ghe_com);
	struct url api = *pages;

	if (strcmp(pages->host, GITHUB_COM) == 0 && is_own_port(pages)) {
		buf_adds(out, "https://api." GITHUB_COM);
	} else if (tenant && *pages->path == '\0') {
		buf_adds(out, api.tls ? "https://api." : "http://api.");
		url_add_authority(out, &api);
	} else {
		url_add_origin(out, &api);
		buf_addf(out, "%s%s", pages->path, ghes_path);
	}
}

bool
server_is_cloud(const struct url *api)
{
	const char *host = api->host;

	if (strncmp(host, "api.", 4) != 0)
		return false;
	host += 4;
	return strcmp(host, GITHUB_COM) == 0 ||
	    ends_with(host, strlen(host), ghe_com);
}

void
server_add_pages(struct buf *out, const struct url *api)
{
	size_t path_len = strlen(api->path);
	size_t tail_len = sizeof ghes_path - 1;
	struct url pages = *api;

	if (server_is_cloud(api))
		pages.host += 4;
	if (path_len >= tail_len &&
	    strcmp(api->path + path_len - tail_len, ghes_path) == 0)
		path_len -= tail_len;
	url_add_origin(out, &pages);
	buf_add(out, api->path, path_len);
}

bool
server_is_hosted(const struct url *pages)
{
	return strcmp(pages->host, GITHUB_COM) == 0 ||
	    ends_with(pages->host, strlen(pages->host), ghe_com);
}

static size_t
host_length(const struct url *u)
{
	size_t len = strlen(u->host);

	return len > 1 && u->host[len - 1] == '.' ? len - 1 : len;
}

bool
server_is_same(const struct url *a, const struct url *b)
{
	size_t len = host_length(a);

	return len == host_length(b) && memcmp(a->host, b->host, len) == 0 &&
	    (a->port == b->port || (is_own_port(a) && is_own_port(b)));
}
