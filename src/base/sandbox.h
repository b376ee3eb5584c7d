/* SPDX-License-Identifier: ISC */
/*
 * What the program takes away from itself before it speaks to the network, so
 * that whoever took it over through a bad answer could not get further: other
 * programs, other processes, files (but to read the few that are needed again),
 * sockets but those of the Internet, new code.
 *
 * Linux only (no_new_privs, Landlock, and a seccomp filter, Documentation/
 * userspace-api/seccomp_filter.rst), and for the static program only: what a
 * shared libc needs is not known here.  Where the kernel or a container
 * refuses, the program runs without.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/landlock.h"
#include "base/seccomp.h"

/*
 * To be called with one thread, when all files to be written are open; holds
 * for good.  The files are those that will be read again; NULL leaves all
 * files within reach.  Says in the debug log what came of it.
 */
void sandbox_enter(const struct landlock_file *, size_t count);

/*
 * The two halves of it, in this order and in any build.  STATUS_FAILED if the
 * kernel refused, has no Landlock, or if there is no filter for this
 * architecture; the program goes on all the same.
 */
enum status sandbox_limit_files(
    const struct landlock_file *, size_t count, int *abi, struct fault *);
enum status sandbox_limit_calls(struct fault *);

/* The filter for the process of this ID, for tests; no instructions where there
 * is none.  Overwritten by the next call. */
const struct seccomp_insn *sandbox_filter(pid_t own, size_t *count);

#endif
