#include "compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/hosts.h"
#include "net/resolv_conf.h"
#include "net/resolve.h"

#define RESOLUTION_DELAY_MS	50	/* RFC 8305, 3 */
#define STACK_MAX		((size_t)512 << 10)	/* glibc would take
					 * as much as for main: 8 MiB */
#define NAME_MAX_LEN		254	/* RFC 1035, 2.3.4, with a dot */
#define ASKING_MAX		16	/* threads of a family, stuck or not */

enum family { V6, V4, FAMILIES };

static const struct {
	int		 af;
	const char	*name;
} families[FAMILIES] = {
	[V6] = { AF_INET6, "IPv6" },
	[V4] = { AF_INET, "IPv4" },
};

/* One family's question, and its answer once it is there. */
struct question {
	struct lookup	*lookup;
	int		 af;
	bool		 answered;
	int		 error;		/* EAI_* */
	int		 system_error;	/* errno, for EAI_SYSTEM */
	struct addrinfo	*result;
};

/*
 * getaddrinfo knows no deadline, so it runs in threads; they share this with
 * the resolver.  Whoever is last to drop it frees it, so that a thread may
 * stay behind when nobody waits any more.
 */
struct lookup {
	pthread_mutex_t	 lock;
	unsigned int	 users;
	int		 event_fd;	/* readable: there is an answer */
	char		 name[NAME_MAX_LEN + 2];
	char		 port[6];
	struct question	 questions[FAMILIES];
};

struct resolver {
	char			*host;
	uint16_t		 port;
	struct lookup		*lookup;	/* NULL: none needed */
	unsigned int		 rounds;	/* begun: plain, dotted */
	bool			 dotted;	/* this round */
	enum {
		ANSWERED,
		PENDING,	/* being asked */
		WAITING		/* to be asked when nothing is pending */
	}			 state[FAMILIES];
	bool			 waited[FAMILIES];
	int			 lacked;	/* errno, why one waits */
	struct resolve_address	 addresses[FAMILIES][RESOLVE_FAMILY_MAX];
	size_t			 count[FAMILIES];
	size_t			 given[FAMILIES];
	enum family		 latest;	/* given */
	int64_t			 patient_until_ms;	/* for IPv6 */
	int			 error;		/* the one that says most */
	int			 system_error;
};

/* The name that had to be asked for with a final dot: first failing without
 * may take seconds, and there will be more lookups. */
static char	dotted_name[NAME_MAX_LEN + 1];

/* The threads that ask, a family each: with a nameserver that is silent about
 * one, every connection would leave another behind, for up to a minute. */
static pthread_mutex_t	asking_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int	asking[FAMILIES];

static bool
asking_begin(enum family family)
{
	bool may;

	pthread_mutex_lock(&asking_lock);
	may = asking[family] < ASKING_MAX;
	if (may)
		asking[family]++;
	pthread_mutex_unlock(&asking_lock);
	return may;
}

static void
asking_end(enum family family)
{
	pthread_mutex_lock(&asking_lock);
	asking[family]--;
	pthread_mutex_unlock(&asking_lock);
}

static void
lookup_drop(struct lookup *l)
{
	unsigned int users;
	size_t i;

	pthread_mutex_lock(&l->lock);
	users = --l->users;
	pthread_mutex_unlock(&l->lock);
	if (users > 0)
		return;
	for (i = 0; i < FAMILIES; i++)
		if (l->questions[i].result != NULL)
			freeaddrinfo(l->questions[i].result);
	pthread_mutex_destroy(&l->lock);
	close(l->event_fd);
	free(l);
}

static void *
ask(void *arg)
{
	struct question *q = arg;
	struct lookup *l = q->lookup;
	struct addrinfo hints, *result = NULL;
	const uint64_t one = 1;
	int error, system_error;
	ssize_t n;

	memset(&hints, 0, sizeof hints);
	hints.ai_family = q->af;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_protocol = IPPROTO_TCP;
	hints.ai_flags = AI_NUMERICSERV;
	error = getaddrinfo(l->name, l->port, &hints, &result);
	system_error = errno;

	/* First: who has the answer may ask again. */
	asking_end((enum family)(q - l->questions));
	pthread_mutex_lock(&l->lock);
	q->answered = true;
	q->error = error;
	q->system_error = system_error;
	q->result = error == 0 ? result : NULL;
	n = write(l->event_fd, &one, sizeof one);
	(void)n;
	pthread_mutex_unlock(&l->lock);
	lookup_drop(l);
	return NULL;
}

/* Asks for one family in a thread that has all signals blocked: they are the
 * main thread's.  0 or errno. */
