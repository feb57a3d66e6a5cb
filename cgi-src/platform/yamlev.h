/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML as a row of events (never libyaml's document loader, which is quadratic in flow depth: whoever reads
 * events stops at a depth and has spent nothing). Home of yaml.h. What libyaml does not see is the reader's
 * to refuse: depth, several documents, unknown aliases, duplicate keys. UTF-8 only; a byte order mark at the
 * start is allowed; NUL does not pass.
 */
#ifndef GRANTRY_PLATFORM_YAMLEV_H
#define GRANTRY_PLATFORM_YAMLEV_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

enum yamlev_kind {
	YAMLEV_DOCUMENT, /* one begins */
	YAMLEV_SCALAR,
	YAMLEV_ALIAS,
	YAMLEV_SEQUENCE,
	YAMLEV_MAPPING,
	YAMLEV_CLOSE, /* of the innermost open one */
	YAMLEV_END,   /* of all */
};

struct yamlev_event {
	enum yamlev_kind kind;
	unsigned line, column; /* from 1 */
	const char *text; /* scalar; NUL-terminated besides. As all texts: until the next event */
	size_t len;
	bool plain;         /* scalar without quotes, and no block */
	const char *anchor; /* that it gets, or that the alias names; else NULL */
	const char *tag;    /* else NULL */
};

#define YAMLEV_REASON_SIZE 256
struct yamlev_error {
	unsigned line, column; /* from 1; 0 when none applies */
	char reason[YAMLEV_REASON_SIZE];
};

struct yamlev;

/** yamlev_new(p, len): borrows p; NULL: no memory. */
struct yamlev *yamlev_new(const char *p, size_t len);
void yamlev_free(struct yamlev *reader);
/** yamlev_next(reader, out, error): error is filled when the result is not RC_OK.
 *  Errors: RC_INVALID, RC_NOMEM. */
enum rc yamlev_next(
	struct yamlev *reader, struct yamlev_event *out, struct yamlev_error *error) RC_MUST_CHECK;

#endif
