/* SPDX-License-Identifier: ISC */
/*
 * Questions about pieces of text that several layers ask.  Pure; ASCII rules
 * only, whatever the locale.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_is_digit(char);
bool text_is_alnum(char);
char text_lower(char);

/* Equal but for ASCII case. */
bool text_equal_nocase(const char *, const char *);
bool text_equal_nocase_n(const char *, size_t, const char *);

/* Where `needle` occurs in `hay`, ASCII case aside; NULL if nowhere. */
const char *text_find_nocase(const char *hay, const char *needle);
const char *text_find_nocase_n(const char *hay, size_t len, const char *needle);

/* Skips white space at both ends: returns the start, sets the length. */
const char *text_trim(const char *, size_t *len);

/*
 * The whole of s[0..len) as an unsigned decimal without sign, at most 20
 * digits; false for anything else and on overflow.
 */
bool text_u64(const char *, size_t len, uint64_t *);

/*
 * Decodes one UTF-8 sequence (RFC 3629: shortest form, no surrogates, up to
 * U+10FFFF).  Returns its length, or 0 if the bytes are not one.
 */
size_t text_utf8(const char *, size_t len, uint32_t *code_point);

/* Appends the UTF-8 form to out[4]; returns its length. */
size_t text_utf8_encode(uint32_t code_point, char out[4]);

/* All of it is valid UTF-8. */
bool text_is_utf8(const char *, size_t len);

/* Some byte is a C0 control or DEL. */
bool text_has_control(const char *);

/*
 * A character that moves, hides or reorders text where it is shown: the general
 * categories Cc, Cf, Zl and Zp, and Default_Ignorable_Code_Point (Unicode
 * 15.0), but for the two selectors of emoji that names do use (U+FE0E, U+FE0F).
 */
bool text_is_unprintable(uint32_t code_point);

/* Code points in valid UTF-8; each stray byte counts as one. */
size_t text_characters(const char *, size_t len);

#endif
