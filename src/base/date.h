/* SPDX-License-Identifier: ISC */
/*
 * Dates as HTTP and GitHub write them, to seconds since 1970 (UTC).  Pure.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7: IMF-fixdate). */
bool date_from_http(const char *, int64_t *seconds);

/* "2024-02-13T20:55:46Z", with fraction or offset too (RFC 3339, 5.6). */
bool date_from_rfc3339(const char *, int64_t *seconds);

/* Appends "2024-02-13 20:55:46 UTC". */
void date_add(struct buf *, int64_t seconds);

#endif
