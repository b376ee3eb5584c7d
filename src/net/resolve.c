/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/hosts.h"
#include "net/lookup.h"
#include "net/resolv_conf.h"
#include "net/resolve.h"

#define RESOLUTION_DELAY_MS 50 /* RFC 8305, 3 */

static const char *const family_names[LOOKUP_FAMILIES] = {
	[LOOKUP_V6] = "IPv6",
	[LOOKUP_V4] = "IPv4",
};

struct resolver {
	char *host;
	uint16_t port;
	struct lookup *lookup; /* NULL: none needed */
	unsigned int rounds;   /* begun: plain, dotted */
	bool dotted;           /* this round */
	enum {
		ANSWERED,
		PENDING, /* being asked */
		WAITING  /* to be asked when nothing is pending */
	} state[LOOKUP_FAMILIES];
	bool waited[LOOKUP_FAMILIES];
	int lacked; /* errno, why one waits */
	struct resolve_address addresses[LOOKUP_FAMILIES][RESOLVE_FAMILY_MAX];
	size_t count[LOOKUP_FAMILIES];
	size_t given[LOOKUP_FAMILIES];
	enum lookup_family latest; /* given */
	int64_t patient_until_ms;  /* for IPv6 */
	int error;                 /* the one that says most */
	int system_error;
};

/* The name that had to be looked up with a final dot.  It is remembered because
 * failing without the dot first may take seconds each time. */
static char dotted_name[LOOKUP_NAME_MAX + 1];

/* Of two errors, the heavier one says more: that there is no such name is only
 * certain if nothing else went wrong. */
static int
error_weight(int error)
{
	switch (error) {
	case 0:
		return 0;
#ifdef EAI_NODATA
	case EAI_NODATA:
		return 1;
#endif
	case EAI_NONAME:
		return 2;
	case EAI_AGAIN:
		return 3;
	case EAI_SYSTEM:
		return 5;
	default:
		return 4;
	}
}

static void
note_error(struct resolver *r, int error, int system_error)
{
	if (error_weight(error) > error_weight(r->error)) {
		r->error = error;
		r->system_error = system_error;
	}
}

static bool
is_pending(const struct resolver *r)
{
	return r->state[LOOKUP_V6] == PENDING || r->state[LOOKUP_V4] == PENDING;
}

/*
 * A family has failed.  If this process lacked a descriptor or memory, the
 * other family's lookup may hold it, and this one waits for its end.
 */
static void
family_failed(
    struct resolver *r, enum lookup_family family, int error, int system_error)
{
	r->state[family] = ANSWERED;
	if ((error == EAI_SYSTEM || error == EAI_MEMORY) &&
	    !r->waited[family]) {
		r->state[family] = WAITING;
		r->waited[family] = true;
		r->lacked = error == EAI_MEMORY ? ENOMEM : system_error;
		return;
	}
	note_error(r, error, system_error);
	log_debug("%s: no %s address: %s%s", r->host, family_names[family],
	    error == EAI_SYSTEM ? strerror(system_error) : gai_strerror(error),
	    r->dotted ? " (asked for with a final dot)" : "");
}

static void
ask_family(struct resolver *r, enum lookup_family family)
{
	struct lookup_answer failure;

	if (lookup_ask(r->lookup, family, &failure))
		r->state[family] = PENDING;
	else
		family_failed(r, family, failure.error, failure.system_error);
}

static void
ask_those_that_wait(struct resolver *r)
{
	int i;

	for (i = 0; i < LOOKUP_FAMILIES; i++)
		if (r->state[i] == WAITING && !is_pending(r))
			ask_family(r, i);
}

/* Begins a round, in which both families are looked up by the plain or the
 * dotted name. */
static void
begin_round(struct resolver *r)
{
	int i;

	lookup_drop(r->lookup);
	r->dotted = (r->rounds++ == 0) == (strcmp(r->host, dotted_name) == 0);
	r->lookup = lookup_open(r->host, r->dotted, r->port);
	if (r->lookup == NULL) {
		note_error(r, EAI_SYSTEM, errno);
		return;
	}
	for (i = 0; i < LOOKUP_FAMILIES; i++) {
		r->waited[i] = false;
		ask_family(r, i);
	}
	ask_those_that_wait(r);
}

