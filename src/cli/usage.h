/*
 * The text of --help: one screen of 80 columns and 40 lines.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

extern const char usage_text[];

#endif
