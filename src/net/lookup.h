/* SPDX-License-Identifier: ISC */
/*
 * Looks up a name's addresses with getaddrinfo, which has no deadline: each
 * address family is looked up in a thread of its own, which may be left behind.
 */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOKUP_NAME_MAX 254 /* RFC 1035, 2.3.4, with a dot */

enum lookup_family { LOOKUP_V6, LOOKUP_V4, LOOKUP_FAMILIES };

/* Their AF_*. */
extern const int lookup_af[LOOKUP_FAMILIES];

struct lookup;

struct lookup_answer {
	int error;                  /* EAI_*; 0: none */
	int system_error;           /* errno, for EAI_SYSTEM */
	struct addrinfo *addresses; /* the lookup's; NULL after an error */
};

/* The name has at most LOOKUP_NAME_MAX characters; `is_dotted` adds a final dot
 * to it.  NULL and errno if no descriptor is left. */
struct lookup *lookup_open(const char *host, bool is_dotted, uint16_t port);

/* May be called at any time; pending questions are abandoned.  Accepts NULL. */
void lookup_drop(struct lookup *);

/*
 * Asks for one family; it may be asked for again only after its answer.
 * Returns false, and why, if no thread can be started; too many pending threads
 * count as nameservers that did not answer.
 */
bool lookup_ask(
    struct lookup *, enum lookup_family, struct lookup_answer *failure);

/* This descriptor is readable if an answer has come since lookup_clear. */
int lookup_fd(const struct lookup *);
void lookup_clear(struct lookup *);

/* The answer for a family that has been asked for; false if it has not come
 * yet. */
bool lookup_answer(struct lookup *, enum lookup_family, struct lookup_answer *);

#endif
