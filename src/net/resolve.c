#include "compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/resolve.h"
#include "net/wait.h"

/*
 * getaddrinfo knows no deadline, so it runs in a thread of its own.  Whoever
 * is last to drop the job frees it: the thread when the lookup was abandoned,
 * resolve_host otherwise.
 */
struct job {
	pthread_mutex_t		 lock;
	bool			 abandoned;
	bool			 finished;
	int			 done_fds[2];
	char			*host;
	char			 port[6];
	size_t			 step;		/* to begin with; that answered */
	int			 error;		/* EAI_* */
	int			 system_error;	/* errno, for EAI_SYSTEM */
	struct addrinfo		*result;
};

static void
job_free(struct job *job)
{
	if (job->result != NULL)
		freeaddrinfo(job->result);
	pthread_mutex_destroy(&job->lock);
	close(job->done_fds[0]);
	close(job->done_fds[1]);
	free(job->host);
	free(job);
}

/*
 * musl fails a lookup of both families when one of them is answered badly (an
 * AAAA query that is dropped, refused or answered with NXDOMAIN), and when a
 * search domain's server misbehaves.  Asking for IPv4 alone and for the name
 * with a final dot are the ways around.  The plain name goes first: the dotted
 * one is not looked for in /etc/hosts.
 */
static const struct {
	int		 family;
	bool		 dotted;
	const char	*how;
} steps[] = {
	{ AF_UNSPEC, false, "both families" },
	{ AF_INET, false, "IPv4 only" },
	{ AF_UNSPEC, true, "name with a final dot" },
	{ AF_INET, true, "name with a final dot, IPv4 only" },
};

#define STEPS	(sizeof steps / sizeof steps[0])

/* The step that answered last: each one before it may cost seconds. */
static size_t	good_step;

static void
look_up(struct job *job)
{
	struct addrinfo hints;
	char *dotted;
	size_t i, len = strlen(job->host);
	int error;

	dotted = xmalloc(len + 2);
	memcpy(dotted, job->host, len);
	memcpy(dotted + len, ".", 2);
	for (i = job->step; i < STEPS; i++) {
		/* A name that ends in a dot has been asked for by now. */
		if (steps[i].dotted && job->host[len - 1] == '.')
			break;
		memset(&hints, 0, sizeof hints);
		hints.ai_family = steps[i].family;
		hints.ai_socktype = SOCK_STREAM;
		hints.ai_protocol = IPPROTO_TCP;
		hints.ai_flags = AI_NUMERICSERV;
		error = getaddrinfo(steps[i].dotted ? dotted : job->host,
		    job->port, &hints, &job->result);
		/* The first step's error is the one about the user's name. */
		if (i == job->step || error == 0) {
			job->error = error;
			job->system_error = errno;
		}
		if (error == 0) {
			job->step = i;
			break;
		}
		job->result = NULL;
	}
	free(dotted);
}

static void *
job_run(void *arg)
{
	struct job *job = arg;
	bool abandoned;
	ssize_t n;

	look_up(job);
	pthread_mutex_lock(&job->lock);
	job->finished = true;
	abandoned = job->abandoned;
	n = write(job->done_fds[1], "", 1);
	(void)n;
	pthread_mutex_unlock(&job->lock);
	if (abandoned)
		job_free(job);
	return NULL;
}

/* Starts the thread, with all signals left to the main one. */
static int
job_start(struct job *job, pthread_t *thread)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	if (pipe2(job->done_fds, O_CLOEXEC) == -1) {
		error = errno;
		job->done_fds[0] = job->done_fds[1] = -1;
		return error;
	}
	pthread_attr_init(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(thread, &attr, job_run, job);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return error;
}

static void
add_family(struct resolve_list *list, const struct addrinfo *ai, int family,
    size_t slot)
{
	for (; ai != NULL && slot < RESOLVE_MAX; ai = ai->ai_next) {
		if (ai->ai_family != family)
			continue;
		memcpy(&list->addresses[slot].addr, ai->ai_addr,
		    ai->ai_addrlen);
		list->addresses[slot].len = ai->ai_addrlen;
		slot += 2;
	}
}

