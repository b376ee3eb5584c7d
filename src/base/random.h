/* SPDX-License-Identifier: ISC */
/*
 * Random bytes from the kernel.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills all of it; false if the kernel has none to give. */
bool random_bytes(void *, size_t);

/* Text of a random UUID (RFC 9562, 5.4) with its NUL. */
#define RANDOM_UUID_SIZE 37

bool random_uuid(char[RANDOM_UUID_SIZE]);

#endif
