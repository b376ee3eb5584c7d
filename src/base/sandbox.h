/*
 * What the program takes away from itself before it speaks to the network, so
 * that whoever took it over through a bad answer could not get further: other
 * programs, other processes, writing to files that are not open, sockets but
 * those of the Internet, new code.
 *
 * Linux only (no_new_privs and a seccomp filter, Documentation/userspace-api/
 * seccomp_filter.rst), and for the static program only: what a shared libc
 * needs is not known here.  Where the kernel or a container refuses, the
 * program runs without.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stddef.h>

#include "base/fault.h"
#include "base/seccomp.h"

/*
 * To be called with one thread, when all files to be written are open; holds
 * for good.  Says in the debug log what came of it.
 */
void	 sandbox_enter(void);

/*
 * Does it, in any build.  STATUS_FAILED if the kernel refused, or if there is
 * no filter for this architecture; the program goes on all the same.
 */
enum status sandbox_install(struct fault *);

/* The filter, for tests; no instructions where there is none. */
const struct seccomp_insn *sandbox_filter(size_t *count);

#endif
