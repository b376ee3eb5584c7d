/* SPDX-License-Identifier: ISC */
/*
 * Which files the program may still open once the sandbox is closed (Linux's
 * Landlock, Documentation/userspace-api/landlock.rst), and the part of the
 * kernel's interface that takes (linux/landlock.h).  That header comes with a
 * kernel, not with musl, and the values never change; the tests compare them
 * with the real ones.
 */
#ifndef BASE_LANDLOCK_H
#define BASE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* A file that is opened again later, for reading. */
struct landlock_file {
	const char *path; /* NULL: none */
	/* Others put new files in its place, and those are read then. */
	bool is_replaced;
};

/*
 * From now on, for good, only the given files can be opened, for reading; of a
 * file that is replaced, whatever is in its directory.  That directory is never
 * the root, nor /etc for the superuser, who could read every secret there; nor
 * is it opened for a file that is mounted by itself, as container runtimes do:
 * such a file cannot be replaced.  What is open stays open.
 *
 * Needs no_new_privs and one thread.  *abi is the kernel's version of the
 * interface.  STATUS_FAILED if the kernel has no Landlock, or refuses.
 */
enum status landlock_restrict(
    const struct landlock_file *, size_t count, int *abi, struct fault *);

/* System calls, the same on all architectures that the sandbox is for. */
#define LANDLOCK_CREATE_RULESET 444L
#define LANDLOCK_ADD_RULE       445L
#define LANDLOCK_RESTRICT_SELF  446L

#define LANDLOCK_ASK_VERSION  1L /* a flag of the first */
#define LANDLOCK_PATH_BENEATH 1L /* a type of rule */

/* struct landlock_ruleset_attr.  A kernel that knows only the beginning takes
 * it as long as the rest is 0. */
struct landlock_ruleset {
	uint64_t files;   /* LANDLOCK_ACCESS_FS_* */
	uint64_t network; /* LANDLOCK_ACCESS_NET_*, from 4 on */
	uint64_t scopes;  /* LANDLOCK_SCOPE_*, from 6 on */
};

/* struct landlock_path_beneath_attr, which is packed: the second one begins
 * where the first one ends, and nothing behind it is looked at. */
struct landlock_beneath {
	uint64_t allowed;
	int32_t fd;
};

#define LANDLOCK_READ_FILE     (UINT64_C(1) << 2)
#define LANDLOCK_FILES_1       ((UINT64_C(1) << 13) - 1)
#define LANDLOCK_REFER         (UINT64_C(1) << 13) /* from 2 on */
#define LANDLOCK_TRUNCATE      (UINT64_C(1) << 14) /* from 3 on */
#define LANDLOCK_IOCTL_DEV     (UINT64_C(1) << 15) /* from 5 on */
#define LANDLOCK_BIND_TCP      (UINT64_C(1) << 0)
#define LANDLOCK_ABSTRACT_UNIX (UINT64_C(1) << 0)
#define LANDLOCK_SIGNALS       (UINT64_C(1) << 1)

/* All that version `abi` of the interface can forbid and the program needs
 * not. */
struct landlock_ruleset landlock_ruleset_of(int abi);

#endif