static int
lookup_ask(struct lookup *l, enum family family)
{
	struct question *q = &l->questions[family];
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	size_t stack;
	int error;

	q->lookup = l;
	q->answered = false;
	q->af = families[family].af;
	pthread_mutex_lock(&l->lock);
	l->users++;
	pthread_mutex_unlock(&l->lock);
	pthread_attr_init(&attr);
	if (pthread_attr_getstacksize(&attr, &stack) == 0 && stack > STACK_MAX)
		pthread_attr_setstacksize(&attr, STACK_MAX);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&thread, &attr, ask, q);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (error != 0)
		lookup_drop(l);
	return error;
}

/* Of two errors the one that says more: that there is no such name is only
 * true if nothing else went wrong. */
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
	return r->state[V6] == PENDING || r->state[V4] == PENDING;
}

/*
 * A family has failed.  What this process lacked, a descriptor or memory, the
 * other family's lookup may have: then this one waits for its end.
 */
static void
family_failed(struct resolver *r, enum family family, int error,
    int system_error)
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
	log_debug("%s: no %s address: %s%s", r->host, families[family].name,
	    error == EAI_SYSTEM ? strerror(system_error) : gai_strerror(error),
	    r->dotted ? " (asked for with a final dot)" : "");
}

static void
ask_family(struct resolver *r, enum family family)
{
	int error;

	/* As good as asked: those before it have no answer either. */
	if (!asking_begin(family)) {
		family_failed(r, family, EAI_AGAIN, 0);
		return;
	}
	if ((error = lookup_ask(r->lookup, family)) == 0) {
		r->state[family] = PENDING;
	} else {
		asking_end(family);
		family_failed(r, family, EAI_SYSTEM, error);
	}
}

static void
ask_those_that_wait(struct resolver *r)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (r->state[i] == WAITING && !is_pending(r))
			ask_family(r, i);
}

/* Begins a round: both families, with the plain name or the dotted one. */
static void
begin_round(struct resolver *r)
{
	struct lookup *l = xcalloc(1, sizeof *l);
	int i;

	if (r->lookup != NULL)
		lookup_drop(r->lookup);
	r->lookup = l;
	r->dotted = (r->rounds++ == 0) == (strcmp(r->host, dotted_name) == 0);
	pthread_mutex_init(&l->lock, NULL);
	l->users = 1;
	snprintf(l->name, sizeof l->name, "%s%s", r->host,
	    r->dotted ? "." : "");
	snprintf(l->port, sizeof l->port, "%u", (unsigned int)r->port);
	l->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->event_fd == -1) {
		note_error(r, EAI_SYSTEM, errno);
		return;
	}
	for (i = 0; i < FAMILIES; i++) {
		r->waited[i] = false;
		ask_family(r, i);
	}
	ask_those_that_wait(r);
}

static void
add_addresses(struct resolver *r, enum family family,
    const struct addrinfo *ai)
{
	struct resolve_address *a;

	for (; ai != NULL && r->count[family] < RESOLVE_FAMILY_MAX;
	    ai = ai->ai_next) {
		if (ai->ai_family != families[family].af)
			continue;
		a = &r->addresses[family][r->count[family]++];
		memcpy(&a->addr, ai->ai_addr, ai->ai_addrlen);
		a->len = ai->ai_addrlen;
	}
	log_debug("%s: %zu %s address%s%s", r->host, r->count[family],
	    families[family].name, r->count[family] == 1 ? "" : "es",
	    r->dotted ? " (asked for with a final dot)" : "");
	if (r->dotted)
		strlcpy(dotted_name, r->host, sizeof dotted_name);
	else if (strcmp(dotted_name, r->host) == 0)
		*dotted_name = '\0';
	if (family == V4 && r->state[V6] == PENDING)
		r->patient_until_ms = clock_after(&clock_system,
		    RESOLUTION_DELAY_MS);
}

