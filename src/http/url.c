/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/url.h"

#define HOST_MAX 253 /* RFC 1035, 2.3.4, in text form */

void
url_wipe(struct url *u)
{
	free(u->host);
	free(u->path);
	memset(u, 0, sizeof *u);
}

static bool
is_ipv6(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (strchr("0123456789abcdefABCDEF:.", s[i]) == NULL)
			return false;
	return len >= 2 && memchr(s, ':', len) != NULL;
}

static bool
is_name(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!text_is_alnum(s[i]) && strchr("-._", s[i]) == NULL)
			return false;
	return len > 0 && len <= HOST_MAX && s[0] != '.' && s[0] != '-';
}

/* authority[0..len) = host [ ":" port ] */
static const char *
parse_authority(struct url *u, const char *s, size_t len)
{
	const char *host = s, *end = s + len, *colon;
	size_t host_len, i;
	uint64_t port;

	if (memchr(s, '@', len) != NULL)
		return "user information is not allowed";
	if (len > 0 && *s == '[') {
		if ((colon = memchr(s, ']', len)) == NULL)
			return "']' is missing";
		host++;
		host_len = (size_t)(colon - host);
		colon++;
		if (!is_ipv6(host, host_len))
			return "not an IPv6 address in the brackets";
	} else {
		if ((colon = memchr(s, ':', len)) == NULL)
			colon = end;
		else if (memchr(colon + 1, ':', (size_t)(end - colon - 1)) !=
		    NULL)
			return "bad port, or an IPv6 address without its "
			       "brackets ([::1])";
		host_len = (size_t)(colon - host);
		if (!is_name(host, host_len))
			return host_len == 0
			    ? "the host is missing"
			    : "bad host name (an international name is written "
			      "in its xn-- form)";
	}
	u->port = u->tls ? 443 : 80;
	if (colon < end) {
		if (*colon++ != ':' ||
		    !text_u64(colon, (size_t)(end - colon), &port) ||
		    port < 1 || port > 65535)
			return "bad port (1 to 65535)";
		u->port = (uint16_t)port;
	}
	u->host = xstrndup(host, host_len);
	for (i = 0; i < host_len; i++)
		u->host[i] = text_lower(u->host[i]);
	return NULL;
}

/* Scheme and authority; *rest is what follows them. */
static const char *
parse_origin(struct url *u, const char *s, const char **rest)
{
	size_t len;

	memset(u, 0, sizeof *u);
	if (text_equal_nocase_n(s, strlen(s) < 8 ? strlen(s) : 8, "https://")) {
		u->tls = true;
		s += 8;
	} else if (text_equal_nocase_n(
		       s, strlen(s) < 7 ? strlen(s) : 7, "http://")) {
		s += 7;
	} else {
		return "it must begin with https://";
	}
	len = strcspn(s, "/?#\\");
	*rest = s + len;
	return parse_authority(u, s, len);
}

/* Whether a request target may carry all of these bytes. */
static bool
is_clean(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

const char *
url_parse_base(struct url *u, const char *s)
{
	const char *rest, *wrong;
	size_t len;

	if ((wrong = parse_origin(u, s, &rest)) != NULL)
		return wrong;
	if (strpbrk(rest, "?#") != NULL)
		return "a query or fragment is not allowed";
	/* The path becomes part of the run's URL, which may end up in a
	 * shell. */
	for (len = 0; rest[len] != '\0'; len++)
		if (!text_is_alnum(rest[len]) &&
		    strchr("-._~/%:@+,=", rest[len]) == NULL)
			return "bad character in the path";
	len = strlen(rest);
	while (len > 0 && rest[len - 1] == '/')
		len--;
	u->path = xstrndup(rest, len);
	return NULL;
}

const char *
url_parse_location(struct url *u, char **target, const char *location,
    const struct url *base, const char *base_target)
{
	const char *rest = location, *wrong, *slash;
	struct buf b;
	size_t dir;

	memset(u, 0, sizeof *u);
	*target = NULL;
	/* A backslash is a slash to some readers and none to others. */
	if (!is_clean(location) || *location == '\0' ||
	    strchr(location, '\\') != NULL)
		return "it is empty or contains bad characters";
	buf_init(&b, BUF_TEXT_MAX);
	if (strncmp(location, "//", 2) == 0) {
		buf_addf(&b, "%s:%s", base->tls ? "https" : "http", location);
		rest = location + 2 + strcspn(location + 2, "/?#");
		wrong = parse_origin(u, buf_str(&b), &slash);
		buf_clear(&b);
	} else if (strcspn(location, ":") < strcspn(location, "/?#")) {
		wrong = parse_origin(u, location, &rest);
	} else {
		wrong = NULL;
		u->tls = base->tls;
		u->port = base->port;
		u->host = xstrdup(base->host);
	}
	if (wrong != NULL) {
		buf_free(&b);
		return wrong;
	}
	u->path = xstrdup("");
	if (*rest == '?' && rest == location) {
		dir = strcspn(base_target, "?");
		buf_add(&b, base_target, dir);
	} else if (*rest == '#' && rest == location) {
		buf_adds(&b, base_target);
	} else if (*rest != '/' && rest == location) {
		dir = strcspn(base_target, "?");
		while (dir > 0 && base_target[dir - 1] != '/')
			dir--;
		buf_add(&b, base_target, dir);
	} else if (*rest != '/') {
		buf_addc(&b, '/');
	}
	buf_add(&b, rest, strcspn(rest, "#"));
	*target = buf_take(&b);
	return NULL;
}

bool
url_same_origin(const struct url *a, const struct url *b)
{
	return a->tls == b->tls && a->port == b->port &&
	    strcmp(a->host, b->host) == 0;
}

bool
url_is_loopback(const struct url *u)
{
	const char *p = u->host;
	uint64_t n;
	size_t len;
	int parts;

	if (strcmp(p, "localhost") == 0 || strcmp(p, "::1") == 0)
		return true;
	if (strncmp(p, "127.", 4) != 0)
		return false;
	/* Four numbers: 127.evil.example is a name, and so may 127.0.0.08 be,
	 * which is no octal number. */
	for (parts = 0;; parts++) {
		len = strcspn(p, ".");
		if (!text_u64(p, len, &n) || n > 255 || (len > 1 && *p == '0'))
			return false;
		if (p[len] == '\0')
			return parts == 3;
		p += len + 1;
	}
}

void
url_add_authority(struct buf *b, const struct url *u)
{
	bool v6 = strchr(u->host, ':') != NULL;

	buf_addf(b, v6 ? "[%s]" : "%s", u->host);
	if (u->port != (u->tls ? 443 : 80))
		buf_addf(b, ":%u", (unsigned int)u->port);
}

void
url_add_origin(struct buf *b, const struct url *u)
{
	buf_adds(b, u->tls ? "https://" : "http://");
	url_add_authority(b, u);
}

void
url_add_encoded(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (text_is_alnum(*s) || strchr("-._~", *s) != NULL)
			buf_addc(b, *s);
		else
			buf_addf(b, "%%%02X", (unsigned char)*s);
	}
}
