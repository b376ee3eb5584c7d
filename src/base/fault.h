/* SPDX-License-Identifier: ISC */
/*
 * The outcome of a call, and the story of a call that failed.
 *
 * Fallible functions return an enum status and fill a struct fault, which
 * callers pass up unchanged; main prints it once.  One table maps a status to
 * the exit code, so that the code and the documentation have one source.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum status {
	STATUS_OK,
	STATUS_FAILED,       /* the awaited run or job did not succeed */
	STATUS_USAGE,        /* option, variable, JSON or file is bad */
	STATUS_REFUSED,      /* GitHub said no */
	STATUS_UNAUTHORIZED, /* GitHub said 401 */
	STATUS_FORBIDDEN,    /* GitHub said 403, and meant no rate limit */
	STATUS_NOT_FOUND,    /* GitHub said 404 */
	STATUS_LIMITED,      /* GitHub said later: a rate limit */
	STATUS_UNKNOWN,      /* sent, answer lost, not settled */
	STATUS_UNIDENTIFIED, /* dispatched, run not identified */
	STATUS_WAIT_TIMEOUT, /* the run was seen, and still runs */
	STATUS_RESOLVE,      /* host name not resolved */
	STATUS_NO_HOST,      /* the answer was that there is no such name */
	STATUS_CONNECT,      /* no connection */
	STATUS_TLS,          /* handshake or certificate */
	STATUS_TRUST,        /* CA certificates cannot be read again */
	STATUS_CLOSED,       /* peer closed, reset or cut the stream */
	STATUS_TIMEOUT,      /* deadline passed */
	STATUS_PROTOCOL,     /* peer does not speak HTTP or JSON properly */
	STATUS_SERVER,       /* server answered with a failure of its own */
	STATUS_OUTPUT,       /* result known but not written */
	STATUS_INTERRUPTED,  /* SIGINT */
	STATUS_TERMINATED,   /* SIGTERM */
	STATUS_COUNT
};

/* The longest story kept; peer text is clipped well below it. */
#define FAULT_TEXT_MAX 4096

struct fault {
	enum status status;
	bool lasting;    /* another try would not help */
	bool early;      /* but may, if the token is new */
	int64_t wait_ms; /* that the peer asks for; or 0 */
	char text[FAULT_TEXT_MAX];
};

/* Exit code of a status, as documented under EXIT STATUS. */
int status_exit_code(enum status);

/*
 * From now on, running out of memory ends the process with the code of this
 * status and says `story` (lent until the next call; NULL for none).
 */
void status_if_exhausted(enum status, const char *story);

/* True for the statuses that a signal causes. */
bool status_is_signal(enum status);

/* An answer that went wrong: the next one may well be good. */
bool status_is_bad_answer(enum status);

/*
 * Fills the fault (not lasting, not early, no wait) and returns the status, so
 * that the line that fails can do both:
 * return fault_set(f, STATUS_CLOSED, "%s", why).
 */
enum status fault_set(struct fault *, enum status, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Same, for a failure that another try would not change. */
enum status fault_set_lasting(struct fault *, enum status, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts a full stop after the story, unless it has one. */
void fault_end_sentence(struct fault *);

/* Appends to the story; what does not fit is dropped. */
void fault_add(struct fault *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

#endif