static void
interleave(struct resolve_list *list, const struct addrinfo *ai)
{
	size_t i;

	memset(list, 0, sizeof *list);
	add_family(list, ai, AF_INET6, 0);
	add_family(list, ai, AF_INET, 1);
	/* One family may have left holes. */
	for (i = 0; i < RESOLVE_MAX; i++)
		if (list->addresses[i].len > 0)
			list->addresses[list->count++] = list->addresses[i];
}

static enum status
job_fault(const struct job *job, struct fault *f)
{
	switch (job->error) {
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		return fault_set(f, STATUS_NO_HOST,
		    "%s: no such host (check the name, and that the first "
		    "nameserver of /etc/resolv.conf knows it)", job->host);
	case EAI_SYSTEM:
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    job->host, strerror(job->system_error));
	case EAI_AGAIN:
		return fault_set(f, STATUS_RESOLVE,
		    "%s: no nameserver answered (see /etc/resolv.conf)",
		    job->host);
	default:
		return fault_set(f, STATUS_RESOLVE, "%s: lookup failed: %s",
		    job->host, gai_strerror(job->error));
	}
}

static bool
parse_literal(struct resolve_list *list, const char *host, uint16_t port)
{
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;

	memset(list, 0, sizeof *list);
	/* RFC 6761, 6.3: never a question for a nameserver, which could send
	 * a token that is allowed on loopback only anywhere. */
	if (strcmp(host, "localhost") == 0) {
		struct resolve_list v6_list;

		parse_literal(&v6_list, "::1", port);
		parse_literal(list, "127.0.0.1", port);
		list->addresses[1] = list->addresses[0];
		list->addresses[0] = v6_list.addresses[0];
		list->count = 2;
		return true;
	}
	v4 = (struct sockaddr_in *)&list->addresses[0].addr;
	v6 = (struct sockaddr_in6 *)&list->addresses[0].addr;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		list->addresses[0].len = sizeof *v4;
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		list->addresses[0].len = sizeof *v6;
	} else {
		return false;
	}
	list->count = 1;
	return true;
}

enum status
resolve_host(struct resolve_list *list, const char *host, uint16_t port,
    int64_t deadline_ms, struct fault *f)
{
	enum status status;
	struct job *job;
	pthread_t thread;
	bool finished;
	int error;

	if (parse_literal(list, host, port))
		return STATUS_OK;
	job = xcalloc(1, sizeof *job);
	pthread_mutex_init(&job->lock, NULL);
	job->host = xstrdup(host);
	job->step = good_step;
	snprintf(job->port, sizeof job->port, "%u", (unsigned int)port);
	if ((error = job_start(job, &thread)) != 0) {
		job_free(job);
		return fault_set(f, STATUS_RESOLVE,
		    "%s: lookup not started: %s", host, strerror(error));
	}

	status = wait_for_one(job->done_fds[0], POLLIN, deadline_ms, f);
	pthread_mutex_lock(&job->lock);
	finished = job->finished;
	job->abandoned = !finished;
	pthread_mutex_unlock(&job->lock);
	if (!finished) {
		pthread_detach(thread);
		if (status == STATUS_TIMEOUT)
			fault_set(f, STATUS_RESOLVE,
			    "%s: no nameserver answered in time "
			    "(see /etc/resolv.conf)", host);
		return f->status;
	}
	pthread_join(thread, NULL);
	if (job->error == 0) {
		good_step = job->step;
		log_debug("%s: resolved (%s)", host, steps[good_step].how);
		interleave(list, job->result);
		status = list->count > 0 ? STATUS_OK : fault_set(f,
		    STATUS_RESOLVE, "%s: no usable address", host);
	} else {
		good_step = 0;
		status = job_fault(job, f);
	}
	job_free(job);
	return status;
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
