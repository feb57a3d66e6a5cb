/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonr.h"

#include <inttypes.h>
#include <json.h>
#include <json_tokener.h>
#include <limits.h>
#include <printbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/jsonscan.h"
#include "platform/log.h"
#include "platform/text.h"

#define TWO_63 9223372036854775808.0

_Static_assert(JSONR_SIZE_MAX < INT_MAX - 1, "json-c counts bytes in an int");

struct jsonr {
	struct json_object *root;
};

/* json-c takes values as non-const even where it only reads. */
static struct json_object *unconst(jsonv *v)
{
	return (struct json_object *)v;
}

static enum rc check(const char *p, size_t len, size_t *values_out)
{
	if (len > JSONR_SIZE_MAX)
		return RC_LIMIT;
	return jsonscan_check(p, len, JSONR_DEPTH_MAX, JSONR_KEYS_MAX, values_out);
}

enum rc jsonr_check(const char *p, size_t len)
{
	return check(p, len, NULL);
}

/* For plain loops over the members of an object, in document order. */
static struct lh_entry *first_member(jsonv *object)
{
	return lh_table_head(json_object_get_object(object));
}

/* --- parsing --- */

/* The tokener gathers each string in a growing buffer before it copies it into a value. It frees that
 * buffer, and every smaller one it outgrew, with the text still in it. So: as large as the document from
 * the start, which makes it stay where it is, and wiped at the end. */
static struct json_tokener *tokener_new(size_t len)
{
	/* json-c counts a scalar inside 32 arrays as depth 33. */
	struct json_tokener *tok = json_tokener_new_ex(JSONR_DEPTH_MAX + 1);

	if (!tok)
		return NULL;
	if (printbuf_memset(tok->pb, 0, 0, (int)len + 1) < 0) {
		json_tokener_free(tok);
		return NULL;
	}
	printbuf_reset(tok->pb);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	return tok;
}

static void tokener_free(struct json_tokener *tok)
{
	secret_wipe(tok->pb->buf, (size_t)tok->pb->size);
	json_tokener_free(tok);
}

/* How many values that are not null; as deep as the document, which is bounded. */
static size_t count(const struct json_object *v)
{
	size_t n = v ? 1 : 0;
	struct lh_entry *e;

	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			n += count(json_object_array_get_idx(v, i));
	} else if (json_object_is_type(v, json_type_object)) {
		for (e = first_member(v); e; e = lh_entry_next(e))
			n += count((const struct json_object *)lh_entry_v(e));
	}
	return n;
}

/* False: no memory, the grammar having been judged already. json-c 0.16 does not report that: it calls a
 * document complete whose member it could not allocate or hang in (measured by failing each malloc in
 * turn), and a token answer would lose its refresh token. So the values are counted. What cannot be
 * cured here: for a key it cannot copy it reads through NULL, which ends the process.
 * A null document is a success with a NULL object: only the tokener's error tells. */
static bool tokener_run(struct json_tokener *tok, const char *p, size_t len, size_t values,
	struct json_object **out)
{
	*out = json_tokener_parse_ex(tok, p, (int)len);
	if (json_tokener_get_error(tok) == json_tokener_continue) {
		/* A number, true, false or null at the top could go on: the NUL tells that it does not. */
		*out = json_tokener_parse_ex(tok, "", 1);
	} else if (json_tokener_get_parse_end(tok) != len) {
		return false;
	}
	return json_tokener_get_error(tok) == json_tokener_success && count(*out) == values;
}

enum rc jsonr_parse(const char *p, size_t len, struct jsonr **out)
{
	struct json_tokener *tok = NULL;
	struct jsonr *doc = NULL;
	size_t values;
	enum rc rc;

	*out = NULL;
	rc = check(p, len, &values);
	if (rc)
		return rc;
	while (strchr(" \t\r\n", p[len - 1])) /* not empty: the check passed; no NUL either */
		len--;
	doc = calloc(1, sizeof(*doc));
	tok = tokener_new(len);
	rc = doc && tok ? RC_OK : RC_NOMEM;
	if (!rc && !tokener_run(tok, p, len, values, &doc->root)) {
		/* Should the scanner and json-c ever disagree about a document, the log tells it. */
		log_error("json_refused_late", "reason",
			json_tokener_error_desc(json_tokener_get_error(tok)));
		rc = RC_NOMEM;
	}
	if (tok)
		tokener_free(tok);
	if (rc) {
		jsonr_free(doc);
		return rc;
	}
	*out = doc;
	return RC_OK;
}