static void
add_addresses(
    struct resolver *r, enum lookup_family family, const struct addrinfo *ai)
{
	struct resolve_address *a;

	for (; ai != NULL && r->count[family] < RESOLVE_FAMILY_MAX;
	     ai = ai->ai_next) {
		if (ai->ai_family != lookup_af[family])
			continue;
		a = &r->addresses[family][r->count[family]++];
		memcpy(&a->addr, ai->ai_addr, ai->ai_addrlen);
		a->len = ai->ai_addrlen;
	}
	log_debug("%s: %zu %s address%s%s", r->host, r->count[family],
	    family_names[family], r->count[family] == 1 ? "" : "es",
	    r->dotted ? " (asked for with a final dot)" : "");
	if (r->dotted)
		strlcpy(dotted_name, r->host, sizeof dotted_name);
	else if (strcmp(dotted_name, r->host) == 0)
		*dotted_name = '\0';
	if (family == LOOKUP_V4 && r->state[LOOKUP_V6] == PENDING)
		r->patient_until_ms = clock_after(
		    &clock_system, RESOLUTION_DELAY_MS);
}

/* Takes the answers that have arrived. */
static void
take_answers(struct resolver *r)
{
	struct lookup_answer answer;
	int i;

	lookup_clear(r->lookup);
	for (i = 0; i < LOOKUP_FAMILIES; i++) {
		if (r->state[i] != PENDING ||
		    !lookup_answer(r->lookup, i, &answer))
			continue;
		if (answer.error == 0) {
			r->state[i] = ANSWERED;
			add_addresses(r, i, answer.addresses);
		} else {
			family_failed(r, i, answer.error, answer.system_error);
		}
	}
	ask_those_that_wait(r);
}

static void
add_literal(void *ctx, const char *text)
{
	struct resolver *r = ctx;
	struct resolve_address *a;
	struct sockaddr_in6 *v6;
	struct sockaddr_in *v4;
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1 &&
	    r->count[LOOKUP_V4] < RESOLVE_FAMILY_MAX) {
		a = &r->addresses[LOOKUP_V4][r->count[LOOKUP_V4]++];
		v4 = (struct sockaddr_in *)&a->addr;
		v4->sin_family = AF_INET;
		v4->sin_addr = in;
		v4->sin_port = htons(r->port);
		a->len = sizeof *v4;
	} else if (inet_pton(AF_INET6, text, &in6) == 1 &&
	    r->count[LOOKUP_V6] < RESOLVE_FAMILY_MAX) {
		a = &r->addresses[LOOKUP_V6][r->count[LOOKUP_V6]++];
		v6 = (struct sockaddr_in6 *)&a->addr;
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6;
		v6->sin6_port = htons(r->port);
		a->len = sizeof *v6;
	}
}

enum status
resolve_open(
    struct resolver **out, const char *host, uint16_t port, struct fault *f)
{
	struct resolver *r = xcalloc(1, sizeof *r);
	enum status status;
	const char *bad;

	r->host = xstrdup(host);
	r->port = port;
	r->latest = LOOKUP_V4;
	*out = r;
	/* RFC 6761, 6.3: no nameserver is asked for localhost.  It could direct
	 * a token that may go to loopback only anywhere. */
	if (strcmp(host, "localhost") == 0) {
		add_literal(r, "::1");
		add_literal(r, "127.0.0.1");
		return STATUS_OK;
	}
	add_literal(r, host);
	if (r->count[LOOKUP_V4] + r->count[LOOKUP_V6] > 0)
		return STATUS_OK;
	hosts_find(HOSTS_PATH, host, add_literal, r);
	if (r->count[LOOKUP_V4] + r->count[LOOKUP_V6] > 0) {
		log_debug("%s: %zu IPv6 and %zu IPv4 addresses in %s", host,
		    r->count[LOOKUP_V6], r->count[LOOKUP_V4], HOSTS_PATH);
		return STATUS_OK;
	}
	if (*host == '\0' || strlen(host) > LOOKUP_NAME_MAX) {
		note_error(r, EAI_NONAME, 0);
		return STATUS_OK;
	}
	if ((bad = resolv_conf_bad_option(RESOLV_CONF_PATH)) == NULL)
		begin_round(r);
	if (is_pending(r))
		return STATUS_OK;
	status = bad != NULL
	    ? fault_set(f, STATUS_RESOLVE,
		  "%s: not looked up, because %s has the option %s, which "
		  "keeps every nameserver from being asked",
		  host, RESOLV_CONF_PATH, bad)
	    : resolve_fault(r, f);
	resolve_close(r);
	*out = NULL;
	return status;
}

