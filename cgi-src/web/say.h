/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages from C, in the language of the visitor. Templates have their own way: docs/translating.md.
 */
#ifndef GRANTRY_WEB_SAY_H
#define GRANTRY_WEB_SAY_H

#include <stdint.h>

#include "domain/message.h"
#include "web/ctx.h"

/** say(c, key, "name", value, …, NULL): the text with its values, plain: what shows it escapes it. Never NULL; it
 * lives as long as c. say(c, key, NULL) where the text has no values. key is a literal, or one of
 * those marked MESSAGE() (domain/message.h): a lint looks for them. A NULL key gives NULL, which view_text() leaves out. */
const char *say(struct ctx *c, const char *key, ...) __attribute__((sentinel));
/** say_count(c, key, n, …): the plural form for n, which is the value {n} too. */
const char *say_count(struct ctx *c, const char *key, int64_t n, ...) __attribute__((sentinel));
/** say_words(c, words): own words of the domain: a key, and after a space the value {detail} where it has one. What is
 * no key is said as it stands. "" and NULL give NULL. */
const char *say_words(struct ctx *c, const char *words);
void say_release(struct ctx *c);

#endif
