/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonlex.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "platform/text.h"

#define REPLACEMENT 0xfffd

void jsonlex_init(struct jsonlex *lex, const char *p, size_t len, size_t depth_max)
{
	assert(depth_max <= JSONLEX_DEPTH_MAX);
	*lex = (struct jsonlex){
		.p = p, .end = p + len, .line_start = p, .line = 1, .depth_max = depth_max};
}

unsigned jsonlex_column(const struct jsonlex *lex)
{
	return (unsigned)(lex->p - lex->line_start) + 1;
}

static bool at(const struct jsonlex *lex, char c)
{
	return lex->p < lex->end && *lex->p == c;
}

static bool at_digit(const struct jsonlex *lex)
{
	return lex->p < lex->end && *lex->p >= '0' && *lex->p <= '9';
}

static bool take(struct jsonlex *lex, char c)
{
	if (!at(lex, c))
		return false;
	lex->p++;
	return true;
}

static enum rc refuse(struct jsonlex *lex, const char *reason)
{
	lex->reason = reason;
	return RC_INVALID;
}

static void skip_space(struct jsonlex *lex)
{
	for (; lex->p < lex->end; lex->p++) {
		if (*lex->p == '\n') {
			lex->line++;
			lex->line_start = lex->p + 1;
		} else if (*lex->p != ' ' && *lex->p != '\t' && *lex->p != '\r') {
			return;
		}
	}
}

/* --- strings --- */

static bool hex4(const char **p, const char *end, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, (*p)++) {
		char c = *p < end ? **p : 0;

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

/* After "\u". Gives U+FFFD for half a pair, and then leaves what follows it alone. */
static bool unicode(const char **p, const char *end, uint32_t *out, bool *half)
{
	const char *behind;
	uint32_t low;

	if (!hex4(p, end, out))
		return false;
	*half = *out >= 0xd800 && *out <= 0xdfff;
	if (*out >= 0xd800 && *out <= 0xdbff && end - *p >= 2 && (*p)[0] == '\\' &&
		(*p)[1] == 'u') {
		behind = *p + 2;
		if (!hex4(&behind, end, &low))
			return false;
		if (low >= 0xdc00 && low <= 0xdfff) {
			*out = 0x10000 + ((*out - 0xd800) << 10 | (low - 0xdc00));
			*half = false;
			*p = behind;
		}
	}
	if (*half)
		*out = REPLACEMENT;
	return true;
}

/* After a backslash. */
static bool escape(const char **p, const char *end, uint32_t *out, bool *half)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	*half = false;
	if (*p == end)
		return false;
	if (**p == 'u') {
		(*p)++;
		return unicode(p, end, out, half);
	}
	found = memchr(from, **p, sizeof(from) - 1);
	if (!found)
		return false;
	(*p)++;
	*out = (unsigned char)to[found - from];
	return true;
}

/* json-c turns half a surrogate pair into U+FFFD without a word; two different texts would become one, so it
 * is an error for those who do not ask for it. */
static enum rc take_escape(struct jsonlex *lex, struct jsonlex_token *token)
{
	const char *behind = lex->p + 1;
	uint32_t c;
	bool half;

	if (!escape(&behind, lex->end, &c, &half))
		return refuse(lex, "no such escape sequence");
	if (half && !lex->halves_ok)
		return refuse(lex, "half of a surrogate pair");
	token->escaped = true;
	token->half |= half;
	token->nul |= c == 0;
	lex->p = behind;
	return RC_OK;
}

static enum rc take_char(struct jsonlex *lex)
{
	uint32_t c;
	size_t n = text_decode(lex->p, (size_t)(lex->end - lex->p), &c);

	if (n == 0)
		return refuse(lex, "not UTF-8");
	if (c < 0x20)
		return refuse(lex, "a control character in a string");
	lex->p += n;
	lex->line_start += n - 1;
	return RC_OK;
}

/* From the opening quote to after the closing one. */
static enum rc take_string(struct jsonlex *lex, struct jsonlex_token *token)
{
	enum rc rc = RC_OK;

	token->p = ++lex->p;
	while (!rc) {
		while (lex->p < lex->end && *lex->p >= 0x20 && *lex->p < 0x7f && *lex->p != '"' &&
			*lex->p != '\\')
			lex->p++;
		if (lex->p == lex->end)
			return refuse(lex, "a string does not end");
		if (*lex->p == '"')
			break;
		rc = *lex->p == '\\' ? take_escape(lex, token) : take_char(lex);
	}
	token->len = (size_t)(lex->p - token->p);
	lex->p++;
	return rc;
}

size_t jsonlex_decode(const struct jsonlex_token *token, char *to)
{
	const char *p = token->p, *end = token->p + token->len;
	size_t len = 0;

	while (p < end) {
		const char *backslash = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((backslash ? backslash : end) - p);
		uint32_t c;
		bool half;

		memcpy(to + len, p, plain);
		len += plain;
		p += plain;
		if (p == end)
			break;
		p++;
		if (!escape(&p, end, &c, &half))
			break; /* cannot be: it was read before */
		len += text_encode(c ? c : REPLACEMENT, to + len);
	}
	return len;
}