void
resolve_close(struct resolver *r)
{
	if (r == NULL)
		return;
	lookup_drop(r->lookup);
	free(r->host);
	free(r);
}

/* After both families have failed: whether the other form of the name is to be
 * looked up.  A name that ends in a dot has no other form. */
static bool
has_other_form(const struct resolver *r)
{
	return r->lookup != NULL && r->rounds == 1 &&
	    r->count[LOOKUP_V4] + r->count[LOOKUP_V6] == 0 &&
	    r->host[strlen(r->host) - 1] != '.';
}

enum resolve_progress
resolve_next(struct resolver *r, struct resolve_address *a, int64_t *due_ms)
{
	enum lookup_family family = r->latest == LOOKUP_V6 ? LOOKUP_V4
							   : LOOKUP_V6;

	if (r->lookup != NULL)
		take_answers(r);
	if (!is_pending(r) && has_other_form(r))
		begin_round(r);
	*due_ms = CLOCK_NEVER;
	if (r->given[family] == r->count[family])
		family = r->latest;
	if (r->given[family] == r->count[family])
		return is_pending(r) ? RESOLVE_PENDING : RESOLVE_OVER;
	if (family == LOOKUP_V4 && r->given[LOOKUP_V4] == 0 &&
	    r->state[LOOKUP_V6] == PENDING &&
	    clock_left(&clock_system, r->patient_until_ms) > 0) {
		*due_ms = r->patient_until_ms;
		return RESOLVE_PENDING;
	}
	r->latest = family;
	*a = r->addresses[family][r->given[family]++];
	return RESOLVE_ADDRESS;
}

int
resolve_fd(const struct resolver *r)
{
	return is_pending(r) ? lookup_fd(r->lookup) : -1;
}

enum status
resolve_fault(const struct resolver *r, struct fault *f)
{
	if (is_pending(r) &&
	    (r->state[LOOKUP_V6] == WAITING || r->state[LOOKUP_V4] == WAITING))
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    r->host, strerror(r->lacked));
	if (is_pending(r))
		return fault_set(f, STATUS_RESOLVE,
		    "%s: no nameserver answered in time, or they failed or "
		    "refused to look it up (check /etc/resolv.conf)",
		    r->host);
	switch (r->error) {
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
	case EAI_NONAME:
		return fault_set(f, STATUS_NO_HOST,
		    "%s: no such host (check the name, and that every "
		    "nameserver in /etc/resolv.conf knows it: the first answer "
		    "counts)",
		    r->host);
	case EAI_AGAIN:
		return fault_set(f, STATUS_RESOLVE,
		    "%s: no nameserver answered, or they failed or refused to "
		    "look it up (check /etc/resolv.conf)",
		    r->host);
	case EAI_SYSTEM:
		/* pthread_create fails so where processes are limited. */
		if (r->system_error == EAGAIN)
			return fault_set(f, STATUS_RESOLVE,
			    "%s: lookup failed: no thread could be started "
			    "(check the limit on processes, ulimit -u)",
			    r->host);
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    r->host, strerror(r->system_error));
	default:
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    r->host, gai_strerror(r->error));
	}
}

void
resolve_text(const struct resolve_address *a, char text[RESOLVE_TEXT_MAX])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->addr;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->addr;
	char ip[INET6_ADDRSTRLEN] = "?";

	if (a->addr.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
		(void)snprintf(text, RESOLVE_TEXT_MAX, "[%s]:%u", ip,
		    (unsigned int)ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
		(void)snprintf(text, RESOLVE_TEXT_MAX, "%s:%u", ip,
		    (unsigned int)ntohs(v4->sin_port));
	}
}
