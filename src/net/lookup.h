/* SPDX-License-Identifier: ISC */
/*
 * A name's addresses by getaddrinfo, which knows no deadline: each family is
 * asked for in a thread of its own, which may be left behind.
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

/* For a name of at most LOOKUP_NAME_MAX, with a final dot added if that is
 * said.  NULL, and errno, if no descriptor is left. */
struct lookup *lookup_open(const char *host, bool is_dotted, uint16_t port);

/* At any time; what is still asked is abandoned.  Accepts NULL. */
void lookup_drop(struct lookup *);

/*
 * Asks for one family, again only after its answer.  False, and why, if no
 * thread can be started, or too many are still asking: then it is as if no
 * nameserver had answered.
 */
bool lookup_ask(
    struct lookup *, enum lookup_family, struct lookup_answer *failure);

/* Can be read from when there is an answer that has come since lookup_clear. */
int lookup_fd(const struct lookup *);
void lookup_clear(struct lookup *);

/* The answer for a family that has been asked for; false if there is none
 * yet. */
bool lookup_answer(struct lookup *, enum lookup_family, struct lookup_answer *);

#endif
