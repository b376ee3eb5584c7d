/* SPDX-License-Identifier: ISC */
/*
 * Reads what GitHub says of an App's installation, and the tokens that it gives
 * for one; as lenient as github/decode.h.  Pure.
 */
#ifndef GITHUB_INSTALLATION_H
#define GITHUB_INSTALLATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "github/github.h"

/* Strings are owned and never NULL. */
struct installation {
	uint64_t id;
	char *account;  /* the login of its owner; "" if not told */
	char *html_url; /* its settings; "" if not a fit URL */
	bool is_suspended;
	bool tells_permissions;
	struct github_permissions granted;
};

/* False if the body is not JSON with an ID; then nothing is filled. */
bool installation_decode(const char *, size_t, struct installation *);
void installation_wipe(struct installation *);

/*
 * The token of an answer, which the caller wipes, and the seconds since 1970 at
 * which it ends, -1 if that is not told.  NULL if there is none.
 */
char *installation_decode_token(const char *, size_t, int64_t *ends_s);

#endif
