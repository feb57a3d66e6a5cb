/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonscan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

struct key {
	const char *text; /* decoded, in scan.text */
	size_t len;
	uint32_t object; /* serial number of the object it lies in */
};

enum expect {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END, /* after '[' */
	EXPECT_KEY,
	EXPECT_KEY_OR_END, /* after '{' */
	EXPECT_COMMA_OR_END,
	EXPECT_NOTHING,
};

struct scan {
	const char *p, *end;
	struct {
		uint32_t object;
		bool is_object;
	} open[JSONSCAN_DEPTH_MAX];
	size_t depth, depth_max;
	uint32_t objects;
	size_t values; /* so far, null not counted */
	struct key *keys;
	size_t n_keys, keys_cap, keys_max;
	char *text; /* all decoded keys; never longer than the document, so it never moves */
	size_t text_len, text_cap;
};

static bool at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static bool at_digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool take(struct scan *s, char c)
{
	if (!at(s, c))
		return false;
	s->p++;
	return true;
}

static void skip_space(struct scan *s)
{
	while (at(s, ' ') || at(s, '\t') || at(s, '\n') || at(s, '\r'))
		s->p++;
}

/* --- strings --- */

/* Where a key goes while it is read; a value's text is only judged and needs none. */
struct sink {
	char *to; /* NULL: forget */
	size_t len;
	bool has_nul;
};

static void sink_byte(struct sink *sink, uint32_t byte)
{
	if (sink->to)
		sink->to[sink->len] = (char)(unsigned char)byte;
	sink->len++;
}

