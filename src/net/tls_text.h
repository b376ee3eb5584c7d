/* SPDX-License-Identifier: ISC */
/* Explains TLS alerts and errors so that a user can act on them.  Pure. */
#ifndef NET_TLS_TEXT_H
#define NET_TLS_TEXT_H

#include <stdbool.h>

#define TLS_ALERT_CERTIFICATE_REQUIRED 116 /* TLS 1.3 only */

/* What an alert from the server means (RFC 8446, 6.2). */
const char *tls_text_alert(unsigned int number);

/*
 * What a library error in a handshake means, NULL if it is not known; *lasting
 * tells that another try would not help.
 */
const char *tls_text_error(int rc, bool *lasting);

#endif
