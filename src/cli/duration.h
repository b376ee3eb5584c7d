/* SPDX-License-Identifier: ISC */
/*
 * Durations as people write them: "90", "90s", "5m", "1h", "1500ms".  Pure.
 */
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* The forms, for messages. */
#define DURATION_FORMS "90, 90s, 5m, 1h or 1500ms"

/*
 * The whole text: digits, then one unit; a bare number is in units of
 * `bare_unit_ms`.  False for anything else and on overflow.
 */
bool duration_parse(const char *, int64_t bare_unit_ms, int64_t *ms);

#endif