/* --- the other tokens --- */

static bool take_digits(struct jsonlex *lex)
{
	if (!at_digit(lex))
		return false;
	while (at_digit(lex))
		lex->p++;
	return true;
}

static bool number_ends(struct jsonlex *lex)
{
	take(lex, '-');
	if (!take(lex, '0') && !take_digits(lex))
		return false;
	if (take(lex, '.') && !take_digits(lex))
		return false;
	if (take(lex, 'e') || take(lex, 'E')) {
		if (!take(lex, '+'))
			take(lex, '-');
		return take_digits(lex);
	}
	return true;
}

static enum rc take_number(struct jsonlex *lex, struct jsonlex_token *token)
{
	token->kind = JSONLEX_NUMBER;
	token->p = lex->p;
	if (!number_ends(lex))
		return refuse(lex, "not a number");
	token->len = (size_t)(lex->p - token->p);
	return RC_OK;
}

static enum rc take_word(struct jsonlex *lex, struct jsonlex_token *token)
{
	static const struct {
		const char *word;
		enum jsonlex_kind kind;
	} words[] = {{"null", JSONLEX_NULL}, {"true", JSONLEX_TRUE}, {"false", JSONLEX_FALSE}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].word);

		if ((size_t)(lex->end - lex->p) >= len && memcmp(lex->p, words[i].word, len) == 0) {
			lex->p += len;
			token->kind = words[i].kind;
			return RC_OK;
		}
	}
	return refuse(lex, lex->p == lex->end ? "it ends too early" : "a value is missing");
}

static enum rc open_container(
	struct jsonlex *lex, struct jsonlex_token *token, enum jsonlex_kind kind)
{
	if (lex->depth == lex->depth_max)
		return RC_LIMIT;
	lex->is_object[lex->depth++] = kind == JSONLEX_OBJECT;
	lex->p++;
	lex->state = kind == JSONLEX_OBJECT ? JSONLEX_AT_KEY_OR_END : JSONLEX_AT_VALUE_OR_END;
	token->kind = kind;
	return RC_OK;
}

static enum jsonlex_state after_value(const struct jsonlex *lex)
{
	return lex->depth ? JSONLEX_AT_COMMA_OR_END : JSONLEX_AT_NOTHING;
}

static enum rc take_value(struct jsonlex *lex, struct jsonlex_token *token)
{
	lex->state = after_value(lex);
	if (at(lex, '"')) {
		token->kind = JSONLEX_STRING;
		return take_string(lex, token);
	}
	if (at(lex, '{'))
		return open_container(lex, token, JSONLEX_OBJECT);
	if (at(lex, '['))
		return open_container(lex, token, JSONLEX_ARRAY);
	if (at(lex, '-') || at_digit(lex))
		return take_number(lex, token);
	return take_word(lex, token);
}

static enum rc take_key(struct jsonlex *lex, struct jsonlex_token *token)
{
	enum rc rc;

	if (!at(lex, '"'))
		return refuse(lex, "a key in double quotes is missing");
	lex->state = JSONLEX_AT_VALUE;
	token->kind = JSONLEX_KEY;
	rc = take_string(lex, token);
	if (rc)
		return rc;
	skip_space(lex);
	return take(lex, ':') ? RC_OK : refuse(lex, "a colon is missing");
}

/* Closes the innermost container if its closing bracket stands here. */
static bool take_close(struct jsonlex *lex, struct jsonlex_token *token)
{
	if (!take(lex, lex->is_object[lex->depth - 1] ? '}' : ']'))
		return false;
	lex->depth--;
	lex->state = after_value(lex);
	token->kind = JSONLEX_CLOSE;
	return true;
}

static void start(struct jsonlex *lex, struct jsonlex_token *token)
{
	skip_space(lex);
	*token = (struct jsonlex_token){.line = lex->line, .column = jsonlex_column(lex)};
}

static enum rc take_comma(struct jsonlex *lex, struct jsonlex_token *token)
{
	bool is_object = lex->is_object[lex->depth - 1];

	if (!take(lex, ','))
		return refuse(
			lex, is_object ? "a comma or } is missing" : "a comma or ] is missing");
	start(lex, token);
	return is_object ? take_key(lex, token) : take_value(lex, token);
}

enum rc jsonlex_next(struct jsonlex *lex, struct jsonlex_token *token)
{
	start(lex, token);
	switch (lex->state) {
	case JSONLEX_AT_VALUE_OR_END:
		if (take_close(lex, token))
			return RC_OK;
		return take_value(lex, token);
	case JSONLEX_AT_VALUE:
		return take_value(lex, token);
	case JSONLEX_AT_KEY_OR_END:
		if (take_close(lex, token))
			return RC_OK;
		return take_key(lex, token);
	case JSONLEX_AT_COMMA_OR_END:
		if (take_close(lex, token))
			return RC_OK;
		return take_comma(lex, token);
	case JSONLEX_AT_NOTHING:
		token->kind = JSONLEX_DONE;
		return lex->p == lex->end ? RC_OK : refuse(lex, "something follows the end");
	}
	return RC_INTERNAL;
}
