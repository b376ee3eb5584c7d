/* SPDX-License-Identifier: ISC */
/*
 * Reading all of a descriptor: files, and pipes that somebody fills.
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
 * The same for the regular file at `path`.  Anything else there is EINVAL: of a
 * pipe there may never be more, and nobody waits for that in the middle of
 * something.
 */
int file_read_regular(const char *path, struct buf *);

#endif
