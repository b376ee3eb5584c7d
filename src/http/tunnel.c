/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/exchange.h"
#include "http/tunnel.h"

#define REFUSAL_MS  2000               /* to read why it refuses */
#define PAGE_MAX    ((size_t)64 << 10) /* of a refusal's body */
#define REASON_MAX  80                 /* bytes of it in a message */
#define EXCERPT_MAX 200

static enum status
send_connect(struct conn *c, const struct proxy *p, const char *to,
    int64_t deadline_ms, struct fault *f)
{
	struct request q = {
		.method = REQUEST_CONNECT,
		.target = to,
		.authority = to,
	};
	bool sent;

	request_add(&q, "User-Agent", "return-dispatch/" PACKAGE_VERSION);
	request_add(&q, "Proxy-Authorization", p->authorization);
	return exchange_send(c, &q, deadline_ms, &sent, f);
}

/*
 * Reads the head of the answer, and the body of a refusal.  Once the status
 * line of a refusal has come, no error matters any more: that it refuses is
 * known.
 */
static enum status
read_answer(
    struct conn *c, struct response *r, int64_t deadline_ms, struct fault *f)
{
	size_t got = 0, used = 0;
	bool refused = false;
	enum status status;

	while (r->state != RESPONSE_COMPLETE && r->body.len < PAGE_MAX) {
		status = exchange_read(c, r, &got, &used, deadline_ms, f);
		if (status != STATUS_OK)
			return r->status >= 300 && !status_is_signal(status)
			    ? STATUS_OK
			    : status;
		if (r->status >= 300 && !refused) {
			refused = true;
			deadline_ms = least(deadline_ms,
			    clock_after(&clock_system, REFUSAL_MS));
		}
	}
	if (refused)
		return STATUS_OK;
	if (used < got)
		return fault_set(f, STATUS_PROTOCOL,
		    "%s: sent more than its answer before anything was sent "
		    "through the tunnel",
		    c->who);
	if (!conn_is_quiet(c))
		return fault_set(f, STATUS_PROTOCOL,
		    "%s: opened the tunnel, but then closed it or sent more "
		    "than its answer before anything was sent through it",
		    c->who);
	return STATUS_OK;
}

/* Appends foreign text on one line.  It is redacted before it is folded,
 * because a secret may have spaces, and again before it is clipped. */
static void
add_foreign(struct buf *out, const char *s, size_t len, size_t max)
{
	struct buf text, line;
	size_t i;

	secret_copy(&text, s, len);
	buf_init(&line, BUF_TEXT_MAX);
	for (i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] > ' ')
			buf_addc(&line, text.data[i]);
		else if (line.len > 0 && line.data[line.len - 1] != ' ')
			buf_addc(&line, ' ');
	buf_wipe(&text);
	secret_redact(&line);
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.len--;
	buf_add_clipped(out, buf_str(&line), line.len, max);
	buf_wipe(&line);
}

/* Appends what the proxy says in its body, if it is readable text. */
static void
add_excerpt(struct buf *out, const struct response *r)
{
	const char *type = response_field(r, "Content-Type");
	const char *s = buf_str(&r->body);
	size_t blank = strspn(s, " \t\r\n");

	if (r->body.len == blank || s[blank] == '<' ||
	    memchr(s, '\0', r->body.len) != NULL ||
	    !text_is_utf8(s, r->body.len) ||
	    (type != NULL &&
		(text_find_nocase(type, "html") != NULL ||
		    (text_find_nocase(type, "text/") != type &&
			text_find_nocase(type, "json") == NULL))))
		return;
	buf_adds(out, ". It says: ");
	add_foreign(out, s, r->body.len, EXCERPT_MAX);
}

/* Tells which credentials the proxy wants and how to give them. */
static void
add_credentials_advice(
    struct buf *out, const struct proxy *p, const struct response *r)
{
	const char *scheme, *offer = NULL;
	bool basic = false;
	struct buf offered;
	size_t i;

	for (i = 0;
	     (scheme = response_field_n(r, "Proxy-Authenticate", i)) != NULL;
	     i++) {
		basic = basic || text_find_nocase(scheme, "basic") != NULL;
		if (offer == NULL && *scheme != '\0')
			offer = scheme;
	}
	if (offer != NULL && !basic) {
		buf_adds(out,
		    ". Only Basic authentication is supported, but it offers ");
		/* It is redacted whole: half a secret would not be
		 * recognised. */
		secret_copy(&offered, offer, strlen(offer));
		offer = buf_str(&offered);
		add_foreign(out, offer, strcspn(offer, " ,"), REASON_MAX);
		buf_wipe(&offered);
	} else if (p->authorization == NULL) {
		/* The command line is no place for them: the process list shows
		 * it. */
		buf_addf(out, ". Give them in %s%s as %s://USER:PASSWORD@%s",
		    *p->from != '-' ? p->from
				    : "the variable https_proxy instead of ",
		    *p->from != '-' ? "" : p->from,
		    p->url.tls ? "https" : "http", p->name);
	}
}

static enum status
refusal(const struct proxy *p, const char *who, const char *to,
    const struct response *r, struct fault *f)
{
	/* Some proxies, such as tinyproxy, say 401 to wrong credentials. */
	bool wants_credentials = r->status == 407 || r->status == 401;
	struct buf said;

	buf_init(&said, BUF_TEXT_MAX);
	buf_addf(&said, *r->reason != '\0' ? "%u " : "%u", r->status);
	add_foreign(&said, r->reason, strlen(r->reason), REASON_MAX);
	if (wants_credentials && p->authorization == NULL)
		fault_set(f, STATUS_CONNECT,
		    "%s: requires a user name and password (%s)", who,
		    buf_str(&said));
	else if (wants_credentials)
		fault_set(f, STATUS_CONNECT,
		    "%s: rejected the user name and password that %s gives "
		    "(%s)",
		    who, p->from, buf_str(&said));
	else if (r->status == 403)
		fault_set(f, STATUS_CONNECT,
		    "%s: refused to connect to %s (%s)", who, to,
		    buf_str(&said));
	else
		fault_set(f, STATUS_CONNECT,
		    "%s: did not connect to %s, but answered %s", who, to,
		    buf_str(&said));
	f->lasting = r->status >= 400 && r->status < 500 && r->status != 408 &&
	    r->status != 429;
	buf_clear(&said);
	if (wants_credentials)
		add_credentials_advice(&said, p, r);
	add_excerpt(&said, r);
	fault_add(f, "%s", buf_str(&said));
	buf_free(&said);
	return f->status;
}

enum status
tunnel_open(struct conn *c, const struct proxy *p, const struct url *server,
    int64_t deadline_ms, struct fault *f)
{
	bool v6 = strchr(server->host, ':') != NULL;
	enum status status;
	struct response r;
	struct buf to;

	buf_init(&to, BUF_TEXT_MAX);
	buf_addf(&to, v6 ? "[%s]:%u" : "%s:%u", server->host,
	    (unsigned int)server->port);
	response_init(&r, REQUEST_CONNECT);
	status = send_connect(c, p, buf_str(&to), deadline_ms, f);
	if (status == STATUS_OK)
		status = read_answer(c, &r, deadline_ms, f);
	if (status == STATUS_OK && r.status >= 300)
		status = refusal(p, c->who, buf_str(&to), &r, f);
	else if (status != STATUS_OK && !status_is_signal(status))
		fault_add(f, " (when asked to connect to %s)", buf_str(&to));
	response_wipe(&r);
	buf_free(&to);
	return status;
}
