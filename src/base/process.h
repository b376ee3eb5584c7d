/* SPDX-License-Identifier: ISC */
/*
 * What the process itself must not give away, and what it needs to run at
 * all.  Linux only, as the rest of the program.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/fault.h"

/*
 * From now on there is no core dump, and other processes of the same user can
 * neither attach to this one nor read its memory and environment: the token is
 * in all of them (prctl(2), PR_SET_DUMPABLE; core(5)).  To be called before a
 * secret is read.  A kernel that refuses is no fault.
 */
void process_keep_private(void);

/*
 * Sees to it that the stack can grow as far as the program may need, and
 * raises the soft limit where the hard one allows it.  STATUS_CONNECT if not:
 * better than a crash with the dispatch already sent.
 */
enum status process_reserve_stack(struct fault *);

#endif
