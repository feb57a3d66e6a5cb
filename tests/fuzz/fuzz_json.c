/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanner and json-c must agree: what the scanner lets pass json-c parses, to values that the typed
 * readers tell apart and that a pointer made of their own keys finds again.
 */
#include <string.h>

#include "must.h"
#include "platform/jsonr.h"
#include "platform/text.h"

static void string_holds(jsonv *v)
{
	struct secret quoted = SECRET_EMPTY;
	struct jsonr *again;
	const char *p, *q;
	size_t len, q_len, chars;

	if (!jsonr_text(v, &p, &len))
		return; /* U+0000 in it */
	MUST(p[len] == 0 && strlen(p) == len);
	MUST(text_utf8_chars(p, len, &chars) == RC_OK);
	MUST(jsonr_append_string(&quoted, p, len) == RC_OK);
	MUST(jsonr_parse(secret_text(&quoted), quoted.len, &again) == RC_OK);
	MUST(jsonr_text(jsonr_root(again), &q, &q_len));
	MUST(q_len == len && memcmp(p, q, len) == 0);
	jsonr_free(again);
	secret_release(&quoted);
}

/* An expiry is the integer where there is one, and lies on its side where it saturates. */
static void number_holds(jsonv *v)
{
	int64_t n, expiry;

	MUST(jsonr_expiry(v, &expiry));
	if (jsonr_int(v, &n))
		MUST(n == expiry && n != INT64_MIN);
	else
		MUST(expiry == INT64_MAX || expiry == INT64_MIN);
}

struct walk {
	jsonv *object;
	int depth;
	size_t members;
};

static void value_holds(jsonv *v, int depth);

static void member_holds(const char *key, jsonv *v, void *arg)
{
	struct walk *walk = arg;
	size_t len = strlen(key), n = 0;
	char *pointer = malloc(2 * len + 2);
	jsonv *found;

	MUST(pointer != NULL);
	pointer[n++] = '/';
	for (size_t i = 0; i < len; i++) {
		pointer[n++] = key[i] == '~' || key[i] == '/' ? '~' : key[i];
		if (pointer[n - 1] == '~')
			pointer[n++] = key[i] == '~' ? '0' : '1';
	}
	pointer[n] = 0;
	/* Finding a member takes the time of all its sisters: only some, to keep the runs fast. */
	if (walk->members++ < 100)
		MUST(jsonr_pointer(walk->object, pointer, &found) && found == v);
	free(pointer);
	value_holds(v, walk->depth + 1);
}

static void value_holds(jsonv *v, int depth)
{
	struct walk walk = {v, depth, 0};
	const char *p;
	size_t len;
	int64_t n;
	bool yes;

	MUST(depth <= JSONR_DEPTH_MAX);
	MUST(jsonr_text(v, &p, &len) ? jsonr_kind(v) == JSONR_STRING : !p);
	MUST(jsonr_bool(v, &yes) == (jsonr_kind(v) == JSONR_BOOL));
	switch (jsonr_kind(v)) {
	case JSONR_STRING:
		string_holds(v);
		break;
	case JSONR_INT:
	case JSONR_DOUBLE:
		number_holds(v);
		break;
	case JSONR_ARRAY:
		for (size_t i = 0; i < jsonr_length(v); i++)
			value_holds(jsonr_at(v, i), depth + 1);
		break;
	case JSONR_OBJECT:
		jsonr_each(v, member_holds, &walk);
		MUST(walk.members == jsonr_length(v));
		break;
	default:
		MUST(!jsonr_expiry(v, &n));
		break;
	}
	if (jsonr_kind(v) != JSONR_INT && jsonr_kind(v) != JSONR_DOUBLE)
		MUST(!jsonr_int(v, &n) && n == 0);
}

/* The input's first line as a pointer into the rest: any text is a pointer or finds nothing. */
static void pointer_holds(const char *p, size_t size)
{
	const char *end = memchr(p, '\n', size);
	struct jsonr *doc;
	jsonv *v;
	char *pointer;

	if (!end || jsonr_parse(end, size - (size_t)(end - p), &doc))
		return;
	pointer = strndup(p, (size_t)(end - p));
	MUST(pointer != NULL);
	if (!jsonr_pointer(jsonr_root(doc), pointer, &v))
		MUST(v == NULL);
	free(pointer);
	jsonr_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	enum rc rc = jsonr_check(p, size);
	struct jsonr *doc;

	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	MUST(jsonr_parse(p, size, &doc) == rc);
	MUST((doc != NULL) == (rc == RC_OK));
	if (doc)
		value_holds(jsonr_root(doc), 0);
	jsonr_free(doc);
	pointer_holds(p, size);
	return 0;
}
