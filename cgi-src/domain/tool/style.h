/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameter styles: how a value of JSON stands in a path, a query, a header or a cookie. OpenAPI 3.1.1 §4.8.12
 * and its appendix C, where simple, label, matrix and form are RFC 6570's expansions, and the collectionFormats
 * of Swagger 2.0.
 *
 * What the specification leaves open is decided so: a member or an element that is null is left out; an array
 * or object inside another is its JSON text, but in deepObject goes on in brackets, arrays by index
 * ("a[b][0]=x"); space, pipe and tab are always percent-encoded; exploded they repeat the name, as form does.
 */
#ifndef GRANTRY_DOMAIN_TOOL_STYLE_H
#define GRANTRY_DOMAIN_TOOL_STYLE_H

#include <stdbool.h>

#include "platform/jsonr.h"
#include "platform/rc.h"
#include "platform/secret.h"

enum style_kind {
	STYLE_SIMPLE,
	STYLE_LABEL,
	STYLE_MATRIX,
	STYLE_FORM,
	STYLE_SPACE, /* spaceDelimited */
	STYLE_PIPE,  /* pipeDelimited */
	STYLE_TAB,   /* tabDelimited: the tsv of Swagger 2.0 */
	STYLE_DEEP_OBJECT,
	STYLE__MAX
};

enum style_escape {
	STYLE_ENCODED, /* all but unreserved characters */
	STYLE_RESERVED, /* allowReserved: RFC 6570's "+", but '#', '[', ']', '&' and '+', which would mean
			   something else in a query, are encoded */
	STYLE_AS_FORM, /* application/x-www-form-urlencoded */
	STYLE_RAW,     /* headers */
};

struct style {
	enum style_kind kind;
	bool explode;
	enum style_escape escape;
};

/** style_find(name, out): by its name in OpenAPI. */
bool style_find(const char *name, enum style_kind *out);

/** style_text(v, out): appends a string as it is, anything else as JSON. Errors: RC_INVALID: U+0000;
 *  RC_LIMIT: a number that is not exact. */
enum rc style_text(jsonv *v, struct secret *out) RC_MUST_CHECK;

/** style_escape_text(escape, p, len, out): appends it as that escape wants it. */
enum rc style_escape_text(
	enum style_escape escape, const void *p, size_t len, struct secret *out) RC_MUST_CHECK;

/** style_is_empty(v): an array or object in which nothing would be written, or null. */
bool style_is_empty(jsonv *v);

/** style_join(style, name, v, out): appends one text: simple, label or matrix, for paths and headers.
 *  Errors: as style_text. */
enum rc style_join(
	const struct style *style, const char *name, jsonv *v, struct secret *out) RC_MUST_CHECK;

/* Is given each pair, both as they are to be sent, borrowed. */
typedef enum rc style_emit(void *arg, const struct secret *name, const struct secret *value);

/** style_pairs(style, name, v, emit, arg): form, space, pipe, tab or deepObject, for queries, cookies and
 *  forms. Nothing is emitted for what is empty. Errors: as style_text, and what emit answers. */
enum rc style_pairs(const struct style *style, const char *name, jsonv *v, style_emit *emit,
	void *arg) RC_MUST_CHECK;

#endif