/* Recursion as deep as the document, which is bounded. Keys are not wiped: json-c leaves more copies of
 * them in freed memory than can be reached, and a key is a name, not a secret. */
static void wipe(struct json_object *v)
{
	struct lh_entry *e;

	switch (json_object_get_type(v)) {
	case json_type_string:
		secret_wipe(
			(char *)json_object_get_string(v), (size_t)json_object_get_string_len(v));
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(v); i++)
			wipe(json_object_array_get_idx(v, i));
		break;
	case json_type_object:
		for (e = first_member(v); e; e = lh_entry_next(e))
			wipe((struct json_object *)lh_entry_v(e));
		break;
	default:
		break;
	}
}

void jsonr_free(struct jsonr *doc)
{
	if (!doc)
		return;
	wipe(doc->root);
	json_object_put(doc->root);
	free(doc);
}

/* --- reading: the type is always asked first, because json-c's getters convert ("12abc" is 12) --- */

jsonv *jsonr_root(const struct jsonr *doc)
{
	return doc->root;
}

enum jsonr_kind jsonr_kind(jsonv *v)
{
	switch (json_object_get_type(v)) {
	case json_type_boolean:
		return JSONR_BOOL;
	case json_type_int:
		return JSONR_INT;
	case json_type_double:
		return JSONR_DOUBLE;
	case json_type_string:
		return JSONR_STRING;
	case json_type_array:
		return JSONR_ARRAY;
	case json_type_object:
		return JSONR_OBJECT;
	case json_type_null:
		break;
	}
	return JSONR_NULL;
}

/* Is the pointer's token (up to its '/' or end) this key? "~2" and a final '~' stand for nothing. */
static bool token_is(const char *token, size_t len, const char *key)
{
	for (size_t i = 0; i < len; i++) {
		char c = token[i];

		if (c == '~') {
			i++;
			if (i == len || (token[i] != '0' && token[i] != '1'))
				return false;
			c = token[i] == '0' ? '~' : '/';
		}
		/* key ends in a NUL, which no token holds: the comparison stops there. */
		if (c != *key++)
			return false;
	}
	return !*key;
}

static bool member(jsonv *object, const char *token, size_t len, jsonv **out)
{
	struct lh_entry *e;

	for (e = first_member(object); e; e = lh_entry_next(e)) {
		if (token_is(token, len, (const char *)lh_entry_k(e))) {
			*out = (jsonv *)lh_entry_v(e);
			return true;
		}
	}
	return false;
}

static bool element(jsonv *array, const char *token, size_t len, jsonv **out)
{
	size_t i = 0;

	/* 9 digits: more than any array holds here, and no overflow. */
	if (len < 1 || len > 9 || (len > 1 && token[0] == '0'))
		return false;
	for (size_t k = 0; k < len; k++) {
		if (token[k] < '0' || token[k] > '9')
			return false;
		i = i * 10 + (size_t)(token[k] - '0');
	}
	if (i >= jsonr_length(array))
		return false;
	*out = jsonr_at(array, i);
	return true;
}

bool jsonr_pointer(jsonv *v, const char *pointer, jsonv **out)
{
	*out = NULL;
	while (*pointer) {
		size_t len;
		bool found = false;

		if (*pointer++ != '/')
			return false;
		len = strcspn(pointer, "/");
		if (jsonr_kind(v) == JSONR_OBJECT)
			found = member(v, pointer, len, &v);
		else if (jsonr_kind(v) == JSONR_ARRAY)
			found = element(v, pointer, len, &v);
		if (!found)
			return false;
		pointer += len;
	}
	*out = v;
	return true;
}

