/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/lookup.h"

#define STACK_MAX \
	((size_t)512 << 10) /* glibc would take as much as
						 * for main: 8 MiB */
#define ASKING_MAX 16       /* threads of a family, stuck or not */

const int lookup_af[LOOKUP_FAMILIES] = {
	[LOOKUP_V6] = AF_INET6,
	[LOOKUP_V4] = AF_INET,
};

/* One family's question, and later its answer. */
struct question {
	struct lookup *lookup;
	enum lookup_family family;
	bool is_answered;
	struct lookup_answer answer;
};

/* The last one to drop it frees it: a thread may still run when nobody waits
 * for it any more. */
struct lookup {
	pthread_mutex_t lock;
	unsigned int users;
	int event_fd; /* readable: there is an answer */
	char name[LOOKUP_NAME_MAX + 2];
	char port[6];
	struct question questions[LOOKUP_FAMILIES];
};

/* The number of threads that are asking for each family.  If a nameserver is
 * silent about one, every connection would leave another thread behind, for up
 * to a minute. */
static pthread_mutex_t asking_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int asking[LOOKUP_FAMILIES];

static bool
asking_begin(enum lookup_family family)
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
asking_end(enum lookup_family family)
{
	pthread_mutex_lock(&asking_lock);
	asking[family]--;
	pthread_mutex_unlock(&asking_lock);
}

struct lookup *
lookup_open(const char *host, bool is_dotted, uint16_t port)
{
	struct lookup *l = xcalloc(1, sizeof *l);

	(void)snprintf(
	    l->name, sizeof l->name, "%s%s", host, is_dotted ? "." : "");
	(void)snprintf(l->port, sizeof l->port, "%u", (unsigned int)port);
	l->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->event_fd == -1) {
		free(l);
		return NULL;
	}
	pthread_mutex_init(&l->lock, NULL);
	l->users = 1;
	return l;
}

void
lookup_drop(struct lookup *l)
{
	unsigned int users;
	size_t i;

	if (l == NULL)
		return;
	pthread_mutex_lock(&l->lock);
	users = --l->users;
	pthread_mutex_unlock(&l->lock);
	if (users > 0)
		return;
	for (i = 0; i < LOOKUP_FAMILIES; i++)
		if (l->questions[i].answer.addresses != NULL)
			freeaddrinfo(l->questions[i].answer.addresses);
	pthread_mutex_destroy(&l->lock);
	close(l->event_fd);
	free(l);
}

static void *
ask(void *arg)
{
	struct question *q = arg;
	struct lookup *l = q->lookup;
	struct lookup_answer answer;
	struct addrinfo hints;
	const uint64_t one = 1;
	ssize_t n;

	memset(&hints, 0, sizeof hints);
	hints.ai_family = lookup_af[q->family];
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_protocol = IPPROTO_TCP;
	hints.ai_flags = AI_NUMERICSERV;
	answer.addresses = NULL;
	answer.error = getaddrinfo(l->name, l->port, &hints, &answer.addresses);
	answer.system_error = errno;
	if (answer.error != 0)
		answer.addresses = NULL;

	/* This comes first, because whoever has the answer may ask again. */
	asking_end(q->family);
	pthread_mutex_lock(&l->lock);
	q->answer = answer;
	q->is_answered = true;
	n = write(l->event_fd, &one, sizeof one);
	(void)n;
	pthread_mutex_unlock(&l->lock);
	lookup_drop(l);
	return NULL;
}

/* Starts a thread with all signals blocked, which belong to the main thread.
 * Returns 0 or errno. */
static int
start_thread(struct question *q)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	size_t stack;
	int error;

	pthread_attr_init(&attr);
	if (pthread_attr_getstacksize(&attr, &stack) == 0 && stack > STACK_MAX)
		pthread_attr_setstacksize(&attr, STACK_MAX);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&thread, &attr, ask, q);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return error;
}

bool
lookup_ask(
    struct lookup *l, enum lookup_family family, struct lookup_answer *failure)
{
	struct question *q = &l->questions[family];
	int error;

	failure->error = EAI_AGAIN;
	failure->system_error = 0;
	/* This is as good as asking: those before it have no answer either. */
	if (!asking_begin(family))
		return false;
	q->lookup = l;
	q->family = family;
	q->is_answered = false;
	pthread_mutex_lock(&l->lock);
	l->users++;
	pthread_mutex_unlock(&l->lock);
	if ((error = start_thread(q)) == 0)
		return true;
	lookup_drop(l);
	asking_end(family);
	failure->error = EAI_SYSTEM;
	failure->system_error = error;
	return false;
}

void
lookup_clear(struct lookup *l)
{
	uint64_t ignored;
	ssize_t n;

	n = read(l->event_fd, &ignored, sizeof ignored);
	(void)n;
}

bool
lookup_answer(
    struct lookup *l, enum lookup_family family, struct lookup_answer *answer)
{
	struct question *q = &l->questions[family];
	bool is_answered;

	pthread_mutex_lock(&l->lock);
	is_answered = q->is_answered;
	*answer = q->answer;
	pthread_mutex_unlock(&l->lock);
	return is_answered;
}

int
lookup_fd(const struct lookup *l)
{
	return l->event_fd;
}
