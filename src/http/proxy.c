/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/proxy.h"

#define SEPARATORS ", \t\n\v\f\r"
#define KEY_MIN    16 /* characters; longer user names may be keys */

/* An IP address; IPv4-mapped ones count as IPv4. */
struct address {
	unsigned char bytes[16];
	size_t len; /* 4 or 16 */
};

/* A server as the items of a list see it. */
struct target {
	char *host; /* without its final dot */
	size_t len;
	uint16_t port;
	bool is_address;
	struct address address;
};

void
proxy_wipe(struct proxy *p)
{
	url_wipe(&p->url);
	free(p->name);
	secret_free(p->authorization);
	free(p->except);
	memset(p, 0, sizeof *p);
}

bool
proxy_is_set(const struct proxy *p)
{
	return p->url.host != NULL;
}

/* The value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	c = text_lower(c);
	if (text_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes s[0..len); false if it has a bad escape. */
static bool
add_decoded(struct buf *out, const char *s, size_t len)
{
	size_t i;
	int high, low;

	for (i = 0; i < len; i++) {
		if (s[i] != '%') {
			buf_addc(out, s[i]);
			continue;
		}
		if (len - i < 3 || (high = hex_value(s[i + 1])) < 0 ||
		    (low = hex_value(s[i + 2])) < 0)
			return false;
		buf_addc(out, (char)(high << 4 | low));
		i += 2;
	}
	return true;
}

/* A NUL counts too, which would end the text. */
static bool
has_control(const struct buf *b)
{
	return text_has_control(buf_str(b)) ||
	    memchr(buf_str(b), '\0', b->len) != NULL;
}

/*
 * Makes the value of Proxy-Authorization (RFC 7617, 2) from USER[:PASSWORD],
 * which is still percent-encoded.  Returns NULL, or what is wrong.
 */
static const char *
take_credentials(struct proxy *p, const char *s, size_t len)
{
	static const char bad_escape[] =
	    "a % in the user information is not followed by two hexadecimal "
	    "digits (a % itself is written %25)";
	const char *colon = memchr(s, ':', len), *wrong = NULL;
	size_t user_len = colon != NULL ? (size_t)(colon - s) : len, mark;
	struct buf plain, value, raw;
	bool is_key;

	buf_init(&plain, BUF_TEXT_MAX);
	buf_init(&value, BUF_TEXT_MAX);
	buf_init(&raw, BUF_TEXT_MAX);
	if (colon != NULL)
		buf_add(&raw, colon + 1, len - user_len - 1);
	/* A key that needs no password takes the place of the user. */
	is_key = raw.len == 0 && user_len >= KEY_MIN;
	if (is_key)
		buf_add(&plain, s, user_len);
	secret_add(buf_str(is_key ? &plain : &raw));
	buf_clear(&plain);
	if (!add_decoded(&plain, s, user_len))
		wrong = bad_escape;
	else if (memchr(buf_str(&plain), ':', plain.len) != NULL)
		wrong = "a user name cannot contain a colon";
	if (is_key)
		secret_add(buf_str(&plain));
	buf_addc(&plain, ':');
	mark = plain.len;
	if (wrong == NULL && !add_decoded(&plain, buf_str(&raw), raw.len))
		wrong = bad_escape;
	if (wrong == NULL && has_control(&plain))
		wrong = "the user information contains a control character";
	if (wrong == NULL) {
		secret_add(buf_str(&plain) + mark);
		buf_adds(&value, "Basic ");
		base64_add(&value, buf_str(&plain), plain.len);
		p->authorization = buf_take(&value);
		secret_add(p->authorization + strlen("Basic "));
	}
	buf_wipe(&plain);
	buf_wipe(&value);
	buf_wipe(&raw);
	return wrong;
}

/* The length of the scheme that "://" follows (RFC 3986, 3.1); 0: none. */
static size_t
scheme_length(const char *s)
{
	size_t len = 0;

	while (text_is_alnum(s[len]) ||
	    (s[len] != '\0' && strchr("+-.", s[len]) != NULL))
		len++;
	return strncmp(s + len, "://", 3) == 0 ? len : 0;
}

/* Splits [USER[:PASSWORD]@]HOST[:PORT][/]. Returns NULL, or what is wrong. */
static const char *
take_authority(struct proxy *p, bool tls, const char *s)
{
	size_t len = strcspn(s, "/?#"), at = len;
	const char *wrong;
	struct buf text;

	if (s[len + strspn(s + len, "/")] != '\0')
		return "only a host and a port are expected (in user "
		       "information, / ? # are written %2F %3F %23)";
	while (at > 0 && s[at - 1] != '@')
		at--;
	if (at > 1 && (wrong = take_credentials(p, s, at - 1)) != NULL)
		return wrong;
	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, tls ? "https://" : "http://");
	buf_add(&text, s + at, len - at);
	wrong = url_parse_base(&p->url, buf_str(&text));
	buf_clear(&text);
	if (wrong == NULL) {
		url_add_authority(&text, &p->url);
		p->name = buf_take(&text);
	}
	buf_free(&text);
	return wrong;
}

enum status
proxy_parse(
    struct proxy *p, const char *from, const char *text, struct fault *f)
{
	size_t scheme = scheme_length(text);
	const char *wrong;
	bool tls;