bool jsonr_get(jsonv *object, const char *key, jsonv **out)
{
	struct json_object *found = NULL;
	bool has = jsonr_kind(object) == JSONR_OBJECT &&
		   json_object_object_get_ex(unconst(object), key, &found);

	*out = found;
	return has;
}

bool jsonr_text(jsonv *v, const char **p, size_t *len)
{
	*p = NULL;
	*len = 0;
	if (jsonr_kind(v) != JSONR_STRING)
		return false;
	*p = json_object_get_string(unconst(v));
	*len = (size_t)json_object_get_string_len(v);
	if (memchr(*p, 0, *len)) {
		*p = NULL;
		*len = 0;
		return false;
	}
	return true;
}

/* Rounds down; the caller has checked that it fits. floor() would want libm. */
static int64_t round_down(double d)
{
	int64_t i = (int64_t)d;

	return (double)i > d ? i - 1 : i;
}

bool jsonr_int(jsonv *v, int64_t *out)
{
	int64_t i;
	double d;

	*out = 0;
	if (jsonr_kind(v) == JSONR_INT) {
		i = json_object_get_int64(v);
		/* json-c saturates: above at 2^64-1 when it parses and at 2^63-1 when it is asked, below
		 * at -2^63, which is then indistinguishable from a true -2^63. */
		if (i == INT64_MIN || (i > 0 && json_object_get_uint64(v) > INT64_MAX))
			return false;
		*out = i;
		return true;
	}
	if (jsonr_kind(v) != JSONR_DOUBLE)
		return false;
	d = json_object_get_double(v);
	/* Also false for an infinity, which 1e400 is. */
	if (!(d > -TWO_63 && d < TWO_63))
		return false;
	*out = round_down(d);
	return true;
}

bool jsonr_number(jsonv *v, double *out)
{
	enum jsonr_kind kind = jsonr_kind(v);

	*out = kind == JSONR_INT || kind == JSONR_DOUBLE ? json_object_get_double(v) : 0;
	return kind == JSONR_INT || kind == JSONR_DOUBLE;
}

bool jsonr_bool(jsonv *v, bool *out)
{
	*out = false;
	if (jsonr_kind(v) != JSONR_BOOL)
		return false;
	*out = json_object_get_boolean(v);
	return true;
}

size_t jsonr_length(jsonv *v)
{
	if (jsonr_kind(v) == JSONR_ARRAY)
		return json_object_array_length(v);
	if (jsonr_kind(v) == JSONR_OBJECT)
		return (size_t)json_object_object_length(v);
	return 0;
}

jsonv *jsonr_at(jsonv *array, size_t i)
{
	/* json-c asserts on a value that is no array. */
	if (jsonr_kind(array) != JSONR_ARRAY)
		return NULL;
	return json_object_array_get_idx(array, i);
}

void jsonr_each(jsonv *object, void (*visit)(const char *key, jsonv *v, void *arg), void *arg)
{
	struct lh_entry *e;

	if (jsonr_kind(object) != JSONR_OBJECT)
		return;
	for (e = first_member(object); e; e = lh_entry_next(e))
		visit((const char *)lh_entry_k(e), (jsonv *)lh_entry_v(e), arg);
}

static bool digits_expiry(const char *p, size_t len, int64_t *out)
{
	int64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
			__builtin_add_overflow(value, (int64_t)(p[i] - '0'), &value))
			value = INT64_MAX;
	}
	*out = value;
	return len > 0;
}

bool jsonr_expiry(jsonv *v, int64_t *out)
{
	const char *p;
	size_t len;
	double d;

	*out = 0;
	switch (jsonr_kind(v)) {
	case JSONR_INT:
		*out = json_object_get_int64(v); /* saturates at both ends: just what is wanted */
		return true;
	case JSONR_DOUBLE:
		d = json_object_get_double(v);
		*out = d >= TWO_63 ? INT64_MAX : d <= -TWO_63 ? INT64_MIN : round_down(d);
		return true;
	case JSONR_STRING:
		return jsonr_text(v, &p, &len) && digits_expiry(p, len, out);
	default:
		return false;
	}
}

/* --- writing --- */

