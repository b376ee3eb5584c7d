/* SPDX-License-Identifier: ISC */
/*
 * What /etc/resolv.conf, resolv.conf(5), must not contain, because musl takes
 * it literally.
 */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#define RESOLV_CONF_PATH "/etc/resolv.conf"

/*
 * The option that makes lookups impossible: "attempts:0", by which musl
 * divides, or "timeout:0", with which it does not wait for an answer (glibc
 * waits 1 s).  NULL if there is no such option, or no file.
 */
const char *resolv_conf_bad_option(const char *path);

#endif
