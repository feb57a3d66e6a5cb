/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON from outside and typed readers. A pre-scanner holds RFC 8259 where json-c 0.16 does not
 * (measured: it lets NaN, single quotes, raw control characters, duplicate keys and lone surrogates
 * pass); json-c then parses. Strings that hold U+0000 are not readable as text. Values are wiped when
 * the document is freed. Home of json.h. Like json-c we rely on LC_NUMERIC being "C", which it is in a
 * program that never calls setlocale.
 */
#ifndef GRANTRY_PLATFORM_JSONR_H
#define GRANTRY_PLATFORM_JSONR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"
#include "platform/secret.h"

#define JSONR_SIZE_MAX ((size_t)16 << 20)
#define JSONR_DEPTH_MAX 32
#define JSONR_KEYS_MAX 10000

struct jsonr;       /* a parsed document; owns everything below */
struct json_object; /* opaque: a value inside it, borrowed */
typedef const struct json_object jsonv;

enum jsonr_kind {
	JSONR_NULL,
	JSONR_BOOL,
	JSONR_INT,
	JSONR_DOUBLE,
	JSONR_STRING,
	JSONR_ARRAY,
	JSONR_OBJECT
};

/** jsonr_check(p, len): the pre-scanner alone: one RFC 8259 value and white space, UTF-8, no BOM,
 *  depth ≤ 32, ≤ 10000 keys, ≤ 16 MiB, no duplicate key in an object, no U+0000 in a key (json-c cuts
 *  the key there), no lone surrogate. Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc jsonr_check(const char *p, size_t len) RC_MUST_CHECK;

/** jsonr_parse(p, len, out): jsonr_check, then parse. Errors as above. */
enum rc jsonr_parse(const char *p, size_t len, struct jsonr **out) RC_MUST_CHECK;
/** jsonr_free(doc): wipes every string of the document, then frees it. NULL-safe. */
void jsonr_free(struct jsonr *doc);

/** jsonr_root(doc): NULL stands for the JSON value null, here and below. */
jsonv *jsonr_root(const struct jsonr *doc);
enum jsonr_kind jsonr_kind(jsonv *v);

/** jsonr_pointer(v, pointer): RFC 6901, e.g. "/data/0/name"; "" is v itself. Array indexes have no
 *  sign and no leading zero. Returns false when nothing is there. */
bool jsonr_pointer(jsonv *v, const char *pointer, jsonv **out);

/** jsonr_text(v, &p, &len): a string without U+0000; borrowed. False for any other kind. */
bool jsonr_text(jsonv *v, const char **p, size_t *len);
/** jsonr_int(v, out): an integer, or a number with a fraction rounded down, if it fits: more than -2^63
 *  and less than 2^63. */
bool jsonr_int(jsonv *v, int64_t *out);
/** jsonr_number(v, out): any number, as near as a double comes; an infinity if it is too large for one. */
bool jsonr_number(jsonv *v, double *out);
bool jsonr_bool(jsonv *v, bool *out);
size_t jsonr_length(jsonv *v); /* of an array or object; 0 otherwise */
jsonv *jsonr_at(jsonv *array, size_t i);

/** jsonr_each(object, visit, arg): in document order. */
void jsonr_each(jsonv *object, void (*visit)(const char *key, jsonv *v, void *arg), void *arg);

/** jsonr_expiry(v, out): the lenient number of RFC 6749 §5.1 expires_in (attack rows B12-B15): integer,
 *  fraction (rounded down), digits in a string. Huge values saturate at INT64_MAX and INT64_MIN: add
 *  to them only after clamping. False: not a number at all. */
bool jsonr_expiry(jsonv *v, int64_t *out);

/** jsonr_get(object, key, out): its member; false when there is none, or it is no object. */
bool jsonr_get(jsonv *object, const char *key, jsonv **out);

/** jsonr_is_exact(v): no integer in it is beyond 64 bits. */
bool jsonr_is_exact(jsonv *v);

/** jsonr_append(out, v): appends v as JSON without white space. Numbers stay as they were written.
 *  RC_LIMIT: it is not exact, or too long for a secret. */
enum rc jsonr_append(struct secret *out, jsonv *v) RC_MUST_CHECK;

/** jsonr_append_string(out, p, len): appends a quoted JSON string to a secret. RC_INVALID: p is not
 *  UTF-8; then part of it has been appended. */
enum rc jsonr_append_string(struct secret *out, const char *p, size_t len) RC_MUST_CHECK;

#endif
