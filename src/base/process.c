/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/process.h"

/*
 * What must be left of the stack at the beginning.  The deepest that was
 * measured, a wait that prints logs, takes less than 56 KiB with all there is
 * at the top; lookups run in threads with stacks of their own.
 */
#define STACK_NEEDED ((rlim_t)256 << 10)
#define STACK_STEP   ((rlim_t)64 << 10) /* the top is a little random */
/* How far a limit that is too low is raised: what most systems begin with. */
#define STACK_USUAL ((rlim_t)8 << 20)

void
process_keep_private(void)
{
	static const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	/* A pattern that pipes cores to a program takes no heed of the
	 * limit, but of this. */
	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

/* Bytes between the top of the stack, where the kernel puts the arguments, the
 * environment and last of all the program's name, and the caller's frame. */
static rlim_t
stack_used(void)
{
	uintptr_t top = (uintptr_t)getauxval(AT_EXECFN);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return top > here ? (rlim_t)(top - here) : 0;
}

enum status
process_reserve_stack(struct fault *f)
{
	rlim_t needed = stack_used() + STACK_NEEDED, told;
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) == -1 ||
	    limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
		return STATUS_OK;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed) {
		limit.rlim_cur = needed > STACK_USUAL ? needed : STACK_USUAL;
		if (limit.rlim_cur > limit.rlim_max)
			limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_STACK, &limit) == 0)
			return STATUS_OK;
	}
	told = (needed + STACK_STEP - 1) / STACK_STEP * STACK_STEP >> 10;
	return fault_set_lasting(f, STATUS_CONNECT,
	    "the stack is limited to "
	    "%llu KiB, and %llu KiB are needed: raise the limit (ulimit -s "
	    "%llu). Nothing was sent",
	    (unsigned long long)limit.rlim_max >> 10, (unsigned long long)told,
	    (unsigned long long)told);
}