/* Takes the answers that have arrived. */
static void
take_answers(struct resolver *r)
{
	struct lookup *l = r->lookup;
	struct question answer;
	uint64_t ignored;
	ssize_t n;
	int i;

	n = read(l->event_fd, &ignored, sizeof ignored);
	(void)n;
	for (i = 0; i < FAMILIES; i++) {
		if (r->state[i] != PENDING)
			continue;
		pthread_mutex_lock(&l->lock);
		answer = l->questions[i];
		pthread_mutex_unlock(&l->lock);
		if (!answer.answered)
			continue;
		if (answer.error == 0) {
			r->state[i] = ANSWERED;
			add_addresses(r, i, answer.result);
		} else {
			family_failed(r, i, answer.error,
			    answer.system_error);
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
	    r->count[V4] < RESOLVE_FAMILY_MAX) {
		a = &r->addresses[V4][r->count[V4]++];
		v4 = (struct sockaddr_in *)&a->addr;
		v4->sin_family = AF_INET;
		v4->sin_addr = in;
		v4->sin_port = htons(r->port);
		a->len = sizeof *v4;
	} else if (inet_pton(AF_INET6, text, &in6) == 1 &&
	    r->count[V6] < RESOLVE_FAMILY_MAX) {
		a = &r->addresses[V6][r->count[V6]++];
		v6 = (struct sockaddr_in6 *)&a->addr;
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6;
		v6->sin6_port = htons(r->port);
		a->len = sizeof *v6;
	}
}

enum status
resolve_open(struct resolver **out, const char *host, uint16_t port,
    struct fault *f)
{
	struct resolver *r = xcalloc(1, sizeof *r);
	enum status status;
	const char *bad;

	r->host = xstrdup(host);
	r->port = port;
	r->latest = V4;
	*out = r;
	/* RFC 6761, 6.3: never a question for a nameserver, which could send
	 * a token that is allowed on loopback only anywhere. */
	if (strcmp(host, "localhost") == 0) {
		add_literal(r, "::1");
		add_literal(r, "127.0.0.1");
		return STATUS_OK;
	}
	add_literal(r, host);
	if (r->count[V4] + r->count[V6] > 0)
		return STATUS_OK;
	hosts_find(HOSTS_PATH, host, add_literal, r);
	if (r->count[V4] + r->count[V6] > 0) {
		log_debug("%s: %zu IPv6 and %zu IPv4 addresses in %s", host,
		    r->count[V6], r->count[V4], HOSTS_PATH);
		return STATUS_OK;
	}
	if (*host == '\0' || strlen(host) > NAME_MAX_LEN) {
		note_error(r, EAI_NONAME, 0);
		return STATUS_OK;
	}
	if ((bad = resolv_conf_bad_option(RESOLV_CONF_PATH)) == NULL)
		begin_round(r);
	if (is_pending(r))
		return STATUS_OK;
	status = bad != NULL ? fault_set(f, STATUS_RESOLVE, "%s: not looked "
	    "up, because %s has the option %s, with which no nameserver can "
	    "be asked", host, RESOLV_CONF_PATH, bad) : resolve_fault(r, f);
	resolve_close(r);
	*out = NULL;
	return status;
}

void
resolve_close(struct resolver *r)
{
	if (r == NULL)
		return;
	if (r->lookup != NULL)
		lookup_drop(r->lookup);
	free(r->host);
	free(r);
}

/* Both families have failed: true if the other form of the name is to be
 * asked for.  One that ends in a dot has only one. */
static bool
has_other_form(const struct resolver *r)
{
	return r->lookup != NULL && r->rounds == 1 &&
	    r->count[V4] + r->count[V6] == 0 &&
	    r->host[strlen(r->host) - 1] != '.';
}

enum resolve_progress
resolve_next(struct resolver *r, struct resolve_address *a, int64_t *due_ms)
{
	enum family family = r->latest == V6 ? V4 : V6;

	if (r->lookup != NULL)
		take_answers(r);
	if (!is_pending(r) && has_other_form(r))
		begin_round(r);
	*due_ms = CLOCK_NEVER;
	if (r->given[family] == r->count[family])
		family = r->latest;
	if (r->given[family] == r->count[family])
		return is_pending(r) ? RESOLVE_PENDING : RESOLVE_OVER;
	if (family == V4 && r->given[V4] == 0 && r->state[V6] == PENDING &&
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
	return is_pending(r) ? r->lookup->event_fd : -1;
}

enum status
resolve_fault(const struct resolver *r, struct fault *f)
{
	if (is_pending(r) && (r->state[V6] == WAITING ||
	    r->state[V4] == WAITING))
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    r->host, strerror(r->lacked));
	if (is_pending(r))
		return fault_set(f, STATUS_RESOLVE,
		    "%s: no nameserver answered in time, or they fail or "
		    "refuse to look it up (see /etc/resolv.conf)", r->host);
	switch (r->error) {
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
	case EAI_NONAME:
		return fault_set(f, STATUS_NO_HOST,
		    "%s: no such host (check the name, and that every "
		    "nameserver of /etc/resolv.conf knows it: the first "
		    "answer counts)", r->host);
	case EAI_AGAIN:
		return fault_set(f, STATUS_RESOLVE,
		    "%s: no nameserver answered, or they fail or refuse to "
		    "look it up (see /etc/resolv.conf)", r->host);
	case EAI_SYSTEM:
		/* What pthread_create says where processes are limited. */
		if (r->system_error == EAGAIN)
			return fault_set(f, STATUS_RESOLVE, "%s: lookup "
			    "failed: no thread can be started (see the limit "
			    "on processes, ulimit -u)", r->host);
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
		snprintf(text, RESOLVE_TEXT_MAX, "[%s]:%u", ip,
		    (unsigned int)ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
		snprintf(text, RESOLVE_TEXT_MAX, "%s:%u", ip,
		    (unsigned int)ntohs(v4->sin_port));
	}
}
