/* SPDX-License-Identifier: ISC */
/* Splits and joins URLs of http and https (RFC 3986).  Pure. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct url {
	bool tls;   /* https */
	char *host; /* lower case, IPv6 without brackets; owned */
	uint16_t port;
	char *path; /* "" or "/..." without a slash at its end */
};

/*
 * Splits an absolute http or https URL without user information, query and
 * fragment: the base of an API.  Returns NULL if it is one, else what is wrong
 * with it (static text).  The caller wipes the URL in either case.
 */
const char *url_parse_base(struct url *, const char *);

/*
 * Splits a reference as a Location header gives it (RFC 9110, 10.2.2), relative
 * to `base` and the request target it answers.  Path and query are kept byte
 * for byte in *target (owned by the caller), a fragment is dropped.  Returns
 * NULL, or what is wrong.
 */
const char *url_parse_location(struct url *, char **target,
    const char *location, const struct url *base, const char *base_target);

void url_wipe(struct url *);

/* Same scheme, host and port (RFC 9110, 4.3.1). */
bool url_same_origin(const struct url *, const struct url *);

/* localhost, 127.0.0.0/8 or ::1. */
bool url_is_loopback(const struct url *);

/* Appends "host" or "host:port" as in a Host header, with brackets around IPv6;
 * the port is left out if it is the scheme's default. */
void url_add_authority(struct buf *, const struct url *);

/* "scheme://host[:port]". */
void url_add_origin(struct buf *, const struct url *);

/* Percent-encodes all but unreserved characters (RFC 3986, 2.3). */
void url_add_encoded(struct buf *, const char *);

#endif
