/* SPDX-License-Identifier: ISC */
/*
 * /etc/hosts, hosts(5): addresses of names, without a nameserver.
 *
 * musl would read it too, but compares names case-sensitively, and each of its
 * lookups needs a thread.
 */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#define HOSTS_PATH "/etc/hosts"

/* Lent for the call. */
typedef void (*hosts_found)(void *ctx, const char *address);

/*
 * Calls back with the first field of every line that has this name among the
 * others, in the order of the file; that field need not be an address.  A dot
 * at the end of the name does not matter. lines_read tells which files are
 * read.
 */
void hosts_find(const char *path, const char *name, hosts_found, void *ctx);

#endif
