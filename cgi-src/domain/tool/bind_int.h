/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of bind only.
 */
#ifndef GRANTRY_DOMAIN_TOOL_BIND_INT_H
#define GRANTRY_DOMAIN_TOOL_BIND_INT_H

#include "domain/tool/bind.h"

/* What an argument is for, and what was given for it. */
struct bind_value {
	const char *as;
	jsonv *schema;
	bool required, given;
	bool raw;            /* a text or a file: judged where it is written, not by its schema */
	jsonv *v;            /* if given; NULL is the value null */
	struct jsonr *owned; /* what v was made of, if it had to be converted */
};

struct bind_values {
	const struct plan *plan;
	struct bind_value *items; /* parameters first, then the members of the body, or the body */
	size_t n, n_parameters;
	jsonv *arguments;
	bool sends_body;
};

/* bind_values.c */
/** bind_values_init(plan, arguments, out, fault): each argument finds its place, is converted and checked. Released
 *  with bind_values_release, also after an error. Errors: RC_INVALID: see fault; RC_NOMEM. */
enum rc bind_values_init(const struct plan *plan, jsonv *arguments, struct bind_values *out,
	struct bind_fault *fault) RC_MUST_CHECK;
void bind_values_release(struct bind_values *values);
/** bind_values_each_extra(values, visit, arg): arguments that are no known one's, for a body that takes any. */
void bind_values_each_extra(const struct bind_values *values,
	void (*visit)(const char *key, jsonv *v, void *arg), void *arg);

/* bind_body.c */
/** bind_body(values, out, fault): body and Content-Type. Errors: RC_INVALID: see fault; RC_NOMEM. */
enum rc bind_body(const struct bind_values *values, struct tool_request *out,
	struct bind_fault *fault) RC_MUST_CHECK;

/* bind_multipart.c: the same for multipart/form-data, without the limit. */
enum rc bind_multipart(const struct bind_values *values, struct tool_request *out,
	struct bind_fault *fault) RC_MUST_CHECK;

/* A file, as an argument gives it. */
struct bind_file {
	const char *filename, *content_type; /* borrowed; NULL: none is said */
	struct secret bytes;
	bool is_text; /* it was a plain string */
};

/** bind_file_read(as, v, out, fault): {"filename","content_type","base64"}, or a string. Released with
 *  secret_release(&out->bytes). Errors: RC_INVALID: see fault; RC_NOMEM. */
enum rc bind_file_read(
	const char *as, jsonv *v, struct bind_file *out, struct bind_fault *fault) RC_MUST_CHECK;

#endif