static void sink_char(struct sink *sink, uint32_t c)
{
	if (c == 0)
		sink->has_nul = true;
	if (c < 0x80) {
		sink_byte(sink, c);
	} else if (c < 0x800) {
		sink_byte(sink, 0xc0 | c >> 6);
		sink_byte(sink, 0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		sink_byte(sink, 0xe0 | c >> 12);
		sink_byte(sink, 0x80 | (c >> 6 & 0x3f));
		sink_byte(sink, 0x80 | (c & 0x3f));
	} else {
		sink_byte(sink, 0xf0 | c >> 18);
		sink_byte(sink, 0x80 | (c >> 12 & 0x3f));
		sink_byte(sink, 0x80 | (c >> 6 & 0x3f));
		sink_byte(sink, 0x80 | (c & 0x3f));
	}
}

static bool take_hex4(struct scan *s, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, s->p++) {
		char c = s->p < s->end ? *s->p : 0;

		if (c >= '0' && c <= '9')
			*out = *out << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*out = *out << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*out = *out << 4 | (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	return true;
}

/* After "\u". json-c turns half a surrogate pair into U+FFFD without a word; two different texts would
 * become one, so it is an error here. */
static bool take_unicode(struct scan *s, struct sink *sink)
{
	uint32_t c, low;

	if (!take_hex4(s, &c) || (c >= 0xdc00 && c <= 0xdfff))
		return false;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (!take(s, '\\') || !take(s, 'u') || !take_hex4(s, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
	}
	sink_char(sink, c);
	return true;
}

static bool take_escape(struct scan *s, struct sink *sink)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (s->p == s->end)
		return false;
	if (take(s, 'u'))
		return take_unicode(s, sink);
	found = memchr(from, *s->p, sizeof(from) - 1);
	if (!found)
		return false;
	s->p++;
	sink_byte(sink, (unsigned char)to[found - from]);
	return true;
}

/* From the opening quote to after the closing one. */
static bool take_string(struct scan *s, struct sink *sink)
{
	if (!take(s, '"'))
		return false;
	while (!take(s, '"')) {
		uint32_t c;
		size_t n;

		if (take(s, '\\')) {
			if (!take_escape(s, sink))
				return false;
			continue;
		}
		n = text_decode(s->p, (size_t)(s->end - s->p), &c);
		if (n == 0 || c < 0x20)
			return false;
		sink_char(sink, c);
		s->p += n;
	}
	return true;
}

/* --- keys --- */

static enum rc keys_room(struct scan *s)
{
	struct key *keys;
	size_t cap;

	if (s->n_keys == s->keys_max)
		return RC_LIMIT;
	if (!s->text) {
		/* +1: an empty key in a document of two bytes still needs an address. */
		s->text_cap = (size_t)(s->end - s->p) + 1;
		s->text = malloc(s->text_cap);
		if (!s->text)
			return RC_NOMEM;
	}
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

static enum rc take_key(struct scan *s)
{
	struct sink sink = {0};
	enum rc rc = keys_room(s);

	if (rc)
		return rc;
	sink.to = s->text + s->text_len;
	/* json-c keeps keys as C strings: "a\u0000b" would become, and replace, "a". */
	if (!take_string(s, &sink) || sink.has_nul)
		return RC_INVALID;
	s->keys[s->n_keys++] = (struct key){sink.to, sink.len, s->open[s->depth - 1].object};
	s->text_len += sink.len;
	skip_space(s);
	return take(s, ':') ? RC_OK : RC_INVALID;
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

/* --- the rest of the grammar --- */

static bool take_digits(struct scan *s)
{
	if (!at_digit(s))
		return false;
	while (at_digit(s))
		s->p++;
	return true;
}

static bool take_number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return false;
	if (take(s, '.') && !take_digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		return take_digits(s);
	}
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return false;
	s->p += len;
	return true;
}

static enum rc open_container(struct scan *s, bool is_object)
{
	if (s->depth == s->depth_max)
		return RC_LIMIT;
	s->open[s->depth].is_object = is_object;
	s->open[s->depth].object = is_object ? s->objects++ : 0;
	s->depth++;
	return RC_OK;
}

static enum expect after_value(const struct scan *s)
{
	return s->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static enum rc take_value(struct scan *s, enum expect *expect)
{
	struct sink forget = {0};
	bool ok;

	*expect = after_value(s);
	if (take_word(s, "null"))
		return RC_OK;
	s->values++;
	if (take(s, '{')) {
		*expect = EXPECT_KEY_OR_END;
		return open_container(s, true);
	}
	if (take(s, '[')) {
		*expect = EXPECT_VALUE_OR_END;
		return open_container(s, false);
	}
	if (at(s, '"'))
		ok = take_string(s, &forget);
	else if (at(s, '-') || at_digit(s))
		ok = take_number(s);
	else
		ok = take_word(s, "true") || take_word(s, "false");
	return ok ? RC_OK : RC_INVALID;
}

/* Closes the innermost container if its closing bracket stands here. */
static bool take_end(struct scan *s, enum expect *expect)
{
	if (!take(s, s->open[s->depth - 1].is_object ? '}' : ']'))
		return false;
	s->depth--;
	*expect = after_value(s);
	return true;
}

static enum rc step(struct scan *s, enum expect *expect)
{
	enum rc rc;

	switch (*expect) {
	case EXPECT_VALUE_OR_END:
		if (take_end(s, expect))
			return RC_OK;
		return take_value(s, expect);
	case EXPECT_VALUE:
		return take_value(s, expect);
	case EXPECT_KEY_OR_END:
		if (take_end(s, expect))
			return RC_OK;
		/* fall through */
	case EXPECT_KEY:
		rc = take_key(s);
		*expect = EXPECT_VALUE;
		return rc;
	case EXPECT_COMMA_OR_END:
		if (take_end(s, expect))
			return RC_OK;
		*expect = s->open[s->depth - 1].is_object ? EXPECT_KEY : EXPECT_VALUE;
		return take(s, ',') ? RC_OK : RC_INVALID;
	case EXPECT_NOTHING:
		break;
	}
	return RC_INTERNAL;
}

enum rc jsonscan_check(
	const char *p, size_t len, size_t depth_max, size_t keys_max, size_t *values_out)
{
	struct scan s = {.p = p, .end = p + len, .depth_max = depth_max, .keys_max = keys_max};
	enum expect expect = EXPECT_VALUE;
	enum rc rc = RC_OK;

	assert(depth_max <= JSONSCAN_DEPTH_MAX);
	skip_space(&s);
	while (!rc && expect != EXPECT_NOTHING) {
		rc = step(&s, &expect);
		skip_space(&s);
	}
	if (!rc && s.p != s.end)
		rc = RC_INVALID;
	if (!rc)
		rc = keys_check(&s);
	free(s.keys);
	free(s.text);
	if (values_out)
		*values_out = rc ? 0 : s.values;
	return rc;
}
