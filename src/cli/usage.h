/*
 * The texts of --help, one a command, for terminals of 80 columns.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

extern const char usage_dispatch[];
extern const char usage_await[];

#endif