	memset(p, 0, sizeof *p);
	p->from = from;
	/* An env file that no shell has read leaves them. */
	if (*text == '"' || *text == '\'')
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: the value begins with a quotation mark; leave the "
		    "quotation marks out",
		    from);
	tls = text_equal_nocase_n(text, scheme, "https");
	if (scheme > 0 && !tls && !text_equal_nocase_n(text, scheme, "http"))
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: %.*s:// proxies are not supported, only http:// and "
		    "https:// ones; --no-proxy uses none",
		    from, (int)scheme, text);
	if (scheme > 0)
		text += scheme + strlen("://");
	wrong = take_authority(p, tls, text);
	if (wrong == NULL)
		return STATUS_OK;
	url_wipe(&p->url);
	return fault_set_lasting(f, STATUS_USAGE,
	    "%s: bad proxy URL: %s; expected "
	    "[http://][USER:PASSWORD@]HOST[:PORT]",
	    from, wrong);
}

static bool
parse_address(struct address *a, const char *s, size_t len)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (len >= 2 && s[0] == '[' && s[len - 1] == ']') {
		s++;
		len -= 2;
	}
	if (len >= sizeof text)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	a->len = 4;
	if (inet_pton(AF_INET, text, a->bytes) == 1)
		return true;
	a->len = 16;
	if (inet_pton(AF_INET6, text, a->bytes) != 1)
		return false;
	if (memcmp(a->bytes, mapped, sizeof mapped) == 0) {
		memmove(a->bytes, a->bytes + sizeof mapped, 4);
		a->len = 4;
	}
	return true;
}

/* Whether the first bits of both are the same. */
static bool
same_network(const struct address *a, const struct address *b, uint64_t bits)
{
	unsigned int rest = bits % 8;
	size_t whole = bits / 8;

	return a->len == b->len && bits <= 8 * a->len &&
	    memcmp(a->bytes, b->bytes, whole) == 0 &&
	    (rest == 0 ||
		(a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0);
}

/* An address, or ADDRESS/BITS. */
static bool
matches_address(const char *item, size_t len, const struct address *host)
{
	const char *slash = memchr(item, '/', len);
	size_t n = slash != NULL ? (size_t)(slash - item) : len;
	struct address a;
	uint64_t bits;

	if (!parse_address(&a, item, n))
		return false;
	if (slash == NULL)
		bits = 8 * a.len;
	else if (!text_u64(slash + 1, len - n - 1, &bits))
		return false;
	return same_network(&a, host, bits);
}

static bool
matches_name(const char *item, size_t len, const struct target *t)
{
	const char *tail;

	/* Many write this for ".x". */
	if (len > 2 && memcmp(item, "*.", 2) == 0) {
		item++;
		len--;
	}
	if (len > 0 && item[len - 1] == '.')
		len--;
	if (len == 0 || len > t->len)
		return false;
	tail = t->host + t->len - len;
	return text_equal_nocase_n(item, len, tail) &&
	    (tail == t->host || *item == '.' || tail[-1] == '.');
}

/* Where the port of an item begins, if it has one; else its length. */
static size_t
port_colon(const char *item, size_t len)
{
	const char *colon = memchr(item, ':', len);

	if (*item == '[') {
		colon = memchr(item, ']', len);
		colon = colon != NULL && colon + 1 < item + len &&
			colon[1] == ':'
		    ? colon + 1
		    : NULL;
	} else if (colon != NULL &&
	    memchr(colon + 1, ':', len - (size_t)(colon - item) - 1) != NULL) {
		/* An IPv6 address without brackets. */
		colon = NULL;
	}
	return colon != NULL ? (size_t)(colon - item) : len;
}

static bool
matches(const char *item, size_t len, const struct target *t)
{
	size_t n = port_colon(item, len);
	uint64_t port;

	if (len == 1 && *item == '*')
		return true;
	if (n < len &&
	    (!text_u64(item + n + 1, len - n - 1, &port) || port != t->port))
		return false;
	return t->is_address ? matches_address(item, n, &t->address)
			     : matches_name(item, n, t);
}

/* ADDRESS[/BITS], or a name behind "*." or ".". */
static bool
is_fit(const char *item, size_t len)
{
	size_t n = port_colon(item, len), i;
	const char *slash = memchr(item, '/', n);
	size_t host = slash != NULL ? (size_t)(slash - item) : n;
	struct address a;
	uint64_t number;

	if (len == 1 && *item == '*')
		return true;
	if (n < len &&
	    (!text_u64(item + n + 1, len - n - 1, &number) || number == 0 ||
		number > UINT16_MAX))
		return false;
	if (parse_address(&a, item, host))
		return slash == NULL ||
		    (text_u64(slash + 1, n - host - 1, &number) &&
			number <= 8 * a.len);
	i = n > 2 && memcmp(item, "*.", 2) == 0 ? 2 : 0;
	for (; i < n; i++)
		if (!text_is_alnum(item[i]) && strchr("-_.", item[i]) == NULL)
			return false;
	return true;
}

const char *
proxy_list_misfit(const char *list, size_t *len)
{
	for (; *list != '\0'; list += *len + (*len == 0)) {
		*len = strcspn(list, SEPARATORS);
		if (*len > 0 && !is_fit(list, *len))
			return list;
	}
	return NULL;
}

bool
proxy_list_has(const char *list, const struct url *u)
{
	struct target t = { .len = strlen(u->host), .port = u->port };
	bool found = false;
	size_t n;

	if (t.len > 0 && u->host[t.len - 1] == '.')
		t.len--;
	t.host = xstrndup(u->host, t.len);
	t.is_address = parse_address(&t.address, t.host, t.len);
	for (; !found && *list != '\0'; list += n + (n == 0)) {
		n = strcspn(list, SEPARATORS);
		found = n > 0 && matches(list, n, &t);
	}
	free(t.host);
	return found;
}

bool
proxy_serves(const struct proxy *p, const struct url *u)
{
	return proxy_is_set(p) &&
	    (p->except == NULL || !proxy_list_has(p->except, u));
}
