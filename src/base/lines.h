/* SPDX-License-Identifier: ISC */
/*
 * Small configuration files of the system, line by line.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

/* The line is without its end, and the callee's to cut up. */
typedef void (*lines_line)(void *ctx, char *line);

/*
 * Calls back for every line, of which the first 2047 bytes count.  A file that
 * is missing, unreadable or none to be read to its end (a pipe, a device) has
 * none.
 */
void lines_read(const char *path, lines_line, void *ctx);

#endif
