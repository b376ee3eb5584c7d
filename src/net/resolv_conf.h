/* SPDX-License-Identifier: ISC */
/*
 * What /etc/resolv.conf, resolv.conf(5), must not say: musl takes it at its
 * word.
 */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#define RESOLV_CONF_PATH "/etc/resolv.conf"

/*
 * The option that makes a lookup impossible: "attempts:0", by which musl
 * divides, or "timeout:0", with which it does not wait for an answer (glibc
 * makes 1 s of that).  NULL if there is none, or no file.
 */
const char *resolv_conf_bad_option(const char *path);

#endif
