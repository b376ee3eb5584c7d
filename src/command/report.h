/* SPDX-License-Identifier: ISC */
/*
 * Log lines about a run that is waited for: what is new, and what failed.
 */
#ifndef COMMAND_REPORT_H
#define COMMAND_REPORT_H

#include "command/watched.h"

/* One line with the time: the run's status is new. */
void report_change(const struct watched *);

/* Each job that did not succeed, with its failing steps and URL. */
void report_failures(const struct watched *);

#endif