static enum rc append_char(struct secret *out, const char *p, size_t n, uint32_t c)
{
	static const char digits[] = "0123456789abcdef";
	char form[6] = {'\\', 'u', '0', '0', 0, 0};

	if (c == '"' || c == '\\') {
		form[1] = (char)c;
		return secret_append(out, form, 2);
	}
	if (c >= 0x20 && c != 0x7f && c != 0x2028 && c != 0x2029)
		return secret_append(out, p, n);
	form[2] = c > 0xff ? '2' : '0';
	form[4] = digits[c >> 4 & 15];
	form[5] = digits[c & 15];
	return secret_append(out, form, sizeof(form));
}

enum rc jsonr_append_string(struct secret *out, const char *p, size_t len)
{
	enum rc rc = secret_append(out, "\"", 1);

	while (!rc && len > 0) {
		uint32_t c;
		size_t n = text_decode(p, len, &c);

		rc = n == 0 ? RC_INVALID : append_char(out, p, n, c);
		p += n;
		len -= n;
	}
	return rc ? rc : secret_append(out, "\"", 1);
}

/* What saturated cannot be told from the two extremes themselves: these count as inexact, too. */
static bool saturated(jsonv *v)
{
	return json_object_get_int64(v) == INT64_MIN || json_object_get_uint64(v) == UINT64_MAX;
}

bool jsonr_is_exact(jsonv *v)
{
	bool exact = jsonr_kind(v) != JSONR_INT || !saturated(v);

	for (size_t i = 0; exact && jsonr_kind(v) == JSONR_ARRAY && i < jsonr_length(v); i++)
		exact = jsonr_is_exact(jsonr_at(v, i));
	if (jsonr_kind(v) == JSONR_OBJECT)
		for (struct lh_entry *e = first_member(v); exact && e; e = lh_entry_next(e))
			exact = jsonr_is_exact(lh_entry_v(e));
	return exact;
}

static enum rc append_integer(struct secret *out, jsonv *v)
{
	int64_t i = json_object_get_int64(v);
	uint64_t u = json_object_get_uint64(v);
	char text[24];

	if (saturated(v))
		return RC_LIMIT;
	if (i < 0)
		(void)snprintf(text, sizeof(text), "%" PRId64, i);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu64, u);
	return secret_append_text(out, text);
}

static enum rc append_members(struct secret *out, jsonv *v)
{
	enum rc rc = secret_append(out, "{", 1);

	for (struct lh_entry *e = first_member(v); !rc && e; e = lh_entry_next(e)) {
		const char *key = lh_entry_k(e);

		rc = jsonr_append_string(out, key, strlen(key));
		if (!rc)
			rc = secret_append(out, ":", 1);
		if (!rc)
			rc = jsonr_append(out, lh_entry_v(e));
		if (!rc && lh_entry_next(e))
			rc = secret_append(out, ",", 1);
	}
	return rc ? rc : secret_append(out, "}", 1);
}

static enum rc append_elements(struct secret *out, jsonv *v)
{
	enum rc rc = secret_append(out, "[", 1);

	for (size_t i = 0; !rc && i < jsonr_length(v); i++) {
		if (i > 0)
			rc = secret_append(out, ",", 1);
		if (!rc)
			rc = jsonr_append(out, jsonr_at(v, i));
	}
	return rc ? rc : secret_append(out, "]", 1);
}

enum rc jsonr_append(struct secret *out, jsonv *v)
{
	switch (jsonr_kind(v)) {
	case JSONR_NULL:
		return secret_append(out, "null", 4);
	case JSONR_BOOL:
		return secret_append_text(out, json_object_get_boolean(v) ? "true" : "false");
	case JSONR_INT:
		return append_integer(out, v);
	case JSONR_DOUBLE: /* json-c keeps the text of the document */
		return secret_append_text(
			out, json_object_to_json_string_ext(unconst(v), JSON_C_TO_STRING_PLAIN));
	case JSONR_STRING:
		return jsonr_append_string(out, json_object_get_string(unconst(v)),
			(size_t)json_object_get_string_len(v));
	case JSONR_ARRAY:
		return append_elements(out, v);
	case JSONR_OBJECT:
		break;
	}
	return append_members(out, v);
}
