/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions about text from outside (security R68): is it UTF-8, how many characters, may a person
 * have typed it in one line; and the making of harmless text from what a provider said.
 */
#ifndef GRANTRY_PLATFORM_TEXT_H
#define GRANTRY_PLATFORM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"

struct buf;

/** text_decode(p, len, out): length of the code point at p, 1..4, and its value; 0 when no valid one
 *  starts there (overlong forms and surrogates are not valid). U+0000 is a code point here. */
size_t text_decode(const char *p, size_t len, uint32_t *out);

/** text_encode(c, to): writes c as UTF-8, at most 4 bytes and no NUL behind them; gives how many. */
size_t text_encode(uint32_t c, char *to);

/** text_utf8_chars(p, len, chars_out): counts code points. RC_INVALID: not UTF-8, or holds NUL. */
enum rc text_utf8_chars(const char *p, size_t len, size_t *chars_out) RC_MUST_CHECK;

/** text_is_line(p, len, max_chars): UTF-8, 1..max_chars code points, no control characters (C0, DEL,
 *  C1, U+2028/2029), no bidirectional controls, no byte order mark, no white space at either end. */
bool text_is_line(const char *p, size_t len, size_t max_chars);

/** text_copy(to, size, from): as much of from as fits, a NUL at its end always; no UTF-8
 *  character is cut in two. */
void text_copy(char *to, size_t size, const char *from);
/** TEXT_COPY(to, from): into an array. */
#define TEXT_COPY(to, from) text_copy(to, sizeof(to), from)

/** text_has_word(list, word, len): is it one of the words of list, which single spaces separate? */
bool text_has_word(const char *list, const char *word, size_t len);

/** text_trim(p, len): moves *p and shortens *len past ASCII white space at both ends. */
void text_trim(const char **p, size_t *len);

/** text_harmless(p, len, max_chars, out): appends at most max_chars characters of p to out:
 *  invalid bytes become U+FFFD, control and bidirectional characters are dropped, runs of white
 *  space become one space, none at the ends; what was cut ends in "…", which counts as one of them. */
void text_harmless(const char *p, size_t len, size_t max_chars, struct buf *out);

/** text_harmless_lines(p, len, max_chars, out): the same for a text of several lines: newlines and white
 *  space within a line stay as they are (CR LF is one newline, a tab one space). */
void text_harmless_lines(const char *p, size_t len, size_t max_chars, struct buf *out);

/** text_is_vschar(p, len): RFC 6749 App. A: every byte 0x20..0x7e, at least one. */
bool text_is_vschar(const char *p, size_t len);

#endif
