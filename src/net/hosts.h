/* SPDX-License-Identifier: ISC */
/*
 * /etc/hosts, hosts(5): addresses of names that no nameserver is asked for.
 *
 * musl would read it too, but takes names for others if only the case of a
 * letter differs, and every lookup of its needs a thread.
 */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#define HOSTS_PATH "/etc/hosts"

/* Lent for the call. */
typedef void (*hosts_found)(void *ctx, const char *address);

/*
 * Calls back with the first field of every line that has this name among the
 * others, in the order of the file; it may be no address.  A dot at the end of
 * the name does not matter.  For what a file is, see lines_read.
 */
void hosts_find(const char *path, const char *name, hosts_found, void *ctx);

#endif
