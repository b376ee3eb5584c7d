/* SPDX-License-Identifier: ISC */
/*
 * Reading and writing of descriptors that may be pipes: a peer that does
 * not read or write cannot keep us from reacting to a signal.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Writes all of it.  0, or errno: EINTR if SIGINT or SIGTERM arrived while
 * waiting, ETIMEDOUT if it could not all be written within that time, even if
 * some of it was.
 */
int io_write_all(int fd, const char *, size_t, int64_t patience_ms);

/* Same, within a time that several writes share: takes off what it took. */
int io_write_within(int fd, const char *, size_t, int64_t *left_ms);

/*
 * Opens a file for appending, and creates it if need be.  A FIFO that nobody
 * reads is an error, not a wait.  -1 with errno.
 */
int io_open_append(const char *path);

/* Waits until there is something to read.  0, or errno as above. */
int io_wait_readable(int fd, int64_t patience_ms);

/* As read(2); EINTR only for SIGINT and SIGTERM, and then at once, ETIMEDOUT at
 * the instant (of clock_system). */
ssize_t io_read(int fd, void *, size_t, int64_t deadline_ms);

#endif
