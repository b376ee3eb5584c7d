/* SPDX-License-Identifier: ISC */
/*
 * The cryptographic library, set up with the kernel's random numbers.
 */
#ifndef NET_CRYPTO_H
#define NET_CRYPTO_H

#include <stdbool.h>

/* To be called before any other function of the library, as often as one likes.
 * False if the library fails. */
bool crypto_start(void);

#endif
