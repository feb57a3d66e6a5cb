/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan of an operation: how a request of it is made. Written by the importer, kept as JSON, and read here
 * and nowhere else. Whoever wrote it: a plan that is read breaks no rule that bind.h relies on.
 */
#ifndef GRANTRY_DOMAIN_TOOL_PLAN_H
#define GRANTRY_DOMAIN_TOOL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/tool/style.h"
#include "platform/jsonr.h"
#include "platform/rc.h"

#define PLAN_SIZE_MAX ((size_t)256 << 10)
#define PLAN_ARGUMENT_MAX 64
#define PLAN_METHOD_MAX 16

enum plan_in { PLAN_PATH, PLAN_QUERY, PLAN_HEADER, PLAN_COOKIE };

struct plan_parameter {
	const char *name, *as, *description; /* on the wire, as an argument */
	enum plan_in in;
	struct style style;
	const char *
		content; /* the value is written as this media type, instead of by style; NULL: by style */
	bool required, deprecated, allow_empty;
	jsonv *schema; /* a JSON Schema; may be true, "anything" */
};

/* A member of an object that is sent as the body. */
struct plan_member {
	const char *name, *as, *description;
	const char *content_type; /* of a part; may be a list; NULL: as its value is */
	bool required, file, styled;
	struct style style; /* if styled */
	jsonv *schema;
};

enum plan_body_mode { PLAN_NO_BODY, PLAN_MEMBERS, PLAN_WHOLE };

enum plan_media {
	PLAN_JSON, /* also any with +json */
	PLAN_FORM,
	PLAN_MULTIPART,
	PLAN_TEXT, /* text, XML and the like: a string, in UTF-8 */
	PLAN_BINARY
};

struct plan_body {
	enum plan_body_mode mode;
	bool required;
	bool additional; /* members that are not listed are sent, too */
	const char *content_type;
	enum plan_media media;
	struct plan_member *members;
	size_t n_members;
	const char *as, *description; /* whole: the one argument */
	jsonv *schema;
};

struct plan_literal {
	const char *name, *value;
};

struct plan {
	struct jsonr *document; /* owns all texts and schemas */
	const char *method, *path;
	struct plan_literal *query; /* of the path's own "?a=b" */
	size_t n_query;
	jsonv *servers; /* an array of SERVERs of its own; NULL: those of the tool */
	struct plan_parameter *parameters;
	size_t n_parameters;
	struct plan_body body;
	bool has_security;
	jsonv *security;  /* an array of alternatives, if has_security; else the tool's */
	jsonv *responses; /* an array; NULL: none */
	jsonv *defs;      /* what schemas refer to; NULL: nothing */
};

/** plan_parse(p, len, out): out is released with plan_release, also after an error. Errors: RC_INVALID: it is no
 *  plan, or asks for what no request may hold (a header that frames the message, …); RC_LIMIT; RC_NOMEM. */
enum rc plan_parse(const char *p, size_t len, struct plan *out) RC_MUST_CHECK;
void plan_release(struct plan *plan);

/** plan_media_of(content_type): how a body of this type is written; no type and wildcards are JSON. */
enum plan_media plan_media_of(const char *content_type);

#endif
