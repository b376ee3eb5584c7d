/* SPDX-License-Identifier: ISC */
/*
 * Proxies: three lines, a proxy's URL, that of a server, and a no_proxy list
 * (to the end).  Credentials become a header that is one, and what is in a list
 * is in every longer one.
 */
#include "fuzz.h"

#include "base/secret.h"
#include "http/proxy.h"
#include "http/request.h"

static void
check_proxy(const struct proxy *p)
{
	struct request r = { .method = REQUEST_CONNECT, .target = "a:1" };
	struct proxy again;
	struct buf message;
	struct fault f;

	r.authority = p->name;
	request_add(&r, "Proxy-Authorization", p->authorization);
	buf_init(&message, BUF_TEXT_MAX);
	must(request_write(&message, &r));
	must(p->authorization == NULL ||
	    strspn(p->authorization + strlen("Basic "),
		"ABCDEFGHIJKLMNOPQRST"
		"UVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") %
		    4 ==
		0);
	buf_wipe(&message);
	must(proxy_parse(&again, "again", p->name, &f) == STATUS_OK);
	must(strcmp(again.url.host, p->url.host) == 0 &&
	    again.authorization == NULL);
	proxy_wipe(&again);
}

static void
check_list(const struct url *u, const char *list)
{
	bool has = proxy_list_has(list, u);
	struct buf longer;

	buf_init(&longer, BUF_TEXT_MAX);
	buf_addf(&longer, "not.example:9,%s\t[::2]:9", list);
	must(proxy_list_has(buf_str(&longer), u) == has);
	buf_adds(&longer, " *");
	must(proxy_list_has(buf_str(&longer), u));
	buf_free(&longer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *server, *list = NULL;
	struct proxy p;
	struct fault f;
	struct url u;

	memcpy(text, data, len);
	text[len] = '\0';
	if ((server = strchr(text, '\n')) != NULL)
		*server++ = '\0';
	if (server != NULL && (list = strchr(server, '\n')) != NULL)
		*list++ = '\0';
	if (proxy_parse(&p, "https_proxy", text, &f) == STATUS_OK)
		check_proxy(&p);
	else
		must(f.status == STATUS_USAGE && !proxy_is_set(&p));
	proxy_wipe(&p);
	secret_forget();
	if (list != NULL) {
		/* What check_list adds is for port 9. */
		if (url_parse_base(&u, server) == NULL && u.port != 9)
			check_list(&u, list);
		url_wipe(&u);
	}
	free(text);
	return 0;
}
