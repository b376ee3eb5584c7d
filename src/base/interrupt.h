/* SPDX-License-Identifier: ISC */
/*
 * SIGINT and SIGTERM as a state that code can query and poll for.
 * Handlers are installed in every mode: as PID 1 a process without them
 * ignores both signals.  SIGPIPE and SIGXFSZ are ignored, so that a closed
 * stdout or a file that may not grow is an error to report and not a silent
 * death.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"

void interrupt_install(void);

/*
 * From now on the death of the parent counts as SIGTERM (prctl(2),
 * PR_SET_PDEATHSIG): a signal to the shell that started us is meant for us
 * too.  `pid` is what getppid() gave when the program began, so that a parent
 * that has died since is noticed.  Comes after interrupt_install.
 */
void interrupt_follow_parent(pid_t pid);

/* A signal has arrived that was not acknowledged. */
bool interrupt_pending(void);

/* Takes note of the signals so far: work goes on until the next one. */
void interrupt_acknowledge(void);

/* Readable while a signal is pending; -1 before installation. */
int interrupt_fd(void);

/* Fills the fault with STATUS_INTERRUPTED or STATUS_TERMINATED. */
enum status interrupt_fault(struct fault *);

#endif
