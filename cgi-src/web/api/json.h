/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON for runtimes. An answer may hold a token, so it is built in secret memory.
 */
#ifndef GRANTRY_WEB_API_JSON_H
#define GRANTRY_WEB_API_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/secret.h"

/* A writer; the first error stays in rc. */
struct json {
	struct secret *out;
	enum rc rc;
};

/** json_raw(j, text): as it is. json_int likewise. */
void json_raw(struct json *j, const char *text);
void json_int(struct json *j, int64_t value);

/** json_bytes(j, p, len), json_text(j, text): a quoted string. */
void json_bytes(struct json *j, const char *p, size_t len);
void json_text(struct json *j, const char *text);

/** json_member(j, before, text): before as it is, then a string: json_member(&j, ",\"name\":", name). */
void json_member(struct json *j, const char *before, const char *text);

/** json_time(j, before, known, at_s): before, then "2026-11-20T15:02:00Z", or null. */
void json_time(struct json *j, const char *before, bool known, int64_t at_s);

#endif
