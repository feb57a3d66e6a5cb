/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pages say, by language: one file a language, messages/NAME.yaml, which docs/translating.md describes.
 * Loaded before the fork and never changed. en_US has every key; what another file lacks is said in English.
 *
 * A text holds values, "{name}", and the marks <strong>, <code>, <q> and <a>, each closed; no other '<', '>', '{',
 * '}', no '"', no backslash, no control character: so it can stand in HTML and in a literal of a template as it is.
 */
#ifndef GRANTRY_PLATFORM_MESSAGES_H
#define GRANTRY_PLATFORM_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

#define MESSAGES_BASE "en_US"

struct messages;

struct message {
	const char *one;   /* for the count 1; NULL: other is for every count */
	const char *other; /* "" only where the English text is "" too */
};

struct language {
	const char
		*name;   /* "zh_Hans": of the file, of texts in provider files, of users.language */
	const char *tag; /* "zh-Hans": BCP 47, for <html lang> */
	const char *label; /* "简体中文": what it calls itself */
	const char
		*accepts; /* "zh zh-CN zh-Hans zh-Hans-*": the language ranges that it satisfies */
	size_t index;     /* of messages_at() */
	const struct messages *all;
	struct message *texts; /* as many as there are keys, in their order */
};

/** messages_open(dir, out): every NAME.yaml of dir. RC_NOT_FOUND: no folder or no en_US; RC_INVALID: a file that
 * cannot be used, logged with its line. */
enum rc messages_open(const char *dir, struct messages **out) RC_MUST_CHECK;
void messages_free(struct messages *messages);

/** messages_at(m, i): en_US first, then by name. messages_named(m, name): NULL when there is none. */
size_t messages_count(const struct messages *messages);
const struct language *messages_at(const struct messages *messages, size_t i);
const struct language *messages_named(const struct messages *messages, const char *name);

/** messages_choose(m, accept_language): the language of the highest weight, of equals the one named first, and
 * en_US where none is acceptable. accept_language may be NULL. */
const struct language *messages_choose(
	const struct messages *messages, const char *accept_language);

/** messages_get(language, key): NULL: there is no such key. */
const struct message *messages_get(const struct language *language, const char *key);

enum piece_kind { PIECE_END, PIECE_TEXT, PIECE_VALUE, PIECE_OPEN, PIECE_CLOSE, PIECE_BAD };

/* A run of text, "name" of "{name}", "a" of "<a>" or "</a>". */
struct piece {
	enum piece_kind kind;
	const char *text;
	size_t len;
};

/** message_piece(at): the piece at *at, and *at moves behind it; BAD where it is none, END at the end. */
struct piece message_piece(const char **at);

#endif
