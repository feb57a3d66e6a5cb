/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of JSON (RFC 8259 to the letter), one token at a time, for whoever judges (jsonscan.c) or builds
 * (tree_json.c). It allocates nothing, does not recurse, and looks at every byte once.
 */
#ifndef GRANTRY_PLATFORM_JSONLEX_H
#define GRANTRY_PLATFORM_JSONLEX_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

#define JSONLEX_DEPTH_MAX 128

enum jsonlex_kind {
	JSONLEX_NULL,
	JSONLEX_TRUE,
	JSONLEX_FALSE,
	JSONLEX_NUMBER,
	JSONLEX_STRING,
	JSONLEX_KEY, /* its colon is behind it already */
	JSONLEX_OBJECT,
	JSONLEX_ARRAY,
	JSONLEX_CLOSE, /* of the innermost open one */
	JSONLEX_DONE,
};

enum jsonlex_state {
	JSONLEX_AT_VALUE,
	JSONLEX_AT_VALUE_OR_END, /* after '[' */
	JSONLEX_AT_KEY_OR_END,   /* after '{' */
	JSONLEX_AT_COMMA_OR_END,
	JSONLEX_AT_NOTHING,
};

struct jsonlex {
	const char *p, *end;
	const char *
		line_start; /* moved on by bytes that continue a character, so that columns count these */
	unsigned line;
	const char *reason; /* after RC_INVALID: what is wrong at p */
	enum jsonlex_state state;
	size_t depth, depth_max;
	bool is_object[JSONLEX_DEPTH_MAX];
	bool halves_ok; /* half of a surrogate pair is no error */
};

struct jsonlex_token {
	enum jsonlex_kind kind;
	const char *p; /* number: as written; key, string: what is between the quotes */
	size_t len;
	unsigned line, column; /* from 1, of its first character */
	bool escaped;          /* there is a backslash in it: jsonlex_decode has the text */
	bool half, nul;        /* half of a surrogate pair, U+0000 */
};

/** jsonlex_init(lex, p, len, depth_max): borrows p; at most JSONLEX_DEPTH_MAX. */
void jsonlex_init(struct jsonlex *lex, const char *p, size_t len, size_t depth_max);
/** jsonlex_next(lex, token): Errors: RC_INVALID (reason, p and line tell); RC_LIMIT: too deep. */
enum rc jsonlex_next(struct jsonlex *lex, struct jsonlex_token *token) RC_MUST_CHECK;
/** jsonlex_column(lex): of p, from 1. */
unsigned jsonlex_column(const struct jsonlex *lex);
/** jsonlex_decode(token, to): the text of a key or string, never more than token->len bytes; U+FFFD stands
 *  for U+0000 and for half a pair. Gives its length; no NUL is added. */
size_t jsonlex_decode(const struct jsonlex_token *token, char *to);

#endif
