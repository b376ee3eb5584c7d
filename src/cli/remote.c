/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/remote.h"

#define BLANKS   " \t\r"
#define DIGITS   "0123456789"
#define HOST_MAX 253 /* RFC 1035, 2.3.4, as text */

/* Where github.com takes SSH on port 443. */
#define GITHUB_SSH "ssh.github.com"

/* Names with a dot between them, or an IPv4 address; optionally with a port. */
static bool
is_host(const char *s)
{
	size_t len = strcspn(s, ":"), i;
	const char *port = s[len] == ':' ? s + len + 1 : NULL;

	for (i = 0; i < len; i++)
		if (!text_is_alnum(s[i]) && s[i] != '-' && s[i] != '.')
			return false;
	if (port != NULL &&
	    (*port == '\0' || port[strspn(port, DIGITS)] != '\0'))
		return false;
	return len > 0 && len <= HOST_MAX && memchr(s, '.', len) != NULL &&
	    text_is_alnum(s[0]) && text_is_alnum(s[len - 1]);
}

static bool
has_scheme(const char *url, const char *const *schemes)
{
	for (; *schemes != NULL; schemes++)
		if (text_equal_nocase_n(url, strcspn(url, ":"), *schemes))
			return true;
	return false;
}

/*
 * Appends the URL as repository_parse knows it, without a user.  Without a
 * scheme it is [USER@]HOST:PATH, if the colon is before any slash.
 */
static bool
add_plain(struct buf *out, const char *url)
{
	static const char *const web[] = { "https", "http", NULL };
	static const char *const shell[] = { "ssh", "git", "git+ssh", "ssh+git",
		NULL };
	const char *host = strstr(url, "://"), *end, *at;

	if (host != NULL) {
		if (!has_scheme(url, web) && !has_scheme(url, shell))
			return false;
		buf_adds(out, has_scheme(url, web) ? "https://" : "ssh://");
		host += strlen("://");
		end = host + strcspn(host, "/");
	} else {
		host = url;
		end = host + strcspn(host, ":/");
		if (*end != ':')
			return false;
		buf_adds(out, "ssh://");
	}
	while ((at = memchr(host, '@', (size_t)(end - host))) != NULL)
		host = at + 1;
	buf_add(out, host, (size_t)(end - host));
	/* HOST:/PATH is equivalent. */
	url = *end == '\0' ? end : end + 1 + (*end == ':' && end[1] == '/');
	buf_addc(out, '/');
	buf_adds(out, url);
	if (buf_str(out)[out->len - 1] == '/')
		out->data[--out->len] = '\0';
	return true;
}

bool
remote_parse(struct repository *r, const char *url)
{
	struct repository found;
	struct buf plain;
	bool ok;
	char *s;

	buf_init(&plain, BUF_TEXT_MAX);
	ok = add_plain(&plain, url) &&
	    repository_parse(&found, buf_str(&plain), true);
	buf_wipe(&plain);
	if (!ok)
		return false;
	if (!is_host(found.host)) {
		repository_wipe(&found);
		return false;
	}
	for (s = found.host; *s != '\0'; s++)
		*s = text_lower(*s);
	if (strcmp(found.host, GITHUB_SSH) == 0) {
		free(found.host);
		found.host = xstrdup("github.com");
	}
	*r = found;
	return true;
}

static bool
take_word(const char **s, const char *word)
{
	size_t len = strlen(word);

	if (strlen(*s) < len || !text_equal_nocase_n(*s, len, word))
		return false;
	*s += len;
	*s += strspn(*s, BLANKS);
	return true;
}

/*
 * Skips "[SECTION]"; true for [remote "NAME"], with any name if that is NULL.
 * A backslash in a name makes the next character stand for itself.
 */
static bool
take_section(const char **s, const char *name)
{
	bool wanted = take_word(s, "[") && take_word(s, "remote") && **s == '"';
	const char *begin = *s + wanted;
	size_t len = 0;

	while (wanted && begin[len] != '"' && begin[len] != '\0')
		len += begin[len] == '\\' && begin[len + 1] != '\0' ? 2 : 1;
	*s = begin + len;
	*s += strcspn(*s, "]");
	*s += **s == ']';
	*s += strspn(*s, BLANKS);
	return wanted &&
	    (name == NULL ||
		(len == strlen(name) && strncmp(begin, name, len) == 0));
}

/* url = VALUE, possibly in quotation marks or followed by a comment. */
static bool
take_url(struct repository *r, const char *s)
{
	bool quoted, ok;
	char *url;

	if (!take_word(&s, "url") || !take_word(&s, "="))
		return false;
	quoted = *s == '"';
	s += quoted;
	url = xstrndup(s, strcspn(s, quoted ? "\"" : BLANKS "#;"));
	ok = remote_parse(r, url);
	secret_free(url);
	return ok;
}

/* The first remote of this name with a repository; NULL: of any. */
static bool
find_named(struct repository *r, const char *config, const char *name)
{
	bool inside = false, found = false;
	const char *s;
	char *line;
	size_t len;

	while (*config != '\0' && !found) {
		len = strcspn(config, "\n");
		line = xstrndup(config, len);
		s = line + strspn(line, BLANKS);
		if (*s == '[')
			inside = take_section(&s, name);
		found = inside && take_url(r, s);
		secret_free(line);
		config += len + (config[len] == '\n');
	}
	return found;
}

bool
remote_find(struct repository *r, const char *config)
{
	return find_named(r, config, "origin") || find_named(r, config, NULL);
}
