/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonscan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/jsonlex.h"

struct key {
	const char *text; /* in the document, or decoded in scan.text */
	size_t len;
	uint32_t object; /* serial number of the object it lies in */
};

struct scan {
	struct jsonlex lex;
	uint32_t open[JSONSCAN_DEPTH_MAX]; /* serial numbers; of an array nobody asks */
	uint32_t objects;
	size_t values; /* so far, null not counted */
	struct key *keys;
	size_t n_keys, keys_cap, keys_max;
	char *text; /* decoded keys; never longer than the document, so it never moves */
	size_t text_len, text_cap;
};

static enum rc keys_room(struct scan *s)
{
	struct key *keys;
	size_t cap;

	if (s->n_keys == s->keys_max)
		return RC_LIMIT;
	if (s->n_keys < s->keys_cap)
		return RC_OK;
	cap = s->keys_cap ? s->keys_cap * 2 : 32;
	keys = realloc(s->keys, cap * sizeof(*keys));
	if (!keys)
		return RC_NOMEM;
	s->keys = keys;
	s->keys_cap = cap;
	return RC_OK;
}

static enum rc decode(struct scan *s, const struct jsonlex_token *token, struct key *key)
{
	if (!s->text)
		s->text = malloc(s->text_cap);
	if (!s->text)
		return RC_NOMEM;
	key->text = s->text + s->text_len;
	key->len = jsonlex_decode(token, s->text + s->text_len);
	s->text_len += key->len;
	return RC_OK;
}

static enum rc take_key(struct scan *s, const struct jsonlex_token *token)
{
	struct key key = {token->p, token->len, s->open[s->lex.depth - 1]};
	enum rc rc = keys_room(s);

	/* json-c keeps keys as C strings: "a\u0000b" would become, and replace, "a". */
	if (!rc && token->nul)
		rc = RC_INVALID;
	if (!rc && token->escaped)
		rc = decode(s, token, &key);
	if (!rc)
		s->keys[s->n_keys++] = key;
	return rc;
}

static int key_compare(const void *a_, const void *b_)
{
	const struct key *a = a_, *b = b_;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->text, b->text, a->len);
}

/* Sorting once at the end instead of a hash table: no seed to guess, no worst case to provoke. */
static enum rc keys_check(struct scan *s)
{
	if (s->n_keys < 2)
		return RC_OK;
	qsort(s->keys, s->n_keys, sizeof(*s->keys), key_compare);
	for (size_t i = 1; i < s->n_keys; i++)
		if (key_compare(&s->keys[i - 1], &s->keys[i]) == 0)
			return RC_INVALID;
	return RC_OK;
}

static enum rc scan(struct scan *s)
{
	struct jsonlex_token token;

	for (;;) {
		enum rc rc = jsonlex_next(&s->lex, &token);

		if (!rc && token.kind == JSONLEX_KEY)
			rc = take_key(s, &token);
		if (rc)
			return rc;
		if (token.kind == JSONLEX_DONE)
			return keys_check(s);
		if (token.kind == JSONLEX_OBJECT)
			s->open[s->lex.depth - 1] = s->objects++;
		s->values += token.kind != JSONLEX_NULL && token.kind != JSONLEX_KEY &&
			     token.kind != JSONLEX_CLOSE;
	}
}

enum rc jsonscan_check(
	const char *p, size_t len, size_t depth_max, size_t keys_max, size_t *values_out)
{
	struct scan s = {.keys_max = keys_max, .text_cap = len};
	enum rc rc;

	assert(depth_max <= JSONSCAN_DEPTH_MAX);
	jsonlex_init(&s.lex, p, len, depth_max);
	rc = scan(&s);
	free(s.keys);
	free(s.text);
	if (values_out)
		*values_out = rc ? 0 : s.values;
	return rc;
}
