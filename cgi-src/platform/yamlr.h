/* SPDX-License-Identifier: Apache-2.0
 *
 * A small YAML tree built from events (yamlev.h). Refused, with the line: depth > 32, > 1 MiB, > 50000 events, more
 * than one document, aliases, duplicate keys, keys that are not scalars, invalid UTF-8, NUL. Tags and
 * anchors without an alias are ignored; a byte order mark at the start is allowed. Every scalar is
 * text; whether it was quoted is told, because "null" and null differ.
 */
#ifndef GRANTRY_PLATFORM_YAMLR_H
#define GRANTRY_PLATFORM_YAMLR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"

#define YAMLR_SIZE_MAX ((size_t)1 << 20)
#define YAMLR_DEPTH_MAX 32
#define YAMLR_REASON_SIZE 256

enum yamlr_kind { YAMLR_SCALAR, YAMLR_SEQUENCE, YAMLR_MAPPING };

struct yamlr_node {
	enum yamlr_kind kind;
	bool quoted;                     /* scalar in quotes or a block scalar */
	unsigned line;                   /* from 1; of its key when it has one */
	const char *key;                 /* when it lies in a mapping, else NULL */
	const char *text;                /* scalar: UTF-8, NUL-terminated; else NULL */
	struct yamlr_node *first, *next; /* children in order, and the next sibling */
	size_t n;                        /* how many children */
};

struct yamlr; /* owns all nodes */

struct yamlr_error {
	unsigned line, column; /* from 1; 0 when none applies */
	char reason[YAMLR_REASON_SIZE];
};

/** yamlr_parse(p, len, out, error): error is filled when the result is not RC_OK.
 * Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc yamlr_parse(
	const char *p, size_t len, struct yamlr **out, struct yamlr_error *error) RC_MUST_CHECK;
void yamlr_free(struct yamlr *doc);
/** yamlr_root(doc): NULL for an empty document. */
const struct yamlr_node *yamlr_root(const struct yamlr *doc);

/** yamlr_get(map, key): NULL when absent or when map is not a mapping (NULL-safe). */
const struct yamlr_node *yamlr_get(const struct yamlr_node *map, const char *key);
/** yamlr_is_null(node): NULL, or a plain scalar "", "~", "null", "Null", "NULL". */
bool yamlr_is_null(const struct yamlr_node *node);
/** yamlr_text(node): the text of a scalar that is not null, else NULL. */
const char *yamlr_text(const struct yamlr_node *node);
/** yamlr_bool(node, out), yamlr_int(node, out): YAML 1.2 core: true/false, decimal (012 is twelve).
 *  Errors: RC_NOT_FOUND node is null; RC_INVALID another kind, quoted, or out of range. */
enum rc yamlr_bool(const struct yamlr_node *node, bool *out) RC_MUST_CHECK;
enum rc yamlr_int(const struct yamlr_node *node, int64_t *out) RC_MUST_CHECK;

#endif
