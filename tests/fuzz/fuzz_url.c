/* SPDX-License-Identifier: ISC */
/*
 * URLs: three lines, the base of an API, the target that was asked for and the
 * Location that came.  What is made of them goes into a request unharmed.
 */
#include "fuzz.h"

#include "http/request.h"
#include "http/url.h"

static void
check_request(const struct url *u, const char *target)
{
	struct buf authority, origin, message;
	struct request r = { .method = REQUEST_GET };
	struct url again;

	buf_init(&authority, BUF_TEXT_MAX);
	buf_init(&origin, BUF_TEXT_MAX);
	buf_init(&message, BUF_TEXT_MAX);
	url_add_authority(&authority, u);
	url_add_origin(&origin, u);
	must(url_parse_base(&again, buf_str(&origin)) == NULL);
	must(url_same_origin(u, &again) && url_same_origin(&again, u));
	must(url_is_loopback(u) == url_is_loopback(&again));
	r.target = target;
	r.authority = buf_str(&authority);
	must(request_write(&message, &r));
	url_wipe(&again);
	buf_free(&authority);
	buf_free(&origin);
	buf_free(&message);
}

/* Targets that we ask for are encoded and begin with a slash. */
static bool
is_own_target(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return *s == '/';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *target, *location = NULL, *to;
	struct buf encoded;
	struct url base, u;

	memcpy(text, data, len);
	text[len] = '\0';
	if ((target = strchr(text, '\n')) != NULL)
		*target++ = '\0';
	if (target != NULL && (location = strchr(target, '\n')) != NULL)
		*location++ = '\0';
	if (url_parse_base(&base, text) == NULL) {
		check_request(&base, *base.path != '\0' ? base.path : "/");
		if (location != NULL && is_own_target(target)) {
			if (url_parse_location(
				&u, &to, location, &base, target) == NULL) {
				must(*to == '/');
				check_request(&u, to);
			}
			url_wipe(&u);
			free(to);
		}
	}
	url_wipe(&base);
	buf_init(&encoded, BUF_TEXT_MAX);
	url_add_encoded(&encoded, text);
	must(strpbrk(buf_str(&encoded), "/?#&=+ \"\\<>:@") == NULL);
	buf_free(&encoded);
	free(text);
	return 0;
}
