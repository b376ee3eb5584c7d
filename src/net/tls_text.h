/* SPDX-License-Identifier: ISC */
/*
 * What goes wrong with TLS, in words that a user can act on.  Pure.
 */
#ifndef NET_TLS_TEXT_H
#define NET_TLS_TEXT_H

#include <stdbool.h>

#define TLS_ALERT_CERTIFICATE_REQUIRED 116 /* of TLS 1.3 alone */

/* What an alert of the server's says (RFC 8446, 6.2). */
const char *tls_text_alert(unsigned int number);

/*
 * What an error of the library's in a handshake means, NULL if nobody knows;
 * and whether another try would not change it.
 */
const char *tls_text_error(int rc, bool *lasting);

#endif
