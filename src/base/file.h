/* SPDX-License-Identifier: ISC */
/*
 * Reads all of a descriptor, which may be a file or a pipe.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Appends what the descriptor holds, up to its end or until the buf has
 * overflowed.  0, or errno: EINTR if SIGINT or SIGTERM arrived while waiting,
 * ETIMEDOUT if the end has not come by that instant (of clock_system).
 */
int file_read_all(int fd, struct buf *, int64_t deadline_ms);

/*
 * Opens a file for that.  The descriptor, or -1 with errno; a FIFO is open at
 * once, its writer is waited for by the reading.
 */
int file_open(const char *path);

/*
 * The same for the regular file at `path`.  Anything else is EINVAL: a pipe
 * may never end, and a file that is re-read must not hold the program up.
 */
int file_read_regular(const char *path, struct buf *);

#endif
